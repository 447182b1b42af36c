//! Whatever is edited in whatever order, a draft does not fall apart.

use super::*;
use crate::domain::approvals::Rule;
use crate::domain::people::Role;
use crate::domain::records::RecordState;
use crate::domain::shipped;
use crate::domain::workflows::differences::{Names, differences};
use crate::domain::workflows::{Approvers, Covered, SelfApproval};
use proptest::prelude::*;

fn details(name: &str, kind: PhaseKind) -> Details {
    Details {
        name: name.into(),
        kind,
        milestone: Milestone::Registered,
        scope_frozen: false,
        sections: vec![Section::Scope],
        target_days: None,
        group: None,
        condition: None,
    }
}

fn way(kind: TransitionKind, to: &str, outcome: Option<RecordState>) -> Way {
    Way { kind, to: to.into(), label: "Go".into(), requirements: vec![Requirement::Approved, Requirement::TasksDone], asks_reason: false, outcome }
}

fn step(position: i32, rule: Rule) -> ApprovalStep {
    let approvers = Approvers::Role(Role::ReleaseManager);
    ApprovalStep { position, name: "CAB".into(), rule, approvers, covers: vec![Covered::Plan, Covered::Scope], days: 3, self_approval: SelfApproval::Never }
}

fn major() -> Workflow {
    shipped::workflow("release-major")
}

#[track_caller]
fn done(workflow: &Workflow, edit: Edit) -> Workflow {
    edited(workflow, &edit, RecordKind::Release).unwrap_or_else(|fault| panic!("{edit:?}: {fault:?}"))
}

#[track_caller]
fn fault(workflow: &Workflow, edit: Edit) -> &'static str {
    edited(workflow, &edit, RecordKind::Release).expect_err("it is refused").field
}

fn s(text: &str) -> String {
    text.to_owned()
}

#[test]
fn what_is_shipped_and_what_one_begins_with_is_sound() {
    for (key, workflow) in shipped::workflows() {
        assert_eq!(unsound(&workflow), [], "{key}");
    }
    for kind in RecordKind::ALL {
        assert_eq!(unsound(&blank(*kind)), []);
        let offered = requirements(*kind);
        let asked = blank(*kind).phases.into_iter().flat_map(|it| it.transitions).flat_map(|it| it.requirements).collect::<Vec<_>>();
        assert!(asked.iter().all(|it| offered.contains(it)));
    }
}

#[test]
fn what_the_shipped_workflows_use_is_offered() {
    for (key, workflow) in shipped::workflows() {
        let kind = if key.starts_with("release") { RecordKind::Release } else { RecordKind::Change };
        for phase in &workflow.phases {
            assert!(phase.sections.iter().all(|it| sections(kind).contains(it)), "{key} {}", phase.key);
            for way in &phase.transitions {
                assert!(way.requirements.iter().all(|it| requirements(kind).contains(it)), "{key} {} {}", phase.key, way.key);
                assert!(way.outcome.is_none_or(|it| kind.outcomes().contains(&it)), "{key} {} {}", phase.key, way.key);
            }
        }
    }
}

#[test]
fn saving_what_stands_there_changes_nothing() {
    for (key, workflow) in shipped::workflows() {
        for phase in &workflow.phases {
            let same = Edit::EditPhase { key: phase.key.clone(), details: Details::of(phase) };
            assert_eq!(done(&workflow, same), workflow, "{key} {}", phase.key);
            for it in &phase.transitions {
                // A form sends boxes in its own order.
                let mut way = Way::of(it);
                way.requirements.sort_unstable();
                let same = Edit::EditTransition { phase: phase.key.clone(), key: it.key.clone(), from: phase.key.clone(), way };
                assert_eq!(done(&workflow, same), workflow, "{key} {} {}", phase.key, it.key);
            }
            for (at, step) in phase.approvals.iter().enumerate() {
                let same = Edit::EditStep { phase: phase.key.clone(), at, step: step.clone() };
                assert_eq!(done(&workflow, same), workflow, "{key} {} {at}", phase.key);
            }
        }
    }
}

#[test]
fn a_phase_gets_a_key_of_its_own_and_keeps_it_when_it_is_renamed() {
    let added = done(&major(), Edit::AddPhase { details: details("Plan!", PhaseKind::Main), after: Some(s("plan")) });
    let position = added.position("plan_2").expect("the second of that name");
    assert_eq!(added.position("plan"), Some(position - 1));
    let renamed = done(&added, Edit::EditPhase { key: s("plan_2"), details: details("Procurement", PhaseKind::Main) });
    assert_eq!(renamed.phase("plan_2").map(|it| it.name.as_str()), Some("Procurement"));
    assert_eq!(new_key(&major(), "New"), "new_2", "the address of the form ends in new");
    assert_eq!(new_key(&major(), "計画"), "phase");
}

#[test]
fn what_led_to_a_phase_that_goes_leads_to_its_heir_or_goes_as_well() {
    let workflow = major();
    let led = |workflow: &Workflow, to: &str| workflow.phases.iter().flat_map(|it| &it.transitions).filter(|it| it.to == to).count();
    let heired = done(&workflow, Edit::RemovePhase { key: s("training"), heir: Some(s("rollout")) });
    assert_eq!((led(&heired, "training"), led(&heired, "rollout")), (0, led(&workflow, "rollout") - 1 + led(&workflow, "training")));
    let cut = done(&workflow, Edit::RemovePhase { key: s("training"), heir: None });
    assert!(cut.phase("build_test").expect("it stays").advance().is_none_or(|it| it.kind != TransitionKind::Advance));
    assert_eq!(fault(&workflow, Edit::RemovePhase { key: s("training"), heir: Some(s("training")) }), "heir");
    assert_eq!(fault(&workflow, Edit::RemovePhase { key: s("nowhere"), heir: None }), "name");
    let own = done(&workflow, Edit::RemovePhase { key: s("training"), heir: Some(s("build_test")) });
    assert_eq!(own, done(&workflow, Edit::RemovePhase { key: s("training"), heir: None }), "a way out to itself is none");
    let ended = done(&workflow, Edit::RemovePhase { key: s("training"), heir: Some(s("closed")) });
    let advance = ended.phase("build_test").and_then(|it| it.transition("advance")).expect("it stays");
    assert_eq!((advance.to.as_str(), advance.outcome), ("closed", Some(RecordState::Closed)));
}

#[test]
fn a_workflow_keeps_a_beginning_and_an_end() {
    let workflow = blank(RecordKind::Release);
    assert_eq!(fault(&workflow, Edit::MovePhase { key: s("closed"), to: Direction::Up }), "kind");
    assert_eq!(fault(&workflow, Edit::RemovePhase { key: s("registered"), heir: None }), "kind");
    let one_end = done(&workflow, Edit::RemovePhase { key: s("abandoned"), heir: None });
    assert_eq!(fault(&one_end, Edit::RemovePhase { key: s("closed"), heir: None }), "kind");
    assert_eq!(fault(&one_end, Edit::EditPhase { key: s("closed"), details: details("Closed", PhaseKind::Main) }), "kind");
    assert_eq!(fault(&workflow, Edit::EditPhase { key: s("registered"), details: details("Registered", PhaseKind::End) }), "kind");
    let conditional = Details { condition: Some(Condition::HighImpactAndUrgency), ..details("Registered", PhaseKind::Main) };
    assert_eq!(fault(&workflow, Edit::EditPhase { key: s("registered"), details: conditional }), "condition");
    assert_eq!(fault(&workflow, Edit::EditPhase { key: s("closed"), details: details("registered", PhaseKind::End) }), "name");
    assert_eq!(done(&workflow, Edit::MovePhase { key: s("registered"), to: Direction::Up }), workflow, "it stands at the top already");
}

#[test]
fn a_way_out_says_how_the_record_ends_exactly_if_it_leads_to_an_end() {
    let workflow = major();
    let add = |way| Edit::AddTransition { from: s("plan"), way };
    assert_eq!(fault(&workflow, add(way(TransitionKind::Close, "closed", None))), "outcome");
    assert_eq!(fault(&workflow, add(way(TransitionKind::Rework, "assess", Some(RecordState::Closed)))), "outcome");
    assert_eq!(fault(&workflow, add(way(TransitionKind::Close, "closed", Some(RecordState::Open)))), "outcome");
    assert_eq!(fault(&workflow, add(way(TransitionKind::Advance, "plan", None))), "to");
    assert_eq!(fault(&workflow, add(way(TransitionKind::Advance, "nowhere", None))), "to");
    done(&workflow, add(way(TransitionKind::Rework, "plan", None)));
    assert_eq!(fault(&workflow, Edit::AddTransition { from: s("closed"), way: way(TransitionKind::Rework, "plan", None) }), "from");
    assert_eq!(fault(&workflow, add(Way { label: s(" "), ..way(TransitionKind::Rework, "assess", None) })), "label");
    assert_eq!(fault(&workflow, add(Way { requirements: vec![Requirement::ScopeFrozen], ..way(TransitionKind::Rework, "assess", None) })), "requirements");
    let reopened = done(&workflow, Edit::EditPhase { key: s("abandoned"), details: details("Parked", PhaseKind::Side) });
    assert!(reopened.phases.iter().flat_map(|it| &it.transitions).filter(|it| it.to == "abandoned").all(|it| it.outcome.is_none()));
}

#[test]
fn a_phase_that_becomes_an_end_again_ends_records_as_their_kind_does() {
    for (kind, end) in [(RecordKind::Release, "abandoned"), (RecordKind::Change, "withdrawn")] {
        let before = blank(kind);
        let as_kind = |it: &Workflow, phase| edited(it, &Edit::EditPhase { key: s(end), details: details("Elsewhere", phase) }, kind).expect("it is taken");
        let after = as_kind(&as_kind(&before, PhaseKind::Side), PhaseKind::End);
        let outcome = |it: &Workflow| it.phases[0].transition("abandon").and_then(|it| it.outcome);
        assert_eq!(outcome(&after), outcome(&before));
        assert!(outcome(&after).is_some_and(|it| kind.outcomes().contains(&it)));
    }
}

#[test]
fn a_way_out_can_go_over_to_another_phase_and_its_approval_is_asked_for_last() {
    let workflow = major();
    let added = done(&workflow, Edit::AddTransition { from: s("plan"), way: way(TransitionKind::Advance, "rollout", None) });
    let it = added.phase("plan").and_then(|it| it.transitions.last()).expect("it is the last");
    assert_eq!((it.key.as_str(), it.requirements.as_slice()), ("advance_2", &[Requirement::TasksDone, Requirement::Approved][..]));
    let edit = Edit::EditTransition { phase: s("plan"), key: s("advance_2"), from: s("assess"), way: way(TransitionKind::Advance, "rollout", None) };
    let moved = done(&added, edit);
    assert_eq!(moved.phase("plan"), workflow.phase("plan"));
    assert_eq!(moved.phase("assess").map(|it| it.transitions.len()), workflow.phase("assess").map(|it| it.transitions.len() + 1));
}

#[test]
fn steps_stand_in_the_order_in_which_they_are_asked() {
    let workflow = done(&blank(RecordKind::Release), Edit::AddStep { phase: s("registered"), step: step(2, Rule::All) });
    let workflow = done(&workflow, Edit::AddStep { phase: s("registered"), step: step(1, Rule::Percentage(60)) });
    let positions = |it: &Workflow| it.phases[0].approvals.iter().map(|it| it.position).collect::<Vec<_>>();
    assert_eq!(positions(&workflow), [1, 2]);
    let add = |step| Edit::AddStep { phase: s("registered"), step };
    assert_eq!(fault(&workflow, add(step(1, Rule::Percentage(101)))), "percent");
    assert_eq!(fault(&workflow, add(step(0, Rule::All))), "position");
    assert_eq!(fault(&workflow, add(ApprovalStep { covers: Vec::new(), ..step(1, Rule::All) })), "covers");
    assert_eq!(fault(&workflow, add(ApprovalStep { approvers: Approvers::Users(Vec::new()), ..step(1, Rule::All) })), "users");
    assert_eq!(fault(&workflow, add(ApprovalStep { days: 251, ..step(1, Rule::All) })), "days");
    assert_eq!(fault(&workflow, Edit::RemoveStep { phase: s("registered"), at: 2 }), "name");
    assert_eq!(fault(&workflow, Edit::AddStep { phase: s("closed"), step: step(1, Rule::All) }), "kind");
    assert_eq!(positions(&done(&workflow, Edit::RemoveStep { phase: s("registered"), at: 0 })), [2]);
}

/// An edit before it is known what there is to edit: numbers that choose among what there is then.
#[derive(Clone, Copy, Debug)]
struct Dice {
    what: u8,
    phase: usize,
    other: usize,
    way: usize,
    kind: usize,
    yes: bool,
}

fn dice() -> impl Strategy<Value = Dice> {
    (0..11u8, 0..12usize, 0..12usize, 0..4usize, 0..60usize, any::<bool>()).prop_map(|(what, phase, other, way, kind, yes)| Dice {
        what,
        phase,
        other,
        way,
        kind,
        yes,
    })
}

impl Dice {
    fn edit(self, workflow: &Workflow) -> Edit {
        let chosen = |at: usize| workflow.phases.get(at % (workflow.phases.len() + 1)).map_or_else(|| s("nowhere"), |it| it.key.clone());
        let (phase, other) = (chosen(self.phase), chosen(self.other));
        let key = workflow.phase(&phase).and_then(|it| it.transitions.get(self.way)).map_or_else(|| s("nothing"), |it| it.key.clone());
        let to = if self.yes { Direction::Up } else { Direction::Down };
        let kind = PhaseKind::ALL[self.kind % 3];
        let condition = self.kind.is_multiple_of(7).then_some(Condition::HighImpactAndUrgency);
        let details = Details { condition, ..details(["Intake", "Build", "Test", "Live", "Over"][self.other % 5], kind) };
        let outcome = RecordState::ALL[self.kind % 6];
        let way = way(TransitionKind::ALL[self.kind % 5], &other, self.yes.then_some(outcome));
        let rule = [Rule::All, Rule::One, Rule::Quorum, Rule::AllImmediateDenial, Rule::Percentage(self.kind as u8 * 3)][self.way];
        let step = step(i32::try_from(self.kind % 5).expect("small"), rule);
        match self.what {
            0 => Edit::AddPhase { details, after: self.yes.then_some(other) },
            1 => Edit::EditPhase { key: phase, details },
            2 => Edit::MovePhase { key: phase, to },
            3 => Edit::RemovePhase { key: phase, heir: self.yes.then_some(other) },
            4 | 5 => Edit::AddTransition { from: phase, way },
            6 => Edit::EditTransition { from: chosen(self.kind), phase, key, way },
            7 => Edit::MoveTransition { phase, key, to },
            8 => Edit::RemoveTransition { phase, key },
            9 => Edit::AddStep { phase, step },
            _ if self.yes => Edit::EditStep { phase, at: self.way, step },
            _ => Edit::RemoveStep { phase, at: self.way },
        }
    }
}

/// What soundness means, said once more without the code under test.
fn holds_together(workflow: &Workflow) -> bool {
    let keys: BTreeSet<&str> = workflow.phases.iter().map(|it| it.key.as_str()).collect();
    let ends: BTreeSet<&str> = workflow.phases.iter().filter(|it| it.is_end()).map(|it| it.key.as_str()).collect();
    let leads_well = |phase: &Phase, it: &Transition| {
        let begins_anew = it.to == phase.key && it.kind == TransitionKind::Rework;
        keys.contains(it.to.as_str()) && (it.to != phase.key || begins_anew) && ends.contains(it.to.as_str()) == it.outcome.is_some()
    };
    let whole = |phase: &Phase| {
        let own: BTreeSet<&str> = phase.transitions.iter().map(|it| it.key.as_str()).collect();
        own.len() == phase.transitions.len()
            && phase.transitions.iter().all(|it| leads_well(phase, it))
            && (!phase.is_end() || phase.transitions.is_empty() && phase.approvals.is_empty())
            && phase.approvals.is_sorted_by_key(|it| it.position)
    };
    keys.len() == workflow.phases.len()
        && !ends.is_empty()
        && workflow.first().is_some_and(|it| it.kind == PhaseKind::Main && it.condition.is_none())
        && workflow.phases.iter().all(whole)
}

proptest! {
    #[test]
    fn any_sequence_of_edits_keeps_references_sound(begin in 0..8usize, all in prop::collection::vec(dice(), 1..40)) {
        let (mut workflow, kind) = match begin {
            0 => (blank(RecordKind::Release), RecordKind::Release),
            1 => (blank(RecordKind::Change), RecordKind::Change),
            other => {
                let (key, workflow) = shipped::workflows()[other - 2].clone();
                (workflow, if key.starts_with("release") { RecordKind::Release } else { RecordKind::Change })
            }
        };
        for dice in all {
            let edit = dice.edit(&workflow);
            let Ok(after) = edited(&workflow, &edit, kind) else { continue };
            prop_assert!(holds_together(&after), "{:?} made {:?}", edit, after);
            let told = differences(&workflow, &after, &Names::default());
            prop_assert_eq!(told.is_empty(), after == workflow, "{:?} told {:?}", edit, told);
            let back: Workflow = serde_json::from_value(serde_json::to_value(&after).unwrap()).unwrap();
            prop_assert_eq!(&back, &after);
            workflow = after;
        }
    }
}
