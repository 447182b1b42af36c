//! Running records go on by another version of their workflow: looked at first, then one, some or all, and nothing is lost on the way.

mod many;
mod rounds;
mod telling;

use crate::support::given::{self, Somebody};
use crate::support::html::Form;
use crate::support::{Browser, Page, TestApp};
use chrono::Duration;
use slipway::domain::deadlines::Subject;
use slipway::domain::ids::{RecordId, WorkflowId};
use slipway::domain::people::Role;
use slipway::domain::requirements::Requirement;
use slipway::domain::tasks::TaskState;
use slipway::domain::workflows::Workflow;

const MINOR: &str = "release-minor";

/// Ines, who manages, in her browser.
fn ines(app: &TestApp) -> Browser {
    app.browser_of(&given::user(app, "Ines", &[Role::ReleaseManager]))
}

/// The address of the page that moves records from this version.
fn at(from: WorkflowId) -> String {
    format!("/workflows/{from}/moving")
}

/// The version that minor releases start with, and a newer one.
fn versions(app: &TestApp, change: impl FnOnce(&mut Workflow)) -> (WorkflowId, WorkflowId) {
    (given::version(app, MINOR, 3), given::next_version(app, MINOR, change))
}

/// The form that moves, filled in but for the records.
fn order(page: &Page, from: WorkflowId) -> Form {
    let forms = crate::support::html::forms(&page.body);
    let form = forms.into_iter().find(|it| it.action == at(from) && it.method == "post");
    form.unwrap_or_else(|| panic!("nothing to move in {}", page.body)).with("reason", "The process is better now")
}

fn seen(app: &TestApp, id: RecordId) -> String {
    format!("{id}:{}", given::sheet(app, id).full.record.version)
}

fn follows(app: &TestApp, id: RecordId) -> (WorkflowId, String, i32) {
    let record = given::sheet(app, id).full.record;
    (record.workflow_id, record.phase, record.visit)
}

/// When the phase of a record is to be told as missed.
fn deadline(app: &TestApp, id: RecordId) -> Option<chrono::DateTime<chrono::Utc>> {
    use diesel::prelude::*;
    use slipway::store::schema::deadlines;
    let of_phase = deadlines::record_id.eq(id).and(deadlines::subject.eq(Subject::Phase));
    app.read(|conn| deadlines::table.filter(of_phase).select(deadlines::due_at).first(conn).optional())
}

#[tokio::test]
async fn the_record_says_that_there_is_a_newer_version_and_leads_to_what_would_change() {
    let app = TestApp::start().await;
    let id = given::release(&app, "Payroll").in_phase("build_test");
    let browser = ines(&app);
    let home = format!("/releases/{id}");
    browser.get(&home).await.expect(200).expect_no_text("look at what would change");
    let (from, to) = versions(&app, |it| {
        given::phase(it, "build_test").transitions[0].requirements.push(Requirement::ItemsNamed);
        given::phase(it, "build_test").target_days = Some(30);
    });
    app.signed_in(Role::Viewer).get(&home).await.expect_text("Version 4 is there; it stays").expect_no_text("look at what would change");
    let link = format!("/workflows/{from}/moving?to={to}&only={id}");
    browser.get(&home).await.expect_text("version 3. Version 4 is there").expect_text(&link.replace('&', "&amp;"));
    let page = browser.get(&link).await.expect(200).expect_text("Asked from now on: Affected items named.").expect_no_text(">new visit<");
    let before = given::sheet(&app, id).full.record;
    browser.submit(&order(&page, from).with("one", seen(&app, id))).await.expect_see(&home);

    assert_eq!(follows(&app, id), (to, "build_test".into(), before.visit));
    let after = given::sheet(&app, id).full;
    let due = after.calendar.due(before.phase_entered_at, 30);
    assert_eq!((after.record.phase_due_at, deadline(&app, id)), (Some(due), Some(due)), "the days count from when it came here");
    assert_eq!(after.record.phase_entered_at, before.phase_entered_at);
    assert_eq!(app.log().last().map(String::as_str), Some("workflow_changed"));
    let page = browser.get(&home).await.expect_text("moved it from version 3 to version 4 of Minor release").expect_text("The process is better now");
    let page = page.expect_no_text("look at what would change").expect_text("Affected items named");
    page.expect_text("Build and test");
    browser.get(&link).await.expect(200).expect_text("does not run by this version any more");
}

#[tokio::test]
async fn what_was_given_in_a_phase_that_stays_counts_on() {
    let app = TestApp::start().await;
    let id = given::release(&app, "Payroll").in_phase("build_test");
    given::fulfil(&app, id, Requirement::TestsPassed);
    let waiver = Requirement::ExitCriteriaAgreed;
    app.act(|tx| slipway::app::phases::waive(tx, id, waiver, "Nobody to agree with")).expect("waived");
    let (from, to) = versions(&app, |it| given::phase(it, "build_test").name = "Make and test".into());
    let browser = ines(&app);
    let page = browser.get(&at(from)).await.expect(200).expect_text("Build and test → Make and test").expect_no_text("Asked again");
    browser.submit(&order(&page, from).and("one", seen(&app, id))).await.expect(303);
    assert_eq!(follows(&app, id).0, to);
    let facts = given::sheet(&app, id).facts();
    assert_eq!((facts.confirmations.len(), facts.waived.len()), (1, 1));
    let page = browser.get(&format!("/releases/{id}")).await.expect_text("Make and test").expect_text("Waived: Nobody to agree with");
    page.expect_no_text("Is the release deployed");
    let visits = given::sheet(&app, id).visits;
    assert_eq!(visits.last().map(|it| it.name.as_str()), Some("Make and test"));
    assert!(visits.iter().filter(|it| it.left_at.is_none()).count() == 1);
}

#[tokio::test]
async fn a_record_in_a_phase_that_is_gone_begins_a_new_visit_and_its_tasks_and_surveys_go_along() {
    let app = TestApp::start().await;
    let id = given::release(&app, "Payroll").with_model().in_phase("build_test");
    given::fulfil(&app, id, Requirement::TestsPassed);
    let tasks: Vec<_> = given::sheet(&app, id).tasks.into_iter().filter(|it| it.task.phase == "build_test").collect();
    assert!(!tasks.is_empty());
    let survey = given::draft_survey(&app, id, &[slipway::domain::surveys::Audience::Users]);
    app.write(|tx| diesel::RunQueryDsl::execute(diesel::sql_query(format!("UPDATE surveys SET phase = 'rollout' WHERE id = {survey}")), tx.conn).map(drop));
    let (from, to) = versions(&app, |it| {
        given::rename_phase(it, "build_test", "construction", "Construction");
        given::rename_phase(it, "rollout", "distribution", "Distribution");
    });
    app.clock.advance(Duration::days(1));
    let browser = ines(&app);
    let page = browser.get(&at(from)).await.expect(200).expect_text("gone in the other version").expect_text("Construction").expect_text("new visit");
    let goes = |it: &slipway::store::tasks::Named| it.task.state.is_open() && ["build_test", "rollout"].contains(&it.task.phase.as_str());
    let open = given::sheet(&app, id).tasks.iter().filter(|it| goes(it)).count();
    let page =
        page.expect_text("Asked again, though it was met: Tests passed").expect_text(&format!("{open} open tasks go along")).expect_text("1 survey goes along");
    assert_eq!(order(&page, from).value("phase-build_test"), "construction");
    let before = follows(&app, id);
    browser.submit(&order(&page, from).and("one", seen(&app, id))).await.expect(303);

    assert_eq!(follows(&app, id), (to, "construction".into(), before.2 + 1));
    let sheet = given::sheet(&app, id);
    let record = &sheet.full.record;
    assert_eq!((record.phase_name.as_str(), record.phase_entered_at, record.phase_due_at), ("Construction", app.clock.now(), deadline(&app, id)));
    assert!(sheet.facts().confirmations.is_empty(), "tests are confirmed anew");
    for it in &tasks {
        let now = sheet.tasks.iter().find(|task| task.task.id == it.task.id).expect("it is there");
        assert_eq!(now.task.phase, "construction");
        assert!(now.task.version > it.task.version, "whoever has its form open is told");
        assert_eq!(now.task.state == TaskState::Ready, it.task.state == TaskState::Ready);
    }
    assert_eq!(app.read(|conn| slipway::store::surveys::find(conn, survey)).phase.as_deref(), Some("distribution"));
    let way: Vec<_> = sheet.visits.iter().map(|it| (it.phase.as_str(), it.name.as_str())).collect();
    assert_eq!(way[way.len() - 2..], [("construction", "Build and test"), ("construction", "Construction")], "as it was called then");
    // It goes on to the end by the new version, by what that asks.
    for _ in 0..4 {
        given::advance(&app, id);
    }
    assert_eq!(given::sheet(&app, id).full.record.phase, "closed");
}

#[tokio::test]
async fn each_visit_stands_under_its_own_phase_when_the_places_are_shifted_by_one() {
    let app = TestApp::start().await;
    let id = given::release(&app, "Payroll").in_phase("build_test");
    let (from, to) = versions(&app, |_| {});
    let browser = ines(&app);
    let form = order(&browser.get(&at(from)).await.expect(200), from).with("phase-build_test", "plan").with("phase-plan", "assess");
    browser.submit(&form.and("one", seen(&app, id))).await.expect(303);
    let sheet = given::sheet(&app, id);
    assert_eq!((sheet.full.record.workflow_id, sheet.full.record.phase.as_str()), (to, "plan"));
    let way: Vec<_> = sheet.visits.iter().rev().take(3).map(|it| (it.phase.as_str(), it.name.as_str())).collect();
    let plan = given::sheet(&app, id).full.record.phase_name;
    assert_eq!(way[..2], [("plan", plan.as_str()), ("plan", "Build and test")]);
    assert_eq!(way[2], ("assess", plan.as_str()), "as it was called then");
}

#[tokio::test]
async fn a_phase_without_a_place_is_said_beside_it_and_nothing_is_moved_to_an_end() {
    let app = TestApp::start().await;
    let id = given::release(&app, "Payroll").in_phase("plan");
    let (from, to) = versions(&app, |it| given::rename_phase(it, "plan", "design", "Design"));
    let browser = ines(&app);
    let chosen = format!("{}?to={to}&for={to}", at(from));
    let page = browser.get(&format!("{chosen}&phase-assess=assess&phase-plan=closed&phase-review=nowhere")).await.expect(422);
    let page = page.expect_text("Nothing is moved to an end").expect_text("The other version has no such phase").expect_text("Choose where its records go");
    assert!(!page.has("What would change"));
    let page = browser.get(&at(from)).await.expect(200);
    let form = order(&page, from).and("one", seen(&app, id));
    let page = browser.submit(&form.clone().with("phase-plan", "abandoned")).await.expect(422).expect_text("Nothing is moved to an end");
    page.expect_text("Say for each phase where its records go");
    let page = browser.submit(&form.clone().with("reason", " ")).await.expect(422);
    assert_eq!(order(&page, from).value("phase-plan"), "design", "the choice is not lost");
    let none = order(&browser.get(&at(from)).await, from).and("do", "chosen");
    browser.submit(&none).await.expect(422).expect_text("Tick at least one record").expect_text("The process is better now");
    assert_eq!(follows(&app, id).0, from);
    // For another version the phases are proposed anew, whatever stands in the form.
    let older = given::version(&app, MINOR, 1);
    browser.get(&format!("{}?to={older}&for={to}&phase-plan=design", at(from))).await.expect(200).expect_no_text("gone in the other version");
    browser.get(&format!("{}?to=999999", at(from))).await.expect(422).expect_text("This version cannot be chosen here");
    browser.get("/workflows/999999/moving").await.expect(404);
    browser.post(&at(from), &[("to", "999999"), ("do", "all"), ("reason", "So")]).await.expect(404);
    let rfcs = given::version(&app, "change-normal", 1).to_string();
    browser.post(&at(from), &[("to", &rfcs), ("do", "all"), ("reason", "So")]).await.expect(404);
}

#[tokio::test]
async fn an_old_page_moves_nothing_and_is_shown_what_would_change_now() {
    let app = TestApp::start().await;
    let id = given::release(&app, "Payroll").in_phase("plan");
    let (from, to) = versions(&app, |it| given::phase(it, "plan").name = "Design".into());
    let browser = ines(&app);
    let page = browser.get(&at(from)).await.expect(200);
    let form = order(&page, from).and("one", seen(&app, id));
    given::edit_window(&app, id, 20);
    let page = browser.submit(&form).await.expect(409).expect_text("Changed meanwhile").expect_text("The process is better now");
    assert_eq!(follows(&app, id).0, from);
    let again = order(&page, from).and("one", seen(&app, id));
    browser.submit(&again).await.expect(303);
    assert_eq!(follows(&app, id).0, to);
    browser.submit(&again).await.expect(409).expect_text("goes by another version of its workflow already");
}

#[tokio::test]
async fn only_those_who_shape_the_process_move_records() {
    let app = TestApp::start().await;
    let id = given::release(&app, "Payroll").in_phase("plan");
    let (from, to) = versions(&app, |_| {});
    let (seen, to) = (seen(&app, id), to.to_string());
    for role in [Role::Viewer, Role::Contributor, Role::ReleaseApprover, Role::ReleaseCoordinator] {
        let browser = app.signed_in(role);
        browser.get(&at(from)).await.expect(403);
        browser.post(&at(from), &[("to", &to), ("one", &seen), ("reason", "So")]).await.expect(403);
        browser.post(&at(from), &[("to", &to), ("do", "all"), ("reason", "So")]).await.expect(403);
    }
    assert_eq!(follows(&app, id).0, from);
    app.signed_in(Role::Administrator).get(&at(from)).await.expect(200).expect_text("Nothing changes for it.");
}

#[tokio::test]
async fn what_has_ended_stays_on_its_version_for_good() {
    let app = TestApp::start().await;
    let id = given::release(&app, "Payroll").in_phase("plan");
    let (from, to) = versions(&app, |_| {});
    let browser = ines(&app);
    let form = order(&browser.get(&at(from)).await, from);
    given::take(&app, id, "abandon", "No money");
    browser.submit(&form.and("one", seen(&app, id))).await.expect(409).expect_text("It has ended");
    browser.get(&at(from)).await.expect(200).expect_text("Nothing runs by this version now").expect_text("Back to the workflows");
    browser.get(&format!("/releases/{id}")).await.expect_no_text("look at what would change");
    let chosen = [("to", to.to_string()), ("do", "all".to_owned()), ("reason", "So".to_owned())];
    let phases = ["assess", "plan", "build_test", "rollout", "back_out", "early_life", "review"].map(|it| (format!("phase-{it}"), it));
    let fields: Vec<(&str, &str)> = chosen.iter().map(|(name, it)| (*name, it.as_str())).chain(phases.iter().map(|(name, it)| (name.as_str(), *it))).collect();
    browser.post(&at(from), &fields).await.expect(409).expect_text("nothing to move");
    assert_eq!(given::sheet(&app, id).full.record.workflow_id, from);
}

#[tokio::test]
async fn an_rfc_that_gets_further_by_it_tells_its_release() {
    let app = TestApp::start().await;
    let release = given::release(&app, "Payroll").with_changes(1).in_phase("plan");
    let rfc = given::sheet(&app, release).changes[0].id;
    let from = given::sheet(&app, rfc).full.record.workflow_id;
    let to = given::version(&app, "change-standard", 2);
    let browser = ines(&app);
    let page = browser.get(&format!("{}?to={to}&only={rfc}", at(from))).await.expect(200).expect_text("RFC").expect_text("gone in the other version");
    let form = order(&page, from).with("phase-registered", "build").and("one", seen(&app, rfc));
    browser.submit(&form).await.expect_see(&format!("/changes/{rfc}"));
    assert_eq!(follows(&app, rfc).1, "build");
    assert!(app.log().contains(&"changes_all_authorised".to_owned()), "{:?}", app.log());
    browser.get(&format!("/changes/{rfc}")).await.expect_text("of Standard change, before that Normal change");
}

/// A manager and two approvers, who are the boards.
fn people(app: &TestApp) -> (Somebody, [Somebody; 2]) {
    (given::user(app, "Ines", &[Role::ReleaseManager]), given::approvers(app, ["Ada", "Ben"]))
}
