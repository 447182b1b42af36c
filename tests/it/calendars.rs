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
