//! When releases may ship: refused beside the field, or warned of where one decides.

use crate::support::{Browser, Page, TestApp, given};
use slipway::domain::ids::RecordId;
use slipway::domain::people::Role;
use slipway::domain::policies::Strictness;
use slipway::domain::records::RecordKind;

/// Plans the window of a release by its page, for six in the evening of this day.
async fn plan(browser: &Browser, id: RecordId, day: &str) -> Page {
    let at = format!("/records/{id}/window");
    let form = browser.get(&format!("{at}/edit")).await.expect(200).form(&at);
    browser.submit(&form.with("planned_start", format!("{day}T18:00")).with("planned_end", format!("{day}T20:00"))).await
}

/// Registers a release of Payroll by its page, to ship on this day.
async fn register(app: &TestApp, browser: &Browser, category: &str, day: &str) -> Page {
    let categories = app.read(|conn| slipway::store::categories::list(conn, RecordKind::Release));
    let category = categories.iter().find(|it| it.key == category).expect("a shipped category").id;
    let form = browser.get("/releases/new").await.form("/releases").with("category", category).with("item", given::item(app, "Payroll"));
    let form = form.with("title", "Better").with("planned_start", format!("{day}T18:00")).with("planned_end", format!("{day}T20:00"));
    browser.submit(&form).await
}

#[tokio::test]
async fn a_release_too_many_is_refused_where_it_is_registered_and_where_its_window_is_set() {
    let app = TestApp::start().await;
    let browser = app.signed_in(Role::ReleaseManager);
    given::at_most_once_in(&app, "major", 90, Strictness::Refuse);
    register(&app, &browser, "major", "2026-04-01").await.expect(303);
    let why = "Major releases of one CI ship at most once in 90 days, and there is Payroll v1 on Wed 1 Apr 2026 already. \
               The next day that is free is Tue 30 Jun 2026.";
    let page = register(&app, &browser, "major", "2026-05-01").await.expect(422).expect_text(why);
    assert!(page.has(r#"id="planned_start-error""#), "beside the field: {}", page.body);
    register(&app, &browser, "minor", "2026-05-01").await.expect(303);
    register(&app, &browser, "major", "2026-06-30").await.expect(303);
    let other = given::release(&app, "Payroll").major().registered();
    plan(&browser, other, "2026-06-29").await.expect(422).expect_text("on Wed 1 Apr 2026 already");
    assert_eq!(given::sheet(&app, other).full.record.planned_start, None, "nothing is saved");
    let page = browser.get(&format!("/records/{other}/window/edit")).await.expect(200);
    page.expect_text("Major releases of one CI ship at most once in 90 days; others are refused.");
    plan(&browser, other, "2026-09-28").await.expect(303);
    let elsewhere = given::release(&app, "Wages").major().registered();
    plan(&browser, elsewhere, "2026-04-01").await.expect(303);
}

#[tokio::test]
async fn what_is_only_advised_against_is_saved_and_seen_beside_the_window() {
    let app = TestApp::start().await;
    let browser = app.signed_in(Role::ReleaseManager);
    given::at_most_once_in(&app, "minor", 30, Strictness::Warn);
    let first = given::release(&app, "Payroll").registered();
    given::edit_window(&app, first, 14);
    let second = given::release(&app, "Payroll").registered();
    plan(&browser, second, "2026-03-20").await.expect_see(&format!("/releases/{second}#window"));
    let why = "Minor releases of one CI ship at most once in 30 days, and there is Payroll v1.1 on Mon 16 Mar 2026 already.";
    browser.get(&format!("/releases/{second}")).await.expect(200).expect_text(why).expect_text("Wed 15 Apr 2026");
    browser.get(&format!("/records/{second}/window/edit")).await.expect(200).expect_text(why).expect_text("others are warned of");
    app.signed_in(Role::Viewer).get(&format!("/releases/{second}")).await.expect_text(why);
    let page = register(&app, &browser, "minor", "2026-03-21").await;
    let notice = browser.get_with(page.location(), &[]).await.expect(200);
    notice.expect_text("Minor releases of one CI ship at most once in 30 days");
    plan(&browser, second, "2026-05-20").await.expect(303);
    browser.get(&format!("/releases/{second}")).await.expect_no_text("Minor releases of one CI ship");
}

#[tokio::test]
async fn what_was_abandoned_takes_no_place() {
    let app = TestApp::start().await;
    let browser = app.signed_in(Role::ReleaseManager);
    given::at_most_once_in(&app, "minor", 30, Strictness::Refuse);
    let first = given::release(&app, "Payroll").registered();
    given::edit_window(&app, first, 14);
    let second = given::release(&app, "Payroll").registered();
    plan(&browser, second, "2026-03-20").await.expect(422);
    given::take(&app, first, "abandon", "Nobody wants it");
    plan(&browser, second, "2026-03-20").await.expect(303);
}

#[tokio::test]
async fn planned_releases_keep_their_distance_and_emergencies_ship_between_them() {
    let app = TestApp::start().await;
    let browser = app.signed_in(Role::ReleaseManager);
    given::apart(&app, 14, Strictness::Refuse);
    let major = given::release(&app, "Payroll").major().registered();
    given::edit_window(&app, major, 30);
    let minor = given::release(&app, "Payroll").registered();
    let why = "Planned releases of one CI are at least 14 days apart, and Payroll v1 ships on Wed 1 Apr 2026. The next day that is free is Wed 15 Apr 2026.";
    plan(&browser, minor, "2026-04-10").await.expect(422).expect_text(why);
    let urgent = given::release(&app, "Payroll").emergency().registered();
    plan(&browser, urgent, "2026-04-01").await.expect(303);
    plan(&browser, minor, "2026-04-15").await.expect(303);
    browser.get("/policy").await.expect_text("Planned releases of one CI are at least 14 days apart; others are refused.");
}

#[tokio::test]
async fn a_stricter_policy_shows_what_stands_against_it_and_takes_nothing_away() {
    let app = TestApp::start().await;
    let browser = app.signed_in(Role::ReleaseManager);
    let (first, second) = (given::release(&app, "Payroll").registered(), given::release(&app, "Payroll").registered());
    given::edit_window(&app, first, 14);
    given::edit_window(&app, second, 15);
    given::apart(&app, 7, Strictness::Refuse);
    browser.get(&format!("/releases/{second}")).await.expect_text("at least 7 days apart");
    let at = format!("/records/{second}/window");
    let form = browser.get(&format!("{at}/edit")).await.expect_text("As it stands: Planned releases").form(&at);
    browser.submit(&form.with("planned_end", "2026-03-17T16:00")).await.expect(303);
    assert_eq!(given::sheet(&app, second).full.record.planned_end.expect("it ends").to_rfc3339(), "2026-03-17T16:00:00+00:00", "its start was not asked about");
}

#[tokio::test]
async fn days_are_those_of_the_calendar_of_the_service() {
    let app = TestApp::start().await;
    let browser = app.signed_in(Role::ReleaseManager);
    given::apart(&app, 1, Strictness::Refuse);
    let (first, second) = (given::release(&app, "Payroll").registered(), given::release(&app, "Payroll").registered());
    plan(&browser, first, "2026-03-16").await.expect(303);
    plan(&browser, second, "2026-03-16").await.expect(422).expect_text("at least one day apart");
    plan(&browser, second, "2026-03-17").await.expect(303);
}
