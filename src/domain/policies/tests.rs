//! What a policy allows: who waives, how often and how close releases ship, and that it reads back as it was written.

use super::*;
use crate::domain::people::Role;
use chrono::{Days, NaiveDate};
use proptest::prelude::*;

const CATEGORIES: [&str; 3] = ["major", "minor", "emergency"];

fn day(offset: u64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, 2).unwrap().checked_add_days(Days::new(offset)).unwrap()
}

fn on(category: &str, offset: u64) -> Shipment {
    Shipment { name: format!("Payroll {category} {offset}"), category: category.to_owned(), on: day(offset) }
}

fn kinds() -> Vec<Kind> {
    [("major", "Major", Level::Major), ("minor", "Minor", Level::Minor), ("emergency", "Emergency", Level::Emergency)]
        .map(|(key, name, level)| Kind { key: key.into(), name: name.into(), level })
        .to_vec()
}

fn a_strictness() -> impl Strategy<Value = Strictness> {
    prop::sample::select(Strictness::ALL.to_vec())
}

fn a_category() -> impl Strategy<Value = String> {
    prop::sample::select(CATEGORIES.to_vec()).prop_map(str::to_owned)
}

fn a_frequency() -> impl Strategy<Value = Frequency> {
    (1..5u32, 1..60u32, a_strictness()).prop_map(|(count, days, strictness)| Frequency { count, days, strictness })
}

prop_compose! {
    fn a_policy()(
        numbering in prop::collection::btree_map(a_category(), 1..=3u8, 0..3),
        frequency in prop::collection::btree_map(a_category(), a_frequency(), 0..3),
        (days, strictness) in (0..40u32, a_strictness()),
        between in prop::sample::subsequence(CATEGORIES.to_vec(), 0..=3),
        wishes in prop::collection::vec((prop::sample::select(waivable().collect::<Vec<_>>()), prop::sample::subsequence(Role::ALL.to_vec(), 0..=3)), 0..6),
        self_approval in any::<bool>(),
        (session_life, shortest_password) in (8..500u32, 15..29u32),
    ) -> Policy {
        let spacing = Spacing { days, between: between.into_iter().map(str::to_owned).collect(), strictness };
        let security = Security { session_life, shortest_password, ..Security::default() };
        let mut policy = Policy { numbering, frequency, spacing, self_approval, security, ..Policy::default() };
        for (requirement, roles) in wishes {
            policy.let_waive(requirement, &roles);
        }
        policy
    }
}

fn a_shipment() -> impl Strategy<Value = Shipment> {
    (a_category(), 0..120u64).prop_map(|(category, offset)| on(&category, offset))
}

proptest! {
    #[test]
    fn a_policy_reads_back_as_it_is_written(policy in a_policy()) {
        let text = serde_json::to_value(&policy).unwrap();
        prop_assert_eq!(serde_json::from_value::<Policy>(text).unwrap(), policy);
    }

    #[test]
    fn two_policies_differ_in_words_just_when_they_differ(one in a_policy(), other in a_policy()) {
        prop_assert!(changes(&one, &one, &kinds()).is_empty());
        let same = |it: &Policy| {
            let mut it = it.clone();
            let stated = it.numbering.clone();
            for kind in kinds() {
                if let Some(parts) = stated.get(&kind.key) {
                    it.number(&kind.key, kind.level, *parts);
                }
            }
            // How strict no rule is says nothing.
            if it.spacing.days == 0 {
                it.spacing.strictness = Strictness::Warn;
            }
            it
        };
        prop_assert_eq!(changes(&one, &other, &kinds()).is_empty(), same(&one) == same(&other));
    }

    #[test]
    fn nobody_waives_an_approval_and_only_those_named_anything_else(policy in a_policy(), roles in prop::sample::subsequence(Role::ALL.to_vec(), 0..=6)) {
        prop_assert!(!policy.may_waive(Requirement::Approved, &roles));
        for requirement in waivable() {
            let named = policy.waivers_of(requirement);
            prop_assert!(named.iter().all(|it| WAIVING.contains(it)));
            prop_assert_eq!(policy.may_waive(requirement, &roles), roles.iter().any(|it| named.contains(it)));
        }
    }

    #[test]
    fn the_day_that_is_offered_is_free_and_none_before_it(policy in a_policy(), new in a_shipment(), others in prop::collection::vec(a_shipment(), 0..8)) {
        let free = policy.free_from(&new, &others).unwrap();
        let breaches = |on| policy.breaches(&Shipment { on, ..new.clone() }, "Major", &others);
        prop_assert!(breaches(free).is_empty());
        for earlier in new.on.iter_days().take_while(|it| *it < free) {
            prop_assert!(!breaches(earlier).is_empty(), "{earlier} is free, and {free} was offered");
        }
    }

    #[test]
    fn no_span_holds_more_than_the_frequency_lets(policy in a_policy(), wishes in prop::collection::vec(a_shipment(), 0..20)) {
        let mut taken: Vec<Shipment> = Vec::new();
        for wish in wishes {
            if policy.breaches(&wish, "Some", &taken).is_empty() {
                taken.push(wish);
            }
        }
        for (category, rule) in &policy.frequency {
            for first in &taken {
                let inside = |it: &&Shipment| it.category == *category && (0..i64::from(rule.days)).contains(&(it.on - first.on).num_days());
                prop_assert!(taken.iter().filter(inside).count() <= rule.count as usize);
            }
        }
        let planned: Vec<&Shipment> = taken.iter().filter(|it| !policy.spacing.between.contains(&it.category)).collect();
        for (at, one) in planned.iter().enumerate() {
            prop_assert!(planned[at + 1..].iter().all(|it| (it.on - one.on).num_days().abs() >= i64::from(policy.spacing.days)));
        }
    }
}

#[test]
fn by_default_nothing_is_ruled_that_was_not_before() {
    let policy = Policy::default();
    assert!(policy.faults().is_empty());
    assert!(!policy.rules_dates_of("major") && policy.breaches(&on("major", 1), "Major", &[on("major", 1)]).is_empty());
    assert_eq!([Level::Major, Level::Minor, Level::Emergency].map(|it| policy.parts_of(it.word(), it)), [1, 2, 3]);
    assert!(policy.may_waive(Requirement::WindowSet, &[Role::ReleaseManager]) && !policy.may_waive(Requirement::WindowSet, &[Role::ReleaseCoordinator]));
    assert!(!policy.self_approval);
}

#[test]
fn too_often_says_what_is_there_and_when_it_is_free() {
    let rule = Frequency { count: 1, days: 90, strictness: Strictness::Refuse };
    let policy = Policy { frequency: BTreeMap::from([("major".into(), rule)]), ..Policy::default() };
    let breaches = policy.breaches(&on("major", 30), "Major", &[on("major", 0), on("minor", 29)]);
    assert_eq!(
        breaches,
        [Breach {
            strictness: Strictness::Refuse,
            message: "Major releases of one CI ship at most once in 90 days, and there is Payroll major 0 on Mon 2 Mar 2026 already. \
                      The next day that is free is Sun 31 May 2026."
                .into()
        }]
    );
    assert!(policy.breaches(&on("minor", 1), "Minor", &[on("minor", 0)]).is_empty(), "of minor ones nothing is said");
}

#[test]
fn what_may_ship_in_between_needs_no_distance() {
    let spacing = Spacing { days: 14, between: vec!["emergency".into()], strictness: Strictness::Warn };
    let policy = Policy { spacing, ..Policy::default() };
    let others = [on("major", 20)];
    assert!(policy.breaches(&on("emergency", 20), "Emergency", &others).is_empty());
    let breaches = policy.breaches(&on("minor", 10), "Minor", &others);
    assert_eq!(
        breaches[0].message,
        "Planned releases of one CI are at least 14 days apart, and Payroll major 20 ships on Sun 22 Mar 2026. The next day that is free is Sun 5 Apr 2026."
    );
    assert!(!breaches[0].refuses());
    assert!(policy.breaches(&on("minor", 6), "Minor", &others).is_empty(), "14 days are enough");
}

#[test]
fn what_refuses_names_the_way_out() {
    let rule = Frequency { count: 1, days: 20, strictness: Strictness::Refuse };
    let spacing = Spacing { days: 30, between: Vec::new(), strictness: Strictness::Warn };
    let policy = Policy { frequency: BTreeMap::from([("major".into(), rule)]), spacing, ..Policy::default() };
    let breaches = policy.breaches(&on("major", 10), "Major", &[on("major", 0)]);
    assert_eq!(breaches.iter().map(Breach::refuses).collect::<Vec<_>>(), [false, true]);
    assert!(breaches[1].message.ends_with("The next day that is free is Wed 1 Apr 2026."), "{breaches:?}");
}

#[test]
fn a_policy_that_cannot_be_is_said_where() {
    let fields = |policy: Policy| policy.faults().into_iter().map(|it| it.field).collect::<Vec<_>>();
    let security = Security { session_idle: 4, session_life: 0, shortest_password: 14, sign_in_attempts: 2, lock_minutes: 0, ..Security::default() };
    assert_eq!(
        fields(Policy { security, ..Policy::default() }),
        ["session_idle", "session_life", "shortest_password", "sign_in_attempts", "lock_minutes", "session_idle"]
    );
    let rule = Frequency { count: 0, days: 90, strictness: Strictness::Warn };
    assert_eq!(fields(Policy { frequency: BTreeMap::from([("major".into(), rule)]), ..Policy::default() }), ["frequency"]);
    assert_eq!(fields(Policy { numbering: BTreeMap::from([("major".into(), 4)]), ..Policy::default() }), ["numbering"]);
    assert_eq!(fields(Policy { spacing: Spacing { days: 1000, ..Spacing::default() }, ..Policy::default() }), ["gap"]);
}
