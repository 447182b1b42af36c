//! What waits for somebody's decision, in their own name or in that of those they stand in for; and what they decided.

use crate::domain::approvals::ApprovalState;
use crate::domain::ids::{ApprovalId, RecordId, UserId};
use crate::domain::records::RecordKind;
use crate::store::delegations;
use crate::store::schema::{approval_steps, approvals, records, users};
use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;

/// A decision that waits for somebody, or that they gave.
#[derive(Debug, Clone)]
pub struct Inbox {
    pub id: ApprovalId,
    pub state: ApprovalState,
    pub asked_as: String,
    pub approver_id: UserId,
    pub approver: String,
    pub decided_at: Option<DateTime<Utc>>,
    pub decided_by: Option<UserId>,
    pub decider: Option<String>,
    pub step: String,
    pub due_at: Option<DateTime<Utc>>,
    pub opened_at: Option<DateTime<Utc>>,
    pub kind: RecordKind,
    pub record_id: RecordId,
    pub identifier: Option<String>,
    pub title: String,
    pub owner: String,
}

impl Inbox {
    pub fn is_late(&self, now: &DateTime<Utc>) -> bool {
        self.state == ApprovalState::Pending && self.due_at.is_some_and(|due| due < *now)
    }

    /// The record: identifier, or number and title.
    pub fn name(&self) -> String {
        self.identifier.clone().unwrap_or_else(|| self.kind.number(self.record_id))
    }

    /// Who decided in the approver's place.
    pub fn substitute(&self) -> Option<&str> {
        self.decider.as_deref().filter(|_| self.decided_by != Some(self.approver_id))
    }
}

/// What waits for somebody's decision, the oldest first; or what they decided, or somebody for them, the newest first.
pub fn inbox(conn: &mut PgConnection, me: UserId, now: DateTime<Utc>, decided: bool, limit: i64) -> QueryResult<Vec<Inbox>> {
    let (owner, decider) = diesel::alias!(users as owner, users as decider);
    let query = approvals::table
        .inner_join(approval_steps::table)
        .inner_join(records::table.inner_join(owner.on(owner.field(users::id).eq(records::owner_id))))
        .inner_join(users::table.on(users::id.eq(approvals::approver_id)))
        .left_join(decider.on(decider.field(users::id).nullable().eq(approvals::decided_by)))
        .limit(limit)
        .select((
            (approvals::id, approvals::state, approvals::asked_as, approvals::approver_id, users::name),
            (approvals::decided_at, approvals::decided_by, decider.field(users::name).nullable()),
            (approval_steps::name, approval_steps::due_at, approval_steps::opened_at),
            (records::kind, records::id, records::identifier, records::title, owner.field(users::name)),
        ))
        .into_boxed();
    let rows: Vec<Row> = if decided {
        query.filter(approvals::id.eq_any(last_decided(conn, me, limit)?)).order(approvals::decided_at.desc()).load(conn)?
    } else {
        let others = delegations::stood_for(conn, me, now)?;
        let not_own = records::owner_id.ne(me).and(records::coordinator_id.is_distinct_from(me));
        let query = query.filter(approvals::approver_id.eq(me).or(approvals::approver_id.eq_any(others).and(not_own)));
        query.filter(approvals::state.eq(ApprovalState::Pending)).order((approval_steps::due_at.asc().nulls_last(), approvals::id)).load(conn)?
    };
    Ok(rows.into_iter().map(entry).collect())
}

/// What was decided in somebody's name, and what they decided for others: each by its own index, so that no more is read than is shown.
fn last_decided(conn: &mut PgConnection, me: UserId, limit: i64) -> QueryResult<Vec<ApprovalId>> {
    let decided = || approvals::table.filter(approvals::decided_at.is_not_null()).order(approvals::decided_at.desc()).limit(limit);
    let columns = (approvals::decided_at, approvals::id);
    let mut all: Vec<(Option<DateTime<Utc>>, ApprovalId)> = decided().filter(approvals::approver_id.eq(me)).select(columns).load(conn)?;
    all.extend(decided().filter(approvals::decided_by.eq(me)).select(columns).load::<(Option<DateTime<Utc>>, ApprovalId)>(conn)?);
    all.sort_by(|one, other| other.cmp(one));
    all.dedup();
    Ok(all.into_iter().map(|it| it.1).take(usize::try_from(limit).unwrap_or(0)).collect())
}

type Row = (
    (ApprovalId, ApprovalState, String, UserId, String),
    (Option<DateTime<Utc>>, Option<UserId>, Option<String>),
    (String, Option<DateTime<Utc>>, Option<DateTime<Utc>>),
    (RecordKind, RecordId, Option<String>, String, String),
);

fn entry((asked, answer, step, record): Row) -> Inbox {
    let (id, state, asked_as, approver_id, approver) = asked;
    let (decided_at, decided_by, decider) = answer;
    let (step, due_at, opened_at) = step;
    let (kind, record_id, identifier, title, owner) = record;
    Inbox { id, state, asked_as, approver_id, approver, decided_at, decided_by, decider, step, due_at, opened_at, kind, record_id, identifier, title, owner }
}
