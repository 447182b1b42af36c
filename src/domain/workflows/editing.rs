//! Edits of a workflow that is still a draft: each yields the workflow as it is afterwards, or says which field is in the way.
//! Whatever the order of edits, phases have keys of their own, every way out leads somewhere, and there is a beginning and an end.

mod approvals;
mod offers;
mod transitions;

pub use approvals::{MOST_DAYS, MOST_STEPS, place_after};
pub use offers::{requirements, sections};
pub use transitions::{MOST_WAYS, Way, usual_outcome, usually_asks};

use super::{ApprovalStep, Condition, Phase, PhaseKind, Section, Transition, TransitionKind, Workflow};
use crate::domain::keys;
use crate::domain::records::{Milestone, RecordKind};
use crate::domain::requirements::Requirement;
use crate::domain::text;
use crate::domain::words::words;
use std::collections::BTreeSet;

words! {
    /// One place up or down in an order.
    pub enum Direction {
        Up = "up" "Up",
        Down = "down" "Down",
    }
}

/// Why an edit is not taken, and the field of the form that it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub field: &'static str,
    pub message: String,
}

impl Fault {
    pub fn about(field: &'static str, message: impl Into<String>) -> Fault {
        Fault { field, message: message.into() }
    }
}

/// What somebody decides about a phase, beside its ways out and its approvals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Details {
    pub name: String,
    pub kind: PhaseKind,
    pub milestone: Milestone,
    pub scope_frozen: bool,
    pub sections: Vec<Section>,
    pub target_days: Option<u32>,
    pub group: Option<String>,
    pub condition: Option<Condition>,
}

/// One edit of a draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    /// Behind the phase of this key; without one, at the end.
    AddPhase {
        details: Details,
        after: Option<String>,
    },
    EditPhase {
        key: String,
        details: Details,
    },
    MovePhase {
        key: String,
        to: Direction,
    },
    /// What led to it leads to the heir, or goes away with it.
    RemovePhase {
        key: String,
        heir: Option<String>,
    },
    AddTransition {
        from: String,
        way: Way,
    },
    /// `from` may be another phase than the one it belonged to.
    EditTransition {
        phase: String,
        key: String,
        from: String,
        way: Way,
    },
    MoveTransition {
        phase: String,
        key: String,
        to: Direction,
    },
    RemoveTransition {
        phase: String,
        key: String,
    },
    AddStep {
        phase: String,
        step: ApprovalStep,
    },
    EditStep {
        phase: String,
        at: usize,
        step: ApprovalStep,
    },
    RemoveStep {
        phase: String,
        at: usize,
    },
}

pub const MOST_PHASES: usize = 40;

/// The workflow of such records after an edit.
pub fn edited(workflow: &Workflow, edit: &Edit, kind: RecordKind) -> Result<Workflow, Fault> {
    let mut after = workflow.clone();
    match edit {
        Edit::AddPhase { details, after: behind } => add_phase(&mut after, details, behind.as_deref())?,
        Edit::EditPhase { key, details } => edit_phase(&mut after, key, details)?,
        Edit::MovePhase { key, to } => {
            let at = position(&after, key)?;
            shift(&mut after.phases, at, *to);
        }
        Edit::RemovePhase { key, heir } => remove_phase(&mut after, key, heir.as_deref())?,
        Edit::AddTransition { from, way } => transitions::add(&mut after, from, way)?,
        Edit::EditTransition { phase, key, from, way } => transitions::edit(&mut after, (phase, key), from, way)?,
        Edit::MoveTransition { phase, key, to } => transitions::shift(&mut after, phase, key, *to)?,
        Edit::RemoveTransition { phase, key } => transitions::remove(&mut after, phase, key)?,
        Edit::AddStep { phase, step } => approvals::add(&mut after, phase, step)?,
        Edit::EditStep { phase, at, step } => approvals::edit(&mut after, phase, *at, step)?,
        Edit::RemoveStep { phase, at } => approvals::remove(&mut after, phase, *at)?,
    }
    transitions::settle_outcomes(&mut after, kind);
    match unsound(&after).into_iter().next() {
        Some(fault) => Err(fault),
        None => Ok(after),
    }
}

/// The smallest workflow that something can go through: a phase, and the two ways in which it ends.
pub fn blank(record: RecordKind) -> Workflow {
    let (given_up, outcome) = match record {
        RecordKind::Release => ("Abandoned", usual_outcome(TransitionKind::Abandon, RecordKind::Release)),
        RecordKind::Change => ("Withdrawn", usual_outcome(TransitionKind::Abandon, RecordKind::Change)),
    };
    let leave = given_up.to_lowercase();
    let close = Transition {
        key: "close".into(),
        kind: TransitionKind::Close,
        to: "closed".into(),
        label: format!("Close the {}", record.label()),
        requirements: vec![Requirement::DetailsComplete],
        asks_reason: false,
        outcome: Some(usual_outcome(TransitionKind::Close, record)),
    };
    let label = match record {
        RecordKind::Release => "Abandon",
        RecordKind::Change => "Withdraw",
    };
    let give_up = Transition {
        key: "abandon".into(),
        kind: TransitionKind::Abandon,
        to: leave.clone(),
        label: format!("{label} the {}", record.label()),
        requirements: Vec::new(),
        asks_reason: true,
        outcome: Some(outcome),
    };
    let phase = |key: &str, name: &str, kind, milestone, transitions| Phase {
        key: key.to_owned(),
        name: name.to_owned(),
        kind,
        milestone,
        scope_frozen: kind == PhaseKind::End,
        // Whoever opens what has ended looks for everything that was written.
        sections: if kind == PhaseKind::End { sections(record) } else { vec![Section::Scope, Section::Tasks] },
        target_days: None,
        group: None,
        condition: None,
        approvals: Vec::new(),
        transitions,
    };
    let begin = phase("registered", "Registered", PhaseKind::Main, Milestone::Registered, vec![close, give_up]);
    let end = |key: &str, name: &str| phase(key, name, PhaseKind::End, Milestone::Finished, Vec::new());
    Workflow { phases: vec![begin, end("closed", "Closed"), end(&leave, given_up)] }
}

/// What would make the workflow fall apart, whoever works with it. Whether it can be worked with is another question.
pub fn unsound(workflow: &Workflow) -> Vec<Fault> {
    let of_phases = workflow.phases.iter().flat_map(|it| unsound_in(workflow, it));
    unsound_as_a_whole(workflow).into_iter().chain(of_phases).collect()
}

/// What of it lies in the ways out and the approvals of one phase.
pub fn unsound_in(workflow: &Workflow, phase: &Phase) -> Vec<Fault> {
    transitions::unsound(workflow, phase).into_iter().chain(approvals::unsound(phase)).collect()
}

/// What of it lies in the phases themselves, beside one another.
pub fn unsound_as_a_whole(workflow: &Workflow) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut say = |field, message: String| faults.push(Fault { field, message });
    match workflow.first() {
        None => say("kind", "A workflow needs at least one phase.".into()),
        Some(first) if first.kind != PhaseKind::Main => {
            say("kind", format!("Every record starts in the first phase, so it is on the main way; {} is not.", first.name));
        }
        Some(first) if first.condition.is_some() => {
            say("condition", format!("Every record starts in the first phase, so it is for all of them; {} has a condition.", first.name));
        }
        Some(_) => {}
    }
    if !workflow.phases.iter().any(Phase::is_end) {
        say("kind", "A workflow needs at least one end.".into());
    }
    if workflow.phases.len() > MOST_PHASES {
        say("name", format!("A workflow has at most {MOST_PHASES} phases."));
    }
    let mut keys = BTreeSet::new();
    let mut names = BTreeSet::new();
    for phase in &workflow.phases {
        if !keys.insert(&phase.key) {
            say("name", format!("Two phases have the key {}.", phase.key));
        }
        if !names.insert(phase.name.to_lowercase()) {
            say("name", format!("Another phase is called {} already.", phase.name));
        }
        if phase.is_end() && !(phase.transitions.is_empty() && phase.approvals.is_empty()) {
            say("kind", format!("Nothing follows an end. Remove the ways out and the approvals of {} first.", phase.name));
        }
        if phase.is_end() && phase.condition.is_some() {
            say("condition", "An end is there for every record, so it has no condition.".into());
        }
    }
    faults
}

fn add_phase(workflow: &mut Workflow, details: &Details, behind: Option<&str>) -> Result<(), Fault> {
    let at = match behind {
        Some(key) => workflow.position(key).ok_or_else(|| Fault::about("after", "This phase is not there any more. Choose another one."))? + 1,
        None => workflow.phases.len(),
    };
    let key = new_key(workflow, &details.name);
    let bare = Phase {
        key,
        name: String::new(),
        kind: details.kind,
        milestone: details.milestone,
        scope_frozen: false,
        sections: Vec::new(),
        target_days: None,
        group: None,
        condition: None,
        approvals: Vec::new(),
        transitions: Vec::new(),
    };
    workflow.phases.insert(at, described(bare, details)?);
    Ok(())
}

/// The key that a phase of this name gets. It stays when the phase is renamed: records and release models know the phase by it.
pub fn new_key(workflow: &Workflow, name: &str) -> String {
    // The address of the form for another phase ends in "new".
    let taken: Vec<String> = workflow.phases.iter().map(|it| it.key.clone()).chain(["new".to_owned()]).collect();
    keys::fresh(name, "phase", &taken)
}

fn edit_phase(workflow: &mut Workflow, key: &str, details: &Details) -> Result<(), Fault> {
    let at = position(workflow, key)?;
    if let Some(phase) = workflow.phases.get_mut(at) {
        *phase = described(phase.clone(), details)?;
    }
    Ok(())
}

fn described(phase: Phase, details: &Details) -> Result<Phase, Fault> {
    let name = text::line(&details.name).map_err(|why| Fault::about("name", why.to_string()))?;
    if details.target_days.is_some_and(|it| it > MOST_DAYS) {
        return Err(Fault::about("target_days", format!("Write at most {MOST_DAYS} working days.")));
    }
    let sections = Section::ALL.iter().copied().filter(|it| details.sections.contains(it)).collect();
    Ok(Phase {
        name,
        kind: details.kind,
        milestone: details.milestone,
        scope_frozen: details.scope_frozen,
        // As they were, where the same are shown: their order means nothing.
        sections: if same(&phase.sections, &details.sections) { phase.sections.clone() } else { sections },
        target_days: details.target_days,
        group: details.group.clone(),
        condition: details.condition,
        ..phase
    })
}

fn same(some: &[Section], others: &[Section]) -> bool {
    some.iter().collect::<BTreeSet<_>>() == others.iter().collect::<BTreeSet<_>>()
}

fn remove_phase(workflow: &mut Workflow, key: &str, heir: Option<&str>) -> Result<(), Fault> {
    let at = position(workflow, key)?;
    if heir.is_some_and(|it| it == key || workflow.position(it).is_none()) {
        return Err(Fault::about("heir", "Choose a phase that stays."));
    }
    workflow.phases.remove(at);
    for phase in &mut workflow.phases {
        // A way back to where one is leads nowhere.
        let heir = heir.filter(|it| *it != phase.key);
        phase.transitions.retain(|it| it.to != key || heir.is_some());
        for way in phase.transitions.iter_mut().filter(|it| it.to == key) {
            heir.unwrap_or_default().clone_into(&mut way.to);
        }
    }
    Ok(())
}

fn position(workflow: &Workflow, key: &str) -> Result<usize, Fault> {
    workflow.position(key).ok_or_else(|| Fault::about("name", "This phase is not in the draft any more."))
}

fn phase_mut<'a>(workflow: &'a mut Workflow, key: &str) -> Result<&'a mut Phase, Fault> {
    let gone = || Fault::about("from", "This phase is not in the draft any more.");
    workflow.phases.iter_mut().find(|it| it.key == key).ok_or_else(gone)
}

/// Swaps with the neighbour; at the edge nothing happens.
fn shift<T>(all: &mut [T], at: usize, to: Direction) {
    match to {
        Direction::Up if at > 0 => all.swap(at - 1, at),
        Direction::Down if at + 1 < all.len() => all.swap(at, at + 1),
        Direction::Up | Direction::Down => {}
    }
}

impl Details {
    pub fn of(phase: &Phase) -> Details {
        Details {
            name: phase.name.clone(),
            kind: phase.kind,
            milestone: phase.milestone,
            scope_frozen: phase.scope_frozen,
            sections: phase.sections.clone(),
            target_days: phase.target_days,
            group: phase.group.clone(),
            condition: phase.condition,
        }
    }
}

#[cfg(test)]
mod tests;
