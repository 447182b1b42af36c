//! Signing in, sessions, and who may do what to accounts.

use crate::support::given::{self, PASSWORD};
use crate::support::{Browser, Page, TestApp};
use chrono::Duration;
use slipway::domain::people::Role;
use slipway::store::sessions::Lifetime;

async fn sign_in(browser: &Browser, email: &str, password: &str) -> Page {
    browser.post("/session", &[("email", email), ("password", password)]).await
}

/// Whether the browser is in a session.
async fn is_in(browser: &Browser) -> bool {
    browser.get("/profile").await.status == 200
}

#[tokio::test]
async fn with_the_right_password_one_gets_in_and_on_to_where_one_wanted() {
    let app = TestApp::start().await;
    given::user(&app, "Ines", &[Role::Viewer]);
    let browser = app.browser();
    browser.get("/users?q=a").await.expect_see("/session/new?to=%2Fusers%3Fq%3Da");
    let answer = browser.post("/session", &[("email", " INES@example.org"), ("password", PASSWORD), ("to", "/?a=b")]).await.expect_see("/?a=b");
    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("slipway=") && cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && !cookie.contains("Secure"), "{cookie}");
    browser.get("/profile").await.expect(200).expect_text("Ines");
    assert_eq!(app.log(), ["signed_in"]);
}

#[tokio::test]
async fn under_https_the_cookie_belongs_to_this_host_alone() {
    let app = TestApp::start_with(&["--base-url", "https://slipway.example.org"]).await;
    given::user(&app, "Ines", &[Role::Viewer]);
    let answer = sign_in(&app.browser(), "ines@example.org", PASSWORD).await.expect_see("/");
    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("__Host-slipway="), "{cookie}");
    assert!(cookie.contains("; Secure") && cookie.contains("; Path=/") && !cookie.contains("Domain"), "{cookie}");
}

#[tokio::test]
async fn a_stranger_a_wrong_password_and_a_closed_account_get_the_same_answer() {
    let app = TestApp::start().await;
    given::user(&app, "Ines", &[Role::Viewer]);
    let closed = given::user(&app, "Carl", &[Role::Viewer]);
    app.act(|tx| slipway::app::users::disable(tx, closed.id)).expect("closed");
    let mut answers = Vec::new();
    for (email, password) in [("ines@example.org", "wrong password here"), ("nobody@example.org", PASSWORD), ("carl@example.org", PASSWORD)] {
        let answer = sign_in(&app.browser(), email, password).await.expect(422).expect_text("E-mail or password is not right.");
        assert_eq!(answer.header("set-cookie"), "");
        answers.push(answer.body.replace(email, "…"));
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0], answers[2]);
    assert_eq!(app.log(), ["user_disabled", "sign_in_refused", "sign_in_refused", "sign_in_refused"]);
}

#[tokio::test]
async fn too_many_tries_at_one_account_have_to_wait_whether_it_exists_or_not() {
    let app = TestApp::start().await;
    given::user(&app, "Ines", &[Role::Viewer]);
    for email in ["ines@example.org", "nobody@example.org"] {
        for _ in 0..10 {
            sign_in(&app.browser(), email, "wrong password here").await.expect(422);
        }
        let answer = sign_in(&app.browser(), email, PASSWORD).await.expect(429).expect_text("Wait a minute");
        assert_eq!(answer.header("retry-after"), "60");
    }
    app.clock.advance(Duration::minutes(1));
    sign_in(&app.browser(), "ines@example.org", PASSWORD).await.expect_see("/");
}

#[tokio::test]
async fn the_right_password_is_never_too_much_and_begins_to_count_anew() {
    let app = TestApp::start().await;
    let ines = given::user(&app, "Ines", &[Role::Viewer]);
    for _ in 0..11 {
        sign_in(&app.browser(), &ines.email, PASSWORD).await.expect_see("/");
    }
    for _ in 0..9 {
        sign_in(&app.browser(), &ines.email, "wrong password here").await.expect(422);
    }
    sign_in(&app.browser(), &ines.email.to_uppercase(), PASSWORD).await.expect_see("/");
    for _ in 0..10 {
        sign_in(&app.browser(), &ines.email, "wrong password here").await.expect(422);
    }
    sign_in(&app.browser(), &ines.email, PASSWORD).await.expect(429);
}

#[tokio::test]
async fn too_many_tries_from_one_address_have_to_wait_whatever_the_account() {
    let app = TestApp::start().await;
    let browser = app.browser();
    let ines = given::user(&app, "Ines", &[Role::Viewer]);
    for turn in 0..60 {
        let email = if turn % 8 == 0 { ines.email.clone() } else { format!("nobody{turn}@example.org") };
        sign_in(&browser, &email, "x").await.expect(422);
    }
    sign_in(&browser, "somebody@example.org", "x").await.expect(429);
    app.clock.advance(Duration::seconds(2));
    sign_in(&browser, &ines.email, PASSWORD).await.expect_see("/");
}

#[tokio::test]
async fn signing_in_gives_the_browser_a_new_key_and_ends_the_session_it_was_in() {
    let app = TestApp::start().await;
    given::user(&app, "Ines", &[Role::Viewer]);
    let browser = app.browser();
    let first = sign_in(&browser, "ines@example.org", PASSWORD).await.header("set-cookie").to_owned();
    let second = sign_in(&browser, "ines@example.org", PASSWORD).await.header("set-cookie").to_owned();
    assert_ne!(first, second);
    assert!(!is_in(&app.browser().with_cookie(&first)).await);
    assert!(is_in(&app.browser().with_cookie(&second)).await);
}

#[tokio::test]
async fn a_key_that_somebody_made_up_opens_nothing() {
    let app = TestApp::start().await;
    assert!(!is_in(&app.browser().with_cookie("slipway=made-up; Path=/")).await);
    assert!(is_in(&app.signed_in(Role::Viewer)).await);
}

#[tokio::test]
async fn a_session_that_is_not_used_ends() {
    let app = TestApp::start_with(&["--session-idle", "60"]).await;
    let browser = app.signed_in(Role::Viewer);
    for _ in 0..3 {
        app.clock.advance(Duration::minutes(50));
        assert!(is_in(&browser).await, "each use begins the hour anew");
    }
    app.clock.advance(Duration::minutes(60));
    assert!(!is_in(&browser).await);
}

#[tokio::test]
async fn even_a_session_in_use_ends_after_its_life() {
    let app = TestApp::start_with(&["--session-life", "12", "--session-idle", "480"]).await;
    let browser = app.signed_in(Role::Viewer);
    app.clock.advance(Duration::hours(6));
    assert!(is_in(&browser).await);
    app.clock.advance(Duration::minutes(359));
    assert!(is_in(&browser).await);
    app.clock.advance(Duration::minutes(1));
    assert!(!is_in(&browser).await);
}

#[tokio::test]
async fn reading_pages_does_not_write_rows() {
    let app = TestApp::start().await;
    let ines = given::user(&app, "Ines", &[Role::Viewer]);
    let browser = app.browser_of(&ines);
    let seen = || {
        app.read(|conn| slipway::store::sessions::list(conn, ines.id, app.clock.now(), Lifetime { idle: Duration::hours(8), life: Duration::days(7) }))[0]
            .seen_at
    };
    let begun = seen();
    app.clock.advance(Duration::minutes(4));
    assert!(is_in(&browser).await);
    assert_eq!(seen(), begun);
    app.clock.advance(Duration::minutes(1));
    assert!(is_in(&browser).await);
    assert_eq!(seen(), begun + Duration::minutes(5));
}

#[tokio::test]
async fn signing_out_ends_the_session_on_the_server_too() {
    let app = TestApp::start().await;
    given::user(&app, "Ines", &[Role::Viewer]);
    let browser = app.browser();
    let cookie = sign_in(&browser, "ines@example.org", PASSWORD).await.header("set-cookie").to_owned();
    browser.post("/session/end", &[]).await.expect_see("/session/new");
    assert!(!is_in(&browser).await);
    assert!(!is_in(&app.browser().with_cookie(&cookie)).await, "the old cookie opens nothing");
    assert_eq!(app.log(), ["signed_in", "signed_out"]);
}

#[tokio::test]
async fn one_signs_out_everywhere_else_and_everywhere() {
    let app = TestApp::start().await;
    let ines = given::user(&app, "Ines", &[Role::Viewer]);
    let (here, there) = (app.browser_of(&ines), app.browser_of(&ines));
    let other = app.signed_in(Role::Contributor);
    here.get("/profile").await.expect(200).expect_text("This one");
    here.post("/profile/sessions/end", &[("which", "others")]).await.expect_see("/profile");
    assert!(is_in(&here).await && !is_in(&there).await);
    let there = app.browser_of(&ines);
    here.post("/profile/sessions/end", &[("which", "all")]).await.expect_see("/session/new");
    assert!(!is_in(&here).await && !is_in(&there).await);
    assert!(is_in(&other).await, "nobody else's sessions end");
}

#[tokio::test]
async fn what_other_sites_send_is_not_carried_out() {
    let app = TestApp::start().await;
    let browser = app.signed_in(Role::Viewer);
    let own = app.address.clone();
    for headers in
        [vec![("sec-fetch-site", "cross-site")], vec![("sec-fetch-site", "same-site")], vec![("origin", "https://evil.example")], vec![("origin", "null")]]
    {
        browser.post_with("/session/end", &[], &headers).await.expect(403).expect_text("another site");
        assert!(is_in(&browser).await, "{headers:?}");
    }
    browser.post_with("/session/end", &[], &[("sec-fetch-site", "cross-site"), ("origin", &own)]).await.expect(403);
    browser.post_with("/session/end", &[], &[("origin", &own)]).await.expect_see("/session/new");
}

#[tokio::test]
async fn while_the_database_is_away_nobody_is_taken_for_signed_out() {
    let app = TestApp::start().await;
    let browser = app.signed_in(Role::Viewer);
    app.write(|tx| diesel::RunQueryDsl::execute(diesel::sql_query("ALTER TABLE sessions RENAME TO sessions_away"), tx.conn));
    browser.get("/profile").await.expect(503).expect_text("Try again in a moment");
    browser.get("/session/new").await.expect(200);
    app.write(|tx| diesel::RunQueryDsl::execute(diesel::sql_query("ALTER TABLE sessions_away RENAME TO sessions"), tx.conn));
    assert!(is_in(&browser).await);
}

#[tokio::test]
async fn a_new_password_needs_the_current_one_and_ends_the_other_sessions() {
    let app = TestApp::start().await;
    let ines = given::user(&app, "Ines", &[Role::Viewer]);
    let (here, there) = (app.browser_of(&ines), app.browser_of(&ines));
    let change = async |current: &str, new: &str| here.post("/profile/password", &[("current", current), ("password", new)]).await;
    change("not my password at all", "gravel lantern tugboat").await.expect(422).expect_text("This is not your current password.");
    change(PASSWORD, "short").await.expect(422).expect_text("at least 15 characters");
    change(PASSWORD, "passwordpassword1").await.expect(422).expect_text("attackers try first");
    change(PASSWORD, "gravel lantern tugboat").await.expect_see("/profile");
    assert!(is_in(&here).await && !is_in(&there).await);
    sign_in(&app.browser(), &ines.email, PASSWORD).await.expect(422);
    sign_in(&app.browser(), &ines.email, "gravel lantern tugboat").await.expect_see("/");
}

#[tokio::test]
async fn a_profile_sets_name_zone_and_theme() {
    let app = TestApp::start().await;
    let browser = app.signed_in(Role::Viewer);
    let fields = |zone| [("name", "Ines O."), ("time_zone", zone), ("theme", "dark"), ("version", "0")];
    browser.post("/profile", &fields("Mars/Olympus")).await.expect(422).expect_text("Choose again");
    browser.post("/profile", &fields("Asia/Kolkata")).await.expect_see("/profile");
    let page = browser.get("/profile").await.expect(200).expect_text("Ines O.").expect_text("times in Asia/Kolkata");
    assert!(page.has(r#"data-theme="dark""#));
    browser.post("/profile", &fields("UTC")).await.expect(409);
}
