//! Passwords: what is taken, how it is typed, who chooses it.

use crate::support::given::{self, Factor, PASSWORD};
use crate::support::html;
use crate::support::{Browser, Page, TestApp};
use chrono::Duration;
use slipway::domain::people::Role;

async fn sign_in(browser: &Browser, email: &str, password: &str) -> Page {
    browser.post("/session", &[("email", email), ("password", password)]).await
}

#[tokio::test]
async fn a_long_password_of_any_characters_is_taken_exactly_as_typed() {
    let app = TestApp::start().await;
    let ines = given::user(&app, "Ines", &[Role::Viewer]);
    let browser = app.browser_of(&ines);
    let mut current = PASSWORD.to_owned();
    let long = format!(" Ein Löwe 🦁 & <b>'\";-- %00 {} ", "keine Regel, nur Länge; ".repeat(7));
    assert!(long.chars().count() > 150 && long.chars().count() <= 200);
    for new in ["only small letters here", "ΜΟΝΟ ΚΕΦΑΛΑΙΑ ΓΡΑΜΜΑΤΑ", "8301 5527 9146 0382", &long] {
        browser.post("/profile/password", &[("current", &current), ("password", new)]).await.expect_see("/profile");
        current = new.to_owned();
    }
    for wrong in [long.trim().to_owned(), long.to_lowercase(), long.chars().take(72).collect(), format!("{long} ")] {
        sign_in(&app.browser(), &ines.email, &wrong).await.expect(422);
    }
    sign_in(&app.browser(), &ines.email, &long).await.expect_see("/");
}

#[tokio::test]
async fn password_fields_mask_and_let_managers_help() {
    let app = TestApp::start().await;
    let token = app.act(slipway::app::setup::offer).expect("it works").expect("there are no users");
    let setup = app.browser().get(&format!("/setup/{token}")).await.expect(200).body;
    let admin = app.signed_in(Role::Administrator);
    let spare = given::user(&app, "Spare", &[Role::Viewer]).id;
    let mut pages = vec![setup, app.browser().get("/session/new").await.body];
    for path in ["/profile", "/profile/password", "/profile/second-factor", "/users/new", &format!("/users/{spare}/edit")] {
        pages.push(admin.get(path).await.expect(200).body);
    }
    for page in pages {
        let tags = html::tags(&page);
        let fields: Vec<_> = tags.iter().filter(|it| matches!(it.get("name"), Some("password" | "current"))).collect();
        assert!(!fields.is_empty(), "{page}");
        for field in fields {
            assert_eq!(field.get("type"), Some("password"));
            assert!(matches!(field.get("autocomplete"), Some("current-password" | "new-password")), "{:?}", field.get("autocomplete"));
            assert!(!field.has("onpaste") && !field.has("readonly"));
        }
    }
}

#[tokio::test]
async fn a_password_is_as_good_after_years() {
    let app = TestApp::start().await;
    let ines = given::user(&app, "Ines", &[Role::Viewer]);
    app.clock.advance(Duration::days(3 * 365));
    sign_in(&app.browser(), &ines.email, PASSWORD).await.expect_see("/");
}

#[tokio::test]
async fn a_password_from_an_administrator_is_changed_before_anything_else() {
    let app = TestApp::start().await;
    let admin = app.signed_in(Role::Administrator);
    let given = "harbour pilot seven";
    let fields = [("name", "Nina"), ("email", "nina@example.org"), ("roles", "contributor"), ("time_zone", "UTC"), ("password", given)];
    admin.post("/users", &fields).await.expect_see("/users");
    let nina = app.browser();
    sign_in(&nina, "nina@example.org", given).await.expect_see("/");
    for path in ["/", "/releases", "/profile"] {
        nina.get(path).await.expect_see("/profile/password");
    }
    nina.post("/releases", &[("title", "Mine")]).await.expect(403).expect_text("Choose a password of your own first");
    let page = nina.get("/profile/password").await.expect(200).expect_text("Somebody else chose the password");
    assert!(page.has_form("/session/end"));
    let change = async |new: &str| nina.post("/profile/password", &[("current", given), ("password", new)]).await;
    change(given).await.expect(422).expect_text("This is the password that you have");
    change("short").await.expect(422).expect_text("Choose your password");
    change("lantern tugboat gravels").await.expect_see("/profile");
    nina.get("/releases").await.expect(200);

    let id = app.read(|conn| slipway::store::users::find_by_email(conn, "nina@example.org")).expect("she is there").id;
    admin.post(&format!("/users/{id}/password"), &[("password", given)]).await.expect_see("/users");
    let again = app.browser();
    sign_in(&again, "nina@example.org", given).await.expect_see("/");
    again.get("/releases").await.expect_see("/profile/password");
}

#[tokio::test]
async fn an_administrator_changes_their_own_password_only_with_the_current_one() {
    let app = TestApp::start().await;
    let ada = given::user(&app, "Ada", &[Role::Administrator]);
    let admin = app.browser_of(&ada);
    let at = format!("/users/{}/password", ada.id);
    admin.post(&at, &[("password", "harbour pilot seven")]).await.expect(409).expect_text("the current one is asked for there");
    assert!(!admin.get(&format!("/users/{}/edit", ada.id)).await.has_form(&at));
    sign_in(&app.browser(), &ada.email, PASSWORD).await.expect_see("/");
}

#[tokio::test]
async fn a_new_password_from_an_administrator_leaves_the_second_factor() {
    let app = TestApp::start().await;
    let admin = app.signed_in(Role::Administrator);
    let ines = given::user(&app, "Ines", &[Role::Viewer]);
    let Factor { seed, .. } = given::second_factor(&app, &ines);
    admin.post(&format!("/users/{}/password", ines.id), &[("password", "harbour pilot seven")]).await.expect_see("/users");
    let browser = app.browser();
    sign_in(&browser, &ines.email, "harbour pilot seven").await.expect_see("/session/code?to=%2F");
    browser.get("/profile/password").await.expect(303);
    browser.post("/session/code", &[("code", &seed.code_at(app.clock.now()))]).await.expect_see("/");
    browser.get("/releases").await.expect_see("/profile/password");
}

#[tokio::test]
async fn a_name_with_a_line_in_it_is_none_in_the_log() {
    let app = TestApp::start().await;
    for email in ["a@example.org\nAda signed in", "a@example.org\r\nX", "\u{1b}[2Ja@example.org\u{0}"] {
        sign_in(&app.browser(), email, "x").await.expect(422);
    }
    let admin = app.signed_in(Role::Administrator);
    let page = admin.get("/activity").await.expect(200);
    assert!(page.has("refused a sign-in as a@example.orgada signed in"), "{}", page.body);
    let kept: Vec<String> =
        app.read(|conn| slipway::store::events::list(conn, &Default::default(), 10)).into_iter().map(|it| format!("{:?}", it.event)).collect();
    assert!(!kept.concat().contains("\\n") && !kept.concat().contains("\\u{1b}"), "{kept:?}");
}
