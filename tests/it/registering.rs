//! The forms for registering: sent twice, with a time that is over, refused in the words of their labels.

use crate::support::given::{self, Somebody};
use crate::support::html::Form;
use crate::support::{Browser, TestApp};
use slipway::domain::people::Role;
use slipway::domain::records::RecordKind;
use slipway::store::categories;

fn ines(app: &TestApp) -> Somebody {
    given::user(app, "Ines", &[Role::ReleaseManager])
}

/// The form for a release of Payroll, filled in as far as it must be.
async fn release(app: &TestApp, browser: &Browser) -> Form {
    let category = app.read(|conn| categories::list(conn, RecordKind::Release))[1].id;
    let form = browser.get("/releases/new").await.expect(200).form("/releases");
    form.with("category", category).with("item", given::item(app, "Payroll")).with("title", "New tables")
}

#[tokio::test]
async fn a_form_that_is_sent_twice_registers_once() {
    let app = TestApp::start().await;
    let browser = app.browser_of(&ines(&app));
    let form = release(&app, &browser).await;
    let first = browser.submit(&form).await.expect(303).location().to_owned();
    assert_eq!(browser.submit(&form).await.expect(303).location(), first, "a second press");
    assert_eq!(app.log(), ["release_registered", "model_applied"]);
    let other = browser.submit(&form.clone().with("title", "New rounding")).await.expect(303).location().to_owned();
    assert_ne!(other, first, "the way back, and something else typed");
    let again = release(&app, &browser).await;
    let third = browser.submit(&again).await.expect(303).location().to_owned();
    assert!(third != first && third != other, "the same words in a form of its own");

    let category = app.read(|conn| categories::list(conn, RecordKind::Change))[0].id;
    let form = browser.get("/changes/new").await.expect(200).form("/changes").with("category", category).with("title", "Tables");
    let at = browser.submit(&form).await.expect(303).location().to_owned();
    assert_eq!(browser.submit(&form).await.expect(303).location(), at);
}

#[tokio::test]
async fn a_form_that_is_sent_twice_at_the_same_time_registers_once() {
    let app = TestApp::start().await;
    let owner = ines(&app);
    let (one, other) = (app.browser_of(&owner), app.browser_of(&owner));
    let form = release(&app, &one).await;
    let (one, other) = tokio::join!(one.submit(&form), other.submit(&form));
    assert_eq!(one.expect(303).location(), other.expect(303).location());
    assert_eq!(app.log(), ["release_registered", "model_applied"]);
}

#[tokio::test]
async fn who_was_signed_out_meanwhile_sends_what_they_typed_after_signing_in() {
    let app = TestApp::start().await;
    let browser = app.browser_of(&ines(&app));
    let form = release(&app, &browser)
        .await
        .with("scope", "All of it,\nline by <line>")
        .with("planned_start", "2026-04-01T18:00")
        .with("planned_end", "2026-04-01T19:00");
    let page = app.browser().submit(&form).await.expect(401).expect_text("Your session has ended, so nothing was saved.");
    let page = page.expect_text("Sign in in another tab").expect_text("It is registered once, however often it is sent.");
    let at = browser.submit(&page.form("/releases")).await.expect(303).location().to_owned();
    browser.get(&at).await.expect_text("All of it,");
    assert_eq!(browser.submit(&form).await.expect(303).location(), at, "the digest is that of the form as it was first sent");
    app.browser().post("/users", &[("name", "Nina"), ("password", "harbour pilot seven")]).await.expect(401).expect_no_text("harbour");
}

#[tokio::test]
async fn what_was_refused_is_registered_when_it_is_put_right() {
    let app = TestApp::start().await;
    let browser = app.browser_of(&ines(&app));
    let page = browser.submit(&release(&app, &browser).await.with("version", "nine")).await.expect(422);
    browser.submit(&page.form("/releases").with("version", "")).await.expect(303);
    assert_eq!(app.log(), ["release_registered", "model_applied"]);
}

#[tokio::test]
async fn a_window_that_is_over_is_taken_when_it_is_sent_again() {
    let app = TestApp::start().await;
    let browser = app.browser_of(&ines(&app));
    let over = |form: Form, year: u16| form.with("planned_start", format!("{year}-02-14T18:00")).with("planned_end", format!("{year}-02-14T20:00"));
    let page = browser.submit(&over(release(&app, &browser).await, 2025)).await.expect(422);
    let page = page.expect_text("Planned end: This is over already. If you mean it, send it again");
    let page = browser.submit(&over(page.form("/releases"), 2024)).await.expect(422);
    let at = browser.submit(&page.form("/releases")).await.expect(303).location().to_owned();
    let id = at.rsplit('/').next().expect("a number").to_owned();

    let section = format!("/records/{id}/window");
    let form = browser.get(&format!("{section}/edit")).await.expect(200).form(&section);
    let page = browser.submit(&over(form.clone(), 2025)).await.expect(422).expect_text("This is over already");
    browser.submit(&page.form(&section)).await.expect(303);
    let form = browser.get(&format!("{section}/edit")).await.expect(200).form(&section);
    browser.submit(&form.with("planned_start", "2025-02-14T19:00")).await.expect(303);
    let form = browser.get(&format!("{section}/edit")).await.expect(200).form(&section);
    browser.submit(&over(form, 2027)).await.expect(303);
}

#[tokio::test]
async fn what_was_asked_about_once_is_not_asked_again_beside_something_else() {
    let app = TestApp::start().await;
    let browser = app.browser_of(&ines(&app));
    let form = release(&app, &browser).await.with("planned_start", "2025-02-14T18:00").with("planned_end", "2025-02-14T20:00");
    let page = browser.submit(&form).await.expect(422);
    let page = browser.submit(&page.form("/releases").with("title", "")).await.expect(422);
    browser.submit(&page.form("/releases").with("title", "New tables")).await.expect(303);
}

#[tokio::test]
async fn what_is_wrong_is_told_by_the_label_of_its_field() {
    let app = TestApp::start().await;
    let browser = app.browser_of(&ines(&app));
    let form = browser.get("/changes/new").await.expect(200).form("/changes").with("owner", "").with("title", "");
    let page = browser.submit(&form).await.expect(422);
    page.expect_text("Type: Choose or fill in something here.").expect_text("Requester: Choose or fill in something here.");
    let rfc = given::change(&app, "Tables").registered();
    let at = format!("/records/{rfc}/details");
    let form = browser.get(&format!("{at}/edit")).await.expect(200).form(&at);
    browser.submit(&form.with("owner", "")).await.expect(422).expect_text("Requester: Choose or fill in something here.");
}
