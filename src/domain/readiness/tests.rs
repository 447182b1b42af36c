//! What blocks and what does not, and random walks that try to get past a gate.

use super::*;
use crate::domain::early_life::Course;
use crate::domain::handovers::{HandoverState, Request};
use crate::domain::records::{Grade, RecordKind};
use crate::domain::shipped;
use crate::domain::workflows::{Grades, PhaseKind, TransitionKind, Workflow};
use proptest::prelude::*;

/// Whether a requirement holds, as PROCESS words it.
fn holds(requirement: Requirement, facts: &Facts) -> bool {
    let vouched = |it: Confirmation| matches!(facts.confirmations.get(&it), Some(Outcome::Passed | Outcome::NotApplicable));
    let rfcs_at_least = |milestones: &[Milestone]| facts.changes.iter().all(|it| milestones.contains(&it.milestone)) && !facts.changes.is_empty();
    match requirement {
        Requirement::DetailsComplete => facts.missing_details.is_empty(),
        Requirement::ChangesRelated => !facts.changes.is_empty(),
        Requirement::PlanComplete => facts.missing_plan.is_empty(),
        Requirement::RiskAssessed => facts.risk_assessed,
        Requirement::BackOutPlanWritten => facts.back_out_plan,
        Requirement::WindowSet => facts.window,
        Requirement::ItemsNamed => facts.items != 0,
        Requirement::Assigned => facts.assigned,
        Requirement::TasksDone => facts.open_tasks.is_empty(),
        Requirement::ChangesAuthorised => rfcs_at_least(&[Milestone::Authorised, Milestone::Implemented, Milestone::Finished]),
        Requirement::ChangesImplemented => rfcs_at_least(&[Milestone::Implemented, Milestone::Finished]),
        Requirement::ChangesClosed => rfcs_at_least(&[Milestone::Finished]),
        Requirement::TestsPassed => vouched(Confirmation::TestsPassed),
        Requirement::DeploymentDone => vouched(Confirmation::DeploymentDone),
        Requirement::VerificationPassed => vouched(Confirmation::VerificationPassed),
        Requirement::BackOutFacts => vouched(Confirmation::BackOutFacts),
        Requirement::ImplementationDone => vouched(Confirmation::ImplementationDone),
        Requirement::ExitCriteriaAgreed => facts.exit.is_agreed(),
        Requirement::ExitCriteriaMet => vouched(Confirmation::ExitCriteriaMet) || (facts.exit.is_agreed() && facts.exit.courses.iter().all(Course::is_met)),
        Requirement::HandoverAccepted => vouched(Confirmation::HandoverAccepted) || facts.handover.verdict().0,
        Requirement::FeedbackConsidered => {
            let considered = !facts.review.lacking.contains(&(Point::Feedback, Lack::Outcome)) && facts.review.open_surveys.is_empty();
            vouched(Confirmation::FeedbackConsidered) || considered
        }
        Requirement::ReviewComplete => vouched(Confirmation::ReviewComplete) || facts.review.lacking.is_empty(),
        Requirement::FollowUpsSettled => vouched(Confirmation::FollowUpsSettled) || facts.review.open_follow_ups.is_empty(),
        Requirement::NothingOpen => {
            let it = &facts.review;
            let left = [&it.open_surveys, &it.open_tasks, &it.without_workaround, &it.not_accepted];
            it.open_issues.is_empty() && left.iter().all(|it| it.is_empty())
        }
        Requirement::LogAndCmsCurrent => vouched(Confirmation::LogAndCmsCurrent),
        Requirement::Approved => facts.round.state == Some(RoundState::Approved),
        Requirement::ScopeFrozen => false,
    }
}

fn holds_or_waived(requirement: Requirement, facts: &Facts) -> bool {
    holds(requirement, facts) || facts.waived.contains_key(&requirement)
}

fn change(milestone: Milestone) -> ChangeFact {
    ChangeFact { number: "RFC-00107".into(), milestone }
}

fn course() -> Course {
    Course { name: "Calls a day".into(), days: 3, row: 3, newest: None, is_normal: true, is_current: true }
}

fn handover(state: HandoverState) -> Handover {
    let text = |text: &str| text.to_owned();
    let request = Request { state, group: text("Operations"), asked: text("2 March"), settled: text("3 March"), by: text("Bo"), answer: text("Too early.") };
    Handover { items: 1, open_items: 0, request: Some(request) }
}

/// A record of which everything is as it should be.
fn in_order() -> Facts {
    Facts {
        missing_details: vec![],
        missing_plan: vec![],
        risk_assessed: true,
        back_out_plan: true,
        window: true,
        items: 1,
        assigned: true,
        open_tasks: vec![],
        changes: vec![change(Milestone::Finished)],
        confirmations: Confirmation::ALL.iter().filter(|it| !it.is_replaced(RecordKind::Release)).map(|it| (*it, Outcome::Passed)).collect(),
        round: Round { state: Some(RoundState::Approved), ..Round::default() },
        of_change: false,
        review: Review::default(),
        exit: Exit { agreed_with: "Operations".into(), courses: vec![course()] },
        handover: handover(HandoverState::Accepted),
        waived: BTreeMap::new(),
    }
}

/// The same, but for what makes this requirement fail.
fn in_order_but(requirement: Requirement) -> Facts {
    let mut facts = in_order();
    match requirement {
        Requirement::DetailsComplete => facts.missing_details.push("Scope"),
        Requirement::PlanComplete => facts.missing_plan.push("Strategy"),
        Requirement::RiskAssessed => facts.risk_assessed = false,
        Requirement::BackOutPlanWritten => facts.back_out_plan = false,
        Requirement::WindowSet => facts.window = false,
        Requirement::ItemsNamed => facts.items = 0,
        Requirement::Assigned => facts.assigned = false,
        Requirement::TasksDone => facts.open_tasks.push("Confirm the funding".into()),
        Requirement::ChangesRelated => facts.changes.clear(),
        Requirement::ChangesAuthorised => facts.changes.push(change(Milestone::Registered)),
        Requirement::ChangesImplemented => facts.changes.push(change(Milestone::Authorised)),
        Requirement::ChangesClosed => facts.changes.push(change(Milestone::Implemented)),
        Requirement::Approved => facts.round.state = Some(RoundState::Open),
        Requirement::ScopeFrozen => {}
        Requirement::FeedbackConsidered => facts.review.open_surveys.push("Rollout".into()),
        Requirement::ReviewComplete => facts.review.lacking.push((Point::Lessons, Lack::Owner)),
        Requirement::FollowUpsSettled => facts.review.open_follow_ups.push("Add an index".into()),
        Requirement::NothingOpen => facts.review.open_tasks.push("Confirm the funding".into()),
        Requirement::HandoverAccepted => facts.handover = handover(HandoverState::Declined),
        Requirement::ExitCriteriaAgreed => facts.exit.agreed_with.clear(),
        Requirement::ExitCriteriaMet => {
            facts.confirmations.remove(&Confirmation::ExitCriteriaMet);
            facts.exit.courses.iter_mut().for_each(|it| it.row = 0);
        }
        Requirement::TestsPassed
        | Requirement::DeploymentDone
        | Requirement::VerificationPassed
        | Requirement::BackOutFacts
        | Requirement::ImplementationDone
        | Requirement::LogAndCmsCurrent => {
            facts.confirmations.insert(requirement.confirmation().unwrap(), Outcome::Failed);
        }
    }
    facts
}

fn every_transition() -> impl Iterator<Item = Transition> {
    shipped::workflows().into_iter().flat_map(|(_, workflow)| workflow.phases).flat_map(|phase| phase.transitions)
}

#[test]
fn one_unmet_requirement_is_enough_to_block_and_is_the_only_one_shown_as_unmet() {
    for transition in every_transition() {
        for requirement in &transition.requirements {
            let checks = readiness(&transition, &in_order_but(*requirement));
            let blocking: Vec<Requirement> = checks.iter().filter(|it| it.blocks()).map(|it| it.requirement).collect();
            assert_eq!(blocking, [*requirement], "{}", transition.label);
        }
    }
}

#[test]
fn a_waiver_lets_one_requirement_pass_and_says_why() {
    for transition in every_transition() {
        for requirement in &transition.requirements {
            let mut facts = in_order_but(*requirement);
            facts.waived.insert(*requirement, "The board decided so.".into());
            let checks = readiness(&transition, &facts);
            assert!(!checks.iter().any(Check::blocks), "{}", transition.label);
            let waived: Vec<&Check> = checks.iter().filter(|it| it.standing == Standing::Waived).collect();
            assert_eq!(waived.iter().map(|it| (it.requirement, it.why.as_str())).collect::<Vec<_>>(), [(*requirement, "Waived: The board decided so.")]);
        }
    }
}

#[test]
fn with_everything_in_order_a_record_goes_from_its_first_phase_to_closed() {
    let high = Grades { impact: Some(Grade::High), urgency: Some(Grade::High) };
    for (key, workflow) in shipped::workflows() {
        let mut phase = workflow.first().unwrap();
        let mut way = vec![phase.key.as_str()];
        while let Some(transition) = phase.advance() {
            assert!(!readiness(transition, &in_order()).iter().any(Check::blocks), "{key}: {}", phase.key);
            phase = workflow.destination(transition, high).unwrap();
            way.push(&phase.key);
            assert!(way.len() <= workflow.phases.len(), "{key} goes round in circles");
        }
        let main: Vec<&str> = workflow.phases.iter().filter(|it| it.kind == PhaseKind::Main).map(|it| it.key.as_str()).collect();
        assert_eq!(way, [main.as_slice(), &["closed"]].concat(), "{key}");
    }
}

#[test]
fn the_sentence_says_what_is_missing() {
    let why = |facts: Facts, requirement| evaluate(requirement, &facts).1;
    let awaited = |names: &[&str]| Round {
        state: Some(RoundState::Open),
        awaited: names.iter().map(|it| (*it).into()).collect(),
        denied_by: vec![],
        is_doomed: false,
        away: vec![],
    };
    let gone = Round { away: vec![("Paul".into(), "12 Mar 2026".into())], ..awaited(&["Paul", "Ada"]) };
    let sentence = "Waiting for Paul and Ada. Paul is away until 12 Mar 2026 and nobody stands in: ask somebody else.";
    assert_eq!(why(Facts { round: gone, ..in_order() }, Requirement::Approved), sentence);
    let open = |titles: &[&str]| Facts { open_tasks: titles.iter().map(|it| (*it).into()).collect(), ..in_order() };
    assert_eq!(why(Facts { missing_details: vec!["Scope", "Impact"], ..in_order() }, Requirement::DetailsComplete), "Still missing: Scope, Impact.");
    assert_eq!(why(open(&["Brief"]), Requirement::TasksDone), "“Brief” is still open.");
    assert_eq!(why(open(&["Brief", "Train", "Update"]), Requirement::TasksDone), "“Brief” and 2 more are still open.");
    assert_eq!(why(in_order_but(Requirement::ChangesAuthorised), Requirement::ChangesAuthorised), "RFC-00107 is not authorised yet.");
    assert_eq!(why(in_order_but(Requirement::ChangesRelated), Requirement::ChangesImplemented), "No RFC is related.");
    assert_eq!(why(Facts { round: awaited(&["Ada"]), ..in_order() }, Requirement::Approved), "Waiting for Ada.");
    assert_eq!(why(Facts { round: awaited(&["Ada", "Bo"]), ..in_order() }, Requirement::Approved), "Waiting for Ada and Bo.");
    assert_eq!(why(Facts { round: awaited(&["Ada", "Bo", "Cy"]), ..in_order() }, Requirement::Approved), "Waiting for Ada and 2 others.");
    let review = |review: Review, requirement| why(Facts { review, ..in_order() }, requirement);
    let lacking = Review { lacking: vec![(Point::Lessons, Lack::Outcome), (Point::Quality, Lack::Action)], ..Review::default() };
    assert_eq!(review(lacking, Requirement::ReviewComplete), "“Lessons learnt” lacks an outcome, and 1 more is not complete.");
    let one = Review { lacking: vec![(Point::Quality, Lack::Action)], ..Review::default() };
    assert_eq!(review(one, Requirement::ReviewComplete), "“Quality criteria not met” lacks a follow-up action.");
    let open = Review { open_follow_ups: vec!["Add an index".into()], open_surveys: vec!["Rollout".into()], ..Review::default() };
    assert_eq!(review(open.clone(), Requirement::FollowUpsSettled), "“Add an index” is neither done nor handed on.");
    assert_eq!(review(open.clone(), Requirement::FeedbackConsidered), "The survey “Rollout” can still be answered: close it first.");
    assert_eq!(review(open, Requirement::NothingOpen), "The survey “Rollout” can still be answered.");
    let left = |review_of: Review| review(review_of, Requirement::NothingOpen);
    let issue = |number: &str| (number.to_owned(), "Slow".to_owned());
    assert_eq!(
        left(Review { open_issues: vec![issue("INC-1"), issue("INC-2")], ..Review::default() }),
        "INC-1 “Slow” is still open: resolve it, or name it in a follow-up action that carries it on. One more is like it."
    );
    assert_eq!(left(Review { without_workaround: vec!["Old links".into()], ..Review::default() }), "The known error “Old links” has no workaround.");
    assert_eq!(left(Review { not_accepted: vec!["Old links".into()], ..Review::default() }), "Nobody has accepted the known error “Old links”.");
    assert_eq!(
        left(Review { drafts: vec!["Pilot".into()], ..Review::default() }),
        "No mandatory task, survey, incident or problem is open, and every known error is accepted. \
         The survey “Pilot” was never opened and is discarded with the closing."
    );
    assert_eq!(why(Facts { round: Round::default(), ..in_order() }, Requirement::Approved), "The approvers have not been asked yet.");
}

/// Facts as they may be at any time; each is in order with probability `fine`.
fn some_facts(fine: f64) -> impl Strategy<Value = Facts> {
    let ok = move || prop::bool::weighted(fine);
    let milestones = prop_oneof![7 => Just(Milestone::Finished), 1 => prop::sample::select(Milestone::ALL)];
    let confirmations = prop::collection::vec((ok(), prop::option::of(prop::sample::select(Outcome::ALL))), Confirmation::ALL.len());
    let round = (ok(), prop::option::of(prop::sample::select(RoundState::ALL)));
    let waived = prop::collection::btree_map(prop::sample::select(Requirement::ALL), Just("So decided.".to_owned()), 0..3);
    let flags = prop::collection::vec(ok(), 15);
    (flags, prop::collection::vec(milestones, 0..4), confirmations, round, waived).prop_map(|(flags, milestones, confirmations, round, waived)| {
        let unless = |index: usize| if flags[index] { vec![] } else { vec!["Scope"] };
        Facts {
            missing_details: unless(0),
            missing_plan: unless(1),
            risk_assessed: flags[2],
            back_out_plan: flags[3],
            window: flags[4],
            items: usize::from(flags[5]),
            assigned: flags[6],
            open_tasks: unless(7).into_iter().map(str::to_owned).collect(),
            changes: milestones.into_iter().map(change).collect(),
            confirmations: Confirmation::ALL
                .iter()
                .zip(confirmations)
                .filter_map(|(it, (ok, outcome))| if ok { Some((*it, Outcome::Passed)) } else { outcome.map(|outcome| (*it, outcome)) })
                .collect(),
            of_change: false,
            review: Review {
                lacking: if flags[8] { vec![] } else { vec![(Point::Feedback, Lack::Outcome)] },
                open_follow_ups: unless(9).into_iter().map(str::to_owned).collect(),
                open_surveys: unless(10).into_iter().map(str::to_owned).collect(),
                open_tasks: unless(11).into_iter().map(str::to_owned).collect(),
                open_issues: unless(10).into_iter().map(|it| ("INC-1".to_owned(), it.to_owned())).collect(),
                without_workaround: unless(11).into_iter().map(str::to_owned).collect(),
                not_accepted: unless(11).into_iter().map(str::to_owned).collect(),
                drafts: unless(9).into_iter().map(str::to_owned).collect(),
            },
            round: Round { state: if round.0 { Some(RoundState::Approved) } else { round.1 }, ..Round::default() },
            exit: Exit {
                agreed_with: if flags[12] { "Operations".into() } else { String::new() },
                courses: vec![Course { is_current: flags[13], ..course() }],
            },
            handover: handover(if flags[14] { HandoverState::Accepted } else { HandoverState::Asked }),
            waived,
        }
    })
}

/// Somebody tries a transition while the record is like this.
#[derive(Clone, Debug)]
struct Attempt {
    facts: Facts,
    /// Counts round the transitions of the phase.
    transition: usize,
    grades: Grades,
}

/// Mostly the main way out, mostly with everything in order, so that walks get far.
fn some_attempts() -> impl Strategy<Value = Vec<Attempt>> {
    let grade = || prop_oneof![Just(Some(Grade::High)), prop::option::of(prop::sample::select(Grade::ALL))];
    let attempt = (some_facts(0.95), prop_oneof![4 => Just(0), 1 => 0..6usize], grade(), grade());
    prop::collection::vec(attempt.prop_map(|(facts, transition, impact, urgency)| Attempt { facts, transition, grades: Grades { impact, urgency } }), 1..40)
}

/// Why each phase of the main way counts as gone through: it was left with all that it asks, or passed over because it did not apply.
#[derive(Debug)]
enum Passed<'a> {
    Left(&'a Transition, &'a Facts),
    Over(Grades),
}

/// Tries one transition after the other, as the app does, and checks after each that nothing was jumped.
fn walk(workflow: &Workflow, attempts: &[Attempt]) -> Result<(), TestCaseError> {
    let mut phase = workflow.first().unwrap();
    let mut passed: BTreeMap<usize, Passed> = BTreeMap::new();
    for Attempt { facts, transition, grades } in attempts {
        if phase.is_end() {
            (phase, passed) = (workflow.first().unwrap(), BTreeMap::new());
        }
        let transition = &phase.transitions[transition % phase.transitions.len()];
        if readiness(transition, facts).iter().any(Check::blocks) {
            prop_assert!(transition.requirements.iter().any(|it| !holds_or_waived(*it, facts)), "blocked without a reason");
            continue;
        }
        let (from, next) = (workflow.position(&phase.key).unwrap(), workflow.destination(transition, *grades).unwrap());
        let to = workflow.position(&next.key).unwrap();
        match transition.kind {
            TransitionKind::Advance | TransitionKind::Close => {
                passed.insert(from, Passed::Left(transition, facts));
                let between = workflow.position(&transition.to).unwrap()..to;
                passed.extend(between.filter(|it| workflow.phases[*it].kind == PhaseKind::Main).map(|it| (it, Passed::Over(*grades))));
            }
            TransitionKind::Rework => passed.retain(|position, _| *position < to),
            TransitionKind::BackOut | TransitionKind::Abandon => {}
        }
        let high = (grades.impact, grades.urgency) == (Some(Grade::High), Some(Grade::High));
        prop_assert!(next.condition.is_none() || high, "{} was entered", next.key);
        let closed = transition.kind == TransitionKind::Close && phase.kind == PhaseKind::Main;
        phase = next;
        if phase.kind == PhaseKind::Main || closed {
            for (position, before) in workflow.phases.iter().enumerate().filter(|(position, it)| *position < to && it.kind == PhaseKind::Main) {
                match passed.get(&position) {
                    Some(Passed::Left(way, facts)) => {
                        prop_assert!(way.requirements.iter().all(|it| holds_or_waived(*it, facts)), "{} was left too early", before.key);
                        prop_assert!(matches!(way.kind, TransitionKind::Advance | TransitionKind::Close));
                    }
                    Some(Passed::Over(grades)) => {
                        prop_assert!(before.condition.is_some(), "{} was passed over", before.key);
                        prop_assert!((grades.impact, grades.urgency) != (Some(Grade::High), Some(Grade::High)), "{} was passed over", before.key);
                    }
                    None => prop_assert!(false, "{} was jumped on the way to {}", before.key, phase.key),
                }
            }
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn every_requirement_is_listed_once_in_order(
        requirements in prop::sample::subsequence(Requirement::ALL, 0..=Requirement::ALL.len()).prop_shuffle(),
        facts in some_facts(0.5),
    ) {
        let (key, to, label) = ("advance".to_owned(), "plan".to_owned(), "Go on".to_owned());
        let transition = Transition { key, kind: TransitionKind::Advance, to, label, requirements, asks_reason: false, outcome: None };
        let checks = readiness(&transition, &facts);
        prop_assert_eq!(checks.iter().map(|it| it.requirement).collect::<Vec<_>>(), transition.requirements);
        for check in checks {
            let requirement = check.requirement;
            prop_assert_eq!(check.standing == Standing::Met, holds(requirement, &facts), "{:?}", requirement);
            prop_assert_eq!(check.blocks(), !holds_or_waived(requirement, &facts), "{:?}", requirement);
            prop_assert!(check.why.ends_with(['.', '?']), "{}", check.why);
            if let Some(confirmation) = requirement.confirmation().filter(|it| !it.is_replaced(RecordKind::Release)) {
                prop_assert_eq!(check.place, Place::Confirmation(confirmation));
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn no_walk_gets_past_an_unmet_requirement(workflow in prop::sample::select(shipped::workflows()), attempts in some_attempts()) {
        walk(&workflow.1, &attempts)?;
    }
}
