//! Requirements that can never be met in their phase.

use super::ways::SORTS;
use super::{Defect, Finding, Place, Why, reachable};
use crate::domain::records::{Milestone, RecordKind};
use crate::domain::requirements::Requirement;
use crate::domain::workflows::world::World;
use crate::domain::workflows::{Phase, Section, Transition, Workflow};
use std::collections::BTreeSet;

pub fn findings(workflow: &Workflow, world: &World) -> Vec<Finding> {
    let mut found = Vec::new();
    for phase in &workflow.phases {
        for transition in &phase.transitions {
            for requirement in &transition.requirements {
                if let Some(why) = never_met(*requirement, phase, workflow, world) {
                    found.push(Finding::new(Place::way(phase, transition), Defect::NeverMet { requirement: *requirement, why }));
                }
            }
        }
    }
    found
}

/// Why a requirement can never be met in this phase; `None` if it can.
pub fn never_met(requirement: Requirement, phase: &Phase, workflow: &Workflow, world: &World) -> Option<Why> {
    let release = world.kind == RecordKind::Release;
    let shown = |section: Section| (!phase.shows(section)).then_some(Why::NotShown(section));
    let confirmed = || requirement.confirmation().filter(|it| !it.is_replaced(world.kind)).and_then(|_| shown(Section::Confirmations));
    match requirement {
        Requirement::ScopeFrozen => Some(Why::OnlyAGuard),
        Requirement::ItemsNamed => release.then_some(Why::NotOfReleases),
        Requirement::BackOutPlanWritten | Requirement::ExitCriteriaAgreed => (!release).then_some(Why::NotOfChanges),
        Requirement::ChangesRelated if release => changes(phase, workflow),
        Requirement::ChangesAuthorised if release => as_far_as(Milestone::Authorised, phase, workflow, world),
        Requirement::ChangesImplemented if release => as_far_as(Milestone::Implemented, phase, workflow, world),
        Requirement::ChangesClosed if release => as_far_as(Milestone::Finished, phase, workflow, world),
        Requirement::ChangesRelated | Requirement::ChangesAuthorised | Requirement::ChangesImplemented | Requirement::ChangesClosed => Some(Why::NotOfChanges),
        Requirement::TasksDone => shown(Section::Tasks),
        Requirement::Approved if phase.approvals.is_empty() => Some(Why::NobodyAsked),
        Requirement::Approved => shown(Section::Approvals),
        Requirement::ExitCriteriaMet if release => (!agreed_before(phase, workflow)).then_some(Why::NotAgreedBefore),
        Requirement::HandoverAccepted if release => (!world.takes_over()).then_some(Why::NobodyTakesOver),
        Requirement::TestsPassed
        | Requirement::DeploymentDone
        | Requirement::VerificationPassed
        | Requirement::BackOutFacts
        | Requirement::ImplementationDone
        | Requirement::ExitCriteriaMet
        | Requirement::HandoverAccepted
        | Requirement::FeedbackConsidered
        | Requirement::ReviewComplete
        | Requirement::FollowUpsSettled
        | Requirement::LogAndCmsCurrent => confirmed(),
        Requirement::DetailsComplete
        | Requirement::PlanComplete
        | Requirement::RiskAssessed
        | Requirement::WindowSet
        | Requirement::Assigned
        | Requirement::NothingOpen => None,
    }
}

fn as_far_as(milestone: Milestone, phase: &Phase, workflow: &Workflow, world: &World) -> Option<Why> {
    let comes = world.milestones.iter().any(|it| *it >= milestone);
    changes(phase, workflow).or_else(|| (!comes).then_some(Why::NoChangeSoFar(milestone)))
}

/// Whether a release can lack an RFC here for good.
fn changes(phase: &Phase, workflow: &Workflow) -> Option<Why> {
    if !phase.shows(Section::Changes) {
        return Some(Why::NotShown(Section::Changes));
    }
    (phase.scope_frozen && !surely_related(workflow).contains(phase.key.as_str())).then_some(Why::ChangesFrozen)
}

/// The phases that no release enters without an RFC, whichever way it comes: all ways into them ask for one on the way.
fn surely_related(workflow: &Workflow) -> BTreeSet<&str> {
    let asks = |it: &Transition| {
        it.requirements
            .iter()
            .any(|it| matches!(it, Requirement::ChangesRelated | Requirement::ChangesAuthorised | Requirement::ChangesImplemented | Requirement::ChangesClosed))
    };
    let Some(first) = workflow.first() else { return BTreeSet::new() };
    let without = reachable(workflow, &first.key, &SORTS, |it| !asks(it));
    workflow.phases.iter().map(|it| it.key.as_str()).filter(|it| !without.contains(it)).collect()
}

/// Whether some phase from which this one is reached shows where exit criteria are agreed.
fn agreed_before(phase: &Phase, workflow: &Workflow) -> bool {
    let leads_here = |it: &Phase| it.key != phase.key && reachable(workflow, &it.key, &SORTS, |_| true).contains(phase.key.as_str());
    workflow.phases.iter().any(|it| it.shows(Section::EarlyLife) && leads_here(it))
}
