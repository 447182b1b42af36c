//! Who hears of a deadline besides those who do it, and what happens around one that has passed.

use super::{add, at, live_until, of, sweep, told};
use crate::support::given::{self, Somebody};
use crate::support::{TestApp, noon};
use chrono::{DateTime, Duration, Utc};
use diesel::prelude::*;
use slipway::app::{approvals, tasks};
use slipway::domain::calendars::{self, Calendar};
use slipway::domain::deadlines::Subject;
use slipway::domain::people::Role;
use slipway::store::deadlines::standing;
use slipway::store::groups;
use slipway::store::schema::{deadlines as rows, mails, notices, users};
use slipway::store::tasks::Plan;

#[tokio::test]
async fn however_many_are_asked_in_a_step_everybody_around_it_gets_one_mail() {
    let app = TestApp::start().await;
    let people = given::approvers(&app, ["Ada", "Ben", "Cy", "Dora"]);
    let vera = given::user(&app, "Vera", &[Role::Viewer]);
    let id = given::release(&app, "Payroll").with_changes(1).in_phase("plan");
    app.act_as(vera.actor(), |tx| slipway::app::records::watch(tx, id, true)).expect("watched");
    given::ask(&app, id);
    live_until(&app, at("03-05 18:00"));
    let missed: Vec<String> = told(&app, "Approval “Plan”").into_iter().filter(|it| it.contains("deadline_missed")).collect();
    assert_eq!(missed, ["Ada", "Ben", "Cy", "Dora", "Ines", "Tom", "Vera"].map(|it| format!("03-05 17:00 deadline_missed: {it}")));
    let sent: i64 = app.read(|conn| {
        let late = notices::table.filter(notices::rule.eq("deadline_missed")).filter(notices::headline.like("Approval%"));
        mails::table.filter(mails::id.nullable().eq_any(late.filter(notices::user_id.eq(vera.id)).select(notices::mail_id))).count().get_result(conn)
    });
    assert_eq!(sent, 1);
    let occurrences: Vec<String> = app.read(|conn| {
        let late = notices::table.filter(notices::rule.eq("deadline_missed")).filter(notices::headline.like("Approval%"));
        late.order(notices::occurrence).select(notices::occurrence).distinct().load(conn)
    });
    assert_eq!(occurrences.len(), 5, "one for each who is asked, one for the step: {occurrences:?}");
    let hold = |app: &TestApp| -> Vec<bool> {
        let all: Vec<&str> = occurrences.iter().map(String::as_str).collect();
        let standing = app.read(|conn| standing(conn, &all));
        occurrences.iter().map(|it| standing.contains(it)).collect()
    };
    let of_step = occurrences.iter().position(|it| it.starts_with("step ")).expect("that of the step");
    assert_eq!(hold(&app), [true; 5]);
    for (answered, who) in people.iter().enumerate() {
        let holds = hold(&app);
        assert_eq!((holds[of_step], holds.iter().filter(|it| **it).count()), (true, 5 - answered));
        given::approve(&app, id, who.id);
    }
    assert_eq!(hold(&app), [false; 5], "all have answered");
}

#[tokio::test]
async fn what_escalates_reaches_a_release_manager_whoever_owns_it() {
    let app = TestApp::start().await;
    let olaf = given::user(&app, "Olaf", &[Role::ReleaseCoordinator]);
    let cora = given::user(&app, "Cora", &[Role::Contributor]);
    let gone = given::user(&app, "Gustav", &[Role::ReleaseManager]);
    given::user(&app, "Mara", &[Role::ReleaseManager]);
    app.write(|tx| diesel::update(users::table.find(gone.id)).set(users::disabled_at.eq(tx.now)).execute(tx.conn));
    let id = given::release(&app, "Payroll").owned_by(&olaf).registered();
    add(&app, id, "Brief the service desk", at("03-04 17:00"), Some(&cora));
    live_until(&app, at("03-07 12:00"));
    let late: Vec<String> = told(&app, "Brief the service desk").into_iter().filter(|it| !it.contains("due_soon") && !it.contains("missed")).collect();
    assert_eq!(
        late,
        [
            "03-05 17:00 deadline_escalated: Mara",
            "03-05 17:00 deadline_escalated: Olaf",
            "03-06 17:00 deadline_repeated: Cora",
            "03-06 17:00 deadline_repeated: Olaf",
        ]
    );
    let why: Vec<String> = app.read(|conn| {
        let of_mara = notices::table.inner_join(users::table).filter(users::name.eq("Mara")).filter(notices::rule.eq("deadline_escalated"));
        of_mara.select(notices::why).distinct().load(conn)
    });
    assert_eq!(why, ["manager"]);
}

#[tokio::test]
async fn another_calendar_moves_the_stages_and_not_the_time_that_they_count_from() {
    let app = TestApp::start().await;
    let group = app.read(groups::list).into_iter().find(|it| it.key == "operations").expect("shipped").id;
    let id = given::release(&app, "Payroll").registered();
    let plan = Plan { phase: "assess".into(), title: "Restart".into(), due_at: Some(at("03-05 17:00")), group_id: Some(group), ..Plan::default() };
    app.act(|tx| tasks::add(tx, id, &plan, &[])).expect("added");
    let next = |app: &TestApp| -> (DateTime<Utc>, Option<DateTime<Utc>>) {
        app.read(|conn| rows::table.filter(rows::subject.eq(Subject::Task)).select((rows::starts_at, rows::next_at)).first(conn))
    };
    assert_eq!(next(&app), (noon(), Some(at("03-05 09:45"))), "three quarters of 29 working hours");
    let nights = calendars::hours("00:00-08:00").expect("hours");
    let nights = Calendar::new(chrono_tz::Tz::UTC, std::array::from_fn(|_| nights.clone()), Default::default()).expect("it works");
    app.write(|tx| {
        let calendar = slipway::store::calendars::insert(tx, "Nights", &nights)?;
        groups::set_calendar(tx, group, Some(calendar))
    });
    app.clock.advance(Duration::hours(1));
    given::edit_window(&app, id, 14);
    assert_eq!(next(&app), (noon(), Some(at("03-05 02:00"))), "three quarters of 24");
}

#[tokio::test]
async fn whoever_is_asked_anew_after_the_time_has_passed_has_time_again() {
    let app = TestApp::start().await;
    let [ada, ben] = given::approvers(&app, ["Ada", "Ben"]);
    let eve = given::user(&app, "Eve", &[Role::Contributor]);
    let id = given::release(&app, "Payroll").with_changes(1).in_phase("plan");
    given::ask(&app, id);
    let approval_of = |who: &Somebody| given::pending(&app, id).into_iter().find(|(_, it, _)| *it == who.id).expect("they are asked").0;
    let [of_ada, of_ben] = [&ada, &ben].map(approval_of);
    app.clock.set(at("03-04 12:00"));
    given::approve(&app, id, ben.id);
    app.act_as(ben.actor(), |tx| approvals::retract(tx, of_ben)).expect("taken back");
    assert_eq!(of(&app, id, Subject::Approval), ["03-05 17:00"; 2], "while there is time, it stays");
    given::approve(&app, id, ben.id);
    app.clock.set(at("03-06 12:00"));
    sweep(&app);
    app.act(|tx| approvals::reassign(tx, of_ada, eve.id, "Away")).expect("reassigned");
    assert_eq!(of(&app, id, Subject::Approval), ["03-11 17:00"]);
    sweep(&app);
    assert!(!told(&app, "Approval “Plan”").iter().any(|it| it.contains("Eve")), "nothing of hers is late");
    app.clock.set(at("03-12 12:00"));
    app.act_as(ben.actor(), |tx| approvals::retract(tx, of_ben)).expect("taken back");
    assert_eq!(of(&app, id, Subject::Approval), ["03-17 17:00"; 2], "of a decision taken back as well");
    app.clock.set(at("03-18 12:00"));
    given::approve(&app, id, ben.id);
    app.act_as(ben.actor(), |tx| approvals::retract(tx, of_ben)).expect("taken back");
    assert_eq!(of(&app, id, Subject::Approval), ["03-17 17:00"; 2], "whoever decided late gains no time by it");
}
