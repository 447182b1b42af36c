//! Whether those who should decide can be asked, and whether anybody waits for them; and whether somebody hears.

use super::{Defect, Finding, Place};
use crate::domain::approvals::Rule;
use crate::domain::records::RecordKind;
use crate::domain::requirements::Requirement;
use crate::domain::workflows::editing::MOST_DAYS;
use crate::domain::workflows::world::{World, can_be_met};
use crate::domain::workflows::{ApprovalStep, Approvers, Covered, Phase, Transition, TransitionKind, Workflow};

pub fn findings(workflow: &Workflow, world: &World) -> Vec<Finding> {
    let mut found = Vec::new();
    for phase in &workflow.phases {
        found.extend(hears(phase, world).map(|it| Finding::new(Place::of(phase), it)));
        found.extend(awaited(phase));
        for (at, step) in phase.approvals.iter().enumerate() {
            let alike = |other: &ApprovalStep| other.name.trim().to_lowercase() == step.name.trim().to_lowercase();
            let twice = phase.approvals[..at].iter().any(alike);
            let defects = of_step(step, twice, world);
            found.extend(defects.into_iter().map(|it| Finding::new(Place::Approval(phase.key.clone(), at), it)));
        }
    }
    found
}

/// What is wrong with the group that hears of the phase.
fn hears(phase: &Phase, world: &World) -> Option<Defect> {
    let key = phase.group.as_ref()?;
    match world.groups.get(key) {
        None => Some(Defect::NoGroup(key.clone())),
        Some(group) => {
            let active = group.members.iter().any(|it| world.people.get(it).is_some_and(|it| it.active));
            (!active).then(|| Defect::NobodyHears(group.name.clone()))
        }
    }
}

/// Steps that no transition waits for, and ways on that do not wait for them.
fn awaited(phase: &Phase) -> Vec<Finding> {
    let waits = |it: &&Transition| it.requirements.contains(&Requirement::Approved);
    let goes_on = |it: &&Transition| matches!(it.kind, TransitionKind::Advance | TransitionKind::Close);
    if phase.approvals.is_empty() || phase.is_end() {
        Vec::new()
    } else if !phase.transitions.iter().any(|it| waits(&it)) {
        vec![Finding::new(Place::of(phase), Defect::NotAwaited)]
    } else {
        let past = phase.transitions.iter().filter(goes_on).filter(|it| !waits(it));
        past.map(|it| Finding::new(Place::way(phase, it), Defect::PastApproval)).collect()
    }
}

fn of_step(step: &ApprovalStep, twice: bool, world: &World) -> Vec<Defect> {
    let mut defects = Vec::new();
    if step.name.trim().is_empty() {
        defects.push(Defect::Nameless("name"));
    } else if twice {
        defects.push(Defect::Twice { what: "name", text: step.name.clone() });
    }
    if step.days > MOST_DAYS {
        defects.push(Defect::TooManyDays);
    }
    if !step.covers.iter().any(|it| has(world.kind, *it)) {
        defects.push(Defect::CoversNothing);
    }
    if let Rule::Percentage(share) = step.rule
        && (share == 0 || !can_be_met(step.rule, 100))
    {
        defects.push(Defect::NoShare(share));
    }
    defects.extend(nobody(step, world));
    defects
}

/// Whether records of this kind have what a step covers.
fn has(kind: RecordKind, covered: Covered) -> bool {
    match covered {
        Covered::Scope | Covered::Window | Covered::Assessment => true,
        Covered::Changes | Covered::Plan | Covered::BackOutPlan | Covered::Review => kind == RecordKind::Release,
    }
}

/// Why nobody is left to ask in a step, now or when the only one owns the record.
fn nobody(step: &ApprovalStep, world: &World) -> Option<Defect> {
    let asked = world.asked(&step.approvers);
    match (&step.approvers, asked.as_slice()) {
        (Approvers::Group(key), _) if !world.groups.contains_key(key) => Some(Defect::NoGroup(key.clone())),
        (Approvers::Group(key), []) => Some(Defect::NobodyInGroup(world.group_name(key).to_owned())),
        (Approvers::Role(role), []) => Some(Defect::NobodyInRole(role.label())),
        (Approvers::Users(_), []) => Some(Defect::NobodyNamed),
        (Approvers::Group(_) | Approvers::Role(_) | Approvers::Users(_), [only]) if world.left_to_ask(step) == 0 => {
            Some(Defect::OnlyTheOwner(only.name.clone()))
        }
        (Approvers::Group(_) | Approvers::Role(_) | Approvers::Users(_), _) => None,
    }
}
