//! What releases and RFCs have in common, against the published table.

use super::*;
use Grade::{High, Low, Medium};

#[test]
fn the_risk_matrix_is_as_published() {
    let row = |impact| [Low, Medium, High].map(|likelihood| risk(Some(impact), Some(likelihood)).unwrap());
    assert_eq!([row(Low), row(Medium), row(High)], [[Low, Low, Medium], [Low, Medium, High], [Medium, High, High]]);
}

#[test]
fn a_risk_needs_both_factors() {
    assert_eq!(risk(Some(High), None), None);
}

#[test]
fn numbers_say_what_they_number() {
    assert_eq!(RecordKind::Release.number(RecordId(42)), "REL-00042");
    assert_eq!(RecordKind::Change.number(RecordId(107)), "RFC-00107");
}

#[test]
fn more_impact_or_likelihood_is_never_less_risk() {
    for impact in Grade::ALL {
        for likelihood in Grade::ALL {
            let here = risk(Some(*impact), Some(*likelihood));
            assert_eq!(here, risk(Some(*likelihood), Some(*impact)));
            assert!(Grade::ALL.iter().filter(|it| *it > impact).all(|it| risk(Some(*it), Some(*likelihood)) >= here));
        }
    }
}

#[test]
fn milestones_are_in_the_order_of_the_work() {
    let order = [Milestone::Registered, Milestone::Authorised, Milestone::Implemented, Milestone::Finished];
    assert!(order == Milestone::ALL && order.is_sorted());
}

#[test]
fn a_word_stands_for_one_state_and_reads_back() {
    for state in RecordState::ALL {
        assert_eq!(RecordState::from_word(state.word()), Some(*state));
        assert_eq!(serde_json::to_value(state).unwrap(), state.word());
    }
    assert_eq!("Open".parse::<RecordState>(), Err("\"Open\" is not known here.".to_owned()));
}
