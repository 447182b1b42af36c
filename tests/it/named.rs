//! Filters by people and items: names are typed, suggested while one types, and found again in links by their numbers.

use crate::support::given;
use crate::support::{Browser, Page, TestApp, html};
use slipway::domain::people::Role;

/// The identifiers on a page of the list.
fn listed(page: &Page) -> Vec<String> {
    html::tags(&page.body).into_iter().filter(|it| it.opens("strong")).map(|it| it.text).collect()
}

async fn suggested(browser: &Browser, of: &str, typed: &str) -> Vec<String> {
    let typed: String = url::form_urlencoded::byte_serialize(typed.as_bytes()).collect();
    let page = browser.get(&format!("/suggestions/{of}?of=owner&owner={typed}")).await.expect(200);
    html::tags(&page.body).iter().filter_map(|it| it.get("value")).map(str::to_owned).collect()
}

#[tokio::test]
async fn a_list_is_filtered_by_a_name_or_by_as_much_of_it_as_only_one_has() {
    let app = TestApp::start().await;
    let (mara, tom) = (given::user(&app, "Mara Berg", &[Role::ReleaseManager]), given::user(&app, "Tom Berger", &[Role::ReleaseManager]));
    given::release(&app, "Payroll").owned_by(&mara).registered();
    given::release(&app, "Payroll Archive").owned_by(&tom).registered();
    let browser = app.signed_in(Role::Viewer);
    for query in ["owner=Mara+Berg", "owner=mara+berg", "owner=ara", &format!("owner={}", mara.id), "item=payroll", "item=PAYROLL&owner=mara"] {
        assert_eq!(listed(&browser.get(&format!("/releases?{query}")).await.expect(200)), ["Payroll v1.1"], "{query}");
    }
    // A link's number is shown as a name, and sent as one from then on.
    let page = browser.get(&format!("/releases?owner={}&item={}", tom.id, given::item(&app, "Payroll Archive"))).await;
    let form = page.form("/releases");
    assert_eq!((form.value("owner"), form.value("item")), ("Tom Berger", "Payroll Archive"));
    assert_eq!(listed(&browser.submit(&form).await), ["Payroll_Archive v1.1"]);
    // Addresses keep the numbers: they lead to the same when somebody is called otherwise.
    page.expect_text(&format!("/releases.csv?item={}&#38;owner={}\"", given::item(&app, "Payroll Archive"), tom.id));
    let csv = browser.get("/releases.csv?owner=berger").await.expect(200).body;
    assert!(csv.contains("Payroll_Archive v1.1") && !csv.contains("Payroll v1.1"), "{csv}");
}

#[tokio::test]
async fn a_name_that_fits_nobody_or_several_is_said_beside_the_field() {
    let app = TestApp::start().await;
    for name in ["Mara Berg", "Tom Berger"] {
        let owner = given::user(&app, name, &[Role::ReleaseManager]);
        given::release(&app, name).owned_by(&owner).registered();
    }
    let browser = app.signed_in(Role::Administrator);
    let page = browser.get("/releases?owner=berg&state=open").await.expect(200).expect_text("“berg” fits several: Mara Berg, Tom Berger. Write more of it.");
    assert_eq!((page.form("/releases").value("owner"), listed(&page).len()), ("berg", 2));
    browser.get("/releases?item=Zebra").await.expect(200).expect_text("Nothing is called “Zebra”.");
    // Where only the results are exchanged, they say so.
    let part = browser.get_with("/releases?item=Zebra", &[("hx-request", "true"), ("hx-target", "results"), ("hx-request-type", "partial")]).await.expect(200);
    part.expect_no_text("<html").expect_text("Nothing is called “Zebra”.").expect_text("The list below is not narrowed by that.");
    browser.get("/releases.csv?owner=berg").await.expect(422);
    browser.get("/activity?actor=zebra").await.expect(200).expect_text("Nobody is called “zebra”.");
    let odd = "x%00%27%25".repeat(400);
    browser.get(&format!("/releases?owner={odd}&item={odd}")).await.expect(200);
    browser.get(&format!("/suggestions/people?of=owner&owner={odd}")).await.expect(200);
}

#[tokio::test]
async fn those_who_are_called_the_same_are_told_apart_by_their_numbers() {
    let app = TestApp::start().await;
    let (one, other) = (given::user(&app, "Anna Adler", &[Role::ReleaseManager]), given::user(&app, "Anna A", &[Role::ReleaseManager]));
    app.write(|tx| diesel::RunQueryDsl::execute(diesel::sql_query(format!("UPDATE users SET name = 'Anna Adler' WHERE id = {}", other.id)), tx.conn));
    given::release(&app, "Payroll").owned_by(&one).registered();
    given::release(&app, "Ledger").owned_by(&other).registered();
    let browser = app.signed_in(Role::Viewer);
    let labels = [one.id, other.id].map(|id| format!("Anna Adler ({id})"));
    assert_eq!(suggested(&browser, "people", "adler").await, labels);
    let page = browser.get(&format!("/releases?owner={}", labels[1].replace(' ', "+"))).await.expect(200);
    assert_eq!(listed(&page), ["Ledger v1.1"]);
    browser.get("/releases?owner=anna+adler").await.expect_text(&format!("fits several: {}, {}.", labels[0], labels[1]));
}

#[tokio::test]
async fn what_is_suggested_begins_with_what_fits_best() {
    let app = TestApp::start().await;
    for item in ["Ledger", "General Ledger", "Ledger Archive", "Payroll"] {
        given::release(&app, item).registered();
    }
    given::user(&app, "Ledgerwood", &[Role::Viewer]);
    let browser = app.signed_in(Role::Viewer);
    assert_eq!(suggested(&browser, "items", "ledger").await, ["Ledger", "Ledger Archive", "General Ledger"]);
    assert_eq!(suggested(&browser, "people", "LEDGER").await, ["Ledgerwood"]);
    assert_eq!(suggested(&browser, "items", "%").await, [""; 0]);
    let all = suggested(&browser, "people", "").await;
    assert!(!all.is_empty() && !all.contains(&"Slipway".to_owned()), "{all:?}");
}

#[tokio::test]
async fn a_number_behind_a_name_counts_only_behind_its_own() {
    let app = TestApp::start().await;
    for item in ["Payroll", "Ledger (1)", "CRM (2024)"] {
        given::release(&app, item).registered();
    }
    assert_eq!(given::item(&app, "Payroll").0, 1, "which the other's name ends with");
    let browser = app.signed_in(Role::Viewer);
    let shown = async |query: &str| browser.get(&format!("/releases?{query}")).await.expect(200).form("/releases").value("item").to_owned();
    assert_eq!(shown("item=Payroll+(1)").await, "Payroll");
    let ledger = given::item(&app, "Ledger (1)");
    assert_eq!(shown("item=Ledger+(1)").await, format!("Ledger (1) ({ledger})"));
    assert_eq!(shown(&format!("item=Ledger+(1)+({ledger})")).await, format!("Ledger (1) ({ledger})"));
    assert_eq!(listed(&browser.get("/releases?item=crm").await).len(), 1);
}

#[tokio::test]
async fn who_left_and_what_was_retired_is_found_as_well() {
    let app = TestApp::start().await;
    let gone = given::user(&app, "Gone Long", &[Role::ReleaseManager]);
    given::release(&app, "Oldtimer").owned_by(&gone).registered();
    app.write(|tx| {
        diesel::RunQueryDsl::execute(diesel::sql_query(format!("UPDATE users SET disabled_at = now() WHERE id = {}", gone.id)), tx.conn)?;
        diesel::RunQueryDsl::execute(diesel::sql_query("UPDATE configuration_items SET retired_at = now()"), tx.conn)
    });
    let browser = app.signed_in(Role::Viewer);
    assert_eq!(listed(&browser.get("/releases?owner=gone&item=oldtimer").await).len(), 1);
}
