//! Early life support: what a release agreed with operations, what was measured, and whether support can end.

pub mod criteria;
pub mod issues;
pub mod known_errors;
pub mod readings;
pub mod signing;
pub mod team;

use super::Result;
use super::records::lock_open;
use crate::app::Error;
use crate::domain::calendars;
use crate::domain::early_life::{Course, Exit, Outlook, Readings, Span, outlook};
use crate::domain::events::{Aftercare, Event};
use crate::domain::ids::{MetricId, RecordId};
use crate::domain::people::{Action, Actor};
use crate::domain::records::RecordKind;
use crate::domain::requirements::Requirement;
use crate::domain::workflows::{Phase, Workflow};
use crate::store::early_life::metrics::{self, Metric};
use crate::store::early_life::{self as plans, Plan, readings as rows};
use crate::store::records::{Full, Record};
use crate::store::visits::{self, Visit};
use crate::store::{Tx, events};
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use diesel::QueryResult;
use diesel::pg::PgConnection;
use std::collections::BTreeMap;

/// Criteria and readings of a release.
#[derive(Clone, Debug, Default)]
pub struct EarlyLife {
    pub plan: Option<Plan>,
    pub metrics: Vec<Metric>,
    readings: BTreeMap<MetricId, Readings>,
    /// Readings count from this day on, for the days in a row: on it early life support began, if it did.
    since: Option<NaiveDate>,
    /// The day on which it ended, once it did: nobody measures after that, so it is judged as of then.
    until: Option<NaiveDate>,
}

impl EarlyLife {
    /// In three queries.
    pub fn load(conn: &mut PgConnection, full: &Full, visits: &[Visit]) -> QueryResult<EarlyLife> {
        let id = full.record.id;
        Ok(EarlyLife {
            plan: plans::plan(conn, id)?,
            metrics: metrics::list(conn, id)?,
            readings: rows::of_record(conn, id)?,
            since: began(full, visits, Requirement::ExitCriteriaMet).next_back().map(|it| day_of(it.entered_at, full)),
            until: began(full, visits, Requirement::ExitCriteriaMet).next_back().and_then(|it| it.left_at).map(|it| day_of(it, full)),
        })
    }

    pub fn readings(&self, metric: &Metric) -> Readings {
        self.readings.get(&metric.id).cloned().unwrap_or_default()
    }

    /// Those that count for the days in a row.
    fn counted(&self, metric: &Metric) -> Readings {
        let mut readings = self.readings(metric);
        self.since.map_or_else(Readings::new, |since| readings.split_off(&since))
    }

    /// Without a day, every newest reading passes for a current one.
    pub fn course(&self, metric: &Metric, today: Option<NaiveDate>) -> Course {
        let today = today.map(|today| self.until.map_or(today, |until| today.min(until)));
        metric.criterion.course(&self.counted(metric), today)
    }

    pub fn exit(&self, today: Option<NaiveDate>) -> Exit {
        let agreed_with = self.plan.as_ref().map(|it| it.agreed_with.clone()).unwrap_or_default();
        Exit { agreed_with, courses: self.metrics.iter().map(|it| self.course(it, today)).collect() }
    }

    pub fn outlook(&self, metric: &Metric) -> Outlook {
        outlook(&metric.criterion, &self.readings(metric), &self.counted(metric))
    }

    /// Whether early life support began.
    pub fn has_begun(&self) -> bool {
        self.since.is_some()
    }
}

/// The visits of phases that ask for something, in their order, as far as the record is not back before them.
fn began<'a>(full: &'a Full, visits: &'a [Visit], asked: Requirement) -> impl DoubleEndedIterator<Item = &'a Visit> + 'a {
    let here = full.workflow.position(&full.record.phase);
    let counts = move |it: &&Visit| asking(&full.workflow, &it.phase, asked) && full.workflow.position(&it.phase) <= here;
    visits.iter().filter(counts)
}

fn asking(workflow: &Workflow, phase: &str, asked: Requirement) -> bool {
    workflow.phase(phase).is_some_and(|it| asks(it, asked))
}

fn asks(phase: &Phase, asked: Requirement) -> bool {
    phase.transitions.iter().any(|it| it.requirements.contains(&asked))
}

/// A time as a day in the record's zone.
pub fn day_of(time: DateTime<Utc>, full: &Full) -> NaiveDate {
    time.with_timezone(&full.calendar.zone()).date_naive()
}

/// Of which days readings are taken.
pub fn span(full: &Full, visits: &[Visit], now: DateTime<Utc>) -> Span {
    Span { from: began(full, visits, Requirement::DeploymentDone).next().map(|it| day_of(it.entered_at, full)), today: day_of(now, full) }
}

/// The permission to keep what early life support works with.
pub fn supporting(actor: &Actor, record: &Record) -> Action {
    Action::Support(actor.standing(record.owner_id, record.coordinator_id))
}

/// A release, locked, open, and one that this actor may act on.
fn lock(tx: &mut Tx<'_>, id: RecordId, action: fn(&Actor, &Record) -> Action) -> Result<Full> {
    let full = lock_open(tx, id, action)?;
    match full.record.kind {
        RecordKind::Release => Ok(full),
        RecordKind::Change => Err(Error::NotFound),
    }
}

/// After criteria or readings changed: proposes the end of early life support, and warns of what will take longer. Each once, until it changes.
fn look_again(tx: &mut Tx<'_>, full: &Full) -> Result<()> {
    let record = &full.record;
    if !asks(full.phase()?, Requirement::ExitCriteriaMet) {
        return Ok(());
    }
    let visits = visits::list(tx.conn, record.id)?;
    let it = EarlyLife::load(tx.conn, full, &visits)?;
    let in_this_visit = |at: Option<DateTime<Utc>>| at.is_some_and(|at| at >= record.phase_entered_at);
    let exit = it.exit(Some(day_of(tx.now, full)));
    let was_proposed = in_this_visit(it.plan.as_ref().and_then(|it| it.proposed_at));
    let (is_met, _) = exit.verdict();
    if is_met != was_proposed {
        plans::set_proposed(tx, record.id, is_met.then_some(tx.now))?;
    }
    if is_met && !was_proposed {
        let days = exit.courses.iter().map(|it| it.days).max().unwrap_or_default();
        events::record(tx, record.id, &Event::Aftercare(Aftercare::ExitProposed { days }))?;
    }
    for metric in &it.metrics {
        let late = lateness(it.outlook(metric), full);
        let was_warned = in_this_visit(metric.warned_at);
        if late.is_some() != was_warned {
            metrics::set_warned(tx, metric.id, late.is_some().then_some(tx.now))?;
        }
        if let Some(until) = late
            && !was_warned
        {
            events::record(tx, record.id, &Event::Aftercare(Aftercare::ExitEndangered { metric: metric.criterion.name.clone(), until }))?;
        }
    }
    Ok(())
}

/// Until when a metric takes, if that is after the planned end: `Some(None)` if it never ends.
fn lateness(outlook: Outlook, full: &Full) -> Option<Option<DateTime<Utc>>> {
    let due = day_of(full.record.phase_due_at?, full);
    match outlook {
        Outlook::Met | Outlook::Unknown => None,
        Outlook::On(day) => (day > due).then(|| Some(calendars::at(day, NaiveTime::MIN, full.calendar.zone()))),
        Outlook::Never => Some(None),
    }
}
