//! What people were told, and the way it takes: a row here, and a mail in the outbox for those who want it at once.

use super::Tx;
use super::mails::{self, NewMail};
use super::preferences;
use super::schema::{notices, records, users};
use crate::domain::ids::{ApprovalId, HandoverId, MailId, NoticeId, RecordId, UserId};
use crate::domain::mails::MailKind;
use crate::domain::notices::{Delivery, Rule, Why};
use crate::domain::notification_rules::Urgency;
use crate::domain::records::RecordKind;
use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt};
use std::collections::BTreeMap;

/// Something that one person is to be told.
#[derive(Clone, Debug)]
pub struct NewNotice {
    pub rule: Rule,
    pub record: Option<RecordId>,
    /// Tells it apart from others of the same rule, record and person: the event, the deadline and its stage, ….
    pub occurrence: String,
    pub user: UserId,
    pub why: Why,
    pub headline: String,
    pub facts: Vec<(String, String)>,
    pub path: String,
    pub approval: Option<ApprovalId>,
    /// The handover that its reader is asked to accept.
    pub handover: Option<HandoverId>,
    /// How soon it is mailed, as far as its reader has no say in that.
    pub urgency: Urgency,
    /// Whether it is a matter of their own.
    pub concerned: bool,
}

/// Notes all of these in a fixed number of statements, and puts a mail into the outbox for each whose reader wants it at once.
/// What was told already is left out, and so are disabled accounts. Returns how many were new.
pub fn add_all(tx: &mut Tx<'_>, new: &[NewNotice]) -> QueryResult<usize> {
    let mut told = 0;
    for some in new.chunks(500) {
        told += add_some(tx, some)?;
    }
    Ok(told)
}

fn add_some(tx: &mut Tx<'_>, new: &[NewNotice]) -> QueryResult<usize> {
    let ids: Vec<UserId> = new.iter().map(|it| it.user).collect();
    let wishes = preferences::of_active(tx.conn, &ids)?;
    let rows: Vec<_> = new
        .iter()
        .filter_map(|it| Some((it, it.urgency.delivery(wishes.of(it.user, it.rule)?, it.concerned))))
        .map(|(it, delivery)| {
            (
                notices::rule.eq(it.rule),
                notices::record_id.eq(it.record),
                notices::occurrence.eq(&it.occurrence),
                notices::user_id.eq(it.user),
                notices::why.eq(it.why),
                notices::headline.eq(&it.headline),
                notices::facts.eq(serde_json::json!(it.facts)),
                notices::path.eq(&it.path),
                notices::approval_id.eq(it.approval),
                notices::handover_id.eq(it.handover),
                notices::delivery.eq(delivery),
                notices::at.eq(tx.now),
            )
        })
        .collect();
    if rows.is_empty() {
        return Ok(0);
    }
    let noted: Vec<(NoticeId, UserId, Option<RecordId>, Delivery)> = diesel::insert_into(notices::table)
        .values(rows)
        .on_conflict_do_nothing()
        .returning((notices::id, notices::user_id, notices::record_id, notices::delivery))
        .get_results(tx.conn)?;
    let at_once: Vec<_> = noted.iter().filter(|(.., delivery)| *delivery == Delivery::AtOnce).collect();
    let queued: Vec<NewMail> =
        at_once.iter().map(|(_, user, record, _)| NewMail::to(tx, MailKind::Notice, *user, *record, wishes.address(*user).unwrap_or_default())).collect();
    let mails = mails::insert_all(tx, &queued)?;
    let told: Vec<NoticeId> = at_once.iter().map(|(notice, ..)| *notice).collect();
    link(tx, &told, &mails)?;
    Ok(noted.len())
}

/// Says which mail tells which notice.
fn link(tx: &mut Tx<'_>, notices: &[NoticeId], mails: &[MailId]) -> QueryResult<()> {
    diesel::sql_query("UPDATE notices n SET mail_id = pair.mail FROM unnest($1, $2) AS pair(notice, mail) WHERE n.id = pair.notice")
        .bind::<Array<BigInt>, _>(notices)
        .bind::<Array<BigInt>, _>(mails)
        .execute(tx.conn)?;
    Ok(())
}

/// A notice as its reader sees it.
#[derive(Clone, Debug, Queryable)]
pub struct Told {
    pub id: NoticeId,
    pub rule: Rule,
    pub record_id: Option<RecordId>,
    pub kind: Option<RecordKind>,
    pub why: Why,
    pub headline: String,
    pub facts: serde_json::Value,
    pub path: String,
    pub at: DateTime<Utc>,
    pub read_at: Option<DateTime<Utc>>,
}

impl Told {
    pub fn facts(&self) -> Vec<(String, String)> {
        serde_json::from_value(self.facts.clone()).unwrap_or_default()
    }

    /// The number of the record that it is about.
    pub fn number(&self) -> Option<String> {
        Some(self.kind?.number(self.record_id?))
    }
}

/// What somebody was told, the newest first; only what is unread, if so wished.
pub fn list(conn: &mut PgConnection, user: UserId, unread: bool, before: Option<NoticeId>, limit: i64) -> QueryResult<Vec<Told>> {
    let mut query = notices::table
        .left_join(records::table)
        .filter(notices::user_id.eq(user))
        .order(notices::id.desc())
        .limit(limit)
        .select((
            notices::id,
            notices::rule,
            notices::record_id,
            records::kind.nullable(),
            notices::why,
            notices::headline,
            notices::facts,
            notices::path,
            notices::at,
            notices::read_at,
        ))
        .into_boxed();
    if unread {
        query = query.filter(notices::read_at.is_null());
    }
    if let Some(before) = before {
        query = query.filter(notices::id.lt(before));
    }
    query.load(conn)
}

/// The page that a notice of somebody's is about.
pub fn path(conn: &mut PgConnection, user: UserId, id: NoticeId) -> QueryResult<String> {
    notices::table.find(id).filter(notices::user_id.eq(user)).select(notices::path).first(conn)
}

/// Marks one notice of somebody's as read, or all up to one.
pub fn mark_read(tx: &mut Tx<'_>, user: UserId, id: NoticeId, and_older: bool) -> QueryResult<usize> {
    let unread = notices::table.filter(notices::user_id.eq(user)).filter(notices::read_at.is_null());
    let now = notices::read_at.eq(tx.now);
    if and_older {
        diesel::update(unread.filter(notices::id.le(id))).set(now).execute(tx.conn)
    } else {
        diesel::update(unread.filter(notices::id.eq(id))).set(now).execute(tx.conn)
    }
}

/// How many notices each of these people has not read; nobody who has read all.
pub fn unread(conn: &mut PgConnection, people: &[UserId]) -> QueryResult<BTreeMap<UserId, i64>> {
    let rows: Vec<(UserId, i64)> = notices::table
        .filter(notices::user_id.eq_any(people))
        .filter(notices::read_at.is_null())
        .group_by(notices::user_id)
        .select((notices::user_id, diesel::dsl::count_star()))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// Somebody with notices for a digest, who is held until the transaction ends.
#[derive(Clone, Debug, Queryable)]
pub struct DigestReader {
    pub id: UserId,
    pub email: String,
    pub zone: String,
    pub hour: i32,
    pub seen_to: Option<chrono::NaiveDate>,
}

/// People after this one who have something for their digest. Those that another instance sees to are passed over.
pub fn digest_readers(tx: &mut Tx<'_>, after: UserId, limit: i64) -> QueryResult<Vec<DigestReader>> {
    let waiting = notices::table.filter(notices::delivery.eq(Delivery::Digest)).filter(notices::mail_id.is_null()).select(notices::user_id);
    users::table
        .filter(users::id.eq_any(waiting))
        .filter(users::id.gt(after))
        .filter(users::disabled_at.is_null())
        .order(users::id)
        .limit(limit)
        .for_no_key_update()
        .skip_locked()
        .select((users::id, users::email, users::time_zone, users::digest_hour, users::digested_on))
        .load(tx.conn)
}

/// Puts all that waits for somebody's digest into one mail.
pub fn digest(tx: &mut Tx<'_>, reader: &DigestReader, today: chrono::NaiveDate) -> QueryResult<()> {
    diesel::update(users::table.find(reader.id)).set(users::digested_on.eq(today)).execute(tx.conn)?;
    let mail = mails::insert_all(tx, &[NewMail::to(tx, MailKind::Digest, reader.id, None, &reader.email)])?;
    diesel::update(notices::table.filter(notices::user_id.eq(reader.id)).filter(notices::delivery.eq(Delivery::Digest)).filter(notices::mail_id.is_null()))
        .set(notices::mail_id.eq(mail.first()))
        .execute(tx.conn)?;
    Ok(())
}
