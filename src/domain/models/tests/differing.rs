//! What changed between two versions, as people read it.

use super::super::*;
use super::planning::ground;
use crate::domain::shipped;

fn major() -> Model {
    shipped::models().into_iter().find(|(category, _)| category == "major").unwrap().1
}

fn said(before: &Model, after: &Model) -> Vec<String> {
    differences(before, after, &ground()).into_iter().map(|it| format!("{} | {} | {}", it.field, it.before, it.after)).collect()
}

#[test]
fn nothing_differs_from_itself() {
    assert_eq!(said(&major(), &major()), [""; 0]);
}

#[test]
fn only_what_differs_of_a_task_is_said() {
    let (before, mut after) = (major(), major());
    after.tasks[0].offset = 4;
    after.tasks[1].assignee = Some(UserId(9));
    after.texts.resources = "Two people".into();
    assert_eq!(
        said(&before, &after),
        [
            "Task “Confirm the funding” | Due: 2 working days after the start of its phase | Due: 4 working days after the start of its phase",
            "Task “Evaluate the financial impact” | Done by: none | Done by: Gone",
            "Resources |  | Two people",
        ]
    );
}

#[test]
fn what_came_what_went_and_what_changed_places_is_said() {
    let (before, mut after) = (major(), major());
    let gone = after.tasks.pop().unwrap();
    let new = ModelTask { key: "new".into(), title: "Celebrate".into(), description: String::new(), after: vec!["knowledge".into()], mandatory: false, ..gone };
    after.tasks.push(new);
    after.tasks.swap(0, 1);
    let said = said(&before, &after);
    assert!(said[0].starts_with("Task “Hand over to operations” | Title: Hand over to operations\nPhase: ") && said[0].ends_with(" | "), "{}", said[0]);
    assert!(said[1].starts_with("Task “Celebrate” |  | Title: Celebrate\n") && said[1].contains("After: Transfer the knowledge\nMandatory: no"), "{}", said[1]);
    assert!(said[2].starts_with("Order | Confirm the funding, Evaluate") && said[2].contains(" | Evaluate the financial impact, Confirm"), "{}", said[2]);
    assert_eq!(said.len(), 3);
}
