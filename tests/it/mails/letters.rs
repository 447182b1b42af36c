//! What arrives: threaded, muted in a click, readable as text, and nothing that is fetched from elsewhere.

use super::approvals::asked;
use super::{news, sender, tell};
use crate::support::given;
use crate::support::html;
use crate::support::{MailServer, TestApp};
use slipway::domain::people::Role;
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
