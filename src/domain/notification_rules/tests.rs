//! Which rule counts, and who hears by it.

use super::*;
use crate::domain::ids::{ApprovalId, TaskId};
use proptest::prelude::*;

fn rule(workflow: Option<&str>, phase: Option<&str>, condition: Condition) -> NotificationRule {
    let recipients = Recipients { parties: vec![Party::Watchers], ..Recipients::default() };
    NotificationRule {
        event: Rule::PhaseEntered,
        workflow: workflow.map(str::to_owned),
        phase: phase.map(str::to_owned),
        condition,
        recipients,
        urgency: Urgency::AsPreferred,
    }
}

fn occasion(circumstances: Circumstances) -> Occasion<'static> {
    Occasion { event: Rule::PhaseEntered, workflow: "release-major", phase: "rollout", circumstances }
}

const GRAVE: Circumstances = Circumstances { impact: Some(Grade::High), urgency: Some(Grade::High), emergency: true, late: true };

#[test]
fn the_phase_says_more_than_the_workflow_and_both_more_than_a_condition() {
    let rules = [
        rule(None, None, Condition::Late),
        rule(Some("release-major"), None, Condition::Late),
        rule(None, Some("rollout"), Condition::Always),
        rule(Some("release-major"), Some("rollout"), Condition::Always),
        rule(Some("release-major"), Some("rollout"), Condition::Emergency),
        rule(Some("release-minor"), Some("rollout"), Condition::Late),
        rule(Some("release-major"), Some("plan"), Condition::Late),
    ];
    let counts = |rules: &[NotificationRule], circumstances| most_specific(rules, &occasion(circumstances)).cloned();
    assert_eq!(counts(&rules, GRAVE).as_ref(), Some(&rules[4]));
    assert_eq!(counts(&rules, Circumstances::default()).as_ref(), Some(&rules[3]), "it is no emergency");
    assert_eq!(counts(&rules[..3], GRAVE).as_ref(), Some(&rules[2]));
    assert_eq!(counts(&rules[..2], GRAVE).as_ref(), Some(&rules[1]));
    assert_eq!(counts(&rules[..2], Circumstances::default()), None, "nothing is late");
}

#[test]
fn a_rule_is_about_one_event() {
    let other = NotificationRule { event: Rule::Closed, ..rule(None, None, Condition::Always) };
    assert_eq!(most_specific(&[other], &occasion(GRAVE)), None);
}

#[test]
fn what_concerns_somebody_cannot_be_taken_from_them() {
    let default = [Audience::Approvers(vec![ApprovalId(1)]), Audience::Owner, Audience::Doers(vec![TaskId(2)]), Audience::Asker(UserId(3))];
    let mut rule = rule(None, None, Condition::Always);
    rule.recipients = Recipients { parties: vec![Party::Managers], groups: vec!["cab".into()], people: vec![UserId(7)] };
    let kept = [default[0].clone(), default[2].clone(), default[3].clone()];
    let named = [Audience::Managers, Audience::Members("cab".into()), Audience::Named(UserId(7))];
    assert_eq!(rule.audience(&default), [kept.to_vec(), named.to_vec()].concat());
}

#[test]
fn what_was_turned_off_stays_off_and_what_waits_for_an_answer_is_never_late() {
    for urgency in Urgency::ALL {
        assert_eq!(urgency.delivery(Delivery::Never, false), Delivery::Never, "{urgency:?}");
        assert_eq!(urgency.delivery(Delivery::AtOnce, true), Delivery::AtOnce, "{urgency:?}");
    }
    assert_eq!(Urgency::AtOnce.delivery(Delivery::Digest, false), Delivery::AtOnce);
    assert_eq!(Urgency::Digest.delivery(Delivery::AtOnce, false), Delivery::Digest);
    assert_eq!(Urgency::AsPreferred.delivery(Delivery::Digest, false), Delivery::Digest);
}

#[test]
fn a_rule_that_changes_nothing_is_refused() {
    let asked = NotificationRule { event: Rule::ApprovalAsked, recipients: Recipients::default(), ..rule(None, None, Condition::Always) };
    assert_eq!(asked.check(), Err(RuleRefusal::Idle));
    assert_eq!(NotificationRule { urgency: Urgency::AtOnce, ..asked.clone() }.check(), Ok(()));
    assert_eq!(NotificationRule { event: Rule::WindowMoved, ..asked.clone() }.check(), Ok(()), "nobody hears of it then");
    assert_eq!(NotificationRule { event: Rule::Delegation, ..asked }.check(), Err(RuleRefusal::NotRuled));
}

fn any_rule() -> impl Strategy<Value = NotificationRule> {
    let place = |keys: &'static [&'static str]| proptest::option::of(proptest::sample::select(keys));
    (place(&["release-major", "release-minor"]), place(&["rollout", "plan"]), proptest::sample::select(Condition::ALL))
        .prop_map(|(workflow, phase, condition)| rule(workflow, phase, condition))
}

fn any_circumstances() -> impl Strategy<Value = Circumstances> {
    let grade = || proptest::option::of(proptest::sample::select(Grade::ALL));
    (grade(), grade(), any::<bool>(), any::<bool>()).prop_map(|(impact, urgency, emergency, late)| Circumstances { impact, urgency, emergency, late })
}

proptest! {
    /// Whatever rules there are and in whichever order: one that applies counts, and none that applies says more.
    #[test]
    fn the_most_specific_of_those_that_apply_counts_in_any_order(mut rules in proptest::collection::vec(any_rule(), 0..12), circumstances in any_circumstances()) {
        let occasion = occasion(circumstances);
        let counts = most_specific(&rules, &occasion).cloned();
        prop_assert_eq!(counts.is_some(), rules.iter().any(|it| it.applies(&occasion)));
        if let Some(counts) = &counts {
            prop_assert!(counts.applies(&occasion));
            prop_assert!(rules.iter().filter(|it| it.applies(&occasion)).all(|it| it.rank() <= counts.rank()));
        }
        rules.reverse();
        prop_assert_eq!(most_specific(&rules, &occasion).cloned(), counts);
    }

    /// What a rule says is read back as it was kept.
    #[test]
    fn a_rule_is_read_back_as_it_was_kept(rule in any_rule()) {
        let kept = serde_json::to_value(&rule).expect("it is kept");
        prop_assert_eq!(serde_json::from_value::<NotificationRule>(kept).expect("it is read"), rule);
    }
}
