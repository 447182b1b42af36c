//! Whether a finding is true, found out in another way than the check does.

use super::{Defect, Finding, Place, Why};
use crate::domain::approvals::Rule;
use crate::domain::records::{Grade, Milestone, RecordKind, RecordState};
use crate::domain::requirements::Requirement;
use crate::domain::workflows::simulation::Ground;
use crate::domain::workflows::world::{Person, World};
use crate::domain::workflows::{ApprovalStep, Approvers, Covered, Grades, Phase, PhaseKind, Section, Transition, TransitionKind, Workflow};

/// Which phases lead to which, by their places: for records that go through optional phases and for those that pass them over. By Warshall.
struct Leads(Vec<Vec<bool>>);

fn grades(high: bool) -> Grades {
    let grade = Some(if high { Grade::High } else { Grade::Low });
    Grades { impact: grade, urgency: grade }
}

impl Leads {
    fn of(workflow: &Workflow, sorts: &[bool], passes: impl Fn(&Transition) -> bool) -> Leads {
        let count = workflow.phases.len();
        let mut leads: Vec<Vec<bool>> = (0..count).map(|row| (0..count).map(|column| row == column).collect()).collect();
        for (row, phase) in workflow.phases.iter().enumerate() {
            for transition in phase.transitions.iter().filter(|it| passes(it)) {
                for to in sorts.iter().filter_map(|high| workflow.destination(transition, grades(*high))) {
                    leads[row][place(workflow, &to.key)] = true;
                }
            }
        }
        for by in 0..count {
            for from in 0..count {
                for to in 0..count {
                    leads[from][to] |= leads[from][by] && leads[by][to];
                }
            }
        }
        Leads(leads)
    }

    fn anywhere(&self, workflow: &Workflow, from: &Phase, wanted: impl Fn(&Phase) -> bool) -> bool {
        let row = &self.0[place(workflow, &from.key)];
        workflow.phases.iter().enumerate().any(|(at, it)| row[at] && wanted(it))
    }
}

fn place(workflow: &Workflow, key: &str) -> usize {
    workflow.phases.iter().position(|it| it.key == key).unwrap()
}

/// What a finding points to.
struct Pointed<'a> {
    workflow: &'a Workflow,
    world: &'a World,
    phase: Option<&'a Phase>,
    way: Option<&'a Transition>,
    step: Option<&'a ApprovalStep>,
}

pub fn is_true(finding: &Finding, workflow: &Workflow, world: &World) -> bool {
    let phase = finding.place.phase().map(|key| workflow.phases.iter().find(|it| it.key == key).unwrap());
    let (way, step) = match &finding.place {
        Place::Workflow | Place::Phase(_) => (None, None),
        Place::Transition(_, key) => (Some(phase.unwrap().transitions.iter().find(|it| it.key == *key).unwrap()), None),
        Place::Approval(_, at) => (None, Some(&phase.unwrap().approvals[*at])),
    };
    let pointed = Pointed { workflow, world, phase, way, step };
    if finding.place == Place::Workflow {
        return of_workflow(&finding.defect, workflow);
    }
    match (pointed.way, pointed.step) {
        (Some(way), _) => of_way(&finding.defect, &pointed, way),
        (None, Some(step)) => of_step(&finding.defect, &pointed, step),
        (None, None) => of_phase(&finding.defect, &pointed, phase.unwrap()),
    }
}

fn of_workflow(defect: &Defect, workflow: &Workflow) -> bool {
    let closed = |it: &Transition| it.outcome == Some(RecordState::Closed) && workflow.phase(&it.to).is_some_and(Phase::is_end);
    let Some(first) = workflow.phases.first() else { return *defect == Defect::NoPhase };
    let leads = Leads::of(workflow, &[false, true], |_| true);
    *defect == Defect::NeverCloses && !leads.anywhere(workflow, first, |it| it.transitions.iter().any(closed))
}

fn same(one: &str, other: &str) -> bool {
    one.trim().eq_ignore_ascii_case(other.trim())
}

fn of_phase(defect: &Defect, pointed: &Pointed<'_>, phase: &Phase) -> bool {
    let Pointed { workflow, world, .. } = pointed;
    let is_first = std::ptr::eq(phase, &workflow.phases[0]);
    let kinds = |kinds: &[TransitionKind]| phase.transitions.iter().any(|it| kinds.contains(&it.kind));
    let asks_deployment = |it: &Phase| {
        it.transitions.iter().flat_map(|it| &it.requirements).any(|it| matches!(it, Requirement::DeploymentDone | Requirement::ImplementationDone))
    };
    match defect {
        Defect::Nameless("key") => phase.key.trim().is_empty(),
        Defect::Nameless(_) => phase.name.trim().is_empty(),
        Defect::Twice { what: "key", text } => workflow.phases.iter().filter(|it| it.key == *text).count() > 1,
        Defect::Twice { text, .. } => workflow.phases.iter().filter(|it| same(&it.name, text)).count() > 1,
        Defect::TooManyDays => phase.target_days > Some(250),
        Defect::StartNotMain => is_first && phase.kind != PhaseKind::Main,
        Defect::StartOptional => is_first && phase.condition.is_some(),
        Defect::StartMilestone => is_first && phase.milestone != Milestone::Registered,
        Defect::OptionalNotMain => !phase.applies(grades(false)) && phase.kind != PhaseKind::Main,
        Defect::OptionalWithoutAdvance => !phase.applies(grades(false)) && phase.advance().is_none_or(|it| it.kind != TransitionKind::Advance),
        Defect::EndMilestone => phase.is_end() && phase.milestone < Milestone::Finished,
        Defect::FinishedTooSoon => !phase.is_end() && phase.milestone == Milestone::Finished,
        Defect::AfterEnd => phase.is_end() && phase.transitions.len() + phase.approvals.len() > 0,
        Defect::NoWayOn => !kinds(&[TransitionKind::Advance, TransitionKind::Close]),
        Defect::Unreachable => !Leads::of(workflow, &[false, true], |_| true).anywhere(workflow, &workflow.phases[0], |it| it.key == phase.key),
        Defect::DeadEnd => [false, true].iter().any(|sort| !Leads::of(workflow, &[*sort], |_| true).anywhere(workflow, phase, Phase::is_end)),
        Defect::NoBackOut => {
            // Abandoning into a side phase is not told as backing out, nor is closing.
            let leaves = |it: &Transition| matches!(it.kind, TransitionKind::Advance | TransitionKind::Abandon | TransitionKind::Close);
            let free = Leads::of(workflow, &[false, true], |it| it.requirements.is_empty() && !leaves(it));
            let deployed = workflow.phases[..=place(workflow, &phase.key)].iter().any(asks_deployment);
            world.kind == RecordKind::Release && deployed && !free.anywhere(workflow, phase, |it| it.kind == PhaseKind::Side)
        }
        Defect::NotAwaited => {
            let approved = |it: &Transition| it.requirements.contains(&Requirement::Approved);
            !phase.approvals.is_empty() && !phase.transitions.iter().any(approved)
        }
        Defect::NoGroup(key) => phase.group.as_ref() == Some(key) && !world.groups.contains_key(key),
        Defect::NobodyHears(name) => {
            let group = &world.groups[phase.group.as_ref().unwrap()];
            group.name == *name && group.members.iter().all(|it| !world.people[it].active)
        }
        Defect::NoPhase
        | Defect::Nowhere(_)
        | Defect::EndsOtherwise
        | Defect::LeadsToNoEnd
        | Defect::NoOutcome
        | Defect::OutcomeTooSoon
        | Defect::EndsOpen
        | Defect::EndsAsOthers
        | Defect::AbandonedAsClosed
        | Defect::AdvancesBack
        | Defect::LosesMilestone
        | Defect::EntersSide(_)
        | Defect::SendsForward
        | Defect::GainsMilestone
        | Defect::SlipsPast
        | Defect::BacksOutElsewhere
        | Defect::GraveWithoutReason
        | Defect::GraveBarred
        | Defect::NeverCloses
        | Defect::NeverMet { .. }
        | Defect::PastApproval
        | Defect::CoversNothing
        | Defect::NoShare(_)
        | Defect::NobodyInGroup(_)
        | Defect::NobodyInRole(_)
        | Defect::NobodyNamed
        | Defect::OnlyTheOwner(_) => false,
    }
}

fn of_way(defect: &Defect, pointed: &Pointed<'_>, way: &Transition) -> bool {
    let Pointed { workflow, world, phase, .. } = pointed;
    let phase = phase.unwrap();
    let to = workflow.phase(&way.to);
    let ends = to.is_some_and(Phase::is_end);
    let at = |it: &Phase| place(workflow, &it.key);
    let grave = matches!(way.kind, TransitionKind::Abandon | TransitionKind::BackOut);
    match defect {
        Defect::Nameless("key") => way.key.trim().is_empty(),
        Defect::Nameless(_) => way.label.trim().is_empty(),
        Defect::Twice { what: "key", text } => phase.transitions.iter().filter(|it| it.key == *text).count() > 1,
        Defect::Twice { text, .. } => phase.transitions.iter().filter(|it| same(&it.label, text)).count() > 1,
        Defect::Nowhere(key) => way.to == *key && to.is_none(),
        Defect::EndsOtherwise => ends && !matches!(way.kind, TransitionKind::Close | TransitionKind::Abandon),
        Defect::LeadsToNoEnd => !ends && matches!(way.kind, TransitionKind::Close | TransitionKind::Abandon),
        Defect::NoOutcome => ends && way.outcome.is_none(),
        Defect::OutcomeTooSoon => !ends && way.outcome.is_some(),
        Defect::EndsOpen => ends && way.outcome == Some(RecordState::Open),
        Defect::EndsAsOthers => match way.outcome.unwrap() {
            RecordState::Open | RecordState::Closed | RecordState::BackedOut => false,
            RecordState::Abandoned => ends && world.kind == RecordKind::Change,
            RecordState::Rejected | RecordState::Withdrawn => ends && world.kind == RecordKind::Release,
        },
        Defect::AbandonedAsClosed => way.kind == TransitionKind::Abandon && way.outcome == Some(RecordState::Closed),
        Defect::AdvancesBack => way.kind == TransitionKind::Advance && at(to.unwrap()) <= at(phase),
        Defect::LosesMilestone => way.kind == TransitionKind::Advance && to.unwrap().milestone < phase.milestone,
        Defect::EntersSide(kind) => way.kind == *kind && *kind != TransitionKind::BackOut && to.unwrap().kind == PhaseKind::Side,
        Defect::SendsForward => way.kind == TransitionKind::Rework && at(to.unwrap()) > at(phase),
        Defect::GainsMilestone => way.kind == TransitionKind::Rework && to.unwrap().milestone > phase.milestone,
        Defect::SlipsPast => way.kind == TransitionKind::Rework && at(workflow.destination(way, grades(false)).unwrap()) > at(phase),
        Defect::BacksOutElsewhere => way.kind == TransitionKind::BackOut && to.unwrap().kind != PhaseKind::Side,
        Defect::GraveWithoutReason => grave && !way.asks_reason,
        Defect::GraveBarred => grave && !way.requirements.is_empty(),
        Defect::NeverMet { requirement, why } => way.requirements.contains(requirement) && never(*requirement, *why, pointed),
        Defect::PastApproval => !phase.approvals.is_empty() && !way.requirements.contains(&Requirement::Approved),
        Defect::NoPhase
        | Defect::TooManyDays
        | Defect::StartNotMain
        | Defect::StartOptional
        | Defect::StartMilestone
        | Defect::OptionalNotMain
        | Defect::OptionalWithoutAdvance
        | Defect::EndMilestone
        | Defect::FinishedTooSoon
        | Defect::AfterEnd
        | Defect::NoWayOn
        | Defect::NeverCloses
        | Defect::Unreachable
        | Defect::DeadEnd
        | Defect::NoBackOut
        | Defect::NotAwaited
        | Defect::CoversNothing
        | Defect::NoShare(_)
        | Defect::NoGroup(_)
        | Defect::NobodyInGroup(_)
        | Defect::NobodyInRole(_)
        | Defect::NobodyNamed
        | Defect::OnlyTheOwner(_)
        | Defect::NobodyHears(_) => false,
    }
}

/// A sample that has done nothing before cannot meet it, however it came here.
fn never(requirement: Requirement, why: Why, pointed: &Pointed<'_>) -> bool {
    let Pointed { workflow, world, phase, .. } = pointed;
    let phase = phase.unwrap();
    let ground = Ground { workflow, world };
    let idle = ground.start(Grade::Low, Grade::Low).unwrap();
    match why {
        Why::NotAgreedBefore => {
            let leads = Leads::of(workflow, &[false, true], |_| true);
            let before = |it: &&Phase| it.key != phase.key && leads.anywhere(workflow, it, |to| to.key == phase.key);
            !workflow.phases.iter().filter(before).any(|it| it.shows(Section::EarlyLife))
        }
        // Approvals are not met but given.
        Why::NobodyAsked => requirement == Requirement::Approved && phase.approvals.is_empty(),
        Why::NotShown(Section::Approvals) => requirement == Requirement::Approved && !phase.sections.contains(&Section::Approvals),
        Why::NotOfChanges | Why::NotOfReleases | Why::OnlyAGuard | Why::NotShown(_) | Why::NoChangeSoFar(_) | Why::NobodyTakesOver => {
            !ground.can_meet(&idle, phase, requirement)
        }
        // By way of nothing that asks for an RFC.
        Why::ChangesFrozen => {
            let about_changes = |it: &Requirement| it.word().starts_with("changes_");
            let without = Leads::of(workflow, &[false, true], |it| !it.requirements.iter().any(about_changes));
            !ground.can_meet(&idle, phase, requirement) && without.anywhere(workflow, &workflow.phases[0], |it| it.key == phase.key)
        }
    }
}

fn of_step(defect: &Defect, pointed: &Pointed<'_>, step: &ApprovalStep) -> bool {
    let Pointed { world, phase, .. } = pointed;
    let can = |it: &&Person| it.active && it.roles.iter().any(|role| role.word() != "viewer");
    let asked: Vec<&Person> = match &step.approvers {
        Approvers::Group(key) => world.groups.get(key).map_or(vec![], |it| it.members.iter().map(|id| &world.people[id]).filter(can).collect()),
        Approvers::Role(role) => world.people.values().filter(|it| it.roles.contains(role)).filter(can).collect(),
        Approvers::Users(ids) => ids.iter().filter_map(|it| world.people.get(it)).filter(can).collect(),
    };
    match defect {
        Defect::Nameless(_) => step.name.trim().is_empty(),
        Defect::Twice { text, .. } => phase.unwrap().approvals.iter().filter(|it| same(&it.name, text)).count() > 1,
        Defect::TooManyDays => step.days > 250,
        Defect::CoversNothing => {
            let common = |it: &Covered| matches!(it, Covered::Scope | Covered::Window | Covered::Assessment);
            !step.covers.iter().any(|it| common(it) || world.kind == RecordKind::Release)
        }
        Defect::NoShare(share) => step.rule == Rule::Percentage(*share) && !(1..=100).contains(share),
        Defect::NoGroup(key) => step.approvers == Approvers::Group(key.clone()) && !world.groups.contains_key(key),
        Defect::NobodyInGroup(_) => matches!(step.approvers, Approvers::Group(_)) && asked.is_empty(),
        Defect::NobodyInRole(_) => matches!(step.approvers, Approvers::Role(_)) && asked.is_empty(),
        Defect::NobodyNamed => matches!(step.approvers, Approvers::Users(_)) && asked.is_empty(),
        Defect::OnlyTheOwner(name) => asked.iter().all(|it| it.name == *name && it.runs(world.kind)) && asked.len() == 1 && !world.may_decide_on_own(step),
        Defect::NoPhase
        | Defect::StartNotMain
        | Defect::StartOptional
        | Defect::StartMilestone
        | Defect::OptionalNotMain
        | Defect::OptionalWithoutAdvance
        | Defect::EndMilestone
        | Defect::FinishedTooSoon
        | Defect::AfterEnd
        | Defect::NoWayOn
        | Defect::Nowhere(_)
        | Defect::EndsOtherwise
        | Defect::LeadsToNoEnd
        | Defect::NoOutcome
        | Defect::OutcomeTooSoon
        | Defect::EndsOpen
        | Defect::EndsAsOthers
        | Defect::AbandonedAsClosed
        | Defect::AdvancesBack
        | Defect::LosesMilestone
        | Defect::EntersSide(_)
        | Defect::SendsForward
        | Defect::GainsMilestone
        | Defect::SlipsPast
        | Defect::BacksOutElsewhere
        | Defect::GraveWithoutReason
        | Defect::GraveBarred
        | Defect::NeverCloses
        | Defect::Unreachable
        | Defect::DeadEnd
        | Defect::NoBackOut
        | Defect::NeverMet { .. }
        | Defect::NotAwaited
        | Defect::PastApproval
        | Defect::NobodyHears(_) => false,
    }
}
