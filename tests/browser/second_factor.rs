//! Setting up a second factor on a phone and signing in with it: by mouse, by keyboard and without scripts.

use crate::hands::Hands;
use crate::support::TestApp;
use crate::support::given::{self, PASSWORD};
use crate::tell;
use crate::window::Window;
use chrono::Duration;
use slipway::domain::people::Role;

const EVERY: [Hands; 3] = [Hands::Mouse, Hands::Keyboard, Hands::WithoutScripts];

/// What axe says of the page, in both lights. Only where scripts run.
async fn look_over(window: &Window) {
    if window.hands == Hands::Mouse {
        for scheme in ["light", "dark"] {
            window.prefer(scheme).await;
            assert_eq!(window.axe().await, Vec::<String>::new(), "{scheme}");
        }
    }
}

#[test]
fn somebody_sets_up_a_second_factor_and_signs_in_with_it() {
    tell(async {
        for hands in EVERY {
            let app = TestApp::start().await;
            let ines = given::user(&app, "Ines", &[Role::Viewer]);
            let window = Window::open_as(&app, hands, &ines).await;
            window.resize(390, 844, 2, true).await;
            if hands == Hands::Mouse {
                window.bring_axe().await;
            }
            window.goto("/profile").await;
            window.follow("a[href='/profile/second-factor']").await;
            window.until_text("h1", "Set up a second factor").await;
            look_over(&window).await;
            let seed = given::seed_of(&window.text(".code-text").await);
            window.write("code", &seed.code_at(app.clock.now())).await;
            window.write("password", PASSWORD).await;
            window.follow("form[action='/profile/second-factor'] .btn-primary").await;
            window.until_text("h1", "Your second factor is on").await;
            look_over(&window).await;
            assert_eq!(window.text("#recovery-codes").await.split_whitespace().count(), 10);

            window.give_to_nobody().await;
            app.clock.advance(Duration::seconds(30));
            window.goto("/session/new").await;
            window.write("email", &ines.email).await;
            window.write("password", PASSWORD).await;
            window.follow("form[action='/session'] button").await;
            window.until_text("h1", "And the code").await;
            look_over(&window).await;
            window.write("code", &seed.code_at(app.clock.now())).await;
            window.follow("form[action='/session/code'] .btn-primary").await;
            window.until("in", async |it| it.path().await == "/").await;
            assert_eq!(window.complaints().await, Vec::<String>::new());
        }
    });
}
