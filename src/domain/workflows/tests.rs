//! The shipped workflows: sound in their shape, and phase by phase what PROCESS section 4 says.

use super::*;
use crate::domain::shipped;
use proptest::prelude::*;
use std::collections::BTreeSet;

/// Where one can be after leaving each phase in any allowed way.
fn reachable<'a>(workflow: &'a Workflow, from: &'a str) -> BTreeSet<&'a str> {
    let mut found = BTreeSet::from([from]);
    let mut todo = vec![from];
    while let Some(key) = todo.pop() {
        for transition in &workflow.phase(key).unwrap().transitions {
            if found.insert(&transition.to) {
                todo.push(&transition.to);
            }
        }
    }
    found
}

/// Calls `test` with every shipped workflow, phase and transition, and how to name the transition.
fn every_transition(test: impl Fn(&Workflow, &Phase, &Transition, &str)) {
    for (key, workflow) in shipped::workflows() {
        for phase in &workflow.phases {
            for transition in &phase.transitions {
                test(&workflow, phase, transition, &format!("{key}: {} → {}", phase.key, transition.key));
            }
        }
    }
}

fn every_phase(test: impl Fn(&Workflow, &Phase, &str)) {
    for (key, workflow) in shipped::workflows() {
        for phase in &workflow.phases {
            test(&workflow, phase, &format!("{key}: {}", phase.key));
        }
    }
}

#[test]
fn five_workflows_are_shipped_and_every_category_follows_one() {
    let keys: Vec<String> = shipped::workflows().into_iter().map(|(key, _)| key).collect();
    assert_eq!(keys, ["release-major", "release-minor", "release-emergency", "change-normal", "change-standard", "change-emergency"]);
    let categories = shipped::categories();
    let follows = |(category, workflow): &(String, String)| format!("{category} follows {workflow}");
    assert_eq!(
        categories.iter().map(follows).collect::<Vec<_>>(),
        [
            "major follows release-major",
            "minor follows release-minor",
            "emergency follows release-emergency",
            "normal-change follows change-normal",
            "standard-change follows change-standard",
            "emergency-change follows change-emergency",
        ]
    );
}

#[test]
fn a_record_starts_on_the_main_way() {
    for (key, workflow) in shipped::workflows() {
        let first = workflow.first().unwrap();
        assert_eq!((first.kind, first.condition, first.milestone), (PhaseKind::Main, None, Milestone::Registered), "{key}");
    }
}

#[test]
fn every_key_names_one_thing() {
    fn distinct<'a>(keys: impl Iterator<Item = &'a String>) -> bool {
        let mut seen = BTreeSet::new();
        keys.into_iter().all(|it| seen.insert(it))
    }
    for (key, workflow) in shipped::workflows() {
        assert!(distinct(workflow.phases.iter().map(|it| &it.key)), "{key}");
        assert!(distinct(workflow.phases.iter().map(|it| &it.name)), "{key}");
    }
    every_phase(|_, phase, name| assert!(distinct(phase.transitions.iter().map(|it| &it.key)), "{name}"));
}

#[test]
fn every_transition_leads_somewhere() {
    every_transition(|workflow, _, transition, name| assert!(workflow.phase(&transition.to).is_some(), "{name}"));
}

#[test]
fn every_phase_can_be_reached_and_leads_to_an_end() {
    every_phase(|workflow, phase, name| {
        assert!(reachable(workflow, &workflow.first().unwrap().key).contains(phase.key.as_str()), "{name} cannot be reached");
        assert!(reachable(workflow, &phase.key).iter().any(|it| workflow.phase(it).unwrap().is_end()), "{name} is a dead end");
    });
}

#[test]
fn only_an_end_has_no_way_out() {
    every_phase(|_, phase, name| assert_eq!(phase.is_end(), phase.transitions.is_empty(), "{name}"));
}

#[test]
fn exactly_the_transitions_to_an_end_say_how_it_ended() {
    every_transition(|workflow, _, transition, name| {
        let ends = workflow.phase(&transition.to).unwrap().is_end();
        assert_eq!(ends, transition.outcome.is_some(), "{name}");
        assert_ne!(transition.outcome, Some(RecordState::Open), "{name}");
        assert_eq!(ends, matches!(transition.kind, TransitionKind::Abandon | TransitionKind::Close), "{name}");
    });
}

#[test]
fn abandoning_and_backing_out_always_ask_why() {
    every_transition(|_, _, transition, name| {
        let grave = matches!(transition.kind, TransitionKind::Abandon | TransitionKind::BackOut);
        assert!(transition.asks_reason || !grave, "{name}");
        assert!(transition.requirements.is_empty() || !grave, "{name}: the way out is never barred");
    });
}

#[test]
fn an_advance_goes_forwards_and_a_rework_does_not() {
    every_transition(|workflow, phase, transition, name| {
        let order = workflow.position(&transition.to).cmp(&workflow.position(&phase.key));
        let milestones = (phase.milestone, workflow.phase(&transition.to).unwrap().milestone);
        match transition.kind {
            TransitionKind::Advance => assert!(order.is_gt() && milestones.0 <= milestones.1, "{name}"),
            TransitionKind::Rework => assert!(order.is_le() && milestones.0 >= milestones.1, "{name}"),
            TransitionKind::BackOut => assert_eq!(workflow.phase(&transition.to).unwrap().kind, PhaseKind::Side, "{name}"),
            TransitionKind::Abandon | TransitionKind::Close => assert_eq!(milestones.1, Milestone::Finished, "{name}"),
        }
    });
}

#[test]
fn who_is_asked_must_approve_and_who_must_approve_is_asked() {
    every_phase(|_, phase, name| {
        let main_way = phase.transitions.iter().find(|it| it.kind == TransitionKind::Advance || it.kind == TransitionKind::Close);
        let needs_it = main_way.is_some_and(|it| it.requirements.contains(&Requirement::Approved));
        assert_eq!(needs_it, !phase.approvals.is_empty(), "{name}");
        assert!(phase.approvals.is_empty() || phase.shows(Section::Approvals), "{name}");
        for step in &phase.approvals {
            assert!(!step.covers.is_empty(), "{name}: {} covers nothing", step.name);
            if let Approvers::Group(group) = &step.approvers {
                assert!(shipped::groups().contains(group), "{name}: nobody is {group}");
            }
        }
    });
}

#[test]
fn what_a_phase_asks_can_be_put_right_on_its_page() {
    every_transition(|_, phase, transition, name| {
        for requirement in &transition.requirements {
            assert!(requirement.confirmation().is_none() || phase.shows(Section::Confirmations), "{name}: {requirement:?}");
            assert!(*requirement != Requirement::TasksDone || phase.shows(Section::Tasks), "{name}");
            assert!(*requirement != Requirement::ScopeFrozen, "{name}: that is a guard, never a gate");
        }
    });
}

#[test]
fn the_main_way_out_is_the_first_offered() {
    every_phase(|_, phase, name| {
        let main = phase.advance().map(|it| it.kind);
        let expected = match phase.kind {
            PhaseKind::Main if phase.key == "review" => Some(TransitionKind::Close),
            PhaseKind::Main => Some(TransitionKind::Advance),
            PhaseKind::Side => Some(TransitionKind::Close),
            PhaseKind::End => None,
        };
        assert_eq!(main, expected, "{name}");
    });
}

/// A phase as a line of the table: its name, what *advance* or *close* asks, who approves, and the other ways out.
fn line(phase: &Phase) -> String {
    let condition = phase.condition.map_or(String::new(), |it| format!(" ({})", it.label()));
    let out = phase.transitions.iter().map(|it| {
        let asks: Vec<&str> = it.requirements.iter().map(|it| it.word()).collect();
        let outcome = it.outcome.map_or(String::new(), |it| format!(" as {}", it.word()));
        format!("{} to {}{outcome}: {}", it.kind.word(), it.to, if asks.is_empty() { "-".to_owned() } else { asks.join(", ") })
    });
    let approvals = phase.approvals.iter().map(|it| {
        let who = match &it.approvers {
            Approvers::Group(group) => group.clone(),
            Approvers::Role(role) => role.word().to_owned(),
            Approvers::Users(_) => "by name".to_owned(),
        };
        format!("{}. {}: {} of {who}", it.position, it.name, it.rule.words())
    });
    format!("{} {}{condition} | {}", phase.kind.word(), phase.key, out.chain(approvals).collect::<Vec<_>>().join(" | "))
}

fn lines(key: &str) -> Vec<String> {
    shipped::workflow(key).phases.iter().map(line).collect()
}

#[test]
fn a_major_release_goes_as_the_process_says() {
    assert_eq!(
        lines("release-major"),
        [
            "main assess | advance to plan: details_complete, changes_related | abandon to abandoned as abandoned: -",
            "main plan | advance to build_test: plan_complete, risk_assessed, back_out_plan_written, window_set, tasks_done, approved \
         | abandon to abandoned as abandoned: - | 1. Plan: all must approve of release_approver",
            "main build_test | advance to training: changes_authorised, tests_passed, tasks_done, approved | rework to plan: - \
         | abandon to abandoned as abandoned: - | 1. Build and test: more than half must approve of release_approver \
         | 2. Deployment (CAB): all must approve, first denial denies of cab",
            "main training (when impact and urgency are high) | advance to rollout: tasks_done",
            "main rollout | advance to early_life: changes_implemented, deployment_done, verification_passed | back_out to back_out: -",
            "side back_out | rework to plan: back_out_facts, tasks_done | close to closed as backed_out: back_out_facts, tasks_done",
            "main early_life | advance to review: exit_criteria_met, handover_accepted | back_out to back_out: -",
            "main review | close to closed as closed: feedback_considered, review_complete, follow_ups_settled, changes_closed, log_and_cms_current, approved \
         | 1. Closure: one must approve of release_manager",
            "end closed | ",
            "end abandoned | ",
        ]
    );
}

#[test]
fn a_minor_release_goes_as_a_major_one_but_is_never_trained_for() {
    let without_training = |lines: Vec<String>| lines.into_iter().filter(|it| !it.starts_with("main training")).collect::<Vec<_>>();
    let major: Vec<String> = lines("release-major").iter().map(|it| it.replace("advance to training", "advance to rollout")).collect();
    assert_eq!(lines("release-minor"), without_training(major));
}

#[test]
fn an_emergency_release_skips_planning_and_training() {
    assert_eq!(
        lines("release-emergency"),
        [
            "main assess | advance to build_test: details_complete, changes_related | abandon to abandoned as abandoned: -",
            "main build_test | advance to rollout: changes_authorised, tests_passed, tasks_done, back_out_plan_written, window_set, approved \
         | rework to build_test: - | abandon to abandoned as abandoned: - | 1. ECAB: one must approve of ecab",
            "main rollout | advance to early_life: changes_implemented, deployment_done, verification_passed | back_out to back_out: -",
            "side back_out | rework to build_test: back_out_facts, tasks_done | close to closed as backed_out: back_out_facts, tasks_done",
            "main early_life | advance to review: exit_criteria_met, handover_accepted | back_out to back_out: -",
            "main review | close to closed as closed: feedback_considered, review_complete, follow_ups_settled, changes_closed, log_and_cms_current, approved \
         | 1. Closure: one must approve of release_manager",
            "end closed | ",
            "end abandoned | ",
        ]
    );
}

#[test]
fn an_rfc_goes_through_its_phases_and_a_standard_one_needs_no_authorisation() {
    let phases = |key: &str| shipped::workflow(key).phases.into_iter().map(|it| it.name).collect::<Vec<_>>();
    let normal = ["Registered", "Assessment", "Authorisation", "Build", "Test", "Implementation", "Review", "Closed", "Rejected", "Withdrawn"];
    assert_eq!(phases("change-normal"), normal);
    assert_eq!(phases("change-emergency"), normal);
    assert_eq!(phases("change-standard"), normal.into_iter().filter(|it| *it != "Authorisation").collect::<Vec<_>>());
}

#[test]
fn an_rfc_is_authorised_once_it_may_be_built_and_implemented_once_it_is_reviewed() {
    for key in ["change-normal", "change-standard", "change-emergency"] {
        let milestone = |phase: &str| shipped::workflow(key).phase(phase).unwrap().milestone;
        let phases = ["assessment", "build", "implementation", "review", "closed"].map(milestone);
        let expected = [Milestone::Registered, Milestone::Authorised, Milestone::Authorised, Milestone::Implemented, Milestone::Finished];
        assert_eq!(phases, expected, "{key}");
    }
}

#[test]
fn training_is_gone_through_exactly_when_impact_and_urgency_are_high() {
    let workflow = shipped::workflow("release-major");
    let advance = workflow.phase("build_test").unwrap().advance().unwrap();
    let grades = || [None].into_iter().chain(Grade::ALL.iter().copied().map(Some));
    for impact in grades() {
        for urgency in grades() {
            let to = &workflow.destination(advance, Grades { impact, urgency }).unwrap().key;
            let expected = if (impact, urgency) == (Some(Grade::High), Some(Grade::High)) { "training" } else { "rollout" };
            assert_eq!(to, expected, "{impact:?} and {urgency:?}");
        }
    }
}

#[test]
fn a_transition_that_does_not_pass_an_optional_phase_leads_where_it_says() {
    every_transition(|workflow, _, transition, name| {
        if workflow.phase(&transition.to).unwrap().condition.is_none() {
            assert_eq!(workflow.destination(transition, Grades::default()).unwrap().key, transition.to, "{name}");
        }
    });
}

/// Phases that advance to each other at random, some of them optional, some leading nowhere.
fn a_tangle() -> impl Strategy<Value = Workflow> {
    prop::collection::vec((any::<bool>(), prop::option::weighted(0.8, 0..8usize)), 1..7).prop_map(|phases| {
        let phase = |(index, (optional, to)): (usize, (bool, Option<usize>))| Phase {
            key: index.to_string(),
            name: index.to_string(),
            kind: PhaseKind::Main,
            milestone: Milestone::Registered,
            scope_frozen: false,
            sections: vec![],
            target_days: None,
            group: None,
            condition: optional.then_some(Condition::HighImpactAndUrgency),
            approvals: vec![],
            transitions: to.map(|to| advance(&to.to_string())).into_iter().collect(),
        };
        Workflow { phases: phases.into_iter().enumerate().map(phase).collect() }
    })
}

fn advance(to: &str) -> Transition {
    let (key, label) = ("advance".to_owned(), "Go on".to_owned());
    Transition { key, kind: TransitionKind::Advance, to: to.to_owned(), label, requirements: vec![], asks_reason: false, outcome: None }
}

proptest! {
    #[test]
    fn a_destination_is_the_first_phase_that_applies_and_a_circle_has_none(workflow in a_tangle(), to in 0..8usize, high in any::<bool>()) {
        let grade = high.then_some(Grade::High);
        let mut passed = BTreeSet::new();
        let mut next = workflow.phase(&to.to_string());
        let expected = loop {
            match next {
                Some(phase) if high || phase.condition.is_none() => break Some(phase),
                Some(phase) if passed.insert(&phase.key) => next = phase.transitions.first().and_then(|it| workflow.phase(&it.to)),
                Some(_) | None => break None,
            }
        };
        prop_assert_eq!(workflow.destination(&advance(&to.to_string()), Grades { impact: grade, urgency: grade }), expected);
    }

    #[test]
    fn a_workflow_reads_back_as_it_is_stored(workflow in prop::sample::select(shipped::workflows())) {
        let stored = serde_json::to_value(&workflow.1).unwrap();
        prop_assert_eq!(serde_json::from_value::<Workflow>(stored).unwrap(), workflow.1);
    }
}
