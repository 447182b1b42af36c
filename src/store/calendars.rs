//! Calendars' rows, and which of them counts for what.

use super::Tx;
use super::schema::{calendars, configuration_items, groups};
use crate::domain::calendars::Calendar;
use crate::domain::ids::{CalendarId, GroupId, ItemId};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::result::Error;
use std::collections::BTreeMap;

/// A calendar with its name.
#[derive(Debug, Clone)]
pub struct Named {
    pub id: CalendarId,
    pub name: String,
    pub is_default: bool,
    pub version: i32,
    pub calendar: Calendar,
}

type Row = (CalendarId, String, serde_json::Value, bool, i32);

/// Several calendars at hand; what names none of them goes by the default one.
#[derive(Debug, Clone, Default)]
pub struct Known {
    named: BTreeMap<CalendarId, Calendar>,
    default: Calendar,
}

impl Known {
    pub fn get(&self, id: Option<CalendarId>) -> &Calendar {
        id.and_then(|id| self.named.get(&id)).unwrap_or(&self.default)
    }
}

pub(super) fn parse(definition: serde_json::Value) -> QueryResult<Calendar> {
    serde_json::from_value(definition).map_err(|cause| Error::DeserializationError(cause.into()))
}

fn named((id, name, definition, is_default, version): Row) -> QueryResult<Named> {
    Ok(Named { id, name, is_default, version, calendar: parse(definition)? })
}

pub fn list(conn: &mut PgConnection) -> QueryResult<Vec<Named>> {
    let rows: Vec<Row> = calendars::table.order(calendars::name).load(conn)?;
    rows.into_iter().map(named).collect()
}

pub fn find(conn: &mut PgConnection, id: CalendarId) -> QueryResult<Named> {
    named(calendars::table.find(id).first(conn)?)
}

/// A calendar that nobody else may change until the transaction ends.
pub fn lock(tx: &mut Tx<'_>, id: CalendarId) -> QueryResult<Named> {
    named(calendars::table.find(id).for_no_key_update().first(tx.conn)?)
}

/// Id and name of each, for forms.
pub fn names(conn: &mut PgConnection) -> QueryResult<Vec<(CalendarId, String)>> {
    calendars::table.order(calendars::name).select((calendars::id, calendars::name)).load(conn)
}

/// Groups and services that have a calendar of their own: the calendar and their names.
#[derive(Debug, Clone, Default)]
pub struct Uses {
    pub groups: Vec<(CalendarId, GroupId, String)>,
    pub items: Vec<(CalendarId, ItemId, String)>,
}

/// Who goes by which calendar; all others go by the default one.
pub fn uses(conn: &mut PgConnection) -> QueryResult<Uses> {
    let groups = groups::table.filter(groups::calendar_id.is_not_null()).order(groups::name);
    let items = configuration_items::table.filter(configuration_items::calendar_id.is_not_null()).order(configuration_items::name);
    Ok(Uses {
        groups: groups.select((groups::calendar_id.assume_not_null(), groups::id, groups::name)).load(conn)?,
        items: items.select((configuration_items::calendar_id.assume_not_null(), configuration_items::id, configuration_items::name)).load(conn)?,
    })
}

/// All of them at hand, for reckoning many times at once.
pub fn known(conn: &mut PgConnection) -> QueryResult<Known> {
    let rows: Vec<(CalendarId, bool, serde_json::Value)> = calendars::table.select((calendars::id, calendars::is_default, calendars::definition)).load(conn)?;
    let mut known = Known::default();
    for (id, is_default, definition) in rows {
        let calendar = parse(definition)?;
        if is_default {
            known.default = calendar.clone();
        }
        known.named.insert(id, calendar);
    }
    Ok(known)
}

/// The calendar in which a service is worked on: its own, or the default one.
pub fn of_item(conn: &mut PgConnection, item: Option<ItemId>) -> QueryResult<Calendar> {
    let own = configuration_items::table.filter(configuration_items::id.nullable().eq(item)).select(configuration_items::calendar_id).single_value();
    let found = calendars::table
        .filter(calendars::id.nullable().eq(own).or(calendars::is_default.nullable()))
        .order(calendars::id.nullable().is_not_distinct_from(own).desc())
        .select(calendars::definition)
        .first(conn)
        .optional()?;
    Ok(found.map(parse).transpose()?.unwrap_or_default())
}

/// The calendars of the groups that have their own.
pub fn of_groups(conn: &mut PgConnection, wanted: &[GroupId]) -> QueryResult<BTreeMap<GroupId, Calendar>> {
    let rows: Vec<(GroupId, serde_json::Value)> =
        groups::table.inner_join(calendars::table).filter(groups::id.eq_any(wanted)).select((groups::id, calendars::definition)).load(conn)?;
    rows.into_iter().map(|(id, definition)| Ok((id, parse(definition)?))).collect()
}

/// The calendar of the group of this name, if there is such a group and it has its own.
pub fn of_group_named(conn: &mut PgConnection, name: &str) -> QueryResult<Option<Calendar>> {
    let found = groups::table.inner_join(calendars::table).filter(groups::name.eq(name)).select(calendars::definition).first(conn).optional()?;
    found.map(parse).transpose()
}

fn definition(calendar: &Calendar) -> QueryResult<serde_json::Value> {
    serde_json::to_value(calendar).map_err(|cause| Error::SerializationError(cause.into()))
}

pub fn insert(tx: &mut Tx<'_>, name: &str, calendar: &Calendar) -> QueryResult<CalendarId> {
    diesel::insert_into(calendars::table)
        .values((calendars::name.eq(name), calendars::definition.eq(definition(calendar)?)))
        .returning(calendars::id)
        .get_result(tx.conn)
}

pub fn update(tx: &mut Tx<'_>, id: CalendarId, name: &str, calendar: &Calendar) -> QueryResult<()> {
    diesel::update(calendars::table.find(id))
        .set((calendars::name.eq(name), calendars::definition.eq(definition(calendar)?), calendars::version.eq(calendars::version + 1)))
        .execute(tx.conn)?;
    Ok(())
}

/// Makes this one the default in the place of the one that was.
pub fn set_default(tx: &mut Tx<'_>, id: CalendarId) -> QueryResult<()> {
    diesel::update(calendars::table.filter(calendars::is_default).filter(calendars::id.ne(id)))
        .set((calendars::is_default.eq(false), calendars::version.eq(calendars::version + 1)))
        .execute(tx.conn)?;
    diesel::update(calendars::table.find(id)).set(calendars::is_default.eq(true)).execute(tx.conn)?;
    Ok(())
}
