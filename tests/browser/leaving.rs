//! Whoever leaves words they typed is asked first, and nobody else is.

use crate::hands::Hands;
use crate::support::given;
use crate::support::{Browser, TestApp};
use crate::tell;
use crate::window::Window;
use slipway::domain::people::Role;

/// A release manager's window, and what they can do without it.
async fn open(app: &TestApp) -> (Window, Browser) {
    let mara = given::user(app, "Mara", &[Role::ReleaseManager]);
    (Window::open_as(app, Hands::Keyboard, &mara).await, app.browser_of(&mara))
}

/// How often one is asked on the way elsewhere, when one always says no.
async fn asked(window: &Window, way: &str) -> u64 {
    let count = format!("window.asked = 0; window.confirm = () => {{ asked += 1; return false }}; {way}; return asked");
    window.ask(&count).await.as_u64().expect("a number")
}

const LINK: &str = "document.querySelector('a[href=\"/releases\"]').click()";

#[test]
fn typed_words_are_asked_about() {
    tell(async {
        let app = TestApp::start().await;
        let (window, _) = open(&app).await;
        window.goto("/changes/new").await;
        window.write("title", "Tables of next year").await;
        assert_eq!(asked(&window, LINK).await, 1, "by a link");
        assert_eq!(asked(&window, "document.querySelector('.page-search').requestSubmit()").await, 1, "by another form");
        let unload = "const event = new Event('beforeunload', { cancelable: true }); window.dispatchEvent(event); return event.defaultPrevented";
        assert_eq!(window.ask(unload).await, true, "by closing it");
        assert_eq!(window.path().await, "/changes/new");
        assert_eq!(window.find("#title").await.prop("value").await.expect("a value").as_deref(), Some("Tables of next year"));
        window.ask(&format!("window.confirm = () => true; {LINK}")).await;
        window.until_text("h1", "Releases").await;
        assert_eq!(window.complaints().await, Vec::<String>::new());
    });
}

#[test]
fn the_way_back_is_asked_about() {
    tell(async {
        let app = TestApp::start().await;
        let (window, _) = open(&app).await;
        window.goto("/changes").await;
        window.follow("a[href='/changes/new']").await;
        window.until_text("h1", "Register an RFC").await;
        window.write("title", "Tables of next year").await;
        window.ask("window.asked = 0; window.confirm = () => { asked += 1; return false }; history.back()").await;
        window.until("asked", async |it| it.ask("return window.asked").await == 1).await;
        assert_eq!(window.path().await, "/changes/new");
        assert_eq!(window.find("#title").await.prop("value").await.expect("a value").as_deref(), Some("Tables of next year"));
    });
}

#[test]
fn words_that_came_back_unsaved_are_asked_about_until_they_are_sent() {
    tell(async {
        let app = TestApp::start().await;
        let (window, _) = open(&app).await;
        window.goto("/changes/new").await;
        window.write("title", "Tables of next year").await;
        window.ask("document.querySelector('main form').noValidate = true").await;
        window.press("//button[.='Register the RFC']").await;
        window.until_text("#form-summary", "Type:").await;
        assert_eq!(asked(&window, LINK).await, 1);
        window.tick("//label[contains(., 'Normal')]//input").await;
        window.ask("window.confirm = () => { throw 'it is being saved' }").await;
        window.follow("//button[.='Register the RFC']").await;
        window.until_text("h1", "Tables of next year").await;
        assert_eq!(asked(&window, LINK).await, 0, "it is saved");
        assert_eq!(window.complaints().await, Vec::<String>::new());
    });
}

#[test]
fn where_nothing_was_typed_nobody_is_asked() {
    tell(async {
        let app = TestApp::start().await;
        let (window, browser) = open(&app).await;
        given::release(&app, "Payroll").registered();
        for path in ["/changes/new", "/releases/1", "/records/1/scope/edit", "/question-sets/new", "/models"] {
            browser.get(path).await.expect(200);
            window.goto(path).await;
            assert_eq!(asked(&window, LINK).await, 0, "{path}");
        }
        window.goto("/changes/new").await;
        window.write("title", "Tables").await;
        assert_eq!(asked(&window, "document.querySelector('.skip-link').click()").await, 0, "the same page");
    });
}
