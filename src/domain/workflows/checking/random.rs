//! Workflows and worlds to try the check on: the shipped ones, those at random, and those that somebody has spoilt.

use crate::domain::approvals::Rule;
use crate::domain::ids::UserId;
use crate::domain::people::Role;
use crate::domain::records::{Milestone, RecordKind, RecordState};
use crate::domain::requirements::Requirement;
use crate::domain::shipped;
use crate::domain::workflows::world::{Group, Person, World};
use crate::domain::workflows::{ApprovalStep, Approvers, Condition, Covered, Phase, PhaseKind, Section, SelfApproval, Transition, TransitionKind, Workflow};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// Groups of every sort: with deciders, with only the one who owns, with viewers and closed accounts, with nobody.
pub fn world(kind: RecordKind) -> World {
    let people = [
        (1, "Ada", Role::ReleaseApprover, true),
        (2, "Ben", Role::ReleaseApprover, true),
        (3, "Mara", Role::ReleaseManager, true),
        (4, "Max", Role::ReleaseManager, true),
        (5, "Otto", Role::ReleaseCoordinator, true),
        (6, "Vera", Role::Viewer, true),
        (7, "Gone", Role::ReleaseApprover, false),
    ];
    let person = |(id, name, role, active): (i64, &str, Role, bool)| (UserId(id), Person { name: name.into(), roles: [role].into(), active });
    let group = |name: &str, members: &[i64]| Group { name: name.to_uppercase(), members: members.iter().map(|it| UserId(*it)).collect() };
    let keys =
        [("cab", &[1, 2, 3][..]), ("ecab", &[1, 3]), ("operations", &[1, 6]), ("service_desk", &[2]), ("lonely", &[5]), ("silent", &[6, 7]), ("empty", &[])];
    World {
        kind,
        people: people.into_iter().map(person).collect(),
        groups: keys.into_iter().map(|(key, members)| (key.to_owned(), group(key, members))).collect::<BTreeMap<_, _>>(),
        milestones: Milestone::ALL.iter().copied().collect(),
        self_approval: false,
    }
}

/// The shipped workflows as they are followed today: exit criteria are agreed in build and test.
pub fn shipped_now() -> Vec<(RecordKind, Workflow)> {
    let kind = |key: &str| if key.starts_with("release") { RecordKind::Release } else { RecordKind::Change };
    let mut all: Vec<(RecordKind, Workflow)> = shipped::workflows().into_iter().map(|(key, it)| (kind(&key), it)).collect();
    for (_, workflow) in all.iter_mut().filter(|(kind, _)| *kind == RecordKind::Release) {
        for phase in workflow.phases.iter_mut().filter(|it| it.key == "build_test") {
            phase.sections.push(Section::EarlyLife);
        }
    }
    all
}

pub fn kind() -> impl Strategy<Value = RecordKind> {
    prop::sample::select(RecordKind::ALL)
}

const SECTIONS: [Section; 7] =
    [Section::Scope, Section::Changes, Section::Plan, Section::Tasks, Section::Approvals, Section::Confirmations, Section::EarlyLife];

prop_compose! {
    /// A way out of the phase of this number among so many.
    fn way(from: usize, count: usize)(
        kind in prop::sample::select(TransitionKind::ALL),
        to in 0..count,
        wild in prop::bool::weighted(0.08),
        requirements in prop::collection::vec(prop::sample::select(Requirement::ALL), 0..3),
        outcome in prop::sample::select(RecordState::ALL),
        asks_reason in any::<bool>(),
    ) -> (TransitionKind, usize, Vec<Requirement>, RecordState, bool) {
        // Mostly what makes sense, so that some workflows pass.
        let grave = matches!(kind, TransitionKind::Abandon | TransitionKind::BackOut);
        let requirements = if grave && !wild { Vec::new() } else { requirements };
        let to = match kind {
            TransitionKind::Advance if !wild => (from + 1).min(count - 1),
            TransitionKind::Rework if !wild => to.min(from),
            TransitionKind::Advance | TransitionKind::Rework | TransitionKind::BackOut | TransitionKind::Abandon | TransitionKind::Close => to,
        };
        (kind, to, requirements, outcome, asks_reason || (grave && !wild))
    }
}

prop_compose! {
    fn step(position: usize)(
        rule in prop::sample::select(vec![Rule::All, Rule::One, Rule::Quorum, Rule::Percentage(60), Rule::Percentage(200)]),
        approvers in prop::sample::select(vec![
            Approvers::Group("cab".into()), Approvers::Group("lonely".into()), Approvers::Group("empty".into()),
            Approvers::Role(Role::ReleaseManager), Approvers::Users(vec![UserId(1), UserId(7)]),
        ]),
        self_approval in prop::sample::select(SelfApproval::ALL),
    ) -> ApprovalStep {
        let (name, covers) = (format!("Step {position}"), vec![Covered::Scope]);
        ApprovalStep { position: i32::try_from(position).unwrap_or(1), name, rule, approvers, covers, days: 2, self_approval }
    }
}

/// The parts of a main phase, before it is known what else there is.
type Parts = (Vec<(TransitionKind, usize, Vec<Requirement>, RecordState, bool)>, Vec<ApprovalStep>, Vec<Section>, bool, bool, usize);

fn parts(from: usize, count: usize) -> impl Strategy<Value = Parts> {
    let steps =
        prop_oneof![3 => Just(vec![]).boxed(), 1 => step(1).prop_map(|it| vec![it]).boxed(), 1 => (step(1), step(2)).prop_map(|(a, b)| vec![a, b]).boxed()];
    let sections = prop_oneof![2 => Just(SECTIONS.to_vec()).boxed(), 1 => prop::sample::subsequence(SECTIONS.to_vec(), 0..7).boxed()];
    (prop::collection::vec(way(from, count), 0..3), steps, sections, prop::bool::weighted(0.15), prop::bool::weighted(0.3), 0..3usize)
}

/// Two to four main phases at random, one beside them, two ends; about every fourth passes the check.
pub fn random() -> impl Strategy<Value = Workflow> {
    (2..5usize)
        .prop_flat_map(|mains| {
            let count = mains + 3;
            ((0..mains).map(|at| parts(at, count)).collect::<Vec<_>>(), parts(mains, count), prop::bool::weighted(0.9))
        })
        .prop_map(|(mains, side, mended)| build(mains, side, mended))
}

fn build(mains: Vec<Parts>, side: Parts, mended: bool) -> Workflow {
    let count = mains.len();
    let mut phases: Vec<Phase> = mains.into_iter().enumerate().map(|(at, it)| phase(at, count, it, mended)).collect();
    let mut beside = phase(count, count, side, mended);
    beside.kind = PhaseKind::Side;
    beside.condition = None;
    phases.push(beside);
    for (at, outcome) in [(count + 1, "Done"), (count + 2, "Left")] {
        let (name, milestone) = (outcome.to_owned(), Milestone::Finished);
        phases.push(Phase { key: format!("p{at}"), name, kind: PhaseKind::End, milestone, ..blank() });
    }
    if mended {
        enter_side(&mut phases, count);
    }
    Workflow { phases }
}

fn blank() -> Phase {
    Phase {
        key: String::new(),
        name: String::new(),
        kind: PhaseKind::Main,
        milestone: Milestone::Registered,
        scope_frozen: false,
        sections: vec![],
        target_days: None,
        group: None,
        condition: None,
        approvals: vec![],
        transitions: vec![],
    }
}

fn phase(at: usize, mains: usize, (ways, approvals, sections, frozen, optional, later): Parts, mended: bool) -> Phase {
    let (last, side) = (at + 1 == mains, at == mains);
    let mut ways: Vec<Transition> = ways.into_iter().enumerate().map(|(nr, it)| transition(nr, it, mains, mended)).collect();
    if mended {
        let (kind, to) = if last || side { (TransitionKind::Close, mains + 1) } else { (TransitionKind::Advance, at + 1) };
        let requirements = if approvals.is_empty() { vec![] } else { vec![Requirement::Approved] };
        let outcome = if side { RecordState::BackedOut } else { RecordState::Closed };
        ways.insert(0, transition(9, (kind, to, requirements, outcome, false), mains, mended));
        for it in ways.iter_mut().filter(|it| matches!(it.kind, TransitionKind::Advance | TransitionKind::Close)) {
            it.requirements.retain(|it| *it != Requirement::Approved);
            it.requirements.extend((!approvals.is_empty()).then_some(Requirement::Approved));
        }
    }
    let milestone = if later == 0 || at == 0 { Milestone::Registered } else { Milestone::Authorised };
    let condition = (optional && at > 0 && !last).then_some(Condition::HighImpactAndUrgency);
    let key = format!("p{at}");
    Phase { name: format!("Phase {at}"), key, milestone, scope_frozen: frozen, sections, condition, approvals, transitions: ways, ..blank() }
}

fn transition(
    nr: usize,
    (kind, to, requirements, outcome, asks_reason): (TransitionKind, usize, Vec<Requirement>, RecordState, bool),
    mains: usize,
    mended: bool,
) -> Transition {
    let to = match kind {
        TransitionKind::Abandon if mended => mains + 2,
        TransitionKind::Close if mended => mains + 1,
        TransitionKind::BackOut if mended => mains,
        TransitionKind::Advance if mended => to.min(mains.saturating_sub(1)),
        TransitionKind::Rework if mended => to.min(mains.saturating_sub(1)),
        TransitionKind::Advance | TransitionKind::Rework | TransitionKind::BackOut | TransitionKind::Abandon | TransitionKind::Close => to,
    };
    let ends = to > mains;
    let outcome = match kind {
        // As records of either kind may end.
        TransitionKind::Abandon if mended => Some(RecordState::BackedOut),
        TransitionKind::Close if mended && outcome != RecordState::BackedOut => Some(RecordState::Closed),
        TransitionKind::Advance | TransitionKind::Rework | TransitionKind::BackOut | TransitionKind::Abandon | TransitionKind::Close => ends.then_some(outcome),
    };
    Transition { key: format!("w{nr}"), kind, to: format!("p{to}"), label: format!("Way {nr}"), requirements, asks_reason, outcome }
}

/// Everybody can back out, so that the side phase is reached; and somebody abandons.
fn enter_side(phases: &mut [Phase], mains: usize) {
    for phase in phases.iter_mut().filter(|it| it.kind == PhaseKind::Main) {
        for (nr, kind, to, outcome) in [(7, TransitionKind::BackOut, mains, None), (8, TransitionKind::Abandon, mains + 2, Some(RecordState::BackedOut))] {
            let (key, label, to) = (format!("w{nr}"), format!("Way {nr}"), format!("p{to}"));
            phase.transitions.push(Transition { key, kind, to, label, requirements: vec![], asks_reason: true, outcome });
        }
    }
}

/// A shipped workflow in which one thing was changed at random.
pub fn spoilt() -> impl Strategy<Value = (RecordKind, Workflow)> {
    (prop::sample::select(shipped_now()), any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0..12usize, any::<prop::sample::Index>()).prop_map(
        |((kind, mut workflow), phase, way, what, other)| {
            let count = workflow.phases.len();
            let to = workflow.phases[other.index(count)].key.clone();
            let phase = &mut workflow.phases[phase.index(count)];
            let ways = phase.transitions.len();
            match what {
                0 => phase.sections.clear(),
                1 => phase.approvals.clear(),
                2 => phase.transitions.truncate(1),
                3 => phase.milestone = Milestone::ALL[other.index(4)],
                4 => phase.condition = Some(Condition::HighImpactAndUrgency),
                5 => phase.kind = PhaseKind::ALL[other.index(3)],
                6 => phase.scope_frozen = true,
                7 if ways > 0 => phase.transitions[way.index(ways)].to = to,
                8 if ways > 0 => phase.transitions[way.index(ways)].requirements.push(Requirement::ALL[other.index(Requirement::ALL.len())]),
                9 if ways > 0 => phase.transitions[way.index(ways)].kind = TransitionKind::ALL[other.index(5)],
                10 if ways > 0 => phase.transitions[way.index(ways)].requirements.clear(),
                11 if ways > 0 => {
                    phase.transitions.remove(way.index(ways));
                }
                _ => {}
            }
            (kind, workflow)
        },
    )
}
