//! The second factor: set up, asked for when signing in, replaced, reset, and asked of those who must have one.

use crate::support::given::{self, Factor, PASSWORD, Somebody};
use crate::support::html::Form;
use crate::support::{Browser, Page, TestApp};
use chrono::Duration;
use slipway::domain::notices::Rule;
use slipway::domain::people::Role;
use slipway::domain::second_factor::{Duty, Seed};
use slipway::store::second_factors;

const PAGE: &str = "/profile/second-factor";

async fn sign_in(browser: &Browser, who: &Somebody) -> Page {
    browser.post("/session", &[("email", &who.email), ("password", PASSWORD), ("to", "/releases")]).await
}

async fn type_code(browser: &Browser, code: &str) -> Page {
    browser.post("/session/code", &[("code", code), ("to", "/releases")]).await
}

async fn is_in(browser: &Browser) -> bool {
    browser.get("/profile").await.status == 200
}

/// What the page shows as text, as an app would take it.
fn seed_on(page: &Page) -> Seed {
    let text = page.body.split("code-text\">").nth(1).and_then(|it| it.split('<').next()).expect("the key as text");
    given::seed_of(text)
}

/// The form by which a second factor is switched on, with the code of the moment.
async fn filled(app: &TestApp, browser: &Browser) -> (Seed, Form) {
    let page = browser.get(PAGE).await.expect(200);
    let seed = seed_on(&page);
    let form = page.form(PAGE).with("code", seed.code_at(app.clock.now())).with("password", PASSWORD);
    (seed, form)
}

/// The recovery codes on a page.
fn codes_on(page: &Page) -> Vec<String> {
    let list = page.body.split("id=\"recovery-codes\" tabindex=\"0\">").nth(1).and_then(|it| it.split("</pre>").next()).expect("the codes");
    list.lines().filter(|it| !it.is_empty()).map(str::to_owned).collect()
}

#[tokio::test]
async fn set_up_in_the_profile_it_is_asked_for_when_signing_in() {
    let app = TestApp::start().await;
    let ines = given::user(&app, "Ines", &[Role::Viewer]);
    let (browser, elsewhere) = (app.browser_of(&ines), app.browser_of(&ines));
    browser.get("/profile").await.expect_text("Set it up");
    let (seed, form) = filled(&app, &browser).await;
    let page = browser.submit(&form).await.expect(200).expect_text("Your second factor is on");
    assert_eq!(codes_on(&page).len(), 10);
    assert!(is_in(&browser).await && !is_in(&elsewhere).await, "other sessions end");
    browser.get(PAGE).await.expect(200).expect_text("10 recovery codes are left").expect_no_text(&codes_on(&page)[0]);

    let fresh = app.browser();
    sign_in(&fresh, &ines).await.expect_see("/session/code?to=%2Freleases");
    assert!(!is_in(&fresh).await, "the password alone opens nothing");
    let page = fresh.get("/session/code?to=%2Freleases").await.expect(200);
    for words in ["autocomplete=\"one-time-code\"", "inputmode=\"numeric\"", "Use a recovery code"] {
        assert!(page.has(words), "{words}");
    }
    app.clock.advance(Duration::seconds(30));
    type_code(&fresh, &seed.code_at(app.clock.now())).await.expect_see("/releases");
    assert!(is_in(&fresh).await);
    assert_eq!(app.log(), ["second_factor", "signed_in"]);
    app.tell();
    assert_eq!(app.told_of(ines.id, Rule::Account), ["Your account has a second factor now"]);
}

#[tokio::test]
async fn switching_it_on_needs_the_password_the_right_code_and_the_form_of_this_installation() {
    let app = TestApp::start().await;
    let (ines, omar) = (given::user(&app, "Ines", &[Role::Viewer]), given::user(&app, "Omar", &[Role::Viewer]));
    let browser = app.browser_of(&ines);
    let (_, form) = filled(&app, &browser).await;
    let page = browser.submit(&form.clone().with("password", "wrong password here")).await.expect(422).expect_text("not your current password");
    assert_eq!(page.form(PAGE).value("sealed"), form.value("sealed"), "the same picture stays, which is scanned by now");
    browser.submit(&form.clone().with("code", "000000")).await.expect(422).expect_text("not the code that the app shows now");
    browser.submit(&form.clone().with("sealed", "made-up")).await.expect(422).expect_text("open for too long");
    app.browser_of(&omar).submit(&form).await.expect(422).expect_text("open for too long");
    app.clock.advance(Duration::minutes(61));
    browser.submit(&form).await.expect(422).expect_text("open for too long");
    assert!(app.read(|conn| second_factors::find(conn, ines.id)).is_none());
    assert!(app.log().is_empty());
}

#[tokio::test]
async fn a_code_is_good_once_and_not_for_long() {
    let app = TestApp::start().await;
    let ines = given::user(&app, "Ines", &[Role::Viewer]);
    let Factor { seed, .. } = given::second_factor(&app, &ines);
    let (first, second) = (app.browser(), app.browser());
    for browser in [&first, &second] {
        sign_in(browser, &ines).await.expect(303);
    }
    let code = seed.code_at(app.clock.now());
    type_code(&first, &code).await.expect_see("/releases");
    type_code(&second, &code).await.expect(422).expect_text("was used before");
    let earlier = seed.code_at(app.clock.now() - Duration::seconds(30));
    type_code(&second, &earlier).await.expect(422);
    let late = seed.code_at(app.clock.now() + Duration::seconds(30));
    app.clock.advance(Duration::seconds(120));
    type_code(&second, &late).await.expect(422);
    type_code(&second, &seed.code_at(app.clock.now() + Duration::seconds(30))).await.expect_see("/releases");
}

#[tokio::test]
async fn two_who_type_the_same_code_at_the_same_moment_do_not_both_get_in() {
    let app = TestApp::start().await;
    let ines = given::user(&app, "Ines", &[Role::Viewer]);
    let Factor { seed, .. } = given::second_factor(&app, &ines);
    let (first, second) = (app.browser(), app.browser());
    for browser in [&first, &second] {
        sign_in(browser, &ines).await.expect(303);
    }
    let code = seed.code_at(app.clock.now());
    let (one, other) = tokio::join!(type_code(&first, &code), type_code(&second, &code));
    let mut answers = [one.status, other.status];
    answers.sort_unstable();
    assert_eq!(answers, [303, 422]);
}

#[tokio::test]
async fn half_a_sign_in_opens_nothing_and_is_over_soon() {
    let app = TestApp::start().await;
    let ines = given::user(&app, "Ines", &[Role::Administrator]);
    let Factor { seed, .. } = given::second_factor(&app, &ines);
    let browser = app.browser();
    let half = sign_in(&browser, &ines).await.header("set-cookie").to_owned();
    for path in ["/", "/releases", "/profile", PAGE, "/users", "/notices/stream"] {
        let answer = browser.get(path).await;
        assert!(answer.status == 303 && answer.location().starts_with("/session/new"), "{path}: {}", answer.status);
    }
    browser.post("/profile/second-factor/removal", &[("password", PASSWORD), ("code", "1")]).await.expect(401);
    let whole = type_code(&browser, &seed.code_at(app.clock.now())).await.expect_see("/releases").header("set-cookie").to_owned();
    assert_ne!(half, whole, "the session has another key");
    let thief = app.browser().with_cookie(&half);
    assert!(!is_in(&thief).await);
    type_code(&thief, "123456").await.expect_see("/session/new");

    let slow = app.browser();
    sign_in(&slow, &ines).await.expect(303);
    app.clock.advance(Duration::minutes(10));
    slow.get("/session/code").await.expect_see("/session/new");
    type_code(&slow, &seed.code_at(app.clock.now())).await.expect_see("/session/new");
    let stranger = app.browser();
    stranger.get("/session/code").await.expect_see("/session/new");
    stranger.post("/session/code", &[("code", "123456")]).await.expect_see("/session/new");
}

#[tokio::test]
async fn too_many_wrong_codes_lock_the_code_however_often_the_password_is_given() {
    let app = TestApp::start().await;
    let ines = given::user(&app, "Ines", &[Role::Viewer]);
    let Factor { seed, codes } = given::second_factor(&app, &ines);
    given::policy(&app, |it| (it.security.sign_in_attempts, it.security.lock_minutes) = (3, 15));
    let browser = app.browser();
    sign_in(&browser, &ines).await.expect(303);
    for turn in 0..3 {
        let words = if turn < 2 { "This code is not right" } else { "Wait 15 minutes" };
        type_code(&browser, "000000").await.expect(422).expect_text(words);
    }
    sign_in(&browser, &ines).await.expect(303);
    type_code(&browser, &seed.code_at(app.clock.now())).await.expect(429);
    // Another instance counts tries for itself; the lock stands in the database.
    let guard = app.read(|conn| second_factors::find(conn, ines.id)).expect("it is there").guard();
    assert!(guard.is_locked(app.clock.now()) && !guard.is_locked(app.clock.now() + Duration::minutes(15)));
    app.tell();
    assert_eq!(app.told_of(ines.id, Rule::Account), ["Somebody who knows your password typed too many wrong codes"]);
    app.clock.advance(Duration::minutes(15));
    sign_in(&browser, &ines).await.expect(303);
    let page = browser.post("/session/code", &[("recovery", &codes[0])]).await;
    page.expect_see("/");
}

#[tokio::test]
async fn a_recovery_code_lets_in_once_and_the_person_is_told() {
    let app = TestApp::start().await;
    let ines = given::user(&app, "Ines", &[Role::Viewer]);
    let Factor { codes, .. } = given::second_factor(&app, &ines);
    let browser = app.browser();
    sign_in(&browser, &ines).await.expect(303);
    let typed = codes[3].to_uppercase().replace('-', " ");
    browser.post("/session/code", &[("recovery", &typed), ("to", "/releases")]).await.expect_see("/releases");
    browser.get(PAGE).await.expect_text("9 recovery codes are left");
    let again = app.browser();
    sign_in(&again, &ines).await.expect(303);
    again.post("/session/code", &[("recovery", &typed)]).await.expect(422).expect_text("not right, or was used before");
    app.tell();
    assert_eq!(app.told_of(ines.id, Rule::Account), ["A recovery code of yours was used"]);
    let told = app.told(ines.id).pop().expect("a notice");
    assert_eq!(told.path, "/profile");
}

#[tokio::test]
async fn new_recovery_codes_void_the_old_ones() {
    let app = TestApp::start().await;
    let ines = given::user(&app, "Ines", &[Role::Viewer]);
    let Factor { seed, codes } = given::second_factor(&app, &ines);
    let browser = app.browser_of(&ines);
    let renew = async |password: &str, code: &str| browser.post("/profile/recovery-codes", &[("password", password), ("code", code)]).await;
    renew("wrong password here", &seed.code_at(app.clock.now())).await.expect(422).expect_text("not your current password");
    renew(PASSWORD, "000000").await.expect(422).expect_text("This code is not right");
    let page = renew(PASSWORD, &seed.code_at(app.clock.now())).await.expect(200).expect_text("Your new recovery codes");
    assert!(codes_on(&page).iter().all(|it| !codes.contains(it)));
    let other = app.browser();
    sign_in(&other, &ines).await.expect(303);
    other.post("/session/code", &[("recovery", &codes[0])]).await.expect(422);
    other.post("/session/code", &[("recovery", &codes_on(&page)[0])]).await.expect_see("/");
    app.tell();
    let told = app.told_of(ines.id, Rule::Account);
    assert_eq!(told, ["You have new recovery codes; the old ones are void", "A recovery code of yours was used"]);
}

#[tokio::test]
async fn switched_off_with_password_and_code_the_password_is_enough_again() {
    let app = TestApp::start().await;
    let ines = given::user(&app, "Ines", &[Role::Viewer]);
    let Factor { seed, .. } = given::second_factor(&app, &ines);
    let (browser, elsewhere) = (app.browser_of(&ines), app.browser_of(&ines));
    let off = async |password: &str, code: &str| browser.post("/profile/second-factor/removal", &[("password", password), ("code", code)]).await;
    off("wrong password here", &seed.code_at(app.clock.now())).await.expect(422);
    off(PASSWORD, "000000").await.expect(422);
    off(PASSWORD, &seed.code_at(app.clock.now())).await.expect_see("/profile");
    assert!(is_in(&browser).await && !is_in(&elsewhere).await);
    sign_in(&app.browser(), &ines).await.expect_see("/releases");
    app.tell();
    assert_eq!(app.told_of(ines.id, Rule::Account), ["Your second factor was switched off"]);
}

#[tokio::test]
async fn an_administrator_resets_it_with_a_reason_and_the_person_is_told() {
    let app = TestApp::start().await;
    let ines = given::user(&app, "Ines", &[Role::Viewer]);
    given::second_factor(&app, &ines);
    let (admin, browser) = (given::user(&app, "Ada", &[Role::Administrator]), app.browser_of(&ines));
    let at = format!("/users/{}/second-factor/removal", ines.id);
    browser.post(&at, &[("reason", "I want it")]).await.expect(404);
    let ada = app.browser_of(&admin);
    ada.get(&format!("/users/{}/edit", ines.id)).await.expect_text("Reset the second factor");
    ada.post(&at, &[("reason", "")]).await.expect(422);
    assert!(is_in(&browser).await);
    ada.post(&at, &[("reason", "Lost her phone; I know her voice")]).await.expect_see(&format!("/users/{}/edit", ines.id));
    assert!(!is_in(&browser).await);
    sign_in(&app.browser(), &ines).await.expect_see("/releases");
    ada.post(&at, &[("reason", "Again")]).await.expect(409).expect_text("has no second factor");
    app.tell();
    let told = app.told(ines.id).pop().expect("a notice");
    assert_eq!(told.headline, "Your second factor was taken off by an administrator");
    assert!(told.facts.to_string().contains("I know her voice"), "{}", told.facts);
    given::second_factor(&app, &admin);
    ada.post(&format!("/users/{}/second-factor/removal", admin.id), &[("reason", "Mine")]).await.expect(409).expect_text("ask another administrator");
}

#[tokio::test]
async fn who_must_have_one_is_led_to_set_it_up_and_can_do_nothing_else() {
    let app = TestApp::start().await;
    let (ines, ada) = (given::user(&app, "Ines", &[Role::Viewer]), given::user(&app, "Ada", &[Role::Administrator]));
    let (viewer, admin) = (app.browser_of(&ines), app.browser_of(&ada));
    given::policy(&app, |it| it.security.second_factor = Duty::Administrators);
    assert!(is_in(&viewer).await);
    for path in ["/", "/releases", "/users", "/profile", "/activity"] {
        admin.get(path).await.expect_see(PAGE);
    }
    admin.post("/groups", &[("name", "Mine")]).await.expect(403).expect_text("Set up a second factor first").expect_text(PAGE);
    let page = admin.get(PAGE).await.expect(200).expect_text("The policy asks you for a second factor").expect_no_text("href=\"/users\"");
    assert!(page.has_form("/session/end"), "one can always leave");
    let (seed, form) = filled(&app, &admin).await;
    admin.submit(&form).await.expect(200).expect_text("Recovery codes for");
    admin.get("/users").await.expect(200);
    app.clock.advance(Duration::seconds(30));
    let off = [("password", PASSWORD), ("code", &seed.code_at(app.clock.now()))];
    admin.post("/profile/second-factor/removal", &off).await.expect(409).expect_text("The policy asks you");
    given::policy(&app, |it| it.security.second_factor = Duty::Everybody);
    viewer.get("/releases").await.expect_see(PAGE);
    sign_in(&app.browser(), &ines).await.expect_see("/releases");
}

#[tokio::test]
async fn the_policy_says_who_must_have_one() {
    let app = TestApp::start().await;
    let (admin, manager) = (app.signed_in(Role::Administrator), app.signed_in(Role::ReleaseManager));
    manager.get("/policy").await.expect_text("Each as they like");
    let names = manager.get("/policy/edit").await.form("/policy").names;
    assert!(!names.iter().any(|it| it == "second_factor"), "only administrators set it");
    let form = admin.get("/policy/edit").await.form("/policy").with("reason", "It is asked for").with("review_on", "2027-03-01");
    admin.submit(&form.clone().with("second_factor", "nobody")).await.expect(422);
    admin.submit(&form.with("second_factor", "everybody")).await.expect_see("/policy");
    assert_eq!(app.read(slipway::store::policies::security).second_factor, Duty::Everybody);
    manager.get("/policy").await.expect_see(PAGE);
}

#[tokio::test]
async fn with_another_secret_key_codes_fail_but_recovery_codes_do_not() {
    let app = TestApp::start().await;
    let ines = given::user(&app, "Ines", &[Role::Viewer]);
    let Factor { seed, codes } = given::second_factor_sealed_by(&app, &ines, b"the key of another installation, or of last year");
    let browser = app.browser();
    sign_in(&browser, &ines).await.expect(303);
    type_code(&browser, &seed.code_at(app.clock.now())).await.expect(422);
    browser.post("/session/code", &[("recovery", &codes[0])]).await.expect_see("/");
}

#[tokio::test]
async fn ones_own_sessions_are_listed_and_ended_one_by_one() {
    let app = TestApp::start().await;
    let (ines, omar) = (given::user(&app, "Ines", &[Role::Viewer]), given::user(&app, "Omar", &[Role::Viewer]));
    let (here, there, others) = (app.browser_of(&ines), app.browser_of(&ines), app.browser_of(&omar));
    let of = |page: &Page| page.body.split("name=\"which\" value=\"").skip(1).filter_map(|it| it.split('"').next()).map(str::to_owned).collect::<Vec<_>>();
    let mine = of(&here.get("/profile").await);
    assert_eq!(mine.len(), 3, "the other session, all others, and all: {mine:?}");
    others.post("/profile/sessions/end", &[("which", &mine[0])]).await.expect(404);
    assert!(is_in(&there).await);
    here.post("/profile/sessions/end", &[("which", &mine[0])]).await.expect_see("/profile#sessions-title");
    assert!(is_in(&here).await && !is_in(&there).await);
    let admin = app.signed_in(Role::Administrator);
    admin.post(&format!("/users/{}/sessions/end", omar.id), &[]).await.expect_see("/users");
    assert!(!is_in(&others).await);
}
