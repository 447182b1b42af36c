//! Drafts of workflows, and the draft as it was after each edit.

use super::Tx;
use super::schema::{ended_workflow_drafts as ended, users, workflow_draft_edits as edits, workflow_drafts as drafts};
use super::workflows::{parse, written};
use crate::domain::ids::{WorkflowDraftId, WorkflowId};
use crate::domain::records::RecordKind;
use crate::domain::workflows::Workflow;
use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;

/// A workflow that somebody shapes.
#[derive(Clone, Debug)]
pub struct Draft {
    pub id: WorkflowDraftId,
    /// Of the workflow whose next version it becomes.
    pub key: String,
    pub kind: RecordKind,
    pub name: String,
    pub workflow: Workflow,
    /// The version that it began as a copy of; of this workflow or of another.
    pub based_on: Option<WorkflowId>,
    /// Grows with every edit; a form sends it back so that no one overwrites another's work.
    pub version: i32,
    pub created_at: DateTime<Utc>,
}

type Row = (WorkflowDraftId, String, RecordKind, String, serde_json::Value, Option<WorkflowId>, i32, DateTime<Utc>);

fn draft((id, key, kind, name, definition, based_on, version, created_at): Row) -> QueryResult<Draft> {
    Ok(Draft { id, key, kind, name, workflow: parse(definition)?, based_on, version, created_at })
}

type Columns = (drafts::id, drafts::key, drafts::record_kind, drafts::name, drafts::definition, drafts::based_on, drafts::version, drafts::created_at);
const COLUMNS: Columns =
    (drafts::id, drafts::key, drafts::record_kind, drafts::name, drafts::definition, drafts::based_on, drafts::version, drafts::created_at);

pub fn find(conn: &mut PgConnection, id: WorkflowDraftId) -> QueryResult<Draft> {
    draft(drafts::table.find(id).select(COLUMNS).first(conn)?)
}

/// A draft that nobody else may change until the transaction ends.
pub fn lock(tx: &mut Tx<'_>, id: WorkflowDraftId) -> QueryResult<Draft> {
    draft(drafts::table.find(id).select(COLUMNS).for_update().first(tx.conn)?)
}

/// The draft of the workflow of this key, if there is one.
pub fn of_key(conn: &mut PgConnection, key: &str) -> QueryResult<Option<WorkflowDraftId>> {
    drafts::table.filter(drafts::key.eq(key)).select(drafts::id).first(conn).optional()
}

/// All drafts, the newest first, each with who edited it last, and when.
pub fn list(conn: &mut PgConnection) -> QueryResult<Vec<(Draft, String, DateTime<Utc>)>> {
    let rows: Vec<Row> = drafts::table.order(drafts::id.desc()).select(COLUMNS).load(conn)?;
    let last: Vec<(WorkflowDraftId, String, DateTime<Utc>)> = edits::table
        .inner_join(users::table)
        .distinct_on(edits::draft_id)
        .order((edits::draft_id, edits::version.desc()))
        .select((edits::draft_id, users::name, edits::edited_at))
        .load(conn)?;
    let of = |row: Row| {
        let draft = draft(row)?;
        let (by, at) = last.iter().find(|it| it.0 == draft.id).map(|it| (it.1.clone(), it.2)).unwrap_or_else(|| (String::new(), draft.created_at));
        Ok((draft, by, at))
    };
    rows.into_iter().map(of).collect()
}

/// The keys and names that drafts have taken.
pub fn taken(conn: &mut PgConnection) -> QueryResult<Vec<(String, String)>> {
    drafts::table.select((drafts::key, drafts::name)).load(conn)
}

/// What a new draft begins as.
#[derive(Clone, Copy, Debug)]
pub struct New<'a> {
    pub key: &'a str,
    pub kind: RecordKind,
    pub name: &'a str,
    pub workflow: &'a Workflow,
    pub based_on: Option<WorkflowId>,
}

/// Begins a draft; none, if there is one of this key already, be it from a moment ago.
pub fn insert(tx: &mut Tx<'_>, new: &New<'_>) -> QueryResult<Option<WorkflowDraftId>> {
    let id: Option<WorkflowDraftId> = diesel::insert_into(drafts::table)
        .values((
            drafts::key.eq(new.key),
            drafts::record_kind.eq(new.kind),
            drafts::name.eq(new.name),
            drafts::definition.eq(written(new.workflow)?),
            drafts::based_on.eq(new.based_on),
            drafts::created_at.eq(tx.now),
            drafts::created_by.eq(tx.actor.id),
        ))
        .on_conflict(drafts::key)
        .do_nothing()
        .returning(drafts::id)
        .get_result(tx.conn)
        .optional()?;
    if let Some(id) = id {
        keep(tx, id, 1, new.name, new.workflow)?;
    }
    Ok(id)
}

/// Writes the draft as it is after an edit, and keeps it as one of its steps.
pub fn update(tx: &mut Tx<'_>, id: WorkflowDraftId, name: &str, workflow: &Workflow) -> QueryResult<()> {
    let version = diesel::update(drafts::table.find(id))
        .set((drafts::name.eq(name), drafts::definition.eq(written(workflow)?), drafts::version.eq(drafts::version + 1)))
        .returning(drafts::version)
        .get_result(tx.conn)?;
    keep(tx, id, version, name, workflow)
}

fn keep(tx: &mut Tx<'_>, id: WorkflowDraftId, version: i32, name: &str, workflow: &Workflow) -> QueryResult<()> {
    diesel::insert_into(edits::table)
        .values((
            edits::draft_id.eq(id),
            edits::version.eq(version),
            edits::name.eq(name),
            edits::definition.eq(written(workflow)?),
            edits::edited_at.eq(tx.now),
            edits::edited_by.eq(tx.actor.id),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Name and workflow as they were after the edit of this number.
pub fn at(conn: &mut PgConnection, id: WorkflowDraftId, version: i32) -> QueryResult<Option<(String, Workflow)>> {
    let row: Option<(String, serde_json::Value)> = edits::table.find((id, version)).select((edits::name, edits::definition)).first(conn).optional()?;
    row.map(|(name, definition)| Ok((name, parse(definition)?))).transpose()
}

/// The workflow as it was in these versions, in their order.
pub fn between(conn: &mut PgConnection, id: WorkflowDraftId, first: i32, last: i32) -> QueryResult<Vec<Workflow>> {
    let rows: Vec<serde_json::Value> =
        edits::table.filter(edits::draft_id.eq(id)).filter(edits::version.between(first, last)).order(edits::version).select(edits::definition).load(conn)?;
    rows.into_iter().map(parse).collect()
}

/// Who edited it after this version, and when each of them did so last; the latest first.
pub fn editors_since(conn: &mut PgConnection, id: WorkflowDraftId, version: i32) -> QueryResult<Vec<(String, DateTime<Utc>)>> {
    let all: Vec<(String, DateTime<Utc>)> = edits::table
        .inner_join(users::table)
        .filter(edits::draft_id.eq(id))
        .filter(edits::version.gt(version))
        .order(edits::version.desc())
        .select((users::name, edits::edited_at))
        .load(conn)?;
    let mut editors: Vec<(String, DateTime<Utc>)> = Vec::new();
    for (name, at) in all {
        if !editors.iter().any(|it| it.0 == name) {
            editors.push((name, at));
        }
    }
    Ok(editors)
}

/// Gives a draft of a new workflow another key.
pub fn set_key(tx: &mut Tx<'_>, id: WorkflowDraftId, key: &str) -> QueryResult<()> {
    diesel::update(drafts::table.find(id)).set(drafts::key.eq(key)).execute(tx.conn)?;
    Ok(())
}

/// Ends the draft, and with it the memory of its edits. What remains is what became of it: the version that was published of it, if it was not discarded.
pub fn remove(tx: &mut Tx<'_>, id: WorkflowDraftId, published: Option<WorkflowId>) -> QueryResult<()> {
    let name: String = diesel::delete(drafts::table.find(id)).returning(drafts::name).get_result(tx.conn)?;
    diesel::insert_into(ended::table)
        .values((ended::id.eq(id), ended::name.eq(name), ended::published.eq(published), ended::ended_at.eq(tx.now), ended::ended_by.eq(tx.actor.id)))
        .execute(tx.conn)?;
    Ok(())
}

/// A draft that is no more.
#[derive(Clone, Debug, Queryable)]
pub struct Ended {
    pub name: String,
    /// The version that it became; none if it was discarded.
    pub published: Option<WorkflowId>,
    pub at: DateTime<Utc>,
    pub by: String,
}

/// What became of the draft that had this id.
pub fn ended(conn: &mut PgConnection, id: WorkflowDraftId) -> QueryResult<Ended> {
    let row = ended::table.inner_join(users::table).filter(ended::id.eq(id));
    row.select((ended::name, ended::published, ended::ended_at, users::name)).first(conn)
}
