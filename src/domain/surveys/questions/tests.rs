//! What makes a set of questions sane.

use super::*;
use proptest::prelude::*;

fn asking(text: &str, kind: QuestionKind, options: &str) -> Draft {
    Draft { key: String::new(), kind: Some(kind), text: text.into(), required: false, options: options.into() }
}

fn settled(drafts: &[Draft], history: &[Vec<Question>]) -> Vec<Question> {
    settle(drafts, history).expect("they can be asked")
}

#[test]
fn a_set_that_cannot_be_asked_says_which_question_and_why() {
    assert_eq!(settle(&[], &[]), Err(SetRefusal::Empty));
    let one = asking("How was it?", QuestionKind::Rating, "");
    assert_eq!(settle(&vec![one.clone(); 16], &[]), Err(SetRefusal::TooMany(16)));
    let drafts = [
        asking(" ", QuestionKind::Text, ""),
        one,
        asking("Which?", QuestionKind::OneOf, "One\n\n"),
        asking("Which?", QuestionKind::ManyOf, "Fast\nfast"),
        Draft { kind: None, ..asking("What?", QuestionKind::Text, "") },
    ];
    let refusal = settle(&drafts, &[]).expect_err("they cannot be asked");
    let expected = vec![
        (0, QuestionRefusal::Text(text::TextRefusal::Empty)),
        (2, QuestionRefusal::OptionCount(1)),
        (3, QuestionRefusal::SameOption("fast".into())),
        (4, QuestionRefusal::NoKind),
    ];
    assert_eq!(refusal.to_string(), "Look at question 1, 3, 4, 5.");
    assert_eq!(refusal, SetRefusal::Questions(expected));
}

#[test]
fn a_question_of_another_kind_is_another_question() {
    let before = settled(&[asking("How was it?", QuestionKind::Rating, "")], &[]);
    let same = Draft { text: "How did it go?".into(), ..draft(&before[0]) };
    assert_eq!(settled(std::slice::from_ref(&same), std::slice::from_ref(&before))[0].key, before[0].key);
    let other = Draft { kind: Some(QuestionKind::YesNo), ..same };
    assert_ne!(settled(&[other], std::slice::from_ref(&before))[0].key, before[0].key);
}

#[test]
fn an_option_of_the_same_name_stays_the_same_and_a_new_one_takes_no_old_key() {
    let first = settled(&[asking("Which?", QuestionKind::OneOf, "Slow\nFast")], &[]);
    let second = settled(&[Draft { options: "Fast\nSteady".into(), ..draft(&first[0]) }], std::slice::from_ref(&first));
    assert_eq!(second[0].options[0].key, first[0].options[1].key);
    assert!(first[0].options.iter().all(|it| it.key != second[0].options[1].key));
    let third = settled(&[Draft { options: "Slow\nFast".into(), ..draft(&second[0]) }], &[second, first.clone()]);
    assert_eq!(third[0].options, first[0].options, "one that comes back is the one it was");
}

#[test]
fn a_key_from_elsewhere_means_nothing() {
    let forged = Draft { key: "answers".into(), ..asking("How was it?", QuestionKind::Rating, "") };
    assert_eq!(settled(&[forged], &[])[0].key, "q1");
}

fn some_draft() -> impl Strategy<Value = Draft> {
    (0..QuestionKind::ALL.len(), "[a-c]{1,3}", any::<bool>(), prop::collection::btree_set("[a-f]", 2..6), "(q[1-4])?").prop_map(
        |(kind, text, required, options, key)| Draft {
            key,
            kind: Some(QuestionKind::ALL[kind]),
            text,
            required,
            options: options.into_iter().collect::<Vec<_>>().join("\n"),
        },
    )
}

proptest! {
    #[test]
    fn keys_are_unique_and_orders_change_nothing(first in prop::collection::vec(some_draft(), 1..10), second in prop::collection::vec(some_draft(), 1..10)) {
        let before = settled(&first, &[]);
        let after = settled(&second, std::slice::from_ref(&before));
        for set in [&before, &after] {
            let keys: BTreeSet<&String> = set.iter().map(|it| &it.key).collect();
            prop_assert_eq!(keys.len(), set.len());
            for it in set {
                let keys: BTreeSet<&String> = it.options.iter().map(|it| &it.key).collect();
                prop_assert_eq!(keys.len(), it.options.len());
                prop_assert_eq!(it.kind.chooses(), !it.options.is_empty());
            }
        }
        for it in &after {
            let was = before.iter().find(|old| old.key == it.key);
            prop_assert!(was.is_none_or(|old| old.kind == it.kind), "a key never changes its kind");
        }
        let mut turned: Vec<Draft> = after.iter().map(draft).collect();
        turned.reverse();
        let again = settled(&turned, &[after.clone(), before]);
        prop_assert_eq!(again.into_iter().rev().collect::<Vec<_>>(), after, "saving it in another order only changes the order");
    }
}
