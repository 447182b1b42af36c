//! The versions of workflows that records can be moved between.

use crate::domain::ids::WorkflowId;
use crate::domain::records::{RecordKind, RecordState};
use crate::domain::workflows::Workflow;
use crate::store::schema::{records, workflows};
use crate::store::workflows::parse;
use diesel::dsl::count_star;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use std::cmp::Reverse;

/// A published version with what it is called.
#[derive(Clone, Debug)]
pub struct Version {
    pub id: WorkflowId,
    pub key: String,
    pub version: i32,
    pub kind: RecordKind,
    pub name: String,
    pub workflow: Workflow,
}

impl Version {
    /// "Major release, version 2".
    pub fn label(&self) -> String {
        format!("{}, version {}", self.name, self.version)
    }
}

type Row = (WorkflowId, String, i32, RecordKind, String, serde_json::Value);

pub fn find(conn: &mut PgConnection, id: WorkflowId) -> QueryResult<Version> {
    let columns = (workflows::id, workflows::key, workflows::version, workflows::record_kind, workflows::name, workflows::definition);
    let (id, key, version, kind, name, definition): Row = workflows::table.find(id).select(columns).first(conn)?;
    Ok(Version { id, key, version, kind, name, workflow: parse(definition)? })
}

/// A version that records of another can be moved to.
#[derive(Clone, Debug, Queryable)]
pub struct Target {
    pub id: WorkflowId,
    pub key: String,
    pub version: i32,
    pub name: String,
}

/// All versions that records of this one can be moved to: first those of the same workflow, the newest first.
pub fn targets(conn: &mut PgConnection, from: &Version) -> QueryResult<Vec<Target>> {
    let mut all: Vec<Target> = workflows::table
        .filter(workflows::record_kind.eq(from.kind))
        .filter(workflows::id.ne(from.id))
        .select((workflows::id, workflows::key, workflows::version, workflows::name))
        .load(conn)?;
    all.sort_by_key(|it| (it.key != from.key, it.name.clone(), Reverse(it.version)));
    Ok(all)
}

/// The newest version of the same workflow, if it is newer than this one: its id and number.
pub fn newer(conn: &mut PgConnection, than: WorkflowId) -> QueryResult<Option<Newer>> {
    let other = diesel::alias!(workflows as other);
    workflows::table
        .inner_join(other.on(other.field(workflows::key).eq(workflows::key)))
        .filter(workflows::id.eq(than))
        .filter(other.field(workflows::version).gt(workflows::version))
        .order(other.field(workflows::version).desc())
        .select((workflows::name, workflows::version, other.field(workflows::id), other.field(workflows::version)))
        .first(conn)
        .optional()
}

/// That there is a newer version than the one that a record follows.
#[derive(Clone, Debug, Queryable)]
pub struct Newer {
    pub name: String,
    pub version: i32,
    pub newest: WorkflowId,
    pub newest_version: i32,
}

/// How many records run by this version.
pub fn running(conn: &mut PgConnection, id: WorkflowId) -> QueryResult<i64> {
    records::table.filter(records::workflow_id.eq(id)).filter(records::state.eq(RecordState::Open)).select(count_star()).first(conn)
}
