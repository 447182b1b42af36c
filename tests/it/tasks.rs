//! Tasks: what is ready when, who does it, when it is due.

use crate::support::given::{self, Somebody};
use crate::support::{Browser, Page, TestApp};
use chrono::NaiveDate;
use slipway::domain::ids::{GroupId, RecordId, TaskId};
use slipway::domain::people::Role;
use slipway::domain::tasks::TaskState;
use slipway::store::tasks::Task;

fn ines(app: &TestApp) -> Somebody {
    given::user(app, "Ines", &[Role::ReleaseManager])
}

fn group(app: &TestApp, key: &str) -> GroupId {
    app.read(slipway::store::groups::list).into_iter().find(|it| it.key == key).expect("shipped").id
}

/// Adds a task by its page.
async fn add(browser: &Browser, record: RecordId, fields: &[(&str, &str)]) -> TaskId {
    let mut form = browser.get(&format!("/records/{record}/tasks/new")).await.expect(200).form(&format!("/records/{record}/tasks"));
    for (name, value) in fields {
        form = if *name == "predecessors" { form.and(name, value) } else { form.with(name, value) };
    }
    let page = browser.submit(&form).await.expect(303);
    page.location().rsplit('/').next().and_then(|it| it.parse().ok()).expect("its page")
}

async fn step(browser: &Browser, task: TaskId, step: &str, note: &str) -> Page {
    browser.post(&format!("/tasks/{task}/state"), &[("step", step), ("note", note)]).await
}

fn task(app: &TestApp, id: TaskId) -> Task {
    app.read(|conn| slipway::store::tasks::find(conn, id))
}

#[tokio::test]
async fn a_task_is_ready_once_its_phase_has_begun_and_what_comes_before_is_done() {
    let app = TestApp::start().await;
    let browser = app.browser_of(&ines(&app));
    let id = given::release(&app, "Payroll").with_changes(1).registered();
    let first = add(&browser, id, &[("title", "Funding"), ("phase", "plan")]).await;
    let second = add(&browser, id, &[("title", "Contracts"), ("phase", "plan"), ("predecessors", &first.to_string())]).await;
    let states = || [first, second].map(|it| task(&app, it).state);
    assert_eq!(states(), [TaskState::Planned, TaskState::Planned]);
    step(&browser, first, "complete", "").await.expect(409).expect_text("Its phase has not begun yet");
    given::advance(&app, id);
    assert_eq!(states(), [TaskState::Ready, TaskState::Planned]);
    step(&browser, second, "start", "").await.expect(409).expect_text("“Funding” must be done first");
    let page = browser.get(&format!("/tasks/{first}")).await.expect(200);
    browser.submit(&page.form(&format!("/tasks/{first}/state")).with("step", "start")).await.expect(303);
    step(&browser, first, "complete", "").await.expect(303);
    assert_eq!(states(), [TaskState::Done, TaskState::Ready]);
    step(&browser, first, "complete", "").await.expect(409).expect_text("This task is done already");
    step(&browser, second, "complete", "").await.expect(303);
    step(&browser, first, "reopen", "").await.expect(409).expect_text("Reopen the tasks that followed first: “Contracts”");
    step(&browser, second, "reopen", "").await.expect(303);
    step(&browser, first, "reopen", "").await.expect(303);
    assert_eq!(states(), [TaskState::Ready, TaskState::Planned]);
}

#[tokio::test]
async fn a_task_cannot_come_before_itself() {
    let app = TestApp::start().await;
    let browser = app.browser_of(&ines(&app));
    let id = given::release(&app, "Payroll").registered();
    let a = add(&browser, id, &[("title", "A")]).await;
    let b = add(&browser, id, &[("title", "B"), ("predecessors", &a.to_string())]).await;
    let c = add(&browser, id, &[("title", "C"), ("predecessors", &b.to_string())]).await;
    let form = browser.get(&format!("/tasks/{a}/edit")).await.expect(200).form(&format!("/tasks/{a}"));
    let page = browser.submit(&form.and("predecessors", c)).await.expect(422).expect_text("A task cannot come before itself: “C” waits for this one");
    assert_eq!(page.form(&format!("/tasks/{a}")).value("title"), "A");
    let other = add(&browser, given::release(&app, "Ledger").registered(), &[("title", "Elsewhere")]).await;
    let fields = [("title", "A"), ("phase", "assess"), ("version", "0"), ("predecessors", &other.to_string())];
    browser.post(&format!("/tasks/{a}"), &fields).await.expect(422).expect_text("is not a task of this record");
}

#[tokio::test]
async fn skipping_and_failing_take_a_reason_and_a_failed_task_holds_the_gate() {
    let app = TestApp::start().await;
    let browser = app.browser_of(&ines(&app));
    let id = given::release(&app, "Payroll").with_changes(1).in_phase("plan");
    let held = add(&browser, id, &[("title", "Funding")]).await;
    let optional = add(&browser, id, &[("title", "Cake"), ("mandatory", "")]).await;
    for word in ["skip", "fail"] {
        step(&browser, held, word, " ").await.expect(409).expect_text("Say why.");
    }
    step(&browser, held, "fail", "No money").await.expect(303);
    let blocks = || given::sheet(&app, id).facts().open_tasks;
    assert_eq!(blocks(), ["Funding"], "the optional one holds up nobody");
    browser.get(&format!("/tasks/{held}")).await.expect_text("No money");
    step(&browser, held, "reopen", "").await.expect(303);
    step(&browser, held, "skip", "Paid already").await.expect(303);
    assert_eq!(blocks(), [""; 0]);
    assert_eq!(task(&app, optional).state, TaskState::Ready);
}

#[tokio::test]
async fn a_contributor_works_on_what_is_theirs_and_claims_for_their_group() {
    let app = TestApp::start().await;
    let manager = app.browser_of(&ines(&app));
    let cora = given::user(&app, "Cora", &[Role::Contributor]);
    let carl = given::user(&app, "Carl", &[Role::Contributor]);
    given::members(&app, "operations", std::slice::from_ref(&cora));
    let id = given::release(&app, "Payroll").registered();
    let shared = add(&manager, id, &[("title", "Update"), ("group", &group(&app, "operations").to_string())]).await;
    let own = add(&manager, id, &[("title", "Test"), ("assignee", &carl.id.to_string())]).await;
    let (hers, his) = (app.browser_of(&cora), app.browser_of(&carl));
    hers.get("/tasks").await.expect_text("Update").expect_no_text("Test</a>");
    his.post(&format!("/tasks/{shared}/assignee"), &[("assignee", "me")]).await.expect(403);
    step(&hers, own, "complete", "").await.expect(403).expect_text("Your role may not work on this task");
    let form = hers.get(&format!("/tasks/{shared}")).await.form(&format!("/tasks/{shared}/assignee"));
    hers.submit(&form.with("assignee", "me")).await.expect(303);
    assert_eq!(task(&app, shared).assignee_id, Some(cora.id));
    step(&hers, shared, "complete", "").await.expect(303);
    step(&his, own, "complete", "").await.expect(303);
    hers.post(&format!("/tasks/{own}/assignee"), &[("assignee", &cora.id.to_string())]).await.expect(403);
    hers.get(&format!("/tasks/{own}/edit")).await.expect(403);
    hers.get(&format!("/records/{id}/tasks/new")).await.expect(403);
    let viewer = given::user(&app, "Vera", &[Role::Viewer]);
    manager.post(&format!("/tasks/{own}/assignee"), &[("assignee", &viewer.id.to_string())]).await.expect(303);
    step(&app.browser_of(&viewer), own, "reopen", "").await.expect(403);
}

#[tokio::test]
async fn ticked_tasks_are_assigned_and_moved_together_or_not_at_all() {
    let app = TestApp::start().await;
    let browser = app.browser_of(&ines(&app));
    let cora = given::user(&app, "Cora", &[Role::Contributor]);
    let id = given::release(&app, "Payroll").registered();
    let due = [("due_at", "2026-03-06T15:00")];
    let one = add(&browser, id, &[("title", "One"), due[0]]).await;
    let two = add(&browser, id, &[("title", "Two")]).await;
    let (board, bulk) = (format!("/records/{id}/tasks"), format!("/records/{id}/tasks/bulk"));
    let form = browser.get(&board).await.expect(200).form(&bulk).and("task", one).and("task", two).with("assignee", cora.id).with("days", 1);
    browser.submit(&form).await.expect_see(&board);
    assert_eq!([one, two].map(|it| task(&app, it).assignee_id), [Some(cora.id); 2]);
    assert_eq!(task(&app, one).due_at.map(|it| it.to_rfc3339()).as_deref(), Some("2026-03-09T15:00:00+00:00"), "over the weekend");
    browser.post(&bulk, &[("days", "1")]).await.expect(422).expect_text("Tick the tasks first");
    browser.post(&bulk, &[("task", &one.to_string())]).await.expect(422).expect_text("Choose somebody");
    for days in ["261", "-261", "-9223372036854775808", "9223372036854775807"] {
        browser.post(&bulk, &[("task", &one.to_string()), ("days", days)]).await.expect(422).expect_text("at most 260 working days");
    }
    let elsewhere = add(&browser, given::release(&app, "Ledger").registered(), &[("title", "Elsewhere")]).await;
    let before = app.log();
    browser.post(&bulk, &[("task", &one.to_string()), ("task", &elsewhere.to_string()), ("days", "1")]).await.expect(404);
    assert_eq!(app.log(), before);
}

#[tokio::test]
async fn a_model_brings_its_tasks_once_however_often_it_is_applied() {
    let app = TestApp::start().await;
    let browser = app.browser_of(&ines(&app));
    let id = given::release(&app, "Payroll").registered();
    let at = format!("/records/{id}/models");
    let form = browser.get(&format!("/releases/{id}")).await.form(&at);
    browser.submit(&form).await.expect_see(&format!("/releases/{id}#tasks"));
    browser.get(&format!("/releases/{id}")).await.expect_text("6 tasks were added").expect_text("Restore the backup");
    browser.submit(&form).await.expect(303);
    browser.get(&format!("/releases/{id}")).await.expect_text("nothing was added");
    assert_eq!(given::sheet(&app, id).tasks.len(), 6);
    let major = app.read(slipway::store::models::list).into_iter().find(|it| it.key == "major").expect("shipped").id;
    browser.post(&at, &[("model", &major.to_string())]).await.expect(409).expect_text("This model is for another category");
    browser.post(&at, &[("model", "999")]).await.expect(404);
    let board = browser.get(&format!("/records/{id}/tasks")).await.expect_text("Brief the service desk");
    assert!(board.has("Distribution and rollout"));
}

#[tokio::test]
async fn a_models_texts_fill_only_what_is_empty() {
    let app = TestApp::start().await;
    let browser = app.browser_of(&ines(&app));
    let id = given::release(&app, "Payroll").registered();
    let plan = format!("/records/{id}/plan");
    let form = browser.get(&format!("{plan}/edit")).await.form(&plan);
    browser.submit(&form.with("back_out_plan", "Our own way back")).await.expect(303);
    let form = browser.get(&format!("/releases/{id}")).await.form(&format!("/records/{id}/models"));
    browser.submit(&form).await.expect(303);
    browser.get(&format!("/releases/{id}")).await.expect_text("Our own way back").expect_text("Announce the start").expect_no_text("Restore the backup");
}

#[tokio::test]
async fn due_times_are_counted_from_their_anchors_until_somebody_sets_one() {
    let app = TestApp::start().await;
    let browser = app.browser_of(&ines(&app));
    let id = given::release(&app, "Payroll").with_changes(1).with_model().registered();
    let due = |title: &str| given::sheet(&app, id).tasks.into_iter().find(|it| it.task.title == title).and_then(|it| it.task.due_at).map(|it| it.date_naive());
    let day = |month, day| NaiveDate::from_ymd_opt(2026, month, day);
    assert_eq!([due("Identify the affected systems"), due("Update the systems")], [None, None], "neither the phase nor the window is known");
    given::advance(&app, id);
    assert_eq!(due("Identify the affected systems"), day(3, 5), "three working days from Monday");
    given::edit_window(&app, id, 14);
    assert_eq!([due("Brief the service desk"), due("Update the systems")], [day(3, 13), day(3, 16)]);
    let update = given::sheet(&app, id).tasks.into_iter().find(|it| it.task.title == "Update the systems").expect("there").task.id;
    let form = browser.get(&format!("/tasks/{update}/edit")).await.form(&format!("/tasks/{update}"));
    browser.submit(&form.with("due_at", "2026-03-20T12:00")).await.expect(303);
    given::edit_window(&app, id, 21);
    assert_eq!([due("Brief the service desk"), due("Update the systems")], [day(3, 20), day(3, 20)], "one moved along, the other stays where it was put");
}

#[tokio::test]
async fn whoever_edits_a_task_that_changed_meanwhile_sees_what_is_stored() {
    let app = TestApp::start().await;
    let browser = app.browser_of(&ines(&app));
    let id = given::release(&app, "Payroll").registered();
    let one = add(&browser, id, &[("title", "One")]).await;
    let at = format!("/tasks/{one}");
    let form = browser.get(&format!("{at}/edit")).await.form(&at);
    browser.submit(&form.clone().with("title", "Theirs")).await.expect(303);
    let page = browser.submit(&form.with("title", "Mine")).await.expect(409).expect_text("This task was changed meanwhile").expect_text("Stored now: Theirs");
    let again = page.form(&at);
    assert_eq!(again.value("title"), "Mine");
    browser.submit(&again).await.expect(303);
    assert_eq!(task(&app, one).title, "Mine");
}

#[tokio::test]
async fn a_task_is_due_after_it_starts_and_has_a_phase_of_its_workflow() {
    let app = TestApp::start().await;
    let browser = app.browser_of(&ines(&app));
    let id = given::release(&app, "Payroll").registered();
    let at = format!("/records/{id}/tasks");
    let good = [("title", "One"), ("phase", "plan")];
    for (name, value, why) in [
        ("title", " ", "Fill this in."),
        ("phase", "closed", "Choose a phase of this workflow."),
        ("phase", "lunch", "Choose a phase of this workflow."),
        ("assignee", "999", "This person cannot be chosen any more."),
        ("group", "999", "This group cannot be chosen any more."),
    ] {
        let mut fields: Vec<(&str, &str)> = good.iter().filter(|(it, _)| *it != name).copied().collect();
        fields.push((name, value));
        browser.post(&at, &fields).await.expect(422).expect_text(why);
    }
    let times = [("title", "One"), ("phase", "plan"), ("planned_start", "2026-03-09T10:00"), ("due_at", "2026-03-08T10:00")];
    browser.post(&at, &times).await.expect(422).expect_text("It cannot be due before it starts.");
    given::take(&app, id, "abandon", "No money");
    browser.post(&at, &good).await.expect(409).expect_text("It has ended");
}

#[tokio::test]
async fn a_task_that_is_due_by_working_days_says_how_many() {
    let app = TestApp::start().await;
    let browser = app.signed_in(Role::ReleaseManager);
    let id = given::release(&app, "Payroll").registered();
    let form = browser.get(&format!("/records/{id}/tasks/new")).await.expect(200).form(&format!("/records/{id}/tasks"));
    let form = form.with("title", "Book the rooms").with("anchor", "phase");
    let page = browser.submit(&form).await.expect(422).expect_text("Write how many working days: 0 for the same day.");
    browser.submit(&page.form(&format!("/records/{id}/tasks")).with("offset", "0")).await.expect(303);
}
