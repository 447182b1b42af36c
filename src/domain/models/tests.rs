//! The shipped models: plans that fit the workflow of their category.

use super::*;
use crate::domain::shipped;
use crate::domain::workflows::{PhaseKind, Workflow};
use std::collections::BTreeSet;

mod differing;
mod planning;
mod returning;

/// Calls `test` with every shipped model and the workflow that its category follows.
fn every_model(test: impl Fn(&Workflow, &Model, &str)) {
    let categories = shipped::categories();
    for (category, model) in shipped::models() {
        let (_, workflow) = categories.iter().find(|(key, _)| *key == category).unwrap();
        test(&shipped::workflow(workflow), &model, &category);
    }
}

fn task<'a>(model: &'a Model, key: &str) -> Option<&'a ModelTask> {
    model.tasks.iter().find(|it| it.key == key)
}

#[test]
fn every_release_category_has_its_model() {
    assert_eq!(shipped::models().into_iter().map(|(category, _)| category).collect::<Vec<_>>(), ["major", "minor", "emergency"]);
}

#[test]
fn every_task_belongs_to_a_phase_that_work_is_done_in() {
    every_model(|workflow, model, name| {
        for task in &model.tasks {
            let phase = workflow.phase(&task.phase).unwrap_or_else(|| panic!("{name}: {} is in no phase", task.key));
            assert_eq!(phase.kind, PhaseKind::Main, "{name}: {}", task.key);
        }
    });
}

#[test]
fn every_task_has_its_own_key_and_title_and_a_group_that_exists() {
    every_model(|_, model, name| {
        assert_eq!(model.tasks.iter().map(|it| &it.key).collect::<BTreeSet<_>>().len(), model.tasks.len(), "{name}");
        assert_eq!(model.tasks.iter().map(|it| &it.title).collect::<BTreeSet<_>>().len(), model.tasks.len(), "{name}");
        for group in model.tasks.iter().filter_map(|it| it.group.as_ref()) {
            assert!(shipped::groups().contains(group), "{name}: nobody is {group}");
        }
    });
}

#[test]
fn a_task_follows_tasks_of_the_same_plan_that_come_no_later() {
    every_model(|workflow, model, name| {
        for it in &model.tasks {
            for before in &it.after {
                let before = task(model, before).unwrap_or_else(|| panic!("{name}: {} follows {before}, which is not there", it.key));
                assert!(workflow.position(&before.phase) <= workflow.position(&it.phase), "{name}: {} follows a later phase", it.key);
                let passed_over = workflow.phase(&before.phase).unwrap().condition.is_some() && before.phase != it.phase;
                assert!(!passed_over, "{name}: {} waits for a phase that may never come", it.key);
            }
        }
    });
}

#[test]
fn a_plan_has_no_circle() {
    every_model(|_, model, name| {
        let mut done: BTreeSet<&str> = BTreeSet::new();
        for _ in &model.tasks {
            let ready: Vec<&str> = model.tasks.iter().filter(|it| it.after.iter().all(|key| done.contains(key.as_str()))).map(|it| it.key.as_str()).collect();
            done.extend(ready);
        }
        assert_eq!(done.len(), model.tasks.len(), "{name}");
    });
}

#[test]
fn the_plan_of_a_major_release_covers_what_the_process_calls_for() {
    let (_, major) = shipped::models().into_iter().find(|(category, _)| category == "major").unwrap();
    let titles: Vec<String> = major.tasks.iter().map(|it| it.title.to_lowercase()).collect();
    for called_for in [
        "funding",
        "contracts and licences",
        "financial impact",
        "affected systems",
        "create the release",
        "environments",
        "build the training",
        "deliver the training",
        "brief the service desk",
        "update the systems",
        "transfer the knowledge",
        "hand over",
    ] {
        assert!(titles.iter().any(|it| it.contains(called_for)), "{called_for}");
    }
}

#[test]
fn offsets_count_from_the_phase_or_from_the_deployment() {
    let at = |text: &str| DateTime::parse_from_rfc3339(text).unwrap().with_timezone(&Utc);
    // A Wednesday, and the Friday of the week after.
    let calendar = Calendar::office(chrono_tz::Tz::Europe__Berlin);
    let anchors = Anchors { phase_entered: Some(at("2026-11-18T10:00:00Z")), deployment: Some(at("2026-11-27T20:00:00Z")), calendar: &calendar };
    assert_eq!(anchors.due(Anchor::Phase, 2), Some(at("2026-11-20T16:00:00Z")));
    assert_eq!(anchors.due(Anchor::Phase, 3), Some(at("2026-11-23T16:00:00Z")));
    assert_eq!(anchors.due(Anchor::Deployment, -5), Some(at("2026-11-20T16:00:00Z")));
    assert_eq!(anchors.due(Anchor::Deployment, 0), Some(at("2026-11-27T16:00:00Z")));
    assert_eq!(Anchors { phase_entered: None, ..anchors }.due(Anchor::Phase, 2), None, "its phase has not begun");
    assert_eq!(Anchors { deployment: None, ..anchors }.due(Anchor::Deployment, 2), None, "no window is set");
}
