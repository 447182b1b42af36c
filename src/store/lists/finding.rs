//! Which records are on a page: from queries over records alone, so that each filter is one plain condition.
//!
//! What many have is found soonest from the top of the list on, what few have by its own index; which it is, nobody knows before. So a
//! short stretch of the list is looked through first: how many fit there tells how far it is to a full page, or that the index must be asked.

use super::conditions::{Condition, Either, Side, Way, begun, combinations, others, sought};
use super::{Filter, Mark, Order};
use crate::domain::ids::RecordId;
use crate::store::schema::records;
use chrono::{DateTime, Utc};
use diesel::dsl::{max, sql};
use diesel::expression::SqlLiteral;
use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable, Timestamptz};
use std::cmp::Ordering;

/// So many records are looked through first.
const SAMPLE: i64 = 2_000;
/// And at most so many before the index is asked.
const FARTHEST: i64 = 100_000;

pub fn found(conn: &mut PgConnection, filter: &Filter, limit: i64) -> QueryResult<Vec<RecordId>> {
    let full = usize::try_from(limit).unwrap_or(0);
    let all_sides = combinations(filter);
    // What is late in its phase is due before what is late in its plan alone: it is asked for first, and the rest only if there is room.
    let is_by_lateness = filter.overdue_at.is_some() && filter.order == Order::Due;
    let (soonest, later) = all_sides.split_at(if is_by_lateness { all_sides.len() / 2 } else { all_sides.len() });
    let mut all: Vec<Found> = Vec::new();
    for sides in [soonest, later] {
        if all.len() < full {
            for chosen in sides {
                all.extend(one_side(conn, filter, chosen, limit)?);
            }
            all.sort_by(|one, other| sequence(filter.order, one, other));
            all.dedup_by_key(|it| it.0);
        }
    }
    Ok(all.into_iter().map(|it| it.0).take(full).collect())
}

/// Of each choice that the filter leaves open, one side.
fn one_side(conn: &mut PgConnection, filter: &Filter, chosen: &[(Either, Side)], limit: i64) -> QueryResult<Vec<Found>> {
    if filter.ways().is_empty() {
        return page(filter, chosen, Way::InOrder, limit).load(conn);
    }
    if filter.walks() {
        let mut length = SAMPLE;
        while length > 0 {
            let (near, is_all) = walk(conn, filter, chosen, length, limit)?;
            if is_all || near.len() as i64 >= limit {
                return Ok(near);
            }
            // Twice as far as it should take; once. The newest have no window yet: that tells nothing of those behind them.
            let unknown = if filter.from.is_some() { SAMPLE * 10 } else { 0 };
            let far = (length * limit * 2).checked_div(near.len() as i64).unwrap_or(unknown).min(FARTHEST);
            length = if length == SAMPLE { far } else { 0 };
        }
    }
    let mut all = Vec::new();
    for way in filter.ways() {
        all.extend(page(filter, chosen, *way, limit).load::<Found>(conn)?);
    }
    Ok(all)
}

/// What fits in the next stretch of the list, and whether that is the rest of it.
fn walk(conn: &mut PgConnection, filter: &Filter, chosen: &[(Either, Side)], length: i64, limit: i64) -> QueryResult<(Vec<Found>, bool)> {
    let page = page(filter, chosen, Way::InOrder, limit);
    Ok(match stretch(conn, filter, chosen, length)? {
        Some(end) => (page.filter(up_to(filter.order, end)).load(conn)?, false),
        None => (page.load(conn)?, true),
    })
}

fn page(filter: &Filter, chosen: &[(Either, Side)], way: Way, limit: i64) -> Query {
    sought(filter, way).into_iter().fold(ordered(listed(filter, chosen), filter.order, way), |query, it| query.filter(it)).limit(limit)
}

type Query = records::BoxedQuery<'static, Pg, (BigInt, Nullable<Timestamptz>, Nullable<Timestamptz>)>;

/// What is listed from the filter's mark on, but for what is sought.
fn listed(filter: &Filter, chosen: &[(Either, Side)]) -> Query {
    // From the last start on, the list would begin with what begins later still.
    let before = filter.to.filter(|_| filter.order == Order::StartLast).map(|to| begun(filter.order, "<", to));
    let conditions = others(filter).into_iter().chain(chosen.iter().filter_map(|(either, side)| either(filter, *side))).chain(before);
    // No more than the order needs, so that an index may do alone.
    let (due, start) = match filter.order {
        Order::Newest => ("NULL::timestamptz", "NULL::timestamptz"),
        Order::Due => ("records.phase_due_at", "NULL::timestamptz"),
        Order::Start | Order::StartLast => ("NULL::timestamptz", "records.planned_start"),
    };
    let query = records::table.select((records::id, sql::<Nullable<Timestamptz>>(due), sql::<Nullable<Timestamptz>>(start))).into_boxed();
    let query = conditions.fold(query, |query, it: Condition| query.filter(it));
    match filter.after {
        Some(mark) => query.filter(behind(filter.order, mark)),
        None => query,
    }
}

fn ordered(query: Query, order: Order, way: Way) -> Query {
    match (way, order) {
        (Way::InOrder, Order::Newest) => query.order(records::id.desc()),
        (Way::InOrder, Order::Due) => query.order((sorted("phase_due_at", "infinity").asc(), records::id.asc())),
        (Way::InOrder | Way::ShortWindows, Order::Start) => query.order((sorted("planned_start", "infinity").asc(), records::id.asc())),
        (Way::InOrder | Way::ShortWindows, Order::StartLast) => query.order((sorted("planned_start", "-infinity").desc(), records::id.desc())),
        // Spelt so that no index has this order.
        (Way::Sorted | Way::ShortWindows | Way::LongWindows, order) => query.order(sql::<BigInt>(match order {
            Order::Newest => "records.id + 0 DESC",
            Order::Due => "records.phase_due_at + '0'::interval ASC NULLS LAST, records.id ASC",
            Order::Start => "records.planned_start + '0'::interval ASC NULLS LAST, records.id ASC",
            Order::StartLast => "records.planned_start + '0'::interval DESC NULLS LAST, records.id DESC",
        })),
    }
}

/// Where the next stretch ends; none if the list ends before.
fn stretch(conn: &mut PgConnection, filter: &Filter, chosen: &[(Either, Side)], length: i64) -> QueryResult<Option<Mark>> {
    if filter.order != Order::Newest {
        let last: Option<Found> = ordered(listed(filter, chosen), filter.order, Way::InOrder).offset(length).limit(1).first(conn).optional()?;
        return Ok(last.map(|(id, due, start)| Mark { time: if filter.order == Order::Due { due } else { start }, id }));
    }
    // Numbers have hardly any gaps.
    let top = match filter.after {
        Some(mark) => Some(mark.id),
        None => records::table.select(max(records::id)).first::<Option<RecordId>>(conn)?,
    };
    Ok(top.filter(|it| it.0 > length).map(|it| Mark { time: None, id: RecordId(it.0 - length) }))
}

type Place = Box<dyn BoxableExpression<records::table, Pg, SqlType = Bool>>;

/// The rows behind a mark.
fn behind(order: Order, mark: Mark) -> Place {
    match order {
        Order::Newest => Box::new(records::id.lt(mark.id)),
        Order::Due => compared("phase_due_at", "infinity", ">", mark),
        Order::Start => compared("planned_start", "infinity", ">", mark),
        Order::StartLast => compared("planned_start", "-infinity", "<", mark),
    }
}

/// The rows up to a mark, its own as well.
fn up_to(order: Order, mark: Mark) -> Place {
    match order {
        Order::Newest => Box::new(records::id.ge(mark.id)),
        Order::Due => compared("phase_due_at", "infinity", "<=", mark),
        Order::Start => compared("planned_start", "infinity", "<=", mark),
        Order::StartLast => compared("planned_start", "-infinity", ">=", mark),
    }
}

/// Id, when the phase is due, when the work begins.
type Found = (RecordId, Option<DateTime<Utc>>, Option<DateTime<Utc>>);

/// As the order of the query has them.
fn sequence(order: Order, one: &Found, other: &Found) -> Ordering {
    let last = |it: Option<DateTime<Utc>>| (it.is_none(), it);
    match order {
        Order::Newest => other.0.cmp(&one.0),
        Order::Due => (last(one.1), one.0).cmp(&(last(other.1), other.0)),
        Order::Start => (last(one.2), one.0).cmp(&(last(other.2), other.0)),
        Order::StartLast => (other.2, other.0).cmp(&(one.2, one.0)),
    }
}

/// A time to sort by; what has none sorts last. Spelt as in the indexes.
pub fn sorted(column: &str, none: &str) -> SqlLiteral<Timestamptz> {
    sql(&format!("coalesce(records.{column}, '{none}'::timestamptz)"))
}

fn compared(column: &str, none: &str, sign: &str, mark: Mark) -> Place {
    let (left, right) = (format!("(coalesce(records.{column}, '{none}'::timestamptz), records.id) {sign} (coalesce("), format!(", '{none}'::timestamptz), "));
    Box::new(sql::<Bool>(&left).bind::<Nullable<Timestamptz>, _>(mark.time).sql(&right).bind::<BigInt, _>(mark.id).sql(")"))
}
