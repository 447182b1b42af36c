//! What surveys came to: figures, comments, comparisons, CSV, low scores; and what anonymity keeps back.

use crate::support::given;
use crate::support::html;
use crate::support::{TestApp, noon};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text, Timestamptz};
use serde_json::{Value, json};
use slipway::app::phases;
use slipway::app::surveys::{closing, low_scores};
use slipway::domain::ids::{RecordId, SurveyId};
use slipway::domain::people::Role;
use slipway::domain::requirements::Requirement;
use slipway::domain::surveys::{Audience, Moment, SurveyState};
use slipway::store::{results, surveys};
use std::collections::BTreeSet;

/// So many answers of this rating and this recommendation, each with this comment if there is one.
fn answers(count: usize, rating: i64, score: i64, comment: &str) -> Vec<Value> {
    let one = |_| match comment {
        "" => json!({"smooth": rating, "recommend": score, "again": "yes"}),
        text => json!({"smooth": rating, "recommend": score, "again": "no", "which": ["speed"], "more": text}),
    };
    (0..count).map(one).collect()
}

fn release(app: &TestApp) -> RecordId {
    given::release(app, "Payroll").registered()
}

#[tokio::test]
async fn whoever_reads_the_release_reads_the_figures_and_how_they_are_reckoned() {
    let app = TestApp::start().await;
    let some = [answers(2, 5, 10, ""), answers(1, 4, 9, "Quick & friendly <3"), answers(1, 2, 3, "")].concat();
    let id = given::answered_survey(&app, release(&app), "After Monday").asking(Audience::Users, 8, some).made();
    let page = app.signed_in(Role::Viewer).get(&format!("/surveys/{id}/results")).await.expect(200);
    let page = page.expect_text("4 of 8").expect_text("50 % response rate").expect_text("<dd>75 %</dd>").expect_text("<dd>+50</dd>");
    let page = page.expect_text("CSAT is the number of ratings of 4 or 5 out of all ratings").expect_text("from 4 ratings");
    let page = page.expect_text("4.0 of 5").expect_text("NPS +50").expect_text("3 promoters (75 %), 0 passives (0 %), 1 detractor (25 %)");
    let page = page.expect_text("75 % yes").expect_text("1: 0; 2: 1; 3: 0; 4: 1; 5: 2. Of 4 answers.");
    let page = page.expect_text("Quick &#38; friendly &#60;3").expect_no_text("users3@example.org");
    app.signed_in(Role::ReleaseManager).get(&format!("/surveys/{id}/results")).await.expect(200).expect_text("users3@example.org");
    assert!(!page.has("Fewer than five") && !page.has("Against earlier releases") && !page.has("Pilot against rollout"));
    let charts = html::tags(&page.body).into_iter().filter(|it| it.name == "svg" && !it.closes && it.get("role") == Some("img")).count();
    assert_eq!(charts, 4, "for each question that is no text");
}

#[tokio::test]
async fn a_draft_and_a_survey_without_answers_say_what_comes() {
    let app = TestApp::start().await;
    let release = release(&app);
    let browser = app.signed_in(Role::Viewer);
    let draft = given::answered_survey(&app, release, "Soon").draft().made();
    browser.get(&format!("/surveys/{draft}/results")).await.expect(200).expect_text("Nobody was asked yet.");
    let open = given::answered_survey(&app, release, "Now").open().asking(Audience::Users, 3, Vec::new()).made();
    browser.get(&format!("/surveys/{open}/results")).await.expect_text("0 of 3").expect_text("Nobody has answered yet.");
    browser.get("/surveys/999/results").await.expect(404);
    browser.get(&format!("/surveys/{open}/results?after=x")).await.expect(200);
}

#[tokio::test]
async fn of_an_anonymous_survey_no_small_group_is_shown_anywhere() {
    let app = TestApp::start().await;
    let release = release(&app);
    let asked = |title: &str, moment| {
        given::answered_survey(&app, release, title)
            .anonymous()
            .at(moment)
            .asking(Audience::Users, 9, answers(6, 5, 10, "fine by the many"))
            .asking(Audience::Network, 5, answers(4, 1, 0, "betrayed by the few"))
            .made()
    };
    let (pilot, after) = (asked("Pilot", Moment::Pilot), asked("After", Moment::AfterRollout));
    let browser = app.signed_in(Role::Administrator);
    for id in [pilot, after] {
        let page = browser.get(&format!("/surveys/{id}/results")).await.expect(200);
        let page = page.expect_text("Fewer than five answers: not shown, so that nobody can be told by their answer.").expect_text("10 of 14");
        // Over all: of the six alone, so that nothing is left when they are taken off.
        let page =
            page.expect_text("<dd>100 %</dd>").expect_text("<dd>+100</dd>").expect_text("from 6 ratings").expect_text("leave out those that are not shown");
        let page = page.expect_text("fine by the many").expect_no_text("betrayed").expect_no_text("from 10").expect_no_text("from 4");
        let page = page.expect_text("Pilot against rollout").expect_text("fewer than five");
        page.expect_no_text("@example.org");
        let few = browser.get(&format!("/surveys/{id}/results?audience=network")).await.expect(200);
        few.expect_no_text("betrayed").expect_no_text("id=\"comments\"");
        let csv = browser.get(&format!("/surveys/{id}/results.csv")).await.expect(200);
        assert_eq!(csv.body.lines().count(), 7, "{}", csv.body);
        assert!(!csv.has("betrayed") && !csv.has("Network") && !csv.has("@") && csv.body.starts_with("Audience,How smooth was it?"), "{}", csv.body);
        let figures = browser.get(&format!("/surveys/{id}/figures.csv")).await.expect(200);
        let few: Vec<&str> = figures.body.lines().filter(|it| it.starts_with("Network")).collect();
        assert_eq!(few, ["Network management,,,Answered,4,80,5"]);
        assert!(figures.has("End users,How smooth was it?,\"Rating, 1 to 5\",CSAT,100,,6"), "{}", figures.body);
    }
    let summary = app.read(|conn| results::summary(conn, release));
    assert_eq!(summary.iter().map(|it| (it.answered, it.invited, it.ratings.answers, it.ratings.csat())).collect::<Vec<_>>(), [(10, 14, 6, Some(100)); 2]);
    assert_eq!((summary[0].recommendations.nps(), summary[0].leaves_out, summary[0].title.as_str()), (Some(100), true, "Pilot"));
}

#[tokio::test]
async fn answers_of_an_anonymous_survey_are_shown_after_it_closed() {
    let app = TestApp::start().await;
    let release = release(&app);
    let id = given::answered_survey(&app, release, "Now").anonymous().open().asking(Audience::Users, 20, answers(8, 2, 4, "too early")).made();
    let browser = app.signed_in(Role::ReleaseManager);
    let at = format!("/surveys/{id}/results");
    let page = browser.get(&at).await.expect_text("its answers are shown after it has closed").expect_text("8 of 20").expect_text("40 % response rate");
    page.expect_no_text("too early").expect_no_text("2.0 of 5").expect_no_text("<dt>CSAT").expect_no_text("<dt>NPS");
    assert_eq!(browser.get(&format!("{at}.csv")).await.expect(200).body.lines().count(), 1, "the head alone");
    assert!(!browser.get(&format!("/surveys/{id}/figures.csv")).await.has("CSAT"));
    assert_eq!(app.read(|conn| results::summary(conn, release)).len(), 0);
    app.write(|tx| diesel::sql_query("UPDATE surveys SET state = 'closed'").execute(tx.conn));
    browser.get(&at).await.expect_text("2.0 of 5").expect_text("too early").expect_text("in random order");
}

#[tokio::test]
async fn comments_come_page_by_page_each_once() {
    let app = TestApp::start().await;
    let many = (0..120).flat_map(|it| answers(1, 3, 7, &format!("comment number {it}."))).collect();
    let others = answers(3, 3, 7, "from a customer");
    let silent = [many, answers(30, 3, 7, "")].concat();
    let id = given::answered_survey(&app, release(&app), "Long").asking(Audience::Users, 200, silent).asking(Audience::Customers, 3, others).made();
    let browser = app.signed_in(Role::Viewer);
    let mut next = Some(format!("/surveys/{id}/results"));
    let (mut seen, mut sizes) = (BTreeSet::new(), Vec::new());
    while let Some(address) = next {
        let page = browser.get(&address).await.expect(200).expect_no_text("from a customer");
        let found: Vec<String> = html::tags(&page.body).into_iter().filter(|it| it.name == "blockquote" && !it.closes).map(|it| it.text).collect();
        sizes.push(found.len());
        seen.extend(found);
        let mut links = html::tags(&page.body).into_iter().filter_map(|it| it.get("href").map(str::to_owned));
        let more = links.find(|it| it.contains("after=")).map(|it| it.replace("&#38;", "&").replace("&amp;", "&"));
        next = more.and_then(|it| it.split('#').next().map(str::to_owned));
    }
    assert_eq!((sizes, seen.len()), (vec![50, 50, 20], 120));
    browser.get(&format!("/surveys/{id}/results?audience=customers")).await.expect_text("from a customer").expect_no_text("comment number");
}

#[tokio::test]
async fn a_survey_stands_beside_the_pilot_and_beside_earlier_releases() {
    let app = TestApp::start().await;
    let old = given::release(&app, "Payroll").registered();
    let new = given::release(&app, "Payroll").registered();
    let other = given::release(&app, "Ledger").registered();
    let asked = |release, moment, rating, score| {
        given::answered_survey(&app, release, "Asked").at(moment).asking(Audience::Users, 9, answers(5, rating, score, "")).made()
    };
    asked(old, Moment::AfterRollout, 2, 9);
    asked(other, Moment::AfterRollout, 1, 0);
    let pilot = asked(new, Moment::Pilot, 3, 8);
    let id = asked(new, Moment::AfterRollout, 4, 6);
    let browser = app.signed_in(Role::Viewer);
    let page = browser.get(&format!("/surveys/{id}/results")).await.expect_text("Pilot against rollout").expect_text("Against earlier releases");
    let page = page.expect_text("<strong>3.0 of 5</strong>").expect_text("<strong>NPS 0</strong>").expect_text("<strong>NPS −100</strong>");
    let page = page.expect_text("Payroll v1.1</a>").expect_text("Payroll v1.2 (this one)").expect_text("<strong>+100</strong>");
    page.expect_text("CSAT of End users from release to release").expect_text("v1.1: 0 %; v1.2: 100 %").expect_no_text("Ledger");
    // The pilot has no earlier pilot.
    browser.get(&format!("/surveys/{pilot}/results")).await.expect_text("Pilot against rollout").expect_no_text("Against earlier releases");
}

#[tokio::test]
async fn the_csv_has_every_complete_answer_once_and_no_formula() {
    let app = TestApp::start().await;
    let many = [answers(1, 5, 10, "=HYPERLINK(\"https://evil.example\")"), answers(2100, 4, 8, "")].concat();
    let id = given::answered_survey(&app, release(&app), "Long")
        .asking(Audience::Users, 2200, many)
        .asking(Audience::Suppliers, 3, answers(2, 1, 0, "@home"))
        .made();
    let unfinished = "INSERT INTO survey_responses (id, survey_id, audience, handle, answers) VALUES (1, $1, 'users', '\\x00', '{\"smooth\": 1}')";
    app.write(|tx| diesel::sql_query(unfinished).bind::<BigInt, _>(id.0).execute(tx.conn));
    // Whoever only reads learns what was said, and not by whom.
    let reader = app.signed_in(Role::Viewer);
    let csv = reader.get(&format!("/surveys/{id}/results.csv")).await.expect(200).expect_no_text("@example.org");
    assert!(csv.body.starts_with("Audience,End users: How smooth was it?,"));
    reader.get(&format!("/surveys/{id}/results")).await.expect(200).expect_no_text("@example.org").expect_no_text("users 1");
    reader.get(&format!("/surveys/{id}")).await.expect(200).expect_no_text("@example.org").expect_text("known to those who run the release");
    let manager = app.signed_in(Role::ReleaseManager);
    manager.get(&format!("/surveys/{id}")).await.expect(200).expect_text("users1@example.org");
    let csv = manager.get(&format!("/surveys/{id}/results.csv")).await.expect(200);
    assert_eq!((csv.header("content-type"), csv.header("content-length")), ("text/csv; charset=utf-8", ""), "it is streamed");
    let lines: Vec<&str> = csv.body.trim_end().split("\r\n").collect();
    assert!(lines[0].starts_with("Name,Address,Audience,End users: How smooth was it?,") && lines[0].ends_with(",Suppliers: What else?"), "{}", lines[0]);
    let people: BTreeSet<&str> = lines.iter().skip(1).filter_map(|it| it.split(',').nth(1)).collect();
    assert_eq!((lines.len() - 1, people.len()), (2103, 2103));
    assert!(csv.has("\"'=HYPERLINK(\"\"https://evil.example\"\")\"") && csv.has("'@home"));
    let one = lines.iter().find(|it| it.contains("users2@")).expect("a row");
    assert_eq!(*one, "users 2,users2@example.org,End users,4,8,Yes,,,,,,,");
}

#[derive(QueryableByName, Debug, PartialEq)]
struct FollowUp {
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = Text)]
    origin: String,
    #[diesel(sql_type = Text)]
    description: String,
    #[diesel(sql_type = Timestamptz)]
    due_at: DateTime<Utc>,
}

fn follow_ups(app: &TestApp, survey: SurveyId) -> Vec<FollowUp> {
    app.act(|tx| low_scores::follow(tx, survey)).expect("followed");
    let query = "SELECT title, origin, description, due_at FROM follow_ups WHERE point = 'feedback' AND state = 'open' AND assignee_id IS NOT NULL AND origin LIKE $1 || '%' ORDER BY id";
    app.read(|conn| diesel::sql_query(query).bind::<Text, _>(format!("survey {survey} ")).load(conn))
}

#[tokio::test]
async fn a_low_score_opens_a_follow_up_action_once() {
    let app = TestApp::start().await;
    let release = release(&app);
    let id = given::answered_survey(&app, release, "After Monday")
        .asking(Audience::Users, 9, [answers(2, 2, 9, ""), answers(3, 3, 8, "")].concat())
        .asking(Audience::Network, 9, answers(2, 1, 0, ""))
        .made();
    let opened = follow_ups(&app, id);
    assert_eq!(opened.len(), 3, "two answers by name are enough to act on: {opened:?}");
    assert_eq!((opened[0].title.as_str(), opened[0].origin.as_str()), ("End users rate “How smooth was it?” 2.6 of 5", &*format!("survey {id} users smooth")));
    assert!(
        opened[0].description.contains("2.6 of 5 on average, CSAT 0 %, from 5 answers")
            && opened[0].description.contains(&format!("/surveys/{id}/results#users"))
    );
    assert!((noon() + chrono::Duration::days(14)..noon() + chrono::Duration::days(15)).contains(&opened[0].due_at), "{}", opened[0].due_at);
    assert_eq!(app.log().iter().filter(|it| *it == "follow_up_added").count(), 3);
    assert_eq!(follow_ups(&app, id).len(), 3, "once");
    assert_eq!(app.log().iter().filter(|it| *it == "follow_up_added").count(), 3);
    let reader = app.signed_in(Role::Viewer);
    reader.get(&format!("/surveys/{id}")).await.expect(200).expect_text("from the first answer on");
    reader.get(&format!("/surveys/{id}/results")).await.expect(200).expect_text("from the first answer on");
}

#[tokio::test]
async fn an_anonymous_low_score_takes_five_and_an_ended_release_takes_none() {
    let app = TestApp::start().await;
    let release = release(&app);
    let asked = |count| given::answered_survey(&app, release, "Secret").anonymous().asking(Audience::Users, 9, answers(count, 1, 0, "")).made();
    let (few, enough, late) = (asked(4), asked(5), asked(5));
    assert_eq!(follow_ups(&app, few).len(), 0);
    let titles: Vec<String> = follow_ups(&app, enough).into_iter().map(|it| it.title).collect();
    assert_eq!(titles, ["End users rate “How smooth was it?” 1.0 of 5", "End users answer “Would you recommend it?” with NPS −100"]);
    app.write(|tx| diesel::sql_query("UPDATE records SET state = 'closed', ended_at = now()").execute(tx.conn));
    assert_eq!(follow_ups(&app, late).len(), 0);
}

#[tokio::test]
async fn low_scores_keep_a_release_from_closing_until_somebody_has_seen_them() {
    let app = TestApp::start().await;
    let release = given::release(&app, "Payroll").with_changes(1).in_phase("review");
    let id = given::answered_survey(&app, release, "After Monday").open().asking(Audience::Users, 9, answers(4, 2, 9, "")).made();
    let close = given::sheet(&app, release).full.phase().expect("a phase").transition("close").expect("a way").clone();
    for requirement in close.requirements {
        if matches!(requirement, Requirement::FeedbackConsidered | Requirement::NothingOpen) {
            app.act(|tx| phases::waive(tx, release, requirement, "It may still be answered")).expect("waived");
        } else {
            given::fulfil(&app, release, requirement);
        }
    }
    let seen = given::sheet(&app, release).full.record.version;
    let refused = app.act(|tx| phases::take(tx, release, seen, "close", "")).expect_err("it has low scores").to_string();
    assert!(refused.contains("“After Monday” is still open, and has low scores"), "{refused}");
    let survey = |id| app.read(|conn| surveys::find(conn, id));
    let open = survey(id);
    assert_eq!(open.state, SurveyState::Open, "nothing of it is kept");
    app.act(|tx| closing::close(tx, id, open.version)).expect("closed by hand");
    given::fulfil(&app, release, Requirement::FollowUpsSettled);
    // Those who approved the closure did not see what was said.
    given::fulfil(&app, release, Requirement::Approved);
    let content = given::answered_survey(&app, release, "After Tuesday").open().asking(Audience::Users, 9, answers(4, 5, 10, "")).made();
    given::take(&app, release, "close", "");
    assert_eq!(survey(content).state, SurveyState::Closed);
    let log = app.log();
    let at = |kind: &str| log.iter().rposition(|it| it == kind).expect("recorded");
    assert!(at("follow_up_added") < at("survey_closed") && at("survey_closed") < at("record_ended"), "{log:?}");
}

#[tokio::test]
async fn what_is_given_up_closes_its_surveys_and_nobody_follows_up() {
    let app = TestApp::start().await;
    let release = release(&app);
    let id = given::answered_survey(&app, release, "After Monday").open().asking(Audience::Users, 9, answers(4, 1, 0, "")).made();
    given::take(&app, release, "abandon", "No money");
    assert_eq!(app.read(|conn| surveys::find(conn, id)).state, SurveyState::Closed);
    assert!(!app.log().iter().any(|it| it == "follow_up_added"));
}

#[tokio::test]
async fn the_count_of_the_invited_follows_the_list() {
    let app = TestApp::start().await;
    let release = release(&app);
    let id = given::answered_survey(&app, release, "List").asking(Audience::Users, 40, Vec::new()).asking(Audience::Network, 3, Vec::new()).made();
    app.write(|tx| {
        diesel::sql_query("DELETE FROM survey_invitations WHERE email IN ('users1@example.org', 'users2@example.org', 'network1@example.org')").execute(tx.conn)
    });
    let invited = |it: results::Summary| it.results.groups.iter().map(|it| it.invited).collect::<Vec<_>>();
    let counts = || app.read(|conn| results::summary(conn, release)).into_iter().map(invited).collect::<Vec<_>>();
    assert_eq!(counts(), [[38, 2]]);
    app.write(|tx| diesel::sql_query("DELETE FROM surveys WHERE id = $1").bind::<BigInt, _>(id.0).execute(tx.conn));
    assert_eq!(counts(), Vec::<Vec<i64>>::new());
}
