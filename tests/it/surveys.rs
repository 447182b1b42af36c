//! Surveys, the asking side: who may ask whom about a release, and when.

use crate::support::given::{self, Somebody};
use crate::support::{Browser, TestApp, noon};
use chrono::Duration;
use slipway::domain::ids::{RecordId, SurveyId};
use slipway::domain::people::Role;
use slipway::domain::surveys::{Audience, SurveyState};
use slipway::store::surveys::people::{self, Invitation};
use slipway::store::surveys::{self, Count, Survey};
use slipway::worker::timetable;

fn ines(app: &TestApp) -> Somebody {
    given::user(app, "Ines", &[Role::ReleaseManager])
}

fn survey(app: &TestApp, id: SurveyId) -> Survey {
    app.read(|conn| surveys::find(conn, id))
}

fn listed(app: &TestApp, id: SurveyId) -> Vec<Invitation> {
    app.read(|conn| people::page(conn, id, None, None, 100_000))
}

fn emails(app: &TestApp, id: SurveyId) -> Vec<String> {
    listed(app, id).into_iter().map(|it| it.email).collect()
}

/// Puts these lines on the list of end users by the page.
async fn paste(browser: &Browser, id: SurveyId, list: &str) -> crate::support::Page {
    let form = browser.get(&format!("/surveys/{id}/people/new")).await.expect(200).form(&format!("/surveys/{id}/people"));
    browser.submit(&form.with("audience", "users").with("list", list)).await
}

/// What the notice after a write says.
fn said(page: &crate::support::Page) -> String {
    let cookies: Vec<&str> = page.headers.get_all("set-cookie").iter().filter_map(|it| it.to_str().ok()).collect();
    let notice = cookies.iter().find_map(|it| it.strip_prefix("slipway_notice=")).expect("a notice");
    let value = notice.split(';').next().unwrap_or_default();
    let value: String = url::form_urlencoded::parse(format!("x={value}").as_bytes()).next().map(|(_, it)| it.into_owned()).unwrap_or_default();
    url::form_urlencoded::parse(value.as_bytes()).find(|(name, _)| name == "said").map(|(_, it)| it.into_owned()).unwrap_or(value)
}

fn press(id: SurveyId, what: &str) -> String {
    format!("/surveys/{id}/{what}")
}

#[tokio::test]
async fn a_survey_is_created_filled_opened_and_closed_by_its_pages() {
    let app = TestApp::start().await;
    let browser = app.browser_of(&ines(&app));
    let release = given::release(&app, "Payroll").in_phase("rollout");
    browser.get(&format!("/releases/{release}")).await.expect(200).expect_text("Nobody has been asked about this release yet.");
    let form = browser.get(&format!("/records/{release}/surveys/new")).await.expect(200).form(&format!("/records/{release}/surveys"));
    assert!(form.value("title").ends_with(": after rollout"), "{}", form.value("title"));
    let page = browser.submit(&form.with("title", "How was Payroll?")).await.expect(303);
    let id: SurveyId = page.location().split('/').nth(2).expect("a survey").parse().expect("a number");
    browser.get(&press(id, "people/new")).await.expect(200);
    browser.get(&format!("/surveys/{id}")).await.expect(200).expect_text("Say whom it asks").expect_text("End users, version 1");
    browser.post(&press(id, "opening"), &[("version", "0")]).await.expect(409).expect_text("Nobody is on its list yet.");

    paste(&browser, id, "zoe@example.org\nYan <yan@example.org>").await.expect(303);
    let page = browser.get(&format!("/surveys/{id}")).await.expect_text("Open now: mails 2 people");
    browser.submit(&page.form(&press(id, "opening"))).await.expect_see(&format!("/surveys/{id}"));
    assert_eq!(survey(&app, id).state, SurveyState::Open);
    let page = browser.get(&format!("/surveys/{id}")).await.expect_text("Close now: mails").expect_text("0 of 2 answered");
    browser.get(&format!("/releases/{release}")).await.expect_text("How was Payroll?").expect_text("0 of 2 answered");
    browser.get(&format!("/records/{release}/surveys")).await.expect(200).expect_text("Closes by hand").expect_text("/results");
    browser.submit(&page.form(&press(id, "closing"))).await.expect_see(&format!("/surveys/{id}"));
    assert_eq!(survey(&app, id).state, SurveyState::Closed);
    browser.submit(&page.form(&press(id, "closing"))).await.expect(409);
    browser.get(&press(id, "edit")).await.expect(409).expect_text("It is closed");
    let log = app.log();
    for kind in ["survey_created", "people_invited", "survey_opened", "survey_closed"] {
        assert_eq!(log.iter().filter(|it| *it == kind).count(), 1, "{kind}");
    }
}

#[tokio::test]
async fn only_who_may_move_the_release_asks_about_it() {
    let app = TestApp::start().await;
    let release = given::release(&app, "Payroll").registered();
    let id = given::draft_survey(&app, release, &[Audience::Users]);
    for role in [Role::Viewer, Role::Contributor, Role::ReleaseApprover, Role::ReleaseCoordinator] {
        let browser = app.signed_in(role);
        browser.get(&format!("/surveys/{id}")).await.expect(200).expect_no_text("Add people");
        browser.get(&format!("/records/{release}/surveys")).await.expect(200).expect_no_text("surveys/new");
        browser.get(&format!("/records/{release}/surveys/new")).await.expect(403);
        browser.get(&press(id, "edit")).await.expect(403);
        browser.get(&press(id, "people/new")).await.expect(403);
        browser.post(&format!("/records/{release}/surveys"), &[]).await.expect(403);
        browser.post(&format!("/surveys/{id}"), &[]).await.expect(403);
        browser.post(&press(id, "people"), &[]).await.expect(403);
        for what in ["opening", "closing", "discarding", "people/1/removal"] {
            browser.post(&press(id, what), &[("version", "0")]).await.expect(403);
        }
    }
    let browser = app.browser_of(&ines(&app));
    for path in ["/surveys/999999", "/surveys/x", "/surveys/999999/edit", "/surveys/999999/people/new", "/records/999999/surveys"] {
        browser.get(path).await.expect(404);
    }
    let change = given::change(&app, "Part").registered();
    browser.get(&format!("/records/{change}/surveys")).await.expect(404);
    browser.get(&format!("/records/{change}/surveys/new")).await.expect(404);
    browser.post(&press(id, "people/999999/removal"), &[]).await.expect(404);
}

#[tokio::test]
async fn only_a_draft_may_change_what_it_asks_and_the_rest_is_never_overwritten() {
    let app = TestApp::start().await;
    let browser = app.browser_of(&ines(&app));
    let release = given::release(&app, "Payroll").registered();
    let id = given::draft_survey(&app, release, &[Audience::Users]);
    let action = format!("/surveys/{id}");
    let form = browser.get(&press(id, "edit")).await.expect(200).form(&action);
    browser.submit(&form.clone().with("title", "Tell us").and("anonymous", "yes")).await.expect_see(&action);
    assert!(survey(&app, id).anonymous);
    let page = browser.submit(&form.with("low_rating", "4")).await.expect(409).expect_text("Changed meanwhile").expect_text("Tell us");
    browser.submit(&page.form(&action).with("low_rating", "0")).await.expect(422).expect_text("Average rating under: Write a number from 1 to 5");
    browser
        .submit(&page.form(&action).with("phase", "rollout").with("opens_at", "2026-04-01T10:00"))
        .await
        .expect(422)
        .expect_text("leave one of the two empty");
    browser.submit(&page.form(&action).with("closes_at", "2020-04-01T10:00")).await.expect(422).expect_text("This time has passed");
    browser.submit(&page.form(&action).with("set_users", "")).await.expect(422).expect_text("Ask at least one audience");
    paste(&browser, id, "zoe@example.org").await.expect(303);
    let customers = given::question_set(&app, Audience::Customers);
    let form = browser.get(&press(id, "edit")).await.form(&action).with("set_users", "").with("set_customers", customers);
    browser.submit(&form).await.expect(422).expect_text("Take them off it first.");

    browser.post(&press(id, "opening"), &[("version", &survey(&app, id).version.to_string())]).await.expect(303);
    let form = browser.get(&press(id, "edit")).await.expect(200).expect_no_text("name=\"anonymous\"").form(&action);
    let mut pairs = form.clone().with("low_rating", "2,5").with("closes_at", "2026-05-01T10:00").fields;
    pairs.extend([("title", "Other"), ("anonymous", "yes"), ("set_customers", "2")].map(|(name, value)| (name.to_owned(), value.to_owned())));
    let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    browser.post(&action, &pairs).await.expect_see(&action);
    let now = survey(&app, id);
    assert_eq!((now.title.as_str(), now.low_rating), ("Tell us", 2.5));
    assert_eq!(app.read(|conn| surveys::audiences(conn, id)).len(), 1);
    browser.post(&press(id, "discarding"), &[("version", &now.version.to_string())]).await.expect(409).expect_text("Close it instead.");
    let other = given::draft_survey(&app, release, &[Audience::Users]);
    browser.post(&press(other, "discarding"), &[("version", "0")]).await.expect_see(&format!("/records/{release}/surveys"));
    browser.get(&format!("/surveys/{other}")).await.expect(404);
}

#[tokio::test]
async fn bad_lines_are_told_by_their_number_and_nothing_is_lost() {
    let app = TestApp::start().await;
    let browser = app.browser_of(&ines(&app));
    let id = given::draft_survey(&app, given::release(&app, "Payroll").registered(), &[Audience::Users]);
    let page = paste(&browser, id, "zoe@example.org\nYan\nxi@example").await.expect(422).expect_text("Line 2, “Yan”: there is no e-mail address");
    assert_eq!(page.form(&press(id, "people")).value("list"), "zoe@example.org\nYan\nxi@example");
    page.expect_text("One line names nobody");
    assert!(listed(&app, id).is_empty());
    paste(&browser, id, " ").await.expect(422).expect_text("Choose people or groups, or paste addresses.");
    browser.post(&press(id, "people"), &[("audience", "network"), ("list", "a@example.org")]).await.expect(422).expect_text("does not ask them");
}

#[tokio::test]
async fn everybody_is_asked_once_and_who_refused_or_worked_on_it_is_left_out() {
    let app = TestApp::start().await;
    let ines = ines(&app);
    let browser = app.browser_of(&ines);
    let release = given::release(&app, "Payroll").owned_by(&ines).registered();
    let id = given::draft_survey(&app, release, &[Audience::Users, Audience::Customers]);
    let cora = given::user(&app, "Cora", &[Role::Contributor]);
    given::members(&app, "service_desk", &[cora.clone(), ines.clone()]);
    app.write(|tx| {
        use diesel::prelude::*;
        use slipway::store::schema::survey_refusals as refusals;
        diesel::insert_into(refusals::table).values((refusals::email.eq("no@example.org"), refusals::at.eq(noon()))).execute(tx.conn)
    });
    let page = paste(&browser, id, &format!("Zoe@Example.org\nzoe@example.org\nno@example.org\n{}", ines.email)).await.expect(303);
    let notice = said(&page);
    for part in ["Put one person on the list.", "one person, who was named before", "one person, who wants no mails", "worked on this release: Ines."] {
        assert!(notice.contains(part), "{part:?} is not in {notice:?}");
    }
    assert_eq!(emails(&app, id), ["zoe@example.org"]);
    let form = browser.get(&press(id, "people/new")).await.expect_text("They worked on it: Ines").form(&press(id, "people"));
    let group = app.read(slipway::store::groups::list).into_iter().find(|it| it.key == "service_desk").expect("it is shipped").id;
    let form = form.with("audience", "customers").and("groups", group).and("people", cora.id).with("list", "ZOE@example.org").and("with_workers", "yes");
    browser.submit(&form).await.expect(303);
    let mut now = emails(&app, id);
    now.sort();
    let mut expected = vec![cora.email.clone(), ines.email.clone(), "zoe@example.org".to_owned()];
    expected.sort();
    assert_eq!(now, expected);
    assert_eq!(listed(&app, id)[0].audience, Audience::Users, "the first stays");

    let person = listed(&app, id)[0].id;
    browser.post(&press(id, &format!("people/{person}/removal")), &[]).await.expect(303);
    app.write(|tx| {
        use diesel::prelude::*;
        use slipway::store::schema::survey_invitations as invitations;
        diesel::update(invitations::table).set(invitations::invited_at.eq(noon())).execute(tx.conn)
    });
    let person = listed(&app, id)[0].id;
    browser.post(&press(id, &format!("people/{person}/removal")), &[]).await.expect(409).expect_text("invited already");
    assert!(app.log().contains(&"invitation_removed".to_owned()));
}

#[tokio::test]
async fn a_list_of_thousands_is_taken_at_once_and_shown_page_by_page() {
    let app = TestApp::start().await;
    let browser = app.browser_of(&ines(&app));
    let id = given::draft_survey(&app, given::release(&app, "Payroll").registered(), &[Audience::Users]);
    let lines = |count: usize| (0..count).map(|it| format!("Somebody Numbered {it} <somebody.number{it}@example.org>\n")).collect::<String>();
    paste(&browser, id, &lines(20_000)).await.expect(303);
    let all = app.read(|conn| surveys::count_of(conn, id));
    assert_eq!(all, Count { listed: 20_000, invited: 0, answered: 0 });
    paste(&browser, id, &"\n".repeat(50_001)).await.expect(422).expect_text("At most 50000 lines");
    paste(&browser, id, &"x".repeat(9_000_000)).await.expect(413).expect_text("Too large");
    let page = browser.get(&format!("/surveys/{id}")).await.expect(200).expect_text("somebody.number99@").expect_no_text("somebody.number100@");
    let next = page.body.split("href=\"").find(|it| it.contains("after=")).and_then(|it| it.split('"').next()).expect("another page").replace("&#38;", "&");
    browser.get(&next).await.expect(200).expect_text("somebody.number100@").expect_no_text("somebody.number99@");
}

#[tokio::test]
async fn surveys_open_and_close_by_their_dates() {
    let app = TestApp::start().await;
    let browser = app.browser_of(&ines(&app));
    let id = given::draft_survey(&app, given::release(&app, "Payroll").registered(), &[Audience::Users]);
    let zone = |time: chrono::DateTime<chrono::Utc>| time.format("%Y-%m-%dT%H:%M").to_string();
    let action = format!("/surveys/{id}");
    let form = browser.get(&press(id, "edit")).await.form(&action);
    let form = form.with("opens_at", zone(noon() + Duration::days(1))).with("closes_at", zone(noon() + Duration::days(3)));
    browser.submit(&form).await.expect_see(&action);
    given::invited(&app, id, "Zoe", None);
    let state = |days| {
        app.clock.set(noon() + Duration::days(days) + Duration::hours(3));
        timetable::keep_survey_dates(&app.db).expect("it is kept");
        survey(&app, id).state
    };
    assert_eq!([state(0), state(1), state(2), state(3)], [SurveyState::Draft, SurveyState::Open, SurveyState::Open, SurveyState::Closed]);
    assert_eq!(state(4), SurveyState::Closed);
    assert_eq!(app.log().iter().filter(|it| it.starts_with("survey_")).count(), 4, "created, edited, opened, closed");
}

fn with_phase(app: &TestApp, release: RecordId, phase: Option<&str>) -> SurveyId {
    let id = given::draft_survey(app, release, &[Audience::Users]);
    app.write(|tx| {
        let it = surveys::find(tx.conn, id)?;
        let terms = surveys::Terms { phase: phase.map(str::to_owned), ..slipway::app::surveys::terms_of(&it) };
        surveys::update(tx, id, &terms)
    });
    id
}

#[tokio::test]
async fn a_survey_follows_its_phase_and_all_close_with_the_release() {
    let app = TestApp::start().await;
    let browser = app.browser_of(&ines(&app));
    let release = given::release(&app, "Payroll").registered();
    let first = given::sheet(&app, release).full.phase().expect("one").advance().expect("a way").to.clone();
    let (following, free) = (with_phase(&app, release, Some(&first)), with_phase(&app, release, None));
    given::invited(&app, following, "Zoe", None);
    given::advance(&app, release);
    assert_eq!(survey(&app, following).state, SurveyState::Open);
    given::advance(&app, release);
    assert_eq!(survey(&app, following).state, SurveyState::Closed);
    paste(&browser, free, "zoe@example.org").await.expect(303);
    browser.post(&press(free, "opening"), &[("version", &survey(&app, free).version.to_string())]).await.expect(303);
    let draft = given::draft_survey(&app, release, &[Audience::Users]);
    given::take(&app, release, "abandon", "No money");
    assert_eq!(survey(&app, free).state, SurveyState::Closed);
    browser.get(&format!("/surveys/{draft}")).await.expect(404);
    browser.get(&format!("/records/{release}/surveys")).await.expect(200).expect_no_text("surveys/new");
    browser.get(&format!("/records/{release}/surveys/new")).await.expect(409);
    browser.post(&press(free, "people"), &[("audience", "users"), ("list", "a@example.org")]).await.expect(409).expect_text("It has ended");
}

#[tokio::test]
async fn what_has_nobody_to_ask_stays_a_draft_and_says_so() {
    let app = TestApp::start().await;
    let browser = app.browser_of(&ines(&app));
    let release = given::release(&app, "Payroll").registered();
    let first = given::sheet(&app, release).full.phase().expect("one").advance().expect("a way").to.clone();
    let (following, dated) = (with_phase(&app, release, Some(&first)), given::draft_survey(&app, release, &[Audience::Users]));
    app.write(|tx| {
        let terms = surveys::Terms { opens_at: Some(noon()), ..slipway::app::surveys::terms_of(&surveys::find(tx.conn, dated)?) };
        surveys::update(tx, dated, &terms)
    });
    given::advance(&app, release);
    app.clock.set(noon() + Duration::hours(1));
    let keep = || timetable::keep_survey_dates(&app.db).expect("it is kept");
    keep();
    for (id, why) in [(following, "The release has come to the phase that it opens with"), (dated, "Its time to open has come")] {
        assert_eq!(survey(&app, id).state, SurveyState::Draft);
        browser.get(&format!("/surveys/{id}")).await.expect(200).expect_text(why).expect_text("but nobody is on its list: so it stays a draft");
        paste(&browser, id, "zoe@example.org").await.expect(303);
        keep();
        // The first on the list do not open it: perhaps others come on it.
        assert_eq!(survey(&app, id).state, SurveyState::Draft);
        let form = browser.get(&format!("/surveys/{id}")).await.expect(200).form(&press(id, "opening"));
        browser.submit(&form).await.expect(303);
        assert_eq!(survey(&app, id).state, SurveyState::Open);
    }
    browser.get(&format!("/records/{release}/activity")).await.expect(200).expect_text("Opens");
}

#[tokio::test]
async fn a_survey_follows_only_a_phase_that_is_still_to_come_and_a_draft_ends_with_the_release() {
    let app = TestApp::start().await;
    let mara = given::user(&app, "Mara", &[Role::ReleaseManager]);
    let id = given::release(&app, "Payroll").with_changes(1).in_phase("early_life");
    let browser = app.browser_of(&mara);
    let page = browser.get(&format!("/records/{id}/surveys/new")).await.expect(200).expect_text("(now: open it by hand)");
    assert!(!page.has("value=\"rollout\"") && page.has("value=\"review\""), "what is past is not offered");
    let form = page.form(&format!("/records/{id}/surveys")).with("title", "How was it?");
    browser.submit(&form.clone().with("phase", "rollout")).await.expect(422).expect_text("The release is past this phase already");
    browser.submit(&form.with("phase", "review")).await.expect(303);
    given::advance(&app, id);
    let page = browser.get(&format!("/releases/{id}")).await.expect(200);
    assert!(!page.has("can still be answered"));
    for it in given::sheet(&app, id).full.phase().expect("a phase").advance().expect("a way").requirements.clone() {
        given::fulfil(&app, id, it);
    }
    browser.get(&format!("/releases/{id}")).await.expect_text("The survey “How was it?” was never opened and is discarded with the closing.");
    given::take(&app, id, "close", "");
    assert_eq!(app.read(|conn| slipway::store::surveys::of_record(conn, id)).len(), 0);
    assert!(app.log().iter().any(|it| it == "survey_discarded"));
}
