//! Release models.

use super::Tx;
use super::schema::{applied_models, categories, models};
use crate::domain::ids::{CategoryId, ModelId, RecordId};
use crate::domain::models::Model;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::result::Error;

#[derive(Debug, Clone)]
pub struct Named {
    pub id: ModelId,
    pub key: String,
    pub version: i32,
    pub category_id: CategoryId,
    pub category: String,
    pub name: String,
    pub model: Model,
}

type Row = (ModelId, String, i32, CategoryId, String, String, serde_json::Value);

fn named((id, key, version, category_id, category, name, definition): Row) -> QueryResult<Named> {
    let model = serde_json::from_value(definition).map_err(|cause| Error::DeserializationError(cause.into()))?;
    Ok(Named { id, key, version, category_id, category, name, model })
}

/// Those that can be applied, by category.
pub fn list(conn: &mut PgConnection) -> QueryResult<Vec<Named>> {
    let rows: Vec<Row> = models::table
        .inner_join(categories::table)
        .filter(models::retired_at.is_null())
        .order((categories::position, models::id))
        .select((models::id, models::key, models::version, models::category_id, categories::name, models::name, models::definition))
        .load(conn)?;
    rows.into_iter().map(named).collect()
}

pub fn find(conn: &mut PgConnection, id: ModelId) -> QueryResult<Named> {
    let row: Row = models::table
        .inner_join(categories::table)
        .filter(models::id.eq(id))
        .filter(models::retired_at.is_null())
        .select((models::id, models::key, models::version, models::category_id, categories::name, models::name, models::definition))
        .first(conn)?;
    named(row)
}

pub fn note_applied(tx: &mut Tx<'_>, record: RecordId, model: ModelId) -> QueryResult<()> {
    diesel::insert_into(applied_models::table)
        .values((applied_models::record_id.eq(record), applied_models::model_id.eq(model), applied_models::applied_at.eq(tx.now)))
        .on_conflict_do_nothing()
        .execute(tx.conn)?;
    Ok(())
}
