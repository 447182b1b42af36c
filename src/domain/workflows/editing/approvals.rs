//! Edits of the approval steps of a phase.

use super::super::{ApprovalStep, Approvers, Covered, Phase, Workflow};
use super::{Fault, phase_mut};
use crate::domain::approvals::Rule;
use crate::domain::text;

pub const MOST_STEPS: usize = 20;
/// Working days: about a year.
pub const MOST_DAYS: u32 = 250;

pub(super) fn add(workflow: &mut Workflow, phase: &str, step: &ApprovalStep) -> Result<(), Fault> {
    let step = described(step)?;
    let phase = phase_mut(workflow, phase)?;
    phase.approvals.push(step);
    in_order(phase);
    Ok(())
}

pub(super) fn edit(workflow: &mut Workflow, phase: &str, at: usize, step: &ApprovalStep) -> Result<(), Fault> {
    let mut step = described(step)?;
    let phase = phase_mut(workflow, phase)?;
    let before = phase.approvals.get_mut(at).ok_or_else(gone)?;
    // The order in which parts are named means nothing: as it was, where they are the same.
    if step.covers.len() == before.covers.len() && step.covers.iter().all(|it| before.covers.contains(it)) {
        step.covers.clone_from(&before.covers);
    }
    *before = step;
    in_order(phase);
    Ok(())
}

pub(super) fn remove(workflow: &mut Workflow, phase: &str, at: usize) -> Result<(), Fault> {
    let phase = phase_mut(workflow, phase)?;
    if at >= phase.approvals.len() {
        return Err(gone());
    }
    phase.approvals.remove(at);
    Ok(())
}

/// Where a step of a phase stands after one edit of the draft; none if it was removed.
pub fn place_after(before: &[ApprovalStep], after: &[ApprovalStep], at: usize) -> Option<usize> {
    let step = before.get(at)?;
    let stays = after.iter().position(|it| it == step);
    // One edit changes one step: that which is like none before.
    let changed = after.iter().position(|it| !before.contains(it)).filter(|_| after.len() == before.len());
    stays.or(changed)
}

fn gone() -> Fault {
    Fault::about("name", "This approval step is not in the draft any more.")
}

/// Steps stand in the order in which they are asked.
fn in_order(phase: &mut Phase) {
    phase.approvals.sort_by_key(|it| it.position);
}

fn described(step: &ApprovalStep) -> Result<ApprovalStep, Fault> {
    let name = text::line(&step.name).map_err(|why| Fault::about("name", why.to_string()))?;
    let covers = Covered::ALL.iter().copied().filter(|it| step.covers.contains(it)).collect();
    Ok(ApprovalStep { name, covers, ..step.clone() })
}

pub(super) fn unsound(phase: &Phase) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut say = |field, message: String| faults.push(Fault { field, message });
    for step in &phase.approvals {
        if !(1..=99).contains(&step.position) {
            say("position", "Write a number from 1 to 99.".into());
        }
        if step.days > MOST_DAYS {
            say("days", format!("Write at most {MOST_DAYS} working days."));
        }
        if step.covers.is_empty() {
            say("covers", "Choose what they decide on: an edit of it asks them anew.".into());
        }
        match step.rule {
            Rule::Percentage(percent) if !(1..=100).contains(&percent) => say("percent", "Write a percentage from 1 to 100.".into()),
            Rule::Percentage(_) | Rule::All | Rule::AllImmediateDenial | Rule::One | Rule::Quorum => {}
        }
        match &step.approvers {
            Approvers::Group(key) if key.is_empty() => say("group", "Choose the group that is asked.".into()),
            Approvers::Users(people) if people.is_empty() => say("users", "Choose at least one person who is asked.".into()),
            Approvers::Group(_) | Approvers::Role(_) | Approvers::Users(_) => {}
        }
    }
    if phase.approvals.len() > MOST_STEPS {
        say("name", format!("A phase has at most {MOST_STEPS} approval steps."));
    }
    faults
}
