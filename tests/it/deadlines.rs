//! Deadlines: kept in step with the plan, told when their time comes, to whom it concerns, and to nobody twice.

use crate::support::given::{self, Somebody};
use crate::support::{TestApp, noon};
use chrono::{DateTime, Duration, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text, Timestamptz};
use slipway::app::{deadlines, tasks};
use slipway::domain::deadlines::Subject;
use slipway::domain::ids::{RecordId, TaskId};
use slipway::domain::people::Role;
use slipway::domain::tasks::TaskStep;
use slipway::store::Tx;
use slipway::store::schema::{deadlines as rows, notices, users};
use slipway::store::tasks::Plan;

mod around;

fn at(text: &str) -> DateTime<Utc> {
    chrono::NaiveDateTime::parse_from_str(&format!("2026-{text}"), "%Y-%m-%d %H:%M").expect("a time").and_utc()
}

fn sweep(app: &TestApp) -> usize {
    let mut seen = 0;
    loop {
        match app.act(|tx| deadlines::sweep(tx, 50)).expect("swept") {
            0 => return seen,
            more => seen += more,
        }
    }
}

/// Moves the clock on hour by hour, and sweeps each time.
fn live_until(app: &TestApp, end: DateTime<Utc>) {
    while app.clock.now() < end {
        app.clock.advance(Duration::minutes(15));
        sweep(app);
    }
}

/// What was told that speaks of this: when, which rule, to whom.
fn told(app: &TestApp, of: &str) -> Vec<String> {
    let found: Vec<(DateTime<Utc>, String, String)> = app.read(|conn| {
        notices::table
            .inner_join(users::table)
            .filter(notices::headline.like(format!("%{of}%")))
            .order((notices::at, notices::rule, users::name))
            .select((notices::at, notices::rule, users::name))
            .load(conn)
    });
    found.into_iter().map(|(at, rule, name)| format!("{} {rule}: {name}", at.format("%m-%d %H:%M"))).collect()
}

/// Subject, due time and stages behind it of every deadline of a record.
fn kept(app: &TestApp, record: RecordId) -> Vec<(Subject, String, i32)> {
    let found: Vec<(Subject, DateTime<Utc>, i32)> = app.read(|conn| {
        rows::table.filter(rows::record_id.eq(record)).order((rows::subject, rows::due_at)).select((rows::subject, rows::due_at, rows::occurrence)).load(conn)
    });
    found.into_iter().map(|(subject, due, behind)| (subject, due.format("%m-%d %H:%M").to_string(), behind)).collect()
}

fn of(app: &TestApp, record: RecordId, subject: Subject) -> Vec<String> {
    kept(app, record).into_iter().filter(|(it, ..)| *it == subject).map(|(_, due, _)| due).collect()
}

fn add(app: &TestApp, record: RecordId, title: &str, due: DateTime<Utc>, assignee: Option<&Somebody>) -> TaskId {
    let plan =
        Plan { phase: "assess".into(), title: title.into(), due_at: Some(due), assignee_id: assignee.map(|it| it.id), mandatory: true, ..Plan::default() };
    app.act(|tx| tasks::add(tx, record, &plan, &[])).expect("added")
}

#[tokio::test]
async fn a_task_is_told_soon_missed_escalated_and_repeated_at_most_five_times() {
    let app = TestApp::start().await;
    let cora = given::user(&app, "Cora", &[Role::Contributor]);
    let id = given::release(&app, "Payroll").registered();
    let task = add(&app, id, "Brief the service desk", at("03-04 17:00"), Some(&cora));
    live_until(&app, at("05-04 12:00"));
    assert_eq!(
        told(&app, "Brief the service desk"),
        [
            "03-04 11:45 due_soon: Cora",
            "03-04 17:00 deadline_missed: Cora",
            "03-04 17:00 deadline_missed: Ines",
            "03-04 17:00 deadline_missed: Tom",
            "03-05 17:00 deadline_escalated: Ines",
            "03-06 17:00 deadline_repeated: Cora",
            "03-06 17:00 deadline_repeated: Ines",
            "03-10 17:00 deadline_repeated: Cora",
            "03-10 17:00 deadline_repeated: Ines",
            "03-16 17:00 deadline_repeated: Cora",
            "03-16 17:00 deadline_repeated: Ines",
            "03-26 17:00 deadline_repeated: Cora",
            "03-26 17:00 deadline_repeated: Ines",
            "04-17 17:00 deadline_repeated: Cora",
            "04-17 17:00 deadline_repeated: Ines",
        ]
    );
    let (headline, path): (String, String) = app.read(|conn| {
        notices::table.filter(notices::rule.eq("deadline_missed")).filter(notices::user_id.eq(cora.id)).select((notices::headline, notices::path)).first(conn)
    });
    assert_eq!(headline, "Task “Brief the service desk” of Payroll v1.1 was due Wed 4 Mar 2026, 17:00 (UTC)");
    assert_eq!(path, format!("/tasks/{task}"));
    app.browser_of(&cora).get(&path).await.expect(200).expect_text("Overdue");
}

#[tokio::test]
async fn a_task_of_a_group_is_reckoned_in_its_calendar_and_told_to_its_members() {
    let app = TestApp::start().await;
    let [olga, otto] = ["Olga", "Otto"].map(|name| given::user(&app, name, &[Role::Contributor]));
    given::members(&app, "operations", &[olga, otto]);
    let group = app.read(slipway::store::groups::list).into_iter().find(|it| it.key == "operations").expect("shipped").id;
    let nights = slipway::domain::calendars::hours("00:00-08:00").expect("hours");
    let nights = slipway::domain::calendars::Calendar::new(chrono_tz::Tz::UTC, std::array::from_fn(|_| nights.clone()), Default::default()).expect("it works");
    app.write(|tx| {
        let calendar = slipway::store::calendars::insert(tx, "Nights", &nights)?;
        slipway::store::groups::set_calendar(tx, group, Some(calendar))
    });
    let id = given::release(&app, "Payroll").registered();
    let plan = Plan {
        phase: "assess".into(),
        title: "Restart".into(),
        anchor: Some(slipway::domain::models::Anchor::Phase),
        offset_days: Some(1),
        group_id: Some(group),
        ..Plan::default()
    };
    let task = app.act(|tx| tasks::add(tx, id, &plan, &[])).expect("added");
    assert_eq!(of(&app, id, Subject::Task), ["03-03 08:00"], "the end of the night");
    live_until(&app, at("03-04 09:00"));
    assert_eq!(
        told(&app, "Restart"),
        [
            "03-03 06:00 due_soon: Olga",
            "03-03 06:00 due_soon: Otto",
            "03-03 08:00 deadline_missed: Ines",
            "03-03 08:00 deadline_missed: Olga",
            "03-03 08:00 deadline_missed: Otto",
            "03-03 08:00 deadline_missed: Tom",
            "03-04 08:00 deadline_escalated: Ines",
        ]
    );
    app.act(|tx| tasks::shift(tx, task, 4)).expect("shifted");
    assert_eq!(of(&app, id, Subject::Task), ["03-07 08:00"], "they work on Saturdays");
}

#[tokio::test]
async fn deadlines_move_with_the_plan_in_the_same_transaction() {
    let app = TestApp::start().await;
    let id = given::release(&app, "Payroll").registered();
    assert_eq!(kept(&app, id), [(Subject::Phase, "03-04 17:00".into(), 0)]);
    let task = add(&app, id, "Funding", at("03-05 17:00"), None);
    given::edit_window(&app, id, 14);
    let all = [
        (Subject::Phase, "03-04 17:00".to_owned(), 0),
        (Subject::PlannedEnd, "03-16 14:00".to_owned(), 0),
        (Subject::PlannedStart, "03-16 12:00".to_owned(), 0),
        (Subject::Task, "03-05 17:00".to_owned(), 0),
    ];
    assert_eq!(kept(&app, id), all);
    let failed = app.act(|tx| {
        tasks::shift(tx, task, 5)?;
        Err::<(), _>(slipway::app::Error::NotFound)
    });
    assert!(failed.is_err());
    assert_eq!(kept(&app, id), all, "what is taken back moves nothing");
    app.clock.set(at("03-06 12:00"));
    sweep(&app);
    assert_eq!(kept(&app, id)[3], (Subject::Task, "03-05 17:00".into(), 2));
    app.act(|tx| tasks::shift(tx, task, 5)).expect("shifted");
    given::edit_window(&app, id, 21);
    assert_eq!(of(&app, id, Subject::PlannedStart), ["03-23 12:00"]);
    assert_eq!(kept(&app, id)[3], (Subject::Task, "03-12 17:00".into(), 0), "its stages begin anew");
    app.act(|tx| tasks::step(tx, task, TaskStep::Complete, "")).expect("done");
    assert_eq!(of(&app, id, Subject::Task), [""; 0], "what is done is due no more");
    app.act(|tx| tasks::step(tx, task, TaskStep::Reopen, "")).expect("reopened");
    assert_eq!(of(&app, id, Subject::Task), ["03-12 17:00"]);
    given::take(&app, id, "abandon", "No money");
    assert_eq!(kept(&app, id), [], "nothing is due of what has ended");
}

#[tokio::test]
async fn a_planned_start_counts_until_the_work_begins_and_a_planned_end_until_it_is_done() {
    let app = TestApp::start().await;
    let id = given::release(&app, "Payroll").in_phase("build_test");
    assert_eq!((of(&app, id, Subject::PlannedStart), of(&app, id, Subject::PlannedEnd)), (vec!["03-16 12:00".into()], vec!["03-16 14:00".into()]));
    given::advance(&app, id);
    assert_eq!(given::sheet(&app, id).full.record.phase, "rollout");
    assert_eq!((of(&app, id, Subject::PlannedStart), of(&app, id, Subject::PlannedEnd)), (Vec::new(), vec!["03-16 14:00".into()]));
    app.clock.set(at("03-17 14:00"));
    given::members(&app, "operations", &[given::user(&app, "Olga", &[Role::Contributor])]);
    sweep(&app);
    assert_eq!(told(&app, "Planned end"), ["03-17 14:00 deadline_escalated: Ines", "03-17 14:00 deadline_escalated: Olga"], "the group that the phase names");
    given::take(&app, id, "back_out", "It does not work");
    assert_eq!(of(&app, id, Subject::PlannedEnd), [""; 0]);
    let change = given::change(&app, "Part").in_phase("test");
    given::edit_window(&app, change, 14);
    assert_eq!(of(&app, change, Subject::PlannedStart).len(), 1);
    given::advance(&app, change);
    assert_eq!((of(&app, change, Subject::PlannedStart).len(), of(&app, change, Subject::PlannedEnd).len()), (0, 1));
    given::advance(&app, change);
    assert_eq!(of(&app, change, Subject::PlannedEnd).len(), 0, "it is implemented");
}

#[tokio::test]
async fn an_approver_and_their_substitute_are_reminded_twice_before_it_is_missed() {
    let app = TestApp::start().await;
    let [ada, ben] = given::approvers(&app, ["Ada", "Ben"]);
    let sam = given::user(&app, "Sam", &[Role::ReleaseApprover]);
    app.write(|tx| {
        use slipway::store::schema::delegations as away;
        diesel::insert_into(away::table)
            .values((
                away::user_id.eq(ben.id),
                away::substitute_id.eq(sam.id),
                away::starts_at.eq(noon()),
                away::ends_at.eq(at("03-05 12:00")),
                away::created_at.eq(noon()),
                away::created_by.eq(ben.id),
            ))
            .execute(tx.conn)
    });
    // The minutes of the plan's approval: Monday noon to Thursday evening, 29 working hours.
    let id = given::release(&app, "Payroll").with_changes(1).in_phase("plan");
    given::ask(&app, id);
    assert_eq!(of(&app, id, Subject::Approval), ["03-05 17:00"; 3], "Ada, Ben, and Sam who is an approver as well");
    given::approve(&app, id, sam.id);
    live_until(&app, at("03-06 18:00"));
    assert_eq!(
        told(&app, "Approval “Plan”"),
        [
            "03-04 10:30 approval_reminded: Ada",
            "03-04 10:30 approval_reminded: Ben",
            "03-04 10:30 approval_reminded: Sam",
            "03-05 14:15 approval_reminded: Ada",
            "03-05 14:15 approval_reminded: Ben",
            "03-05 17:00 deadline_missed: Ada",
            "03-05 17:00 deadline_missed: Ben",
            "03-05 17:00 deadline_missed: Ines",
            "03-05 17:00 deadline_missed: Tom",
            "03-06 17:00 deadline_escalated: Ines",
        ]
    );
    let mine: Vec<(String, String)> = app.read(|conn| notices::table.filter(notices::user_id.eq(sam.id)).select((notices::why, notices::path)).load(conn));
    assert!(mine.iter().any(|(why, path)| why == "substitute" && path.starts_with("/approvals/")), "{mine:?}");
    given::approve(&app, id, ada.id);
    given::approve(&app, id, ben.id);
    assert_eq!(of(&app, id, Subject::Approval), [""; 0]);
}

#[tokio::test]
async fn after_days_of_silence_only_the_latest_stage_is_told() {
    let app = TestApp::start().await;
    let cora = given::user(&app, "Cora", &[Role::Contributor]);
    let id = given::release(&app, "Payroll").registered();
    add(&app, id, "Funding", at("03-04 17:00"), Some(&cora));
    app.clock.set(at("03-09 09:00"));
    assert_eq!(sweep(&app), 2, "the task and the phase");
    assert_eq!(told(&app, "Funding"), ["03-09 09:00 deadline_repeated: Cora", "03-09 09:00 deadline_repeated: Ines"]);
    assert_eq!(sweep(&app), 0);
    add(&app, id, "Forgotten", at("03-06 17:00"), Some(&cora));
    sweep(&app);
    assert_eq!(told(&app, "Forgotten"), ["03-09 09:00 deadline_missed: Cora", "03-09 09:00 deadline_missed: Ines", "03-09 09:00 deadline_missed: Tom"]);
    app.clock.set(at("03-09 17:00"));
    sweep(&app);
    assert_eq!(told(&app, "Forgotten").len(), 4, "and then a working day after it was due");
}

#[derive(QueryableByName)]
struct Read {
    #[diesel(sql_type = BigInt)]
    by_index: i64,
    #[diesel(sql_type = BigInt)]
    by_scan: i64,
}

#[tokio::test]
async fn a_sweep_reads_what_is_due_and_nothing_else() {
    let app = TestApp::start().await;
    let id = given::release(&app, "Payroll").registered();
    let filled = "INSERT INTO deadlines (record_id, subject, subject_id, starts_at, due_at, occurrence, next_at) \
                  SELECT $1, 'task', -it, $2, $2, 1, $2 + make_interval(hours => it) FROM generate_series(1, 5000) AS it";
    app.write(|tx| diesel::sql_query(filled).bind::<BigInt, _>(id.0).bind::<Timestamptz, _>(noon()).execute(tx.conn));
    app.write(|tx| diesel::sql_query("ANALYZE deadlines").execute(tx.conn));
    app.clock.set(noon() + Duration::hours(300));
    let read = app.act(|tx| {
        let counted = "SELECT idx_tup_fetch AS by_index, seq_tup_read AS by_scan FROM pg_stat_xact_user_tables WHERE relname = $1";
        let read = |tx: &mut Tx<'_>| diesel::sql_query(counted).bind::<Text, _>("deadlines").get_result::<Read>(tx.conn);
        let before = read(tx)?;
        assert_eq!(deadlines::sweep(tx, 500)?, 301, "and the phase");
        let after = read(tx)?;
        Ok(Read { by_index: after.by_index - before.by_index, by_scan: after.by_scan - before.by_scan })
    });
    let read = read.expect("swept");
    assert_eq!(read.by_scan, 0, "the whole table was read");
    assert!(read.by_index <= 3 * 300, "{} rows were read for 300", read.by_index);
}

#[tokio::test]
async fn a_clock_that_goes_gives_way_to_that_of_the_database() {
    let app = TestApp::start().await;
    assert_eq!(app.db.write_by_database_time::<_, slipway::app::Error>(given::user(&app, "Ines", &[]).actor(), |tx| Ok(tx.now)).expect("it is read"), noon());
    let settings = slipway::store::db::Settings {
        url: app.database_url(),
        connections: 1,
        wait: std::time::Duration::from_secs(20),
        statement_timeout: std::time::Duration::from_secs(20),
    };
    let db = slipway::store::Db::open(settings, slipway::clock::Clock::default()).expect("it opens");
    let (ours, theirs) = db
        .write_by_database_time::<_, slipway::app::Error>(slipway::domain::people::Actor::slipway(), |tx| {
            let theirs: DateTime<Utc> = diesel::select(diesel::dsl::now.into_sql::<Timestamptz>()).get_result(tx.conn)?;
            Ok((tx.now, theirs))
        })
        .expect("it is read");
    assert_eq!(ours, theirs);
}

#[tokio::test]
async fn what_is_overdue_says_so_on_every_page() {
    let app = TestApp::start().await;
    let ines = given::user(&app, "Ines", &[Role::ReleaseManager]);
    let [ada] = given::approvers(&app, ["Ada"]);
    let id = given::release(&app, "Payroll").with_changes(1).in_phase("plan");
    given::edit_window(&app, id, 1);
    given::ask(&app, id);
    let task = add(&app, id, "Funding", at("03-03 17:00"), Some(&ines));
    let browser = app.browser_of(&ines);
    let badge = " Overdue</span>";
    for page in ["/", "/releases", "/search?q=Payroll", "/tasks", &format!("/tasks/{task}"), &format!("/releases/{id}")] {
        browser.get(page).await.expect(200).expect_no_text(badge);
    }
    browser.get("/releases?overdue=yes").await.expect_text("Nothing matches");
    app.clock.set(at("03-03 12:30"));
    let browser = app.browser_of(&ines);
    browser.get("/releases?overdue=yes").await.expect_text("Payroll v1").expect_text(badge);
    app.clock.set(at("03-03 14:30"));
    let page = browser.get(&format!("/releases/{id}")).await.expect(200);
    assert_eq!(page.body.matches(badge).count(), 2, "the release, its planned time: {}", page.body);
    app.clock.set(at("03-06 12:00"));
    let (browser, approver) = (app.browser_of(&ines), app.browser_of(&ada));
    for page in ["/", "/releases", "/search?q=Payroll", "/tasks", &format!("/tasks/{task}")] {
        browser.get(page).await.expect(200).expect_text(badge);
    }
    let page = browser.get(&format!("/releases/{id}")).await.expect(200);
    assert_eq!(page.body.matches(badge).count(), 5, "and its RFC, its task, its approval: {}", page.body);
    let own = given::pending(&app, id)[0].0;
    for page in ["/", "/approvals", &format!("/approvals/{own}")] {
        approver.get(page).await.expect(200).expect_text(badge);
    }
    let csv = browser.get("/releases.csv").await.expect(200).body;
    assert!(csv.lines().next().is_some_and(|it| it.contains(",Overdue,")) && csv.contains(",yes,"), "{csv}");
    given::take(&app, id, "abandon", "No money");
    let page = browser.get(&format!("/releases/{id}")).await.expect(200);
    assert_eq!(page.body.matches(badge).count(), 1, "its RFC goes on: {}", page.body);
    browser.get("/releases").await.expect_no_text(badge);
}

/// The migration makes of what is due already what the program would have made of it.
#[tokio::test]
async fn what_was_due_before_there_were_deadlines_gets_them() {
    let app = TestApp::start().await;
    given::approvers(&app, ["Ada", "Ben"]);
    let planned = given::release(&app, "Payroll").with_model().in_phase("plan");
    given::edit_window(&app, planned, 3000);
    given::ask(&app, planned);
    given::edit_window(&app, given::release(&app, "Wiki").in_phase("rollout"), 3000);
    given::take(&app, given::release(&app, "Mail").in_phase("rollout"), "back_out", "It does not work");
    given::release(&app, "Shop").in_phase("closed");
    given::change(&app, "Part").in_phase("implementation");
    type Kept = (Option<RecordId>, Subject, i64, DateTime<Utc>);
    let kept = |app: &TestApp| -> Vec<Kept> {
        app.read(|conn| {
            rows::table
                .order((rows::record_id, rows::subject, rows::subject_id))
                .select((rows::record_id, rows::subject, rows::subject_id, rows::due_at))
                .load(conn)
        })
    };
    let before = kept(&app);
    let script = include_str!("../../migrations/2026-11-21-130310_fill_deadlines/up.sql").split_once("-- One row").expect("the part that fills").1;
    app.write(|tx| diesel::delete(rows::table).execute(tx.conn));
    app.write(|tx| diesel::sql_query(format!("-- {script}")).execute(tx.conn));
    assert_eq!(kept(&app), before);
    let late: i64 = app.read(|conn| rows::table.filter(rows::due_at.lt(diesel::dsl::now)).filter(rows::next_at.gt(diesel::dsl::now)).count().get_result(conn));
    let ahead: i64 = app.read(|conn| rows::table.filter(rows::next_at.eq(rows::due_at.nullable())).filter(rows::occurrence.eq(1)).count().get_result(conn));
    assert!(late > 0 && ahead > 0, "{late} were late, {ahead} are not due yet");
}
