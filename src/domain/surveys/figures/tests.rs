//! Figures against tables reckoned by hand, and what must hold of all of them.

use super::*;
use crate::domain::surveys::Choice;
use proptest::prelude::*;

fn tally(counts: &[(&str, i64)]) -> Tally {
    let mut tally = Tally::default();
    counts.iter().for_each(|(value, count)| tally.add(value, *count));
    tally
}

fn question(kind: QuestionKind) -> Question {
    let options = ["fast", "plain"].map(|it| Choice { key: it.into(), label: it.to_uppercase() }).into();
    Question { key: "q".into(), kind, text: "How was it?".into(), required: false, options }
}

/// How often 1, 2, 3, 4 and 5 were given; mean, CSAT.
type Rated = ([i64; 5], Option<&'static str>, Option<i64>);

#[test]
fn ratings_are_as_reckoned_by_hand() {
    let table: [Rated; 8] = [
        ([0, 0, 0, 0, 0], None, None),
        ([1, 0, 0, 0, 0], Some("1.0"), Some(0)),
        ([0, 0, 0, 0, 7], Some("5.0"), Some(100)),
        // 1 + 4 + 9 + 16 + 10 = 40 of 12; 6 of 12 are 4 or 5.
        ([1, 2, 3, 4, 2], Some("3.3"), Some(50)),
        // 9 of 4 is 2.25: halves go up.
        ([1, 1, 2, 0, 0], Some("2.3"), Some(0)),
        // 2 of 3 is 66.67 %.
        ([0, 0, 1, 1, 1], Some("4.0"), Some(67)),
        // 1 of 8 is 12.5 %.
        ([7, 0, 0, 0, 1], Some("1.5"), Some(13)),
        // 299 of 60 is 4.98.
        ([0, 0, 0, 1, 59], Some("5.0"), Some(100)),
    ];
    for (counts, mean, csat) in table {
        let counted: Tally = counts.iter().enumerate().fold(Tally::default(), |mut all, (at, count)| {
            all.add(&(at + 1).to_string(), *count);
            all
        });
        let ratings = Ratings::of(&counted);
        assert_eq!((ratings.mean().as_deref(), ratings.csat(), ratings.answers), (mean, csat, counts.iter().sum()), "{counts:?}");
    }
}

#[test]
fn recommendations_are_as_reckoned_by_hand() {
    // Detractors, passives, promoters; NPS.
    let table = [
        (0, 0, 0, None),
        (1, 0, 0, Some(-100)),
        (0, 5, 0, Some(0)),
        (0, 0, 9, Some(100)),
        (2, 3, 5, Some(30)),
        (5, 3, 2, Some(-30)),
        // 1 of 8 is 12.5, halves away from zero on both sides.
        (2, 3, 3, Some(13)),
        (3, 3, 2, Some(-13)),
        // 33.3 − 66.7, rounded once.
        (2, 0, 1, Some(-33)),
    ];
    for (detractors, passives, promoters, nps) in table {
        let counted = tally(&[("0", detractors), ("7", passives), ("10", promoters)]);
        let it = Recommendations::of(&counted);
        assert_eq!((it.nps(), it.detractors, it.passives, it.promoters), (nps, detractors, passives, promoters));
    }
    let borders = Recommendations::of(&tally(&[("6", 1), ("7", 10), ("8", 100), ("9", 1000)]));
    assert_eq!((borders.detractors, borders.passives, borders.promoters), (1, 110, 1000));
}

#[test]
fn limits_are_compared_before_rounding() {
    let ratings = Ratings::of(&tally(&[("2", 1), ("3", 30)]));
    assert_eq!(ratings.mean().as_deref(), Some("3.0"));
    assert!(ratings.are_below(3.0) && !Ratings::of(&tally(&[("3", 5)])).are_below(3.0));
    let few = Recommendations::of(&tally(&[("0", 1), ("8", 300)]));
    assert_eq!(few.nps(), Some(0));
    assert!(few.are_below(0) && !Recommendations::of(&tally(&[("8", 3)])).are_below(0));
    assert!(!Ratings::default().are_below(5.0) && !Recommendations::default().are_below(100), "of nothing there is no score");
}

#[test]
fn shares_name_what_they_are_of() {
    let yes = Figures::of(&question(QuestionKind::YesNo), &tally(&[("yes", 4), ("no", 1)]), 9);
    assert_eq!((yes.answers, yes.headline().as_deref()), (5, Some("80 % yes")));
    let one = Figures::of(&question(QuestionKind::OneOf), &tally(&[("fast", 1), ("plain", 2)]), 9);
    assert_eq!(one.bars.iter().map(|it| (it.label.as_str(), it.percent)).collect::<Vec<_>>(), [("FAST", Some(33)), ("PLAIN", Some(67))]);
    // Several may be chosen, so that shares are of those who answered the whole and may exceed 100 in sum.
    let many = Figures::of(&question(QuestionKind::ManyOf), &tally(&[("fast", 9), ("plain", 3)]), 9);
    assert_eq!((many.answers, many.bars[0].percent, many.bars[1].percent), (9, Some(100), Some(33)));
    let none = Figures::of(&question(QuestionKind::Rating), &Tally::default(), 0);
    assert_eq!((none.headline(), none.bars.len(), none.bars[0].percent), (None, 5, None));
    assert_eq!([12, 0, -30].map(signed), ["+12", "0", "−30"]);
}

fn counted(numbers: &[i64]) -> Tally {
    let mut tally = Tally::default();
    numbers.iter().for_each(|it| tally.add(&it.to_string(), 1));
    tally
}

proptest! {
    #[test]
    fn the_order_of_answers_changes_nothing((given, shuffled) in prop::collection::vec(0i64..=10, 0..60).prop_flat_map(|it| (Just(it.clone()), Just(it).prop_shuffle()))) {
        for kind in [QuestionKind::Rating, QuestionKind::Recommendation] {
            prop_assert_eq!(Figures::of(&question(kind), &counted(&given), 60), Figures::of(&question(kind), &counted(&shuffled), 60));
        }
    }

    #[test]
    fn figures_stay_in_their_range(given in prop::collection::vec(0i64..=10, 1..60)) {
        let (ratings, scores) = (Ratings::of(&counted(&given)), Recommendations::of(&counted(&given)));
        prop_assert!(ratings.csat().is_none_or(|it| (0..=100).contains(&it)));
        prop_assert!(scores.nps().is_some_and(|it| (-100..=100).contains(&it)));
        prop_assert_eq!(scores.answers, given.len() as i64);
        let shares: i64 = Figures::of(&question(QuestionKind::Recommendation), &counted(&given), 0).bars.iter().map(|it| it.count).sum();
        prop_assert_eq!(shares, scores.answers);
    }

    #[test]
    fn an_answer_of_the_mean_keeps_the_mean(given in prop::collection::vec(1i64..=5, 1..20), more in 1usize..9) {
        // With its mirror image the mean is 3, whatever was given.
        let mut all: Vec<i64> = given.iter().flat_map(|it| [*it, 6 - it]).collect();
        prop_assert_eq!(Ratings::of(&counted(&all)).mean(), Some("3.0".to_owned()));
        all.extend(std::iter::repeat_n(3, more));
        prop_assert_eq!(Ratings::of(&counted(&all)).mean(), Some("3.0".to_owned()));
    }

    #[test]
    fn a_union_is_the_sum_of_its_parts(one in prop::collection::vec(0i64..=10, 0..40), other in prop::collection::vec(0i64..=10, 0..40)) {
        let (mut sum, whole) = (counted(&one), [one.clone(), other.clone()].concat());
        sum.merge(&counted(&other));
        prop_assert_eq!(&sum, &counted(&whole));
        prop_assert_eq!(Ratings::of(&sum), Ratings::of(&counted(&one)).and(Ratings::of(&counted(&other))));
        prop_assert_eq!(Recommendations::of(&sum), Recommendations::of(&counted(&one)).and(Recommendations::of(&counted(&other))));
    }
}
