//! Release models.

use super::schema::{categories, groups, models, workflows};
use crate::domain::ids::{CategoryId, ModelId};
use crate::domain::models::Model;
use crate::domain::workflows::Workflow;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::result::Error;
use std::collections::BTreeMap;

#[derive(Debug, Clone)]
pub struct Named {
    pub id: ModelId,
    pub key: String,
    pub version: i32,
    pub category_id: CategoryId,
    pub category: String,
    pub name: String,
    pub model: Model,
    workflow: Workflow,
    groups: BTreeMap<String, String>,
}

impl Named {
    /// What the workflow of the model's category calls a phase.
    pub fn phase_name(&self, key: &str) -> &str {
        self.workflow.phase(key).map_or("–", |it| it.name.as_str())
    }

    pub fn group_name(&self, key: &Option<String>) -> &str {
        key.as_ref().and_then(|it| self.groups.get(it)).map_or("–", String::as_str)
    }

    pub fn title_of(&self, key: &str) -> &str {
        self.model.tasks.iter().find(|it| it.key == key).map_or("–", |it| it.title.as_str())
    }
}

type Row = (ModelId, String, i32, CategoryId, String, String, serde_json::Value, serde_json::Value);

fn named((id, key, version, category_id, category, name, definition, workflow): Row, groups: &BTreeMap<String, String>) -> QueryResult<Named> {
    let model = serde_json::from_value(definition).map_err(|cause| Error::DeserializationError(cause.into()))?;
    Ok(Named { id, key, version, category_id, category, name, model, workflow: super::workflows::parse(workflow)?, groups: groups.clone() })
}

/// Those that can be applied, by category.
pub fn list(conn: &mut PgConnection) -> QueryResult<Vec<Named>> {
    load(conn, None)
}

pub fn find(conn: &mut PgConnection, id: ModelId) -> QueryResult<Named> {
    load(conn, Some(id))?.pop().ok_or(Error::NotFound)
}

fn load(conn: &mut PgConnection, only: Option<ModelId>) -> QueryResult<Vec<Named>> {
    let groups = groups::table.select((groups::key, groups::name)).load::<(String, String)>(conn)?.into_iter().collect();
    let mut query = models::table
        .inner_join(categories::table.inner_join(workflows::table))
        .filter(models::retired_at.is_null())
        .order((categories::position, models::id))
        .select((models::id, models::key, models::version, models::category_id, categories::name, models::name, models::definition, workflows::definition))
        .into_boxed();
    if let Some(id) = only {
        query = query.filter(models::id.eq(id));
    }
    query.load::<Row>(conn)?.into_iter().map(|row| named(row, &groups)).collect()
}
