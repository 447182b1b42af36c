//! Exit criteria, one row for each metric.

use crate::domain::early_life::{Better, Criterion};
use crate::domain::ids::{MetricId, RecordId};
use crate::store::Tx;
use crate::store::schema::exit_metrics;
use chrono::{DateTime, Utc};
use diesel::dsl::max;
use diesel::pg::PgConnection;
use diesel::prelude::*;

#[derive(Clone, Debug)]
pub struct Metric {
    pub id: MetricId,
    pub record_id: RecordId,
    pub criterion: Criterion,
    /// Since when its trend misses the planned end.
    pub warned_at: Option<DateTime<Utc>>,
    pub version: i32,
}

#[derive(HasQuery)]
#[diesel(table_name = exit_metrics, check_for_backend(diesel::pg::Pg))]
struct Row {
    id: MetricId,
    record_id: RecordId,
    name: String,
    unit: String,
    normal: f64,
    better: Better,
    tolerance: f64,
    days: i32,
    warned_at: Option<DateTime<Utc>>,
    version: i32,
}

impl From<Row> for Metric {
    fn from(row: Row) -> Metric {
        let Row { id, record_id, name, unit, normal, better, tolerance, days, warned_at, version } = row;
        Metric { id, record_id, criterion: Criterion { name, unit, normal, better, tolerance, days }, warned_at, version }
    }
}

/// Of a release, in their order.
pub fn list(conn: &mut PgConnection, record: RecordId) -> QueryResult<Vec<Metric>> {
    let rows = Row::query().filter(exit_metrics::record_id.eq(record)).order((exit_metrics::position, exit_metrics::id)).load(conn)?;
    Ok(rows.into_iter().map(Metric::from).collect())
}

pub fn find(conn: &mut PgConnection, id: MetricId) -> QueryResult<Metric> {
    Row::query().filter(exit_metrics::id.eq(id)).first(conn).map(Metric::from)
}

pub fn insert(tx: &mut Tx<'_>, record: RecordId, new: &Criterion) -> QueryResult<MetricId> {
    let last: Option<i32> = exit_metrics::table.filter(exit_metrics::record_id.eq(record)).select(max(exit_metrics::position)).first(tx.conn)?;
    diesel::insert_into(exit_metrics::table)
        .values((
            exit_metrics::record_id.eq(record),
            exit_metrics::position.eq(last.unwrap_or_default() + 1),
            exit_metrics::name.eq(&new.name),
            exit_metrics::unit.eq(&new.unit),
            exit_metrics::normal.eq(new.normal),
            exit_metrics::better.eq(new.better),
            exit_metrics::tolerance.eq(new.tolerance),
            exit_metrics::days.eq(new.days),
        ))
        .returning(exit_metrics::id)
        .get_result(tx.conn)
}

pub fn update(tx: &mut Tx<'_>, id: MetricId, new: &Criterion) -> QueryResult<()> {
    diesel::update(exit_metrics::table.find(id))
        .set((
            exit_metrics::name.eq(&new.name),
            exit_metrics::unit.eq(&new.unit),
            exit_metrics::normal.eq(new.normal),
            exit_metrics::better.eq(new.better),
            exit_metrics::tolerance.eq(new.tolerance),
            exit_metrics::days.eq(new.days),
            exit_metrics::version.eq(exit_metrics::version + 1),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// With its readings.
pub fn delete(tx: &mut Tx<'_>, id: MetricId) -> QueryResult<()> {
    diesel::delete(exit_metrics::table.find(id)).execute(tx.conn)?;
    Ok(())
}

pub fn set_warned(tx: &mut Tx<'_>, id: MetricId, at: Option<DateTime<Utc>>) -> QueryResult<()> {
    diesel::update(exit_metrics::table.find(id)).set(exit_metrics::warned_at.eq(at)).execute(tx.conn)?;
    Ok(())
}
