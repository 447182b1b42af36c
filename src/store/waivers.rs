//! Decisions to go on without a requirement.

use super::Tx;
use super::schema::{users, waivers};
use crate::domain::ids::RecordId;
use crate::domain::requirements::Requirement;
use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;

#[derive(Debug, Clone, Queryable)]
pub struct Waiver {
    pub visit: i32,
    pub requirement: Requirement,
    pub reason: String,
    pub at: DateTime<Utc>,
    pub by: String,
}

/// All of a record, in the order they were given.
pub fn list(conn: &mut PgConnection, record: RecordId) -> QueryResult<Vec<Waiver>> {
    waivers::table
        .inner_join(users::table)
        .filter(waivers::record_id.eq(record))
        .order(waivers::id)
        .select((waivers::visit, waivers::requirement, waivers::reason, waivers::at, users::name))
        .load(conn)
}

pub fn insert(tx: &mut Tx<'_>, record: RecordId, visit: i32, requirement: Requirement, reason: &str) -> QueryResult<()> {
    diesel::insert_into(waivers::table)
        .values((
            waivers::record_id.eq(record),
            waivers::visit.eq(visit),
            waivers::requirement.eq(requirement),
            waivers::reason.eq(reason),
            waivers::at.eq(tx.now),
            waivers::by.eq(tx.actor.id),
        ))
        .execute(tx.conn)?;
    Ok(())
}
