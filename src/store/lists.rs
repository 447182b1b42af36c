//! Lists of records: filters, orders, keyset pages. Never the long texts.

use super::schema::{affected_items, categories, configuration_items, deadlines, records, releases, users};
use crate::domain::deadlines::Subject;
use crate::domain::ids::{CategoryId, ItemId, RecordId, UserId};
use crate::domain::records::{Milestone, RecordKind, RecordState};
use crate::domain::words::words;
use chrono::{DateTime, Utc};
use diesel::dsl::sql;
use diesel::expression::SqlLiteral;
use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text, Timestamptz};
use std::cmp::Ordering;

words! {
    pub enum Order {
        Newest = "newest" "Newest first",
        Due = "due" "Phase due first",
        Start = "start" "Planned start, earliest first",
        StartLast = "start_last" "Planned start, latest first",
    }
}

/// A record as lists show it.
#[derive(Debug, Clone, Queryable)]
pub struct Row {
    pub id: RecordId,
    pub kind: RecordKind,
    pub identifier: Option<String>,
    pub title: String,
    pub category: String,
    pub state: RecordState,
    pub milestone: Milestone,
    pub phase_name: String,
    pub phase_entered_at: DateTime<Utc>,
    pub phase_due_at: Option<DateTime<Utc>>,
    pub planned_start: Option<DateTime<Utc>>,
    pub planned_end: Option<DateTime<Utc>>,
    /// The first of its planned times that still count.
    pub plan_due_at: Option<DateTime<Utc>>,
    pub item: Option<String>,
    pub owner: String,
    pub coordinator: Option<String>,
    pub superseded: bool,
}

impl Row {
    pub fn number(&self) -> String {
        self.kind.number(self.id)
    }

    pub fn path(&self) -> String {
        format!("{}/{}", self.kind.path(), self.id)
    }

    pub fn is_phase_late(&self, now: &DateTime<Utc>) -> bool {
        self.state == RecordState::Open && self.phase_due_at.is_some_and(|due| due < *now)
    }

    pub fn is_plan_late(&self, now: &DateTime<Utc>) -> bool {
        self.plan_due_at.is_some_and(|due| due < *now)
    }

    pub fn is_late(&self, now: &DateTime<Utc>) -> bool {
        self.is_phase_late(now) || self.is_plan_late(now)
    }
}

/// Where a page ended: the sorted value of its last row, and that row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    pub time: Option<DateTime<Utc>>,
    pub id: RecordId,
}

#[derive(Debug, Clone)]
pub struct Filter {
    pub kind: Option<RecordKind>,
    /// Words that all must occur, the last one perhaps in part.
    pub text: String,
    pub category: Option<CategoryId>,
    pub phase: Option<String>,
    pub state: Option<RecordState>,
    pub item: Option<ItemId>,
    pub owner: Option<UserId>,
    pub coordinator: Option<UserId>,
    /// Owned or coordinated by.
    pub mine: Option<UserId>,
    pub overdue_at: Option<DateTime<Utc>>,
    pub from: Option<DateTime<Utc>>,
    pub to: Option<DateTime<Utc>>,
    pub order: Order,
    pub after: Option<Mark>,
}

impl Default for Filter {
    fn default() -> Self {
        Filter {
            kind: None,
            text: String::new(),
            category: None,
            phase: None,
            state: None,
            item: None,
            owner: None,
            coordinator: None,
            mine: None,
            overdue_at: None,
            from: None,
            to: None,
            order: Order::Newest,
            after: None,
        }
    }
}

/// The query of a text search: every word as a prefix. Empty when there is no word in the text.
pub fn prefix_query(text: &str) -> String {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).take(12);
    words.map(|word| format!("{}:*", word.to_lowercase())).collect::<Vec<_>>().join(" & ")
}

type Condition = Box<dyn BoxableExpression<records::table, Pg, SqlType = diesel::sql_types::Nullable<Bool>>>;

fn conditions(filter: &Filter) -> Vec<Condition> {
    let mut all: Vec<Condition> = Vec::new();
    if let Some(kind) = filter.kind {
        all.push(Box::new(records::kind.eq(kind).nullable()));
    }
    let words = prefix_query(&filter.text);
    if !words.is_empty() {
        let found = sql::<Bool>("records.words @@ to_tsquery('simple', ").bind::<Text, _>(words).sql(")");
        all.push(Box::new(found.nullable()));
    } else if !filter.text.trim().is_empty() {
        all.push(Box::new(sql::<Bool>("false").nullable()));
    }
    if let Some(category) = filter.category {
        all.push(Box::new(records::category_id.eq(category).nullable()));
    }
    if let Some(phase) = &filter.phase {
        all.push(Box::new(records::phase.eq(phase.clone()).nullable()));
    }
    if let Some(state) = filter.state {
        // Spelt out for open ones, so that the partial indexes serve.
        match state {
            RecordState::Open => all.push(Box::new(sql::<Bool>("records.state = 'open'").nullable())),
            RecordState::Closed | RecordState::BackedOut | RecordState::Abandoned | RecordState::Rejected | RecordState::Withdrawn => {
                all.push(Box::new(records::state.eq(state).nullable()));
            }
        }
    }
    if let Some(owner) = filter.owner {
        all.push(Box::new(records::owner_id.eq(owner).nullable()));
    }
    if let Some(coordinator) = filter.coordinator {
        all.push(Box::new(records::coordinator_id.eq(coordinator)));
    }
    if let (Some(item), Some(RecordKind::Release)) = (filter.item, filter.kind) {
        all.push(Box::new(records::ci_id.eq(item)));
    }
    if filter.overdue_at.is_some() {
        all.push(Box::new(sql::<Bool>("records.state = 'open'").nullable()));
    }
    if let Some(from) = filter.from {
        all.push(Box::new(records::planned_end.ge(from)));
    }
    if let Some(to) = filter.to {
        all.push(Box::new(records::planned_start.lt(to)));
    }
    all
}

/// A choice between two conditions.
type Either = fn(&Filter, Side) -> Option<Condition>;

#[derive(Clone, Copy)]
enum Side {
    One,
    Other,
}

/// What is true of a record for one of two reasons. Each reason is asked for on its own, by its own index: both in one condition would read
/// the whole table.
const EITHER: [Either; 3] = [item, mine, overdue];

/// What an RFC is about, or what it affects. A release affects only what it is of.
fn item(filter: &Filter, side: Side) -> Option<Condition> {
    let item = filter.item.filter(|_| filter.kind != Some(RecordKind::Release))?;
    Some(match side {
        Side::One => Box::new(records::ci_id.eq(item)),
        Side::Other => Box::new(records::id.eq_any(affected_items::table.filter(affected_items::ci_id.eq(item)).select(affected_items::record_id)).nullable()),
    })
}

fn mine(filter: &Filter, side: Side) -> Option<Condition> {
    let me = filter.mine?;
    Some(match side {
        Side::One => Box::new(records::owner_id.eq(me).nullable()),
        Side::Other => Box::new(records::coordinator_id.eq(me)),
    })
}

fn overdue(filter: &Filter, side: Side) -> Option<Condition> {
    let now = filter.overdue_at?;
    Some(match side {
        Side::One => Box::new(records::phase_due_at.lt(now)),
        Side::Other => {
            let late = sql::<Bool>("deadlines.subject IN ('planned_start', 'planned_end')");
            let all = deadlines::table.filter(late).filter(deadlines::due_at.lt(now)).select(deadlines::record_id.assume_not_null());
            Box::new(records::id.eq_any(all).nullable())
        }
    })
}

/// One side of each choice that the filter leaves open: at least one combination, of no choice.
fn combinations(filter: &Filter) -> Vec<Vec<Condition>> {
    let open: Vec<Either> = EITHER.into_iter().filter(|it| it(filter, Side::One).is_some()).collect();
    let side = |number: usize, nth: usize| if number >> nth & 1 == 0 { Side::One } else { Side::Other };
    (0..1usize << open.len()).map(|number| open.iter().enumerate().filter_map(|(nth, it)| it(filter, side(number, nth))).collect()).collect()
}

/// The deadlines of the planned times of the record in the row.
#[diesel::dsl::auto_type]
fn planned() -> _ {
    let subjects: [Subject; 2] = [Subject::PlannedStart, Subject::PlannedEnd];
    deadlines::table.filter(deadlines::record_id.eq(records::id.nullable())).filter(deadlines::subject.eq_any(subjects))
}

/// One page of the list, in the filter's order, after its mark.
pub fn list(conn: &mut PgConnection, filter: &Filter, limit: i64) -> QueryResult<Vec<Row>> {
    let coordinator = diesel::alias!(users as coordinator);
    let mut query = records::table
        .inner_join(categories::table)
        .inner_join(users::table.on(users::id.eq(records::owner_id)))
        .left_join(configuration_items::table.on(configuration_items::id.nullable().eq(records::ci_id)))
        .left_join(coordinator.on(coordinator.field(users::id).nullable().eq(records::coordinator_id)))
        .left_join(releases::table.on(releases::record_id.eq(records::id)))
        .select((
            records::id,
            records::kind,
            records::identifier,
            records::title,
            categories::name,
            records::state,
            records::milestone,
            records::phase_name,
            records::phase_entered_at,
            records::phase_due_at,
            records::planned_start,
            records::planned_end,
            planned().select(diesel::dsl::min(deadlines::due_at)).single_value(),
            configuration_items::name.nullable(),
            users::name,
            coordinator.field(users::name).nullable(),
            releases::superseded_by.nullable().is_not_null(),
        ))
        .into_boxed();
    query = match filter.order {
        Order::Newest => query.order(records::id.desc()),
        Order::Due => query.order((sorted("phase_due_at", "infinity").asc(), records::id.asc())),
        Order::Start => query.order((sorted("planned_start", "infinity").asc(), records::id.asc())),
        Order::StartLast => query.order((sorted("planned_start", "-infinity").desc(), records::id.desc())),
    };
    let ids = found(conn, filter, limit)?;
    query.filter(records::id.eq_any(ids)).load(conn)
}

/// The ids of the page: from queries over records alone, so that each filter is one plain condition.
fn found(conn: &mut PgConnection, filter: &Filter, limit: i64) -> QueryResult<Vec<RecordId>> {
    let mut all: Vec<Found> = Vec::new();
    for chosen in combinations(filter) {
        let mut query = records::table.select((records::id, records::phase_due_at, records::planned_start)).limit(limit).into_boxed();
        for condition in conditions(filter).into_iter().chain(chosen) {
            query = query.filter(condition);
        }
        if let Some(Mark { time, id }) = filter.after {
            query = match filter.order {
                Order::Newest => query.filter(records::id.lt(id)),
                Order::Due => query.filter(after("phase_due_at", "infinity", ">", time, id)),
                Order::Start => query.filter(after("planned_start", "infinity", ">", time, id)),
                Order::StartLast => query.filter(after("planned_start", "-infinity", "<", time, id)),
            };
        }
        query = match filter.order {
            // Of a time long ago the newest are none of its own: they are found first and sorted then.
            Order::Newest if filter.from.is_some() && filter.to.is_some() => query.order(sql::<diesel::sql_types::BigInt>("records.id + 0").desc()),
            Order::Newest => query.order(records::id.desc()),
            Order::Due => query.order((sorted("phase_due_at", "infinity").asc(), records::id.asc())),
            Order::Start => query.order((sorted("planned_start", "infinity").asc(), records::id.asc())),
            Order::StartLast => query.order((sorted("planned_start", "-infinity").desc(), records::id.desc())),
        };
        all.extend(query.load::<Found>(conn)?);
    }
    all.sort_by(|one, other| sequence(filter.order, one, other));
    all.dedup_by_key(|it| it.0);
    Ok(all.into_iter().map(|it| it.0).take(usize::try_from(limit).unwrap_or(0)).collect())
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
fn sorted(column: &str, none: &str) -> SqlLiteral<Timestamptz> {
    sql(&format!("coalesce(records.{column}, '{none}'::timestamptz)"))
}

/// The rows that sort behind `(time, id)`.
fn after(column: &str, none: &str, sign: &str, time: Option<DateTime<Utc>>, id: RecordId) -> Box<dyn BoxableExpression<records::table, Pg, SqlType = Bool>> {
    let (left, right) = (format!("(coalesce(records.{column}, '{none}'::timestamptz), records.id) {sign} (coalesce("), format!(", '{none}'::timestamptz), "));
    Box::new(sql::<Bool>(&left).bind::<diesel::sql_types::Nullable<Timestamptz>, _>(time).sql(&right).bind::<diesel::sql_types::BigInt, _>(id).sql(")"))
}
