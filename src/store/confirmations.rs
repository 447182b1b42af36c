//! What somebody vouches for on a record.

use super::Tx;
use super::schema::{confirmations, users};
use crate::domain::ids::RecordId;
use crate::domain::requirements::{Confirmation, Outcome};
use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use std::collections::BTreeMap;

#[derive(Debug, Clone, Queryable)]
pub struct Confirmed {
    pub visit: i32,
    pub subject: Confirmation,
    pub outcome: Outcome,
    pub note: String,
    pub link: String,
    pub at: DateTime<Utc>,
    pub by: String,
}

/// All of a record, newest first.
pub fn list(conn: &mut PgConnection, record: RecordId) -> QueryResult<Vec<Confirmed>> {
    confirmations::table
        .inner_join(users::table)
        .filter(confirmations::record_id.eq(record))
        .order(confirmations::id.desc())
        .select((
            confirmations::visit,
            confirmations::subject,
            confirmations::outcome,
            confirmations::note,
            confirmations::link,
            confirmations::at,
            users::name,
        ))
        .load(conn)
}

/// What was vouched for last about each of these subjects, on each of these records.
pub fn newest(conn: &mut PgConnection, records: &[RecordId], subjects: &[Confirmation]) -> QueryResult<BTreeMap<(RecordId, Confirmation), Outcome>> {
    let rows: Vec<(RecordId, Confirmation, Outcome)> = confirmations::table
        .filter(confirmations::record_id.eq_any(records))
        .filter(confirmations::subject.eq_any(subjects))
        .order(confirmations::id)
        .select((confirmations::record_id, confirmations::subject, confirmations::outcome))
        .load(conn)?;
    Ok(rows.into_iter().map(|(record, subject, outcome)| ((record, subject), outcome)).collect())
}

pub struct NewConfirmation<'a> {
    pub subject: Confirmation,
    pub outcome: Outcome,
    pub note: &'a str,
    pub link: &'a str,
}

pub fn insert(tx: &mut Tx<'_>, record: RecordId, visit: i32, new: &NewConfirmation<'_>) -> QueryResult<()> {
    diesel::insert_into(confirmations::table)
        .values((
            confirmations::record_id.eq(record),
            confirmations::visit.eq(visit),
            confirmations::subject.eq(new.subject),
            confirmations::outcome.eq(new.outcome),
            confirmations::note.eq(new.note),
            confirmations::link.eq(new.link),
            confirmations::at.eq(tx.now),
            confirmations::by.eq(tx.actor.id),
        ))
        .execute(tx.conn)?;
    Ok(())
}
