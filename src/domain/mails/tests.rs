//! When another try is worth it, and which mails nobody needs any more.

use super::*;
use proptest::prelude::*;

#[test]
fn delays_double_up_to_six_hours_and_tries_go_on_for_four_days() {
    let minutes: Vec<i64> = (1..MOST_TRIES)
        .map(|tries| match Fault::Passing.verdict(tries, 0.5) {
            Verdict::TryAgain(delay) => delay.num_minutes(),
            Verdict::Wait(_) | Verdict::Fail | Verdict::Pause => panic!("given up after {tries}"),
        })
        .collect();
    assert_eq!(minutes[..11], [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360]);
    assert!(minutes[11..].iter().all(|it| *it == 360));
    let days = Duration::minutes(minutes.iter().sum());
    assert!(days >= Duration::days(4) && days < Duration::days(5), "{days}");
    assert_eq!(Fault::Passing.verdict(MOST_TRIES, 0.5), Verdict::Fail);
    assert_eq!(Fault::Refused.verdict(1, 0.5), Verdict::Fail);
    assert_eq!(Fault::Credentials.verdict(400, 0.5), Verdict::Pause);
    assert_eq!(Fault::Away.verdict(400, 0.5), Verdict::Wait(Duration::seconds(40)), "a server that is away says nothing about the mail");
}

proptest! {
    #[test]
    fn a_delay_stays_within_its_bounds(tries in 1..MOST_TRIES, chance in 0.0f64..1.0) {
        let Verdict::TryAgain(delay) = Fault::Passing.verdict(tries, chance) else { panic!("given up") };
        prop_assert!(delay >= SHORTEST_DELAY * 3 / 4 && delay <= LONGEST_DELAY * 5 / 4, "{delay}");
    }
}

fn about(rule: Rule, approval: Option<ApprovalState>) -> Facts {
    Facts { rule: Some(rule), approval, handover: None, asked: Asked::Certainly, settled: false, wanted: None, disabled: false, age: Duration::zero() }
}

#[test]
fn who_asked_is_answered_only_while_it_is_awaited() {
    for state in ApprovalState::ALL {
        let sent = relevance(&about(Rule::ApprovalAsked, Some(*state))) == Relevance::Send;
        assert_eq!(sent, *state == ApprovalState::Pending, "{state:?}");
    }
}

#[test]
fn who_asked_for_support_to_be_taken_over_is_answered_only_while_it_is_awaited() {
    for state in HandoverState::ALL {
        let facts = Facts { handover: Some(*state), age: STALE_AFTER * 2, ..about(Rule::HandoverAsked, None) };
        assert_eq!(relevance(&facts) == Relevance::Send, *state == HandoverState::Asked, "{state:?}");
    }
}

#[test]
fn nothing_is_taken_back_that_was_never_asked() {
    let facts = about(Rule::ApprovalNotNeeded, Some(ApprovalState::NotNeeded));
    assert_eq!(relevance(&facts), Relevance::Send);
    assert_eq!(relevance(&Facts { asked: Asked::Perhaps, ..facts }), Relevance::Wait);
    assert!(matches!(relevance(&Facts { asked: Asked::Never, ..facts }), Relevance::Cancel(_)));
    assert!(matches!(relevance(&about(Rule::ApprovalNotNeeded, Some(ApprovalState::Pending))), Relevance::Cancel(_)));
}

#[test]
fn old_news_and_closed_accounts_get_nothing() {
    let facts = about(Rule::Closed, None);
    assert_eq!(relevance(&facts), Relevance::Send);
    assert!(matches!(relevance(&Facts { age: STALE_AFTER + Duration::minutes(1), ..facts }), Relevance::Cancel(_)));
    assert!(matches!(relevance(&Facts { settled: true, ..facts }), Relevance::Cancel(_)));
    assert!(matches!(relevance(&Facts { disabled: true, ..facts }), Relevance::Cancel(_)));
    let old = Facts { rule: None, approval: None, age: Duration::days(30), ..facts };
    assert_eq!(relevance(&Facts { wanted: Some(Wanted::Yes), ..old }), Relevance::Send, "a survey is open for as long as it is");
    for wanted in [Wanted::Answered, Wanted::Refused, Wanted::Closed, Wanted::Gone] {
        assert!(matches!(relevance(&Facts { wanted: Some(wanted), ..facts }), Relevance::Cancel(_)));
    }
    assert_eq!(relevance(&Facts { age: STALE_AFTER * 2, ..about(Rule::ApprovalAsked, Some(ApprovalState::Pending)) }), Relevance::Send);
}
