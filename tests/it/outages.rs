//! The database goes away for a moment: what people see, and what is kept for them.

use crate::support::{TestApp, given};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use slipway::domain::people::Role;

/// Does this in the story's own database as a superuser, who may write even if nobody else may.
fn run(app: &TestApp, sql: &str) {
    let mut conn = PgConnection::establish(&app.database_url()).expect("the tests' own server answers");
    conn.batch_execute("SET default_transaction_read_only = off").and_then(|()| conn.batch_execute(sql)).expect(sql);
}

/// Ends all connections but this one.
const CUT: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";

fn take_no_writes(app: &TestApp, yes: bool) {
    let how = if yes { "SET default_transaction_read_only = on" } else { "RESET default_transaction_read_only" };
    run(app, &format!("DO $$ BEGIN EXECUTE format('ALTER DATABASE %I {how}', current_database()); END $$; {CUT}"));
}

#[tokio::test]
async fn dead_connections_are_replaced_before_anybody_notices() {
    let app = TestApp::start().await;
    let browser = app.signed_in(Role::ReleaseManager);
    for round in 0..3 {
        run(&app, CUT);
        browser.get("/releases").await.expect(200);
        run(&app, CUT);
        let page = browser.post("/items", &[("name", &format!("Service {round}")), ("kind", "service")]).await;
        assert_eq!(page.status, 303, "{}", page.body);
    }
}

#[tokio::test]
async fn what_could_not_be_saved_is_kept_to_be_sent_again() {
    let app = TestApp::start().await;
    let browser = app.signed_in(Role::ReleaseManager);
    let form = browser.get("/changes/new").await.form("/changes").with("category", category(&app));
    let form = form.with("title", "A “new” tariff").with("reason", "It took me\nan hour & more <b>");
    take_no_writes(&app, true);
    let page = browser.submit(&form).await.expect(503).expect_text("Nothing was changed").expect_text("What you typed is kept");
    assert_eq!(page.header("retry-after"), "2");
    browser.get("/releases").await.expect(200);
    let kept = page.form("/changes");
    assert_eq!((kept.value("title"), kept.value("reason")), ("A “new” tariff", "It took me\nan hour & more <b>"));
    browser.submit(&kept).await.expect(503);
    take_no_writes(&app, false);
    let page = browser.submit(&kept).await;
    assert_eq!(page.status, 303, "{}", page.body);
    browser.get(page.location()).await.expect(200).expect_text("A “new” tariff");
}

/// That of an RFC which there is already.
fn category(app: &TestApp) -> i64 {
    let change = given::change(app, "An older one").registered();
    app.read(|conn| slipway::store::records::find(conn, change)).category_id.0
}

#[tokio::test]
async fn a_password_is_not_kept() {
    let app = TestApp::start().await;
    given::user(&app, "Ada", &[Role::Viewer]);
    take_no_writes(&app, true);
    let page = app.browser().post("/session", &[("email", "ada@example.org"), ("password", given::PASSWORD)]).await.expect(503);
    page.expect_no_text(given::PASSWORD).expect_no_text("is kept");
}

#[tokio::test]
async fn behind_a_mailed_link_the_answer_is_kept_and_the_address_is_not_repeated() {
    let app = TestApp::start().await;
    let [ada] = given::approvers(&app, ["Ada"]);
    let id = given::release(&app, "Payroll").with_changes(1).in_phase("plan");
    given::ask(&app, id);
    let (approval, ..) = given::pending(&app, id).remove(0);
    let link = given::link(&app, approval, ada.id);
    let browser = app.browser();
    let form = browser.get(&link.path).await.expect(200).form(&format!("{}/decision", link.path));
    let form = form.and("decision", "approve").with("code", &link.code).with("comment", "Not in this week, as we said");
    take_no_writes(&app, true);
    let page = browser.submit(&form).await.expect(503).expect_text("Not in this week, as we said");
    let kept = page.form("");
    assert_eq!((kept.value("decision"), kept.value("code")), ("approve", link.code.as_str()));
    page.expect_no_text(link.token());
}

#[tokio::test]
async fn it_is_not_ready_while_the_database_takes_no_writes() {
    let app = TestApp::start().await;
    let browser = app.browser();
    browser.get("/readyz").await.expect(200);
    take_no_writes(&app, true);
    browser.get("/readyz").await.expect(503);
    browser.get("/healthz").await.expect(200);
    take_no_writes(&app, false);
    browser.get("/readyz").await.expect(200);
}
