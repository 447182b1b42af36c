//! From what is typed to a plan: what is refused and why, which task is which, and when it would all be due.

use super::super::*;
use crate::domain::calendars::Calendar;
use crate::domain::shipped;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use proptest::prelude::*;

/// The major workflow, the shipped groups, and two people, one of whom is gone.
pub fn ground() -> Ground {
    Ground {
        workflow: shipped::workflow("release-major"),
        groups: shipped::groups().into_iter().map(|it| (it.clone(), it.to_uppercase())).collect(),
        people: [(UserId(1), "Ines".to_owned()), (UserId(2), "Tom".to_owned())].into(),
        closed: [(UserId(9), "Gone".to_owned())].into(),
    }
}

fn typed(title: &str, phase: &str, after: &[&str]) -> Draft {
    let after = after.iter().map(|it| (*it).to_owned()).collect();
    Draft { key: format!("new-{title}"), title: title.into(), phase: phase.into(), anchor: Some(Anchor::Phase), after, mandatory: true, ..Draft::default() }
}

fn faults(drafts: &[Draft]) -> Vec<(usize, String)> {
    match settle(drafts, &[], &ground()) {
        Err(PlanRefusal::Tasks(faults)) => faults.into_iter().map(|(at, it)| (at, it.to_string())).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_cannot_be_planned_is_refused_in_words() {
    let base = || typed("A", "plan", &[]);
    let refused = [
        (Draft { title: " ".into(), ..base() }, "Title: Fill this in."),
        (Draft { phase: "nowhere".into(), ..base() }, "Choose a phase of the workflow: this one is not in it."),
        (Draft { phase: "closed".into(), ..base() }, "Choose a phase of the workflow: this one is not in it."),
        (Draft { anchor: None, ..base() }, "Choose what its days are counted from."),
        (Draft { offset: "soon".into(), ..base() }, "Write a whole number of working days, at most 260 before or after."),
        (Draft { offset: "-261".into(), ..base() }, "Write a whole number of working days, at most 260 before or after."),
        (Draft { group: "nobody".into(), ..base() }, "This group cannot be chosen any more. Choose another one."),
        (Draft { assignee: Some(UserId(9)), ..base() }, "This person cannot be chosen any more: the account is closed. Choose somebody else or a group."),
        (Draft { assignee: Some(UserId(1)), group: "operations".into(), ..base() }, "Choose a group or a person, not both."),
        (typed("A", "plan", &["new-B"]), "It waits for a task that is not in this plan. Choose again."),
    ];
    for (draft, words) in refused {
        assert_eq!(faults(&[draft]), [(0, words.to_owned())]);
    }
    let too_many = vec![base(); MOST + 1];
    assert_eq!(settle(&too_many, &[], &ground()), Err(PlanRefusal::TooMany(MOST + 1)));
}

#[test]
fn a_task_waits_neither_for_a_later_phase_nor_for_one_that_may_be_passed_over() {
    let later = faults(&[typed("A", "plan", &["new-B"]), typed("B", "rollout", &[])]);
    assert_eq!(later, [(0, "It waits for “B”, whose phase comes later.".to_owned())]);
    let over = faults(&[typed("A", "training", &[]), typed("B", "rollout", &["new-A"])]);
    assert_eq!(over, [(1, "It waits for “A”, whose phase may be passed over: it could wait for ever.".to_owned())]);
    assert!(settle(&[typed("A", "training", &[]), typed("B", "training", &["new-A"])], &[], &ground()).is_ok(), "in the same phase it may");
}

#[test]
fn a_circle_is_told_from_each_task_in_it() {
    let circle = faults(&[typed("A", "plan", &["new-C"]), typed("B", "plan", &["new-A"]), typed("C", "plan", &["new-B"]), typed("D", "plan", &["new-C"])]);
    assert_eq!(circle.iter().map(|(at, _)| *at).collect::<Vec<_>>(), [0, 1, 2], "what only waits for the circle is not in it");
    assert_eq!(circle[0].1, "It waits for itself: “A” waits for “C” waits for “B” waits for “A”. Take one of them out.");
    assert_eq!(faults(&[typed("A", "plan", &["new-A"])])[0].1, "It waits for itself: “A” waits for “A”. Take one of them out.");
}

#[test]
fn a_task_keeps_its_key_through_all_versions_and_a_key_means_one_task_for_ever() {
    let first =
        settle(&[typed("Buy the licences for everybody", "plan", &[]), typed("Überall", "plan", &[]), typed("測試", "plan", &[])], &[], &ground()).unwrap();
    assert_eq!(first.iter().map(|it| it.key.as_str()).collect::<Vec<_>>(), ["buy_the_licences_for", "berall", "task"]);
    let kept = Draft { title: "Rent the licences".into(), ..draft(&first[0]) };
    let second = settle(&[kept, typed("Überall", "plan", &[])], std::slice::from_ref(&first), &ground()).unwrap();
    assert_eq!(second.iter().map(|it| it.key.as_str()).collect::<Vec<_>>(), ["buy_the_licences_for", "berall_2"], "it was taken out and is another one now");
    let twice = settle(&[draft(&first[0]), draft(&first[0])], std::slice::from_ref(&first), &ground()).unwrap();
    assert_eq!(twice[1].key, "buy_the_licences_for_2");
}

#[test]
fn a_plan_stands_in_the_order_of_the_phases() {
    let plan = settle(&[typed("C", "rollout", &["new-B", "new-A"]), typed("A", "plan", &[]), typed("B", "plan", &["new-A"])], &[], &ground()).unwrap();
    assert_eq!(plan.iter().map(|it| it.title.as_str()).collect::<Vec<_>>(), ["A", "B", "C"]);
    assert_eq!(plan[2].after, ["a", "b"]);
}

/// Tasks of one phase that wait for one another as chance will have it.
fn tangle() -> impl Strategy<Value = Vec<Draft>> {
    prop::collection::vec(prop::collection::btree_set(0..6usize, 0..3), 1..7).prop_map(|waits| {
        let count = waits.len();
        let of = |(at, before): (usize, std::collections::BTreeSet<usize>)| {
            let after: Vec<String> = before.into_iter().filter(|it| *it < count).map(|it| format!("new-{it}")).collect();
            Draft { key: format!("new-{at}"), after, ..typed(&at.to_string(), "plan", &[]) }
        };
        waits.into_iter().enumerate().map(of).collect()
    })
}

/// Whether they can all be done one after the other.
fn has_an_order(drafts: &[Draft]) -> bool {
    let mut done: Vec<&str> = Vec::new();
    for _ in drafts {
        let ready: Vec<&str> = drafts.iter().filter(|it| it.after.iter().all(|key| done.contains(&key.as_str()))).map(|it| it.key.as_str()).collect();
        done = ready;
    }
    done.len() == drafts.len()
}

proptest! {
    #[test]
    fn exactly_what_can_be_done_in_some_order_is_taken(drafts in tangle()) {
        prop_assert_eq!(settle(&drafts, &[], &ground()).is_ok(), has_an_order(&drafts));
    }

    #[test]
    fn what_was_settled_is_settled(drafts in tangle()) {
        if let Ok(tasks) = settle(&drafts, &[], &ground()) {
            let again: Vec<Draft> = tasks.iter().map(draft).collect();
            prop_assert_eq!(settle(&again, std::slice::from_ref(&tasks), &ground()), Ok(tasks));
        }
    }
}

fn at(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).unwrap().with_timezone(&Utc)
}

#[test]
fn dates_are_foreseen_phase_by_phase_and_what_does_not_fit_is_said() {
    let (ground, calendar) = (ground(), Calendar::office(Tz::UTC));
    // A Monday, and the Friday almost four weeks later.
    let given = Given { start: at("2026-03-02T08:00:00Z"), deployment: Some(at("2026-03-27T20:00:00Z")) };
    let begins = begins(&ground, given, &calendar);
    let names: Vec<&str> = ground.phases().map(|it| it.key.as_str()).filter(|it| begins.contains_key(*it)).collect();
    assert_eq!(begins[names[0]], given.start);
    assert!(names.windows(2).all(|pair| begins[pair[0]] <= begins[pair[1]]), "{begins:?}");
    assert!(begins["early_life"] >= given.deployment.unwrap(), "early life follows the deployment");
    let task = |title: &str, phase: &str, anchor, offset, after: &[&str]| {
        let drafted = Draft { anchor: Some(anchor), offset: format!("{offset}"), ..typed(title, phase, after) };
        let model = settle(&[Draft { after: Vec::new(), ..drafted }], &[], &ground).unwrap().remove(0);
        ModelTask { after: after.iter().map(|it| (*it).to_owned()).collect(), ..model }
    };
    let tasks = vec![
        task("a", "plan", Anchor::Phase, 2, &[]),
        task("b", "plan", Anchor::Phase, 1, &["a"]),
        task("c", "rollout", Anchor::Deployment, -40, &[]),
        task("d", "early_life", Anchor::Deployment, 0, &[]),
        ModelTask { phase: "gone".into(), ..task("e", "plan", Anchor::Phase, 1, &[]) },
    ];
    let model = Model { tasks, ..Model::default() };
    let foreseen = forecast(&model, &ground, given, &begins, |_| &calendar);
    let remarks: Vec<Vec<Remark>> = foreseen.iter().map(|it| it.remarks.clone()).collect();
    let early = vec![Remark::BeforePhase];
    assert_eq!(remarks, [vec![], vec![Remark::BeforePredecessor("a".into())], vec![Remark::BeforeStart], early, vec![Remark::LeftOut]]);
    assert_eq!(foreseen[0].due, Some(calendar.end(begins["plan"], 2)));
    assert_eq!(foreseen[3].due, Some(at("2026-03-27T17:00:00Z")));
    assert_eq!(foreseen[4].due, None);
    let unknown = forecast(&model, &ground, Given { deployment: None, ..given }, &begins, |_| &calendar);
    assert_eq!((unknown[2].due, unknown[2].remarks.len()), (None, 0), "without a deployment nothing is counted from it");
}
