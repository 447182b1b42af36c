//! How accounts are kept by the policy; and the day by which it is looked at again.

use super::form;
use crate::support::given::{self, PASSWORD};
use crate::support::{Browser, TestApp};
use chrono::{DateTime, Duration, NaiveDateTime, Utc};
use diesel::prelude::*;
use slipway::app::deadlines;
use slipway::domain::notices::Rule;
use slipway::domain::people::Role;
use slipway::store::schema::{deadlines as rows, notices, users};

async fn is_in(browser: &Browser) -> bool {
    browser.get("/").await.status == 200
}

#[tokio::test]
async fn sessions_last_as_long_as_the_policy_lets_them_from_the_moment_it_says_so() {
    let app = TestApp::start().await;
    let (used, idle) = (app.signed_in(Role::Viewer), app.signed_in(Role::Contributor));
    app.clock.advance(Duration::minutes(90));
    assert!(is_in(&used).await);
    given::policy(&app, |it| it.security.session_idle = 60);
    assert!(is_in(&used).await && !is_in(&idle).await, "one was not used for longer");
    for _ in 0..6 {
        app.clock.advance(Duration::minutes(50));
        assert!(is_in(&used).await);
    }
    given::policy(&app, |it| it.security.session_life = 6);
    assert!(!is_in(&used).await, "it is older than that");
}

#[tokio::test]
async fn the_settings_of_the_program_let_no_session_last_longer() {
    let app = TestApp::start_with(&["--session-idle", "30", "--session-life", "12"]).await;
    let browser = app.signed_in(Role::Viewer);
    browser.get("/policy").await.expect_text("let sessions last at most 30 minutes without use and 12 hours in all");
    app.clock.advance(Duration::minutes(31));
    assert!(!is_in(&browser).await);
    let strict = app.signed_in(Role::Viewer);
    given::policy(&app, |it| it.security.session_idle = 10);
    app.clock.advance(Duration::minutes(11));
    assert!(!is_in(&strict).await);
}

#[tokio::test]
async fn a_new_password_is_as_long_as_the_policy_asks() {
    let app = TestApp::start().await;
    given::policy(&app, |it| it.security.shortest_password = 24);
    let ines = given::user(&app, "Ines", &[Role::Viewer]);
    let browser = app.browser_of(&ines);
    browser.get("/profile").await.expect_text("At least 24 characters.");
    let change = async |new: &str| browser.post("/profile/password", &[("current", PASSWORD), ("password", new)]).await;
    change("lantern tugboat gravels").await.expect(422).expect_text("Use at least 24 characters");
    let admin = app.signed_in(Role::Administrator);
    let at = format!("/users/{}", ines.id);
    admin.get(&format!("{at}/edit")).await.expect_text("At least 24 characters.");
    admin.post(&format!("{at}/password"), &[("password", "lantern tugboat gravels")]).await.expect(422).expect_text("Use at least 24 characters");
    admin.get("/users/new").await.expect_text("At least 24 characters.");
    let fields = [("name", "Otto"), ("email", "otto@example.org"), ("roles", "viewer"), ("time_zone", "UTC"), ("password", "lantern tugboat gravels")];
    admin.post("/users", &fields).await.expect(422).expect_text("Use at least 24 characters");
    change("lantern tugboat gravel harbour").await.expect_see("/profile");
}

#[tokio::test]
async fn an_account_takes_as_many_tries_as_the_policy_lets_and_then_waits_as_long() {
    let app = TestApp::start().await;
    given::user(&app, "Ines", &[Role::Viewer]);
    given::policy(&app, |it| (it.security.sign_in_attempts, it.security.lock_minutes) = (3, 15));
    let browser = app.browser();
    let sign_in = async |password: &str| browser.post("/session", &[("email", "ines@example.org"), ("password", password)]).await;
    for _ in 0..3 {
        sign_in("wrong password here").await.expect(422);
    }
    sign_in(PASSWORD).await.expect(429).expect_text("Wait 15 minutes, then try again.");
    app.clock.advance(Duration::minutes(14));
    sign_in(PASSWORD).await.expect(429);
    app.clock.advance(Duration::minutes(1));
    sign_in(PASSWORD).await.expect_see("/");
}

fn at(text: &str) -> DateTime<Utc> {
    NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").expect("a time").and_utc()
}

/// Moves the clock on day by day, and tells what is due.
fn live_until(app: &TestApp, end: DateTime<Utc>) {
    while app.clock.now() < end {
        app.clock.advance((end - app.clock.now()).min(Duration::hours(6)));
        while app.act(|tx| deadlines::sweep(tx, 50)).expect("swept") > 0 {}
    }
}

/// What was told of the review: which rule, to whom.
fn told(app: &TestApp) -> Vec<String> {
    let found: Vec<(Rule, String, String)> = app.read(|conn| {
        let of_review = notices::table.inner_join(users::table).filter(notices::path.eq("/policy"));
        of_review.order((notices::at, users::name)).select((notices::rule, users::name, notices::headline)).load(conn)
    });
    found.into_iter().map(|(rule, name, headline)| format!("{}: {name}: {headline}", rule.word())).collect()
}

#[tokio::test]
async fn the_review_date_is_a_deadline_told_to_those_who_shape_the_process() {
    let app = TestApp::start().await;
    let ines = given::user(&app, "Ines", &[Role::ReleaseManager]);
    given::user(&app, "Root", &[Role::Administrator]);
    given::user(&app, "Vera", &[Role::Viewer]);
    let browser = app.browser_of(&ines);
    browser.submit(&form(&browser).await.with("review_on", "2026-03-30")).await.expect_see("/policy");
    live_until(&app, at("2026-03-22 12:00"));
    assert_eq!(told(&app), [""; 0]);
    live_until(&app, at("2026-03-24 12:00"));
    let soon = "The review of the policy is due Mon 30 Mar 2026, 23:59 (UTC)";
    assert_eq!(told(&app), [format!("due_soon: Ines: {soon}"), format!("due_soon: Root: {soon}")]);
    live_until(&app, at("2026-03-31 06:00"));
    let late = "The review of the policy was due Mon 30 Mar 2026, 23:59 (UTC)";
    assert_eq!(told(&app)[2..], [format!("deadline_missed: Ines: {late}"), format!("deadline_missed: Root: {late}")]);
    assert_eq!(app.outbox().iter().filter(|it| *it == "root@example.org").count(), 2, "by mail as well");
    app.browser_of(&ines).get("/notices").await.expect(200).expect_text("The review of the policy was due");
    let late = app.browser_of(&ines);
    late.get("/policy").await.expect(200).expect_text("Overdue").expect_text("set the next date");
    late.submit(&form(&late).await.with("review_on", "2026-09-30")).await.expect_see("/policy");
    live_until(&app, at("2026-06-01 12:00"));
    assert_eq!(told(&app).len(), 4, "the next date begins anew, and nothing is told of the old one");
}

#[tokio::test]
async fn an_edit_that_keeps_the_date_lets_its_deadline_go_on() {
    let app = TestApp::start().await;
    let review = || app.read(|conn| rows::table.filter(rows::record_id.is_null()).select((rows::id, rows::due_at)).load::<(i64, DateTime<Utc>)>(conn));
    assert_eq!(review(), []);
    given::policy(&app, |it| it.spacing.days = 7);
    let kept = review();
    assert_eq!(kept.len(), 1);
    given::policy(&app, |it| it.spacing.days = 14);
    app.act(|tx| slipway::app::policies::set_numbering(tx, "minor", 3, "Builds count")).expect("it is set");
    assert_eq!(review(), kept);
}
