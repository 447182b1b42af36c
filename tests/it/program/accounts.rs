//! Accounts from the command line.

use super::running::{call, slipway, with};
use crate::support::TestApp;
use crate::support::given::{self, PASSWORD};
use slipway::domain::people::Role;
use tempfile::tempdir;

#[tokio::test]
async fn a_sole_administrator_who_lost_everything_is_let_in_again() {
    let app = TestApp::start().await;
    let ada = given::user(&app, "Ada", &[Role::Administrator]);
    given::second_factor(&app, &ada);
    let (home, url) = (tempdir().expect("a folder"), app.database_url());
    let ask = |arguments: &[&str]| call(with(slipway(home.path(), arguments), "DATABASE_URL", url.clone()));
    let reset = ["user", "reset-second-factor", "--email", "ada@example.org"];
    let said = ask(&reset).well();
    assert_eq!(said.out, "ada@example.org signs in with the password alone.\n");
    app.browser().post("/session", &[("email", "ada@example.org"), ("password", PASSWORD)]).await.expect_see("/");
    ask(&reset).refused(&["has no second factor"]);
    ask(&["user", "reset-second-factor", "--email", "nobody@example.org"]).refused(&["there is no account"]);
    assert_eq!(app.log(), ["second_factor", "signed_in"]);
}

#[tokio::test]
async fn a_password_that_the_program_made_is_changed_at_the_first_sign_in() {
    let app = TestApp::start().await;
    let (home, url) = (tempdir().expect("a folder"), app.database_url());
    let create = ["user", "create", "--email", "ada@example.org", "--name", "Ada Lang", "--role", "administrator"];
    let said = call(with(slipway(home.path(), &create), "DATABASE_URL", url)).well();
    let password = said.out.lines().find_map(|it| it.strip_prefix("Password, shown this once: ")).expect("a password");
    let browser = app.browser();
    browser.post("/session", &[("email", "ada@example.org"), ("password", password)]).await.expect_see("/");
    browser.get("/users").await.expect_see("/profile/password");
}
