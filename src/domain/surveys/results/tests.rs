//! What may be shown of a survey, and which scores are low.

use super::*;
use proptest::prelude::*;

fn question(key: &str, kind: QuestionKind) -> Question {
    Question { key: key.into(), kind, text: format!("Question {key}"), required: true, options: Vec::new() }
}

/// A group of which so many gave this rating and this recommendation.
fn group(audience: Audience, answered: i64, rating: i64, score: i64) -> Group {
    let count = |value: i64| {
        let mut tally = Tally::default();
        tally.add(&value.to_string(), answered);
        tally
    };
    let whole = [("".to_owned(), count(0)), ("rate".to_owned(), count(rating)), ("tell".to_owned(), count(score))];
    let questions = vec![question("rate", QuestionKind::Rating), question("tell", QuestionKind::Recommendation)];
    Group::new(audience, "users".into(), questions, 10, whole.into())
}

fn results(anonymous: bool, state: SurveyState, groups: Vec<Group>) -> Results {
    Results { moment: Moment::Pilot, anonymous, state, groups }
}

const LIMITS: Limits = Limits { rating: 3.0, nps: 0 };

#[test]
fn an_anonymous_group_is_shown_from_five_on_and_after_closing() {
    let shows = |anonymous, state, answered| {
        let it = results(anonymous, state, vec![group(Audience::Users, answered, 4, 9)]);
        it.showing(&it.groups[0])
    };
    assert_eq!([4, 5].map(|it| shows(true, SurveyState::Closed, it)), [Showing::TooFew, Showing::Shown]);
    assert_eq!([4, 5].map(|it| shows(true, SurveyState::Open, it)), [Showing::NotYet, Showing::NotYet]);
    assert_eq!([1, 9].map(|it| shows(false, SurveyState::Open, it)), [Showing::Shown, Showing::Shown]);
}

#[test]
fn figures_over_all_groups_leave_out_those_that_are_not_shown() {
    let it = results(true, SurveyState::Closed, vec![group(Audience::Users, 6, 5, 10), group(Audience::Network, 4, 1, 0)]);
    assert_eq!((it.ratings(None).answers, it.ratings(None).csat(), it.recommendations(None).nps()), (6, Some(100), Some(100)));
    assert_eq!((it.ratings(Some(Audience::Network)).answers, it.figures(&it.groups[1]).len()), (0, 0));
    assert!(it.leaves_out());
    assert_eq!((it.answered(), it.invited(), it.rate()), (10, 20, Some(50)), "how many answered is no secret");
}

#[test]
fn a_low_score_needs_enough_answers() {
    let low = |anonymous, answered| results(anonymous, SurveyState::Closed, vec![group(Audience::Users, answered, 2, 3)]).low_scores(&LIMITS).len();
    assert_eq!([0, 1].map(|it| low(false, it)), [0, 2]);
    assert_eq!([4, 5].map(|it| low(true, it)), [0, 2]);
    let fine = results(false, SurveyState::Closed, vec![group(Audience::Users, 9, 3, 7)]);
    assert_eq!(fine.low_scores(&LIMITS).len(), 0, "exactly at the limit is not below it");
}

#[test]
fn a_low_score_says_who_what_and_how_low() {
    let it = results(false, SurveyState::Closed, vec![group(Audience::ServiceDesk, 4, 2, 3)]).low_scores(&LIMITS);
    let titles: Vec<&str> = it.iter().map(|it| it.title.as_str()).collect();
    assert_eq!(titles, ["Service desk and support rate “Question rate” 2.0 of 5", "Service desk and support answer “Question tell” with NPS −100"]);
    assert_eq!(it[1].figures, "NPS −100 from 4 answers: 0 promoters, 0 passives, 4 detractors");
    assert_eq!(shortened(&"x".repeat(90)).chars().count(), 80);
}

#[test]
fn answers_are_said_in_words() {
    use crate::domain::surveys::Choice;
    use serde_json::json;
    let mut which = question("which", QuestionKind::ManyOf);
    which.options = vec![Choice { key: "a".into(), label: "Faster".into() }, Choice { key: "b".into(), label: "Clearer".into() }];
    assert_eq!(said(&which, Some(&json!(["a", "b"]))), "Faster; Clearer");
    assert_eq!(said(&question("y", QuestionKind::YesNo), Some(&json!("no"))), "No");
    assert_eq!(said(&question("r", QuestionKind::Rating), Some(&json!(4))), "4");
    assert_eq!(said(&question("t", QuestionKind::Text), Some(&json!("=1+1"))), "=1+1");
    assert_eq!(said(&question("t", QuestionKind::Text), None), "");
}

proptest! {
    /// Whatever is shown of an anonymous survey is the same whatever the small groups answered.
    #[test]
    fn nothing_shown_depends_on_a_group_that_is_not(small in 0i64..FEWEST, rating in 1i64..=5, score in 0i64..=10, large in FEWEST..40) {
        let with = |rating, score| results(true, SurveyState::Closed, vec![group(Audience::Users, large, 4, 8), group(Audience::Suppliers, small, rating, score)]);
        let (one, other) = (with(rating, score), with(6 - rating, 10 - score));
        prop_assert_eq!(one.ratings(None), other.ratings(None));
        prop_assert_eq!(one.recommendations(None), other.recommendations(None));
        for (it, that) in one.groups.iter().zip(&other.groups) {
            prop_assert_eq!(one.figures(it), other.figures(that));
        }
        prop_assert_eq!(one.low_scores(&Limits { rating: 5.0, nps: 100 }), other.low_scores(&Limits { rating: 5.0, nps: 100 }));
    }
}
