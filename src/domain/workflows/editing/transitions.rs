//! Edits of the ways out of a phase.

use super::super::{Phase, Transition, TransitionKind, Workflow};
use super::{Direction, Fault, phase_mut};
use crate::domain::keys;
use crate::domain::records::{RecordKind, RecordState};
use crate::domain::requirements::Requirement;
use crate::domain::text;
use std::collections::BTreeSet;

/// What somebody decides about a way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    pub kind: TransitionKind,
    pub to: String,
    pub label: String,
    pub requirements: Vec<Requirement>,
    pub asks_reason: bool,
    pub outcome: Option<RecordState>,
}

impl Way {
    pub fn of(transition: &Transition) -> Way {
        Way {
            kind: transition.kind,
            to: transition.to.clone(),
            label: transition.label.clone(),
            requirements: transition.requirements.clone(),
            asks_reason: transition.asks_reason,
            outcome: transition.outcome,
        }
    }
}

pub const MOST_WAYS: usize = 20;

/// Whether such a way asks for a reason where nobody says otherwise: why something was given up or undone is always wanted later.
pub const fn usually_asks(way: TransitionKind) -> bool {
    matches!(way, TransitionKind::BackOut | TransitionKind::Abandon)
}

/// How a record ends that takes such a way to an end.
pub const fn usual_outcome(way: TransitionKind, kind: RecordKind) -> RecordState {
    match (way, kind) {
        (TransitionKind::Advance | TransitionKind::Rework | TransitionKind::Close, _) => RecordState::Closed,
        (TransitionKind::BackOut, _) => RecordState::BackedOut,
        (TransitionKind::Abandon, RecordKind::Release) => RecordState::Abandoned,
        (TransitionKind::Abandon, RecordKind::Change) => RecordState::Withdrawn,
    }
}

pub(super) fn add(workflow: &mut Workflow, from: &str, way: &Way) -> Result<(), Fault> {
    let transition = described(workflow, from, None, way)?;
    insert(workflow, from, None, transition)
}

/// `from` may be another phase: then it goes over to that one.
pub(super) fn edit(workflow: &mut Workflow, (phase, key): (&str, &str), from: &str, way: &Way) -> Result<(), Fault> {
    let at = place(workflow, phase, key)?;
    let stays = phase == from;
    let own = stays.then_some(key);
    let mut transition = described(workflow, from, own, way)?;
    let before = phase_mut(workflow, phase)?.transitions.remove(at);
    transition.requirements = in_order(&before.requirements, &way.requirements);
    insert(workflow, from, stays.then_some(at), transition)
}

pub(super) fn shift(workflow: &mut Workflow, phase: &str, key: &str, to: Direction) -> Result<(), Fault> {
    let at = place(workflow, phase, key)?;
    super::shift(&mut phase_mut(workflow, phase)?.transitions, at, to);
    Ok(())
}

pub(super) fn remove(workflow: &mut Workflow, phase: &str, key: &str) -> Result<(), Fault> {
    let at = place(workflow, phase, key)?;
    phase_mut(workflow, phase)?.transitions.remove(at);
    Ok(())
}

fn place(workflow: &Workflow, phase: &str, key: &str) -> Result<usize, Fault> {
    let at = workflow.phase(phase).and_then(|it| it.transitions.iter().position(|it| it.key == key));
    at.ok_or_else(|| Fault::about("label", "This way out is not in the draft any more."))
}

fn insert(workflow: &mut Workflow, from: &str, at: Option<usize>, transition: Transition) -> Result<(), Fault> {
    let ways = &mut phase_mut(workflow, from)?.transitions;
    ways.insert(at.unwrap_or(ways.len()), transition);
    Ok(())
}

fn described(workflow: &Workflow, from: &str, key: Option<&str>, way: &Way) -> Result<Transition, Fault> {
    let phase = workflow.phase(from).ok_or_else(|| Fault::about("from", "This phase is not there any more. Choose another one."))?;
    let to = workflow.phase(&way.to).ok_or_else(|| Fault::about("to", "This phase is not there any more. Choose another one."))?;
    if phase.is_end() {
        return Err(Fault::about("from", format!("{} is an end: nothing follows it.", phase.name)));
    }
    if phase.key == to.key && way.kind != TransitionKind::Rework {
        return Err(Fault::about("to", "Choose another phase: only sending back may begin the same one anew."));
    }
    match way.outcome {
        None if to.is_end() => return Err(Fault::about("outcome", format!("{} is an end. Choose how the record ends there.", to.name))),
        Some(RecordState::Open) => return Err(Fault::about("outcome", "A record that has ended is not open.")),
        Some(_) if !to.is_end() => {
            return Err(Fault::about("outcome", format!("{} is no end, so the record goes on. Choose none, or an end to lead to.", to.name)));
        }
        Some(_) | None => {}
    }
    let taken: Vec<String> = phase.transitions.iter().map(|it| it.key.clone()).collect();
    Ok(Transition {
        key: key.map_or_else(|| keys::fresh(way.kind.word(), "way", &taken), str::to_owned),
        kind: way.kind,
        to: way.to.clone(),
        label: text::line(&way.label).map_err(|why| Fault::about("label", why.to_string()))?,
        requirements: in_order(&[], &way.requirements),
        asks_reason: way.asks_reason,
        outcome: way.outcome,
    })
}

/// Those that stay keep their order, new ones follow; the approval is asked for last.
fn in_order(before: &[Requirement], wanted: &[Requirement]) -> Vec<Requirement> {
    let stay = before.iter().filter(|it| wanted.contains(it));
    let mut all: Vec<Requirement> = stay.chain(wanted.iter().filter(|it| !before.contains(it))).copied().collect();
    all.sort_by_key(|it| *it == Requirement::Approved);
    all
}

/// Ways to a phase that has become an end say how the record ends there; those to one that is none any more do not.
pub(super) fn settle_outcomes(workflow: &mut Workflow, kind: RecordKind) {
    let ends: BTreeSet<String> = workflow.phases.iter().filter(|it| it.is_end()).map(|it| it.key.clone()).collect();
    for way in workflow.phases.iter_mut().flat_map(|it| &mut it.transitions) {
        way.outcome = match way.outcome {
            Some(outcome) if ends.contains(&way.to) => Some(outcome),
            None if ends.contains(&way.to) => Some(usual_outcome(way.kind, kind)),
            Some(_) | None => None,
        };
    }
}

pub(super) fn unsound(workflow: &Workflow, phase: &Phase) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut say = |field, message: String| faults.push(Fault { field, message });
    let mut keys = BTreeSet::new();
    for way in &phase.transitions {
        let label = &way.label;
        if !keys.insert(&way.key) {
            say("label", format!("Two ways out of {} have the key {}.", phase.name, way.key));
        }
        match workflow.phase(&way.to) {
            None => say("to", format!("“{label}” leads out of {} to a phase that is not there.", phase.name)),
            Some(to) if to.key == phase.key && way.kind != TransitionKind::Rework => say("to", format!("“{label}” leads out of {} to itself.", phase.name)),
            Some(to) if to.is_end() != way.outcome.is_some() => say("outcome", format!("“{label}” says how the record ends only if it leads to an end.")),
            Some(_) => {}
        }
        if way.requirements.contains(&Requirement::ScopeFrozen) {
            say("requirements", "That RFCs are fixed is said in the phase. It is nothing that could be met.".into());
        }
        if way.requirements.iter().collect::<BTreeSet<_>>().len() < way.requirements.len() {
            say("requirements", format!("“{label}” asks for the same twice."));
        }
    }
    if phase.transitions.len() > MOST_WAYS {
        say("label", format!("A phase has at most {MOST_WAYS} ways out."));
    }
    faults
}
