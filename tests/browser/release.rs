//! A minor release from its registration until it is closed, by people who do nothing but follow the one primary button of its page.

use crate::hands::Hands;
use crate::support::TestApp;
use crate::tell;
use crate::walker::{self, Walker};
use crate::window::Window;

#[test]
fn a_minor_release_goes_from_registration_to_closed_by_mouse() {
    tell(walk(Hands::Mouse));
}

#[test]
fn a_minor_release_goes_from_registration_to_closed_by_keyboard_alone() {
    tell(walk(Hands::Keyboard));
}

#[test]
fn a_minor_release_goes_from_registration_to_closed_without_scripts() {
    tell(walk(Hands::WithoutScripts));
}

async fn walk(hands: Hands) {
    let app = TestApp::start().await;
    let people = walker::team(&app);
    let window = Window::open_as(&app, hands, &people[0].1).await;
    let walker = Walker { app: &app, window: &window, people: &people };
    register(&window).await;
    walker.to_the_end().await;
    assert_eq!(window.text("#readiness-title").await, "Closed");
    assert_eq!(window.complaints().await, Vec::<String>::new());
    // Every phase of the way was gone through, and none by a waiver.
    let log = app.log();
    assert_eq!(log.iter().filter(|it| *it == "phase_entered").count(), 5 + 6, "{log:?}");
    assert!(!log.iter().any(|it| it.contains("waive")), "{log:?}");
}

async fn register(it: &Window) {
    it.goto("/").await;
    it.follow("//main//a[contains(., 'Register a release')]").await;
    it.tick("//label[contains(., 'Minor')]/input").await;
    it.write("new_item", "Payroll").await;
    it.write("title", "Pay slips on the phone").await;
    it.choose("model", "Minor release").await;
    it.follow("//button[contains(., 'Register the release')]").await;
    it.until_text("h1", "Payroll v1.1").await;
    it.until_text("#notices", "The release is registered.").await;
}
