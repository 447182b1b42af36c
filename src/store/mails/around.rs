//! What surrounds mails: their readers, their notices, what these are about. Loaded for many mails in a fixed number of queries.

use super::Mail;
use crate::domain::approvals::ApprovalState;
use crate::domain::handovers::HandoverState;
use crate::domain::ids::{ApprovalId, HandoverId, InvitationId, MailId, NoticeId, RecordId, UserId};
use crate::domain::mails::{Asked, MailKind, MailState};
use crate::domain::notices::{Rule, Why};
use crate::domain::records::RecordKind;
use crate::domain::surveys::asking::Wanted;
use crate::store::schema::{approvals, mails, notices, records, users};
use crate::store::surveys::asked;
use crate::store::{deadlines, handovers};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Whom a mail is for, as they are now.
#[derive(Debug, Clone)]
pub struct Reader {
    pub id: UserId,
    pub email: String,
    pub name: String,
    pub zone: Tz,
    pub disabled: bool,
}

/// A notice that a mail tells.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = notices, check_for_backend(diesel::pg::Pg))]
pub struct Told {
    pub id: NoticeId,
    pub mail_id: Option<MailId>,
    pub rule: Rule,
    pub record_id: Option<RecordId>,
    pub user_id: UserId,
    pub why: Why,
    pub headline: String,
    pub facts: serde_json::Value,
    pub path: String,
    pub approval_id: Option<ApprovalId>,
    pub handover_id: Option<HandoverId>,
    pub occurrence: String,
    pub at: DateTime<Utc>,
}

/// The record that a mail or a notice is about.
#[derive(Debug, Clone, Queryable)]
pub struct About {
    pub id: RecordId,
    pub kind: RecordKind,
    pub identifier: Option<String>,
    pub title: String,
}

impl About {
    pub fn number(&self) -> String {
        self.kind.number(self.id)
    }

    /// As people call it.
    pub fn name(&self) -> &str {
        self.identifier.as_deref().unwrap_or(&self.title)
    }
}

/// A mail that asked somebody for an approval.
#[derive(Debug, Queryable)]
struct Asking {
    approval: ApprovalId,
    user: UserId,
    mail: MailId,
    state: MailState,
    tries: i32,
    resent_at: Option<DateTime<Utc>>,
}

impl Asking {
    /// Whether it may have arrived: it was sent, or tried; a server may take a mail and never say so.
    fn may_have_arrived(&self) -> bool {
        self.state == MailState::Sent || self.tries > 0 || self.resent_at.is_some()
    }
}

/// The surroundings of some mails.
#[derive(Debug, Default)]
pub struct Around {
    readers: BTreeMap<UserId, Reader>,
    told: BTreeMap<MailId, Vec<Told>>,
    records: BTreeMap<RecordId, About>,
    approvals: BTreeMap<ApprovalId, ApprovalState>,
    handovers: BTreeMap<HandoverId, HandoverState>,
    asked: Vec<Asking>,
    /// Of deadlines that still hold.
    standing: BTreeSet<String>,
    mails: Vec<MailId>,
    /// Of those that ask somebody to answer a survey.
    invitations: BTreeMap<MailId, (InvitationId, Wanted)>,
}

impl Around {
    pub fn load(conn: &mut PgConnection, all: &[Mail], now: DateTime<Utc>) -> QueryResult<Around> {
        let ids: Vec<MailId> = all.iter().map(|it| it.id).collect();
        let told = Told::query().filter(notices::mail_id.eq_any(&ids)).order(notices::id).load(conn)?;
        let people: Vec<UserId> = all.iter().filter_map(|it| it.user_id).collect();
        let rows: Vec<(UserId, String, String, String, bool)> = users::table
            .filter(users::id.eq_any(people))
            .select((users::id, users::email, users::name, users::time_zone, users::disabled_at.is_not_null()))
            .load(conn)?;
        let subjects: Vec<RecordId> = all.iter().filter_map(|it| it.record_id).chain(told.iter().filter_map(|it| it.record_id)).collect();
        let about: Vec<About> =
            records::table.filter(records::id.eq_any(subjects)).select((records::id, records::kind, records::identifier, records::title)).load(conn)?;
        let asked_for: Vec<ApprovalId> = told.iter().filter_map(|it| it.approval_id).collect();
        let (approvals, asked) = if asked_for.is_empty() { Default::default() } else { (states(conn, &asked_for)?, asking(conn, &asked_for)?) };
        let offered: Vec<HandoverId> = told.iter().filter_map(|it| it.handover_id).collect();
        let handovers = if offered.is_empty() { BTreeMap::new() } else { handovers::states(conn, &offered)? };
        let late: Vec<&str> = told.iter().filter(|it| it.rule.is_of_deadline()).map(|it| it.occurrence.as_str()).collect();
        let standing = if late.is_empty() { BTreeSet::new() } else { deadlines::standing(conn, &late)? };
        let inviting: Vec<MailId> = all.iter().filter(|it| it.kind == MailKind::Invitation).map(|it| it.id).collect();
        let invitations = if inviting.is_empty() { BTreeMap::new() } else { asked::of_mails(conn, &inviting, now)? };
        let mut by_mail: BTreeMap<MailId, Vec<Told>> = BTreeMap::new();
        for it in told {
            by_mail.entry(it.mail_id.unwrap_or(MailId(0))).or_default().push(it);
        }
        let reader = |(id, email, name, zone, disabled): (UserId, String, String, String, bool)| Reader {
            id,
            email,
            name,
            zone: zone.parse().unwrap_or_default(),
            disabled,
        };
        Ok(Around {
            readers: rows.into_iter().map(|it| (it.0, reader(it))).collect(),
            told: by_mail,
            records: about.into_iter().map(|it| (it.id, it)).collect(),
            approvals,
            handovers,
            asked,
            standing,
            mails: ids,
            invitations,
        })
    }

    /// Whom a mail asks to answer a survey, if it still does.
    pub fn invitation(&self, mail: &Mail) -> Option<InvitationId> {
        self.invitations.get(&mail.id).map(|(id, _)| *id)
    }

    /// Whether a mail that asks for an answer is still wanted; `None` of other mails.
    pub fn wanted(&self, mail: &Mail) -> Option<Wanted> {
        (mail.kind == MailKind::Invitation).then(|| self.invitations.get(&mail.id).map_or(Wanted::Gone, |(_, wanted)| *wanted))
    }

    /// Whether a notice still holds: what was late may be done by now.
    pub fn holds(&self, told: &Told) -> bool {
        !told.rule.is_of_deadline() || self.standing.contains(&told.occurrence)
    }

    pub fn reader(&self, mail: &Mail) -> Option<&Reader> {
        self.readers.get(&mail.user_id?)
    }

    /// What a mail tells: one notice, or many in a digest.
    pub fn told(&self, mail: &Mail) -> &[Told] {
        self.told.get(&mail.id).map_or(&[], Vec::as_slice)
    }

    pub fn about(&self, record: Option<RecordId>) -> Option<&About> {
        self.records.get(&record?)
    }

    pub fn approval(&self, id: Option<ApprovalId>) -> Option<ApprovalState> {
        self.approvals.get(&id?).copied()
    }

    pub fn handover(&self, id: Option<HandoverId>) -> Option<HandoverState> {
        self.handovers.get(&id?).copied()
    }

    /// Whether a mail asked this person for this approval: one that waits elsewhere than among these perhaps does.
    pub fn asked(&self, approval: Option<ApprovalId>, user: UserId) -> Asked {
        let of_them = self.asked.iter().filter(|it| Some(it.approval) == approval && it.user == user);
        if of_them.clone().any(Asking::may_have_arrived) {
            Asked::Certainly
        } else if of_them.clone().any(|it| it.state == MailState::Queued && !self.mails.contains(&it.mail)) {
            Asked::Perhaps
        } else {
            Asked::Never
        }
    }
}

fn states(conn: &mut PgConnection, ids: &[ApprovalId]) -> QueryResult<BTreeMap<ApprovalId, ApprovalState>> {
    let rows: Vec<(ApprovalId, ApprovalState)> = approvals::table.filter(approvals::id.eq_any(ids)).select((approvals::id, approvals::state)).load(conn)?;
    Ok(rows.into_iter().collect())
}

fn asking(conn: &mut PgConnection, ids: &[ApprovalId]) -> QueryResult<Vec<Asking>> {
    notices::table
        .inner_join(mails::table)
        .filter(notices::approval_id.eq_any(ids))
        .filter(notices::rule.eq_any(Rule::letting_decide()))
        .select((notices::approval_id.assume_not_null(), notices::user_id, mails::id, mails::state, mails::tries, mails::resent_at))
        .load(conn)
}

/// What became of the newest mail that asked an approver; one that was cancelled does not count after one that was sent.
#[derive(Debug, Clone)]
pub struct Delivery {
    pub state: MailState,
    pub sent_at: Option<DateTime<Utc>>,
    pub next_try_at: DateTime<Utc>,
    pub tries: i32,
    pub answer: String,
}

/// Of each approval of a record, in one query; what a substitute got is left out.
pub fn deliveries(conn: &mut PgConnection, record: RecordId) -> QueryResult<BTreeMap<ApprovalId, Delivery>> {
    type Row = (ApprovalId, MailState, Option<DateTime<Utc>>, DateTime<Utc>, i32, String);
    let rows: Vec<Row> = notices::table
        .inner_join(mails::table)
        .inner_join(approvals::table)
        .filter(notices::record_id.eq(record))
        .filter(notices::user_id.eq(approvals::approver_id))
        .filter(notices::rule.eq_any(Rule::letting_decide()))
        .order(notices::id)
        .select((approvals::id, mails::state, mails::sent_at, mails::next_try_at, mails::tries, mails::answer))
        .load(conn)?;
    let mut newest: BTreeMap<ApprovalId, Delivery> = BTreeMap::new();
    for (id, state, sent_at, next_try_at, tries, answer) in rows {
        let was_sent = newest.get(&id).is_some_and(|it| it.state == MailState::Sent);
        if state != MailState::Cancelled || !was_sent {
            newest.insert(id, Delivery { state, sent_at, next_try_at, tries, answer });
        }
    }
    Ok(newest)
}
