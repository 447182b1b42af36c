//! What a link opens, for every state of what stands behind it.

use super::*;

fn facts() -> Facts {
    let now = DateTime::<Utc>::UNIX_EPOCH;
    Facts {
        now,
        expires_at: now + Duration::days(DAYS),
        approval: ApprovalState::Pending,
        round: RoundState::Open,
        current: true,
        replaced: false,
        holder: Holder::May,
    }
}

#[test]
fn a_code_is_six_digits_however_it_is_typed() {
    for typed in ["012345", " 012 345 ", "012-345"] {
        assert_eq!(Code::parse(typed).map(|it| it.to_string()), Ok("012345".to_owned()), "{typed}");
    }
    for typed in ["", "12345", "1234567", "12345a", "１２３４５６", "+12345"] {
        assert_eq!(Code::parse(typed), Err(NoCode), "{typed}");
    }
    assert_eq!(Code::of_hash(&[0; 32]).to_string(), "000000");
    assert_eq!(Code::of_hash(&[255; 32]).to_string(), (u64::MAX % 1_000_000).to_string());
}

#[test]
fn the_fifth_wrong_code_in_a_row_locks_for_a_quarter_of_an_hour() {
    let now = DateTime::<Utc>::UNIX_EPOCH;
    let (mut guard, mut said) = (Guard::default(), Vec::new());
    for _ in 0..5 {
        let (knock, after) = guard.knock(false, now);
        guard = after;
        said.push(knock);
    }
    let wrong = |left| Knock::Wrong { left };
    assert_eq!(said, [wrong(4), wrong(3), wrong(2), wrong(1), Knock::Locked]);
    assert_eq!(guard.knock(true, now + LOCK - Duration::seconds(1)), (Knock::Locked, guard), "not even with the right one, and it lasts no longer for that");
    assert_eq!(guard.knock(false, now + LOCK).0, wrong(4));
    assert_eq!(guard.knock(true, now + LOCK), (Knock::In, Guard::default()));
    let once = Guard::default().knock(false, now).1;
    assert_eq!(once.knock(true, now), (Knock::In, Guard::default()), "a right one forgets the wrong ones");
}

#[test]
fn only_what_is_awaited_of_somebody_who_may_is_open() {
    for approval in ApprovalState::ALL {
        for round in RoundState::ALL {
            for current in [true, false] {
                for holder in [Holder::May, Holder::Closed, Holder::NoRight, Holder::Own, Holder::StoodIn] {
                    for late in [true, false] {
                        let mut it = Facts { approval: *approval, round: *round, current, holder, ..facts() };
                        if late {
                            it.now = it.expires_at;
                        }
                        let open = *approval == ApprovalState::Pending && *round != RoundState::Withdrawn && current && holder == Holder::May && !late;
                        assert_eq!(standing(&it) == Standing::Open, open, "{it:?}");
                    }
                }
            }
        }
    }
}

#[test]
fn each_end_is_named() {
    let at = |change: fn(&mut Facts)| {
        let mut it = facts();
        change(&mut it);
        standing(&it)
    };
    assert_eq!(at(|it| it.now = it.expires_at), Standing::Expired);
    assert_eq!(at(|it| it.approval = ApprovalState::Denied), Standing::Decided);
    assert_eq!(at(|it| it.approval = ApprovalState::Waiting), Standing::NotYet);
    assert_eq!(at(|it| it.approval = ApprovalState::Excluded), Standing::Barred(Holder::Own));
    assert_eq!(at(|it| (it.approval, it.replaced) = (ApprovalState::Excluded, true)), Standing::Replaced);
    assert_eq!(at(|it| (it.approval, it.round) = (ApprovalState::NotNeeded, RoundState::Withdrawn)), Standing::Withdrawn);
    assert_eq!(at(|it| (it.approval, it.round) = (ApprovalState::NotNeeded, RoundState::Approved)), Standing::NotNeeded);
    assert_eq!(at(|it| (it.approval, it.current) = (ApprovalState::NotNeeded, false)), Standing::Superseded);
    assert_eq!(at(|it| it.holder = Holder::StoodIn), Standing::Barred(Holder::StoodIn));
}

#[test]
fn a_decision_is_undone_for_ten_minutes_and_retracted_while_the_round_is_open() {
    let at = DateTime::<Utc>::UNIX_EPOCH;
    let after = |minutes, round, current| may_take_back(round, current, Some(at), at + Duration::minutes(minutes));
    for round in [RoundState::Approved, RoundState::Denied] {
        assert!(after(9, round, true));
        assert!(!after(10, round, true));
        assert!(!after(9, round, false));
    }
    assert!(after(600, RoundState::Open, true));
    assert!(!after(1, RoundState::Open, false));
    assert!(!after(1, RoundState::Withdrawn, true));
}
