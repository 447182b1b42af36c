//! How people are asked: invitations and reminders through the outbox, to those who still want to hear.

use super::{answer, asked, place};
use crate::mails::sender;
use crate::support::given::{self, Link};
use crate::support::{MailServer, TestApp};
use chrono::Duration;
use diesel::prelude::*;
use slipway::app::surveys::inviting;
use slipway::domain::ids::SurveyId;
use slipway::domain::mails::MailState;
use slipway::domain::surveys::SurveyState;
use slipway::store::schema::{mailed_links, mails};
use slipway::worker::timetable::ask_by_mail;

/// What became of each mail, oldest first, with its address.
fn outbox(app: &TestApp) -> Vec<(String, MailState)> {
    app.read(|conn| mails::table.filter(mails::invitation_id.is_not_null()).order(mails::id).select((mails::recipient, mails::state)).load(conn))
}

fn ask(app: &TestApp) {
    ask_by_mail(&app.db).expect("asked");
}

/// The link and the code in the newest mail to this address.
fn mailed(server: &MailServer, to: &str) -> Link {
    let received = server.received();
    let mail = received.iter().rev().find(|it| it.to == to).expect("a mail");
    let text = mail.parsed().body_text(0).expect("a text").into_owned();
    let path = text.split_whitespace().find(|it| it.contains("/s/") && !it.contains("refusal")).expect("a link");
    let code = text.split("this code:").nth(1).and_then(|it| it.split_whitespace().next()).expect("a code").to_owned();
    Link { path: path[path.find("/s/").expect("a path")..].to_owned(), code }
}

fn salts(app: &TestApp, survey: SurveyId) -> i64 {
    use slipway::store::schema::survey_invitations;
    let theirs = survey_invitations::table.filter(survey_invitations::survey_id.eq(survey)).select(survey_invitations::id.nullable());
    let kept = mailed_links::table.filter(mailed_links::salt.is_not_null()).filter(mailed_links::invitation_id.eq_any(theirs));
    app.read(|conn| kept.count().get_result(conn))
}

#[tokio::test]
async fn an_invitation_says_what_it_is_about_and_its_link_is_answered() {
    let (app, server) = (TestApp::start().await, MailServer::start());
    let (_, survey) = place(&app, false);
    given::invited(&app, survey, "Ada", None);
    ask(&app);
    ask(&app);
    assert_eq!(outbox(&app).len(), 1, "nobody is invited twice");
    sender(&app, &server).empty().await;
    let received = server.received();
    let mail = received[0].parsed();
    assert_eq!(mail.subject(), Some("What do you think of Payroll v1.1?"));
    for body in [mail.body_text(0).expect("text"), mail.body_html(0).expect("HTML")] {
        for words in ["Payroll, better", "about a minute", "22 Mar 2026", "stored with your name", "for you alone", "no more mails about surveys", "/refusal"] {
            assert!(body.contains(words), "no {words:?} in {body}");
        }
        assert!(!body.contains("/notices/preferences") && !body.contains("{{"), "nothing leads to where they cannot sign in: {body}");
    }
    assert_eq!(received[0].header("List-Unsubscribe-Post"), "List-Unsubscribe=One-Click");
    let link = mailed(&server, "ada@example.org");
    assert!(received[0].header("List-Unsubscribe").contains(&format!("{}/refusal>", link.path)));
    answer(&app.browser(), &link, "5", "Good").await;
    let stored: Vec<String> = app.read(|conn| mails::table.select(mails::body_text).load(conn));
    assert!(stored.iter().all(|it| !it.contains(link.token()) && !it.contains(&link.code)));
}

#[tokio::test]
async fn only_those_who_have_not_answered_are_reminded_and_at_most_twice() {
    let (app, server) = (TestApp::start().await, MailServer::start());
    let (_, survey) = place(&app, true);
    given::invited(&app, survey, "Ada", None);
    given::invited(&app, survey, "Ben", None);
    ask(&app);
    app.clock.advance(Duration::days(11));
    ask(&app);
    assert_eq!(outbox(&app).len(), 2, "nobody is reminded of a mail that has not left");
    sender(&app, &server).empty().await;
    assert_eq!(salts(&app, survey), 0, "of an anonymous survey nothing ties a link that was mailed to its person");
    answer(&app.browser(), &mailed(&server, "ada@example.org"), "5", "").await;
    for (day, count) in [(11, 3), (13, 3), (18, 4), (19, 4), (21, 4)] {
        app.clock.set(crate::support::noon() + Duration::days(day));
        ask(&app);
        assert_eq!(outbox(&app).len(), count, "on day {day}");
        sender(&app, &server).empty().await;
    }
    let received = server.received();
    assert_eq!(received.len(), 4);
    assert!(received[2..].iter().all(|it| it.to == "ben@example.org" && it.parsed().subject().is_some_and(|it| it.starts_with("Reminder: "))));
    assert_eq!(salts(&app, survey), 0);
}

#[tokio::test]
async fn a_mail_that_nobody_needs_any_more_does_not_leave() {
    let (app, server) = (TestApp::start().await, MailServer::start());
    let (_, survey) = place(&app, false);
    let (_, link) = asked(&app, survey, "Ada");
    let (ben, gone) = asked(&app, survey, "Ben");
    asked(&app, survey, "Cora");
    ask(&app);
    answer(&app.browser(), &link, "5", "").await;
    app.write(|tx| diesel::delete(slipway::store::schema::survey_invitations::table.find(ben)).execute(tx.conn));
    app.browser().get(&gone.path).await.expect(404);
    sender(&app, &server).empty().await;
    assert_eq!(server.by_recipient().into_keys().collect::<Vec<_>>(), ["cora@example.org"]);
    let (_, dan) = asked(&app, survey, "Dan");
    ask(&app);
    given::set_survey(&app, survey, SurveyState::Closed);
    sender(&app, &server).empty().await;
    assert_eq!(server.received().len(), 1);
    app.browser().get(&dan.path).await.expect(410);
}

#[tokio::test]
async fn who_refuses_surveys_is_left_out_until_they_take_it_back() {
    let app = TestApp::start().await;
    let (_, survey) = place(&app, false);
    let (_, ada) = asked(&app, survey, "Ada");
    let (_, ben) = asked(&app, survey, "Ben");
    ask(&app);
    let refusal = |link: &Link| format!("{}/refusal", link.path);
    let browser = app.browser();
    // In one click from the mail program, which knows no code; and from the page, which asks for it.
    browser.post(&refusal(&ada), &[("List-Unsubscribe", "One-Click")]).await.expect(200);
    let form = browser.get(&refusal(&ben)).await.expect(200).form(&refusal(&ben));
    browser.submit(&form.clone().with("code", ben.wrong_code())).await.expect(422);
    browser.submit(&form.with("code", &ben.code)).await.expect_see(&refusal(&ben));
    assert!(outbox(&app).iter().all(|(_, state)| *state == MailState::Cancelled), "{:?}", outbox(&app));
    let (_, other) = place(&app, false);
    given::invited(&app, other, "Ada", None);
    given::invited(&app, other, "Ben", None);
    ask(&app);
    assert_eq!(outbox(&app).len(), 2);
    answer(&browser, &ben, "4", "").await;
    let undo = browser.get(&refusal(&ben)).await.expect(200).expect_text("You get no more mails about surveys").form(&format!("{}/undo", refusal(&ben)));
    browser.submit(&undo.with("code", &ben.code)).await.expect_see(&refusal(&ben));
    ask(&app);
    assert_eq!(outbox(&app).iter().map(|(to, state)| (to.as_str(), *state)).next_back(), Some(("ben@example.org", MailState::Queued)));
}

#[tokio::test]
async fn several_instances_invite_everybody_once() {
    let app = TestApp::start().await;
    let (_, survey) = place(&app, false);
    for it in 0..40 {
        given::invited(&app, survey, &format!("P{it}"), None);
    }
    std::thread::scope(|scope| {
        for _ in 0..3 {
            let db = app.another_db();
            scope.spawn(move || while db.write_now(slipway::domain::people::Actor::slipway(), |tx| inviting::invite(tx, 7)).expect("invited") > 0 {});
        }
    });
    let mut to: Vec<String> = outbox(&app).into_iter().map(|it| it.0).collect();
    to.sort();
    to.dedup();
    assert_eq!((to.len(), outbox(&app).len()), (40, 40));
}
