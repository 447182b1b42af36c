//! Sending, against a mail server that misbehaves in every way it can.

use super::{config, mail_to, news, queue, sender, state, tell};
use crate::support::given;
use crate::support::{MailServer, Reply, TestApp};
use chrono::Duration;
use slipway::domain::mails::{MOST_TRIES, MailState};
use slipway::domain::people::Role;
use slipway::store::mails::pause;
use slipway::worker::sending::Sender;
use std::collections::{BTreeMap, BTreeSet};
use tokio::sync::watch;

#[tokio::test]
async fn every_mail_arrives_once_and_says_what_the_server_answered() {
    let (app, server) = (TestApp::start().await, MailServer::start());
    let people = queue(&app, &["Ada", "Ben", "Cleo"]);
    sender(&app, &server).empty().await;
    assert_eq!(server.received().len(), 3);
    for who in &people {
        let mail = mail_to(&app, who);
        assert_eq!((mail.state, mail.tries, mail.answer.as_str()), (MailState::Sent, 1, "250 2.0.0 Taken"));
        assert!(mail.lease.is_none() && mail.sent_at.is_some());
    }
    sender(&app, &server).empty().await;
    assert_eq!(server.received().len(), 3, "nothing is sent again");
}

#[tokio::test]
async fn passing_faults_are_tried_again_later_under_the_same_name() {
    let app = TestApp::start().await;
    let server = MailServer::with(|to, before| match (to, before) {
        ("ada@example.org", 0) => Reply::AtRecipient("450 4.2.1 Mailbox busy"),
        ("ben@example.org", 0) => Reply::AtData("451 4.3.0 Out of space"),
        ("cleo@example.org", 0) => Reply::AtData("421 4.3.2 Shutting down"),
        ("dora@example.org", 0) => Reply::BreakOff,
        _ => Reply::Take,
    });
    let people = queue(&app, &["Ada", "Ben", "Cleo", "Dora", "Emil"]);
    sender(&app, &server).empty().await;
    assert_eq!(state(&app, &people[4]), MailState::Sent, "the others are not held up");
    for (who, words) in people.iter().zip(["450 4.2.1 Mailbox busy", "451 4.3.0 Out of space", "421 4.3.2 Shutting down"]) {
        let mail = mail_to(&app, who);
        assert_eq!((mail.state, mail.tries), (MailState::Queued, 1));
        assert_eq!(mail.answer, words);
        assert!(mail.next_try_at >= app.clock.now() + Duration::seconds(45) && mail.next_try_at <= app.clock.now() + Duration::seconds(75));
    }
    sender(&app, &server).empty().await;
    assert_eq!(server.received().len(), 2, "not yet");
    app.clock.advance(Duration::minutes(2));
    sender(&app, &server).empty().await;
    assert!(people.iter().all(|who| state(&app, who) == MailState::Sent));
    assert_eq!(server.by_recipient()["dora@example.org"], 2, "the server took it and never said so");
    let names: BTreeSet<String> = server.received().iter().map(|it| it.message_id()).collect();
    assert_eq!(names.len(), 5, "the repeat has the name of the first");
}

#[tokio::test]
async fn a_recipient_refused_for_good_fails_with_the_servers_words() {
    let app = TestApp::start().await;
    let server = MailServer::with(|to, _| match to {
        "ada@example.org" => Reply::AtRecipient("550 5.1.1 No such user here"),
        "ben@example.org" => Reply::AtData("554 5.7.1 Looks like spam"),
        _ => Reply::Take,
    });
    let people = queue(&app, &["Ada", "Ben", "Cleo"]);
    sender(&app, &server).empty().await;
    let answers: Vec<(MailState, String)> = people.iter().map(|who| mail_to(&app, who)).map(|it| (it.state, it.answer)).collect();
    let failed = |words: &str| (MailState::Failed, words.to_owned());
    assert_eq!(answers, [failed("550 5.1.1 No such user here"), failed("554 5.7.1 Looks like spam"), (MailState::Sent, "250 2.0.0 Taken".into())]);
}

#[tokio::test]
async fn a_server_that_refuses_everybody_fails_no_mail() {
    let (app, server) = (TestApp::start().await, MailServer::start());
    server.greet(Some("554 5.3.2 Not in service"));
    let people = queue(&app, &["Ada"]);
    sender(&app, &server).empty().await;
    for _ in 0..2 * MOST_TRIES {
        app.clock.advance(Duration::minutes(1));
        sender(&app, &server).empty().await;
    }
    let mail = mail_to(&app, &people[0]);
    assert_eq!((mail.state, mail.tries), (MailState::Queued, 0), "it says nothing about the mail");
    assert!(mail.answer.contains("Not in service"), "{}", mail.answer);
    server.greet(None);
    app.clock.advance(Duration::minutes(1));
    sender(&app, &server).empty().await;
    assert_eq!(state(&app, &people[0]), MailState::Sent);
}

#[tokio::test]
async fn after_the_last_try_a_mail_has_failed() {
    let app = TestApp::start().await;
    let server = MailServer::with(|_, _| Reply::AtRecipient("450 4.2.1 Mailbox busy"));
    let people = queue(&app, &["Ada"]);
    for _ in 0..=MOST_TRIES {
        sender(&app, &server).empty().await;
        app.clock.advance(mail_to(&app, &people[0]).next_try_at - app.clock.now());
    }
    let mail = mail_to(&app, &people[0]);
    assert_eq!((mail.state, mail.tries), (MailState::Failed, MOST_TRIES));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_hangs_at_some_mails_does_not_hold_up_the_others() {
    let app = TestApp::start().await;
    let server = MailServer::with(|to, _| if to.starts_with("slow") { Reply::Stall } else { Reply::Take });
    let slow: Vec<String> = (0..5).map(|it| format!("Slow {it}")).collect();
    let quick: Vec<String> = (0..60).map(|it| format!("Quick {it}")).collect();
    queue(&app, &slow.iter().chain(&quick).map(String::as_str).collect::<Vec<_>>());
    let (order, stop) = watch::channel(false);
    let sending = tokio::spawn(sender(&app, &server).run(stop));
    server.wait_for(65);
    let sent = app.read(|conn| slipway::store::mails::list::figures(conn, 1000)).count(MailState::Sent);
    assert!(sent >= 10, "results are noted while others hang: {sent}");
    server.let_go();
    order.send_replace(true);
    sending.await.expect("it stops");
    assert_eq!(app.read(|conn| slipway::store::mails::list::figures(conn, 1000)).count(MailState::Sent), 65, "what was on its way came to its end");
    assert!(server.by_recipient().values().all(|it| *it == 1));
}

#[tokio::test]
async fn refused_credentials_pause_everything_and_count_no_try() {
    let (app, server) = (TestApp::start().await, MailServer::start());
    server.answer_credentials(Some("535 5.7.8 Authentication credentials invalid"));
    let names: Vec<String> = (0..40).map(|it| format!("Reader {it}")).collect();
    let people = queue(&app, &names.iter().map(String::as_str).collect::<Vec<_>>());
    let sender = Sender::new(&app.db, &config(&app, &server.url_with_credentials())).expect("good settings");
    sender.empty().await;
    let tried = server.sign_ins();
    assert!(tried <= 8, "one try per connection, not one per mail: {tried}");
    for who in &people {
        let mail = mail_to(&app, who);
        assert_eq!((mail.state, mail.tries, mail.lease), (MailState::Queued, 0, None));
    }
    let reason = app.read(pause::find).expect("a pause").reason;
    assert_eq!(reason, "535 5.7.8 Authentication credentials invalid");
    app.signed_in(Role::Administrator).get("/releases").await.expect(200).expect_text("535 5.7.8 Authentication credentials invalid");
    app.signed_in(Role::ReleaseManager).get("/releases").await.expect(200).expect_no_text("535 5.7.8");

    app.clock.advance(Duration::minutes(14));
    sender.empty().await;
    assert_eq!(server.sign_ins(), tried, "nothing is tried before a quarter of an hour is over");
    app.clock.advance(Duration::minutes(2));
    sender.empty().await;
    assert_eq!(server.sign_ins(), tried + 1, "then a single one");
    assert!(app.read(pause::find).is_some());
    server.answer_credentials(None);
    app.clock.advance(Duration::minutes(16));
    sender.empty().await;
    assert!(app.read(pause::find).is_none(), "the server takes them again");
    sender.empty().await;
    assert!(people.iter().all(|who| state(&app, who) == MailState::Sent));
    assert!(app.log().contains(&"mailing_resumed".to_owned()));
}

#[tokio::test]
async fn an_administrator_resumes_after_a_pause() {
    let (app, server) = (TestApp::start().await, MailServer::start());
    server.answer_credentials(Some("535 5.7.8 Wrong"));
    let people = queue(&app, &["Ada"]);
    let sender = Sender::new(&app.db, &config(&app, &server.url_with_credentials())).expect("good settings");
    sender.empty().await;
    server.answer_credentials(None);
    let browser = app.signed_in(Role::Administrator);
    let page = browser.get("/").await.expect(200);
    browser.submit(&page.form("/mails/resumption")).await.expect_see("/mails");
    sender.empty().await;
    assert_eq!(state(&app, &people[0]), MailState::Sent);
    browser.get("/").await.expect(200).expect_no_text("535 5.7.8");
}

#[tokio::test(flavor = "multi_thread")]
async fn several_instances_on_one_queue_send_each_mail_once() {
    for instances in [2, 3] {
        let (app, server) = (TestApp::start().await, MailServer::start());
        let who = given::user(&app, "Ada", &[Role::Viewer]);
        tell(&app, &(0..300).map(|it| news(&who, &it.to_string())).collect::<Vec<_>>());
        let config = config(&app, &server.url());
        let senders: Vec<Sender> = (0..instances).map(|_| Sender::new(&app.another_db(), &config).expect("good settings")).collect();
        let all: Vec<_> = senders.into_iter().map(|it| tokio::spawn(async move { it.empty().await })).collect();
        for it in all {
            it.await.expect("it ends");
        }
        let mut by_name: BTreeMap<String, usize> = BTreeMap::new();
        for it in server.received() {
            *by_name.entry(it.message_id()).or_default() += 1;
        }
        assert_eq!((by_name.len(), by_name.values().max()), (300, Some(&1)), "{instances} instances");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_result_that_comes_after_its_lease_was_lost_changes_nothing() {
    let app = TestApp::start().await;
    let first = MailServer::with(|_, _| Reply::Stall);
    let second = MailServer::with(|_, _| Reply::AtRecipient("550 5.1.1 No such user here"));
    let people = queue(&app, &["Ada"]);
    let sending = tokio::spawn({
        let sender = sender(&app, &first);
        async move { sender.empty().await }
    });
    first.wait_for_stalled(1);
    app.clock.advance(Duration::minutes(6));
    sender(&app, &second).empty().await;
    assert_eq!(state(&app, &people[0]), MailState::Failed);
    first.let_go();
    sending.await.expect("it ends");
    let mail = mail_to(&app, &people[0]);
    assert_eq!((mail.state, mail.answer.as_str()), (MailState::Failed, "550 5.1.1 No such user here"));
}

#[tokio::test]
async fn retries_go_to_the_end_of_the_queue() {
    let app = TestApp::start().await;
    let server = MailServer::with(|to, before| if to.starts_with("old") && before == 0 { Reply::AtRecipient("450 4.2.1 Later") } else { Reply::Take });
    let old = queue(&app, &["Old"]);
    sender(&app, &server).empty().await;
    app.clock.advance(Duration::seconds(30));
    queue(&app, &["New"]);
    app.clock.advance(Duration::minutes(5));
    let due = app.write(|tx| slipway::store::mails::sending::lock_due(tx, 1));
    assert_eq!(due[0].recipient, "new@example.org", "it was due before the retry of the old one");
    assert_eq!(state(&app, &old[0]), MailState::Queued);
}
