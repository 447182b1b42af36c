//! Running records with all that decides what moving them changes, a page of them in a fixed number of queries.

use crate::domain::approvals::RoundState;
use crate::domain::calendars::Calendar;
use crate::domain::handovers::HandoverState;
use crate::domain::ids::{CalendarId, RecordId, WorkflowId};
use crate::domain::moving;
use crate::domain::records::RecordState;
use crate::domain::requirements::{Confirmation, Outcome, Requirement};
use crate::domain::surveys::SurveyState;
use crate::domain::tasks::TaskState;
use crate::store::calendars;
use crate::store::records::Record;
use crate::store::schema::{approval_rounds, configuration_items, confirmations, handovers, records, surveys, tasks, waivers};
use diesel::dsl::count_star;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use std::collections::BTreeMap;

/// A record that runs, as far as moving it is concerned.
#[derive(Clone, Debug)]
pub struct Running {
    pub record: Record,
    pub calendar: Calendar,
    settled: Vec<Requirement>,
    round: Option<RoundState>,
    tasks: BTreeMap<String, usize>,
    surveys: BTreeMap<String, usize>,
}

impl Running {
    pub fn facts(&self) -> moving::Running<'_> {
        moving::Running {
            phase: &self.record.phase,
            entered_at: self.record.phase_entered_at,
            due_at: self.record.phase_due_at,
            grades: self.record.grades(),
            settled: &self.settled,
            round: self.round,
            tasks: &self.tasks,
            surveys: &self.surveys,
            calendar: &self.calendar,
        }
    }
}

/// The open records of a version after this one, in the order of their numbers.
pub fn page(conn: &mut PgConnection, from: WorkflowId, after: Option<RecordId>, limit: i64) -> QueryResult<Vec<Running>> {
    let rows: Vec<(Record, Option<CalendarId>)> = records::table
        .left_join(configuration_items::table.on(configuration_items::id.nullable().eq(records::ci_id)))
        .filter(records::workflow_id.eq(from))
        .filter(records::state.eq(RecordState::Open))
        .filter(records::id.gt(after.unwrap_or(RecordId(0))))
        .order(records::id)
        .limit(limit)
        .select((Record::as_select(), configuration_items::calendar_id.nullable()))
        .load(conn)?;
    around(conn, rows)
}

/// One record, whatever it follows.
pub fn one(conn: &mut PgConnection, id: RecordId) -> QueryResult<Running> {
    let row: (Record, Option<CalendarId>) = records::table
        .left_join(configuration_items::table.on(configuration_items::id.nullable().eq(records::ci_id)))
        .filter(records::id.eq(id))
        .select((Record::as_select(), configuration_items::calendar_id.nullable()))
        .first(conn)?;
    around(conn, vec![row])?.pop().ok_or(diesel::result::Error::NotFound)
}

/// What surrounds them, in seven queries.
fn around(conn: &mut PgConnection, rows: Vec<(Record, Option<CalendarId>)>) -> QueryResult<Vec<Running>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<RecordId> = rows.iter().map(|(it, _)| it.id).collect();
    let known = calendars::known(conn)?;
    let (mut settled, mut rounds) = (settled(conn, &ids)?, rounds(conn, &ids)?);
    let (mut tasks, mut surveys) = (open_tasks(conn, &ids)?, open_surveys(conn, &ids)?);
    let running = |(record, calendar): (Record, Option<CalendarId>)| Running {
        calendar: known.get(calendar).clone(),
        settled: settled.remove(&record.id).unwrap_or_default(),
        round: rounds.remove(&record.id),
        tasks: tasks.remove(&record.id).unwrap_or_default(),
        surveys: surveys.remove(&record.id).unwrap_or_default(),
        record,
    };
    Ok(rows.into_iter().map(running).collect())
}

/// What was vouched for, waived and accepted in the present visit of each.
fn settled(conn: &mut PgConnection, ids: &[RecordId]) -> QueryResult<BTreeMap<RecordId, Vec<Requirement>>> {
    let given: Vec<(RecordId, Confirmation, Outcome)> = confirmations::table
        .inner_join(records::table)
        .filter(confirmations::record_id.eq_any(ids))
        .filter(confirmations::visit.eq(records::visit))
        .order(confirmations::id.desc())
        .select((confirmations::record_id, confirmations::subject, confirmations::outcome))
        .load(conn)?;
    let waived: Vec<(RecordId, Requirement)> = waivers::table
        .inner_join(records::table)
        .filter(waivers::record_id.eq_any(ids))
        .filter(waivers::visit.eq(records::visit))
        .select((waivers::record_id, waivers::requirement))
        .load(conn)?;
    let accepted: Vec<RecordId> = handovers::table
        .inner_join(records::table.on(records::id.eq(handovers::record_id)))
        .filter(handovers::record_id.eq_any(ids))
        .filter(handovers::visit.eq(records::visit))
        .filter(handovers::state.eq(HandoverState::Accepted))
        .select(handovers::record_id)
        .load(conn)?;
    // The newest word on a subject counts.
    let mut newest: BTreeMap<(RecordId, Confirmation), Outcome> = BTreeMap::new();
    for (record, subject, outcome) in given {
        newest.entry((record, subject)).or_insert(outcome);
    }
    let vouched = newest.into_iter().filter(|(_, outcome)| *outcome != Outcome::Failed).map(|((record, subject), _)| (record, subject.requirement()));
    let mut all: BTreeMap<RecordId, Vec<Requirement>> = BTreeMap::new();
    for (record, requirement) in vouched.chain(waived).chain(accepted.into_iter().map(|it| (it, Requirement::HandoverAccepted))) {
        all.entry(record).or_default().push(requirement);
    }
    Ok(all)
}

/// The newest round in the present visit of each.
fn rounds(conn: &mut PgConnection, ids: &[RecordId]) -> QueryResult<BTreeMap<RecordId, RoundState>> {
    let rows: Vec<(RecordId, RoundState)> = approval_rounds::table
        .inner_join(records::table)
        .filter(approval_rounds::record_id.eq_any(ids))
        .filter(approval_rounds::visit.eq(records::visit))
        .order(approval_rounds::id)
        .select((approval_rounds::record_id, approval_rounds::state))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

type Counts = BTreeMap<RecordId, BTreeMap<String, usize>>;

fn open_tasks(conn: &mut PgConnection, ids: &[RecordId]) -> QueryResult<Counts> {
    let open = [TaskState::Planned, TaskState::Ready, TaskState::InProgress];
    let rows: Vec<(RecordId, String, i64)> = tasks::table
        .filter(tasks::record_id.eq_any(ids))
        .filter(tasks::state.eq_any(open))
        .group_by((tasks::record_id, tasks::phase))
        .select((tasks::record_id, tasks::phase, count_star()))
        .load(conn)?;
    Ok(counted(rows))
}

fn open_surveys(conn: &mut PgConnection, ids: &[RecordId]) -> QueryResult<Counts> {
    let rows: Vec<(RecordId, String, i64)> = surveys::table
        .filter(surveys::record_id.eq_any(ids))
        .filter(surveys::state.ne(SurveyState::Closed))
        .filter(surveys::phase.is_not_null())
        .group_by((surveys::record_id, surveys::phase))
        .select((surveys::record_id, surveys::phase.assume_not_null(), count_star()))
        .load(conn)?;
    Ok(counted(rows))
}

fn counted(rows: Vec<(RecordId, String, i64)>) -> Counts {
    let mut all = Counts::new();
    for (record, phase, count) in rows {
        all.entry(record).or_default().insert(phase, usize::try_from(count).unwrap_or_default());
    }
    all
}
