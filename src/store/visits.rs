//! The way a record took through its workflow.

use super::Tx;
use super::schema::phase_visits;
use crate::domain::ids::RecordId;
use crate::domain::workflows::Phase;
use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;

/// One stay in a phase.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = phase_visits, check_for_backend(diesel::pg::Pg))]
pub struct Visit {
    pub visit: i32,
    pub phase: String,
    pub name: String,
    pub entered_at: DateTime<Utc>,
    pub due_at: Option<DateTime<Utc>>,
    pub left_at: Option<DateTime<Utc>>,
}

pub fn list(conn: &mut PgConnection, record: RecordId) -> QueryResult<Vec<Visit>> {
    Visit::query().filter(phase_visits::record_id.eq(record)).order(phase_visits::visit).load(conn)
}

pub(super) fn enter(tx: &mut Tx<'_>, record: RecordId, visit: i32, phase: &Phase, due: Option<DateTime<Utc>>) -> QueryResult<()> {
    diesel::insert_into(phase_visits::table)
        .values((
            phase_visits::record_id.eq(record),
            phase_visits::visit.eq(visit),
            phase_visits::phase.eq(&phase.key),
            phase_visits::name.eq(&phase.name),
            phase_visits::entered_at.eq(tx.now),
            phase_visits::due_at.eq(due),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// The phase of a visit that goes on is called otherwise now, or should be left at another time.
pub(super) fn stay(tx: &mut Tx<'_>, record: RecordId, visit: i32, phase: &Phase, due: Option<DateTime<Utc>>) -> QueryResult<()> {
    diesel::update(phase_visits::table.find((record, visit))).set((phase_visits::name.eq(&phase.name), phase_visits::due_at.eq(due))).execute(tx.conn)?;
    Ok(())
}

pub(super) fn leave(tx: &mut Tx<'_>, record: RecordId, visit: i32) -> QueryResult<()> {
    diesel::update(phase_visits::table.find((record, visit))).set(phase_visits::left_at.eq(tx.now)).execute(tx.conn)?;
    Ok(())
}
