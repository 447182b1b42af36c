//! The points of a checklist.

use crate::domain::ids::{HandoverItemId, RecordId, UserId};
use crate::store::Tx;
use crate::store::schema::{handover_items, users};
use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;

/// A point, in the order of the list.
#[derive(Clone, Debug, Queryable)]
pub struct Item {
    pub id: HandoverItemId,
    pub record_id: RecordId,
    pub title: String,
    pub done_at: Option<DateTime<Utc>>,
    pub version: i32,
    /// Who ticked it off.
    pub done_by: Option<String>,
}

impl Item {
    pub fn is_done(&self) -> bool {
        self.done_at.is_some()
    }
}

pub fn list(conn: &mut PgConnection, record: RecordId) -> QueryResult<Vec<Item>> {
    handover_items::table
        .left_join(users::table.on(users::id.nullable().eq(handover_items::done_by)))
        .filter(handover_items::record_id.eq(record))
        .order((handover_items::position, handover_items::id))
        .select((
            handover_items::id,
            handover_items::record_id,
            handover_items::title,
            handover_items::done_at,
            handover_items::version,
            users::name.nullable(),
        ))
        .load(conn)
}

/// Whose checklist a point belongs to.
pub fn record_of(conn: &mut PgConnection, id: HandoverItemId) -> QueryResult<RecordId> {
    handover_items::table.find(id).select(handover_items::record_id).first(conn)
}

/// Puts these at the end of the list.
pub fn append(tx: &mut Tx<'_>, record: RecordId, titles: &[&str]) -> QueryResult<()> {
    let last: Option<i32> =
        handover_items::table.filter(handover_items::record_id.eq(record)).select(diesel::dsl::max(handover_items::position)).first(tx.conn)?;
    let rows: Vec<_> = (last.unwrap_or_default() + 1..)
        .zip(titles)
        .map(|(position, title)| (handover_items::record_id.eq(record), handover_items::position.eq(position), handover_items::title.eq(*title)))
        .collect();
    diesel::insert_into(handover_items::table).values(rows).execute(tx.conn)?;
    Ok(())
}

pub fn rename(tx: &mut Tx<'_>, id: HandoverItemId, title: &str) -> QueryResult<()> {
    diesel::update(handover_items::table.find(id))
        .set((handover_items::title.eq(title), handover_items::version.eq(handover_items::version + 1)))
        .execute(tx.conn)?;
    Ok(())
}

/// Ticks it off, or opens it again.
pub fn set_done(tx: &mut Tx<'_>, id: HandoverItemId, done: bool) -> QueryResult<()> {
    let (at, by): (Option<DateTime<Utc>>, Option<UserId>) = if done { (Some(tx.now), Some(tx.actor.id)) } else { (None, None) };
    diesel::update(handover_items::table.find(id))
        .set((handover_items::done_at.eq(at), handover_items::done_by.eq(by), handover_items::version.eq(handover_items::version + 1)))
        .execute(tx.conn)?;
    Ok(())
}

/// Puts the list in this order.
pub fn arrange(tx: &mut Tx<'_>, order: &[HandoverItemId]) -> QueryResult<()> {
    for (position, id) in (1..).zip(order) {
        diesel::update(handover_items::table.find(*id)).set(handover_items::position.eq(position)).execute(tx.conn)?;
    }
    Ok(())
}

pub fn remove(tx: &mut Tx<'_>, id: HandoverItemId) -> QueryResult<()> {
    diesel::delete(handover_items::table.find(id)).execute(tx.conn)?;
    Ok(())
}
