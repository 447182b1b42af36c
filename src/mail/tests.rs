//! How mails leave: their headers, and that nothing breaks out of them.

use super::*;
use crate::domain::ids::RecordId;
use chrono::DateTime;

fn post() -> Post {
    Post { from: "Slipway <slipway@example.org>".parse().expect("an address"), host: "slipway.example.org".into() }
}

fn letter() -> Letter {
    Letter {
        message_id: "0123456789abcdef".into(),
        to: "ada@example.org".into(),
        name: "Ada Lång".into(),
        subject: "[REL-00042] Prüfung – bitte entscheiden".into(),
        text: "Grüße\n".into(),
        html: "<p>Grüße</p>".into(),
        thread: Some(Thread(RecordId(42))),
        mute: Some("https://slipway.example.org/mute/7.closed.abc".into()),
        date: DateTime::UNIX_EPOCH,
    }
}

fn wire(letter: &Letter) -> String {
    String::from_utf8(letter.message(&post()).expect("put together").formatted()).expect("ASCII")
}

#[test]
fn a_letter_can_be_threaded_muted_and_is_not_answered() {
    let wire = wire(&letter());
    let parsed = mail_parser::MessageParser::default().parse(wire.as_bytes()).expect("a message");
    assert_eq!(parsed.message_id(), Some("0123456789abcdef@slipway.example.org"));
    assert_eq!(parsed.subject(), Some("[REL-00042] Prüfung – bitte entscheiden"));
    assert_eq!(parsed.in_reply_to().as_text(), Some("record-42.thread@slipway.example.org"));
    assert_eq!(parsed.references().as_text(), Some("record-42.thread@slipway.example.org"));
    assert_eq!(parsed.to().and_then(|it| it.first()).and_then(|it| it.name()), Some("Ada Lång"));
    assert_eq!(parsed.body_text(0).as_deref().map(str::trim), Some("Grüße"));
    for line in [
        "Auto-Submitted: auto-generated\r\n",
        "List-Unsubscribe: <https://slipway.example.org/mute/7.closed.abc>\r\n",
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n",
        "Content-Type: multipart/alternative;",
    ] {
        assert!(wire.contains(line), "no {line:?} in {wire}");
    }
    assert!(wire.is_ascii() && wire.lines().all(|it| it.len() <= 998));
}

#[test]
fn nothing_breaks_out_of_a_header() {
    let evil = "x\r\nBcc: all@example.org\r\n\r\nbody";
    let wire = wire(&Letter { name: evil.into(), subject: evil.into(), mute: Some(format!("https://example.org/{evil}")), ..letter() });
    assert!(!wire.lines().any(|it| it.starts_with("Bcc")), "{wire}");
    assert!(!wire.contains("List-Unsubscribe"), "{wire}");
    assert!(Letter { to: "ada@example.org\r\nRCPT TO:<all@example.org>".into(), ..letter() }.message(&post()).is_err());
}

#[test]
fn the_same_letter_has_the_same_name_at_each_try() {
    let id = |wire: &str| wire.lines().find(|it| it.starts_with("Message-ID")).map(str::to_owned);
    assert_eq!(id(&wire(&letter())), id(&wire(&letter())));
}
