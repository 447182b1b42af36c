//! The outbox.

use super::Tx;
use super::schema::mails;
use crate::domain::ids::{MailId, RecordId, UserId};
use crate::domain::mails::{MailKind, MailState};
use chrono::{DateTime, Utc};
use diesel::prelude::*;

#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = mails)]
pub struct NewMail {
    kind: MailKind,
    user_id: Option<UserId>,
    record_id: Option<RecordId>,
    recipient: String,
    message_id: String,
    state: MailState,
    created_at: DateTime<Utc>,
    next_try_at: DateTime<Utc>,
}

impl NewMail {
    /// A mail to somebody's address, to be sent as soon as may be.
    pub fn to(tx: &Tx<'_>, kind: MailKind, user: UserId, record: Option<RecordId>, address: &str) -> NewMail {
        NewMail {
            kind,
            user_id: Some(user),
            record_id: record,
            recipient: address.to_owned(),
            message_id: hex::encode(rand::random::<[u8; 16]>()),
            state: MailState::Queued,
            created_at: tx.now,
            next_try_at: tx.now,
        }
    }
}

/// Queues these, and returns their ids in the same order.
pub fn insert_all(tx: &mut Tx<'_>, new: &[NewMail]) -> QueryResult<Vec<MailId>> {
    diesel::insert_into(mails::table).values(new).returning(mails::id).get_results(tx.conn)
}
