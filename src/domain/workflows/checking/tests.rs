//! What the shipped workflows are found to be, each kind of finding once, and workflows at random.

use super::kinds::is_true;
use super::random::{kind, random, shipped_now, spoilt, world};
use super::*;
use crate::domain::approvals::Rule;
use crate::domain::ids::UserId;
use crate::domain::people::Role;
use crate::domain::records::{Grade, Milestone, RecordKind, RecordState};
use crate::domain::requirements::Requirement;
use crate::domain::shipped;
use crate::domain::workflows::simulation::{Act, Ground, Sample};
use crate::domain::workflows::{Approvers, Condition, Covered, Section, SelfApproval, TransitionKind};
use proptest::prelude::*;
use std::collections::BTreeSet;

#[test]
fn nothing_is_found_in_the_shipped_workflows() {
    for (kind, workflow) in shipped_now() {
        assert_eq!(findings(&workflow, &world(kind)), []);
    }
}

#[test]
fn their_first_version_did_not_let_exit_criteria_be_agreed() {
    let found = findings(&shipped::workflow("release-minor"), &world(RecordKind::Release));
    let defect = Defect::NeverMet { requirement: Requirement::ExitCriteriaMet, why: Why::NotAgreedBefore };
    assert_eq!(found, [Finding::new(Place::Transition("early_life".into(), "advance".into()), defect)]);
    assert!(found[0].message.starts_with("“Exit criteria met” can never be met here: no phase before it"), "{}", found[0].message);
}

type Spoil = fn(&mut Workflow, &mut World);

fn phase<'a>(workflow: &'a mut Workflow, key: &str) -> &'a mut Phase {
    workflow.phases.iter_mut().find(|it| it.key == key).unwrap()
}

fn way<'a>(workflow: &'a mut Workflow, key: &str, at: usize) -> &'a mut Transition {
    &mut phase(workflow, key).transitions[at]
}

/// The major release with one thing wrong.
#[track_caller]
fn finds(place: Place, defect: Defect, spoil: Spoil) {
    finds_in("release-major", place, defect, spoil);
}

#[track_caller]
fn finds_in(key: &str, place: Place, defect: Defect, spoil: Spoil) {
    let kind = if key.starts_with("release") { RecordKind::Release } else { RecordKind::Change };
    let (mut workflow, mut world) = (shipped::workflow(key), world(kind));
    if kind == RecordKind::Release {
        phase(&mut workflow, "build_test").sections.push(Section::EarlyLife);
    }
    spoil(&mut workflow, &mut world);
    let found = findings(&workflow, &world);
    assert!(found.iter().any(|it| it.place == place && it.defect == defect), "{place:?} {defect:?} is not among {found:#?}");
    for it in &found {
        assert!(is_true(it, &workflow, &world), "{it} is not true");
    }
}

fn at(key: &str) -> Place {
    Place::Phase(key.into())
}

fn out(key: &str, way: &str) -> Place {
    Place::Transition(key.into(), way.into())
}

fn twice(what: &'static str, text: &str) -> Defect {
    Defect::Twice { what, text: text.into() }
}

#[test]
fn names_and_keys_are_there_and_name_one_thing() {
    finds(Place::Workflow, Defect::NoPhase, |it, _| it.phases.clear());
    finds(at("plan"), Defect::Nameless("name"), |it, _| phase(it, "plan").name = " ".into());
    finds(at(""), Defect::Nameless("key"), |it, _| phase(it, "training").key.clear());
    finds(at("plan"), twice("key", "plan"), |it, _| phase(it, "training").key = "plan".into());
    finds(at("review"), twice("name", "Review"), |it, _| phase(it, "training").name = " review".into());
    finds(out("plan", "abandon"), twice("name", "Start build and test"), |it, _| way(it, "plan", 1).label = "Start build and test".into());
    finds(Place::Approval("build_test".into(), 1), twice("name", "build and test"), |it, _| {
        phase(it, "build_test").approvals[1].name = "build and test".into()
    });
    finds(Place::Approval("plan".into(), 0), Defect::Nameless("name"), |it, _| phase(it, "plan").approvals[0].name.clear());
    finds(at("plan"), Defect::TooManyDays, |it, _| phase(it, "plan").target_days = Some(251));
    finds(Place::Approval("plan".into(), 0), Defect::TooManyDays, |it, _| phase(it, "plan").approvals[0].days = u32::MAX);
}

#[test]
fn a_record_starts_on_the_main_way_and_ends_at_an_end() {
    finds(at("closed"), Defect::StartNotMain, |it, _| it.phases.rotate_right(2));
    finds(at("assess"), Defect::StartOptional, |it, _| phase(it, "assess").condition = Some(Condition::HighImpactAndUrgency));
    finds(at("assess"), Defect::StartMilestone, |it, _| phase(it, "assess").milestone = Milestone::Authorised);
    finds(at("back_out"), Defect::OptionalNotMain, |it, _| phase(it, "back_out").condition = Some(Condition::HighImpactAndUrgency));
    finds(at("review"), Defect::OptionalWithoutAdvance, |it, _| phase(it, "review").condition = Some(Condition::HighImpactAndUrgency));
    finds(at("closed"), Defect::EndMilestone, |it, _| phase(it, "closed").milestone = Milestone::Implemented);
    finds(at("review"), Defect::FinishedTooSoon, |it, _| phase(it, "review").milestone = Milestone::Finished);
    finds(at("closed"), Defect::AfterEnd, |it, _| {
        let more = phase(it, "plan").transitions.clone();
        phase(it, "closed").transitions = more;
    });
    finds(at("plan"), Defect::NoWayOn, |it, _| drop(phase(it, "plan").transitions.remove(0)));
    finds(Place::Workflow, Defect::NeverCloses, |it, _| way(it, "review", 0).outcome = Some(RecordState::BackedOut));
}

#[test]
fn each_way_leads_where_its_kind_says() {
    finds(out("plan", "advance"), Defect::Nowhere("moon".into()), |it, _| way(it, "plan", 0).to = "moon".into());
    finds(out("plan", "advance"), Defect::EndsOtherwise, |it, _| way(it, "plan", 0).to = "closed".into());
    finds(out("plan", "abandon"), Defect::LeadsToNoEnd, |it, _| way(it, "plan", 1).to = "assess".into());
    finds(out("plan", "abandon"), Defect::NoOutcome, |it, _| way(it, "plan", 1).outcome = None);
    finds(out("plan", "advance"), Defect::OutcomeTooSoon, |it, _| way(it, "plan", 0).outcome = Some(RecordState::Closed));
    finds(out("plan", "abandon"), Defect::EndsOpen, |it, _| way(it, "plan", 1).outcome = Some(RecordState::Open));
    finds(out("plan", "abandon"), Defect::EndsAsOthers, |it, _| way(it, "plan", 1).outcome = Some(RecordState::Withdrawn));
    finds(out("plan", "abandon"), Defect::AbandonedAsClosed, |it, _| way(it, "plan", 1).outcome = Some(RecordState::Closed));
    finds(out("build_test", "advance"), Defect::AdvancesBack, |it, _| way(it, "build_test", 0).to = "plan".into());
    finds(out("rollout", "advance"), Defect::LosesMilestone, |it, _| phase(it, "early_life").milestone = Milestone::Registered);
    finds(out("rollout", "advance"), Defect::EntersSide(TransitionKind::Advance), |it, _| way(it, "rollout", 0).to = "back_out".into());
    finds(out("early_life", "back_out"), Defect::EntersSide(TransitionKind::Rework), |it, _| way(it, "early_life", 1).kind = TransitionKind::Rework);
    finds(out("build_test", "rework"), Defect::SendsForward, |it, _| way(it, "build_test", 1).to = "rollout".into());
    finds(out("build_test", "rework"), Defect::GainsMilestone, |it, _| phase(it, "plan").milestone = Milestone::Implemented);
    finds(out("early_life", "back_out"), Defect::BacksOutElsewhere, |it, _| way(it, "early_life", 1).to = "plan".into());
    finds(out("plan", "abandon"), Defect::GraveWithoutReason, |it, _| way(it, "plan", 1).asks_reason = false);
    finds(out("rollout", "back_out"), Defect::GraveBarred, |it, _| way(it, "rollout", 1).requirements.push(Requirement::TasksDone));
    // Training is passed over by most, and leads past the rollout here.
    finds(out("rollout", "rework"), Defect::SlipsPast, |it, _| {
        way(it, "training", 0).to = "early_life".into();
        let again = Transition { to: "training".into(), ..way(it, "build_test", 1).clone() };
        phase(it, "rollout").transitions.push(again);
    });
}

#[test]
fn each_phase_is_reached_and_left_and_can_be_backed_out_of() {
    finds(at("training"), Defect::Unreachable, |it, _| way(it, "build_test", 0).to = "rollout".into());
    finds(at("review"), Defect::DeadEnd, |it, _| way(it, "review", 0).to = "review".into());
    // Only those who are trained would ever come to an end.
    finds(at("rollout"), Defect::DeadEnd, |it, _| {
        way(it, "early_life", 0).to = "training".into();
        phase(it, "early_life").transitions.truncate(1);
        phase(it, "rollout").transitions.truncate(1);
    });
    finds(at("rollout"), Defect::NoBackOut, |it, _| phase(it, "rollout").transitions.truncate(1));
    finds(at("early_life"), Defect::NoBackOut, |it, _| phase(it, "early_life").transitions.truncate(1));
    // Whoever is told of a back-out would not hear of this one.
    finds(at("rollout"), Defect::NoBackOut, |it, _| way(it, "rollout", 1).kind = TransitionKind::Abandon);
    let never = |requirement, why| Defect::NeverMet { requirement, why };
    finds(out("plan", "advance"), never(Requirement::ScopeFrozen, Why::OnlyAGuard), |it, _| way(it, "plan", 0).requirements.push(Requirement::ScopeFrozen));
    finds(out("plan", "advance"), never(Requirement::ItemsNamed, Why::NotOfReleases), |it, _| way(it, "plan", 0).requirements.push(Requirement::ItemsNamed));
    finds(out("plan", "advance"), never(Requirement::TasksDone, Why::NotShown(Section::Tasks)), |it, _| phase(it, "plan").sections.clear());
    finds(out("plan", "advance"), never(Requirement::Approved, Why::NobodyAsked), |it, _| phase(it, "plan").approvals.clear());
    finds(out("rollout", "advance"), never(Requirement::DeploymentDone, Why::NotShown(Section::Confirmations)), |it, _| {
        phase(it, "rollout").sections.retain(|it| *it != Section::Confirmations);
    });
    finds(out("build_test", "advance"), never(Requirement::ChangesAuthorised, Why::ChangesFrozen), |it, _| way(it, "assess", 0).requirements.clear());
    finds(out("review", "close"), never(Requirement::ChangesClosed, Why::NoChangeSoFar(Milestone::Finished)), |_, world| {
        world.milestones.remove(&Milestone::Finished);
    });
    finds(out("early_life", "advance"), never(Requirement::ExitCriteriaMet, Why::NotAgreedBefore), |it, _| {
        phase(it, "build_test").sections.pop();
    });
    finds(out("early_life", "advance"), never(Requirement::HandoverAccepted, Why::NobodyTakesOver), |_, world| {
        world.groups.values_mut().for_each(|it| it.members.clear());
    });
    finds_in("change-normal", out("build", "advance"), never(Requirement::ChangesClosed, Why::NotOfChanges), |it, _| {
        way(it, "build", 0).requirements.push(Requirement::ChangesClosed);
    });
}

#[test]
fn those_who_decide_can_be_asked_and_are_waited_for() {
    let step = || Place::Approval("plan".into(), 0);
    fn by(workflow: &mut Workflow, approvers: Approvers) {
        phase(workflow, "plan").approvals[0].approvers = approvers;
    }
    finds(at("plan"), Defect::NotAwaited, |it, _| way(it, "plan", 0).requirements.clear());
    finds(out("plan", "other"), Defect::PastApproval, |it, _| {
        let other = Transition { key: "other".into(), label: "Slip by".into(), requirements: vec![], ..way(it, "plan", 0).clone() };
        phase(it, "plan").transitions.push(other);
    });
    finds(step(), Defect::CoversNothing, |it, _| phase(it, "plan").approvals[0].covers.clear());
    finds_in("change-normal", Place::Approval("authorisation".into(), 0), Defect::CoversNothing, |it, _| {
        phase(it, "authorisation").approvals[0].covers = vec![Covered::Plan, Covered::Review];
    });
    finds(step(), Defect::NoShare(0), |it, _| phase(it, "plan").approvals[0].rule = Rule::Percentage(0));
    finds(step(), Defect::NoShare(101), |it, _| phase(it, "plan").approvals[0].rule = Rule::Percentage(101));
    finds(step(), Defect::NoGroup("board".into()), |it, _| by(it, Approvers::Group("board".into())));
    finds(step(), Defect::NobodyInGroup("SILENT".into()), |it, _| by(it, Approvers::Group("silent".into())));
    finds(step(), Defect::NobodyInRole("Viewer"), |it, _| by(it, Approvers::Role(Role::Viewer)));
    finds(step(), Defect::NobodyNamed, |it, _| by(it, Approvers::Users(vec![UserId(7), UserId(99)])));
    finds(step(), Defect::OnlyTheOwner("Otto".into()), |it, _| by(it, Approvers::Role(Role::ReleaseCoordinator)));
    finds(at("rollout"), Defect::NobodyHears("EMPTY".into()), |it, _| phase(it, "rollout").group = Some("empty".into()));
    finds(at("rollout"), Defect::NoGroup("board".into()), |it, _| phase(it, "rollout").group = Some("board".into()));
}

#[test]
fn the_only_approver_will_do_where_they_may_decide_on_their_own_or_never_run_a_record() {
    let judge = |approvers: Approvers, own: SelfApproval, policy: bool| {
        let (mut workflow, mut world) = (shipped_now()[0].1.clone(), world(RecordKind::Release));
        let step = &mut phase(&mut workflow, "plan").approvals[0];
        (step.approvers, step.self_approval, world.self_approval) = (approvers, own, policy);
        findings(&workflow, &world).len()
    };
    let otto = || Approvers::Users(vec![UserId(5)]);
    assert_eq!([judge(otto(), SelfApproval::ByPolicy, false), judge(otto(), SelfApproval::Never, true)], [1, 1]);
    assert_eq!([judge(otto(), SelfApproval::ByPolicy, true), judge(otto(), SelfApproval::Allowed, false)], [0, 0]);
    assert_eq!(judge(Approvers::Users(vec![UserId(1)]), SelfApproval::Never, false), 0);
    assert_eq!(judge(Approvers::Users(vec![UserId(3), UserId(4)]), SelfApproval::Never, false), 0);
}

/// The acts that bring a sample to an end, found by search: in each phase all is done that can be, then every way out is tried.
fn way_to_an_end(ground: &Ground<'_>, from: &Sample, waives: bool) -> Option<Vec<Act>> {
    let mut seen = BTreeSet::new();
    let mut todo = std::collections::VecDeque::from([(from.clone(), Vec::new())]);
    while let Some((mut sample, mut acts)) = todo.pop_front() {
        if sample.has_ended() {
            return Some(acts);
        }
        let good = |it: &Act| match it {
            Act::Meet(_) | Act::AskAgain | Act::Answer { approves: true, .. } => true,
            Act::Waive(_) => waives,
            Act::Answer { approves: false, .. } | Act::Grade { .. } | Act::Take(_) => false,
        };
        while let Some(act) = ground.acts(&sample).into_iter().find(good) {
            sample = ground.act(&sample, &act).unwrap();
            acts.push(act);
        }
        if seen.insert(sample.clone()) {
            for act in ground.acts(&sample).into_iter().filter(|it| matches!(it, Act::Take(_))) {
                let after = ground.act(&sample, &act).unwrap();
                todo.push_back((after, acts.iter().cloned().chain([act]).collect()));
            }
        }
    }
    None
}

/// Walks at random, and looks from everywhere for a way to an end, which is then gone.
fn always_comes_to_an_end(workflow: &Workflow, world: &World, dice: &[u16], waives: bool) -> Result<(), TestCaseError> {
    let ground = Ground { workflow, world };
    let mut sample = ground.start(Grade::Medium, Grade::Medium).unwrap();
    for die in dice {
        let found = way_to_an_end(&ground, &sample, waives);
        prop_assert!(found.is_some(), "stuck in {sample:?} of {workflow:#?}");
        let end = found.unwrap().iter().try_fold(sample.clone(), |it, act| ground.act(&it, act));
        prop_assert!(end.is_ok_and(|it| it.has_ended()));
        let grade = if die % 2 == 0 { Grade::High } else { Grade::Low };
        let mut acts = ground.acts(&sample);
        acts.retain(|it| waives || !matches!(it, Act::Waive(_)));
        acts.push(Act::Grade { impact: grade, urgency: grade });
        // Ways out count double: or one never gets far.
        acts.extend(acts.clone().into_iter().filter(|it| matches!(it, Act::Take(_))));
        sample = ground.act(&sample, &acts[usize::from(*die) % acts.len()]).unwrap();
        if sample.has_ended() {
            break;
        }
    }
    Ok(())
}

fn dice() -> impl Strategy<Value = Vec<u16>> {
    prop::collection::vec(any::<u16>(), 1..40)
}

proptest! {
    #![proptest_config(ProptestConfig { max_global_rejects: 100_000, ..ProptestConfig::with_cases(150) })]

    #[test]
    fn what_passes_the_check_always_comes_to_an_end(kind in kind(), workflow in random(), dice in dice(), waives in any::<bool>()) {
        let world = world(kind);
        prop_assume!(findings(&workflow, &world).is_empty());
        always_comes_to_an_end(&workflow, &world, &dice, waives)?;
    }

    #[test]
    fn so_does_what_is_left_of_a_spoilt_workflow_that_passes((kind, workflow) in spoilt(), dice in dice()) {
        let world = world(kind);
        prop_assume!(findings(&workflow, &world).is_empty());
        always_comes_to_an_end(&workflow, &world, &dice, false)?;
    }
}

proptest! {
    #[test]
    fn every_finding_names_a_real_defect(kind in kind(), workflow in random()) {
        let world = world(kind);
        for it in findings(&workflow, &world) {
            prop_assert!(is_true(&it, &workflow, &world), "{} is not true", it);
            prop_assert!(it.message.ends_with('.') && it.message.len() > 20, "{}", it);
        }
    }

    #[test]
    fn so_does_every_finding_in_a_spoilt_workflow((kind, workflow) in spoilt()) {
        let world = world(kind);
        for it in findings(&workflow, &world) {
            prop_assert!(is_true(&it, &workflow, &world), "{} is not true", it);
        }
    }

    #[test]
    fn a_workflow_that_can_get_stuck_is_found_out((kind, workflow) in spoilt(), dice in dice()) {
        let world = world(kind);
        if always_comes_to_an_end(&workflow, &world, &dice, false).is_err() {
            prop_assert!(!findings(&workflow, &world).is_empty());
        }
    }
}
