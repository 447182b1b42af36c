//! Mails: what leaves, what is tried again, what is not, and what an administrator sees of it.

mod approvals;
mod letters;
mod reading;
mod sending;

use crate::support::given::{self, Somebody};
use crate::support::{MailServer, TestApp};
use slipway::config::Config;
use slipway::domain::ids::{ApprovalId, MailId, RecordId};
use slipway::domain::mails::MailState;
use slipway::domain::notices::{Rule, Why};
use slipway::domain::notification_rules::Urgency;
use slipway::domain::people::Role;
use slipway::store::mails::{self, Mail};
use slipway::store::notices::{self, NewNotice};
use slipway::worker::sending::Sender;

/// Some news for somebody.
pub fn news(who: &Somebody, occurrence: &str) -> NewNotice {
    NewNotice {
        rule: Rule::PhaseEntered,
        record: None,
        occurrence: occurrence.to_owned(),
        user: who.id,
        why: Why::Watcher,
        headline: format!("It moved on ({occurrence})"),
        facts: vec![("Phase".into(), "Planning and design".into())],
        path: "/releases".into(),
        approval: None,
        handover: None,
        urgency: Urgency::AsPreferred,
        concerned: true,
    }
}

/// The question, the reminder or the all-clear about an approval.
pub fn about(rule: Rule, who: &Somebody, record: RecordId, approval: ApprovalId) -> NewNotice {
    NewNotice {
        rule,
        record: Some(record),
        occurrence: format!("{}-{approval}", rule.word()),
        user: who.id,
        why: Why::Approver,
        headline: rule.label().to_owned(),
        facts: Vec::new(),
        path: format!("/approvals/{approval}"),
        approval: Some(approval),
        handover: None,
        urgency: Urgency::AsPreferred,
        concerned: true,
    }
}

pub fn tell(app: &TestApp, all: &[NewNotice]) {
    let told = app.write(|tx| notices::add_all(tx, all));
    assert_eq!(told, all.len());
}

/// A person for each of these names, with a piece of news queued for each.
pub fn queue(app: &TestApp, names: &[&str]) -> Vec<Somebody> {
    let people: Vec<Somebody> = names.iter().map(|name| given::user(app, name, &[Role::Viewer])).collect();
    tell(app, &people.iter().map(|who| news(who, "one")).collect::<Vec<_>>());
    people
}

/// The settings of a program that sends by this server.
pub fn config(app: &TestApp, url: &str) -> Config {
    let mut config = app.config.clone();
    config.smtp_url = Some(url.to_owned());
    config.mail_from = "Slipway <slipway@example.org>".into();
    config
}

pub fn sender(app: &TestApp, server: &MailServer) -> Sender {
    Sender::new(&app.db, &config(app, &server.url())).expect("good settings")
}

/// The newest mail to this person.
pub fn mail_to(app: &TestApp, who: &Somebody) -> Mail {
    app.read(|conn| {
        use diesel::prelude::*;
        use slipway::store::schema::mails::dsl;
        let id: MailId = dsl::mails.filter(dsl::user_id.eq(who.id)).order(dsl::id.desc()).select(dsl::id).first(conn)?;
        mails::find(conn, id)
    })
}

pub fn state(app: &TestApp, who: &Somebody) -> MailState {
    mail_to(app, who).state
}
