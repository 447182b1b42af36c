//! Samples on their way: what they may do, and what the rules say of them.

use super::*;
use crate::domain::records::RecordKind;
use crate::domain::workflows::checking::random::{random, shipped_now, world};
use proptest::prelude::*;

fn major() -> Workflow {
    shipped_now().remove(0).1
}

fn done(ground: &Ground<'_>, sample: Sample, acts: &[Act]) -> Sample {
    acts.iter().fold(sample, |it, act| ground.act(&it, act).unwrap_or_else(|stop| panic!("{act:?}: {stop}")))
}

fn take(key: &str) -> Act {
    Act::Take(key.into())
}

fn answer(step: usize, approves: bool) -> Act {
    Act::Answer { step, approves }
}

/// Everything that is asked for here is met, whoever is asked approves, and on it goes.
fn on(ground: &Ground<'_>, mut sample: Sample) -> Sample {
    let phase = ground.phase(&sample).unwrap();
    for requirement in asked(phase).into_iter().filter(|it| *it != Requirement::Approved) {
        sample = done(ground, sample, &[Act::Meet(requirement)]);
    }
    for step in 0..phase.approvals.len() {
        sample = done(ground, sample, &[answer(step, true)]);
    }
    done(ground, sample, &[take(&phase.advance().unwrap().key)])
}

#[test]
fn a_sample_goes_the_whole_way_and_through_training_only_if_it_is_grave() {
    let (workflow, world) = (major(), world(RecordKind::Release));
    let ground = Ground { workflow: &workflow, world: &world };
    for (grade, expected) in [(Grade::High, 8), (Grade::Medium, 7)] {
        let mut sample = ground.start(grade, Grade::High).unwrap();
        let mut way = vec![sample.phase.clone()];
        while !sample.has_ended() {
            sample = on(&ground, sample);
            way.push(sample.phase.clone());
        }
        assert_eq!((way.len(), way.contains(&"training".to_owned()), sample.state), (expected, grade == Grade::High, RecordState::Closed));
        assert_eq!(ground.acts(&sample), []);
        assert_eq!(ground.act(&sample, &take("close")), Err(Stop::Ended));
    }
}

#[test]
fn what_is_not_met_blocks_as_it_would_a_record() {
    let (workflow, world) = (major(), world(RecordKind::Release));
    let ground = Ground { workflow: &workflow, world: &world };
    let start = ground.start(Grade::Medium, Grade::Medium).unwrap();
    let stop = ground.act(&start, &take("advance")).unwrap_err();
    assert_eq!(stop.to_string(), "Not yet: Still missing: scope. Relate at least one RFC.");
    let waived = done(&ground, start.clone(), &[Act::Meet(Requirement::DetailsComplete), Act::Waive(Requirement::ChangesRelated), take("advance")]);
    assert_eq!(waived.phase, "plan");
    assert_eq!(ground.act(&waived, &Act::Waive(Requirement::Approved)), Err(Stop::NotWaivable("Approved")));
    assert_eq!(ground.act(&waived, &Act::Meet(Requirement::TestsPassed)), Err(Stop::NotAsked("Tests passed")));
    assert_eq!(ground.act(&waived, &Act::Waive(Requirement::DetailsComplete)), Err(Stop::NotAsked("Details complete")));
    assert_eq!(ground.act(&start, &take("close")), Err(Stop::NoSuchTransition("close".into())));
    assert_eq!(done(&ground, start, &[take("abandon")]).state, RecordState::Abandoned);
}

#[test]
fn steps_answer_in_their_order_and_after_a_denial_they_are_asked_again() {
    let (workflow, world) = (major(), world(RecordKind::Release));
    let ground = Ground { workflow: &workflow, world: &world };
    let built = on(&ground, on(&ground, ground.start(Grade::Medium, Grade::Medium).unwrap()));
    assert_eq!(built.phase, "build_test");
    assert_eq!(ground.act(&built, &answer(1, true)), Err(Stop::NotItsTurn));
    assert_eq!(ground.act(&built, &Act::AskAgain), Err(Stop::NotDenied));
    let denied = done(&ground, built, &[answer(0, true), answer(1, false)]);
    assert_eq!(ground.round(&denied).map(|(state, _)| state), Some(RoundState::Denied));
    let why = |sample: &Sample| ground.checks(sample, ground.phase(sample).unwrap().advance().unwrap()).pop().unwrap().why;
    assert_eq!(why(&denied), "Denied by “Deployment (CAB)”. Put it right and ask again.");
    let again = done(&ground, denied, &[Act::AskAgain, answer(0, true)]);
    assert_eq!(why(&again), "Waiting for Ada, Ben and Mara.".replace("Ada, Ben and Mara", "Ada and 2 others"));
}

#[test]
fn nobody_answers_where_a_step_has_nobody_to_ask() {
    let (workflow, mut world) = (major(), world(RecordKind::Release));
    world.groups.get_mut("cab").unwrap().members.clear();
    let ground = Ground { workflow: &workflow, world: &world };
    let built = on(&ground, on(&ground, ground.start(Grade::Medium, Grade::Medium).unwrap()));
    assert_eq!(ground.act(&built, &answer(0, true)), Err(Stop::NobodyToAsk("Deployment (CAB)".into())));
}

#[test]
fn a_plan_stays_and_an_approval_does_not() {
    let (workflow, world) = (major(), world(RecordKind::Release));
    let ground = Ground { workflow: &workflow, world: &world };
    let built = on(&ground, on(&ground, ground.start(Grade::Medium, Grade::Medium).unwrap()));
    let back = done(&ground, built, &[take("rework")]);
    let advance = ground.phase(&back).unwrap().advance().unwrap();
    let open: Vec<&str> = ground.checks(&back, advance).iter().filter(|it| it.blocks()).map(|it| it.requirement.word()).collect();
    assert_eq!((back.phase.as_str(), open), ("plan", vec!["tasks_done", "approved"]));
}

#[test]
fn a_walk_is_followed_as_far_as_its_choices_let_it() {
    let (workflow, world) = (major(), world(RecordKind::Release));
    let ground = Ground { workflow: &workflow, world: &world };
    let assess = Choices { met: vec![Requirement::ChangesRelated, Requirement::DetailsComplete], take: Some("advance".into()), ..Choices::default() };
    let plan = Choices { met: vec![Requirement::PlanComplete], waived: vec![Requirement::WindowSet], take: Some("advance".into()), ..Choices::default() };
    let step = walk(&ground, &[assess, plan.clone(), plan]).unwrap();
    assert_eq!((step.sample.phase.as_str(), step.passages.len()), ("plan", 1));
    assert_eq!(step.passages[0].met, [Requirement::DetailsComplete, Requirement::ChangesRelated]);
    assert!(step.stop.is_some_and(|it| it.to_string().contains("Say how likely")));
    assert!(walk(&Ground { workflow: &Workflow { phases: vec![] }, world: &world }, &[]).is_none());
}

#[test]
fn an_optional_phase_that_is_passed_over_is_named() {
    let (workflow, world) = (major(), world(RecordKind::Release));
    let ground = Ground { workflow: &workflow, world: &world };
    let advance = workflow.phase("build_test").unwrap().advance().unwrap();
    let named = |grade| ground.passed_over(&ground.start(grade, grade).unwrap(), advance).iter().map(|it| it.key.as_str()).collect::<Vec<_>>();
    assert_eq!((named(Grade::Low), named(Grade::High)), (vec!["training"], vec![]));
}

proptest! {
    #[test]
    fn every_act_that_is_offered_can_be_done_and_changes_something(workflow in random(), dice in prop::collection::vec(any::<u16>(), 1..30)) {
        let world = world(RecordKind::Release);
        let ground = Ground { workflow: &workflow, world: &world };
        let mut sample = ground.start(Grade::High, Grade::Low).unwrap();
        for die in dice {
            let acts = ground.acts(&sample);
            let Some(act) = (!acts.is_empty()).then(|| &acts[usize::from(die) % acts.len()]) else { break };
            let after = ground.act(&sample, act).unwrap();
            prop_assert_ne!(&after, &sample);
            if let Act::Take(key) = act {
                let transition = ground.phase(&sample).unwrap().transition(key).unwrap();
                prop_assert!(ground.checks(&sample, transition).iter().all(|it| !it.blocks()));
                prop_assert_eq!(after.has_ended(), ground.phase(&after).unwrap().is_end() && transition.outcome != Some(RecordState::Open));
            }
            sample = after;
        }
    }
}
