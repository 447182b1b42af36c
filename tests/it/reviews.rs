//! The review: its points, what remains after it, closing on it, and opening again what was closed.

use crate::support::given::{self, Somebody};
use crate::support::{Browser, TestApp};
use slipway::domain::follow_ups::FollowUpState;
use slipway::domain::ids::RecordId;
use slipway::domain::notices::Rule;
use slipway::domain::people::Role;
use slipway::domain::records::RecordState;
use slipway::domain::requirements::Requirement;
use slipway::domain::reviews::{Point, PointOutcome};

struct Place {
    app: TestApp,
    ines: Somebody,
    root: Somebody,
    id: RecordId,
}

/// A release that has come to its review.
async fn reviewed() -> Place {
    let app = TestApp::start().await;
    let ines = given::user(&app, "Ines", &[Role::ReleaseManager]);
    given::user(&app, "Tom", &[Role::ReleaseCoordinator]);
    let root = given::user(&app, "Root", &[Role::Administrator]);
    let id = given::release(&app, "Payroll").in_phase("review");
    Place { app, ines, root, id }
}

async fn write(browser: &Browser, id: RecordId, point: &str, outcome: &str) {
    let form = browser.get(&format!("/records/{id}/review/{point}/edit")).await.expect(200).form(&format!("/records/{id}/review/{point}"));
    browser.submit(&form.with("outcome", outcome).with("finding", "We looked at it")).await.expect_see(&format!("/records/{id}/review#{point}"));
}

fn why(app: &TestApp, id: RecordId, requirement: Requirement) -> String {
    let sheet = given::sheet(app, id);
    let transition = sheet.full.phase().expect("a phase").advance().expect("a way out").clone();
    sheet.checks(&transition).into_iter().find(|it| it.requirement == requirement).map(|it| it.why).expect("it is asked for")
}

#[tokio::test]
async fn each_point_needs_an_outcome_an_owner_and_an_action_for_what_remains() {
    let Place { app, ines, id, .. } = reviewed().await;
    let browser = app.browser_of(&ines);
    browser.get(&format!("/releases/{id}")).await.expect(200).expect_text("0 of 9 points are complete");
    let page = browser.get(&format!("/records/{id}/review/performance/edit")).await.expect(200);
    let form = page.form(&format!("/records/{id}/review/performance"));
    assert!(form.value("evidence").contains("Deployed on"), "what is known is proposed");
    browser.submit(&form.with("outcome", "met").with("finding", " ")).await.expect(422).expect_text("Say what was found");
    for point in Point::ALL {
        write(&browser, id, point.word(), "met").await;
    }
    assert_eq!(why(&app, id, Requirement::ReviewComplete), "Every point has its outcome and its owner.");
    write(&browser, id, "lessons", "partly").await;
    assert_eq!(why(&app, id, Requirement::ReviewComplete), "“Lessons learnt” lacks a follow-up action.");
    let form = browser.get(&format!("/records/{id}/follow-ups/new?point=lessons")).await.expect(200).form(&format!("/records/{id}/follow-ups"));
    browser.submit(&form.clone().with("title", "")).await.expect(422).expect_text("Fill this in").expect_text("Say when it is to be done");
    let form = form.with("title", "Rehearse it");
    browser.submit(&form.clone().with("due_at", "2020-01-01T12:00")).await.expect(422).expect_text("This time is over already.");
    browser.submit(&form.clone().with("due_at", "9999-01-01T12:00")).await.expect(422).expect_text("Write a year from 1990 to 2199.");
    let filled = form.with("title", "Rehearse it").with("due_at", "2026-03-20T12:00").with("assignee", ines.id);
    browser.submit(&filled).await.expect(303);
    assert_eq!(why(&app, id, Requirement::ReviewComplete), "Every point has its outcome and its owner.");
    assert_eq!(why(&app, id, Requirement::FollowUpsSettled), "“Rehearse it” is neither done nor handed on.");
}

#[tokio::test]
async fn who_wrote_meanwhile_is_not_overwritten() {
    let Place { app, ines, id, .. } = reviewed().await;
    let browser = app.browser_of(&ines);
    let form = browser.get(&format!("/records/{id}/review/lessons/edit")).await.form(&format!("/records/{id}/review/lessons"));
    given::point_is(&app, id, Point::Lessons, PointOutcome::Met);
    let page = browser.submit(&form.with("outcome", "not_met").with("finding", "Mine")).await.expect(409);
    let page = page.expect_text("This point was written about meanwhile").expect_text("Mine").expect_text("As it is.");
    let again = page.form(&format!("/records/{id}/review/lessons"));
    browser.submit(&again).await.expect(303);
    browser.get(&format!("/records/{id}/review")).await.expect_text("Mine");
}

#[tokio::test]
async fn only_those_who_may_move_the_release_write_and_only_in_its_review() {
    let Place { app, ines, id, .. } = reviewed().await;
    let viewer = app.signed_in(Role::Viewer);
    viewer.get(&format!("/records/{id}/review")).await.expect(200).expect_no_text("/edit");
    viewer.get(&format!("/records/{id}/review/lessons/edit")).await.expect(403);
    viewer.post(&format!("/records/{id}/review/lessons"), &[("outcome", "met"), ("version", "0")]).await.expect(403);
    let browser = app.browser_of(&ines);
    browser.get(&format!("/records/{id}/review/beauty/edit")).await.expect(404);
    let early = given::release(&app, "Ledger").in_phase("plan");
    browser.get(&format!("/records/{early}/review/lessons/edit")).await.expect(409).expect_text("once the release has come to it");
    let rfc = given::change(&app, "Tariff").registered();
    browser.get(&format!("/records/{rfc}/review")).await.expect(404);
}

#[tokio::test]
async fn an_action_is_done_or_handed_on_by_whoever_has_it() {
    let Place { app, ines, id, .. } = reviewed().await;
    let cora = given::user(&app, "Cora", &[Role::Contributor]);
    let uma = given::user(&app, "Uma", &[Role::Contributor]);
    app.tell();
    let action = given::follow_up(&app, id, "Add an index", Some(cora.id));
    app.tell();
    assert_eq!(app.told_of(cora.id, Rule::FollowUpAssigned).len(), 1);
    let (hers, other) = (app.browser_of(&cora), app.browser_of(&uma));
    hers.get("/").await.expect_text("Add an index");
    let at = format!("/follow-ups/{action}/state");
    other.post(&at, &[("state", "done")]).await.expect(403);
    hers.post(&at, &[("state", "handed_on"), ("note", "")]).await.expect(422);
    hers.post(&at, &[("state", "done"), ("note", " ")]).await.expect(422).expect_text("Say what came of it.");
    hers.post(&at, &[("state", "handed_on"), ("note", "PRB-77, Paul has it")]).await.expect(303);
    hers.post(&at, &[("state", "done")]).await.expect(409).expect_text("settled already");
    app.browser_of(&ines).get(&format!("/records/{id}/review")).await.expect_text("PRB-77, Paul has it").expect_text("Handed on");
    hers.get("/").await.expect_no_text("Add an index");
    hers.post(&at, &[("state", "open")]).await.expect(303);
    assert_eq!(given::sheet(&app, id).follow_ups[0].action.state, FollowUpState::Open);
}

#[tokio::test]
async fn a_late_action_is_told_like_any_other_deadline() {
    let Place { app, id, .. } = reviewed().await;
    let cora = given::user(&app, "Cora", &[Role::Contributor]);
    given::follow_up(&app, id, "Add an index", Some(cora.id));
    app.clock.advance(chrono::Duration::days(10) + chrono::Duration::hours(1));
    app.act(|tx| slipway::app::deadlines::sweep(tx, 100)).expect("swept");
    let told = app.told_of(cora.id, Rule::DeadlineMissed);
    assert!(told.iter().any(|it| it.contains("Add an index")), "{told:?}");
}

#[tokio::test]
async fn it_closes_only_when_nothing_was_forgotten_and_says_what_came_of_it() {
    let Place { app, ines, id, .. } = reviewed().await;
    let mara = given::user(&app, "Mara", &[Role::ReleaseManager]);
    given::follow_up(&app, id, "Add an index", None);
    for requirement in [Requirement::ReviewComplete, Requirement::ChangesClosed, Requirement::LogAndCmsCurrent] {
        given::fulfil(&app, id, requirement);
    }
    let seen = given::sheet(&app, id).full.record.version;
    let refused = app.act(|tx| slipway::app::phases::take(tx, id, seen, "close", "")).expect_err("an action is open").to_string();
    assert!(refused.contains("Add an index"), "{refused}");
    given::fulfil(&app, id, Requirement::FollowUpsSettled);
    given::ask(&app, id);
    assert!(given::pending(&app, id).iter().all(|(_, who, _)| *who != ines.id), "never the owner");
    given::point_is(&app, id, Point::Lessons, PointOutcome::NotApplicable);
    given::approve(&app, id, mara.id);
    app.tell();
    given::take(&app, id, "close", "");
    app.tell();
    let told = app.told_of(ines.id, Rule::Closed);
    assert!(told.iter().any(|it| it.contains("has ended: closed")), "{told:?}");
    let sheet = given::sheet(&app, id);
    assert_eq!(sheet.full.record.state, RecordState::Closed);
    let browser = app.browser_of(&ines);
    browser.post(&format!("/records/{id}/follow-ups"), &[("point", "lessons"), ("title", "Late"), ("due_at", "2026-05-01T12:00")]).await.expect(409);
    browser
        .post(&format!("/records/{id}/review/lessons"), &[("outcome", "met"), ("version", "2")])
        .await
        .expect(409)
        .expect_text("It is over")
        .expect_no_text("Not yet");
}

#[tokio::test]
async fn an_administrator_reopens_it_by_name_and_with_a_reason() {
    let Place { app, ines, root, id } = reviewed().await;
    given::advance(&app, id);
    assert_eq!(given::sheet(&app, id).full.record.state, RecordState::Closed);
    app.browser_of(&ines).get(&format!("/records/{id}/reopening")).await.expect(403).expect_text("Ask an administrator.");
    let browser = app.browser_of(&root);
    let form = browser.get(&format!("/records/{id}/reopening")).await.expect(200).form(&format!("/records/{id}/reopening"));
    browser.submit(&form.clone().with("reason", " ")).await.expect(422).expect_text("Fill this in");
    browser.submit(&form.clone().with("reason", "A bill is missing")).await.expect(303);
    browser.submit(&form.with("reason", "Twice")).await.expect(409);
    let record = given::sheet(&app, id).full.record;
    assert_eq!((record.state, record.phase.as_str(), record.ended_at), (RecordState::Open, "review", None));
    browser.get(&format!("/releases/{id}")).await.expect_text("A bill is missing").expect_text("reopened it in Review");
    app.tell();
    assert_eq!(app.told_of(ines.id, Rule::Reopened).len(), 1);
    assert!(given::sheet(&app, id).round().is_none(), "what was approved before counts no longer");
    browser.get(&format!("/records/{id}/reopening")).await.expect(409).expect_text("has not ended").expect_text("Nothing to do");
}

#[tokio::test]
async fn what_it_superseded_is_superseded_no_longer_until_it_closes_again() {
    let app = TestApp::start().await;
    given::user(&app, "Ines", &[Role::ReleaseManager]);
    given::user(&app, "Tom", &[Role::ReleaseCoordinator]);
    let emergency = given::release(&app, "Payroll").emergency().in_phase("closed");
    let minor = given::release(&app, "Payroll").in_phase("closed");
    let by = |app: &TestApp| given::sheet(app, emergency).full.release.expect("a release").superseded_by;
    assert_eq!(by(&app), Some(minor));
    let seen = given::sheet(&app, minor).full.record.version;
    app.act(|tx| slipway::app::reopening::reopen(tx, minor, seen, "A bill is missing")).expect("reopened");
    assert_eq!(by(&app), None);
    given::advance(&app, minor);
    assert_eq!(by(&app), Some(minor));
}

#[tokio::test]
async fn the_review_starts_from_what_each_rfc_came_to() {
    let app = TestApp::start().await;
    let ines = given::user(&app, "Ines", &[Role::ReleaseManager]);
    let id = given::release(&app, "Payroll").with_changes(1).in_phase("review");
    let change = given::sheet(&app, id).changes[0].clone();
    given::fulfil(&app, id, Requirement::ChangesClosed);
    let page = app.browser_of(&ines).get(&format!("/records/{id}/review/actions/edit")).await.expect(200);
    let evidence = page.form(&format!("/records/{id}/review/actions")).value("evidence").to_owned();
    assert!(evidence.contains(&format!("{} “{}”: closed; ", change.number(), change.title)) && evidence.contains(": passed"), "{evidence}");
}

#[tokio::test]
async fn it_does_not_close_over_open_incidents_and_errors_that_nobody_accepted() {
    let Place { app, id, .. } = reviewed().await;
    given::fulfil(&app, id, Requirement::NothingOpen);
    let left = given::early_life_left(&app, id);
    assert!(why(&app, id, Requirement::NothingOpen).starts_with("INC-1 “Slow sign-in” is still open"));
    given::follow_up(&app, id, "INC-10 is another one", None);
    assert!(why(&app, id, Requirement::NothingOpen).starts_with("INC-1 “Slow sign-in” is still open"));
    given::follow_up(&app, id, "The next release mends INC-1", None);
    assert_eq!(why(&app, id, Requirement::NothingOpen), "Nobody has accepted the known error “Old bookmarks fail”.");
    app.write(|tx| slipway::store::early_life::known_errors::accept(tx, left));
    assert!(why(&app, id, Requirement::NothingOpen).starts_with("No mandatory task, survey, incident or problem is open"));
}

#[tokio::test]
async fn who_approves_the_closure_sees_what_it_rests_on_and_is_asked_anew_when_that_changes() {
    let Place { app, ines, id, .. } = reviewed().await;
    let mara = given::user(&app, "Mara", &[Role::ReleaseManager]);
    for requirement in [Requirement::ReviewComplete, Requirement::ChangesClosed, Requirement::LogAndCmsCurrent, Requirement::NothingOpen] {
        given::fulfil(&app, id, requirement);
    }
    let action = given::follow_up(&app, id, "Add an index", Some(ines.id));
    given::ask(&app, id);
    let (approval, ..) = given::pending(&app, id).into_iter().find(|(_, who, _)| *who == mara.id).expect("she is asked");
    let page = app.browser_of(&mara).get(&format!("/approvals/{approval}")).await.expect(200);
    page.expect_text("Add an index: open, Ines").expect_text("Owner: ");
    given::approve(&app, id, mara.id);
    let to = slipway::domain::follow_ups::FollowUpState::HandedOn;
    app.act(|tx| slipway::app::follow_ups::take(tx, action, to, "To the next release")).expect("handed on");
    assert!(given::pending(&app, id).iter().any(|(_, who, _)| *who == mara.id), "she is asked anew");
    given::approve(&app, id, mara.id);
    given::early_life_left(&app, id);
    assert!(given::pending(&app, id).iter().any(|(_, who, _)| *who == mara.id), "an incident came up");
}
