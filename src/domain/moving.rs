//! Moving running records to another version of their workflow: where each phase goes, and what that changes for one record.

mod mapping;
mod rounds;

pub use mapping::{Mapping, Misplaced};
pub use rounds::{Comparison, Fate, compare};

use super::approvals::RoundState;
use super::calendars::Calendar;
use super::requirements::Requirement;
use super::words::words;
use super::workflows::{Grades, Phase, PhaseKind, Transition, TransitionKind, Workflow};
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;

words! {
    /// What has become of a record that an order to move many names.
    pub enum MoveState {
        Waiting = "waiting" "Waiting",
        Moved = "moved" "Moved",
        Skipped = "skipped" "Passed over",
        Stopped = "stopped" "Left, because the order was stopped",
    }
}

/// Why a record, or a whole order, is not moved.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MovingRefusal {
    #[error("It goes by another version of its workflow already. Look at it, there may be nothing left to do.")]
    Elsewhere,
    #[error("Its phase “{0}” has no place in the other version. Say where its records go.")]
    NoPlace(String),
    #[error("It would be passed over to an end from “{0}”: choose another phase for it.")]
    PastTheEnd(String),
    #[error("No running record follows this version any more, so there is nothing to move.")]
    NothingToMove,
    #[error("Choose at least one record, or move all of them.")]
    NothingChosen,
    #[error("Nothing of this order waits any more, so there is nothing to stop.")]
    NothingToStop,
}

/// What of an open record decides what moving it changes.
#[derive(Clone, Debug)]
pub struct Running<'a> {
    pub phase: &'a str,
    pub entered_at: DateTime<Utc>,
    pub due_at: Option<DateTime<Utc>>,
    pub grades: Grades,
    /// What somebody vouched for, waived or accepted in this visit of the phase.
    pub settled: &'a [Requirement],
    /// The newest round of this visit.
    pub round: Option<RoundState>,
    /// How many open tasks and surveys there are of each phase.
    pub tasks: &'a BTreeMap<String, usize>,
    pub surveys: &'a BTreeMap<String, usize>,
    /// In which the record's due times are reckoned.
    pub calendar: &'a Calendar,
}

/// What moving changes for one record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changes {
    pub from: Phase,
    pub to: Phase,
    /// Asked from now on, and not before.
    pub asked_newly: Vec<Requirement>,
    /// Met in this visit, and to be met anew.
    pub asked_again: Vec<Requirement>,
    pub asked_no_more: Vec<Requirement>,
    pub round: Fate,
    pub due_before: Option<DateTime<Utc>>,
    pub due_after: Option<DateTime<Utc>>,
    /// Open tasks and surveys that go along to a phase of another key.
    pub tasks: usize,
    pub surveys: usize,
}

impl Changes {
    /// Whether the visit of the phase goes on: what was confirmed, waived and decided in it counts on.
    pub fn keeps_visit(&self) -> bool {
        self.from.key == self.to.key
    }

    /// Whether nobody who works on the record would notice.
    pub fn is_none(&self) -> bool {
        let asked = [&self.asked_newly, &self.asked_again, &self.asked_no_more];
        let same_phase = self.keeps_visit() && self.from.name == self.to.name;
        same_phase && asked.iter().all(|it| it.is_empty()) && !self.round.changes() && self.due_before == self.due_after && self.tasks + self.surveys == 0
    }
}

/// What moving changes for a record, when it happens now.
pub fn changes(running: &Running<'_>, from: &Workflow, to: &Workflow, mapping: &Mapping, now: DateTime<Utc>) -> Result<Changes, MovingRefusal> {
    let before = from.phase(running.phase).ok_or_else(|| MovingRefusal::NoPlace(running.phase.to_owned()))?;
    let after = landing(before, to, mapping, running.grades)?;
    let kept = before.key == after.key;
    let round = rounds::fate(&before.approvals, &after.approvals, running.round, kept);
    let due_after = match after.target_days {
        same if kept && same == before.target_days => running.due_at,
        days => days.map(|days| running.calendar.due(if kept { running.entered_at } else { now }, days)),
    };
    let (asked_before, asked_after) = (asked(before), asked(after));
    let met = |it: &Requirement| running.settled.contains(it);
    let approved = |it: &Requirement| *it == Requirement::Approved && running.round == Some(RoundState::Approved);
    let again = |it: &Requirement| if kept { approved(it) && round.asks_again() } else { met(it) || approved(it) };
    let elsewhere =
        |of: &BTreeMap<String, usize>| of.iter().filter(|(key, _)| mapping.goal(key).is_some_and(|goal| goal != key.as_str())).map(|(_, it)| it).sum();
    Ok(Changes {
        asked_newly: asked_after.iter().filter(|it| !(asked_before.contains(it) || kept && met(it))).copied().collect(),
        asked_again: asked_after.iter().filter(|it| asked_before.contains(it) && again(it)).copied().collect(),
        asked_no_more: asked_before.iter().filter(|it| !asked_after.contains(it)).copied().collect(),
        tasks: elsewhere(running.tasks),
        surveys: elsewhere(running.surveys),
        due_before: running.due_at,
        due_after,
        round,
        from: before.clone(),
        to: after.clone(),
    })
}

/// The phase that a record in this one comes to. An optional phase is passed over like on the way, unless the record is in it already.
fn landing<'a>(phase: &Phase, to: &'a Workflow, mapping: &Mapping, grades: Grades) -> Result<&'a Phase, MovingRefusal> {
    let goal = mapping.goal(&phase.key).and_then(|it| to.phase(it)).ok_or_else(|| MovingRefusal::NoPlace(phase.name.clone()))?;
    if goal.key == phase.key && !goal.is_end() {
        return Ok(goal);
    }
    to.destination(&way_to(&goal.key), grades).filter(|it| !it.is_end()).ok_or_else(|| MovingRefusal::PastTheEnd(phase.name.clone()))
}

fn way_to(key: &str) -> Transition {
    Transition {
        key: String::new(),
        kind: TransitionKind::Advance,
        to: key.to_owned(),
        label: String::new(),
        requirements: Vec::new(),
        asks_reason: false,
        outcome: None,
    }
}

/// What the ways out of a phase ask for, each once, in order.
fn asked(phase: &Phase) -> Vec<Requirement> {
    let mut all = Vec::new();
    for it in phase.transitions.iter().flat_map(|it| &it.requirements) {
        if !all.contains(it) {
            all.push(*it);
        }
    }
    all
}

/// The phases of a workflow in which a record can be while it runs.
pub fn open_phases(workflow: &Workflow) -> impl DoubleEndedIterator<Item = &Phase> + Clone {
    workflow.phases.iter().filter(|it| it.kind != PhaseKind::End)
}

#[cfg(test)]
mod tests;
