//! What may be said, what is counted: by examples, and as properties.

use super::*;
use crate::domain::surveys::Choice;
use proptest::prelude::*;

fn question(key: &str, kind: QuestionKind) -> Question {
    let chooses = matches!(kind, QuestionKind::OneOf | QuestionKind::ManyOf);
    let options = if chooses { ["a", "b", "c"].map(|it| Choice { key: it.into(), label: it.to_uppercase() }).to_vec() } else { Vec::new() };
    Question { key: key.into(), kind, text: format!("What of {key}?"), required: false, options }
}

fn all_kinds() -> Vec<Question> {
    QuestionKind::ALL.iter().map(|kind| question(kind.word(), *kind)).collect()
}

fn said(kind: QuestionKind, sent: &[&str]) -> Result<Option<Answer>, Fault> {
    parse(&question("q", kind), &sent.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>())
}

#[test]
fn each_kind_takes_its_own_answers_and_no_others() {
    use QuestionKind::{ManyOf, OneOf, Rating, Recommendation, Text, YesNo};
    let words = |it: &str| Ok(Some(Answer::Words(it.to_owned())));
    for kind in QuestionKind::ALL {
        assert_eq!(said(*kind, &[]), Ok(None));
        assert_eq!(said(*kind, &["", "  "]), Ok(None));
    }
    assert_eq!(said(Rating, &["5"]), Ok(Some(Answer::Number(5))));
    for wrong in ["0", "6", "4.5", "five", "99999999999"] {
        assert_eq!(said(Rating, &[wrong]), Err(Fault::OutOfRange(1, 5)));
    }
    assert_eq!(said(Recommendation, &["0"]), Ok(Some(Answer::Number(0))));
    assert_eq!(said(Recommendation, &["11"]), Err(Fault::OutOfRange(0, 10)));
    assert_eq!(said(YesNo, &["no"]), words("no"));
    assert_eq!(said(YesNo, &["maybe"]), Err(Fault::Unknown));
    assert_eq!(said(OneOf, &["b"]), words("b"));
    assert_eq!(said(OneOf, &["B"]), Err(Fault::Unknown));
    assert_eq!(said(ManyOf, &["c", "a", "c"]), Ok(Some(Answer::Several(vec!["a".into(), "c".into()]))));
    assert_eq!(said(ManyOf, &["a", "z"]), Err(Fault::Unknown));
    assert_eq!(said(Text, &[" Fine\r\nindeed "]), words("Fine\nindeed"));
    assert_eq!(said(Text, &[&"é\r\n".repeat(1_000)]), words("é\n".repeat(1_000).trim()));
    assert_eq!(said(Text, &[&"é".repeat(2_001)]), Err(Fault::TooLong(2_001)));
}

#[test]
fn questions_come_three_by_three_and_evenly() {
    let many = |count: usize| -> Vec<usize> {
        let questions: Vec<Question> = (0..count).map(|it| question(&it.to_string(), QuestionKind::Text)).collect();
        pages(&questions).iter().map(|it| it.len()).collect()
    };
    assert_eq!((many(0), many(1), many(3), many(4)), (vec![0], vec![1], vec![3], vec![2, 2]));
    assert_eq!(many(7), [2, 2, 3]);
}

#[test]
fn the_time_it_takes_is_told_in_minutes() {
    let times = |kind, count| how_long(&vec![question("q", kind); count]);
    assert_eq!(times(QuestionKind::YesNo, 1), "about a minute");
    assert_eq!(times(QuestionKind::Rating, 9), "about a minute");
    assert_eq!(times(QuestionKind::Text, 5), "about 2 minutes");
}

#[test]
fn whoever_comes_back_goes_on_where_they_were() {
    let mut questions: Vec<Question> = (0..6).map(|it| question(&it.to_string(), QuestionKind::Rating)).collect();
    questions[4].required = true;
    let pages = pages(&questions);
    let first = Answers([("0".to_owned(), Answer::Number(3))].into());
    assert_eq!((Answers::default().reached(&pages), first.reached(&pages), first.lacking(&pages)), (0, 1, Some(1)));
    let both = first.with(pages[1], &Answers([("4".to_owned(), Answer::Number(1)), ("0".to_owned(), Answer::Number(9))].into()));
    assert_eq!((both.reached(&pages), both.lacking(&pages)), (1, None));
    assert_eq!(both.0["0"], Answer::Number(3), "a page says nothing about questions of others");
    assert_eq!(both.with(pages[0], &Answers::default()).0.len(), 1, "what is emptied is gone");
}

#[test]
fn an_answer_reads_back_as_it_was_kept() {
    let answers = Answers([("a".into(), Answer::Number(4)), ("b".into(), Answer::Words("4".into())), ("c".into(), Answer::Several(vec!["x".into()]))].into());
    let kept = serde_json::to_value(&answers).expect("it is written");
    assert_eq!(kept, serde_json::json!({"a": 4, "b": "4", "c": ["x"]}));
    assert_eq!(serde_json::from_value::<Answers>(kept).expect("it is read"), answers);
}

fn some_answers() -> impl Strategy<Value = Answers> {
    let key = prop_oneof![Just("a"), Just("b"), Just("c")];
    let several = prop::collection::btree_set(key.clone(), 1..=3).prop_map(|it| Answer::Several(it.into_iter().map(str::to_owned).collect()));
    (
        prop::option::of((1..=5).prop_map(Answer::Number)),
        prop::option::of((0..=10).prop_map(Answer::Number)),
        prop::option::of(prop::bool::ANY.prop_map(|it| Answer::Words(if it { "yes" } else { "no" }.to_owned()))),
        prop::option::of(key.prop_map(|it| Answer::Words(it.to_owned()))),
        prop::option::of(several),
        prop::option::of("[a-z ]{1,20}".prop_map(Answer::Words)),
    )
        .prop_map(|(rating, score, yes, one, many, text)| {
            let all = QuestionKind::ALL.iter().map(|it| it.word().to_owned()).zip([rating, score, yes, one, many, text]);
            Answers(all.filter_map(|(key, it)| Some((key, it?))).collect())
        })
}

proptest! {
    /// Whoever answers, and changes it, in whatever order: the counts are those of a recount.
    #[test]
    fn counts_equal_a_recount(steps in prop::collection::vec((0_usize..6, some_answers()), 0..40)) {
        let questions = all_kinds();
        let mut kept: BTreeMap<usize, Answers> = BTreeMap::new();
        let mut counts: BTreeMap<(String, String), i64> = BTreeMap::new();
        for (who, said) in steps {
            for (key, change) in difference(&questions, kept.get(&who), &said) {
                *counts.entry(key).or_insert(0) += change;
            }
            kept.insert(who, said);
        }
        counts.retain(|_, count| *count != 0);
        let mut recount = BTreeMap::new();
        for key in kept.values().flat_map(|it| it.counted(&questions)) {
            *recount.entry(key).or_insert(0) += 1;
        }
        prop_assert_eq!(counts, recount);
    }

    /// What a form shows of an answer, sent again, is the same answer.
    #[test]
    fn what_is_shown_can_be_sent_again(answers in some_answers()) {
        for question in all_kinds() {
            let answer = answers.0.get(&question.key).cloned();
            let trimmed = answer.clone().filter(|it| it.values().iter().any(|it| !it.trim().is_empty()));
            let sent = answer.map(|it| it.values()).unwrap_or_default();
            let again = parse(&question, &sent).expect("it was an answer");
            prop_assert_eq!(again.map(|it| it.values()), trimmed.map(|it| it.values().iter().map(|it| it.trim().to_owned()).collect::<Vec<_>>()));
        }
    }
}
