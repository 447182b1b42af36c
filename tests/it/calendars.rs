//! Calendars: everybody reads them, few edit them, and due times go by them.

use crate::support::given::{self, Somebody};
use crate::support::{Browser, TestApp, noon};
use slipway::domain::ids::CalendarId;
use slipway::domain::people::Role;
use slipway::store::calendars;

fn ines(app: &TestApp) -> Somebody {
    given::user(app, "Ines", &[Role::ReleaseManager])
}

fn id(app: &TestApp, name: &str) -> CalendarId {
    app.read(calendars::list).into_iter().find(|it| it.name == name).expect("there is one of this name").id
}

/// Makes a calendar by its page: nights in Berlin, every day but Sunday, off on 4 March.
async fn nights(app: &TestApp, browser: &Browser) -> CalendarId {
    let mut form = browser.get("/calendars/new").await.expect(200).form("/calendars").with("name", "Nights").with("zone", "Europe/Berlin");
    for day in ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday"] {
        form = form.with(day, "0-2, 22:00-24:00");
    }
    browser.submit(&form.with("holidays", "2026-03-04 Founders' day\n2026-12-25")).await.expect_see("/calendars");
    id(app, "Nights")
}

#[tokio::test]
async fn a_calendar_is_made_read_by_everybody_and_edited() {
    let app = TestApp::start().await;
    let browser = app.browser_of(&ines(&app));
    let id = nights(&app, &browser).await;
    let reader = app.signed_in(Role::Viewer);
    reader
        .get("/calendars")
        .await
        .expect(200)
        .expect_text("Office hours")
        .expect_text("00:00-02:00, 22:00-24:00")
        .expect_text("Monday to Saturday")
        .expect_no_text("/edit");
    reader.get("/calendars").await.expect_text("2 holidays").expect_text("2026-03-04 Founders&#39; day");
    reader.get(&format!("/calendars/{id}/edit")).await.expect(403);
    let page = browser.get(&format!("/calendars/{id}/edit")).await.expect(200).expect_text("counts for due times reckoned from now on");
    let form = page.form(&format!("/calendars/{id}")).with("sunday", "10:00-12:00");
    browser.submit(&form).await.expect_see("/calendars");
    assert_eq!(app.log()[app.log().len() - 2..], ["calendar_created", "calendar_edited"]);
    let again = browser.submit(&form.with("name", "Late shift")).await.expect(409).expect_text("Changed meanwhile").expect_text("Late shift");
    browser.submit(&again.form(&format!("/calendars/{id}"))).await.expect_see("/calendars");
    browser.get("/calendars").await.expect_text("Late shift");
    let same = browser.get(&format!("/calendars/{id}/edit")).await.form(&format!("/calendars/{id}"));
    let before = app.log().len();
    for _ in 0..2 {
        browser.submit(&same).await.expect_see("/calendars");
    }
    assert_eq!(app.log().len(), before, "nothing was changed, so no other form is out of date");
}

#[tokio::test]
async fn what_makes_no_calendar_comes_back_with_the_reason_beside_the_field() {
    let app = TestApp::start().await;
    let browser = app.browser_of(&ines(&app));
    let form = browser.get("/calendars/new").await.expect(200).form("/calendars").with("name", "Other");
    let page = browser.submit(&form.clone().with("monday", "nine to five").with("holidays", "Christmas")).await.expect(422);
    page.expect_text("Write “nine to five” as 09:00-17:00").expect_text("Write “Christmas” as a day and a name");
    let mut idle = form.clone();
    for day in ["monday", "tuesday", "wednesday", "thursday", "friday"] {
        idle = idle.with(day, "");
    }
    browser.submit(&idle).await.expect(422).expect_text("Give at least one week day some hours.");
    let always = (0..800).map(|it| (noon().date_naive() + chrono::Days::new(it)).to_string()).collect::<Vec<_>>().join("\n");
    browser.submit(&form.clone().with("holidays", always)).await.expect(422).expect_text("Nobody would work for more than two years");
    browser.submit(&form.clone().with("name", "Office hours")).await.expect(422).expect_text("Another calendar has this name already.");
    browser.submit(&form.with("zone", "Middle/Earth")).await.expect(422);
    assert_eq!(app.read(calendars::list).len(), 1);
}

#[tokio::test]
async fn there_is_always_exactly_one_default() {
    let app = TestApp::start().await;
    let browser = app.browser_of(&ines(&app));
    let (nights, office) = (nights(&app, &browser).await, id(&app, "Office hours"));
    let defaults = || app.read(calendars::list).into_iter().filter(|it| it.is_default).map(|it| it.id).collect::<Vec<_>>();
    assert_eq!(defaults(), [office]);
    let action = format!("/calendars/{nights}");
    browser.submit(&browser.get(&format!("{action}/edit")).await.form(&action).with("is_default", "yes")).await.expect_see("/calendars");
    assert_eq!(defaults(), [nights]);
    let mut form = browser.get(&format!("{action}/edit")).await.form(&action);
    form.fields.retain(|(name, _)| name != "is_default");
    browser.submit(&form).await.expect(422).expect_text("Make another one the default instead.");
    assert_eq!(defaults(), [nights]);
}

#[tokio::test]
async fn a_service_and_a_group_are_due_in_their_own_hours() {
    let app = TestApp::start().await;
    let browser = app.browser_of(&given::user(&app, "Root", &[Role::Administrator]));
    let nights = nights(&app, &browser).await;
    let before = given::release(&app, "Payroll").registered();
    let item = given::item(&app, "Payroll");
    let form = browser.get(&format!("/items/{item}/edit")).await.expect(200).form(&format!("/items/{item}"));
    browser.submit(&form.with("calendar", nights)).await.expect_see("/items");
    browser.get(&format!("/items/{item}/edit")).await.expect_text("Nights");
    let due = |id| given::sheet(&app, id).full.record.phase_due_at.expect("it is due").to_rfc3339();
    let after = given::release(&app, "Payroll").registered();
    assert_eq!(due(before), "2026-03-04T17:00:00+00:00", "what was due stays due");
    // Monday and two working days; Wednesday is off. Midnight in Berlin is an hour earlier.
    assert_eq!(due(after), "2026-03-05T23:00:00+00:00");

    given::approvers(&app, ["Ada", "Ben"]);
    let cab = app.read(slipway::store::groups::list).into_iter().find(|it| it.key == "cab").expect("shipped").id;
    let form = browser.get(&format!("/groups/{cab}/edit")).await.expect(200).form(&format!("/groups/{cab}"));
    browser.submit(&form.with("calendar", nights)).await.expect_see("/groups");
    let change = given::change(&app, "Part").in_phase("authorisation");
    given::ask(&app, change);
    let step = given::sheet(&app, change).rounds[0].steps[0].step.clone();
    assert_eq!(step.due_at.expect("it is due").to_rfc3339(), "2026-03-06T23:00:00+00:00", "three nights of the CAB");
}

/// A file with these events, each as its day and its name.
fn file(events: &[(&str, &str)]) -> String {
    let event = |(day, name): &(&str, &str)| format!("BEGIN:VEVENT\r\nDTSTART;VALUE=DATE:{day}\r\nSUMMARY:{name}\r\nEND:VEVENT\r\n");
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{}END:VCALENDAR\r\n", events.iter().map(event).collect::<String>())
}

/// Sends a file by the page of a calendar.
async fn send(browser: &Browser, id: CalendarId, text: &str) -> crate::support::Page {
    let head = "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"days.ics\"\r\nContent-Type: text/calendar\r\n\r\n";
    let body = format!("{head}{text}\r\n--edge--\r\n");
    let headers = [("content-type", "multipart/form-data; boundary=edge"), ("sec-fetch-site", "same-origin")];
    browser.request("POST", &format!("/calendars/{id}/holiday-file"), body, &headers).await
}

fn days_off(app: &TestApp, id: CalendarId) -> Vec<String> {
    let calendar = app.read(|conn| calendars::find(conn, id)).calendar;
    slipway::domain::calendars::written_holidays(calendar.holidays()).lines().map(str::to_owned).collect()
}

#[tokio::test]
async fn holidays_of_a_file_are_looked_through_before_any_is_saved() {
    let app = TestApp::start().await;
    let browser = app.browser_of(&ines(&app));
    let id = nights(&app, &browser).await;
    browser.get(&format!("/calendars/{id}/holidays/new")).await.expect(200).expect_text("multipart/form-data");
    let text = file(&[("20260101", "New year"), ("20260304", "Founders"), ("20260501", "Labour day"), ("20260502", "Bridge"), ("20261003", "Unity day")]);
    let recurring = text.replace("SUMMARY:Bridge", "RRULE:FREQ=WEEKLY\r\nSUMMARY:Bridge");
    let page = send(&browser, id, &recurring).await.expect(200).expect_text("2 days ahead are new.").expect_text("“Bridge”: it recurs in a way");
    let page = page.expect_text("Off already, as “Founders&#39; day”").expect_text("Past").expect_text("On a weekend");
    assert_eq!(days_off(&app, id).len(), 2, "nothing is saved yet");
    let form = page.form(&format!("/calendars/{id}/holidays"));
    let ticked: Vec<&str> = form.fields.iter().filter(|(name, _)| name == "day").map(|(_, value)| value.as_str()).collect();
    assert_eq!(ticked, ["2026-05-01 Labour day", "2026-10-03 Unity day"], "what is past is not");
    browser.submit(&form.clone().with("day", "2026-05-01 Labour day")).await.expect_see("/calendars");
    assert_eq!(days_off(&app, id), ["2026-03-04 Founders' day", "2026-05-01 Labour day", "2026-12-25"]);
    let again = browser.submit(&form.clone()).await.expect(409).expect_text("Changed meanwhile").form(&format!("/calendars/{id}/holidays"));
    browser.submit(&again).await.expect_see("/calendars");
    assert_eq!(days_off(&app, id).len(), 4);
    assert_eq!(app.log()[app.log().len() - 3..], ["calendar_created", "calendar_edited", "calendar_edited"]);
    let mut none = send(&browser, id, &text).await.form(&format!("/calendars/{id}/holidays"));
    none.fields.retain(|(name, _)| name != "day");
    browser.submit(&none).await.expect(422).expect_text("Choose at least one day.").expect_text("New year");
}

#[tokio::test]
async fn a_file_that_names_no_holidays_is_refused_with_the_reason() {
    let app = TestApp::start().await;
    let browser = app.browser_of(&ines(&app));
    let office = id(&app, "Office hours");
    send(&browser, office, "day;name").await.expect(422).expect_text("This is no iCalendar file");
    send(&browser, office, "").await.expect(422).expect_text("Choose a file.");
    send(&browser, office, "BEGIN:VCALENDAR\nBEGIN:VEVENT\n").await.expect(422).expect_text("The file breaks off");
    send(&browser, office, &" ".repeat(2_000_000)).await.expect(422).expect_text("larger than 1 MB");
    send(&browser, CalendarId(999), &file(&[("20260501", "May")])).await.expect(404);
    let reader = app.signed_in(Role::Contributor);
    reader.get(&format!("/calendars/{office}/holidays/new")).await.expect(403);
    send(&reader, office, &file(&[("20260501", "May")])).await.expect(403);
    reader.post(&format!("/calendars/{office}/holidays"), &[("day", "2026-05-01 May"), ("version", "0")]).await.expect(403);
    reader.post(&format!("/calendars/{office}/holidays/removal"), &[("version", "0")]).await.expect(403);
    browser.post(&format!("/calendars/{office}/holidays"), &[("day", "first of May"), ("version", "0")]).await.expect(422);
    assert_eq!(days_off(&app, office), [""; 0]);
}

#[tokio::test]
async fn past_holidays_go_once_nothing_counts_them_any_more() {
    let app = TestApp::start().await;
    let browser = app.browser_of(&ines(&app));
    let id = nights(&app, &browser).await;
    browser.get("/calendars").await.expect(200).expect_no_text("past holiday");
    app.clock.set(noon() + chrono::Duration::days(10));
    let release = given::release(&app, "Payroll").registered();
    app.clock.advance(chrono::Duration::days(300));
    let browser = app.browser_of(&ines(&app));
    let page = browser.get("/calendars").await.expect(200).expect_text("Remove 1 past holiday<");
    let form = page.form(&format!("/calendars/{id}/holidays/removal"));
    browser.submit(&form).await.expect_see("/calendars");
    assert_eq!(days_off(&app, id), ["2026-12-25"], "Christmas is past, but the release began before it");
    browser.post(&form.action, &form.pairs()).await.expect(409);
    given::take(&app, release, "abandon", "It is not wanted.");
    let form = browser.get("/calendars").await.form(&format!("/calendars/{id}/holidays/removal"));
    browser.submit(&form).await.expect_see("/calendars");
    assert_eq!(days_off(&app, id), [""; 0]);
}

#[tokio::test]
async fn the_page_says_who_goes_by_each_calendar() {
    let app = TestApp::start().await;
    let browser = app.browser_of(&given::user(&app, "Root", &[Role::Administrator]));
    let id = nights(&app, &browser).await;
    browser.get("/calendars").await.expect(200).expect_text("Nobody goes by it yet").expect_text("everything that has no calendar of its own");
    let item = given::item(&app, "Payroll");
    let form = browser.get(&format!("/items/{item}/edit")).await.form(&format!("/items/{item}"));
    browser.submit(&form.with("calendar", id)).await.expect_see("/items");
    let cab = app.read(slipway::store::groups::list).into_iter().find(|it| it.key == "cab").expect("shipped").id;
    let form = browser.get(&format!("/groups/{cab}/edit")).await.form(&format!("/groups/{cab}"));
    browser.submit(&form.with("calendar", id)).await.expect_see("/groups");
    let page = browser.get("/calendars").await.expect(200).expect_no_text("Nobody goes by it yet");
    page.expect_text(&format!("<a href=\"/items/{item}/edit\">Payroll</a>")).expect_text(&format!("<a href=\"/groups/{cab}/edit\">"));
    app.signed_in(Role::Viewer).get("/calendars").await.expect(200).expect_text("Payroll").expect_no_text("/items/");
}
