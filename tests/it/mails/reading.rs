//! What administrators see of mails, and what they do about them.

use super::approvals::asked;
use super::{config, mail_to, queue, sender, state};
use crate::support::given;
use crate::support::{MailServer, Reply, TestApp};
use chrono::Duration;
use slipway::domain::mails::MailState;
use slipway::domain::people::Role;
use slipway::store::mails::sending;

#[tokio::test]
async fn the_outbox_is_listed_by_state_searched_and_paged() {
    let app = TestApp::start().await;
    let server = MailServer::with(|to, _| if to.starts_with("gone") { Reply::AtRecipient("550 5.1.1 No such user") } else { Reply::Take });
    queue(&app, &["Gone", "Ada"]);
    sender(&app, &server).empty().await;
    let names: Vec<String> = (0..60).map(|it| format!("Reader {it}")).collect();
    queue(&app, &names.iter().map(String::as_str).collect::<Vec<_>>());
    let browser = app.signed_in(Role::Administrator);
    let page = browser.get("/mails").await.expect(200).expect_text("reader.59@example.org").expect_no_text("reader.5@example.org");
    let more = page
        .body
        .split("class=\"more\"><a class=\"btn\" href=\"")
        .nth(1)
        .and_then(|it| it.split('"').next())
        .expect("more")
        .replace("&#38;", "&")
        .replace("&amp;", "&");
    browser.get(&more).await.expect(200).expect_text("reader.5@example.org").expect_no_text("reader.59@example.org");
    browser.get("/mails?state=failed").await.expect(200).expect_text("550 5.1.1 No such user").expect_no_text("ada@example.org");
    browser.get("/mails?state=sent").await.expect(200).expect_text("ada@example.org");
    browser.get("/mails?q=reader.7%40").await.expect(200).expect_text("reader.7@example.org").expect_no_text("reader.8@");
    browser.get("/mails?state=sent&q=moved+on").await.expect(200).expect_text("ada@example.org");
    browser.get("/mails?q=REL-00042").await.expect(200).expect_text("No queued mail matches");
    app.signed_in(Role::ReleaseManager).get("/mails").await.expect(404);
}

#[tokio::test]
async fn a_failed_mail_is_sent_again_under_the_same_name() {
    let app = TestApp::start().await;
    let server = MailServer::with(|_, before| if before == 0 { Reply::AtData("550 5.7.1 Full") } else { Reply::Take });
    let who = queue(&app, &["Ada"]).remove(0);
    sender(&app, &server).empty().await;
    let mail = mail_to(&app, &who);
    assert_eq!(mail.state, MailState::Failed);
    let browser = app.signed_in(Role::Administrator);
    let page = browser.get(&format!("/mails/{}", mail.id)).await.expect(200).expect_text("550 5.7.1 Full");
    browser.submit(&page.form(&format!("/mails/{}/tries", mail.id))).await.expect_see(&format!("/mails/{}", mail.id));
    sender(&app, &server).empty().await;
    assert_eq!(state(&app, &who), MailState::Sent);
    assert!(server.received()[0].message_id().starts_with(&mail.message_id));
    assert!(app.log().contains(&"mail_resent".to_owned()));
}

#[tokio::test]
async fn a_question_that_is_sent_again_has_a_new_link() {
    let (app, server) = (TestApp::start().await, MailServer::start());
    let (_, [(ada, _), _]) = asked(&app);
    sender(&app, &server).empty().await;
    app.clock.advance(Duration::days(60));
    let mail = mail_to(&app, &ada).id;
    app.signed_in(Role::Administrator).post(&format!("/mails/{mail}/tries"), &[]).await.expect(303);
    sender(&app, &server).empty().await;
    let links: Vec<String> = server
        .received()
        .iter()
        .filter(|it| it.to == ada.email)
        .map(|it| it.text.split("/a/").nth(1).and_then(|it| it.split_whitespace().next()).expect("a link").to_owned())
        .collect();
    assert_eq!(links.len(), 2);
    assert_ne!(links[0], links[1]);
    app.browser().get(&format!("/a/{}", links[0])).await.expect(410).expect_text("ask an administrator to have the mail sent again");
    app.browser().get(&format!("/a/{}", links[1])).await.expect(200);
}

#[tokio::test]
async fn a_queued_mail_is_cancelled_but_not_one_that_is_leaving() {
    let (app, server) = (TestApp::start().await, MailServer::start());
    let people = queue(&app, &["Ada", "Ben"]);
    let browser = app.signed_in(Role::Administrator);
    let path = |who| format!("/mails/{}", mail_to(&app, who).id);
    let page = browser.get(&path(&people[0])).await.expect(200);
    browser.submit(&page.form(&format!("{}/cancellation", path(&people[0])))).await.expect(303);
    let ben = mail_to(&app, &people[1]).id;
    app.write(|tx| sending::lease(tx, &[ben], sending::Lease { number: 7, until: tx.now + Duration::minutes(5) }));
    browser.post(&format!("{}/cancellation", path(&people[1])), &[]).await.expect(409).expect_text("just being sent");
    app.clock.advance(Duration::minutes(6));
    sender(&app, &server).empty().await;
    assert_eq!((state(&app, &people[0]), state(&app, &people[1])), (MailState::Cancelled, MailState::Sent));
    assert!(app.log().contains(&"mail_cancelled".to_owned()));
}

#[tokio::test]
async fn secrets_are_dots_as_soon_as_mail_is_sent() {
    let server = MailServer::start();
    let app = TestApp::start_with(&["--smtp-url", &server.url(), "--mail-from", "slipway@example.org"]).await;
    let (id, [(ada, _), (ben, _)]) = asked(&app);
    sender(&app, &server).empty().await;
    let text = server.received()[0].text.clone();
    let browser = app.signed_in(Role::Administrator);
    let mail = mail_to(&app, &ada).id;
    browser.get(&format!("/mails/{mail}")).await.expect(200).expect_text("••••••").expect_no_text("/a/");
    let html = browser.get(&format!("/mails/{mail}/html")).await.expect(200).expect_no_text("/a/").expect_no_text("{{");
    let policy = html.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'") && policy.contains("sandbox") && !policy.contains("script-src"), "{policy}");
    assert!(text.contains("/a/"), "the mail itself has it");
    let page = app.browser_of(&given::user(&app, "Mara", &[Role::ReleaseManager])).get(&format!("/releases/{id}")).await.expect(200);
    page.expect_text("mailed <time");
    assert_eq!(state(&app, &ben), MailState::Sent);
}

#[tokio::test]
async fn beside_each_approver_stands_whether_the_mail_left() {
    let app = TestApp::start().await;
    let server =
        MailServer::with(|to, _| if to.starts_with("ada") { Reply::AtRecipient("550 5.1.1 No such user") } else { Reply::AtRecipient("450 4.2.1 Busy") });
    let (id, _) = asked(&app);
    let browser = app.signed_in(Role::ReleaseManager);
    browser.get(&format!("/releases/{id}")).await.expect(200).expect_text("mail waits to be sent");
    sender(&app, &server).empty().await;
    browser
        .get(&format!("/releases/{id}"))
        .await
        .expect(200)
        .expect_text("mail failed:</strong> 550 5.1.1 No such user")
        .expect_text("mail not sent yet, 1 try: 450 4.2.1 Busy");
}

#[tokio::test]
async fn an_administrator_sends_themselves_a_test() {
    let (app, server) = (TestApp::start().await, MailServer::start());
    let browser = app.signed_in(Role::Administrator);
    let page = browser.get("/mails").await.expect(200).expect_text("No mail server is set");
    browser.submit(&page.form("/mails/tests")).await.expect(303);
    slipway::worker::sending::Sender::new(&app.db, &config(&app, &server.url())).expect("good settings").empty().await;
    assert_eq!(server.received()[0].to, "administrator@example.org");
}

#[tokio::test]
async fn the_figures_are_there_for_a_monitor() {
    let app = TestApp::start().await;
    let server = MailServer::with(|to, _| if to.starts_with("gone") { Reply::AtRecipient("550 No") } else { Reply::Take });
    queue(&app, &["Gone", "Ada", "Ben"]);
    sender(&app, &server).empty().await;
    queue(&app, &["Cleo"]);
    app.clock.advance(Duration::seconds(90));
    let text = app.browser().get("/metrics").await.expect(200).body;
    for line in ["slipway_mails_queued 1", "slipway_mails_oldest_seconds 90", "slipway_mails_sent 2", "slipway_mails_failed 1", "slipway_mails_paused 0"] {
        assert!(text.lines().any(|it| it == line), "no {line:?} in {text}");
    }
}
