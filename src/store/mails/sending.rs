//! Taking mails up to send them, and noting what came of it.

use super::Mail;
use crate::domain::ids::MailId;
use crate::domain::mails::MailState;
use crate::store::Tx;
use crate::store::schema::mails;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Nullable, Text, Timestamptz};

/// Due mails, locked, the first due first; those that somebody else is at are passed over.
pub fn lock_due(tx: &mut Tx<'_>, limit: i64) -> QueryResult<Vec<Mail>> {
    Mail::query()
        .filter(diesel::dsl::sql::<Bool>("state = 'queued'"))
        .filter(mails::next_try_at.le(tx.now))
        .order((mails::next_try_at, mails::id))
        .limit(limit)
        .for_update()
        .skip_locked()
        .load(tx.conn)
}

/// Who sends a mail, and until when nobody else takes it up.
#[derive(Debug, Clone, Copy)]
pub struct Lease {
    pub number: i64,
    pub until: DateTime<Utc>,
}

/// Takes these up.
pub fn lease(tx: &mut Tx<'_>, ids: &[MailId], lease: Lease) -> QueryResult<usize> {
    if ids.is_empty() {
        return Ok(0);
    }
    diesel::update(mails::table.filter(mails::id.eq_any(ids))).set((mails::lease.eq(lease.number), mails::next_try_at.eq(lease.until))).execute(tx.conn)
}

/// Queued mails that nobody has put into words yet, locked; those that somebody else is at are passed over.
pub fn lock_unwritten(tx: &mut Tx<'_>, limit: i64) -> QueryResult<Vec<Mail>> {
    Mail::query()
        .filter(diesel::dsl::sql::<Bool>("state = 'queued' AND rendered_at IS NULL"))
        .order(mails::id)
        .limit(limit)
        .for_update()
        .skip_locked()
        .load(tx.conn)
}

/// The words of a mail, and where it goes now.
#[derive(Debug, Clone)]
pub struct Words {
    pub id: MailId,
    pub recipient: String,
    pub subject: String,
    pub text: String,
    pub html: String,
}

/// Keeps the words of mails; in the same stroke takes them up, if there is a lease.
pub fn write(tx: &mut Tx<'_>, all: &[Words], lease: Option<Lease>) -> QueryResult<()> {
    if all.is_empty() {
        return Ok(());
    }
    let column = |f: fn(&Words) -> &String| all.iter().map(f).collect::<Vec<_>>();
    diesel::sql_query(
        "UPDATE mails m SET recipient = w.recipient, subject = w.subject, body_text = w.body_text, body_html = w.body_html, rendered_at = coalesce(m.rendered_at, $6), \
         lease = coalesce($7, m.lease), next_try_at = coalesce($8, m.next_try_at) \
         FROM unnest($1, $2, $3, $4, $5) AS w(id, recipient, subject, body_text, body_html) WHERE m.id = w.id",
    )
    .bind::<Array<BigInt>, _>(all.iter().map(|it| it.id).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(column(|it| &it.recipient))
    .bind::<Array<Text>, _>(column(|it| &it.subject))
    .bind::<Array<Text>, _>(column(|it| &it.text))
    .bind::<Array<Text>, _>(column(|it| &it.html))
    .bind::<Timestamptz, _>(tx.now)
    .bind::<Nullable<BigInt>, _>(lease.map(|it| it.number))
    .bind::<Nullable<Timestamptz>, _>(lease.map(|it| it.until))
    .execute(tx.conn)?;
    Ok(())
}

/// What came of trying to send a mail.
#[derive(Debug, Clone)]
pub struct Outcome {
    pub id: MailId,
    pub lease: i64,
    pub state: MailState,
    /// Whether it counts as a try.
    pub counts: bool,
    pub next_try_at: DateTime<Utc>,
    pub answer: String,
}

/// Notes these, but none whose lease was lost meanwhile: it is somebody else's now. Returns how many were noted.
pub fn note(tx: &mut Tx<'_>, all: &[Outcome]) -> QueryResult<usize> {
    diesel::sql_query(
        "UPDATE mails m SET state = o.state, tries = m.tries + o.counts::int, next_try_at = o.next_try_at, answer = o.answer, lease = NULL, \
         sent_at = CASE WHEN o.state = 'sent' THEN $7 ELSE m.sent_at END \
         FROM unnest($1, $2, $3, $4, $5, $6) AS o(id, lease, state, counts, next_try_at, answer) \
         WHERE m.id = o.id AND m.lease = o.lease AND m.state = 'queued'",
    )
    .bind::<Array<BigInt>, _>(all.iter().map(|it| it.id).collect::<Vec<_>>())
    .bind::<Array<BigInt>, _>(all.iter().map(|it| it.lease).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(all.iter().map(|it| it.state).collect::<Vec<_>>())
    .bind::<Array<Bool>, _>(all.iter().map(|it| it.counts).collect::<Vec<_>>())
    .bind::<Array<Timestamptz>, _>(all.iter().map(|it| it.next_try_at).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(all.iter().map(|it| &it.answer).collect::<Vec<_>>())
    .bind::<Timestamptz, _>(tx.now)
    .execute(tx.conn)
}

/// Gives these back, to be taken up at `at` by anybody: their answer stays.
pub fn release(tx: &mut Tx<'_>, lease: i64, ids: &[MailId], at: DateTime<Utc>) -> QueryResult<usize> {
    diesel::update(mails::table.filter(mails::id.eq_any(ids)).filter(mails::lease.eq(lease)).filter(mails::state.eq(MailState::Queued)))
        .set((mails::lease.eq(None::<i64>), mails::next_try_at.eq(at)))
        .execute(tx.conn)
}

/// Leaves a mail that is not taken up for later.
pub fn postpone(tx: &mut Tx<'_>, id: MailId, at: DateTime<Utc>) -> QueryResult<usize> {
    diesel::update(mails::table.find(id)).set(mails::next_try_at.eq(at)).execute(tx.conn)
}
