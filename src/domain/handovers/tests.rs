//! How far a handover is, in sentences.

use super::*;
use chrono::TimeZone;
use proptest::prelude::*;

fn at(hour: u32) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 2, hour, 0, 0).single().expect("a moment")
}

fn request(state: HandoverState) -> Request {
    let text = |it: &str| it.to_owned();
    Request {
        state,
        group: text("Operations"),
        asked: day(at(12), chrono_tz::Tz::UTC),
        settled: day(at(13), chrono_tz::Tz::UTC),
        by: text("Olga"),
        answer: text("The runbook is missing"),
    }
}

#[test]
fn the_sentence_says_what_to_do_next() {
    let none = |items, open_items| Handover { items, open_items, request: None };
    let with = |state| Handover { items: 6, open_items: 0, request: Some(request(state)) };
    let said = [
        (none(0, 0), false, "The checklist of the handover is empty."),
        (none(6, 1), false, "One point of the checklist is still open."),
        (none(6, 2), false, "2 points of the checklist are still open."),
        (none(6, 0), false, "Ask the group that takes support over."),
        (with(HandoverState::Asked), false, "Operations has been asked since Monday 2 March."),
        (with(HandoverState::Declined), false, "Declined by Olga: The runbook is missing. Put it right and ask again."),
        (with(HandoverState::Withdrawn), false, "Ask the group that takes support over."),
        (with(HandoverState::Accepted), true, "Accepted by Olga for Operations on Monday 2 March."),
    ];
    for (handover, met, sentence) in said {
        assert_eq!(handover.verdict(), (met, sentence.to_owned()));
    }
}

#[test]
fn a_long_reason_is_cut_in_the_sentence() {
    let long = Request { answer: "é".repeat(500), ..request(HandoverState::Declined) };
    let (_, said) = Handover { items: 1, open_items: 0, request: Some(long) }.verdict();
    assert!(said.chars().count() < 230 && said.contains("…"), "{said}");
}

#[test]
fn a_day_is_that_of_the_reader() {
    let late = Utc.with_ymd_and_hms(2026, 3, 2, 23, 30, 0).single().expect("a moment");
    assert_eq!(day(late, chrono_tz::Tz::Europe__Berlin), "Tuesday 3 March");
}

const RECEIVERS: [Receiver; 5] = [Receiver::May, Receiver::Closed, Receiver::NoRight, Receiver::Own, Receiver::NoMember];

proptest! {
    /// A link opens the form only for who may answer what is awaited, in its time.
    #[test]
    fn only_what_is_awaited_is_open(state in 0..HandoverState::ALL.len(), receiver in 0..RECEIVERS.len(), current: bool, late: bool) {
        let (state, receiver) = (HandoverState::ALL[state], RECEIVERS[receiver]);
        let expires_at = Some(if late { at(11) } else { at(13) });
        let found = standing(&Facts { now: at(12), expires_at, state, current, receiver });
        let open = !late && current && state == HandoverState::Asked && receiver == Receiver::May;
        prop_assert_eq!(found == Standing::Open, open);
        prop_assert_eq!(found == Standing::Expired, late);
        let settled = matches!(state, HandoverState::Accepted | HandoverState::Declined);
        prop_assert_eq!(found == Standing::Settled, settled && !late, "what is answered is shown, whoever asks");
    }
}
