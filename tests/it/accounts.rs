//! An administrator's work on users and groups, and how the first one comes to be.

use crate::support::TestApp;
use crate::support::given::{self, PASSWORD};
use slipway::app;
use slipway::domain::people::Role;

const NINA: [(&str, &str); 6] = [
    ("name", "Nina Weiss"),
    ("email", "Nina@example.org"),
    ("roles", "contributor"),
    ("roles", "release_approver"),
    ("time_zone", "Europe/Berlin"),
    ("password", "harbour pilot seven"),
];

#[tokio::test]
async fn an_administrator_lets_somebody_in_with_several_roles() {
    let app = TestApp::start().await;
    let admin = app.signed_in(Role::Administrator);
    admin.get("/users/new").await.expect(200);
    admin.post("/users", &NINA).await.expect_see("/users");
    admin.get("/users?q=nina").await.expect_text("nina@example.org").expect_text("Release Approver, Contributor");
    admin.post("/users", &NINA).await.expect(422).expect_text("Somebody else has this address already.");
    app.browser().post("/session", &[("email", "nina@example.org"), ("password", "harbour pilot seven")]).await.expect_see("/");
    assert_eq!(app.log(), ["user_created", "signed_in"]);
}

#[tokio::test]
async fn a_bad_form_comes_back_as_it_was_with_every_error_named() {
    let app = TestApp::start().await;
    let admin = app.signed_in(Role::Administrator);
    let answer = admin.post("/users", &[("name", ""), ("email", "<nina>"), ("time_zone", "UTC"), ("password", "nope")]).await.expect(422);
    for text in ["Fill this in.", "Write an e-mail address", "Choose at least one role.", "Use at least 15 characters"] {
        assert_eq!(answer.body.matches(text).count(), 2, "beside the field and in the summary: {text} in {}", answer.body);
    }
    assert!(answer.has("&#60;nina&#62;") && !answer.has("nope"), "{}", answer.body);
    assert!(answer.has(r##"<a href="#roles">"##));
    assert!(app.log().is_empty());
}

#[tokio::test]
async fn for_others_the_pages_of_users_and_groups_do_not_exist() {
    let app = TestApp::start().await;
    let ines = given::user(&app, "Ines", &[Role::Viewer]);
    for role in Role::ALL.iter().filter(|it| **it != Role::Administrator) {
        let browser = app.signed_in(*role);
        for path in ["/users", "/users/new", "/users/1/edit", "/groups", "/groups/new", "/groups/1/edit"] {
            browser.get(path).await.expect(404);
        }
        for path in ["", "/password", "/disabling", "/enabling"] {
            browser.post(&format!("/users/{}{path}", ines.id), &NINA).await.expect(404);
        }
        browser.post("/users", &NINA).await.expect(404);
        browser.post("/groups", &[("name", "Mine")]).await.expect(404);
    }
    assert!(app.log().is_empty());
    app.browser().get("/users").await.expect(303);
    let admin = app.signed_in(Role::Administrator);
    for path in ["/users", "/users/new", "/users/1/edit", "/groups", "/groups/new", "/groups/1/edit"] {
        admin.get(path).await.expect(200);
    }
    admin.get("/users/0/edit").await.expect(404);
}

#[tokio::test]
async fn closing_an_account_signs_the_person_out_at_once() {
    let app = TestApp::start().await;
    let admin = app.signed_in(Role::Administrator);
    let ines = given::user(&app, "Ines", &[Role::Viewer]);
    let browser = app.browser_of(&ines);
    browser.get("/profile").await.expect(200);
    admin.post(&format!("/users/{}/disabling", ines.id), &[]).await.expect_see("/users");
    browser.get("/profile").await.expect(303);
    app.browser().post("/session", &[("email", &ines.email), ("password", PASSWORD)]).await.expect(422);
    admin.post(&format!("/users/{}/enabling", ines.id), &[]).await.expect_see("/users");
    browser.get("/profile").await.expect(303);
    app.browser().post("/session", &[("email", &ines.email), ("password", PASSWORD)]).await.expect_see("/");
    assert_eq!(app.log(), ["user_disabled", "sign_in_refused", "user_enabled", "signed_in"]);
}

#[tokio::test]
async fn a_session_of_a_closed_account_is_dead_even_if_its_row_is_left() {
    let app = TestApp::start().await;
    let ines = given::user(&app, "Ines", &[Role::Viewer]);
    let browser = app.browser_of(&ines);
    app.write(|tx| slipway::store::users::set_disabled(tx, ines.id, Some(tx.now)));
    browser.get("/profile").await.expect(303);
}

#[tokio::test]
async fn a_role_that_is_taken_away_is_gone_with_the_next_click() {
    let app = TestApp::start().await;
    let admin = given::user(&app, "Ada", &[Role::Administrator]);
    let other = app.browser_of(&given::user(&app, "Otto", &[Role::Administrator]));
    let browser = app.browser_of(&admin);
    browser.get("/users").await.expect(200);
    let fields = [("name", "Ada"), ("email", "ada@example.org"), ("roles", "viewer"), ("time_zone", "UTC"), ("version", "0")];
    other.post(&format!("/users/{}", admin.id), &fields).await.expect_see("/users");
    browser.get("/users").await.expect(404);
}

#[tokio::test]
async fn the_last_active_administrator_stays_one() {
    let app = TestApp::start().await;
    let ada = given::user(&app, "Ada", &[Role::Administrator]);
    let otto = given::user(&app, "Otto", &[Role::Administrator]);
    let admin = app.browser_of(&ada);
    admin.post(&format!("/users/{}/disabling", ada.id), &[]).await.expect(409).expect_text("your own account");
    admin.post(&format!("/users/{}/disabling", otto.id), &[]).await.expect_see("/users");
    let fields = [("name", "Ada"), ("email", "ada@example.org"), ("roles", "viewer"), ("time_zone", "UTC"), ("version", "0")];
    admin.post(&format!("/users/{}", ada.id), &fields).await.expect(409).expect_text("the last active administrator");
    admin.get("/users").await.expect(200);
    let refused = app.act(|tx| app::users::disable(tx, ada.id)).expect_err("not even by the command line");
    assert_eq!(refused.to_string(), "This account is the last active administrator; name another one first.");
}

#[tokio::test]
async fn two_administrators_who_close_each_other_at_the_same_moment_leave_one() {
    let app = TestApp::start().await;
    let ada = given::user(&app, "Ada", &[Role::Administrator]);
    let otto = given::user(&app, "Otto", &[Role::Administrator]);
    let (one, other) = (app.browser_of(&ada), app.browser_of(&otto));
    let (at_otto, at_ada) = (format!("/users/{}/disabling", otto.id), format!("/users/{}/disabling", ada.id));
    let (first, second) = tokio::join!(one.post(&at_otto, &[]), other.post(&at_ada, &[]));
    let active = app.write(slipway::store::users::lock_administrators);
    assert_eq!(active.len(), 1, "{} {}", first.status, second.status);
}

#[tokio::test]
async fn an_edit_of_what_somebody_else_changed_meanwhile_is_shown_and_not_saved() {
    let app = TestApp::start().await;
    let admin = app.signed_in(Role::Administrator);
    let ines = given::user(&app, "Ines", &[Role::Viewer]);
    let at = format!("/users/{}", ines.id);
    let fields = |name, version| [("name", name), ("email", "ines@example.org"), ("roles", "viewer"), ("time_zone", "UTC"), ("version", version)];
    admin.post(&at, &fields("Ines Okafor", "0")).await.expect_see("/users");
    let answer = admin.post(&at, &fields("I. Okafor", "0")).await.expect(409).expect_text("Changed meanwhile");
    assert!(answer.has("<td>Ines Okafor</td><td>I. Okafor</td>"), "{}", answer.body);
    assert!(answer.has(r#"name="version" value="1""#), "{}", answer.body);
    admin.post(&at, &fields("I. Okafor", "1")).await.expect_see("/users");
    assert_eq!(app.log(), ["user_edited", "user_edited"]);
}

#[tokio::test]
async fn an_administrator_sets_a_new_password_and_the_sessions_end() {
    let app = TestApp::start().await;
    let admin = app.signed_in(Role::Administrator);
    let ines = given::user(&app, "Ines", &[Role::Viewer]);
    let browser = app.browser_of(&ines);
    let at = format!("/users/{}/password", ines.id);
    admin.post(&at, &[("password", "ines@example.org")]).await.expect(422).expect_text("little more than your e-mail address");
    browser.get("/profile").await.expect(200);
    admin.post(&at, &[("password", "harbour pilot seven")]).await.expect_see("/users");
    browser.get("/profile").await.expect(303);
    app.browser().post("/session", &[("email", &ines.email), ("password", "harbour pilot seven")]).await.expect_see("/");
}

#[tokio::test]
async fn a_group_has_members_and_an_old_form_does_not_overwrite_it() {
    let app = TestApp::start().await;
    let admin = app.signed_in(Role::Administrator);
    let ines = given::user(&app, "Ines", &[Role::Viewer]).id.to_string();
    let omar = given::user(&app, "Omar", &[Role::Viewer]).id.to_string();
    admin.post("/groups", &[("name", "CAB"), ("description", "")]).await.expect(422).expect_text("Another group has this name");
    admin.post("/groups", &[("name", "cab")]).await.expect(422).expect_text("Another group has this name");
    admin.post("/groups", &[("name", "Payroll board"), ("members", &ines)]).await.expect_see("/groups");
    let id = app.read(slipway::store::groups::list).into_iter().find(|it| it.key == "payroll_board").expect("it is there").id;
    let at = format!("/groups/{id}");
    admin.post(&at, &[("name", "Payroll board"), ("members", &ines), ("members", &omar), ("version", "0")]).await.expect_see("/groups");
    let answer = admin.post(&at, &[("name", "Payroll"), ("members", &omar), ("version", "0")]).await.expect(409).expect_text("Changed meanwhile");
    assert!(answer.has("<td>Ines, Omar</td><td>Omar</td>"), "{}", answer.body);
    admin.post(&at, &[("name", "Payroll"), ("members", "999999"), ("version", "1")]).await.expect(422).expect_text("does not exist any more");
    assert_eq!(app.log(), ["group_created", "group_edited"]);
    assert_eq!(app.read(|conn| slipway::store::groups::members(conn, id)).len(), 2);
}

#[tokio::test]
async fn the_set_up_link_makes_one_administrator_once() {
    let app = TestApp::start().await;
    let token = app.act(app::setup::offer).expect("it works").expect("there are no users");
    let second = app.act(app::setup::offer).expect("it works").expect("another instance has its own");
    let browser = app.browser();
    let at = format!("/setup/{token}");
    browser.get("/setup/made-up").await.expect(404);
    browser.get(&at).await.expect(200);
    browser.get(&at).await.expect(200).expect_text("Make the account");
    browser.post(&at, &[("name", "Ada"), ("email", "ada@example.org"), ("time_zone", "UTC"), ("password", "short")]).await.expect(422);
    let fields = [("name", "Ada"), ("email", "ada@example.org"), ("time_zone", "UTC"), ("password", "harbour pilot seven"), ("roles", "viewer")];
    browser.post(&at, &fields).await.expect_see("/session/new");
    for spent in [at, format!("/setup/{second}")] {
        browser.get(&spent).await.expect(409).expect_text("used or expired");
        browser.post(&spent, &fields).await.expect(409);
    }
    assert_eq!(app.act(app::setup::offer).expect("it works"), None);
    browser.post("/session", &[("email", "ada@example.org"), ("password", "harbour pilot seven")]).await.expect_see("/");
    browser.get("/users").await.expect(200);
}

#[tokio::test]
async fn the_set_up_link_is_good_for_a_day() {
    let app = TestApp::start().await;
    let token = app.act(app::setup::offer).expect("it works").expect("there are no users");
    app.clock.advance(chrono::Duration::hours(24));
    app.browser().get(&format!("/setup/{token}")).await.expect(409);
}
