//! What a filter asks of a record, each thing as one plain condition that an index serves.

use super::{Filter, Order};
use crate::domain::records::{RecordKind, RecordState};
use crate::store::schema::{affected_items, records};
use chrono::{DateTime, Duration, Utc};
use diesel::dsl::sql;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Nullable, Text, Timestamptz};

pub type Condition = Box<dyn BoxableExpression<records::table, Pg, SqlType = Nullable<Bool>>>;

/// How records are looked for by what few of them have: their words, their window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// One after the other in the order of the list.
    InOrder,
    /// All that fit, by whatever index leads to them, to be sorted afterwards.
    Sorted,
    /// By when windows begin: what ends after some day began not long before it.
    ShortWindows,
    /// Or it is one of the few long ones, which have an index of their own.
    LongWindows,
}

impl Filter {
    /// The ways that together lead to what no order of the list helps to find; none if nothing such is asked for.
    pub fn ways(&self) -> &'static [Way] {
        match (self.text.trim().is_empty(), self.from, self.to) {
            (_, Some(_), _) => &[Way::ShortWindows, Way::LongWindows],
            (false, None, _) | (true, None, Some(_)) => &[Way::Sorted],
            (true, None, None) => &[],
        }
    }

    /// Whether it is worth looking along the list first. By the index alone little is found between two days; and where windows come in
    /// their order, the index of that order has them at once.
    pub fn walks(&self) -> bool {
        let is_ordered = self.from.is_some() && matches!(self.order, Order::Start | Order::StartLast);
        !self.is_narrow() && !is_ordered
    }

    /// Whether it asks for no more than two months.
    pub fn is_narrow(&self) -> bool {
        self.from.zip(self.to).is_some_and(|(from, to)| to - from <= Duration::days(62))
    }
}

/// Windows of more days are long.
const LONG: i64 = 7;

pub fn sought(filter: &Filter, way: Way) -> Vec<Condition> {
    let mut all: Vec<Condition> = Vec::new();
    if !filter.text.trim().is_empty() {
        let fits = sql::<Bool>("(records.words @@ (SELECT search_query(").bind::<Text, _>(filter.text.clone());
        match way {
            // Spelt so that no index serves.
            Way::InOrder => all.push(Box::new(fits.sql("))) IS TRUE").nullable())),
            Way::Sorted | Way::ShortWindows | Way::LongWindows => all.push(Box::new(fits.sql(")))").nullable())),
        }
    }
    if let Some(from) = filter.from {
        all.push(Box::new(records::planned_end.ge(from)));
    }
    if let Some(to) = filter.to {
        all.push(Box::new(records::planned_start.lt(to)));
    }
    match (way, filter.from) {
        (Way::ShortWindows, Some(from)) => all.push(begun(filter.order, ">=", from - Duration::days(LONG))),
        (Way::LongWindows, Some(_)) => all.push(Box::new(sql::<Bool>("records.planned_end - records.planned_start > '7 days'").nullable())),
        (Way::InOrder | Way::Sorted, _) | (_, None) => {}
    }
    all
}

/// When its window begins, spelt as in the index of that order.
pub fn begun(order: Order, sign: &str, time: DateTime<Utc>) -> Condition {
    let start = match order {
        Order::Newest | Order::Due => "records.planned_start",
        Order::Start => "coalesce(records.planned_start, 'infinity'::timestamptz)",
        Order::StartLast => "coalesce(records.planned_start, '-infinity'::timestamptz)",
    };
    Box::new(sql::<Bool>(&format!("{start} {sign} ")).bind::<Timestamptz, _>(time).nullable())
}

/// What is asked for besides.
pub fn others(filter: &Filter) -> Vec<Condition> {
    let mut all: Vec<Condition> = Vec::new();
    if let Some(kind) = filter.kind {
        all.push(Box::new(records::kind.eq(kind).nullable()));
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
    all
}

/// A choice between two conditions.
pub type Either = fn(&Filter, Side) -> Option<Condition>;

#[derive(Clone, Copy)]
pub enum Side {
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
        // Spelt as in the index of what is open.
        Side::One => Box::new(sql::<Bool>("coalesce(records.phase_due_at, 'infinity'::timestamptz) < ").bind::<Timestamptz, _>(now).nullable()),
        // As a list, so that the records are looked up, not gone through.
        Side::Other => {
            let late = "records.id = ANY (ARRAY(SELECT record_id FROM deadlines WHERE subject IN ('planned_start', 'planned_end') AND record_kind = ANY (";
            let kinds = filter.kind.map_or_else(|| RecordKind::ALL.to_vec(), |it| vec![it]);
            Box::new(sql::<Bool>(late).bind::<Array<Text>, _>(kinds).sql(") AND due_at < ").bind::<Timestamptz, _>(now).sql("))").nullable())
        }
    })
}

/// One side of each choice that the filter leaves open: at least one combination, of no choice.
pub fn combinations(filter: &Filter) -> Vec<Vec<(Either, Side)>> {
    let open: Vec<Either> = EITHER.into_iter().filter(|it| it(filter, Side::One).is_some()).collect();
    let side = |number: usize, nth: usize| if number >> nth & 1 == 0 { Side::One } else { Side::Other };
    (0..1usize << open.len()).map(|number| open.iter().enumerate().map(|(nth, it)| (*it, side(number, nth))).collect()).collect()
}
