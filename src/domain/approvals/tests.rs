//! The five rules against the table of PROCESS section 5, rounds step by step, and what a decision is bound to.

use super::*;
use proptest::prelude::*;
use std::collections::BTreeSet;

const RULES: [Rule; 15] = [
    Rule::All,
    Rule::AllImmediateDenial,
    Rule::One,
    Rule::Quorum,
    Rule::Percentage(1),
    Rule::Percentage(25),
    Rule::Percentage(33),
    Rule::Percentage(34),
    Rule::Percentage(50),
    Rule::Percentage(51),
    Rule::Percentage(66),
    Rule::Percentage(67),
    Rule::Percentage(75),
    Rule::Percentage(99),
    Rule::Percentage(100),
];

/// The table, read word for word. An answer is `Some(true)` for approved, `Some(false)` for denied, `None` while it is awaited.
fn table(rule: Rule, answers: &[Option<bool>]) -> Verdict {
    let n = answers.len();
    let said = |it| answers.iter().filter(|answer| **answer == Some(it)).count();
    let all_answered = answers.iter().all(Option::is_some);
    let reachable = |passes: &dyn Fn(usize) -> bool| completions(answers).iter().any(|whole| passes(whole.iter().filter(|it| **it).count()));
    let more_than_half = |approved: usize| approved + approved > n;
    let (approved, denied) = match rule {
        Rule::All => (said(true) == n, all_answered && said(false) >= 1),
        Rule::AllImmediateDenial => (said(true) == n, said(false) >= 1),
        Rule::One => (said(true) >= 1, said(false) == n),
        Rule::Quorum => (more_than_half(said(true)), !reachable(&more_than_half)),
        Rule::Percentage(p) => {
            let at_least_p = |approved: usize| approved as f64 * 100.0 / n as f64 >= f64::from(p);
            (at_least_p(said(true)), !reachable(&at_least_p))
        }
    };
    assert!(!(approved && denied), "the table contradicts itself");
    if approved {
        Verdict::Approved
    } else if denied {
        Verdict::Denied
    } else {
        Verdict::Open
    }
}

/// Every way in which those who are still awaited could answer.
fn completions(answers: &[Option<bool>]) -> Vec<Vec<bool>> {
    answers.iter().fold(vec![Vec::new()], |sofar, answer| {
        let choices = match answer {
            Some(said) => vec![*said],
            None => vec![false, true],
        };
        sofar.iter().flat_map(|start| choices.iter().map(move |next| [start.as_slice(), &[*next]].concat())).collect()
    })
}

/// Everything that `n` people can have answered so far.
fn situations(n: usize) -> Vec<Vec<Option<bool>>> {
    (0..n).fold(vec![Vec::new()], |sofar, _| {
        sofar.iter().flat_map(|start| [None, Some(false), Some(true)].map(|next| [start.as_slice(), &[next]].concat())).collect()
    })
}

fn verdict(rule: Rule, answers: &[Option<bool>]) -> Verdict {
    rule.verdict(Tally::of(answers.iter().map(|it| match it {
        Some(true) => ApprovalState::Approved,
        Some(false) => ApprovalState::Denied,
        None => ApprovalState::Pending,
    })))
}

#[test]
fn every_rule_settles_as_the_table_says() {
    for n in 1..=7 {
        for answers in situations(n) {
            for rule in RULES {
                assert_eq!(verdict(rule, &answers), table(rule, &answers), "{rule:?} with {answers:?}");
            }
        }
    }
}

#[test]
fn a_settled_step_needs_no_further_answer() {
    for n in 1..=6 {
        for answers in situations(n) {
            for whole in completions(&answers) {
                let whole: Vec<Option<bool>> = whole.into_iter().map(Some).collect();
                for rule in RULES {
                    let (now, then) = (verdict(rule, &answers), verdict(rule, &whole));
                    assert!(now == Verdict::Open || now == then, "{rule:?} with {answers:?} is {now:?}, but could become {then:?}");
                    assert_ne!(then, Verdict::Open, "{rule:?} stays open although all answered {whole:?}");
                }
            }
        }
    }
}

#[test]
fn asking_nobody_settles_nothing() {
    for rule in RULES {
        assert_eq!(rule.verdict(Tally::default()), Verdict::Open, "{rule:?}");
    }
}

#[test]
fn a_rule_reads_back_from_its_columns_and_from_a_workflow() {
    for rule in RULES {
        assert_eq!(Rule::of_row(rule.word(), rule.percent()), rule);
        assert_eq!(serde_json::from_value::<Rule>(serde_json::to_value(rule).unwrap()).unwrap(), rule);
        assert!(!rule.words().is_empty());
    }
    assert_eq!(serde_json::from_str::<Rule>(r#"{"percentage": 60}"#).unwrap(), Rule::Percentage(60));
    assert_eq!(serde_json::from_str::<Rule>(r#""all_immediate_denial""#).unwrap(), Rule::AllImmediateDenial);
}

fn a_rule() -> impl Strategy<Value = Rule> {
    prop_oneof![Just(Rule::All), Just(Rule::AllImmediateDenial), Just(Rule::One), Just(Rule::Quorum), (1..=100u8).prop_map(Rule::Percentage)]
}

fn a_verdict() -> impl Strategy<Value = Verdict> {
    prop_oneof![2 => Just(Verdict::Approved), 1 => Just(Verdict::Open), 1 => Just(Verdict::Denied)]
}

fn some_steps() -> impl Strategy<Value = Vec<StepVerdict>> {
    prop::collection::vec((1..=4i32, a_verdict()).prop_map(|(position, verdict)| StepVerdict { position, verdict }), 1..7)
}

/// A round, walked through position by position as PROCESS tells it.
fn walked(steps: &[StepVerdict]) -> (RoundState, Vec<StepState>) {
    let positions: BTreeSet<i32> = steps.iter().map(|it| it.position).collect();
    let mut states = vec![StepState::Waiting; steps.len()];
    let mut round = RoundState::Approved;
    for position in positions {
        let side_by_side: Vec<usize> = (0..steps.len()).filter(|index| steps[*index].position == position).collect();
        let any = |verdict| side_by_side.iter().any(|index| steps[*index].verdict == verdict);
        let was = round;
        if was == RoundState::Approved && any(Verdict::Denied) {
            round = RoundState::Denied;
        } else if was == RoundState::Approved && any(Verdict::Open) {
            round = RoundState::Open;
        }
        for index in side_by_side {
            states[index] = match (was, steps[index].verdict) {
                (RoundState::Approved, Verdict::Approved) => StepState::Approved,
                (RoundState::Approved, Verdict::Denied) => StepState::Denied,
                (RoundState::Approved, Verdict::Open) if round == RoundState::Denied => StepState::NotNeeded,
                (RoundState::Approved, Verdict::Open) => StepState::Open,
                (RoundState::Open, _) => StepState::Waiting,
                (RoundState::Denied | RoundState::Withdrawn, _) => StepState::NotNeeded,
            };
        }
    }
    (round, states)
}

proptest! {
    #[test]
    fn the_table_holds_after_every_decision_and_retraction(
        rule in a_rule(),
        n in 1..=7usize,
        moves in prop::collection::vec((any::<prop::sample::Index>(), any::<Option<bool>>()), 0..30),
    ) {
        let mut answers = vec![None; n];
        for (who, answer) in moves {
            answers[who.index(n)] = answer;
            prop_assert_eq!(verdict(rule, &answers), table(rule, &answers), "{:?}", answers);
        }
    }

    #[test]
    fn who_answers_first_does_not_matter(rule in a_rule(), answers in prop::collection::vec(any::<Option<bool>>(), 1..12)) {
        let mut turned = answers.clone();
        turned.reverse();
        prop_assert_eq!(verdict(rule, &answers), verdict(rule, &turned));
    }

    #[test]
    fn a_round_runs_its_steps_in_order(steps in some_steps()) {
        prop_assert_eq!(round(&steps), walked(&steps));
    }

    #[test]
    fn the_order_in_which_steps_are_listed_does_not_matter(steps in some_steps()) {
        let mut turned = steps.clone();
        turned.reverse();
        let (state, mut states) = round(&turned);
        states.reverse();
        prop_assert_eq!(round(&steps), (state, states));
    }

    #[test]
    fn only_an_open_round_has_open_or_waiting_steps(steps in some_steps()) {
        let (state, states) = round(&steps);
        let unsettled = states.iter().any(|it| matches!(it, StepState::Open | StepState::Waiting));
        prop_assert_eq!(state == RoundState::Open, unsettled);
        prop_assert_eq!(state == RoundState::Denied, states.contains(&StepState::Denied));
    }
}

#[test]
fn a_round_that_asks_nobody_approves_nothing() {
    assert_eq!(round(&[]), (RoundState::Open, vec![]));
}

#[test]
fn a_cab_waits_for_the_step_before_it() {
    let steps = |first, second| [StepVerdict { position: 1, verdict: first }, StepVerdict { position: 2, verdict: second }];
    assert_eq!(round(&steps(Verdict::Open, Verdict::Open)), (RoundState::Open, vec![StepState::Open, StepState::Waiting]));
    assert_eq!(round(&steps(Verdict::Approved, Verdict::Open)), (RoundState::Open, vec![StepState::Approved, StepState::Open]));
    assert_eq!(round(&steps(Verdict::Denied, Verdict::Open)), (RoundState::Denied, vec![StepState::Denied, StepState::NotNeeded]));
    assert_eq!(round(&steps(Verdict::Approved, Verdict::Approved)), (RoundState::Approved, vec![StepState::Approved, StepState::Approved]));
}

fn content(parts: &[(&str, &str)]) -> Content {
    Content(parts.iter().map(|(part, text)| ((*part).to_owned(), (*text).to_owned())).collect())
}

/// Short names and texts from few letters, so that neighbours collide where a digest is careless.
fn a_content() -> impl Strategy<Value = Content> {
    prop::collection::btree_map("[ab]{0,2}", "[ab]{0,3}", 0..4).prop_map(Content)
}

proptest! {
    #[test]
    fn no_two_contents_have_one_digest(one in a_content(), other in a_content()) {
        prop_assert_eq!(one == other, one.digest() == other.digest());
    }

    #[test]
    fn text_moved_to_the_next_part_is_another_content(text in "\\PC{1,12}", cut in any::<prop::sample::Index>(), other in any::<prop::sample::Index>()) {
        let at = |index: &prop::sample::Index| text.char_indices().map(|(at, _)| at).chain([text.len()]).nth(index.index(text.chars().count() + 1)).unwrap();
        let split = |at: usize| content(&[("plan", &text[..at]), ("scope", &text[at..])]);
        prop_assert_eq!(at(&cut) == at(&other), split(at(&cut)).digest() == split(at(&other)).digest());
    }

    #[test]
    fn differences_turn_what_was_seen_into_what_is(before in a_content(), now in a_content()) {
        let mut patched = before.0.clone();
        for difference in now.differences(&before) {
            prop_assert_ne!(&difference.before, &difference.after);
            prop_assert_eq!(patched.insert(difference.part, difference.after).unwrap_or_default(), difference.before);
        }
        let said = |parts: &BTreeMap<String, String>| parts.clone().into_iter().filter(|(_, text)| !text.is_empty()).collect::<BTreeMap<_, _>>();
        prop_assert_eq!(said(&patched), said(&now.0));
    }

    #[test]
    fn differences_are_listed_once_each_and_read_the_other_way_round(before in a_content(), now in a_content()) {
        let (there, back) = (now.differences(&before), before.differences(&now));
        prop_assert!(there.windows(2).all(|pair| pair[0].part < pair[1].part));
        let turned: Vec<Difference> = back.into_iter().map(|it| Difference { part: it.part, before: it.after, after: it.before }).collect();
        prop_assert_eq!(there, turned);
    }
}

#[test]
fn a_digest_stays_what_it_was_when_the_program_is_updated() {
    // Computed outside: each piece behind its length in eight bytes, through SHA-256.
    let seen = content(&[("scope", "Payroll"), ("window", "")]);
    assert_eq!(seen.digest(), "4d6b5a817371841a11e62c0494a3c1b982a9208ec5540da12059c64b13618e6e");
}
