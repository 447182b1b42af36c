//! Answering a survey behind a mailed link: page by page, once each, changed until it closes; and what is counted of it.

mod asking;

use crate::support::given::{self, Link};
use crate::support::{Browser, Page, TestApp};
use chrono::Duration;
use diesel::prelude::*;
use slipway::domain::ids::{InvitationId, RecordId, SurveyId};
use slipway::domain::surveys::SurveyState;
use slipway::store::schema::{survey_invitations, survey_responses, survey_tallies};
use std::collections::BTreeMap;

/// A release and a survey about it; anonymous or not.
fn place(app: &TestApp, anonymous: bool) -> (RecordId, SurveyId) {
    let release = given::release(app, "Payroll").registered();
    let survey = given::survey(app, release).closing_in(20);
    (release, if anonymous { survey.anonymous() } else { survey }.laid())
}

fn asked(app: &TestApp, survey: SurveyId, name: &str) -> (InvitationId, Link) {
    let id = given::invited(app, survey, name, None);
    (id, given::survey_link(app, id))
}

fn action(link: &Link) -> String {
    format!("{}/answers", link.path)
}

/// Fills in the first page and goes on.
async fn first_page(browser: &Browser, link: &Link, rating: &str) -> Page {
    let form = browser.get(&link.path).await.expect(200).form(&action(link));
    browser.submit(&form.with("q-overall", rating).with("code", &link.code)).await
}

/// Answers everything, and sends it.
async fn answer(browser: &Browser, link: &Link, rating: &str, words: &str) {
    let page = first_page(browser, link, rating).await.expect(200).expect_text("Page 2 of 2");
    let form = page.form(&action(link));
    assert_eq!(form.value("code"), link.code, "the code is carried along");
    browser.submit(&form.with("q-help", "course").with("q-more", words)).await.expect_see(&link.path);
}

/// What is counted, without what fell back to nothing.
fn tallies(app: &TestApp, survey: SurveyId) -> BTreeMap<String, i64> {
    let rows: Vec<(String, String, i64)> = app.read(|conn| {
        survey_tallies::table
            .filter(survey_tallies::survey_id.eq(survey))
            .filter(survey_tallies::count.ne(0))
            .select((survey_tallies::question, survey_tallies::value, survey_tallies::count))
            .load(conn)
    });
    rows.into_iter().map(|(question, value, count)| (format!("{question}={value}"), count)).collect()
}

fn counted(expected: &[(&str, i64)]) -> BTreeMap<String, i64> {
    expected.iter().map(|(key, count)| ((*key).to_owned(), *count)).collect()
}

fn complete(app: &TestApp, survey: SurveyId) -> i64 {
    let all = survey_responses::table.filter(survey_responses::survey_id.eq(survey)).filter(survey_responses::complete.eq(true));
    app.read(|conn| all.count().get_result(conn))
}

#[tokio::test]
async fn somebody_without_an_account_answers_page_by_page_and_is_thanked() {
    let app = TestApp::start().await;
    let (_, survey) = place(&app, false);
    let (_, link) = asked(&app, survey, "Ada");
    let browser = app.browser();
    let page = browser.get(&link.path).await.expect(200);
    for text in [
        "This link is for <strong>Ada</strong>",
        "What do you think of Payroll v1.1?",
        "Payroll, better",
        "about a minute",
        "stored with your name",
        "1 of 2",
        "Code from the mail",
    ] {
        assert!(page.has(text), "no {text:?} in {}", page.body);
    }
    assert!(!page.has(" checked") && !page.has(&link.code) && !page.has("What helped you?"));
    answer(&browser, &link, "4", "All <well>").await;
    browser.get(&link.path).await.expect(200).expect_text("Thank you!").expect_text("We put right what you found wanting.").expect_no_text("All &");
    assert_eq!(tallies(&app, survey), counted(&[("=", 1), ("overall=4", 1), ("help=course", 1), ("more=given", 1)]));
    assert!(app.log().contains(&"survey_answered".to_owned()));
    let entry = app.read(|conn| slipway::store::events::list(conn, &Default::default(), 1)).remove(0);
    assert_eq!((entry.actor.as_str(), entry.kind.as_str()), ("Slipway", "survey_answered"));
}

#[tokio::test]
async fn what_is_wrong_stands_beside_the_question_and_nothing_is_lost() {
    let app = TestApp::start().await;
    let (_, survey) = place(&app, false);
    let (_, link) = asked(&app, survey, "Ada");
    let browser = app.browser();
    let form = browser.get(&link.path).await.form(&action(&link));
    let page = browser.submit(&form.clone().with("q-nps", "7").with("code", &link.code)).await.expect(422);
    page.expect_text("Please answer this question.").expect_text(r#"value="7" checked"#);
    browser
        .submit(&form.clone().with("q-overall", "3").with("q-nps", "11").with("code", &link.code))
        .await
        .expect(422)
        .expect_text("Choose a number from 0 to 10.");
    let wrong = browser.submit(&form.clone().with("q-overall", "3").with("code", link.wrong_code())).await.expect(422);
    wrong.expect_text("4 more tries are left").expect_text(r#"value="3" checked"#);
    browser.submit(&form.with("q-overall", "3").with("code", "12")).await.expect(422).expect_text("Type the six digits");
    let second = first_page(&browser, &link, "3").await.expect(200).form(&action(&link));
    let long = "x".repeat(2_001);
    browser.submit(&second.clone().with("q-more", &long)).await.expect(422).expect_text("it has 2001").expect_text(&long);
    browser.submit(&second.with("q-help", "beer")).await.expect(422).expect_text("Choose among the answers given here.");
    assert_eq!(tallies(&app, survey), counted(&[]));
    // Who leaves out the first page is led back to it.
    let (_, other) = asked(&app, survey, "Ben");
    let skipped = [("page", "2"), ("to", "send"), ("code", other.code.as_str())];
    browser.post(&action(&other), &skipped).await.expect(422).expect_text("How good is it?").expect_text("Please answer this question.");
    assert_eq!(complete(&app, survey), 0);
}

#[tokio::test]
async fn whoever_stops_goes_on_later_and_nobody_without_the_code_sees_what_they_said() {
    let app = TestApp::start().await;
    for anonymous in [false, true] {
        let (_, survey) = place(&app, anonymous);
        let (_, link) = asked(&app, survey, "Ada");
        let browser = app.browser();
        first_page(&browser, &link, "5").await.expect(200);
        let page = app.browser().get(&link.path).await.expect(200).expect_text("Go on where you were").expect_no_text("checked");
        let form = page.form(&action(&link));
        app.browser().submit(&form.clone().with("code", link.wrong_code())).await.expect(422).expect_no_text("checked");
        let page = app.browser().submit(&form.with("code", &link.code)).await.expect(200).expect_text("Page 2 of 2");
        let back = page.form(&action(&link)).with("to", "back").with("q-more", "Half a tho");
        let first = browser.submit(&back).await.expect(200).expect_text("Page 1 of 2").expect_text(r#"value="5" checked"#);
        let second = browser.submit(&first.form(&action(&link))).await.expect(200).expect_text("Half a tho");
        assert_eq!(complete(&app, survey), 0, "nothing is sent yet");
        browser.submit(&second.form(&action(&link))).await.expect_see(&link.path);
        assert_eq!(complete(&app, survey), 1);
    }
}

#[tokio::test]
async fn an_answer_may_be_changed_until_the_survey_closes_and_counts_once() {
    let app = TestApp::start().await;
    for anonymous in [false, true] {
        let (_, survey) = place(&app, anonymous);
        let (_, link) = asked(&app, survey, "Ada");
        let browser = app.browser();
        answer(&browser, &link, "4", "Fine").await;
        let form = browser.get(&link.path).await.expect(200).form(&action(&link));
        let first = browser.submit(&form.clone().with("code", &link.code)).await.expect(200).expect_text(r#"value="4" checked"#);
        let second = browser.submit(&first.form(&action(&link)).with("q-overall", "2")).await.expect(200).expect_text("Fine");
        browser.submit(&second.form(&action(&link)).with("q-more", "")).await.expect_see(&link.path);
        assert_eq!(tallies(&app, survey), counted(&[("=", 1), ("overall=2", 1), ("help=course", 1)]));
        app.clock.advance(Duration::days(20));
        browser.get(&link.path).await.expect(410).expect_text("The time to answer is over");
        browser.submit(&form.with("code", &link.code)).await.expect(409).expect_text("The time to answer is over");
        assert_eq!(complete(&app, survey), 1);
    }
}

#[tokio::test]
async fn each_end_of_a_link_has_a_page_of_its_own() {
    let app = TestApp::start().await;
    let release = given::release(&app, "Payroll").registered();
    let survey = given::survey(&app, release).draft().laid();
    let (id, link) = asked(&app, survey, "Ada");
    let browser = app.browser();
    browser.get(&link.path).await.expect(200).expect_text("It has not begun yet");
    given::set_survey(&app, survey, SurveyState::Open);
    answer(&browser, &link, "4", "Fine").await;
    given::set_survey(&app, survey, SurveyState::Closed);
    browser.get(&link.path).await.expect(410).expect_text("This survey is closed").expect_no_text("Fine");
    app.write(|tx| diesel::delete(survey_invitations::table.find(id)).execute(tx.conn));
    browser.get(&link.path).await.expect(404).expect_text("This link is not known");
    browser.get("/s/unknown").await.expect(404).expect_text("This link is not known");
}

#[tokio::test]
async fn wrong_codes_lock_a_link_for_a_while() {
    let app = TestApp::start().await;
    let (_, survey) = place(&app, false);
    let (_, link) = asked(&app, survey, "Ada");
    let browser = app.browser();
    let form = browser.get(&link.path).await.form(&action(&link)).with("q-overall", "3");
    for _ in 0..4 {
        browser.submit(&form.clone().with("code", link.wrong_code())).await.expect(422);
    }
    browser.submit(&form.clone().with("code", link.wrong_code())).await.expect(429).expect_text("Locked for a while");
    browser.submit(&form.clone().with("code", &link.code)).await.expect(429);
    browser.get(&link.path).await.expect(429);
    app.clock.advance(Duration::minutes(15));
    answer(&browser, &link, "3", "").await;
}

#[tokio::test]
async fn who_answered_anonymously_by_one_link_is_told_so_by_another() {
    let app = TestApp::start().await;
    let (_, survey) = place(&app, true);
    let (id, link) = asked(&app, survey, "Ada");
    let again = given::survey_link(&app, id);
    let browser = app.browser();
    first_page(&browser, &again, "1").await.expect(200);
    let half = browser.submit(&browser.get(&again.path).await.form(&action(&again)).with("code", &again.code)).await.form(&action(&again));
    answer(&browser, &link, "5", "").await;
    browser.get(&again.path).await.expect(200).expect_text("You have answered already");
    browser.submit(&half).await.expect(409).expect_text("You have answered already");
    assert_eq!(tallies(&app, survey), counted(&[("=", 1), ("overall=5", 1), ("help=course", 1)]));
}

#[tokio::test]
async fn twenty_at_once_by_one_link_are_one_answer_and_fifty_people_are_fifty() {
    let app = TestApp::start().await;
    let (_, survey) = place(&app, true);
    let (_, link) = asked(&app, survey, "Ada");
    let send = async |link: &Link, rating: usize| {
        let rating = (rating % 5 + 1).to_string();
        let first = [("page", "1"), ("to", "next"), ("q-overall", rating.as_str()), ("q-nps", "9"), ("code", link.code.as_str())];
        app.browser().post(&action(link), &first).await.expect(200);
        let last = [("page", "2"), ("to", "send"), ("q-help", "mail"), ("q-help", "course"), ("code", link.code.as_str())];
        app.browser().post(&action(link), &last).await.expect(303);
    };
    futures_util::future::join_all((0..20).map(|it| send(&link, it))).await;
    assert_eq!((complete(&app, survey), tallies(&app, survey)["="]), (1, 1));
    let links: Vec<Link> = (0..50).map(|it| asked(&app, survey, &format!("P{it}")).1).collect();
    futures_util::future::join_all(links.iter().enumerate().map(|(at, link)| send(link, at))).await;
    let counts = tallies(&app, survey);
    assert_eq!((complete(&app, survey), counts["="], counts["nps=9"], counts["help=mail"]), (51, 51, 51, 51));
    assert_eq!((1..=5).map(|it| counts[&format!("overall={it}")]).sum::<i64>(), 51);
}

#[tokio::test]
async fn who_has_no_account_reads_times_in_the_zone_of_the_releases_calendar() {
    let app = TestApp::start().await;
    let (_, survey) = place(&app, false);
    let (_, link) = asked(&app, survey, "Zoe");
    app.write(|tx| diesel::sql_query("UPDATE calendars SET definition = jsonb_set(definition, '{zone}', '\"Asia/Tokyo\"')").execute(tx.conn));
    // Noon in the story is evening in Tokyo.
    let closes = app.clock.now() + Duration::days(20);
    let there = closes.with_timezone(&chrono_tz::Asia::Tokyo).format("%H:%M").to_string();
    app.browser().get(&link.path).await.expect(200).expect_text(&there);
}
