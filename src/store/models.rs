//! Release models' rows: one for each version of a model.

use super::Tx;
use super::schema::{applied_models, categories, groups, models, records, users};
use crate::domain::ids::{CategoryId, ModelId, RecordId, WorkflowId};
use crate::domain::models::{Ground, Model};
use crate::domain::workflows::Workflow;
use chrono::{DateTime, Utc};
use diesel::dsl::exists;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::result::Error;
use std::collections::BTreeMap;

/// A version of a model, with its category.
#[derive(Debug, Clone)]
pub struct Named {
    pub id: ModelId,
    /// The same for all versions.
    pub key: String,
    pub version: i32,
    pub category_id: CategoryId,
    pub category: String,
    pub name: String,
    pub model: Model,
    pub created_at: DateTime<Utc>,
    /// Grows with every edit in place; a form sends it back so that no one overwrites another's work.
    pub edits: i32,
    pub retired_at: Option<DateTime<Utc>>,
    /// What new releases of the category follow.
    pub workflow_id: WorkflowId,
    /// Whether it is preselected for new releases of its category.
    pub is_usual: bool,
}

#[derive(Queryable)]
struct Row {
    id: ModelId,
    key: String,
    version: i32,
    category_id: CategoryId,
    name: String,
    definition: serde_json::Value,
    created_at: DateTime<Utc>,
    edits: i32,
    retired_at: Option<DateTime<Utc>>,
    category: String,
    workflow_id: WorkflowId,
    usual: Option<String>,
}

fn named(row: Row) -> QueryResult<Named> {
    let model = serde_json::from_value(row.definition).map_err(|cause| Error::DeserializationError(cause.into()))?;
    Ok(Named {
        id: row.id,
        is_usual: row.usual.as_ref() == Some(&row.key),
        key: row.key,
        version: row.version,
        category_id: row.category_id,
        category: row.category,
        name: row.name,
        model,
        created_at: row.created_at,
        edits: row.edits,
        retired_at: row.retired_at,
        workflow_id: row.workflow_id,
    })
}

/// Every version of every model, or of one of them, by category; the newest of each first.
fn load(conn: &mut PgConnection, key: Option<&str>) -> QueryResult<Vec<Named>> {
    let mut query = models::table
        .inner_join(categories::table)
        .order((categories::position, models::key, models::version.desc()))
        .select((
            models::id,
            models::key,
            models::version,
            models::category_id,
            models::name,
            models::definition,
            models::created_at,
            models::edits,
            models::retired_at,
            categories::name,
            categories::workflow_id,
            categories::model_key,
        ))
        .into_boxed();
    if let Some(key) = key {
        query = query.filter(models::key.eq(key.to_owned()));
    }
    query.load::<Row>(conn)?.into_iter().map(named).collect()
}

/// The newest version of each model, by category.
pub fn newest(conn: &mut PgConnection) -> QueryResult<Vec<Named>> {
    let mut all = load(conn, None)?;
    all.dedup_by(|it, before| it.key == before.key);
    Ok(all)
}

/// Those that can be applied, in their newest version, by category.
pub fn list(conn: &mut PgConnection) -> QueryResult<Vec<Named>> {
    Ok(newest(conn)?.into_iter().filter(|it| it.retired_at.is_none()).collect())
}

/// Every version of a model, newest first.
pub fn versions(conn: &mut PgConnection, key: &str) -> QueryResult<Vec<Named>> {
    load(conn, Some(key))
}

pub fn find(conn: &mut PgConnection, id: ModelId) -> QueryResult<Named> {
    let key: String = models::table.find(id).select(models::key).first(conn)?;
    versions(conn, &key)?.into_iter().find(|it| it.id == id).ok_or(Error::NotFound)
}

/// A version that nobody may change, nor begin to apply, until the transaction ends.
pub fn lock(tx: &mut Tx<'_>, id: ModelId) -> QueryResult<Named> {
    models::table.find(id).select(models::id).for_update().first::<ModelId>(tx.conn)?;
    find(tx.conn, id)
}

/// A version that nobody may change until the transaction ends, though others may apply it as well.
pub fn hold(tx: &mut Tx<'_>, id: ModelId) -> QueryResult<Named> {
    models::table.find(id).select(models::id).for_key_share().first::<ModelId>(tx.conn)?;
    find(tx.conn, id)
}

pub fn keys(tx: &mut Tx<'_>) -> QueryResult<Vec<String>> {
    models::table.select(models::key).distinct().load(tx.conn)
}

/// Whether a release had this version applied.
pub fn is_applied(conn: &mut PgConnection, id: ModelId) -> QueryResult<bool> {
    diesel::select(exists(applied_models::table.filter(applied_models::model_id.eq(id)))).get_result(conn)
}

/// A release that had a version of a model applied.
#[derive(Clone, Debug, Queryable)]
pub struct Use {
    pub version: i32,
    pub record: RecordId,
    pub release: Option<String>,
    pub title: String,
    pub at: DateTime<Utc>,
}

/// The releases that had any version of a model applied, the last ones first.
pub fn uses(conn: &mut PgConnection, key: &str, limit: i64) -> QueryResult<Vec<Use>> {
    applied_models::table
        .inner_join(models::table)
        .inner_join(records::table)
        .filter(models::key.eq(key))
        .order((applied_models::at.desc(), records::id.desc()))
        .limit(limit)
        .select((models::version, records::id, records::identifier, records::title, applied_models::at))
        .load(conn)
}

/// Notes that a release had this version applied; the first time counts.
pub fn note_application(tx: &mut Tx<'_>, record: RecordId, id: ModelId) -> QueryResult<bool> {
    let rows = diesel::insert_into(applied_models::table)
        .values((applied_models::record_id.eq(record), applied_models::model_id.eq(id), applied_models::at.eq(tx.now)))
        .on_conflict_do_nothing()
        .execute(tx.conn)?;
    Ok(rows == 1)
}

/// What models of a category stand on: this workflow, and everybody who can be given work.
pub fn ground(conn: &mut PgConnection, workflow: WorkflowId) -> QueryResult<Ground> {
    let workflow = super::workflows::find(conn, workflow)?;
    ground_of(conn, workflow)
}

/// The same for a workflow that need not be published.
pub fn ground_of(conn: &mut PgConnection, workflow: Workflow) -> QueryResult<Ground> {
    let everybody: Vec<(crate::domain::ids::UserId, String, bool)> =
        users::table.filter(users::id.ne(crate::domain::ids::SLIPWAY)).select((users::id, users::name, users::disabled_at.is_null())).load(conn)?;
    let of = |wanted: bool| everybody.iter().filter(|(.., active)| *active == wanted).map(|(id, name, _)| (*id, name.clone())).collect::<BTreeMap<_, _>>();
    Ok(Ground {
        workflow,
        groups: groups::table.select((groups::key, groups::name)).load::<(String, String)>(conn)?.into_iter().collect(),
        people: of(true),
        closed: of(false),
    })
}

fn written(model: &Model) -> QueryResult<serde_json::Value> {
    serde_json::to_value(model).map_err(|cause| Error::SerializationError(cause.into()))
}

pub fn insert(tx: &mut Tx<'_>, key: &str, version: i32, category: CategoryId, name: &str, model: &Model) -> QueryResult<ModelId> {
    diesel::insert_into(models::table)
        .values((
            models::key.eq(key),
            models::version.eq(version),
            models::category_id.eq(category),
            models::name.eq(name),
            models::definition.eq(written(model)?),
            models::created_at.eq(tx.now),
            models::created_by.eq(tx.actor.id),
        ))
        .returning(models::id)
        .get_result(tx.conn)
}

pub fn update(tx: &mut Tx<'_>, id: ModelId, name: &str, model: &Model) -> QueryResult<()> {
    diesel::update(models::table.find(id))
        .set((models::name.eq(name), models::definition.eq(written(model)?), models::edits.eq(models::edits + 1)))
        .execute(tx.conn)?;
    Ok(())
}

/// Says since when a model is not applied any more; none brings it back.
pub fn set_retired(tx: &mut Tx<'_>, id: ModelId, at: Option<DateTime<Utc>>) -> QueryResult<()> {
    diesel::update(models::table.find(id)).set((models::retired_at.eq(at), models::edits.eq(models::edits + 1))).execute(tx.conn)?;
    Ok(())
}

/// Takes out all models of a category that is deleted; none of them was ever applied.
pub fn delete_of(tx: &mut Tx<'_>, category: CategoryId) -> QueryResult<usize> {
    diesel::delete(models::table.filter(models::category_id.eq(category))).execute(tx.conn)
}
