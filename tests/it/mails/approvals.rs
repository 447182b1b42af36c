//! Mails that ask for decisions: only what is still asked, to the address of today, with secrets that no row holds.

use super::{about, mail_to, news, queue, sender, state, tell};
use crate::support::given::{self, Somebody};
use crate::support::{MailServer, Reply, TestApp};
use chrono::Duration;
use slipway::app::mails::Marks;
use slipway::domain::ids::{ApprovalId, RecordId};
use slipway::domain::mails::MailState;
use slipway::domain::notices::Rule;
use slipway::domain::people::Role;
use slipway::worker::sending::Sender;

/// A release whose plan Ada and Ben are asked about, by mail.
pub fn asked(app: &TestApp) -> (RecordId, [(Somebody, ApprovalId); 2]) {
    let [ada, ben] = given::approvers(app, ["Ada", "Ben"]);
    let id = given::release(app, "Payroll").with_changes(1).in_phase("plan");
    given::ask(app, id);
    let of = |who: &Somebody| given::pending(app, id).into_iter().find(|(_, it, _)| *it == who.id).expect("they are asked").0;
    let both = [(ada.clone(), of(&ada)), (ben.clone(), of(&ben))];
    for (who, approval) in &both {
        tell(app, &[about(Rule::ApprovalAsked, who, id, *approval)]);
    }
    (id, both)
}

#[tokio::test]
async fn the_mail_holds_a_link_and_a_code_that_the_database_does_not() {
    let (app, server) = (TestApp::start().await, MailServer::start());
    let (_, [(ada, _), _]) = asked(&app);
    sender(&app, &server).empty().await;
    let received = server.received().into_iter().find(|it| it.to == ada.email).expect("it came");
    let parsed = received.parsed();
    let (text, html) = (parsed.body_text(0).expect("text"), parsed.body_html(0).expect("HTML"));
    let link = text.lines().find(|it| it.contains("/a/")).expect("a link").trim().to_owned();
    let code: String = text.split("code:").nth(1).expect("a code").trim().chars().take(6).collect();
    assert!(link.starts_with("http://") && code.chars().all(|it| it.is_ascii_digit()), "{text}");
    assert!(html.contains(&link) && html.contains(&code));
    let kept = mail_to(&app, &ada);
    let token = link.split("/a/").nth(1).expect("a token");
    for words in [&kept.subject, &kept.body_text, &kept.body_html, &kept.answer] {
        assert!(!words.contains(token) && !words.contains(&code));
    }
    assert!(received.header("List-Unsubscribe").is_empty(), "what is asked cannot be muted");
}

#[tokio::test]
async fn whoever_is_late_decides_from_the_mail_that_says_so() {
    let (app, server) = (TestApp::start().await, MailServer::start());
    let (id, [(ada, _), _]) = asked(&app);
    // Long after the link of the first mail has expired.
    app.clock.advance(Duration::days(20));
    while app.act(|tx| slipway::app::deadlines::sweep(tx, 50)).expect("swept") > 0 {}
    sender(&app, &server).empty().await;
    let late = "late: your decision is awaited on Plan";
    let received = server.received().into_iter().find(|it| it.to == ada.email && it.header("Subject").contains(late)).expect("it came");
    let text = received.parsed().body_text(0).expect("text").into_owned();
    assert!(text.contains("Your decision is late.") && text.contains("Your answer was due: 5 Mar 2026 17:00 (UTC)"), "{text}");
    let path = format!("/a/{}", text.split("/a/").nth(1).expect("a link").lines().next().expect("a line").trim());
    let code: String = text.split("code:").nth(1).expect("a code").trim().chars().take(6).collect();
    let browser = app.browser();
    let form = browser.get(&path).await.expect(200).form(&format!("{path}/decision"));
    browser.submit(&form.with("decision", "approve").with("code", code)).await.expect_see(&path);
    assert!(given::pending(&app, id).iter().all(|(_, who, _)| *who != ada.id), "decided");
}

#[tokio::test]
async fn a_text_that_looks_like_a_mark_gets_no_secret() {
    let (app, server) = (TestApp::start().await, MailServer::start());
    let [ada] = given::approvers(&app, ["Ada"]);
    let id = given::release(&app, "Payroll").titled("Title {{link}} {{code}}").with_changes(1).in_phase("plan");
    app.write(|tx| {
        use diesel::prelude::*;
        use slipway::store::schema::records::dsl;
        diesel::update(dsl::records.find(id)).set(dsl::scope.eq("https://evil.example.org/{{link}}/{{code}}/{{mute}}/{{link:}}")).execute(tx.conn)
    });
    given::ask(&app, id);
    let approval = given::pending(&app, id).into_iter().find(|(_, who, _)| *who == ada.id).expect("asked").0;
    tell(&app, &[about(Rule::ApprovalAsked, &ada, id, approval)]);
    sender(&app, &server).empty().await;
    let received = server.received().remove(0);
    let parsed = received.parsed();
    let (text, html) = (parsed.body_text(0).expect("text"), parsed.body_html(0).expect("HTML"));
    assert!(text.contains("https://evil.example.org/{{link}}/{{code}}/{{mute}}/{{link:}}"), "{text}");
    let token: String = text.split("/a/").nth(1).expect("a link").split_whitespace().take(1).collect();
    let code: String = text.split("this code:").nth(1).expect("a code").trim().chars().take(6).collect();
    for words in [&text, &html] {
        assert_eq!((words.matches(&token).count(), words.matches(&code).count()), (1, 1), "{words}");
    }
    let kept = mail_to(&app, &ada);
    for mark in [Marks::of(&kept).link, Marks::of(&kept).code] {
        assert_eq!((kept.body_text.matches(&mark).count(), kept.body_html.matches(&mark).count()), (1, 1));
    }
}

#[tokio::test]
async fn what_is_settled_when_it_could_leave_asks_nobody() {
    let (app, server) = (TestApp::start().await, MailServer::start());
    let (id, [(ada, of_ada), (ben, of_ben)]) = asked(&app);
    given::approve(&app, id, ada.id);
    given::deny(&app, id, ben.id);
    tell(&app, &[about(Rule::ApprovalNotNeeded, &ada, id, of_ada), about(Rule::ApprovalReminded, &ben, id, of_ben)]);
    sender(&app, &server).empty().await;
    assert!(server.received().is_empty(), "{:?}", server.received());
    assert_eq!(mail_to(&app, &ada).answer, "The mail that asked never left, so there is nothing to take back.");
    assert_eq!(mail_to(&app, &ben).answer, "It was decided before the mail left.");
}

#[tokio::test]
async fn who_was_asked_by_mail_hears_that_no_answer_is_needed() {
    let (app, server) = (TestApp::start().await, MailServer::start());
    let (id, [(ada, of_ada), _]) = asked(&app);
    sender(&app, &server).empty().await;
    app.act(|tx| slipway::app::approvals::withdraw(tx, id, "Not yet")).expect("withdrawn");
    tell(&app, &[about(Rule::ApprovalNotNeeded, &ada, id, of_ada)]);
    sender(&app, &server).empty().await;
    assert_eq!((state(&app, &ada), server.by_recipient()[&ada.email]), (MailState::Sent, 2));
}

#[tokio::test]
async fn a_question_that_may_have_arrived_is_taken_back() {
    let app = TestApp::start().await;
    let server = MailServer::with(|_, before| if before == 0 { Reply::BreakOff } else { Reply::Take });
    let (id, [(ada, of_ada), _]) = asked(&app);
    sender(&app, &server).empty().await;
    assert_eq!(state(&app, &ada), MailState::Queued);
    app.act(|tx| slipway::app::approvals::withdraw(tx, id, "Not yet")).expect("withdrawn");
    tell(&app, &[about(Rule::ApprovalNotNeeded, &ada, id, of_ada)]);
    sender(&app, &server).empty().await;
    assert_eq!(state(&app, &ada), MailState::Sent, "{}", mail_to(&app, &ada).answer);
}

#[tokio::test]
async fn a_mail_that_cannot_be_written_fails_alone() {
    let (app, server) = (TestApp::start().await, MailServer::start());
    let (_, [(ada, _), _]) = asked(&app);
    app.write(|tx| {
        use diesel::prelude::*;
        use slipway::store::schema::approval_contents::dsl;
        diesel::update(dsl::approval_contents).set(dsl::content.eq(serde_json::json!({ "Scope": 7 }))).execute(tx.conn)
    });
    let ben = queue(&app, &["Ben Other"]).remove(0);
    sender(&app, &server).empty().await;
    let mail = mail_to(&app, &ada);
    assert_eq!((mail.state, state(&app, &ben)), (MailState::Failed, MailState::Sent));
    assert!(mail.answer.starts_with("It could not be written: "), "{}", mail.answer);
}

#[tokio::test]
async fn a_closed_account_gets_nothing_and_a_new_address_counts() {
    let (app, server) = (TestApp::start().await, MailServer::start());
    let people = queue(&app, &["Ada", "Ben"]);
    app.act(|tx| slipway::app::users::disable(tx, people[0].id)).expect("closed");
    app.write(|tx| {
        use diesel::prelude::*;
        use slipway::store::schema::users::dsl;
        diesel::update(dsl::users.find(people[1].id)).set(dsl::email.eq("benjamin@example.org")).execute(tx.conn)
    });
    sender(&app, &server).empty().await;
    assert_eq!(state(&app, &people[0]), MailState::Cancelled);
    assert_eq!(server.by_recipient().into_keys().collect::<Vec<_>>(), ["benjamin@example.org"]);
    assert_eq!(mail_to(&app, &people[1]).recipient, "benjamin@example.org");
}

#[tokio::test]
async fn without_a_mail_server_mails_are_written_and_wait() {
    let app = TestApp::start().await;
    let (_, [(ada, _), _]) = asked(&app);
    Sender::new(&app.db, &app.config).expect("good settings").empty().await;
    let mail = mail_to(&app, &ada);
    assert_eq!((mail.state, mail.tries), (MailState::Queued, 0));
    let marks = Marks::of(&mail);
    assert!(mail.body_text.contains(&marks.link) && mail.body_text.contains(&marks.code));
    let browser = app.signed_in(Role::Administrator);
    let page = browser.get(&format!("/mails/{}", mail.id)).await.expect(200).expect_no_text("{{").expect_no_text("••••••");
    page.expect_text("/a/");
}

#[tokio::test]
async fn news_of_last_week_is_no_news() {
    let (app, server) = (TestApp::start().await, MailServer::start());
    let who = queue(&app, &["Ada"]).remove(0);
    app.clock.advance(Duration::days(8));
    tell(&app, &[news(&who, "two")]);
    sender(&app, &server).empty().await;
    assert_eq!(server.received().len(), 1);
    assert!(server.received()[0].text.contains("(two)"));
}
