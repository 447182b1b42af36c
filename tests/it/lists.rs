//! Lists of records: filters and orders in the address, pages without gaps, the same view as CSV, and the search.

use crate::support::given;
use crate::support::{Page, TestApp, html};
use slipway::domain::people::Role;
use slipway::domain::records::RecordKind;
use slipway::store::categories;

/// The identifiers or titles on a page of the list, in order.
fn listed(page: &Page) -> Vec<String> {
    let tags = html::tags(&page.body);
    tags.iter().filter(|it| it.opens("strong")).map(|it| it.text.clone()).collect()
}

#[tokio::test]
async fn each_filter_and_each_order_stands_in_the_address() {
    let app = TestApp::start().await;
    let mara = given::user(&app, "Mara", &[Role::ReleaseManager]);
    let tom = given::user(&app, "Tom", &[Role::ReleaseCoordinator]);
    given::release(&app, "Archive").in_phase("closed");
    let payroll = given::release(&app, "Payroll").major().titled("Tax reform").registered();
    let ledger = given::release(&app, "Ledger").owned_by(&mara).coordinated_by(&mara).with_changes(1).in_phase("plan");
    given::edit_window(&app, payroll, 30);
    given::edit_window(&app, ledger, 10);
    app.clock.advance(chrono::Duration::days(4));
    let browser = app.browser_of(&mara);
    let find = async |query: &str| listed(&browser.get(&format!("/releases?{query}")).await.expect(200));
    let major = app.read(|conn| categories::list(conn, RecordKind::Release))[0].id;
    let item = given::item(&app, "Payroll");
    let all = ["Ledger v1.1", "Payroll v1", "Archive v1.1"];
    assert_eq!(find("").await, all);
    for query in ["q=tax", "q=PAY", "q=payroll+v1", &format!("q={payroll}"), &format!("q=REL-{payroll:05}", payroll = payroll.0)] {
        assert_eq!(find(query).await, ["Payroll v1"], "{query}");
    }
    assert_eq!(find("q=tax+zebra").await, [""; 0]);
    assert_eq!(find("q=%26%7C%21").await, [""; 0]);
    assert_eq!(find("state=closed").await, ["Archive v1.1"]);
    assert_eq!(find("phase=plan").await, ["Ledger v1.1"]);
    assert_eq!(find(&format!("category={major}")).await, ["Payroll v1"]);
    assert_eq!(find(&format!("item={item}")).await, ["Payroll v1"]);
    assert_eq!(find(&format!("owner={}", mara.id)).await, ["Ledger v1.1"]);
    assert_eq!(find(&format!("coordinator={}", tom.id)).await, ["Payroll v1", "Archive v1.1"]);
    assert_eq!(find("mine=yes").await, ["Ledger v1.1"]);
    assert_eq!(find("overdue=yes").await, ["Payroll v1"], "assessment takes two days, planning ten");
    assert_eq!(find("from=2026-03-20").await, ["Payroll v1"]);
    assert_eq!(find("to=2026-03-12&state=open").await, ["Ledger v1.1"]);
    assert_eq!(find("from=2026-03-01&to=2026-04-30").await, ["Ledger v1.1", "Archive v1.1", "Payroll v1"], "as in a calendar");
    assert_eq!(find("from=2026-03-01&to=2026-04-30&order=newest").await, all);
    assert_eq!(find("to=2026-04-30").await, ["Payroll v1", "Archive v1.1", "Ledger v1.1"], "from there back");
    assert_eq!(find("order=start&state=open").await, ["Ledger v1.1", "Payroll v1"]);
    assert_eq!(find("order=start_last&state=open").await, ["Payroll v1", "Ledger v1.1"]);
    assert_eq!(find("order=due&state=open").await, ["Payroll v1", "Ledger v1.1"]);
    let form = browser.get("/releases?state=closed&q=arch").await.form("/releases");
    assert_eq!((form.value("state"), form.value("q"), form.method.as_str()), ("closed", "arch", "get"));
}

fn many(app: &TestApp, count: i64) {
    let id = given::release(app, "Payroll").registered();
    let copy = "INSERT INTO records (kind, category_id, workflow_id, phase, phase_name, phase_entered_at, phase_due_at, state, milestone, identifier, title, ci_id, \
                owner_id, planned_start, planned_end, created_at, created_by) SELECT kind, category_id, workflow_id, phase, phase_name, phase_entered_at, phase_due_at, \
                state, milestone, 'Copy ' || n, title, ci_id, owner_id, timestamptz '2026-03-10' + (n / 7) * interval '1 day', \
                timestamptz '2026-03-11' + (n / 7) * interval '1 day', created_at, created_by FROM records, generate_series(1, ";
    app.write(|tx| diesel::RunQueryDsl::execute(diesel::sql_query(format!("{copy}{count}) n WHERE id = {id}")), tx.conn));
}

#[tokio::test]
async fn a_window_that_ends_before_it_begins_is_said_to_be_one() {
    let app = TestApp::start().await;
    let browser = app.signed_in(Role::Viewer);
    browser.get("/releases?from=2026-03-09&to=2026-03-08").await.expect(200).expect_text("It ends before it begins.");
    browser.get("/releases?from=2026-03-09&to=2026-03-09").await.expect(200).expect_no_text("It ends before it begins.");
}

#[tokio::test]
async fn what_cannot_be_asked_of_a_list_is_said_and_narrows_nothing() {
    let app = TestApp::start().await;
    given::release(&app, "Payroll").registered();
    let browser = app.signed_in(Role::Viewer);
    for (query, said) in
        [("category=99", "Category</a>: There is no category 99 here."), ("from=2026-13-45", "Window from</a>: Write a date, such as 2026-11-21.")]
    {
        let page = browser.get(&format!("/releases?{query}")).await.expect(200).expect_text(said);
        assert_eq!(listed(&page), ["Payroll v1.1"]);
        page.expect_no_text(".csv");
    }
    browser.get("/changes?category=1").await.expect(200).expect_text("Type</a>: There is no category 1 here.");
}

#[tokio::test]
async fn the_pages_of_a_list_have_no_gaps_and_no_repeats_in_any_order() {
    let app = TestApp::start().await;
    many(&app, 130);
    app.clock.advance(chrono::Duration::days(4));
    let browser = app.signed_in(Role::Viewer);
    for (query, expected) in [
        ("q=", 131),
        ("order=due", 131),
        ("order=start", 131),
        ("order=start_last&q=copy", 130),
        ("from=2026-03-01&to=2026-03-31", 130),
        ("from=2026-03-01", 130),
        ("from=2026-03-01&order=start_last", 130),
        ("to=2026-04-30", 130),
        ("overdue=yes", 131),
    ] {
        let (mut seen, mut address) = (Vec::new(), format!("/releases?{query}"));
        loop {
            let page = browser.get(&address).await.expect(200);
            assert_eq!(page.has("From the beginning"), !seen.is_empty(), "{address}");
            seen.extend(listed(&page));
            let next = html::tags(&page.body).into_iter().find(|it| it.opens("a") && it.get("href").is_some_and(|it| it.contains("after=")));
            let Some(next) = next else { break };
            address = next.get("href").expect("an address").to_owned();
        }
        if query == "from=2026-03-01&to=2026-03-31" {
            assert!(seen.is_sorted_by_key(|it| it.trim_start_matches("Copy ").parse::<u32>().expect("a number") / 7), "{seen:?}");
        }
        let distinct: std::collections::BTreeSet<&String> = seen.iter().collect();
        assert_eq!((seen.len(), distinct.len()), (expected, expected), "{query}");
    }
}

#[tokio::test]
async fn the_csv_is_the_view_and_no_cell_of_it_a_formula() {
    let app = TestApp::start().await;
    let id = given::release(&app, "Payroll").titled("=HYPERLINK(\"https://evil.example\")").registered();
    given::release(&app, "Ledger").titled("Say \"hi\", please").registered();
    let browser = app.signed_in(Role::Viewer);
    let list = browser.get("/releases?q=payroll&order=newest").await;
    let address = html::tags(&list.body).into_iter().find_map(|it| it.get("href").filter(|it| it.contains(".csv")).map(str::to_owned)).expect("a link");
    let csv = browser.get(&address).await.expect(200);
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    assert!(csv.header("content-disposition").contains("releases.csv"));
    assert_eq!(csv.header("content-length"), "", "it is streamed");
    let lines: Vec<&str> = csv.body.trim_end().split("\r\n").collect();
    assert_eq!(lines.len(), 2, "{}", csv.body);
    assert!(lines[1].starts_with(&format!("REL-{:05},Payroll v1.1,\"'=HYPERLINK(\"\"https://evil.example\"\")\",Minor,Open,", id.0)), "{}", csv.body);
    browser.get("/releases.csv").await.expect_text("\"Say \"\"hi\"\", please\"");
    browser.get("/releases.csv?state=lost").await.expect(422);
}

#[tokio::test]
async fn a_long_csv_has_every_row_once() {
    let app = TestApp::start().await;
    many(&app, 2500);
    let browser = app.signed_in(Role::Viewer);
    for (query, expected, why) in [
        ("order=start", 2501, "the one without a window, too"),
        ("from=2026-03-01&order=start", 2500, "by windows"),
        ("to=2036-03-01", 2500, "in the usual order"),
    ] {
        let csv = browser.get(&format!("/releases.csv?{query}")).await.expect(200);
        let mut rows: Vec<&str> = csv.body.lines().skip(1).filter_map(|it| it.split(',').next()).collect();
        rows.sort();
        rows.dedup();
        assert_eq!((rows.len(), csv.body.lines().count()), (expected, expected + 1), "{why}");
    }
}

#[tokio::test]
async fn search_finds_by_number_identifier_and_the_beginning_of_words() {
    let app = TestApp::start().await;
    let id = given::release(&app, "HR System").major().titled("Travel costs").registered();
    let rfc = given::change(&app, "Travel forms").registered();
    let browser = app.signed_in(Role::Viewer);
    for number in [format!("REL-{:05}", id.0), format!(" rel-{id} ")] {
        let number: String = url::form_urlencoded::byte_serialize(number.as_bytes()).collect();
        browser.get(&format!("/search?q={number}")).await.expect_see(&format!("/releases/{id}"));
    }
    browser.get(&format!("/search?q=RFC-{rfc}")).await.expect_see(&format!("/changes/{rfc}"));
    browser.get("/search?q=HR_System+v1").await.expect(200).expect_text(&format!("/releases/{id}"));
    browser.get("/search?q=trav").await.expect_text(&format!("/releases/{id}")).expect_text(&format!("/changes/{rfc}"));
    browser.get("/search?q=trav+cos").await.expect_no_text(&format!("/changes/{rfc}"));
    browser.get("/search?q=rel-99999").await.expect(200).expect_text("Nothing carries these words");
    browser.get("/search").await.expect(200).expect_text("Type a number");
}
