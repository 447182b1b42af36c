//! What was measured, one value for each metric and day.

use crate::domain::early_life::{Given, Readings, Source};
use crate::domain::ids::{MetricId, RecordId};
use crate::store::Tx;
use crate::store::schema::{exit_metrics, exit_readings, users};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::upsert::excluded;
use std::collections::BTreeMap;

/// All of a release, by metric.
pub fn of_record(conn: &mut PgConnection, record: RecordId) -> QueryResult<BTreeMap<MetricId, Readings>> {
    let rows: Vec<(MetricId, NaiveDate, f64)> = exit_readings::table
        .inner_join(exit_metrics::table)
        .filter(exit_metrics::record_id.eq(record))
        .select((exit_readings::metric_id, exit_readings::day, exit_readings::value))
        .load(conn)?;
    let mut found: BTreeMap<MetricId, Readings> = BTreeMap::new();
    for (metric, day, value) in rows {
        found.entry(metric).or_default().insert(day, value);
    }
    Ok(found)
}

/// A reading with where it came from.
#[derive(Clone, Debug, Queryable)]
pub struct Measured {
    pub day: NaiveDate,
    pub metric: String,
    pub value: f64,
    pub unit: String,
    pub source: Source,
    pub at: DateTime<Utc>,
    pub by: String,
}

/// All of a release, by day.
pub fn list(conn: &mut PgConnection, record: RecordId) -> QueryResult<Vec<Measured>> {
    exit_readings::table
        .inner_join(exit_metrics::table)
        .inner_join(users::table)
        .filter(exit_metrics::record_id.eq(record))
        .order((exit_readings::day, exit_metrics::position, exit_metrics::id))
        .select((exit_readings::day, exit_metrics::name, exit_readings::value, exit_metrics::unit, exit_readings::source, exit_readings::at, users::name))
        .load(conn)
}

/// Records each, in the place of what was known of its day.
pub fn put(tx: &mut Tx<'_>, source: Source, given: &[Given]) -> QueryResult<()> {
    let row = |it: &Given| {
        (
            exit_readings::metric_id.eq(it.metric),
            exit_readings::day.eq(it.day),
            exit_readings::value.eq(it.value),
            exit_readings::source.eq(source),
            exit_readings::at.eq(tx.now),
            exit_readings::by.eq(tx.actor.id),
        )
    };
    // A statement takes so many values and no more.
    for some in given.chunks(1000) {
        diesel::insert_into(exit_readings::table)
            .values(some.iter().map(row).collect::<Vec<_>>())
            .on_conflict((exit_readings::metric_id, exit_readings::day))
            .do_update()
            .set((
                exit_readings::value.eq(excluded(exit_readings::value)),
                exit_readings::source.eq(excluded(exit_readings::source)),
                exit_readings::at.eq(excluded(exit_readings::at)),
                exit_readings::by.eq(excluded(exit_readings::by)),
            ))
            .execute(tx.conn)?;
    }
    Ok(())
}
