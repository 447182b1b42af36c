//! Task rows.

use super::Tx;
use super::schema::{groups, records, task_predecessors, tasks, users};
use crate::domain::ids::{GroupId, RecordId, TaskId, UserId};
use crate::domain::models::Anchor;
use crate::domain::records::RecordKind;
use crate::domain::tasks::{Predecessors, TaskState};
use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt};

#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = tasks, check_for_backend(diesel::pg::Pg))]
pub struct Task {
    pub id: TaskId,
    pub record_id: RecordId,
    pub phase: String,
    pub title: String,
    pub description: String,
    pub assignee_id: Option<UserId>,
    pub group_id: Option<GroupId>,
    pub planned_start: Option<DateTime<Utc>>,
    pub due_at: Option<DateTime<Utc>>,
    pub anchor: Option<Anchor>,
    pub offset_days: Option<i32>,
    pub state: TaskState,
    pub mandatory: bool,
    pub model_key: Option<String>,
    pub note: String,
    pub ended_at: Option<DateTime<Utc>>,
    pub version: i32,
}

impl Task {
    /// Whether it waits for anybody of these groups.
    pub fn is_unclaimed_of(&self, groups: &[GroupId]) -> bool {
        self.assignee_id.is_none() && self.group_id.is_some_and(|it| groups.contains(&it))
    }

    /// When it will be due, in words, while its anchor is not known yet.
    pub fn when(&self) -> Option<String> {
        self.anchor.zip(self.offset_days).map(|(anchor, offset)| crate::domain::models::when(anchor, offset))
    }

    pub fn is_late(&self, now: &DateTime<Utc>) -> bool {
        self.state.is_open() && self.due_at.is_some_and(|due| due < *now)
    }
}

/// A task with the names of those who do it.
#[derive(Debug, Clone, Queryable)]
pub struct Named {
    pub task: Task,
    pub assignee: Option<String>,
    pub group: Option<String>,
}

/// A task of some record, for one's own list.
#[derive(Debug, Clone, Queryable)]
pub struct Mine {
    pub task: Task,
    pub assignee: Option<String>,
    pub group: Option<String>,
    pub record_kind: RecordKind,
    pub record_title: String,
    pub record_identifier: Option<String>,
    pub phase_name: String,
}

impl Mine {
    pub fn record_path(&self) -> String {
        format!("{}/{}", self.record_kind.path(), self.task.record_id)
    }

    /// Number, and identifier or title.
    pub fn record_name(&self) -> String {
        format!("{} {}", self.record_kind.number(self.task.record_id), self.record_identifier.as_deref().unwrap_or(&self.record_title))
    }
}

pub fn find(conn: &mut PgConnection, id: TaskId) -> QueryResult<Task> {
    Task::query().filter(tasks::id.eq(id)).first(conn)
}

/// The record that a task belongs to; its row is what actions lock.
pub fn record_of(conn: &mut PgConnection, id: TaskId) -> QueryResult<RecordId> {
    tasks::table.find(id).select(tasks::record_id).first(conn)
}

pub fn of_record(conn: &mut PgConnection, record: RecordId) -> QueryResult<Vec<Named>> {
    tasks::table
        .left_join(users::table.on(users::id.nullable().eq(tasks::assignee_id)))
        .left_join(groups::table.on(groups::id.nullable().eq(tasks::group_id)))
        .filter(tasks::record_id.eq(record))
        .order((tasks::due_at.asc().nulls_last(), tasks::id))
        .select((Task::as_select(), users::name.nullable(), groups::name.nullable()))
        .load(conn)
}

/// Who waits for whom among the tasks of a record.
pub fn predecessors(conn: &mut PgConnection, record: RecordId) -> QueryResult<Predecessors> {
    let rows: Vec<(TaskId, TaskId)> = task_predecessors::table
        .inner_join(tasks::table.on(tasks::id.eq(task_predecessors::task_id)))
        .filter(tasks::record_id.eq(record))
        .select((task_predecessors::task_id, task_predecessors::predecessor_id))
        .load(conn)?;
    let mut known = Predecessors::new();
    for (task, predecessor) in rows {
        known.entry(task).or_default().insert(predecessor);
    }
    Ok(known)
}

#[derive(Debug, Clone, Default, Insertable, AsChangeset)]
#[diesel(table_name = tasks, treat_none_as_null = true)]
pub struct Plan {
    pub phase: String,
    pub title: String,
    pub description: String,
    pub assignee_id: Option<UserId>,
    pub group_id: Option<GroupId>,
    pub planned_start: Option<DateTime<Utc>>,
    pub due_at: Option<DateTime<Utc>>,
    pub anchor: Option<Anchor>,
    pub offset_days: Option<i32>,
    pub mandatory: bool,
}

/// Adds a task; one that a model made already is left alone (`None`).
pub fn insert(tx: &mut Tx<'_>, record: RecordId, plan: &Plan, model_key: Option<&str>) -> QueryResult<Option<TaskId>> {
    diesel::insert_into(tasks::table)
        .values((
            plan,
            tasks::record_id.eq(record),
            tasks::state.eq(TaskState::Planned),
            tasks::model_key.eq(model_key),
            tasks::created_at.eq(tx.now),
            tasks::created_by.eq(tx.actor.id),
        ))
        .on_conflict((tasks::record_id, tasks::model_key))
        .do_nothing()
        .returning(tasks::id)
        .get_result(tx.conn)
        .optional()
}

pub fn update(tx: &mut Tx<'_>, id: TaskId, plan: &Plan) -> QueryResult<()> {
    diesel::update(tasks::table.find(id)).set((plan, tasks::version.eq(tasks::version + 1))).execute(tx.conn)?;
    Ok(())
}

pub fn set_predecessors(tx: &mut Tx<'_>, id: TaskId, predecessors: &[TaskId]) -> QueryResult<()> {
    diesel::delete(task_predecessors::table.filter(task_predecessors::task_id.eq(id))).execute(tx.conn)?;
    let rows: Vec<_> = predecessors.iter().map(|it| (task_predecessors::task_id.eq(id), task_predecessors::predecessor_id.eq(*it))).collect();
    diesel::insert_into(task_predecessors::table).values(rows).on_conflict_do_nothing().execute(tx.conn)?;
    Ok(())
}

pub fn set_assignee(tx: &mut Tx<'_>, id: TaskId, assignee: Option<UserId>) -> QueryResult<()> {
    diesel::update(tasks::table.find(id)).set((tasks::assignee_id.eq(assignee), tasks::version.eq(tasks::version + 1))).execute(tx.conn)?;
    Ok(())
}

/// Sets the due time by hand, or as counted from its anchor.
pub fn set_due(tx: &mut Tx<'_>, id: TaskId, due: Option<DateTime<Utc>>) -> QueryResult<()> {
    diesel::update(tasks::table.find(id)).set((tasks::due_at.eq(due), tasks::version.eq(tasks::version + 1))).execute(tx.conn)?;
    Ok(())
}

/// Takes a task into a state that somebody chose.
pub fn set_state(tx: &mut Tx<'_>, id: TaskId, state: TaskState, note: &str) -> QueryResult<()> {
    let ended_at = (!state.is_open()).then_some(tx.now);
    diesel::update(tasks::table.find(id))
        .set((tasks::state.eq(state), tasks::note.eq(note), tasks::ended_at.eq(ended_at), tasks::version.eq(tasks::version + 1)))
        .execute(tx.conn)?;
    Ok(())
}

/// Planned to ready, or back: what follows from other tasks and the phase, not from somebody's choice.
pub fn settle(tx: &mut Tx<'_>, id: TaskId, state: TaskState) -> QueryResult<()> {
    diesel::update(tasks::table.find(id)).set(tasks::state.eq(state)).execute(tx.conn)?;
    Ok(())
}

/// The open tasks that wait for somebody: theirs, and their groups' that nobody has claimed; the most urgent first.
pub fn waiting_for(conn: &mut PgConnection, user: UserId, groups_of: &[GroupId], limit: i64) -> QueryResult<Vec<Mine>> {
    let ids = most_urgent(conn, user, groups_of, limit)?;
    tasks::table
        .inner_join(records::table)
        .left_join(users::table.on(users::id.nullable().eq(tasks::assignee_id)))
        .left_join(groups::table.on(groups::id.nullable().eq(tasks::group_id)))
        .filter(tasks::id.eq_any(ids))
        .order((tasks::due_at.asc().nulls_last(), tasks::id))
        .select((Task::as_select(), users::name.nullable(), groups::name.nullable(), records::kind, records::title, records::identifier, records::phase_name))
        .load(conn)
}

/// One index leads to somebody's own tasks in the order of their due times, another one to those of each group: so no more is read than is shown.
fn most_urgent(conn: &mut PgConnection, user: UserId, groups_of: &[GroupId], limit: i64) -> QueryResult<Vec<TaskId>> {
    #[derive(QueryableByName)]
    struct Found {
        #[diesel(sql_type = BigInt)]
        id: TaskId,
    }
    let open = "t.state IN ('planned', 'ready', 'in_progress') AND EXISTS (SELECT FROM records r WHERE r.id = t.record_id AND r.state = 'open') \
                ORDER BY due_at, id LIMIT $3";
    let found = diesel::sql_query(format!(
        "SELECT id FROM ((SELECT id, due_at FROM tasks t WHERE assignee_id = $1 AND {open})
         UNION ALL SELECT own.* FROM unnest($2) AS of_group CROSS JOIN LATERAL (
             SELECT id, due_at FROM tasks t WHERE group_id = of_group AND assignee_id IS NULL AND {open}) own) found ORDER BY due_at, id LIMIT $3"
    ));
    let rows: Vec<Found> = found.bind::<BigInt, _>(user).bind::<Array<BigInt>, _>(groups_of).bind::<BigInt, _>(limit).load(conn)?;
    Ok(rows.into_iter().map(|it| it.id).collect())
}

/// From now on the due time stands where somebody put it.
pub fn forget_anchor(tx: &mut Tx<'_>, id: TaskId) -> QueryResult<()> {
    diesel::update(tasks::table.find(id)).set((tasks::anchor.eq(None::<Anchor>), tasks::offset_days.eq(None::<i32>))).execute(tx.conn)?;
    Ok(())
}
