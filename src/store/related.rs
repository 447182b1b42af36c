//! The RFCs that define a release.

use super::Tx;
use super::schema::{approval_rounds, records, release_changes, tasks, users};
use crate::domain::approvals::RoundState;
use crate::domain::ids::RecordId;
use crate::domain::records::{Grade, Milestone, RecordKind, RecordState, risk};
use crate::domain::tasks::TaskState;
use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Text};

/// An RFC as its release shows it.
#[derive(Debug, Clone, Queryable)]
pub struct RelatedChange {
    pub id: RecordId,
    pub title: String,
    pub state: RecordState,
    pub phase_name: String,
    pub milestone: Milestone,
    pub assignee: Option<String>,
    pub impact: Option<Grade>,
    pub likelihood: Option<Grade>,
    /// When its phase should be left.
    pub phase_due_at: Option<DateTime<Utc>>,
    pub approval: Option<RoundState>,
    pub tasks_done: i64,
    pub tasks: i64,
}

impl RelatedChange {
    pub fn number(&self) -> String {
        RecordKind::Change.number(self.id)
    }

    pub fn is_late(&self, now: &DateTime<Utc>) -> bool {
        self.state == RecordState::Open && self.phase_due_at.is_some_and(|due| due < *now)
    }

    pub fn risk(&self) -> Option<Grade> {
        risk(self.impact, self.likelihood)
    }

    /// Whether it still counts for its release: one that was rejected or withdrawn does not.
    pub fn counts(&self) -> bool {
        matches!(self.state, RecordState::Open | RecordState::Closed)
    }
}

/// The RFCs of a release, oldest first. Without SQL fragments, so that the statement is planned once.
pub fn of_release(conn: &mut PgConnection, release: RecordId) -> QueryResult<Vec<RelatedChange>> {
    let all = tasks::table.filter(tasks::record_id.eq(records::id));
    let settled = all.filter(tasks::state.eq_any([TaskState::Done, TaskState::Skipped]));
    release_changes::table
        .inner_join(records::table.on(records::id.eq(release_changes::change_id)))
        .left_join(users::table.on(users::id.nullable().eq(records::coordinator_id)))
        .filter(release_changes::release_id.eq(release))
        .order(records::id)
        .select((
            records::id,
            records::title,
            records::state,
            records::phase_name,
            records::milestone,
            users::name.nullable(),
            records::impact,
            records::likelihood,
            records::phase_due_at,
            approval_rounds::table
                .filter(approval_rounds::record_id.eq(records::id))
                .order(approval_rounds::id.desc())
                .limit(1)
                .select(approval_rounds::state.nullable())
                .single_value(),
            settled.count().single_value().assume_not_null(),
            all.count().single_value().assume_not_null(),
        ))
        .load(conn)
}

/// The releases an RFC belongs or belonged to: id, identifier, whether it is bound there.
pub fn of_change(conn: &mut PgConnection, change: RecordId) -> QueryResult<Vec<(RecordId, Option<String>, bool)>> {
    release_changes::table
        .inner_join(records::table.on(records::id.eq(release_changes::release_id)))
        .filter(release_changes::change_id.eq(change))
        .order(records::id.desc())
        .select((records::id, records::identifier, release_changes::active))
        .load(conn)
}

/// The release that an RFC is bound to.
pub fn bound_to(conn: &mut PgConnection, change: RecordId) -> QueryResult<Option<RecordId>> {
    release_changes::table
        .filter(release_changes::change_id.eq(change))
        .filter(release_changes::active)
        .select(release_changes::release_id)
        .first(conn)
        .optional()
}

/// RFCs that may join a release.
pub struct Free {
    /// The newest of them.
    pub newest: Vec<(RecordId, String)>,
    /// Whether there can be no others.
    pub is_all: bool,
}

/// So many open RFCs are looked at, and so many of the free ones offered.
const LOOKED_AT: usize = 500;
const OFFERED: usize = 200;

/// RFCs that are open and bound to no release. Only the newest open ones are looked at: where most are bound, all of them would be read for a
/// few.
pub fn candidates(conn: &mut PgConnection) -> QueryResult<Free> {
    #[derive(QueryableByName)]
    struct Open {
        #[diesel(sql_type = BigInt)]
        id: RecordId,
        #[diesel(sql_type = Text)]
        title: String,
        #[diesel(sql_type = Bool)]
        bound: bool,
    }
    let open = format!(
        "SELECT id, title, (SELECT count(*) > 0 FROM release_changes r WHERE r.change_id = records.id AND r.active) AS bound
         FROM records WHERE kind = 'change' AND state = 'open' ORDER BY id DESC LIMIT {LOOKED_AT}"
    );
    let open: Vec<Open> = diesel::sql_query(open).load(conn)?;
    let looked_at = open.len();
    let mut newest: Vec<_> = open.into_iter().filter(|it| !it.bound).map(|it| (it.id, it.title)).collect();
    let is_all = looked_at < LOOKED_AT && newest.len() <= OFFERED;
    newest.truncate(OFFERED);
    Ok(Free { newest, is_all })
}

pub fn relate(tx: &mut Tx<'_>, release: RecordId, change: RecordId) -> QueryResult<()> {
    diesel::insert_into(release_changes::table)
        .values((release_changes::release_id.eq(release), release_changes::change_id.eq(change), release_changes::related_at.eq(tx.now)))
        .on_conflict((release_changes::release_id, release_changes::change_id))
        .do_update()
        .set(release_changes::active.eq(true))
        .execute(tx.conn)?;
    Ok(())
}

/// Returns whether it was related at all.
pub fn unrelate(tx: &mut Tx<'_>, release: RecordId, change: RecordId) -> QueryResult<bool> {
    Ok(diesel::delete(release_changes::table.find((release, change))).execute(tx.conn)? == 1)
}

/// Frees the RFCs of a release that ended without them: they may join another.
pub fn release_all(tx: &mut Tx<'_>, release: RecordId) -> QueryResult<()> {
    diesel::update(release_changes::table.filter(release_changes::release_id.eq(release))).set(release_changes::active.eq(false)).execute(tx.conn)?;
    Ok(())
}

/// Frees the RFCs that are still open when their release closes without them.
pub fn release_open(tx: &mut Tx<'_>, release: RecordId) -> QueryResult<()> {
    let open = records::table.filter(records::state.eq(RecordState::Open)).select(records::id);
    diesel::update(release_changes::table.filter(release_changes::release_id.eq(release)).filter(release_changes::change_id.eq_any(open)))
        .set(release_changes::active.eq(false))
        .execute(tx.conn)?;
    Ok(())
}

/// Binds the RFCs that were set free when their release ended to it again. Those that are bound elsewhere by now are taken off it: returns which.
pub fn bind_again(tx: &mut Tx<'_>, release: RecordId) -> QueryResult<Vec<RecordId>> {
    let elsewhere = diesel::alias!(release_changes as elsewhere);
    let bound = elsewhere.filter(elsewhere.field(release_changes::active)).select(elsewhere.field(release_changes::change_id));
    let of_release = release_changes::table.filter(release_changes::release_id.eq(release)).filter(release_changes::active.eq(false));
    let gone: Vec<RecordId> = of_release.filter(release_changes::change_id.eq_any(bound)).select(release_changes::change_id).load(tx.conn)?;
    diesel::delete(release_changes::table.filter(release_changes::release_id.eq(release)).filter(release_changes::change_id.eq_any(&gone))).execute(tx.conn)?;
    diesel::update(release_changes::table.filter(release_changes::release_id.eq(release))).set(release_changes::active.eq(true)).execute(tx.conn)?;
    Ok(gone)
}

/// Lets two RFCs of one release that move at the same moment see each other. Not by the release's own row: whoever relates an RFC holds
/// that one first.
pub fn one_at_a_time(tx: &mut Tx<'_>, release: RecordId) -> QueryResult<()> {
    diesel::sql_query("SELECT pg_advisory_xact_lock($1)").bind::<BigInt, _>(release.0).execute(tx.conn)?;
    Ok(())
}
