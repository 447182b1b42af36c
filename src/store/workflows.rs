//! Published workflows.

pub mod world;

use super::schema::workflows;
use crate::domain::ids::WorkflowId;
use crate::domain::records::RecordKind;
use crate::domain::workflows::Workflow;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::result::Error;

/// A workflow with what it is called.
#[derive(Debug, Clone)]
pub struct Published {
    pub id: WorkflowId,
    pub name: String,
    pub version: i32,
    pub kind: RecordKind,
    pub workflow: Workflow,
}

pub fn parse(definition: serde_json::Value) -> QueryResult<Workflow> {
    serde_json::from_value(definition).map_err(|cause| Error::DeserializationError(cause.into()))
}

/// All versions, releases first, newest version first.
pub fn list(conn: &mut PgConnection) -> QueryResult<Vec<Published>> {
    let rows: Vec<(WorkflowId, String, i32, RecordKind, serde_json::Value)> = workflows::table
        .order((workflows::record_kind.desc(), workflows::id, workflows::version.desc()))
        .select((workflows::id, workflows::name, workflows::version, workflows::record_kind, workflows::definition))
        .load(conn)?;
    rows.into_iter().map(|(id, name, version, kind, definition)| Ok(Published { id, name, version, kind, workflow: parse(definition)? })).collect()
}

pub fn find(conn: &mut PgConnection, id: WorkflowId) -> QueryResult<Workflow> {
    parse(workflows::table.find(id).select(workflows::definition).first(conn)?)
}

/// One version, with what it is called.
pub fn published(conn: &mut PgConnection, id: WorkflowId) -> QueryResult<Published> {
    let row: (String, i32, RecordKind, serde_json::Value) =
        workflows::table.find(id).select((workflows::name, workflows::version, workflows::record_kind, workflows::definition)).first(conn)?;
    let (name, version, kind, definition) = row;
    Ok(Published { id, name, version, kind, workflow: parse(definition)? })
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
