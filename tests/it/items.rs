//! Configuration items, and what the pages of the process show of what is shipped.

use crate::support::TestApp;
use crate::support::given;
use diesel::prelude::*;
use slipway::domain::people::Role;
use slipway::domain::records::RecordKind;
use slipway::store::categories;

#[tokio::test]
async fn an_item_is_registered_renamed_and_found_by_its_records() {
    let app = TestApp::start().await;
    let browser = app.signed_in(Role::ReleaseCoordinator);
    let form = browser.get("/items/new").await.expect(200).form("/items");
    browser.submit(&form.clone().with("name", "Payroll").with("kind", "application")).await.expect_see("/items");
    browser.submit(&form.with("name", " payroll ")).await.expect(422).expect_text("Payroll exists already.");
    let id = given::item(&app, "Payroll");
    let page = browser.get("/items").await.expect_text("Application").expect_text(&format!("/releases?item={id}"));
    assert!(page.has(&format!("/items/{id}/edit")));
    let at = format!("/items/{id}");
    let form = browser.get(&format!("{at}/edit")).await.form(&at);
    browser.submit(&form).await.expect(303);
    assert_eq!(app.log(), ["item_registered"], "saved as it was, nothing happened");
}

#[tokio::test]
async fn whoever_edits_an_item_that_changed_meanwhile_sees_both_and_loses_nothing() {
    let app = TestApp::start().await;
    let browser = app.signed_in(Role::ReleaseManager);
    let at = format!("/items/{}", given::item(&app, "Payroll"));
    let form = browser.get(&format!("{at}/edit")).await.form(&at);
    browser.submit(&form.clone().with("description", "Pays people")).await.expect(303);
    let page = browser.submit(&form.with("description", "Pays everybody")).await.expect(409).expect_text("Changed meanwhile");
    assert!(page.has("<td>Pays people</td><td>Pays everybody</td>"), "{}", page.body);
    browser.submit(&page.form(&at)).await.expect_see("/items");
    browser.get("/items").await.expect_text("Pays everybody");
    assert_eq!(app.log(), ["item_edited", "item_edited"]);
}

#[tokio::test]
async fn a_retired_item_stays_where_it_is_used_and_is_not_offered() {
    let app = TestApp::start().await;
    let browser = app.signed_in(Role::ReleaseManager);
    let item = given::item(&app, "Old mainframe");
    let category = app.read(|conn| categories::list(conn, RecordKind::Change))[0].id;
    let form = browser.get("/changes/new").await.form("/changes").with("category", category).with("title", "Renew it").and("items", item);
    let change = browser.submit(&form).await.expect(303).location().to_owned();
    let at = format!("/items/{item}");
    let edit = browser.get(&format!("{at}/edit")).await.form(&at);
    browser.submit(&edit.with("retired", "yes")).await.expect_see("/items");
    let page = browser.get("/items").await.expect_text("Retired");
    assert!(page.has("Old mainframe"));
    assert!(!browser.get("/changes/new").await.has("Old mainframe") && !browser.get("/releases/new").await.has("Old mainframe"));
    browser.submit(&form.with("title", "Renew the other")).await.expect(422).expect_text("One of these items cannot be chosen any more.");
    let release = browser.get("/releases/new").await.form("/releases").with("category", "1").with("title", "T");
    browser.submit(&release.clone().with("item", item)).await.expect(422).expect_text("Old mainframe is retired.");
    browser.submit(&release.with("new_item", "old mainframe")).await.expect(422).expect_text("Old mainframe is retired.");
    // The RFC keeps it, though it is edited.
    let items = format!("/records/{}/items", change.trim_start_matches("/changes/"));
    let form = browser.get(&format!("{items}/edit")).await.expect_text("Old mainframe (retired)").form(&items);
    browser.submit(&form).await.expect(303);
    browser.get(&change).await.expect_text("Old mainframe");
    let edit = browser.get(&format!("{at}/edit")).await.form(&at);
    browser.submit(&edit.with("retired", "")).await.expect_see("/items");
    browser.get("/releases/new").await.expect_text("Old mainframe");
    assert_eq!(app.log(), ["change_registered", "item_edited", "item_edited"]);
}

#[tokio::test]
async fn of_very_many_items_each_is_found_and_can_be_chosen() {
    let app = TestApp::start().await;
    let browser = app.signed_in(Role::ReleaseManager);
    let many = "INSERT INTO configuration_items (name, kind, description) SELECT 'Host ' || lpad(n::text, 4, '0'), 'application', 'Rack ' || n FROM generate_series(1, 2100) n";
    app.write(|tx| diesel::sql_query(many).execute(tx.conn));
    let page = browser.get("/items").await.expect_text("Host 0200").expect_text("These are the first 200.");
    assert!(!page.has("Host 0201"));
    let page = browser.get("/items?q=host+2100").await.expect_text("Host 2100");
    assert!(!page.has("Host 0001") && !page.has("These are the first"));
    browser.get("/items?q=rack+2099").await.expect_text("Host 2099");
    browser.get("/items?q=nothing+such").await.expect_text("No item is called that.");
    let last = given::item(&app, "Host 2100");
    browser.get("/releases/new").await.expect_text("Host 2100");
    let category = app.read(|conn| categories::list(conn, RecordKind::Change))[0].id;
    let form = browser.get("/changes/new").await.expect_text("Host 2100").form("/changes");
    let registered = browser.submit(&form.with("category", category).with("title", "Renew it").and("items", last)).await.expect(303);
    browser.get(registered.location()).await.expect_text("Host 2100");
}

#[tokio::test]
async fn two_who_register_the_same_item_at_once_make_one() {
    let app = TestApp::start().await;
    let ines = given::user(&app, "Ines", &[Role::ReleaseManager]);
    let (one, other) = (app.browser_of(&ines), app.browser_of(&ines));
    for round in 0..5 {
        let name = format!("Payroll {round}");
        let fields = [("name", name.as_str()), ("kind", "service")];
        let (first, second) = tokio::join!(one.post("/items", &fields), other.post("/items", &fields));
        let mut answers = [first.status, second.status];
        answers.sort();
        assert_eq!(answers, [303, 422]);
    }
    let owner = ines.id.to_string();
    for round in 0..5 {
        let name = format!("Ledger {round}");
        let fields = [("category", "1"), ("new_item", name.as_str()), ("title", "T"), ("owner", &owner)];
        let (first, second) = tokio::join!(one.post("/releases", &fields), other.post("/releases", &fields));
        for page in [first, second] {
            assert!(page.status == 303 || page.has("Send the form again."), "{} {}", page.status, page.body);
        }
    }
}

#[tokio::test]
async fn everybody_can_read_the_process() {
    let app = TestApp::start().await;
    let browser = app.signed_in(Role::Viewer);
    let index = browser.get("/workflows").await.expect(200);
    for (key, phases) in [("release-major", ["Planning and design", "Early life support", "Back-out"]), ("change-normal", ["Authorisation", "Build", "Test"])] {
        let it = given::workflow(&app, key);
        assert!(index.has(&it.name) && index.has(&format!("/workflows/{}", it.id)), "{key}");
        let page = browser.get(&format!("/workflows/{}", it.id)).await.expect(200);
        assert!(phases.iter().all(|phase| page.has(phase)), "{key}");
    }
    browser.get("/models").await.expect(200).expect_text("Major release").expect_text("Emergency fix");
}

#[tokio::test]
async fn home_shows_what_waits_for_me_and_the_overdue_first() {
    let app = TestApp::start().await;
    let [ada] = given::approvers(&app, ["Ada"]);
    let tom = given::user(&app, "Tom", &[Role::ReleaseCoordinator]);
    let approver = app.browser_of(&ada);
    approver.get("/").await.expect(200).expect_text("Nothing waits for you, Ada");
    let late = given::release(&app, "Payroll").registered();
    let asked = given::release(&app, "Ledger").with_changes(1).in_phase("plan");
    given::ask(&app, asked);
    approver.get("/").await.expect_text("What waits for you, Ada").expect_text("Ledger v1.1").expect_no_text("Overdue");
    app.clock.advance(chrono::Duration::days(7)); // All sessions are over by now.
    let page = app.browser_of(&tom).get("/").await.expect(200).expect_text("Overdue").expect_text("overdue.");
    let place = |text: String| page.body.find(&text).unwrap_or_else(|| panic!("no {text} in {}", page.body));
    assert!(place(format!("/releases/{late}")) < place(format!("/releases/{asked}")));
    app.browser_of(&ada).get("/").await.expect(200).expect_text("Overdue");
}
