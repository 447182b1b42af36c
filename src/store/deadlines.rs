//! Deadlines' rows: kept in step with what is due, and found when their time has come.

use super::schema::{approval_steps, approvals, configuration_items, deadlines, follow_ups, groups, records, surveys, tasks, workflows};
use super::{Tx, calendars, events};
use crate::domain::approvals::{ApprovalState, StepState};
use crate::domain::calendars::Calendar;
use crate::domain::deadlines::{Deadline, Stage, Subject};
use crate::domain::follow_ups::FollowUpState;
use crate::domain::ids::{CalendarId, DeadlineId, RecordId, StepId};
use crate::domain::records::RecordState;
use crate::domain::surveys::SurveyState;
use crate::domain::tasks::TaskState;
use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Nullable, Text, Timestamptz};
use diesel::upsert::excluded;
use std::collections::{BTreeMap, BTreeSet};

mod facts;
mod review;
pub use facts::{Around, Facts};
pub use review::keep_review;

#[diesel::declare_sql_function]
extern "SQL" {
    #[sql_name = "coalesce"]
    fn first_time(one: Nullable<Timestamptz>, other: Nullable<Timestamptz>) -> Nullable<Timestamptz>;
}

/// A deadline whose time has come, held until the transaction ends.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = deadlines, check_for_backend(diesel::pg::Pg))]
pub struct Due {
    pub id: DeadlineId,
    /// None for the review of the policy.
    pub record_id: Option<RecordId>,
    pub subject: Subject,
    /// The task, the approval, the visit of the phase, the follow-up action, the survey.
    pub subject_id: i64,
    pub starts_at: DateTime<Utc>,
    pub due_at: DateTime<Utc>,
    /// How many stages are behind it.
    pub occurrence: i32,
    pub calendar_id: Option<CalendarId>,
}

impl Due {
    pub fn deadline(&self) -> Deadline {
        Deadline { subject: self.subject, starts_at: self.starts_at, due_at: self.due_at }
    }

    /// What tells one stage of it apart from all others. A moved due time has its own.
    pub fn occurrence_of(&self, stage: Stage) -> String {
        format!("{}:{}:{}", self.id, self.due_at.timestamp_micros(), stage.word())
    }

    /// [`Due::occurrence_of`] for those who hear of an approval step once, however many are asked in it.
    pub fn occurrence_of_step(&self, step: StepId, stage: Stage) -> String {
        format!("step {step}:{}:{}", self.due_at.timestamp_micros(), stage.word())
    }
}

/// Deadlines whose next stage has come, the longest waiting first. Those that another instance sees to are passed over.
pub fn claim(tx: &mut Tx<'_>, limit: i64) -> QueryResult<Vec<Due>> {
    // In the order of the index, so that a limit reads no more than it takes; a bitmap would fetch all that is due and sort it, each time.
    diesel::sql_query("SET LOCAL enable_bitmapscan = off").execute(tx.conn)?;
    Due::query().filter(deadlines::next_at.le(tx.now)).order((deadlines::next_at, deadlines::id)).limit(limit).for_no_key_update().skip_locked().load(tx.conn)
}

/// When the oldest of all that is due began.
pub fn earliest_start(conn: &mut PgConnection) -> QueryResult<Option<DateTime<Utc>>> {
    deadlines::table.select(diesel::dsl::min(deadlines::starts_at)).first(conn)
}

/// Notes how far claimed deadlines have come, and when each is to be looked at again. They are there, so nothing is inserted: a conflict
/// finds each row by its key, where an update that joins many would read the whole table.
pub fn advance(tx: &mut Tx<'_>, all: &[(&Due, i32, Option<DateTime<Utc>>)]) -> QueryResult<()> {
    let rows: Vec<_> = all
        .iter()
        .map(|(it, behind, next_at)| {
            (
                deadlines::id.eq(it.id),
                deadlines::record_id.eq(it.record_id),
                deadlines::subject.eq(it.subject),
                deadlines::subject_id.eq(it.subject_id),
                deadlines::starts_at.eq(it.starts_at),
                deadlines::due_at.eq(it.due_at),
                deadlines::occurrence.eq(*behind),
                deadlines::next_at.eq(*next_at),
            )
        })
        .collect();
    diesel::insert_into(deadlines::table)
        .values(rows)
        .on_conflict(deadlines::id)
        .do_update()
        .set((deadlines::occurrence.eq(excluded(deadlines::occurrence)), deadlines::next_at.eq(excluded(deadlines::next_at))))
        .execute(tx.conn)?;
    Ok(())
}

/// Those of these occurrences whose deadline is still open and still due at the time that was told: for a step, that of any approval in it.
pub fn standing(conn: &mut PgConnection, occurrences: &[&str]) -> QueryResult<BTreeSet<String>> {
    let told: Vec<(Late, DateTime<Utc>, &str)> = occurrences.iter().filter_map(|it| read(it)).collect();
    let (mut ids, mut steps) = (Vec::new(), Vec::new());
    for (late, ..) in &told {
        match late {
            Late::One(id) => ids.push(*id),
            Late::Step(id) => steps.push(*id),
        }
    }
    let ones: Vec<(DeadlineId, DateTime<Utc>)> = deadlines::table.filter(deadlines::id.eq_any(ids)).select((deadlines::id, deadlines::due_at)).load(conn)?;
    let of_approval =
        deadlines::record_id.eq(approvals::record_id.nullable()).and(deadlines::subject.eq(Subject::Approval)).and(deadlines::subject_id.eq(approvals::id));
    let of_steps: Vec<(StepId, DateTime<Utc>)> = approvals::table
        .inner_join(deadlines::table.on(of_approval))
        .filter(approvals::step_id.eq_any(steps))
        .select((approvals::step_id, deadlines::due_at))
        .distinct()
        .load(conn)?;
    let due: BTreeSet<(Late, DateTime<Utc>)> =
        ones.into_iter().map(|(id, due)| (Late::One(id), due)).chain(of_steps.into_iter().map(|(id, due)| (Late::Step(id), due))).collect();
    Ok(told.into_iter().filter(|(late, due_at, _)| due.contains(&(*late, *due_at))).map(|(.., it)| it.to_owned()).collect())
}

/// What an occurrence names: one deadline, or those of all approvals of a step.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Late {
    One(DeadlineId),
    Step(StepId),
}

fn read(occurrence: &str) -> Option<(Late, DateTime<Utc>, &str)> {
    let mut parts = occurrence.split(':');
    let whose = parts.next()?;
    let late = match whose.strip_prefix("step ") {
        Some(step) => Late::Step(StepId(step.parse().ok()?)),
        None => Late::One(DeadlineId(whose.parse().ok()?)),
    };
    Some((late, DateTime::from_timestamp_micros(parts.next()?.parse().ok()?)?, occurrence))
}

/// What a deadline is for: unique among all.
type Key = (RecordId, Subject, i64);

/// Something that is due, as the record says now.
struct Wanted {
    /// Where the record does not say, its time counts from when it was first known.
    starts_at: Option<DateTime<Utc>>,
    due_at: DateTime<Utc>,
    calendar_id: Option<CalendarId>,
}

/// Brings the deadlines of every record that something happened to in step with it: in the same transaction, in two statements, and three
/// more where something moved. A moved due time begins its stages anew.
pub(super) fn keep(tx: &mut Tx<'_>) -> QueryResult<()> {
    let ids = events::touched(tx);
    if ids.is_empty() {
        return Ok(());
    }
    let mut wanted = of_records(tx.conn, &ids)?;
    let kept = of_parts(tx.conn, &ids, &mut wanted)?;
    of_aftercare(tx.conn, &ids, &mut wanted)?;
    let gone: Vec<DeadlineId> = kept.iter().filter(|(key, _)| !wanted.contains_key(*key)).map(|(_, it)| it.id).collect();
    if !gone.is_empty() {
        diesel::delete(deadlines::table.filter(deadlines::id.eq_any(gone))).execute(tx.conn)?;
    }
    wanted.retain(|key, it| kept.get(key).is_none_or(|kept| kept.differs(it)));
    if wanted.is_empty() { Ok(()) } else { write(tx, &wanted, &kept) }
}

struct Kept {
    id: DeadlineId,
    starts_at: DateTime<Utc>,
    due_at: DateTime<Utc>,
    calendar_id: Option<CalendarId>,
    occurrence: i64,
}

impl Kept {
    /// Whether its stages come at other times now.
    fn differs(&self, wanted: &Wanted) -> bool {
        self.due_at != wanted.due_at || self.calendar_id != wanted.calendar_id || wanted.starts_at.is_some_and(|it| it != self.starts_at)
    }
}

type RecordRow =
    (RecordId, String, i32, (DateTime<Utc>, Option<DateTime<Utc>>), (Option<DateTime<Utc>>, Option<DateTime<Utc>>), Option<CalendarId>, serde_json::Value);

/// What is due of the records themselves, and in which calendar the rest of each is reckoned. Of those that ended nothing is.
fn of_records(conn: &mut PgConnection, ids: &[RecordId]) -> QueryResult<BTreeMap<Key, Wanted>> {
    let rows: Vec<RecordRow> = records::table
        .inner_join(workflows::table)
        .left_join(configuration_items::table.on(configuration_items::id.nullable().eq(records::ci_id)))
        .filter(records::id.eq_any(ids))
        .filter(records::state.eq(RecordState::Open))
        .select((
            records::id,
            records::phase,
            records::visit,
            (records::phase_entered_at, records::phase_due_at),
            (records::planned_start, records::planned_end),
            configuration_items::calendar_id.nullable(),
            workflows::definition,
        ))
        .load(conn)?;
    let mut wanted = BTreeMap::new();
    for (id, phase, visit, (entered, due), (start, end), calendar_id, definition) in rows {
        let mut add = |subject, subject_id, starts_at, due_at: Option<DateTime<Utc>>| {
            if let Some(due_at) = due_at {
                wanted.insert((id, subject, subject_id), Wanted { starts_at, due_at, calendar_id });
            }
        };
        add(Subject::Phase, i64::from(visit), Some(entered), due);
        if start.is_none() && end.is_none() {
            continue;
        }
        let workflow = super::workflows::parse(definition)?;
        if workflow.awaits_start(&phase) {
            add(Subject::PlannedStart, 0, None, start);
        }
        if workflow.awaits_end(&phase) {
            add(Subject::PlannedEnd, 0, start, end);
        }
    }
    Ok(wanted)
}

type PartRow = (RecordId, Subject, i64, Option<DateTime<Utc>>, Option<DateTime<Utc>>, Option<CalendarId>, (Option<DeadlineId>, i64));

/// What is due of the tasks and approvals of open records; and what deadlines there are.
fn of_parts(conn: &mut PgConnection, ids: &[RecordId], wanted: &mut BTreeMap<Key, Wanted>) -> QueryResult<BTreeMap<Key, Kept>> {
    let none = || (None::<DeadlineId>.into_sql::<Nullable<BigInt>>(), 0i64.into_sql::<BigInt>());
    let of_tasks = tasks::table
        .inner_join(records::table.left_join(configuration_items::table.on(configuration_items::id.nullable().eq(records::ci_id))))
        .left_join(groups::table)
        .filter(tasks::record_id.eq_any(ids))
        .filter(tasks::state.eq_any([TaskState::Planned, TaskState::Ready, TaskState::InProgress]))
        .filter(tasks::due_at.is_not_null())
        .filter(records::state.eq(RecordState::Open))
        .select((
            tasks::record_id,
            Subject::Task.word().into_sql::<Text>(),
            tasks::id,
            tasks::planned_start,
            tasks::due_at,
            first_calendar(groups::calendar_id.nullable(), configuration_items::calendar_id.nullable()),
            none(),
        ));
    let of_approvals = approvals::table
        .inner_join(approval_steps::table)
        .inner_join(records::table.left_join(configuration_items::table.on(configuration_items::id.nullable().eq(records::ci_id))))
        .left_join(groups::table.on(groups::name.eq(approvals::asked_as)))
        .filter(approvals::record_id.eq_any(ids))
        .filter(approvals::state.eq(ApprovalState::Pending))
        .filter(approval_steps::state.eq(StepState::Open))
        .filter(approval_steps::due_at.is_not_null())
        .filter(records::state.eq(RecordState::Open))
        .select((
            approvals::record_id,
            Subject::Approval.word().into_sql::<Text>(),
            approvals::id,
            first_time(approvals::pending_at, approval_steps::opened_at),
            approval_steps::due_at,
            first_calendar(groups::calendar_id.nullable(), configuration_items::calendar_id.nullable()),
            none(),
        ));
    let there = deadlines::table.filter(deadlines::record_id.eq_any(ids)).select((
        deadlines::record_id.assume_not_null(),
        deadlines::subject,
        deadlines::subject_id,
        deadlines::starts_at.nullable(),
        deadlines::due_at.nullable(),
        deadlines::calendar_id,
        (deadlines::id.nullable(), big(deadlines::occurrence)),
    ));
    let rows: Vec<PartRow> = of_tasks.union_all(of_approvals).union_all(there).load(conn)?;
    let mut kept = BTreeMap::new();
    for (record, subject, subject_id, starts_at, due_at, calendar_id, (id, occurrence)) in rows {
        let (key, Some(due_at)) = ((record, subject, subject_id), due_at) else { continue };
        match (id, starts_at) {
            (Some(id), Some(starts_at)) => drop(kept.insert(key, Kept { id, starts_at, due_at, calendar_id, occurrence })),
            (Some(_), None) => {}
            (None, _) => drop(wanted.insert(key, Wanted { starts_at, due_at, calendar_id })),
        }
    }
    Ok(kept)
}

type LaterRow = (RecordId, i64, Option<DateTime<Utc>>, Option<DateTime<Utc>>, Option<CalendarId>);

/// What is due of the follow-up actions and surveys of open releases. Two statements: as one union with the others it takes minutes to compile.
fn of_aftercare(conn: &mut PgConnection, ids: &[RecordId], wanted: &mut BTreeMap<Key, Wanted>) -> QueryResult<()> {
    let of_follow_ups = follow_ups::table
        .inner_join(records::table.on(records::id.eq(follow_ups::record_id)))
        .left_join(configuration_items::table.on(configuration_items::id.nullable().eq(records::ci_id)))
        .filter(follow_ups::record_id.eq_any(ids))
        .filter(follow_ups::state.eq(FollowUpState::Open))
        .filter(follow_ups::due_at.is_not_null())
        .filter(records::state.eq(RecordState::Open))
        .select((follow_ups::record_id, follow_ups::id, follow_ups::created_at.nullable(), follow_ups::due_at, configuration_items::calendar_id.nullable()));
    let of_surveys = surveys::table
        .inner_join(records::table.on(records::id.eq(surveys::record_id)))
        .left_join(configuration_items::table.on(configuration_items::id.nullable().eq(records::ci_id)))
        .filter(surveys::record_id.eq_any(ids))
        .filter(surveys::state.eq(SurveyState::Open))
        .filter(surveys::closes_at.is_not_null())
        .filter(records::state.eq(RecordState::Open))
        .select((surveys::record_id, surveys::id, surveys::opened_at, surveys::closes_at, configuration_items::calendar_id.nullable()));
    let follow_ups: Vec<LaterRow> = of_follow_ups.load(conn)?;
    let surveys: Vec<LaterRow> = of_surveys.load(conn)?;
    for (subject, rows) in [(Subject::FollowUp, follow_ups), (Subject::Survey, surveys)] {
        for (record, id, starts_at, due_at, calendar_id) in rows {
            if let Some(due_at) = due_at {
                wanted.insert((record, subject, id), Wanted { starts_at, due_at, calendar_id });
            }
        }
    }
    Ok(())
}

#[diesel::declare_sql_function]
extern "SQL" {
    #[sql_name = "coalesce"]
    fn first_calendar(one: Nullable<BigInt>, other: Nullable<BigInt>) -> Nullable<BigInt>;
    #[sql_name = "int8"]
    fn big(number: Integer) -> BigInt;
}

fn write(tx: &mut Tx<'_>, wanted: &BTreeMap<Key, Wanted>, kept: &BTreeMap<Key, Kept>) -> QueryResult<()> {
    let known = calendars::known(tx.conn)?;
    let rows: Vec<_> = wanted
        .iter()
        .map(|((record, subject, subject_id), it)| {
            let before = kept.get(&(*record, *subject, *subject_id)).filter(|kept| kept.due_at == it.due_at);
            let starts_at = it.starts_at.or(before.map(|it| it.starts_at)).unwrap_or(tx.now);
            let deadline = Deadline { subject: *subject, starts_at, due_at: it.due_at };
            let behind = before.map_or(0, |it| it.occurrence);
            (
                deadlines::record_id.eq(*record),
                deadlines::subject.eq(*subject),
                deadlines::subject_id.eq(*subject_id),
                deadlines::starts_at.eq(deadline.starts_at),
                deadlines::due_at.eq(deadline.due_at),
                deadlines::occurrence.eq(i32::try_from(behind).unwrap_or(i32::MAX)),
                deadlines::next_at.eq(next_at(&deadline, behind, known.get(it.calendar_id))),
                deadlines::calendar_id.eq(it.calendar_id),
            )
        })
        .collect();
    diesel::insert_into(deadlines::table)
        .values(rows)
        .on_conflict((deadlines::record_id, deadlines::subject, deadlines::subject_id))
        .do_update()
        .set((
            deadlines::starts_at.eq(excluded(deadlines::starts_at)),
            deadlines::due_at.eq(excluded(deadlines::due_at)),
            deadlines::occurrence.eq(excluded(deadlines::occurrence)),
            deadlines::next_at.eq(excluded(deadlines::next_at)),
            deadlines::calendar_id.eq(excluded(deadlines::calendar_id)),
        ))
        .execute(tx.conn)?;
    Ok(())
}

fn next_at(deadline: &Deadline, behind: i64, calendar: &Calendar) -> Option<DateTime<Utc>> {
    deadline.next(usize::try_from(behind).unwrap_or(usize::MAX), calendar).map(|(_, at)| at)
}
