//! Moving: what is proposed can be done, what stays the same changes nothing, and nothing ends by being moved.

use super::*;
use crate::domain::approvals::Rule;
use crate::domain::people::Role;
use crate::domain::records::{Grade, Milestone};
use crate::domain::shipped;
use crate::domain::workflows::{ApprovalStep, Approvers, Condition, Covered, SelfApproval};
use chrono::{Duration, TimeZone};
use proptest::prelude::*;

fn noon() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 2, 12, 0, 0).unwrap()
}

fn step(name: &str, days: u32) -> ApprovalStep {
    ApprovalStep {
        position: 1,
        name: name.to_owned(),
        rule: Rule::All,
        approvers: Approvers::Role(Role::ReleaseApprover),
        covers: vec![Covered::Scope],
        days,
        self_approval: SelfApproval::ByPolicy,
    }
}

/// A record in a phase, with nothing given yet.
struct Case {
    phase: String,
    settled: Vec<Requirement>,
    round: Option<RoundState>,
    grades: Grades,
    due: Option<DateTime<Utc>>,
    tasks: BTreeMap<String, usize>,
}

fn case(phase: &str) -> Case {
    Case { phase: phase.to_owned(), settled: Vec::new(), round: None, grades: Grades::default(), due: None, tasks: BTreeMap::new() }
}

impl Case {
    fn moved(&self, from: &Workflow, to: &Workflow, mapping: &Mapping) -> Result<Changes, MovingRefusal> {
        let (calendar, none) = (Calendar::default(), BTreeMap::new());
        let running = Running {
            phase: &self.phase,
            entered_at: noon() - Duration::days(1),
            due_at: self.due,
            grades: self.grades,
            settled: &self.settled,
            round: self.round,
            tasks: &self.tasks,
            surveys: &none,
            calendar: &calendar,
        };
        changes(&running, from, to, mapping, noon())
    }

    fn proposed(&self, from: &Workflow, to: &Workflow) -> Changes {
        self.moved(from, to, &Mapping::proposed(from, to)).unwrap()
    }
}

/// The shipped workflow of major releases, and one that differs from it.
fn pair(change: impl FnOnce(&mut Workflow)) -> (Workflow, Workflow) {
    let from = shipped::workflow("release-major");
    let mut to = from.clone();
    change(&mut to);
    (from, to)
}

fn phase<'a>(workflow: &'a mut Workflow, key: &str) -> &'a mut Phase {
    workflow.phases.iter_mut().find(|it| it.key == key).unwrap()
}

/// Renames a key everywhere.
fn rename(workflow: &mut Workflow, from: &str, to: &str) {
    for it in &mut workflow.phases {
        if it.key == from {
            it.key = to.to_owned();
        }
        for way in it.transitions.iter_mut().filter(|it| it.to == from) {
            way.to = to.to_owned();
        }
    }
}

fn remove(workflow: &mut Workflow, key: &str) {
    let next = workflow.phase(key).unwrap().advance().unwrap().to.clone();
    for way in workflow.phases.iter_mut().flat_map(|it| &mut it.transitions).filter(|it| it.to == key) {
        way.to = next.clone();
    }
    workflow.phases.retain(|it| it.key != key);
}

#[test]
fn the_same_key_is_the_same_phase_and_changes_nothing() {
    for (key, workflow) in shipped::workflows() {
        let mapping = Mapping::proposed(&workflow, &workflow);
        assert_eq!(mapping.renamed().count(), 0, "{key}");
        for it in open_phases(&workflow) {
            for round in [None, Some(RoundState::Open), Some(RoundState::Approved), Some(RoundState::Denied)] {
                let case = Case { round, settled: asked(it), due: Some(noon()), tasks: [(it.key.clone(), 2)].into(), ..case(&it.key) };
                assert!(case.moved(&workflow, &workflow, &mapping).unwrap().is_none(), "{key}: {}", it.key);
            }
        }
    }
}

#[test]
fn a_phase_that_is_gone_goes_to_the_one_in_its_place() {
    let goal = |change: fn(&mut Workflow), key: &str| {
        let (from, to) = pair(change);
        Mapping::proposed(&from, &to).goal(key).map(str::to_owned)
    };
    let renamed = |to: &mut Workflow| {
        rename(to, "build_test", "construction");
        phase(to, "construction").name = "Construction".into();
    };
    assert_eq!(goal(renamed, "build_test").as_deref(), Some("construction"), "another one stands there");
    let two = |to: &mut Workflow| {
        for (from, key) in [("training", "schooling"), ("rollout", "distribution")] {
            rename(to, from, key);
            phase(to, key).name = key.to_uppercase();
        }
    };
    assert_eq!(goal(two, "training").as_deref(), Some("schooling"));
    assert_eq!(goal(two, "rollout").as_deref(), Some("distribution"), "of two new ones that in its turn");
    let swapped = |to: &mut Workflow| {
        rename(to, "build_test", "b2");
        let last = to.phases.pop().unwrap();
        let moved = to.position("b2").unwrap();
        let moved = to.phases.remove(moved);
        to.phases.extend([last, moved]);
    };
    assert_eq!(goal(swapped, "build_test").as_deref(), Some("b2"), "one of its name stands elsewhere");
    assert_eq!(goal(|to| remove(to, "rollout"), "rollout").as_deref(), Some("build_test"), "the one before that is as far and that all go through");
    assert_eq!(goal(|to| remove(to, "assess"), "assess").as_deref(), Some("plan"), "the first goes to the new first");
    assert_eq!(goal(|to| remove(to, "review"), "review").as_deref(), Some("early_life"));
}

#[test]
fn each_phase_must_have_a_place_that_is_there_and_no_end() {
    let (from, to) = pair(|to| remove(to, "training"));
    let good: BTreeMap<String, String> = open_phases(&from).map(|it| (it.key.clone(), "plan".to_owned())).collect();
    assert!(Mapping::chosen(&from, &to, &good).is_ok());
    let mut bad = good.clone();
    bad.insert("assess".into(), String::new());
    bad.insert("plan".into(), "closed".into());
    bad.insert("training".into(), "training".into());
    bad.remove("rollout");
    bad.insert("nonsense".into(), "plan".into());
    let wrong = Mapping::chosen(&from, &to, &bad).unwrap_err();
    let expected = [("assess", Misplaced::Nowhere), ("plan", Misplaced::End), ("rollout", Misplaced::Nowhere), ("training", Misplaced::Unknown)];
    assert_eq!(wrong, expected.map(|(key, it)| (key.to_owned(), it)).into());
}

#[test]
fn a_kept_visit_keeps_what_was_given_and_names_what_is_asked_besides() {
    let (from, to) = pair(|to| {
        let way = &mut phase(to, "build_test").transitions[0];
        way.requirements.retain(|it| *it != Requirement::TasksDone);
        way.requirements.extend([Requirement::BackOutFacts, Requirement::ItemsNamed]);
        phase(to, "build_test").target_days = Some(40);
    });
    let case = Case { settled: vec![Requirement::TestsPassed, Requirement::ItemsNamed], due: Some(noon()), ..case("build_test") };
    let found = case.proposed(&from, &to);
    assert!(found.keeps_visit());
    assert_eq!(found.asked_newly, [Requirement::BackOutFacts], "items were waived in this visit already");
    assert_eq!((found.asked_again, found.asked_no_more), (vec![], vec![Requirement::TasksDone]));
    assert_eq!(found.due_after, Some(Calendar::default().due(noon() - Duration::days(1), 40)), "the days count from when it came here");
}

#[test]
fn in_another_phase_all_is_given_anew_and_the_days_begin_now() {
    let (from, to) = pair(|to| {
        rename(to, "build_test", "construction");
    });
    let case = Case {
        settled: vec![Requirement::TestsPassed],
        round: Some(RoundState::Approved),
        tasks: [("build_test".to_owned(), 3), ("plan".to_owned(), 1)].into(),
        ..case("build_test")
    };
    let found = case.proposed(&from, &to);
    assert!(!found.keeps_visit());
    assert_eq!(found.asked_again, [Requirement::TestsPassed, Requirement::Approved]);
    assert_eq!((found.round.clone(), found.tasks), (Fate::Nothing, 3));
    let days = to.phase("construction").unwrap().target_days.unwrap();
    assert_eq!(found.due_after, Some(Calendar::default().due(noon(), days)));
    let open = Case { round: Some(RoundState::Open), ..case }.proposed(&from, &to);
    assert_eq!(open.round, Fate::Withdrawn);
}

#[test]
fn an_optional_phase_is_passed_over_unless_the_record_is_in_it() {
    let (from, to) = pair(|to| remove(to, "rollout"));
    let to_training: BTreeMap<String, String> = open_phases(&from).map(|it| (it.key.clone(), "training".to_owned())).collect();
    let mapping = Mapping::chosen(&from, &to, &to_training).unwrap();
    assert_eq!(case("rollout").moved(&from, &to, &mapping).unwrap().to.key, "early_life", "there is no training for it");
    let grave = Case { grades: Grades { impact: Some(Grade::High), urgency: Some(Grade::High) }, ..case("rollout") };
    assert_eq!(grave.moved(&from, &to, &mapping).unwrap().to.key, "training");
    assert_eq!(case("training").moved(&from, &to, &mapping).unwrap().to.key, "training", "it is there already");
    let (from, to) = pair(|to| phase(to, "review").condition = Some(Condition::HighImpactAndUrgency));
    let to_review: BTreeMap<String, String> = open_phases(&from).map(|it| (it.key.clone(), "review".to_owned())).collect();
    let mapping = Mapping::chosen(&from, &to, &to_review).unwrap();
    assert_eq!(case("plan").moved(&from, &to, &mapping), Err(MovingRefusal::PastTheEnd("Planning and design".into())));
}

#[test]
fn answers_in_steps_that_are_as_before_stand() {
    let (business, security) = (step("Business", 3), step("Security", 3));
    let fate = |after: &[ApprovalStep], state, kept| rounds::fate(&[business.clone(), security.clone()], after, Some(state), kept);
    let later = ApprovalStep { position: 2, ..security.clone() };
    let open = RoundState::Open;
    assert_eq!(fate(&[business.clone(), security.clone()], open, true), Fate::Kept);
    assert_eq!(fate(&[business.clone(), later], open, true), Fate::Carried { dropped: vec![], anew: vec![] }, "only the order is another");
    let strict = ApprovalStep { rule: Rule::AllImmediateDenial, ..security.clone() };
    let carried = Fate::Carried { dropped: vec!["Security".into()], anew: vec!["Security".into()] };
    assert_eq!(fate(&[business.clone(), strict.clone()], open, true), carried);
    assert_eq!(fate(&[business.clone(), strict.clone()], RoundState::Approved, true), carried);
    assert_eq!(fate(std::slice::from_ref(&strict), open, true), Fate::Withdrawn);
    assert_eq!(fate(&[], open, true), Fate::Withdrawn, "nobody is asked any more");
    assert_eq!(fate(&[], RoundState::Approved, true), Fate::Kept, "what is approved stays approved");
    assert_eq!(fate(&[strict], RoundState::Denied, true), Fate::Nothing);
    assert_eq!((fate(&[], open, false), fate(&[], RoundState::Approved, false)), (Fate::Withdrawn, Fate::Nothing));
}

prop_compose! {
    /// Any workflow of a few phases with keys from a small set, so that two of them have some in common.
    fn workflows()(rows in prop::collection::btree_map(0u8..9, (0u8..3, 0usize..4, 0u8..4, any::<bool>(), prop::option::of(0u32..20)), 1..8), ends in 1usize..3) -> Workflow {
        let mut phases: Vec<Phase> = rows.into_iter().map(|(key, (kind, milestone, steps, optional, days))| Phase {
            key: format!("p{key}"),
            name: format!("Phase {key}"),
            kind: if kind == 2 { PhaseKind::Side } else { PhaseKind::Main },
            milestone: Milestone::ALL[milestone],
            scope_frozen: false,
            sections: vec![],
            target_days: days,
            group: None,
            condition: optional.then_some(Condition::HighImpactAndUrgency),
            approvals: (0..steps).map(|it| step(&format!("Step {it}"), u32::from(it))).collect(),
            transitions: vec![],
        }).collect();
        let keys: Vec<String> = phases.iter().skip(1).map(|it| it.key.clone()).chain([format!("end{ends}")]).collect();
        for (it, next) in phases.iter_mut().zip(keys) {
            it.transitions = vec![Transition { key: "advance".into(), requirements: vec![Requirement::TasksDone, Requirement::Approved], ..way_to(&next) }];
        }
        let end = Phase { key: format!("end{ends}"), name: "End".into(), kind: PhaseKind::End, milestone: Milestone::Finished, condition: None, approvals: vec![], transitions: vec![], ..phases[0].clone() };
        phases.push(end);
        Workflow { phases }
    }
}

proptest! {
    #[test]
    fn what_is_proposed_can_be_chosen_and_a_phase_that_is_there_stays(from in workflows(), to in workflows()) {
        let mapping = Mapping::proposed(&from, &to);
        let typed: BTreeMap<String, String> = open_phases(&from).map(|it| (it.key.clone(), mapping.goal(&it.key).unwrap().to_owned())).collect();
        prop_assert_eq!(Mapping::chosen(&from, &to, &typed), Ok(mapping.clone()));
        for it in open_phases(&from).filter(|it| to.phase(&it.key).is_some()) {
            prop_assert_eq!(mapping.goal(&it.key), Some(it.key.as_str()));
        }
    }

    #[test]
    fn nothing_ends_by_being_moved_and_what_is_asked_is_told(from in workflows(), to in workflows(), at in any::<prop::sample::Index>(), state in 0usize..5, grave in any::<bool>()) {
        let phases: Vec<&Phase> = open_phases(&from).collect();
        let here = at.get(&phases);
        let grade = grave.then_some(Grade::High);
        let round = RoundState::ALL.get(state).copied();
        let case = Case { round, settled: vec![Requirement::TasksDone], grades: Grades { impact: grade, urgency: grade }, ..case(&here.key) };
        let Ok(found) = case.moved(&from, &to, &Mapping::proposed(&from, &to)) else {
            // Only what is optional can lead past the end.
            prop_assert!(open_phases(&to).any(|it| it.condition.is_some()));
            return Ok(());
        };
        prop_assert!(!found.to.is_end());
        prop_assert_eq!(found.keeps_visit(), to.phase(&here.key).is_some_and(|it| !it.is_end()));
        prop_assert!(found.asked_newly.iter().all(|it| !asked(here).contains(it) && asked(&found.to).contains(it)));
        prop_assert!(found.asked_again.iter().all(|it| asked(here).contains(it) && asked(&found.to).contains(it)));
        prop_assert!(found.asked_no_more.iter().all(|it| asked(here).contains(it) && !asked(&found.to).contains(it)));
        if !found.keeps_visit() && round == Some(RoundState::Open) {
            prop_assert_eq!(&found.round, &Fate::Withdrawn);
        }
        let there = case.moved(&from, &from, &Mapping::proposed(&from, &from)).unwrap();
        prop_assert!(there.is_none(), "to the same version nothing changes");
    }

    #[test]
    fn every_step_is_the_same_gone_or_new(before in workflows(), after in workflows()) {
        let (before, after) = (&before.phases[0].approvals, &after.phases[0].approvals);
        let Comparison { same, gone, new } = compare(before, after);
        prop_assert_eq!((same.len() + gone.len(), same.len() + new.len()), (before.len(), after.len()));
        let alike = same.iter().all(|(was, is)| ApprovalStep { position: was.position, ..(*is).clone() } == **was);
        prop_assert!(alike);
        prop_assert!(gone.iter().all(|it| !after.contains(*it)));
    }
}
