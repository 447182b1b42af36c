//! Published workflows. A version that was published never changes.

pub mod world;

use super::Tx;
use super::schema::{categories, records, users, workflows};
use crate::domain::ids::{CategoryId, WorkflowId};
use crate::domain::records::{RecordKind, RecordState};
use crate::domain::workflows::Workflow;
use chrono::{DateTime, Utc};
use diesel::dsl::count_star;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::result::Error;
use std::collections::BTreeMap;

/// A version of a workflow, with what it is called.
#[derive(Debug, Clone)]
pub struct Published {
    pub id: WorkflowId,
    /// The same for all versions.
    pub key: String,
    pub name: String,
    pub version: i32,
    pub kind: RecordKind,
    pub workflow: Workflow,
    pub published_at: DateTime<Utc>,
    /// None for a shipped version.
    pub published_by: Option<String>,
    pub note: String,
}

type Row = ((WorkflowId, String, String, i32, RecordKind, serde_json::Value, DateTime<Utc>, String), Option<String>);

fn published(((id, key, name, version, kind, definition, published_at, note), published_by): Row) -> QueryResult<Published> {
    Ok(Published { id, key, name, version, kind, workflow: parse(definition)?, published_at, published_by, note })
}

pub fn parse(definition: serde_json::Value) -> QueryResult<Workflow> {
    serde_json::from_value(definition).map_err(|cause| Error::DeserializationError(cause.into()))
}

pub fn written(workflow: &Workflow) -> QueryResult<serde_json::Value> {
    serde_json::to_value(workflow).map_err(|cause| Error::SerializationError(cause.into()))
}

#[diesel::dsl::auto_type(no_type_alias)]
fn rows() -> _ {
    let columns = (
        workflows::id,
        workflows::key,
        workflows::name,
        workflows::version,
        workflows::record_kind,
        workflows::definition,
        workflows::published_at,
        workflows::note,
    );
    workflows::table.left_join(users::table).select((columns, users::name.nullable()))
}

/// All versions, releases first, newest version first.
pub fn list(conn: &mut PgConnection) -> QueryResult<Vec<Published>> {
    let all: Vec<Row> = rows().order((workflows::record_kind.desc(), workflows::id, workflows::version.desc())).load(conn)?;
    all.into_iter().map(published).collect()
}

/// The newest version of each, releases first, in the order in which they were made.
pub fn newest(conn: &mut PgConnection) -> QueryResult<Vec<Published>> {
    let all = list(conn)?;
    let newer = |one: &Published| all.iter().any(|it| it.key == one.key && it.version > one.version);
    let first = |key: &str| all.iter().filter(|it| it.key == key).map(|it| it.id).min();
    let mut newest: Vec<Published> = all.iter().filter(|it| !newer(it)).cloned().collect();
    newest.sort_by_key(|it| (it.kind != RecordKind::Release, first(&it.key)));
    Ok(newest)
}

/// Every version of a workflow, newest first.
pub fn versions(conn: &mut PgConnection, key: &str) -> QueryResult<Vec<Published>> {
    let all: Vec<Row> = rows().filter(workflows::key.eq(key)).order(workflows::version.desc()).load(conn)?;
    all.into_iter().map(published).collect()
}

/// A version with all that is known of it.
pub fn version(conn: &mut PgConnection, id: WorkflowId) -> QueryResult<Published> {
    published(rows().filter(workflows::id.eq(id)).first(conn)?)
}

pub fn find(conn: &mut PgConnection, id: WorkflowId) -> QueryResult<Workflow> {
    parse(workflows::table.find(id).select(workflows::definition).first(conn)?)
}

/// The key of each version.
pub fn keys(conn: &mut PgConnection) -> QueryResult<BTreeMap<WorkflowId, String>> {
    let rows: Vec<(WorkflowId, String)> = workflows::table.select((workflows::id, workflows::key)).load(conn)?;
    Ok(rows.into_iter().collect())
}

/// A version that is about to be published.
#[derive(Clone, Copy, Debug)]
pub struct New<'a> {
    pub key: &'a str,
    pub version: i32,
    pub kind: RecordKind,
    pub name: &'a str,
    pub workflow: &'a Workflow,
    pub note: &'a str,
}

pub fn insert(tx: &mut Tx<'_>, new: &New<'_>) -> QueryResult<WorkflowId> {
    diesel::insert_into(workflows::table)
        .values((
            workflows::key.eq(new.key),
            workflows::version.eq(new.version),
            workflows::record_kind.eq(new.kind),
            workflows::name.eq(new.name),
            workflows::definition.eq(written(new.workflow)?),
            workflows::published_at.eq(tx.now),
            workflows::published_by.eq(tx.actor.id),
            workflows::note.eq(new.note),
        ))
        .returning(workflows::id)
        .get_result(tx.conn)
}

/// A category, and the version of a workflow that its new records follow.
#[derive(Clone, Debug, Queryable)]
pub struct Follower {
    pub id: CategoryId,
    pub name: String,
    pub workflow: WorkflowId,
    pub key: String,
    pub workflow_name: String,
    pub version: i32,
    pub retired_at: Option<DateTime<Utc>>,
}

/// The categories of this kind, in order, each with what it follows.
pub fn followers(conn: &mut PgConnection, kind: RecordKind) -> QueryResult<Vec<Follower>> {
    categories::table
        .inner_join(workflows::table)
        .filter(categories::record_kind.eq(kind))
        .order((categories::position, categories::id))
        .select((categories::id, categories::name, workflows::id, workflows::key, workflows::name, workflows::version, categories::retired_at))
        .load(conn)
}

/// New records of these categories follow this version from now on.
pub fn follow(tx: &mut Tx<'_>, followers: &[CategoryId], version: WorkflowId) -> QueryResult<()> {
    let next = (categories::workflow_id.eq(version), categories::version.eq(categories::version + 1));
    diesel::update(categories::table.filter(categories::id.eq_any(followers))).set(next).execute(tx.conn)?;
    Ok(())
}

/// How many open records go through each version that any goes through.
pub fn open_records(conn: &mut PgConnection) -> QueryResult<Vec<(WorkflowId, i64)>> {
    records::table.filter(records::state.eq(RecordState::Open)).group_by(records::workflow_id).select((records::workflow_id, count_star())).load(conn)
}

/// Every phase that any published workflow of this kind has: key and name, in order, for filters.
pub fn phases(conn: &mut PgConnection, kind: RecordKind) -> QueryResult<Vec<(String, String)>> {
    let mut phases: Vec<(String, String)> = Vec::new();
    for published in list(conn)?.into_iter().filter(|it| it.kind == kind) {
        for phase in published.workflow.phases {
            if !phases.iter().any(|(key, _)| *key == phase.key) {
                phases.push((phase.key, phase.name));
            }
        }
    }
    Ok(phases)
}
