//! Coming, going, and the small conveniences of every page.

use crate::hands::Hands;
use crate::support::{TestApp, given};
use crate::tell;
use crate::window::Window;
use slipway::domain::people::Role;

#[test]
fn a_wrong_password_is_said_and_the_right_one_leads_to_where_one_was_going() {
    tell(async {
        let app = TestApp::start().await;
        let mara = given::user(&app, "Mara", &[Role::ReleaseManager]);
        for hands in [Hands::Mouse, Hands::Keyboard, Hands::WithoutScripts] {
            let window = Window::open(&app, hands).await;
            window.goto("/releases").await;
            window.write("email", &mara.email).await;
            window.write("password", "not this one at all").await;
            window.follow("main form button").await;
            window.until_text("#form-summary", "password").await;
            assert_eq!(window.find("#email").await.prop("value").await.expect("a value").as_deref(), Some(mara.email.as_str()));
            window.write("password", given::PASSWORD).await;
            window.follow("main form button").await;
            window.until_text("h1", "Releases").await;
            assert_eq!(window.path().await, "/releases");
            window.press(".menu > summary").await;
            window.follow("//button[.='Sign out']").await;
            window.until_text("h1", "Sign in").await;
            window.until_text("#notices", "You are signed out.").await;
            window.goto("/releases").await;
            window.until_text("h1", "Sign in").await;
            assert_eq!(window.complaints().await, Vec::<String>::new());
        }
    });
}

#[test]
fn the_first_administrator_is_made_behind_the_link_and_signs_in() {
    tell(async {
        let app = TestApp::start().await;
        let token = app.act(slipway::app::setup::offer).expect("it works").expect("there are no users");
        let window = Window::open(&app, Hands::Keyboard).await;
        window.bring_axe().await;
        window.goto(&format!("/setup/{token}")).await;
        assert_eq!(window.axe().await, Vec::<String>::new());
        window.write("name", "Nadia").await;
        window.write("email", "nadia@example.org").await;
        window.write("password", given::PASSWORD).await;
        window.follow("main form .btn-primary").await;
        window.until_text("#notices", "Slipway is yours.").await;
        window.write("email", "nadia@example.org").await;
        window.write("password", given::PASSWORD).await;
        window.follow("main form .btn-primary").await;
        window.until_text("h1", "Nothing waits for you, Nadia").await;
        assert_eq!(window.complaints().await, Vec::<String>::new());
    });
}
