//! Orders to move many running records to another version of their workflow, and how far each has come.

pub mod running;
pub mod versions;

use super::Tx;
use super::schema::{moved_records, records, users, workflow_moves};
use crate::domain::ids::{MoveId, RecordId, UserId, WorkflowId};
use crate::domain::moving::{Mapping, MoveState};
use crate::domain::records::{RecordKind, RecordState};
use chrono::{DateTime, Utc};
use diesel::dsl::count_star;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::result::Error;
use diesel::sql_types::{Array, BigInt, Text};
use std::collections::BTreeMap;

/// An order to move many.
#[derive(Clone, Debug)]
pub struct Move {
    pub id: MoveId,
    pub from: WorkflowId,
    pub to: WorkflowId,
    pub mapping: Mapping,
    pub reason: String,
    pub created_at: DateTime<Utc>,
    pub by: UserId,
    pub by_name: String,
    /// When somebody stopped it, and who.
    pub stopped: Option<(DateTime<Utc>, UserId)>,
}

type Row = (MoveId, (WorkflowId, WorkflowId), serde_json::Value, String, DateTime<Utc>, UserId, String, (Option<DateTime<Utc>>, Option<UserId>));

fn read((id, (from, to), mapping, reason, created_at, by, by_name, (stopped_at, stopped_by)): Row) -> QueryResult<Move> {
    let mapping = serde_json::from_value(mapping).map_err(|cause| Error::DeserializationError(cause.into()))?;
    Ok(Move { id, from, to, mapping, reason, created_at, by, by_name, stopped: stopped_at.zip(stopped_by) })
}

macro_rules! moves {
    () => {
        workflow_moves::table.inner_join(users::table.on(users::id.eq(workflow_moves::created_by))).select((
            workflow_moves::id,
            (workflow_moves::from_id, workflow_moves::to_id),
            workflow_moves::mapping,
            workflow_moves::reason,
            workflow_moves::created_at,
            workflow_moves::created_by,
            users::name,
            (workflow_moves::stopped_at, workflow_moves::stopped_by),
        ))
    };
}

pub fn find(conn: &mut PgConnection, id: MoveId) -> QueryResult<Move> {
    read(moves!().filter(workflow_moves::id.eq(id)).first::<Row>(conn)?)
}

/// The newest orders that moved records away from this version.
pub fn of_workflow(conn: &mut PgConnection, from: WorkflowId, limit: i64) -> QueryResult<Vec<Move>> {
    let rows: Vec<Row> = moves!().filter(workflow_moves::from_id.eq(from)).order(workflow_moves::id.desc()).limit(limit).load(conn)?;
    rows.into_iter().map(read).collect()
}

pub fn insert(tx: &mut Tx<'_>, from: WorkflowId, to: WorkflowId, mapping: &Mapping, reason: &str) -> QueryResult<MoveId> {
    let mapping = serde_json::to_value(mapping).map_err(|cause| Error::SerializationError(cause.into()))?;
    diesel::insert_into(workflow_moves::table)
        .values((
            workflow_moves::from_id.eq(from),
            workflow_moves::to_id.eq(to),
            workflow_moves::mapping.eq(mapping),
            workflow_moves::reason.eq(reason),
            workflow_moves::created_at.eq(tx.now),
            workflow_moves::created_by.eq(tx.actor.id),
        ))
        .returning(workflow_moves::id)
        .get_result(tx.conn)
}

/// Puts records on an order, each with the version in which it was seen. Returns how many are on it by that.
pub fn add(tx: &mut Tx<'_>, id: MoveId, seen: &[(RecordId, i32)]) -> QueryResult<usize> {
    let row = |(record, version): &(RecordId, i32)| {
        (moved_records::move_id.eq(id), moved_records::record_id.eq(*record), moved_records::seen.eq(*version), moved_records::state.eq(MoveState::Waiting))
    };
    let mut count = 0;
    // PostgreSQL takes 65,535 values in one statement.
    for some in seen.chunks(10_000) {
        let rows: Vec<_> = some.iter().map(row).collect();
        count += diesel::insert_into(moved_records::table).values(rows).on_conflict_do_nothing().execute(tx.conn)?;
    }
    Ok(count)
}

/// Puts all open records of a version on an order, as they are now.
pub fn add_all(tx: &mut Tx<'_>, id: MoveId, from: WorkflowId) -> QueryResult<usize> {
    let now = |conn: &mut PgConnection| -> QueryResult<Vec<(RecordId, i32)>> {
        records::table
            .filter(records::workflow_id.eq(from))
            .filter(records::state.eq(RecordState::Open))
            .order(records::id)
            .select((records::id, records::version))
            .load(conn)
    };
    let all = now(tx.conn)?;
    add(tx, id, &all)
}

/// Records that wait to be moved, the longest waiting first.
pub fn waiting(conn: &mut PgConnection, limit: i64) -> QueryResult<Vec<(MoveId, RecordId)>> {
    moved_records::table
        .filter(moved_records::state.eq(MoveState::Waiting))
        .order((moved_records::move_id, moved_records::record_id))
        .limit(limit)
        .select((moved_records::move_id, moved_records::record_id))
        .load(conn)
}

/// The version in which a waiting record was seen, held until the transaction ends; none if another instance has it, or it waits no more.
pub fn claim(tx: &mut Tx<'_>, id: MoveId, record: RecordId) -> QueryResult<Option<i32>> {
    moved_records::table
        .find((id, record))
        .filter(moved_records::state.eq(MoveState::Waiting))
        .select(moved_records::seen)
        .for_update()
        .skip_locked()
        .first(tx.conn)
        .optional()
}

/// Notes what became of a record; `said` is why it was passed over.
pub fn settle(tx: &mut Tx<'_>, id: MoveId, record: RecordId, state: MoveState, said: &str) -> QueryResult<()> {
    diesel::update(moved_records::table.find((id, record)))
        .set((moved_records::state.eq(state), moved_records::said.eq(said), moved_records::done_at.eq(tx.now)))
        .execute(tx.conn)?;
    Ok(())
}

/// Ends an order before all of it is done: what waits stays where it is. What is being moved at this moment is waited for. Returns how many stay.
pub fn stop(tx: &mut Tx<'_>, id: MoveId) -> QueryResult<usize> {
    let left = diesel::update(moved_records::table.filter(moved_records::move_id.eq(id)).filter(moved_records::state.eq(MoveState::Waiting)))
        .set((moved_records::state.eq(MoveState::Stopped), moved_records::done_at.eq(tx.now)))
        .execute(tx.conn)?;
    if left > 0 {
        diesel::update(workflow_moves::table.find(id))
            .set((workflow_moves::stopped_at.eq(tx.now), workflow_moves::stopped_by.eq(tx.actor.id)))
            .execute(tx.conn)?;
    }
    Ok(left)
}

/// How many records of each order are in which state.
pub fn counts(conn: &mut PgConnection, ids: &[MoveId]) -> QueryResult<BTreeMap<(MoveId, MoveState), i64>> {
    let rows: Vec<(MoveId, MoveState, i64)> = moved_records::table
        .filter(moved_records::move_id.eq_any(ids))
        .group_by((moved_records::move_id, moved_records::state))
        .select((moved_records::move_id, moved_records::state, count_star()))
        .load(conn)?;
    Ok(rows.into_iter().map(|(id, state, count)| ((id, state), count)).collect())
}

/// A record of an order, as its page shows it.
#[derive(Clone, Debug, Queryable)]
pub struct Moved {
    pub id: RecordId,
    pub kind: RecordKind,
    pub identifier: Option<String>,
    pub title: String,
    pub said: String,
}

impl Moved {
    pub fn path(&self) -> String {
        format!("{}/{}", self.kind.path(), self.id)
    }

    pub fn name(&self) -> String {
        format!("{} {}", self.kind.number(self.id), self.identifier.as_deref().unwrap_or(&self.title))
    }
}

/// The records of an order that are in this state, in their order.
pub fn records(conn: &mut PgConnection, id: MoveId, state: MoveState, limit: i64) -> QueryResult<Vec<Moved>> {
    moved_records::table
        .inner_join(records::table)
        .filter(moved_records::move_id.eq(id))
        .filter(moved_records::state.eq(state))
        .order(moved_records::record_id)
        .limit(limit)
        .select((records::id, records::kind, records::identifier, records::title, moved_records::said))
        .load(conn)
}

/// Tasks, surveys and past visits of a record follow the mapping, each in one step: a phase that takes the key of another is never taken for it.
/// Whoever has the form of such a task or survey open is told that it changed.
pub fn follow(tx: &mut Tx<'_>, record: RecordId, mapping: &Mapping) -> QueryResult<()> {
    let (from, to): (Vec<&str>, Vec<&str>) = mapping.renamed().unzip();
    if from.is_empty() {
        return Ok(());
    }
    let statements = [
        "UPDATE tasks t SET phase = m.goal, version = t.version + 1 FROM unnest($2, $3) AS m (key, goal) WHERE t.record_id = $1 AND t.phase = m.key",
        "UPDATE surveys s SET phase = m.goal, version = s.version + 1 FROM unnest($2, $3) AS m (key, goal) WHERE s.record_id = $1 AND s.phase = m.key",
        "UPDATE phase_visits v SET phase = m.goal FROM unnest($2, $3) AS m (key, goal) WHERE v.record_id = $1 AND v.phase = m.key",
    ];
    for statement in statements {
        diesel::sql_query(statement).bind::<BigInt, _>(record).bind::<Array<Text>, _>(&from).bind::<Array<Text>, _>(&to).execute(tx.conn)?;
    }
    Ok(())
}
