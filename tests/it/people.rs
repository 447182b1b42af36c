//! Signing in, sessions, users and groups.

use crate::support::given::{self, PASSWORD};
use crate::support::{Browser, Page, TestApp};
use slipway::domain::people::Role;

async fn sign_in(browser: &Browser, email: &str, password: &str) -> Page {
    browser.post("/session", &[("email", email), ("password", password)]).await
}

#[tokio::test]
async fn with_the_right_password_one_gets_in_and_on_to_where_one_wanted() {
    let app = TestApp::start().await;
    given::user(&app, "Ines", &[Role::Viewer]);
    let browser = app.browser();
    let door = browser.get("/").await.expect(303);
    assert_eq!(door.location(), "/session/new?to=%2F");
    browser.post("/session", &[("email", " INES@example.org"), ("password", PASSWORD), ("to", "/?a=b")]).await.expect_see("/?a=b");
    browser.get("/").await.expect(200).expect_text("Ines");
    assert_eq!(app.log(), ["signed_in"]);
}
