//! What differs between two states of a model, in words.

use super::{Ground, Model, ModelTask};
use crate::domain::events::FieldChange;

/// Task by task and text by text, the first state before the second.
pub fn differences(before: &Model, after: &Model, ground: &Ground) -> Vec<FieldChange> {
    let find = |model: &Model, key: &str| model.tasks.iter().find(|it| it.key == key).cloned();
    let mut fields = Vec::new();
    for old in &before.tasks {
        fields.extend(match find(after, &old.key) {
            Some(new) => changed((old, before), (&new, after), ground),
            None => Some(FieldChange { field: named(old), before: written(old, before, ground), after: String::new() }),
        });
    }
    let added = after.tasks.iter().filter(|it| find(before, &it.key).is_none());
    fields.extend(added.map(|it| FieldChange { field: named(it), before: String::new(), after: written(it, after, ground) }));
    let (old, new) = (order(before, after), order(after, before));
    if old.iter().map(|it| &it.key).ne(new.iter().map(|it| &it.key)) {
        fields.push(FieldChange { field: "Order".to_owned(), before: titles(&old), after: titles(&new) });
    }
    let texts = before.texts.named().into_iter().zip(after.texts.named());
    fields.extend(texts.filter_map(|((name, old), (_, new))| FieldChange::between(name, old, new)));
    fields
}

fn named(task: &ModelTask) -> String {
    format!("Task “{}”", task.title)
}

/// Only what differs, before and after.
fn changed((old, before): (&ModelTask, &Model), (new, after): (&ModelTask, &Model), ground: &Ground) -> Option<FieldChange> {
    let pairs: Vec<_> = facts(old, before, ground).into_iter().zip(facts(new, after, ground)).filter(|(old, new)| old != new).collect();
    let (before, after): (Vec<_>, Vec<_>) = pairs.into_iter().unzip();
    (!before.is_empty()).then(|| FieldChange { field: named(old), before: lines(before), after: lines(after) })
}

fn written(task: &ModelTask, model: &Model, ground: &Ground) -> String {
    lines(facts(task, model, ground).into_iter().filter(|(_, value)| !value.is_empty()))
}

fn lines(facts: impl IntoIterator<Item = (&'static str, String)>) -> String {
    let line = |(name, value): (&str, String)| format!("{name}: {}", if value.is_empty() { "none" } else { &value });
    facts.into_iter().map(line).collect::<Vec<_>>().join("\n")
}

/// All that a task says, each with what it is called.
fn facts(task: &ModelTask, model: &Model, ground: &Ground) -> [(&'static str, String); 7] {
    let title = |key: &String| model.tasks.iter().find(|it| it.key == *key).map_or_else(|| key.clone(), |it| it.title.clone());
    let doer = task.assignee.and_then(|it| ground.people.get(&it).or_else(|| ground.closed.get(&it))).map_or_else(|| ground.doer(task), String::as_str);
    [
        ("Title", task.title.clone()),
        ("Phase", ground.phase_name(&task.phase).to_owned()),
        ("Due", task.when()),
        ("Done by", doer.to_owned()),
        ("After", task.after.iter().map(title).collect::<Vec<_>>().join(", ")),
        ("Mandatory", if task.mandatory { "yes" } else { "no" }.to_owned()),
        ("Description", task.description.clone()),
    ]
}

/// The tasks that both have in the same phase, in the order of the first.
fn order<'a>(of: &'a Model, other: &Model) -> Vec<&'a ModelTask> {
    of.tasks.iter().filter(|it| other.tasks.iter().any(|task| task.key == it.key && task.phase == it.phase)).collect()
}

fn titles(tasks: &[&ModelTask]) -> String {
    tasks.iter().map(|it| it.title.as_str()).collect::<Vec<_>>().join(", ")
}
