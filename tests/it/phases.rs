//! The way of a release through its workflow: what must be true, who may say so, and what going back takes back.

use crate::support::given::{self, Somebody};
use crate::support::{Browser, Page, TestApp, html};
use slipway::domain::ids::RecordId;
use slipway::domain::people::Role;
use slipway::domain::records::RecordState;

/// Presses the button that takes the release on; where the page has none, the form is sent all the same, as somebody might who made it up.
async fn go(app: &TestApp, browser: &Browser, id: RecordId, transition: &str, reason: &str) -> Page {
    let page = browser.get(&format!("/releases/{id}")).await.expect(200);
    let at = format!("/records/{id}/phase");
    match html::forms(&page.body).into_iter().find(|it| it.action == at && it.value("transition") == transition) {
        Some(form) if form.names.contains(&"reason".to_owned()) => browser.submit(&form.with("reason", reason)).await,
        Some(form) => browser.submit(&form).await,
        None => {
            let version = given::sheet(app, id).full.record.version.to_string();
            browser.post(&at, &[("version", &version), ("transition", transition), ("reason", reason)]).await
        }
    }
}

async fn confirm(browser: &Browser, id: RecordId, subject: &str) {
    let page = browser.get(&format!("/releases/{id}")).await.expect(200);
    let form = page.form_where(&format!("/records/{id}/confirmations"), "subject", subject);
    browser.submit(&form.with("outcome", "passed")).await.expect_see(&format!("/releases/{id}#readiness"));
}

/// A metric that must be normal for a day, agreed with operations.
async fn agree_criteria(app: &TestApp, browser: &Browser, id: RecordId) {
    let home = format!("/records/{id}/early-life");
    let form = browser.get(&format!("/records/{id}/metrics/new")).await.expect(200).form(&format!("/records/{id}/metrics"));
    let form = form.with("name", "Calls a day").with("normal", "10").with("days", "1").with("better", "down");
    browser.submit(&form).await.expect_see(&format!("{home}#criteria"));
    given::agreed(app, id);
}

async fn record_reading(browser: &Browser, id: RecordId) {
    let page = browser.get(&format!("/records/{id}/early-life")).await.expect(200);
    let form = page.form(&format!("/records/{id}/readings"));
    let field = form.names.iter().find(|it| it.starts_with("value-")).expect("a field for each metric").clone();
    browser.submit(&form.with(&field, "9,5")).await.expect_see(&format!("/records/{id}/early-life"));
}

/// Asks for approval by the page, and each of these approves by theirs.
async fn approve(app: &TestApp, browser: &Browser, id: RecordId, steps: &[&[&Somebody]]) {
    let page = browser.get(&format!("/releases/{id}")).await.expect(200);
    browser.submit(&page.form(&format!("/records/{id}/rounds"))).await.expect_see(&format!("/releases/{id}#approvals"));
    for who in steps.iter().flat_map(|it| it.iter()) {
        let theirs = app.browser_of(who);
        let (approval, _, _) = given::pending(app, id).into_iter().find(|(_, it, _)| *it == who.id).expect("they are asked");
        theirs.get("/approvals").await.expect_text(&format!("/approvals/{approval}"));
        let page = theirs.get(&format!("/approvals/{approval}")).await.expect(200);
        let form = page.form(&format!("/approvals/{approval}/decision")).with("decision", "approve");
        theirs.submit(&form).await.expect_see("/approvals");
    }
}

fn phase_of(app: &TestApp, id: RecordId) -> String {
    given::sheet(app, id).full.record.phase
}

/// Ines, who manages and owns; Tom, who coordinates.
fn pair(app: &TestApp) -> (Somebody, Somebody) {
    (given::user(app, "Ines", &[Role::ReleaseManager]), given::user(app, "Tom", &[Role::ReleaseCoordinator]))
}

#[tokio::test]
async fn a_minor_release_goes_all_the_way_by_its_pages() {
    let app = TestApp::start().await;
    let (ines, tom) = pair(&app);
    let [ada, ben] = given::approvers(&app, ["Ada", "Ben"]);
    let mara = given::user(&app, "Mara", &[Role::ReleaseManager]);
    let rfc = given::change(&app, "Update the tax table").registered();
    let browser = app.browser_of(&tom);

    let form = browser.get("/releases/new").await.expect(200).form("/releases");
    let minor = app.read(|conn| slipway::store::categories::list(conn, slipway::domain::records::RecordKind::Release))[1].id;
    let form = form
        .with("category", minor)
        .with("model", "")
        .with("new_item", "Payroll")
        .with("title", "Payroll, better")
        .with("owner", ines.id)
        .with("coordinator", tom.id);
    let form = form.with("scope", "New tax tables").with("reason", "The law").with("impact", "medium").with("urgency", "low").with("change", rfc);
    let id = browser.submit(&form).await.expect(303).location().rsplit('/').next().and_then(|it| it.parse().ok()).map(RecordId).expect("its page");
    browser.get(&format!("/releases/{id}")).await.expect(200).expect_text("Payroll v1.1").expect_text("Ready for Planning and design");
    go(&app, &browser, id, "advance", "").await.expect_see(&format!("/releases/{id}"));

    let edit = async |section: &str, fields: &[(&str, &str)]| {
        let mut form = browser.get(&format!("/records/{id}/{section}/edit")).await.expect(200).form(&format!("/records/{id}/{section}"));
        for (name, value) in fields {
            form = form.with(name, value);
        }
        browser.submit(&form).await.expect_see(&format!("/releases/{id}#{section}"));
    };
    edit("details", &[("likelihood", "low")]).await;
    let texts = [("strategy", "phased"), ("affected_users", "All"), ("resources", "Two"), ("communication_plan", "Mail"), ("back_out_plan", "Restore")];
    edit("plan", &texts).await;
    edit("window", &[("planned_start", "2026-03-14T18:00"), ("planned_end", "2026-03-14T20:00")]).await;
    approve(&app, &browser, id, &[&[&ada, &ben]]).await;
    go(&app, &browser, id, "advance", "").await.expect(303);

    confirm(&browser, id, "tests_passed").await;
    agree_criteria(&app, &browser, id).await;
    given::fulfil(&app, id, slipway::domain::requirements::Requirement::ChangesAuthorised);
    approve(&app, &browser, id, &[&[&ada, &ben], &[&ada, &ben]]).await;
    go(&app, &browser, id, "advance", "").await.expect(303);
    assert_eq!(phase_of(&app, id), "rollout", "training is passed over");

    given::fulfil(&app, id, slipway::domain::requirements::Requirement::ChangesImplemented);
    confirm(&browser, id, "deployment_done").await;
    confirm(&browser, id, "verification_passed").await;
    go(&app, &browser, id, "advance", "").await.expect(303);
    record_reading(&browser, id).await;
    given::fulfil(&app, id, slipway::domain::requirements::Requirement::HandoverAccepted);
    go(&app, &browser, id, "advance", "").await.expect(303);

    for point in slipway::domain::reviews::Point::ALL {
        let at = format!("/records/{id}/review/{}", point.word());
        let form = browser.get(&format!("{at}/edit")).await.expect(200).form(&at);
        browser.submit(&form.with("outcome", "met").with("finding", "As planned")).await.expect_see(&format!("/records/{id}/review#{}", point.word()));
    }
    confirm(&browser, id, "log_and_cms_current").await;
    given::fulfil(&app, id, slipway::domain::requirements::Requirement::ChangesClosed);
    approve(&app, &browser, id, &[&[&mara]]).await;
    go(&app, &browser, id, "close", "").await.expect_see(&format!("/releases/{id}"));
    let page = browser.get(&format!("/releases/{id}")).await.expect(200).expect_text("nothing can be changed any more");
    assert!(!page.has_form(&format!("/records/{id}/phase")));
    assert_eq!(given::sheet(&app, id).full.record.state, RecordState::Closed);
}

#[tokio::test]
async fn what_is_not_ready_says_why_and_nothing_changes() {
    let app = TestApp::start().await;
    let (ines, _) = pair(&app);
    let id = given::release(&app, "Payroll").registered();
    let browser = app.browser_of(&ines);
    let page = browser.get(&format!("/releases/{id}")).await.expect_text("Details complete").expect_text("Not met");
    assert!(page.has(&format!("/records/{id}/scope/edit")), "a link to the place where it is put right");
    assert!(html::forms(&page.body).iter().all(|it| it.value("transition") != "advance"), "no button that cannot be pressed");
    let before = app.log();
    go(&app, &browser, id, "advance", "").await.expect(409).expect_text("Not yet").expect_text("scope").expect_text("RFC");
    go(&app, &browser, id, "fly", "").await.expect(409).expect_text("is not a way out of this phase");
    assert_eq!((phase_of(&app, id).as_str(), app.log()), ("assess", before));
}

#[tokio::test]
async fn an_old_page_moves_nothing() {
    let app = TestApp::start().await;
    let (ines, tom) = pair(&app);
    let id = given::release(&app, "Payroll").with_changes(1).in_phase("plan");
    let page = app.browser_of(&ines).get(&format!("/releases/{id}")).await;
    let form = page.form_where(&format!("/records/{id}/phase"), "transition", "abandon").with("reason", "No money");
    given::edit_window(&app, id, 20);
    app.browser_of(&tom).submit(&form).await.expect(409).expect_text("Somebody changed this record while you looked at it");
    assert_eq!(phase_of(&app, id), "plan");
}

#[tokio::test]
async fn two_who_move_it_at_once_move_it_once() {
    let app = TestApp::start().await;
    let (ines, tom) = pair(&app);
    let id = given::release(&app, "Payroll").with_changes(1).in_phase("plan");
    let page = app.browser_of(&ines).get(&format!("/releases/{id}")).await;
    let form = page.form_where(&format!("/records/{id}/phase"), "transition", "abandon").with("reason", "No money");
    let (one, other) = (app.browser_of(&ines), app.browser_of(&tom));
    let (first, second) = tokio::join!(one.submit(&form), other.submit(&form));
    let mut answers = [first.status, second.status];
    answers.sort();
    assert_eq!(answers, [303, 409]);
    assert_eq!(app.log().iter().filter(|it| *it == "record_ended").count(), 1);
}

#[tokio::test]
async fn abandoning_asks_for_a_reason_and_frees_the_rfcs() {
    let app = TestApp::start().await;
    let (ines, _) = pair(&app);
    let id = given::release(&app, "Payroll").with_changes(1).in_phase("plan");
    let rfc = given::sheet(&app, id).changes[0].id;
    let other = given::release(&app, "Ledger").registered();
    let browser = app.browser_of(&ines);
    browser.post(&format!("/records/{other}/changes"), &[("change", &rfc.to_string())]).await.expect(409).expect_text("already belongs to Payroll");
    go(&app, &browser, id, "abandon", "").await.expect(409).expect_text("Give the reason");
    assert_eq!(phase_of(&app, id), "plan");
    go(&app, &browser, id, "abandon", "  No\r\nmoney ").await.expect(303);
    assert_eq!(given::sheet(&app, id).full.record.state, RecordState::Abandoned);
    browser.get(&format!("/releases/{id}")).await.expect_text("No\nmoney");
    browser.post(&format!("/records/{other}/changes"), &[("change", &rfc.to_string())]).await.expect(303);
}

#[tokio::test]
async fn once_it_is_rolled_out_it_is_backed_out_and_not_abandoned() {
    let app = TestApp::start().await;
    let (ines, _) = pair(&app);
    let id = given::release(&app, "Payroll").in_phase("rollout");
    let browser = app.browser_of(&ines);
    go(&app, &browser, id, "abandon", "No money").await.expect(409).expect_text("not a way out");
    go(&app, &browser, id, "back_out", "").await.expect(409).expect_text("Give the reason");
    go(&app, &browser, id, "back_out", "The interface fails").await.expect(303);
    assert_eq!(phase_of(&app, id), "back_out");
    go(&app, &browser, id, "rework", "").await.expect(409).expect_text("Not yet");
    confirm(&browser, id, "back_out_facts").await;
    go(&app, &browser, id, "rework", "").await.expect(303);
    assert_eq!(phase_of(&app, id), "plan");
}

#[tokio::test]
async fn a_release_can_be_closed_as_backed_out_which_frees_its_rfcs() {
    let app = TestApp::start().await;
    let (ines, _) = pair(&app);
    let id = given::release(&app, "Payroll").in_phase("back_out");
    let rfc = given::sheet(&app, id).changes[0].id;
    let browser = app.browser_of(&ines);
    confirm(&browser, id, "back_out_facts").await;
    go(&app, &browser, id, "close", "").await.expect(303);
    assert_eq!(given::sheet(&app, id).full.record.state, RecordState::BackedOut);
    assert_eq!(app.read(|conn| slipway::store::related::bound_to(conn, rfc)), None);
    go(&app, &browser, id, "rework", "").await.expect(409).expect_text("It has ended");
}

#[tokio::test]
async fn what_was_approved_and_confirmed_before_going_back_counts_no_longer() {
    let app = TestApp::start().await;
    let (ines, _) = pair(&app);
    let id = given::release(&app, "Payroll").in_phase("build_test");
    let browser = app.browser_of(&ines);
    confirm(&browser, id, "tests_passed").await;
    go(&app, &browser, id, "rework", "").await.expect(409);
    go(&app, &browser, id, "rework", "A test failed").await.expect(303);
    assert_eq!(phase_of(&app, id), "plan");
    browser.get(&format!("/releases/{id}")).await.expect_text("Earlier rounds (1)").expect_text("Recorded earlier (1)");
    go(&app, &browser, id, "advance", "").await.expect(409).expect_text("Not yet");
    given::advance(&app, id);
    go(&app, &browser, id, "advance", "").await.expect(409).expect_text("test");
    let sheet = given::sheet(&app, id);
    assert_eq!((sheet.round().is_none(), sheet.confirmations.len(), sheet.rounds.len()), (true, 1, 2), "kept, and not counted");
}

#[tokio::test]
async fn an_open_question_is_withdrawn_when_the_release_goes_back() {
    let app = TestApp::start().await;
    let (ines, _) = pair(&app);
    let id = given::release(&app, "Payroll").in_phase("build_test");
    given::ask(&app, id);
    let browser = app.browser_of(&ines);
    go(&app, &browser, id, "rework", "A test failed").await.expect(303);
    assert!(given::pending(&app, id).is_empty());
    assert!(app.log().contains(&"round_withdrawn".to_owned()));
}

#[tokio::test]
async fn a_manager_waives_with_a_reason_and_nobody_waives_an_approval() {
    let app = TestApp::start().await;
    let (ines, tom) = pair(&app);
    let id = given::release(&app, "Payroll").with_changes(1).in_phase("plan");
    let (manager, coordinator) = (app.browser_of(&ines), app.browser_of(&tom));
    let waive = format!("/records/{id}/waivers");
    assert!(!coordinator.get(&format!("/releases/{id}")).await.has_form(&waive));
    coordinator.post(&waive, &[("requirement", "window_set"), ("reason", "Trust me")]).await.expect(403).expect_text("Your role may not waive");
    manager.post(&waive, &[("requirement", "window_set"), ("reason", "")]).await.expect(409).expect_text("Give the reason");
    manager.post(&waive, &[("requirement", "approved"), ("reason", "Trust me")]).await.expect(409).expect_text("cannot be waived");
    manager.post(&waive, &[("requirement", "details_complete"), ("reason", "Trust me")]).await.expect(409).expect_text("is not asked for in this phase");
    manager.post(&waive, &[("requirement", "beauty"), ("reason", "Trust me")]).await.expect(422);
    let form = manager.get(&format!("/releases/{id}")).await.form_where(&waive, "requirement", "window_set");
    manager.submit(&form.with("reason", "Any night will do")).await.expect_see(&format!("/releases/{id}#readiness"));
    manager.get(&format!("/releases/{id}")).await.expect_text("Waived: Any night will do");
    manager.post(&waive, &[("requirement", "window_set"), ("reason", "Again")]).await.expect(409).expect_text("nothing to waive");
    assert_eq!(app.log().iter().filter(|it| *it == "requirement_waived").count(), 1);
}

#[tokio::test]
async fn a_waiver_is_for_one_visit_of_the_phase() {
    let app = TestApp::start().await;
    let (ines, _) = pair(&app);
    let id = given::release(&app, "Payroll").in_phase("build_test");
    let browser = app.browser_of(&ines);
    let waive = format!("/records/{id}/waivers");
    browser.post(&waive, &[("requirement", "tests_passed"), ("reason", "Tested elsewhere")]).await.expect(303);
    go(&app, &browser, id, "rework", "A test failed after all").await.expect(303);
    given::advance(&app, id);
    browser.get(&format!("/releases/{id}")).await.expect_no_text("Waived: Tested elsewhere");
}

#[tokio::test]
async fn confirming_takes_the_right_phase_and_a_note_where_it_does_not_apply() {
    let app = TestApp::start().await;
    let (ines, _) = pair(&app);
    let id = given::release(&app, "Payroll").in_phase("build_test");
    let browser = app.browser_of(&ines);
    let at = format!("/records/{id}/confirmations");
    browser.post(&at, &[("subject", "review_complete"), ("outcome", "passed")]).await.expect(409).expect_text("is not asked for in this phase");
    browser.post(&at, &[("subject", "tests_passed"), ("outcome", "not_applicable")]).await.expect(409).expect_text("Say why it does not apply");
    browser.post(&at, &[("subject", "tests_passed"), ("outcome", "passed"), ("link", "javascript:alert(1)")]).await.expect(422).expect_text("https://");
    browser.post(&at, &[("subject", "tests_passed"), ("outcome", "failed"), ("link", "https://ci.example.org/7")]).await.expect(303);
    let page = browser.get(&format!("/releases/{id}")).await.expect_text("https://ci.example.org/7");
    assert!(page.has("Not met"), "a failed test is no passed one");
}

#[tokio::test]
async fn training_is_gone_through_only_when_impact_and_urgency_are_high() {
    let app = TestApp::start().await;
    pair(&app);
    let plain = given::release(&app, "Payroll").in_phase("rollout");
    let grave = given::release(&app, "Ledger").major().grave().in_phase("training");
    let visits = |id| given::sheet(&app, id).visits.into_iter().map(|it| it.phase).collect::<Vec<_>>();
    assert_eq!(visits(plain), ["assess", "plan", "build_test", "rollout"]);
    assert_eq!(visits(grave), ["assess", "plan", "build_test", "training"]);
    let browser = app.signed_in(Role::Viewer);
    browser.get(&format!("/releases/{plain}")).await.expect_no_text("Training</span>");
    browser.get(&format!("/releases/{grave}")).await.expect_text("Training</span>");
    given::advance(&app, grave);
    assert_eq!(phase_of(&app, grave), "rollout");
}

#[tokio::test]
async fn an_emergency_goes_straight_to_the_ecab_of_which_one_approval_is_enough() {
    let app = TestApp::start().await;
    let (ines, _) = pair(&app);
    let [ada, _ben] = given::approvers(&app, ["Ada", "Ben"]);
    let id = given::release(&app, "Payroll").emergency().in_phase("build_test");
    let visits: Vec<String> = given::sheet(&app, id).visits.into_iter().map(|it| it.phase).collect();
    assert_eq!(visits, ["assess", "build_test"], "there is no planning phase");
    let browser = app.browser_of(&ines);
    go(&app, &browser, id, "advance", "").await.expect(409).expect_text("Write how the service returns").expect_text("Set when it is planned");
    go(&app, &browser, id, "rework", "A test failed").await.expect(303);
    assert_eq!(phase_of(&app, id), "build_test", "it stays, for a new round");
    given::ask(&app, id);
    given::approve(&app, id, ada.id);
    assert!(given::pending(&app, id).is_empty(), "nobody further is asked");
    given::advance(&app, id);
    assert_eq!(phase_of(&app, id), "rollout");
}

#[tokio::test]
async fn a_coordinator_moves_their_own_releases_only() {
    let app = TestApp::start().await;
    let (_, tom) = pair(&app);
    let uma = given::user(&app, "Uma", &[Role::ReleaseCoordinator]);
    let id = given::release(&app, "Payroll").with_changes(1).in_phase("plan");
    let (his, hers) = (app.browser_of(&tom), app.browser_of(&uma));
    assert!(!hers.get(&format!("/releases/{id}")).await.expect(200).has_form(&format!("/records/{id}/phase")));
    go(&app, &hers, id, "abandon", "Mine now").await.expect(403).expect_text("Your role may not move this release");
    go(&app, &his, id, "abandon", "No money").await.expect(303);
}

#[tokio::test]
async fn a_minor_release_is_never_trained_for_however_grave() {
    let app = TestApp::start().await;
    let id = given::release(&app, "Payroll").grave().in_phase("rollout");
    let phases: Vec<String> = given::sheet(&app, id).visits.into_iter().map(|it| it.phase).collect();
    assert_eq!(phases, ["assess", "plan", "build_test", "rollout"]);
}
