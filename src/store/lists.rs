//! Lists of records: filters, orders, keyset pages. Never the long texts.

mod conditions;
mod finding;

use super::schema::{categories, configuration_items, deadlines, records, releases, users};
use crate::domain::deadlines::Subject;
use crate::domain::ids::{CategoryId, ItemId, RecordId, UserId};
use crate::domain::records::{Milestone, RecordKind, RecordState};
use crate::domain::words::words;
use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use std::collections::HashMap;

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
    /// Words that all must occur, each perhaps in part: only its beginning.
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

impl Filter {
    /// How such a list is read, unless somebody says otherwise: what is late, longest late first; some days or weeks, as in a calendar; what
    /// begins before a day, from there back.
    pub fn usual_order(&self) -> Order {
        match (self.overdue_at, self.from, self.to) {
            (Some(_), _, _) => Order::Due,
            (None, Some(_), Some(_)) if self.is_narrow() => Order::Start,
            (None, None, Some(_)) => Order::StartLast,
            (None, Some(_) | None, Some(_) | None) => Order::Newest,
        }
    }
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

/// The deadlines of the planned times of the record in the row. What is not open has none, and none are looked for.
#[diesel::dsl::auto_type]
fn planned() -> _ {
    let subjects: [Subject; 2] = [Subject::PlannedStart, Subject::PlannedEnd];
    let open: RecordState = RecordState::Open;
    let of_record = deadlines::table.filter(deadlines::record_id.eq(records::id.nullable()));
    of_record.filter(deadlines::subject.eq_any(subjects)).filter(records::state.eq(open))
}

/// One page of the list, in the filter's order, after its mark.
pub fn list(conn: &mut PgConnection, filter: &Filter, limit: i64) -> QueryResult<Vec<Row>> {
    let ids = finding::found(conn, filter, limit)?;
    let mut rows = rows(conn, &ids)?;
    let places: HashMap<RecordId, usize> = ids.into_iter().enumerate().map(|(place, id)| (id, place)).collect();
    rows.sort_by_key(|it| places.get(&it.id).copied());
    Ok(rows)
}

/// In no order, so that it is one statement for all orders, which a connection plans a few times, not each time.
fn rows(conn: &mut PgConnection, ids: &[RecordId]) -> QueryResult<Vec<Row>> {
    let coordinator = diesel::alias!(users as coordinator);
    records::table
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
        .filter(records::id.eq_any(ids))
        .load(conn)
}
