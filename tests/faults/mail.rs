//! The mail server is away, for an hour of a clock that the test moves.

use crate::support::{MailServer, TestApp, given};
use crate::{consistency, say};
use chrono::Duration;
use diesel::prelude::*;
use slipway::config::Config;
use slipway::worker::sending::Sender;
use std::collections::BTreeMap;

const MINUTES: i64 = 60;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mail_server_away_for_an_hour() {
    let app = TestApp::start().await;
    let server = MailServer::start();
    let config = Config { smtp_url: Some(server.url()), ..app.config.clone() };
    let sender = Sender::new(&app.db, &config).expect("it can be used");
    server.greet(Some("421 4.3.2 Not now"));
    for minute in 0..MINUTES {
        given::change(&app, &format!("Change of minute {minute}")).registered();
        app.tell();
        sender.empty().await;
        app.clock.advance(Duration::minutes(1));
    }
    assert_eq!(server.received().len(), 0);
    server.greet(None);
    let mut conn = PgConnection::establish(&app.database_url()).expect("it answers");
    let mut waited = 0;
    while consistency::count(&mut conn, "SELECT count(*) FROM mails WHERE state = 'queued'") > 0 {
        assert!(waited < 1200, "some mails never leave");
        app.tell();
        sender.empty().await;
        app.clock.advance(Duration::seconds(5));
        waited += 5;
    }
    let mut mails = BTreeMap::<String, usize>::new();
    for it in server.received() {
        *mails.entry(it.message_id()).or_default() += 1;
    }
    let told = consistency::count(&mut conn, "SELECT count(*) FROM notices WHERE rule = 'registered' AND delivery = 'at_once'");
    let sent = consistency::count(&mut conn, "SELECT count(*) FROM mails WHERE state = 'sent'");
    say(format_args!("{told} notices told in an hour without a mail server: {sent} mails sent, each once, within {waited} s of its return"));
    assert!(told >= MINUTES && sent >= told, "{told} {sent}");
    assert_eq!(mails.len() as i64, sent);
    assert!(mails.values().all(|it| *it == 1), "{mails:?}");
    assert!(waited <= 60, "they wait for {waited} s");
}
