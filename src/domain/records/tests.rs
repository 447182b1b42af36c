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
