//! RFCs: their own workflow, and how they define a release.

use crate::support::given::{self, Somebody};
use crate::support::{Browser, Page, TestApp};
use slipway::domain::ids::RecordId;
use slipway::domain::people::Role;
use slipway::domain::records::{RecordKind, RecordState};
use slipway::domain::requirements::Requirement;
use slipway::store::{categories, related};

fn ines(app: &TestApp) -> Somebody {
    given::user(app, "Ines", &[Role::ReleaseManager])
}

async fn relate(browser: &Browser, release: RecordId, change: RecordId, reason: &str) -> Page {
    browser.post(&format!("/records/{release}/changes"), &[("change", &change.to_string()), ("reason", reason)]).await
}

fn phases(app: &TestApp, id: RecordId) -> Vec<String> {
    given::sheet(app, id).visits.into_iter().map(|it| it.phase).collect()
}

#[tokio::test]
async fn a_contributor_registers_an_rfc_for_a_release() {
    let app = TestApp::start().await;
    let release = given::release(&app, "Payroll").registered();
    let cora = given::user(&app, "Cora", &[Role::Contributor]);
    let item = given::item(&app, "Payroll");
    let normal = app.read(|conn| categories::list(conn, RecordKind::Change))[0].id;
    let browser = app.browser_of(&cora);
    let form = browser.get("/changes/new").await.expect(200).form("/changes").with("category", normal).with("title", "Tables").and("items", item);
    let page = browser.submit(&form).await.expect(303);
    browser.get(page.location()).await.expect(200).expect_text("Tables").expect_text("Payroll").expect_text("Cora");
    let form = browser.get(&format!("/changes/new?release={release}")).await.expect_text("Payroll v1.1").form("/changes");
    browser.submit(&form.with("category", normal).with("title", "More")).await.expect(422).expect_text("Your role may not edit this release");
    let manager = app.browser_of(&ines(&app));
    let form = manager.get(&format!("/changes/new?release={release}")).await.form("/changes");
    manager.submit(&form.with("category", normal).with("title", "More")).await.expect(303);
    manager.get(&format!("/releases/{release}")).await.expect_text("More");
}

#[tokio::test]
async fn a_normal_rfc_is_authorised_by_the_cab_and_a_standard_one_needs_no_authorisation() {
    let app = TestApp::start().await;
    let normal = given::change(&app, "Tables").in_phase("closed");
    let standard = given::change(&app, "Certificate").standard().in_phase("closed");
    let emergency = given::change(&app, "Hole").emergency().in_phase("build");
    assert_eq!(phases(&app, normal), ["registered", "assessment", "authorisation", "build", "test", "implementation", "review", "closed"]);
    assert_eq!(phases(&app, standard), ["registered", "assessment", "build", "test", "implementation", "review", "closed"]);
    assert_eq!(phases(&app, emergency), ["registered", "assessment", "authorisation", "build"]);
    let asked = |id| given::sheet(&app, id).rounds.first().map(|it| it.steps[0].step.name.clone());
    assert_eq!([asked(normal), asked(standard), asked(emergency)], [Some("Authorisation (CAB)".into()), None, Some("Authorisation (ECAB)".into())]);
}

#[tokio::test]
async fn an_rfc_leaves_assessment_only_when_it_is_assessed() {
    let app = TestApp::start().await;
    let id = given::change(&app, "Tables").in_phase("assessment");
    let browser = app.browser_of(&ines(&app));
    let at = format!("/records/{id}/phase");
    let version = || given::sheet(&app, id).full.record.version.to_string();
    given::fulfil(&app, id, Requirement::Assigned);
    browser.post(&at, &[("version", &version()), ("transition", "advance")]).await.expect(409).expect_text("Not yet");
    given::fulfil(&app, id, Requirement::ItemsNamed);
    given::fulfil(&app, id, Requirement::RiskAssessed);
    browser.post(&at, &[("version", &version()), ("transition", "advance")]).await.expect_see(&format!("/changes/{id}"));
}

#[tokio::test]
async fn an_rfc_belongs_to_one_open_release() {
    let app = TestApp::start().await;
    let browser = app.browser_of(&ines(&app));
    let (one, other) = (given::release(&app, "Payroll").registered(), given::release(&app, "Ledger").registered());
    let rfc = given::change(&app, "Tables").registered();
    let form = browser.get(&format!("/releases/{one}")).await.form(&format!("/records/{one}/changes")).with("change", rfc);
    browser.submit(&form).await.expect_see(&format!("/releases/{one}#changes"));
    relate(&browser, one, rfc, "").await.expect(409).expect_text("is related already");
    relate(&browser, other, rfc, "").await.expect(409).expect_text("already belongs to Payroll v1.1, which is still open");
    let page = browser.get(&format!("/releases/{one}")).await;
    browser.submit(&page.form(&format!("/records/{one}/changes/{rfc}/removal"))).await.expect(303);
    relate(&browser, other, rfc, "").await.expect(303);
    browser.post(&format!("/records/{one}/changes/{rfc}/removal"), &[]).await.expect(409).expect_text("is not related to it any more.");
}

#[tokio::test]
async fn two_releases_that_take_the_same_rfc_at_once_do_not_both_get_it() {
    let app = TestApp::start().await;
    let ines = ines(&app);
    let (one, other) = (given::release(&app, "Payroll").registered(), given::release(&app, "Ledger").registered());
    let rfc = given::change(&app, "Tables").registered();
    let (left, right) = (app.browser_of(&ines), app.browser_of(&ines));
    let (first, second) = tokio::join!(relate(&left, one, rfc, ""), relate(&right, other, rfc, ""));
    let mut answers = [first.status, second.status];
    answers.sort();
    assert_eq!(answers, [303, 409]);
}

#[tokio::test]
async fn neither_a_release_nor_an_ended_rfc_can_join() {
    let app = TestApp::start().await;
    let browser = app.browser_of(&ines(&app));
    let release = given::release(&app, "Payroll").registered();
    let other = given::release(&app, "Ledger").registered();
    relate(&browser, release, other, "").await.expect(404);
    let rejected = given::change(&app, "Bad idea").registered();
    given::take(&app, rejected, "reject", "No");
    relate(&browser, release, rejected, "").await.expect(409).expect_text("has ended, so it cannot join");
    browser.post(&format!("/records/{release}/changes"), &[]).await.expect(422).expect_text("Choose an RFC.");
}

#[tokio::test]
async fn once_build_began_rfcs_join_and_leave_only_by_waiver() {
    let app = TestApp::start().await;
    let id = given::release(&app, "Payroll").in_phase("build_test");
    let rfc = given::change(&app, "Late").registered();
    let (manager, tom) = (app.browser_of(&ines(&app)), app.browser_of(&given::user(&app, "Tom", &[Role::ReleaseCoordinator])));
    tom.get(&format!("/releases/{id}")).await.expect_text("The RFCs are fixed since build began");
    relate(&tom, id, rfc, "It is small").await.expect(403);
    relate(&manager, id, rfc, "").await.expect(409).expect_text("The RFCs are fixed since build began");
    let form = manager.get(&format!("/releases/{id}")).await.form(&format!("/records/{id}/changes")).with("change", rfc).with("reason", "It is small");
    manager.submit(&form).await.expect(303);
    let tail: Vec<String> = app.log().into_iter().rev().take(3).collect();
    assert_eq!(tail, ["change_related", "change_related", "requirement_waived"], "on the release, on the RFC, and the waiver");
    manager.post(&format!("/records/{id}/changes/{rfc}/removal"), &[]).await.expect(409);
    manager.post(&format!("/records/{id}/changes/{rfc}/removal"), &[("reason", "Not ready")]).await.expect(303);
}

#[tokio::test]
async fn taking_the_last_open_rfc_off_completes_the_authorisation_of_the_others() {
    let app = TestApp::start().await;
    let id = given::release(&app, "Payroll").with_changes(2).registered();
    let [first, second] = [0, 1].map(|at| given::sheet(&app, id).changes[at].id);
    while given::sheet(&app, first).full.record.phase != "build" {
        given::advance(&app, first);
    }
    app.act(|tx| slipway::app::releases::unrelate(tx, id, second, "")).expect("taken off");
    assert_eq!(app.log().last().map(String::as_str), Some("changes_all_authorised"));
}

#[tokio::test]
async fn the_release_is_told_once_when_all_its_rfcs_are_authorised_and_once_when_implemented() {
    let app = TestApp::start().await;
    let id = given::release(&app, "Payroll").with_changes(2).in_phase("build_test");
    let told = |kind: &str| app.log().iter().filter(|it| *it == kind).count();
    let [first, second] = [0, 1].map(|at| given::sheet(&app, id).changes[at].id);
    let until = |change, phase: &str| {
        while given::sheet(&app, change).full.record.phase != phase {
            given::advance(&app, change);
        }
    };
    until(first, "build");
    assert_eq!(told("changes_all_authorised"), 0, "one is still open");
    until(second, "build");
    assert_eq!(told("changes_all_authorised"), 1);
    until(first, "review");
    assert_eq!(told("changes_all_implemented"), 0);
    until(second, "review");
    assert_eq!((told("changes_all_authorised"), told("changes_all_implemented")), (1, 1));
    app.signed_in(Role::Viewer).get(&format!("/records/{id}/activity")).await.expect_text("completed the implementation of its RFCs");
}

#[tokio::test]
async fn a_rejected_rfc_counts_no_longer_and_where_none_is_left_nothing_is_told() {
    let app = TestApp::start().await;
    let id = given::release(&app, "Payroll").with_changes(1).registered();
    let only = given::sheet(&app, id).changes[0].id;
    given::take(&app, only, "reject", "Too dear");
    assert!(!app.log().iter().any(|it| it.starts_with("changes_all")), "{:?}", app.log());
    let page = app.browser_of(&ines(&app)).get(&format!("/releases/{id}")).await.expect_text("Rejected");
    assert!(page.has("Not met"));
    assert_eq!(given::sheet(&app, only).full.record.state, RecordState::Rejected);
    assert_eq!(app.read(|conn| related::of_release(conn, id)).len(), 1, "it stays visible");
}

#[tokio::test]
async fn rejecting_the_last_open_rfc_completes_the_others() {
    let app = TestApp::start().await;
    let id = given::release(&app, "Payroll").with_changes(2).registered();
    let [first, second] = [0, 1].map(|at| given::sheet(&app, id).changes[at].id);
    while given::sheet(&app, first).full.record.phase != "build" {
        given::advance(&app, first);
    }
    given::take(&app, second, "withdraw", "Not needed");
    assert!(app.log().contains(&"changes_all_authorised".to_owned()));
}

#[tokio::test]
async fn a_contributor_moves_their_own_rfc_only() {
    let app = TestApp::start().await;
    let cora = given::user(&app, "Cora", &[Role::Contributor]);
    let (own, other) = (given::change(&app, "Mine").requested_by(&cora).registered(), given::change(&app, "Theirs").registered());
    let browser = app.browser_of(&cora);
    let withdraw = async |id: RecordId| browser.post(&format!("/records/{id}/phase"), &[("version", "0"), ("transition", "withdraw"), ("reason", "No")]).await;
    browser.get(&format!("/records/{other}/scope/edit")).await.expect(403);
    withdraw(other).await.expect(403).expect_text("Your role may not move this RFC");
    withdraw(own).await.expect_see(&format!("/changes/{own}"));
    browser.get(&format!("/records/{own}/scope/edit")).await.expect(409).expect_text("It has ended");
}

#[tokio::test]
async fn an_empty_list_of_rfcs_invites_only_whom_it_may_and_while_it_may() {
    let app = TestApp::start().await;
    let id = given::release(&app, "Payroll").registered();
    let home = format!("/releases/{id}");
    let manager = app.signed_in(Role::ReleaseManager);
    manager.get(&home).await.expect(200).expect_text("Relate the first one below.");
    app.signed_in(Role::Viewer).get(&home).await.expect(200).expect_text("defined by the RFCs").expect_no_text("Relate the first one");
    given::take(&app, id, "abandon", "No money");
    manager.get(&home).await.expect(200).expect_text("It implemented no RFC.").expect_no_text("Relate the first one");
}

#[tokio::test]
async fn an_rfc_too_old_to_be_offered_is_related_by_its_number() {
    let app = TestApp::start().await;
    let browser = app.browser_of(&ines(&app));
    let release = given::release(&app, "Payroll").registered();
    let (old, other) = (given::change(&app, "Forgotten").registered(), given::change(&app, "Newer").registered());
    let at = format!("/records/{release}/changes");
    assert!(!browser.get(&format!("/releases/{release}")).await.form(&at).names.contains(&"number".to_owned()), "all are offered");
    let copy = format!(
        "INSERT INTO records (kind, category_id, workflow_id, phase, phase_name, phase_entered_at, state, milestone, title, owner_id, created_at, created_by)
         SELECT kind, category_id, workflow_id, phase, phase_name, phase_entered_at, state, milestone, 'Copy ' || n, owner_id, created_at, created_by
         FROM records, generate_series(1, 500) n WHERE id = {other}"
    );
    app.write(|tx| diesel::RunQueryDsl::execute(diesel::sql_query(copy), tx.conn));
    let page = browser.get(&format!("/releases/{release}")).await.expect(200).expect_no_text("Forgotten");
    let form = page.form(&at);
    browser.submit(&form.clone().with("number", "forgotten")).await.expect(422).expect_text("Write the number of an RFC, like RFC-00042.");
    browser.submit(&form.clone()).await.expect(422).expect_text("Choose an RFC.");
    browser.submit(&form.with("number", format!("rfc-{:05}", old.0))).await.expect_see(&format!("/releases/{release}#changes"));
    browser.get(&format!("/releases/{release}")).await.expect_text("Forgotten");
}
