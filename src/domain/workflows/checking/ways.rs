//! Which phases can be reached, whether each leads to an end, and whether one can back out once rollout began.

use super::{Defect, Finding, Place};
use crate::domain::records::{Grade, RecordKind, RecordState};
use crate::domain::requirements::Requirement;
use crate::domain::workflows::{Grades, Phase, PhaseKind, Transition, TransitionKind, Workflow};
use std::collections::BTreeSet;

/// The two sorts of record, as far as optional phases go: one that passes them over, and one that goes through them.
pub const SORTS: [Grades; 2] = [Grades { impact: None, urgency: None }, Grades { impact: Some(Grade::High), urgency: Some(Grade::High) }];

pub fn findings(workflow: &Workflow, kind: RecordKind) -> Vec<Finding> {
    let Some(first) = workflow.first() else { return Vec::new() };
    let mut found = Vec::new();
    let reached = reachable(workflow, &first.key, &SORTS, |_| true);
    for phase in &workflow.phases {
        if !reached.contains(phase.key.as_str()) {
            found.push(Finding::new(Place::of(phase), Defect::Unreachable));
        }
        if !phase.is_end() && SORTS.iter().any(|sort| !ends(workflow, phase, *sort)) {
            found.push(Finding::new(Place::of(phase), Defect::DeadEnd));
        }
    }
    let closes = |it: &Transition| it.outcome == Some(RecordState::Closed) && workflow.phase(&it.to).is_some_and(Phase::is_end);
    if !workflow.phases.iter().any(|it| reached.contains(it.key.as_str()) && it.transitions.iter().any(closes)) {
        found.push(Finding::new(Place::Workflow, Defect::NeverCloses));
    }
    if kind == RecordKind::Release {
        let stuck = rolled_out(workflow).iter().filter(|it| !backs_out(workflow, it));
        found.extend(stuck.map(|it| Finding::new(Place::of(it), Defect::NoBackOut)));
    }
    found
}

/// The keys of the phases that records of these sorts can come to from here, over the transitions that pass.
pub fn reachable<'a>(workflow: &'a Workflow, from: &'a str, sorts: &[Grades], passes: impl Fn(&Transition) -> bool) -> BTreeSet<&'a str> {
    let mut found = BTreeSet::from([from]);
    let mut todo = vec![from];
    while let Some(phase) = todo.pop().and_then(|it| workflow.phase(it)) {
        for transition in phase.transitions.iter().filter(|it| passes(it)) {
            for to in sorts.iter().filter_map(|sort| workflow.destination(transition, *sort)) {
                if found.insert(&to.key) {
                    todo.push(&to.key);
                }
            }
        }
    }
    found
}

fn ends(workflow: &Workflow, phase: &Phase, sort: Grades) -> bool {
    reachable(workflow, &phase.key, &[sort], |_| true).iter().any(|it| workflow.phase(it).is_some_and(Phase::is_end))
}

/// The main phases of a release in which people may have to live with what was deployed: from the one that deploys to the last that watches it.
fn rolled_out(workflow: &Workflow) -> &[Phase] {
    let asks = |phase: &Phase, wanted: &[Requirement]| phase.transitions.iter().any(|it| it.requirements.iter().any(|it| wanted.contains(it)));
    let deploys = |it: &Phase| asks(it, &[Requirement::DeploymentDone, Requirement::ImplementationDone]);
    let watches = |it: &Phase| asks(it, &[Requirement::VerificationPassed, Requirement::ExitCriteriaMet, Requirement::HandoverAccepted]);
    let Some(from) = workflow.phases.iter().position(deploys) else { return &[] };
    let to = workflow.phases.iter().rposition(|it| deploys(it) || watches(it)).unwrap_or(from);
    &workflow.phases[from..=to]
}

/// Whether a side phase can be reached from here without anything being asked.
fn backs_out(workflow: &Workflow, phase: &Phase) -> bool {
    let free = |it: &Transition| it.requirements.is_empty() && matches!(it.kind, TransitionKind::BackOut | TransitionKind::Rework);
    let is_side = |key: &&str| workflow.phase(key).is_some_and(|it| it.kind == PhaseKind::Side);
    phase.kind != PhaseKind::Main || reachable(workflow, &phase.key, &SORTS, free).iter().any(is_side)
}
