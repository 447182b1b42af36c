//! What arrives: threaded, muted in a click, readable as text, and nothing that is fetched from elsewhere.

use super::approvals::asked;
use super::{about, news, sender, state, tell};
use crate::support::given;
use crate::support::html;
use crate::support::{MailServer, TestApp};
use slipway::domain::mails::{MailKind, MailState};
use slipway::domain::notices::{Rule, Why};
use slipway::domain::people::Role;
use slipway::store::mails::{self, NewMail};
use slipway::store::notices::NewNotice;

#[tokio::test]
async fn a_notice_can_be_threaded_and_muted() {
    let (app, server) = (TestApp::start().await, MailServer::start());
    let ada = given::user(&app, "Ada", &[Role::Viewer]);
    let id = given::release(&app, "Payroll").titled("Prüfung der Gehälter – 給与").registered();
    let told =
        NewNotice { record: Some(id), headline: "Prüfung der Gehälter – 給与 begins".into(), path: format!("/releases/{id}"), ..news(&ada, "one") };
    let again = NewNotice { occurrence: "two".into(), ..told.clone() };
    tell(&app, &[told, again]);
    sender(&app, &server).empty().await;
    let received = server.received();
    let parsed = received[0].parsed();
    let host = "[127.0.0.1]";
    let number = format!("REL-{:05}", id.0);
    assert_eq!(parsed.subject(), Some(format!("[{number}] Prüfung der Gehälter – 給与 begins").as_str()));
    assert_eq!(parsed.to().and_then(|it| it.first()).and_then(|it| it.address()), Some("ada@example.org"));
    assert_eq!(parsed.from().and_then(|it| it.first()).and_then(|it| it.address()), Some("slipway@example.org"));
    assert_ne!(received[0].message_id(), received[1].message_id(), "two notices are two mails");
    for it in &received {
        assert_eq!(it.header("References"), format!("<record-{id}.thread@{host}>"));
        assert_eq!(it.header("In-Reply-To"), it.header("References"));
        assert_eq!(it.header("Auto-Submitted"), "auto-generated");
        assert_eq!(it.header("List-Unsubscribe-Post"), "List-Unsubscribe=One-Click");
        assert!(it.header("List-Unsubscribe").starts_with("<http://127.0.0.1:") && it.header("List-Unsubscribe").contains("/mute/"));
        assert!(it.header("Content-Type").starts_with("multipart/alternative"));
    }
    let (text, html) = (parsed.body_text(0).expect("text"), parsed.body_html(0).expect("HTML"));
    for words in
        ["Prüfung der Gehälter – 給与 begins", &number, "Planning and design", &format!("/releases/{id}"), "You get this because you watch it.", "/mute/"]
    {
        assert!(text.contains(words), "no {words:?} in {text}");
        assert!(html.contains(words), "no {words:?} in {html}");
    }
    assert!(!text.contains("{{") && !html.contains("{{"));
}

#[tokio::test]
async fn a_notice_names_its_record_once() {
    let (app, server) = (TestApp::start().await, MailServer::start());
    let ada = given::user(&app, "Ada", &[Role::Viewer]);
    let id = given::release(&app, "Payroll").registered();
    let number = format!("REL-{:05}", id.0);
    let facts = vec![("Release".to_owned(), format!("{number}: Year's end")), ("By".to_owned(), "Ines".to_owned())];
    tell(&app, &[NewNotice { record: Some(id), facts, ..news(&ada, "one") }]);
    sender(&app, &server).empty().await;
    let text = &server.received()[0].text;
    assert!(text.contains(&format!("Record: {number}")) && !text.contains("Release:") && text.contains("By: Ines"), "{text}");
}

#[tokio::test]
async fn a_receipt_says_what_its_reader_can_do() {
    let (app, server) = (TestApp::start().await, MailServer::start());
    let (id, [(ada, of_ada), (ben, of_ben)]) = asked(&app);
    sender(&app, &server).empty().await;
    let decided = NewNotice { why: Why::Actor, ..about(Rule::ApprovalReceipt, &ada, id, of_ada) };
    tell(&app, &[decided, about(Rule::ApprovalReceipt, &ben, id, of_ben)]);
    sender(&app, &server).empty().await;
    let last = |to: &str| {
        server.received().into_iter().rfind(|it| it.to == to).and_then(|it| it.parsed().body_text(0).map(|it| it.replace('\n', " "))).expect("a mail")
    };
    let (own, other) = (last(&ada.email), last(&ben.email));
    assert!(own.contains("Within ten minutes you can undo it by the link in") && own.contains("If it was not you"), "{own}");
    assert!(other.contains("in your place") && !other.contains("If it was not you"), "{other}");
}

#[tokio::test]
async fn a_digest_can_be_turned_off_and_tells_what_still_holds() {
    let (app, server) = (TestApp::start().await, MailServer::start());
    let [ada, ben] = ["Ada", "Ben"].map(|name| given::user(&app, name, &[Role::Viewer]));
    let over = |who| NewNotice { rule: Rule::DeadlineMissed, headline: "Long done".into(), ..news(who, "gone") };
    tell(&app, &[news(&ada, "one"), over(&ada), over(&ben)]);
    for who in [&ada, &ben] {
        app.write(|tx| {
            use diesel::prelude::*;
            use slipway::store::schema::notices::dsl;
            let digest = NewMail::to(tx, MailKind::Digest, who.id, None, &who.email);
            let id = mails::insert_all(tx, &[digest])?[0];
            diesel::update(dsl::notices.filter(dsl::user_id.eq(who.id))).set(dsl::mail_id.eq(id)).execute(tx.conn)
        });
    }
    sender(&app, &server).empty().await;
    assert_eq!(server.by_recipient().into_keys().collect::<Vec<_>>(), [ada.email.as_str()]);
    assert_eq!(state(&app, &ben), MailState::Cancelled);
    let text = &server.received()[0].text;
    assert!(text.contains("It moved on (one)") && !text.contains("Long done"), "{text}");
    assert!(text.contains("Turn the digest off: http") && text.contains("/mute/"), "{text}");
}

#[tokio::test]
async fn the_html_fetches_nothing() {
    let (app, server) = (TestApp::start().await, MailServer::start());
    asked(&app);
    let ada = given::user(&app, "Ada", &[]);
    tell(&app, &[news(&ada, "<img src=https://evil.example.org/x.png>")]);
    sender(&app, &server).empty().await;
    assert_eq!(server.received().len(), 3);
    for it in server.received() {
        let parsed = it.parsed();
        let html = parsed.body_html(0).expect("HTML");
        for tag in html::tags(&html) {
            assert!(!["img", "link", "script", "iframe", "object", "video", "audio", "form"].contains(&tag.name.as_str()), "<{}>", tag.name);
            assert!(!tag.has("src") && !tag.has("background"), "<{}>", tag.name);
        }
        assert!(!html.contains("url(") && !html.contains("@import"));
        assert!(parsed.body_text(0).expect("text").lines().all(|line| line.chars().count() <= 72 || line.contains("http://")));
    }
}
