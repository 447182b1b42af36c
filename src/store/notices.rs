//! What people were told, and the way it takes: a row here, and a mail in the outbox for those who want it at once.

use super::Tx;
use super::mails::{self, NewMail};
use super::schema::{notice_preferences, notices, users};
use crate::domain::ids::{ApprovalId, MailId, NoticeId, RecordId, UserId};
use crate::domain::mails::MailKind;
use crate::domain::notices::{Delivery, Rule, Why};
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
    let readers: BTreeMap<UserId, String> =
        users::table.filter(users::id.eq_any(&ids)).filter(users::disabled_at.is_null()).select((users::id, users::email)).load(tx.conn)?.into_iter().collect();
    let wishes = wishes(tx, &ids)?;
    let wish = |it: &NewNotice| match wishes.get(&(it.user, it.rule)) {
        Some(wish) if it.rule.may_be_muted() => *wish,
        Some(_) | None => Delivery::AtOnce,
    };
    let rows: Vec<_> = new
        .iter()
        .filter(|it| readers.contains_key(&it.user))
        .map(|it| {
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
                notices::delivery.eq(wish(it)),
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
    let queued: Vec<NewMail> = at_once.iter().map(|(_, user, record, _)| NewMail::to(tx, MailKind::Notice, *user, *record, &readers[user])).collect();
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

/// What these people wish for each rule, where they said so.
fn wishes(tx: &mut Tx<'_>, people: &[UserId]) -> QueryResult<BTreeMap<(UserId, Rule), Delivery>> {
    let rows: Vec<(UserId, Rule, Delivery)> = notice_preferences::table
        .filter(notice_preferences::user_id.eq_any(people))
        .select((notice_preferences::user_id, notice_preferences::rule, notice_preferences::delivery))
        .load(tx.conn)?;
    Ok(rows.into_iter().map(|(user, rule, delivery)| ((user, rule), delivery)).collect())
}
