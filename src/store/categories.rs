//! The kinds of release and of RFC.

use super::Tx;
use super::schema::{categories, workflows};
use crate::domain::categories::{MOST_COUNTED, Usage};
use crate::domain::ids::{CategoryId, ModelId, WorkflowId};
use crate::domain::records::RecordKind;
use crate::domain::releases::Level;
use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use std::collections::BTreeMap;

#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = categories, check_for_backend(diesel::pg::Pg))]
pub struct Category {
    pub id: CategoryId,
    pub key: String,
    pub name: String,
    pub level: Level,
    pub record_kind: RecordKind,
    /// What new records follow.
    pub workflow_id: WorkflowId,
    /// The model that is preselected for new releases.
    pub model_key: Option<String>,
    pub position: i32,
    pub version: i32,
    pub retired_at: Option<DateTime<Utc>>,
}

/// Those that new records may have, in order.
pub fn list(conn: &mut PgConnection, kind: RecordKind) -> QueryResult<Vec<Category>> {
    Ok(all(conn, kind)?.into_iter().filter(|it| it.retired_at.is_none()).collect())
}

/// All of a kind, retired ones last.
pub fn all(conn: &mut PgConnection, kind: RecordKind) -> QueryResult<Vec<Category>> {
    Category::query().filter(categories::record_kind.eq(kind)).order((categories::retired_at.is_not_null(), categories::position, categories::id)).load(conn)
}

/// One that new records may have.
pub fn find(conn: &mut PgConnection, kind: RecordKind, id: CategoryId) -> QueryResult<Category> {
    Category::query().filter(categories::id.eq(id)).filter(categories::record_kind.eq(kind)).filter(categories::retired_at.is_null()).first(conn)
}

/// One that new records may have, and that nobody retires or changes until the transaction ends.
pub fn hold(tx: &mut Tx<'_>, kind: RecordKind, id: CategoryId) -> QueryResult<Category> {
    let offered = categories::table.filter(categories::id.eq(id)).filter(categories::retired_at.is_null());
    let id: CategoryId = offered.select(categories::id).for_share().first(tx.conn)?;
    find(tx.conn, kind, id)
}

/// Any, retired ones too.
pub fn any(conn: &mut PgConnection, id: CategoryId) -> QueryResult<Category> {
    Category::query().filter(categories::id.eq(id)).first(conn)
}

/// All of a kind, which nobody else may change until the transaction ends, nor register a record with.
pub fn lock_all(tx: &mut Tx<'_>, kind: RecordKind) -> QueryResult<Vec<Category>> {
    categories::table.filter(categories::record_kind.eq(kind)).order(categories::id).select(categories::id).for_update().load::<CategoryId>(tx.conn)?;
    all(tx.conn, kind)
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    id: CategoryId,
    #[diesel(sql_type = BigInt)]
    open: i64,
    #[diesel(sql_type = BigInt)]
    ended: i64,
}

/// How many records have each category, counted by their index alone and no further than [`MOST_COUNTED`] and one more.
pub fn usage(conn: &mut PgConnection) -> QueryResult<BTreeMap<CategoryId, Usage>> {
    let some = |which: &str| format!("(SELECT count(*) FROM (SELECT FROM records r WHERE r.category_id = c.id AND r.state {which} LIMIT $1) AS looked_at)");
    let (open, ended) = (some("= 'open'"), some("<> 'open'"));
    let counted = diesel::sql_query(format!("SELECT c.id, {open} AS open, {ended} AS ended FROM categories c"));
    let rows: Vec<Counted> = counted.bind::<BigInt, _>(MOST_COUNTED + 1).load(conn)?;
    Ok(rows.into_iter().map(|Counted { id, open, ended }| (id, Usage { open, ended })).collect())
}

/// The model that is preselected for new releases of a category, in its newest version.
pub fn usual_model(conn: &mut PgConnection, id: CategoryId) -> QueryResult<Option<ModelId>> {
    Ok(super::models::list(conn)?.into_iter().find(|it| it.category_id == id && it.is_usual).map(|it| it.id))
}

/// What can be changed of a category.
#[derive(Debug, Clone, PartialEq, Eq, Insertable, AsChangeset)]
#[diesel(table_name = categories, treat_none_as_null = true)]
pub struct Shape {
    pub name: String,
    pub level: Level,
    pub workflow_id: WorkflowId,
    pub model_key: Option<String>,
}

/// Adds a category behind the others of its kind.
pub fn insert(tx: &mut Tx<'_>, kind: RecordKind, key: &str, shape: &Shape) -> QueryResult<CategoryId> {
    let last: Option<i32> = categories::table.filter(categories::record_kind.eq(kind)).select(diesel::dsl::max(categories::position)).first(tx.conn)?;
    diesel::insert_into(categories::table)
        .values((shape, categories::record_kind.eq(kind), categories::key.eq(key), categories::position.eq(last.unwrap_or_default() + 1)))
        .returning(categories::id)
        .get_result(tx.conn)
}

pub fn update(tx: &mut Tx<'_>, id: CategoryId, shape: &Shape) -> QueryResult<()> {
    diesel::update(categories::table.find(id)).set((shape, categories::version.eq(categories::version + 1))).execute(tx.conn)?;
    Ok(())
}

/// Puts the categories of a kind in this order.
pub fn arrange(tx: &mut Tx<'_>, order: &[CategoryId]) -> QueryResult<()> {
    for (position, id) in (1..).zip(order) {
        diesel::update(categories::table.find(id)).set(categories::position.eq(position)).execute(tx.conn)?;
    }
    Ok(())
}

/// Says since when a category is not offered any more; none brings it back.
pub fn set_retired(tx: &mut Tx<'_>, id: CategoryId, at: Option<DateTime<Utc>>) -> QueryResult<()> {
    diesel::update(categories::table.find(id)).set((categories::retired_at.eq(at), categories::version.eq(categories::version + 1))).execute(tx.conn)?;
    Ok(())
}

pub fn delete(tx: &mut Tx<'_>, id: CategoryId) -> QueryResult<()> {
    diesel::delete(categories::table.find(id)).execute(tx.conn)?;
    Ok(())
}

pub fn keys(tx: &mut Tx<'_>) -> QueryResult<Vec<String>> {
    categories::table.select(categories::key).load(tx.conn)
}

/// A published version of a workflow, as a category can follow it.
#[derive(Debug, Clone, Queryable)]
pub struct Followed {
    pub id: WorkflowId,
    pub key: String,
    pub version: i32,
    pub name: String,
}

impl Followed {
    pub fn words(&self) -> String {
        format!("{}, version {}", self.name, self.version)
    }
}

/// Every published version that categories of this kind can follow, the newest of each first.
pub fn followed(conn: &mut PgConnection, kind: RecordKind) -> QueryResult<Vec<Followed>> {
    workflows::table
        .filter(workflows::record_kind.eq(kind))
        .order((workflows::key, workflows::version.desc()))
        .select((workflows::id, workflows::key, workflows::version, workflows::name))
        .load(conn)
}
