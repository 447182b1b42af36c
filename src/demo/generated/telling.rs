//! What people were told of generated releases: a notice and its mail for each, long sent.

use super::crew::Person;
use crate::app;
use crate::domain::ids::{MailId, RecordId};
use crate::domain::mails::{MailKind, MailState};
use crate::domain::notices::{Delivery, Rule, Why};
use crate::store::Tx;
use crate::store::bulk::{Batch, MailRow, NoticeRow};
use chrono::{DateTime, Duration, Utc};

#[derive(Default)]
pub struct Telling<'a> {
    mails: Batch<MailRow<'a>>,
    notices: Batch<NoticeRow>,
    mail: i64,
}

impl<'a> Telling<'a> {
    /// Its coordinator heard that a release was registered. What is two weeks old was read.
    pub fn registered(&mut self, tx: &mut Tx<'_>, reader: &'a Person, record: RecordId, name: &str, at: DateTime<Utc>) -> app::Result<()> {
        self.mail += 1;
        let (id, headline) = (MailId(self.mail), format!("{name} was registered"));
        self.mails.push(
            tx,
            MailRow {
                id,
                kind: MailKind::Notice,
                user_id: Some(reader.id),
                record_id: Some(record),
                recipient: &reader.email,
                message_id: format!("generated-{id}"),
                state: MailState::Sent,
                subject: headline.clone(),
                body_text: format!("{headline}.\n\nYou coordinate it.\n"),
                rendered_at: Some(at),
                created_at: at,
                next_try_at: at,
                tries: 1,
                answer: "250 OK",
                sent_at: Some(at),
            },
        )?;
        let read_at = at + Duration::days(14);
        let row = NoticeRow {
            rule: Rule::Registered,
            record_id: Some(record),
            occurrence: "generated".to_owned(),
            user_id: reader.id,
            why: Why::Coordinator,
            headline,
            path: format!("/releases/{record}"),
            delivery: Delivery::AtOnce,
            mail_id: Some(id),
            at,
            read_at: (read_at < tx.now).then_some(read_at),
        };
        Ok(self.notices.push(tx, row)?)
    }

    pub fn flush(&mut self, tx: &mut Tx<'_>) -> app::Result<()> {
        self.mails.flush(tx)?;
        Ok(self.notices.flush(tx)?)
    }
}
