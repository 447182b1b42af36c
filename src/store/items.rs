//! Configuration items.

use super::Tx;
use super::schema::{affected_items, configuration_items};
use crate::domain::ids::{CalendarId, ItemId, RecordId};
use crate::domain::items::ItemKind;
use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;

#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = configuration_items, check_for_backend(diesel::pg::Pg))]
pub struct Item {
    pub id: ItemId,
    pub name: String,
    pub kind: ItemKind,
    pub description: String,
    pub version: i32,
    /// In which it is worked on; the default one if empty.
    pub calendar_id: Option<CalendarId>,
    /// Since when it is not offered any more.
    pub retired_at: Option<DateTime<Utc>>,
}

/// Everything in use, by name.
pub fn list(conn: &mut PgConnection) -> QueryResult<Vec<Item>> {
    Item::query().filter(configuration_items::retired_at.is_null()).order(configuration_items::name).load(conn)
}

/// What has this text in its name or description, by name; what is retired comes last.
pub fn with_text(conn: &mut PgConnection, text: &str, limit: i64) -> QueryResult<Vec<Item>> {
    use diesel::dsl::sql;
    use diesel::sql_types::{Bool, Text};
    let has = sql::<Bool>("strpos(lower(name || ' ' || description), lower(").bind::<Text, _>(text).sql(")) > 0");
    let order = (configuration_items::retired_at.is_not_null(), configuration_items::name, configuration_items::id);
    Item::query().filter(has).order(order).limit(limit).load(conn)
}

pub fn find(conn: &mut PgConnection, id: ItemId) -> QueryResult<Item> {
    Item::query().filter(configuration_items::id.eq(id)).first(conn)
}

/// By name, whatever its case.
pub fn find_by_name(conn: &mut PgConnection, name: &str) -> QueryResult<Option<Item>> {
    use diesel::dsl::sql;
    use diesel::sql_types::{Bool, Text};
    Item::query().filter(sql::<Bool>("lower(name) = lower(").bind::<Text, _>(name).sql(")")).first(conn).optional()
}

pub fn insert(tx: &mut Tx<'_>, name: &str, kind: ItemKind, description: &str) -> QueryResult<ItemId> {
    diesel::insert_into(configuration_items::table)
        .values((configuration_items::name.eq(name), configuration_items::kind.eq(kind), configuration_items::description.eq(description)))
        .returning(configuration_items::id)
        .get_result(tx.conn)
}

/// Says in which calendar the item is worked on; none is the default one.
pub fn set_calendar(tx: &mut Tx<'_>, id: ItemId, calendar: Option<CalendarId>) -> QueryResult<()> {
    diesel::update(configuration_items::table.find(id)).set(configuration_items::calendar_id.eq(calendar)).execute(tx.conn)?;
    Ok(())
}

/// Whether it is offered to new records.
pub fn set_retired(tx: &mut Tx<'_>, id: ItemId, retired: bool) -> QueryResult<()> {
    let since = retired.then_some(tx.now);
    diesel::update(configuration_items::table.find(id)).set(configuration_items::retired_at.eq(since)).execute(tx.conn)?;
    Ok(())
}

/// Returns whether the item was still at version `seen`.
pub fn update(tx: &mut Tx<'_>, id: ItemId, seen: i32, name: &str, kind: ItemKind, description: &str) -> QueryResult<bool> {
    let rows = diesel::update(configuration_items::table.filter(configuration_items::id.eq(id)).filter(configuration_items::version.eq(seen)))
        .set((
            configuration_items::name.eq(name),
            configuration_items::kind.eq(kind),
            configuration_items::description.eq(description),
            configuration_items::version.eq(seen.wrapping_add(1)),
        ))
        .execute(tx.conn)?;
    Ok(rows == 1)
}

/// The items that an RFC touches: id and name.
pub fn affected(conn: &mut PgConnection, record: RecordId) -> QueryResult<Vec<(ItemId, String)>> {
    affected_items::table
        .inner_join(configuration_items::table)
        .filter(affected_items::record_id.eq(record))
        .order(configuration_items::name)
        .select((configuration_items::id, configuration_items::name))
        .load(conn)
}

pub fn set_affected(tx: &mut Tx<'_>, record: RecordId, items: &[ItemId]) -> QueryResult<()> {
    diesel::delete(affected_items::table.filter(affected_items::record_id.eq(record))).execute(tx.conn)?;
    let rows: Vec<_> = items.iter().map(|item| (affected_items::record_id.eq(record), affected_items::ci_id.eq(*item))).collect();
    diesel::insert_into(affected_items::table).values(rows).on_conflict_do_nothing().execute(tx.conn)?;
    Ok(())
}

/// Holds the item until the transaction ends, so that two releases cannot take the same version.
pub fn lock(tx: &mut Tx<'_>, id: ItemId) -> QueryResult<()> {
    configuration_items::table.find(id).select(configuration_items::id).for_no_key_update().first::<ItemId>(tx.conn)?;
    Ok(())
}
