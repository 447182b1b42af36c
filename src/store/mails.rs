//! The outbox.

use super::Tx;
use super::schema::{approvals, handovers, mails, notices};
use crate::domain::approvals::ApprovalState;
use crate::domain::handovers::HandoverState;
use crate::domain::ids::{InvitationId, MailId, RecordId, SLIPWAY, UserId};
use crate::domain::mails::{MailKind, MailState};
use crate::domain::notices::Rule;
use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;

pub mod around;
pub mod list;
pub mod pause;
pub mod sending;

/// A mail with its words. These hold marks in the place of personal links and codes.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = mails, check_for_backend(diesel::pg::Pg))]
pub struct Mail {
    pub id: MailId,
    pub kind: MailKind,
    pub user_id: Option<UserId>,
    pub record_id: Option<RecordId>,
    /// Who is asked to answer a survey, if that is what it is for.
    pub invitation_id: Option<InvitationId>,
    pub recipient: String,
    /// The part before the @, the same at every try.
    pub message_id: String,
    pub state: MailState,
    pub subject: String,
    pub body_text: String,
    pub body_html: String,
    pub rendered_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub next_try_at: DateTime<Utc>,
    /// Who is sending it, or was when they were lost.
    pub lease: Option<i64>,
    pub tries: i32,
    /// What the mail server said last, or why it was cancelled.
    pub answer: String,
    pub sent_at: Option<DateTime<Utc>>,
    pub resent_at: Option<DateTime<Utc>>,
}

impl Mail {
    /// Whether somebody is sending it right now.
    pub fn is_leaving(&self, now: &DateTime<Utc>) -> bool {
        self.state == MailState::Queued && self.lease.is_some() && self.next_try_at > *now
    }
}

pub fn find(conn: &mut PgConnection, id: MailId) -> QueryResult<Mail> {
    Mail::query().filter(mails::id.eq(id)).first(conn)
}

/// A mail that nobody else may take up or change until the transaction ends.
pub fn lock(tx: &mut Tx<'_>, id: MailId) -> QueryResult<Mail> {
    Mail::query().filter(mails::id.eq(id)).for_update().first(tx.conn)
}

#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = mails)]
pub struct NewMail {
    kind: MailKind,
    user_id: Option<UserId>,
    record_id: Option<RecordId>,
    invitation_id: Option<InvitationId>,
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
            invitation_id: None,
            recipient: address.to_owned(),
            message_id: hex::encode(rand::random::<[u8; 16]>()),
            state: MailState::Queued,
            created_at: tx.now,
            next_try_at: tx.now,
        }
    }

    /// A mail that asks somebody to answer a survey; they need not have an account.
    pub fn inviting(tx: &Tx<'_>, invitation: InvitationId, user: Option<UserId>, record: RecordId, address: &str) -> NewMail {
        NewMail { user_id: user, invitation_id: Some(invitation), ..NewMail::to(tx, MailKind::Invitation, SLIPWAY, Some(record), address) }
    }
}

/// Queues it anew: with all its tries, to be put into words again, under the same name.
pub fn requeue(tx: &mut Tx<'_>, id: MailId) -> QueryResult<()> {
    diesel::update(mails::table.find(id))
        .set((
            mails::state.eq(MailState::Queued),
            mails::tries.eq(0),
            mails::next_try_at.eq(tx.now),
            mails::lease.eq(None::<i64>),
            mails::sent_at.eq(None::<DateTime<Utc>>),
            mails::rendered_at.eq(None::<DateTime<Utc>>),
            mails::resent_at.eq(tx.now),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// It will not leave, and why.
pub fn cancel(tx: &mut Tx<'_>, id: MailId, why: &str) -> QueryResult<()> {
    diesel::update(mails::table.find(id)).set((mails::state.eq(MailState::Cancelled), mails::answer.eq(why), mails::lease.eq(None::<i64>))).execute(tx.conn)?;
    Ok(())
}

/// Cancels the questions that wait for an answer nobody needs any more, as far as nobody is just sending them. Returns how many.
pub fn cancel_settled(tx: &mut Tx<'_>, why: &str) -> QueryResult<usize> {
    let settled = notices::table
        .inner_join(approvals::table)
        .filter(notices::rule.eq_any(Rule::letting_decide()))
        .filter(approvals::state.ne(ApprovalState::Pending))
        .filter(notices::mail_id.is_not_null())
        .select(notices::mail_id.assume_not_null());
    let answered = notices::table
        .inner_join(handovers::table)
        .filter(notices::rule.eq(Rule::HandoverAsked))
        .filter(handovers::state.ne(HandoverState::Asked))
        .filter(notices::mail_id.is_not_null())
        .select(notices::mail_id.assume_not_null());
    let waiting = mails::state.eq(MailState::Queued).and(mails::lease.is_null()).and(mails::tries.eq(0));
    diesel::update(mails::table.filter(waiting).filter(mails::id.eq_any(settled).or(mails::id.eq_any(answered))))
        .set((mails::state.eq(MailState::Cancelled), mails::answer.eq(why)))
        .execute(tx.conn)
}

/// It cannot leave, and why.
pub fn fail(tx: &mut Tx<'_>, id: MailId, why: &str) -> QueryResult<()> {
    diesel::update(mails::table.find(id)).set((mails::state.eq(MailState::Failed), mails::answer.eq(why), mails::lease.eq(None::<i64>))).execute(tx.conn)?;
    Ok(())
}

/// Queues these, and returns their ids in the same order.
pub fn insert_all(tx: &mut Tx<'_>, new: &[NewMail]) -> QueryResult<Vec<MailId>> {
    diesel::insert_into(mails::table).values(new).returning(mails::id).get_results(tx.conn)
}
