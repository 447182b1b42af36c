//! The activity log: one event for each action, none for a refused one, and nobody can rewrite it.

use crate::support::TestApp;
use crate::support::given;
use diesel::prelude::*;
use slipway::app;
use slipway::app::records::Edit;
use slipway::domain::people::Role;
use slipway::store::events::{Verdict, verify};
use slipway::store::records::Scope;

fn sql(app: &TestApp, statement: &str) -> Result<usize, String> {
    app.act(|tx| Ok(diesel::sql_query(statement).execute(tx.conn)?)).map_err(|error| match error {
        app::Error::Outage(cause) => format!("{cause:?}"),
        other @ (app::Error::NotFound | app::Error::Forbidden(_) | app::Error::Refused(_) | app::Error::Stale | app::Error::Invalid(_)) => other.to_string(),
    })
}

fn verdict(app: &TestApp) -> Verdict {
    app.read(verify)
}

#[tokio::test]
async fn each_action_leaves_its_event_and_a_refused_one_none() {
    let app = TestApp::start().await;
    let ines = given::user(&app, "Ines", &[Role::ReleaseManager]);
    let [ada] = given::approvers(&app, ["Ada"]);
    let id = given::release(&app, "Payroll").with_changes(1).in_phase("plan");
    let browser = app.browser_of(&ines);
    let approver = app.browser_of(&ada);
    let [tasks, rounds, waivers, phase] = ["tasks", "rounds", "waivers", "phase"].map(|it| format!("/records/{id}/{it}"));
    let mut seen = app.log().len();
    let mut since = || {
        let log = app.log();
        let new = log[seen..].to_vec();
        seen = log.len();
        new
    };
    browser.post(&tasks, &[("title", "Book"), ("phase", "plan")]).await.expect(303);
    assert_eq!(since(), ["task_added", "tasks_ready"]);
    let task = given::sheet(&app, id).tasks[0].task.id;
    browser.post(&format!("/tasks/{task}/assignee"), &[("assignee", "me")]).await.expect(303);
    browser.post(&format!("/tasks/{task}/state"), &[("step", "complete")]).await.expect(303);
    assert_eq!(since(), ["task_assigned", "task_moved"]);
    browser.post(&waivers, &[("requirement", "window_set"), ("reason", "Any night")]).await.expect(303);
    assert_eq!(since(), ["requirement_waived"]);
    browser.post(&rounds, &[]).await.expect(303);
    assert_eq!(since(), ["approval_asked", "step_opened"]);
    let (approval, _, digest) = given::pending(&app, id).remove(0);
    approver.post(&format!("/approvals/{approval}/decision"), &[("decision", "approve"), ("digest", &digest)]).await.expect(303);
    assert_eq!(since(), ["approval_decided", "step_settled", "round_settled"]);
    for (path, fields) in [
        (&tasks, vec![("title", ""), ("phase", "plan")]),
        (&rounds, vec![]),
        (&waivers, vec![("requirement", "window_set"), ("reason", "Again")]),
        (&phase, vec![("version", "0"), ("transition", "advance")]),
    ] {
        assert!(browser.post(path, &fields).await.status >= 400, "{path}");
        assert!(approver.post(path, &fields).await.status >= 400, "{path}");
    }
    browser.post(&format!("/tasks/{task}/state"), &[("step", "complete")]).await.expect(409);
    assert_eq!(since(), [""; 0]);
    assert!(matches!(verdict(&app), Verdict::Whole(end) if end.id == seen as i64));
}

#[tokio::test]
async fn what_is_rolled_back_takes_its_event_along() {
    let app = TestApp::start().await;
    let id = given::release(&app, "Payroll").registered();
    let before = app.log();
    let scope = Edit::Scope(Scope { scope: "All".into(), reason: String::new() });
    let broken: app::Result<()> = app.act(|tx| app::records::edit(tx, id, 0, &scope).and(Err(app::Error::Stale)));
    assert!(broken.is_err());
    assert_eq!((app.log(), given::sheet(&app, id).full.record.scope.as_str()), (before, ""));
}

#[tokio::test]
async fn many_who_write_at_once_leave_one_chain() {
    let app = TestApp::start().await;
    let people: Vec<_> = (0..6).map(|at| given::user(&app, &format!("Viewer {at}"), &[Role::Viewer])).collect();
    let id = given::release(&app, "Payroll").registered();
    let watch = |who: given::Somebody| {
        let browser = app.browser_of(&who);
        async move { browser.post(&format!("/records/{id}/watching"), &[("watching", "yes")]).await.expect(303) }
    };
    let mut running: Vec<_> = people.into_iter().map(|it| tokio::spawn(watch(it))).collect();
    for it in running.drain(..) {
        it.await.expect("it ends");
    }
    assert!(matches!(verdict(&app), Verdict::Whole(end) if end.id == 7));
}

#[tokio::test]
async fn the_database_itself_refuses_to_change_the_log() {
    let app = TestApp::start().await;
    given::release(&app, "Payroll").registered();
    for statement in ["UPDATE events SET kind = 'nothing'", "UPDATE events SET kind = kind WHERE false", "DELETE FROM events", "TRUNCATE events"] {
        let refused = sql(&app, statement).expect_err(statement);
        assert!(refused.contains("append-only"), "{statement}: {refused}");
    }
    assert_eq!(app.log(), ["release_registered"]);
}

#[tokio::test]
async fn a_changed_row_a_missing_row_and_a_cut_off_tail_are_named() {
    let app = TestApp::start().await;
    given::release(&app, "Payroll").with_changes(3).registered();
    let Verdict::Whole(end) = verdict(&app) else { panic!("it is whole: {:?}", verdict(&app)) };
    assert!(end.id > 4);
    let meddle = |statement: &str| {
        let disabled =
            format!("ALTER TABLE events DISABLE TRIGGER events_are_append_only; {statement}; ALTER TABLE events ENABLE TRIGGER events_are_append_only");
        app.act(|tx| Ok(diesel::connection::SimpleConnection::batch_execute(tx.conn, &disabled)?)).expect(statement);
    };
    let named = |at: i64, why: &'static str| assert_eq!(verdict(&app), Verdict::Broken { at, why });
    meddle("CREATE TABLE kept AS SELECT * FROM events");
    meddle("UPDATE events SET details = '{\"title\": \"Nothing\"}' WHERE id = 3");
    named(3, "it was changed after it was written");
    meddle("DELETE FROM events WHERE id = 3");
    named(4, "events before it are missing");
    meddle("DELETE FROM events; INSERT INTO events SELECT * FROM kept; UPDATE events SET actor_id = (SELECT max(id) FROM users) WHERE id = 2");
    named(2, "it was changed after it was written");
    meddle(&format!("DELETE FROM events; INSERT INTO events SELECT * FROM kept WHERE id < {}", end.id));
    named(end.id, "it is missing: the log once reached further");
    meddle("DELETE FROM events; INSERT INTO events SELECT * FROM kept");
    assert!(matches!(verdict(&app), Verdict::Whole { .. }), "put back as it was it is whole again");
}

#[tokio::test]
async fn the_whole_log_is_an_administrators_and_of_a_record_everybodys() {
    let app = TestApp::start().await;
    let id = given::release(&app, "Payroll").titled("<b>Tax</b>").registered();
    for role in Role::ALL {
        let browser = app.signed_in(*role);
        browser.get(&format!("/records/{id}/activity")).await.expect(200).expect_text("registered Payroll v1.1 as a minor release");
        let log = browser.get("/activity").await;
        assert_eq!(log.status, if *role == Role::Administrator { 200 } else { 404 }, "{role:?}");
    }
    let admin = app.browser_of(&given::user(&app, "Administrator", &[]));
    admin.get("/activity?kind=release_registered").await.expect(200).expect_text("registered Payroll v1.1");
    admin.get("/activity?kind=signed_in").await.expect(200).expect_text("Nothing matches");
}

#[tokio::test]
async fn an_edit_says_what_was_before_and_after() {
    let app = TestApp::start().await;
    let id = given::release(&app, "Payroll").registered();
    let browser = app.browser_of(&given::user(&app, "Ines", &[Role::ReleaseManager]));
    let at = format!("/records/{id}/details");
    let form = browser.get(&format!("{at}/edit")).await.form(&at).with("title", "Better <still>").with("impact", "high");
    browser.submit(&form).await.expect(303);
    let page = browser.get(&format!("/records/{id}/activity")).await;
    page.expect_text("2 fields changed")
        .expect_text("<del>Payroll, better</del>")
        .expect_text("<ins>Better &#60;still&#62;</ins>")
        .expect_text("<ins>High</ins>");
}

#[tokio::test]
async fn a_long_log_is_read_page_by_page() {
    let app = TestApp::start().await;
    let viewer = given::user(&app, "Vera", &[Role::Viewer]);
    let id = given::release(&app, "Payroll").registered();
    for on in [true, false].iter().cycle().take(120) {
        app.act_as(viewer.actor(), |tx| app::records::watch(tx, id, *on)).expect("watched");
    }
    let browser = app.browser_of(&viewer);
    let (mut count, mut address) = (0, format!("/records/{id}/activity"));
    loop {
        let page = browser.get(&address).await.expect(200);
        count += page.body.matches("<li class=\"entry\">").count();
        let next = crate::support::html::tags(&page.body).into_iter().find(|it| it.get("href").is_some_and(|it| it.contains("before=")));
        let Some(next) = next else { break };
        address = next.get("href").expect("an address").to_owned();
    }
    assert_eq!(count, 121);
}
