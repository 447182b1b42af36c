//! Release models of a file: those that it makes or changes.

use super::{Around, keyed, named};
use crate::domain::configuration::{Configuration, NamedModel};
use crate::domain::models::{Ground, PlanRefusal, draft, settle};
use crate::domain::records::RecordKind;
use crate::domain::text;
use std::collections::BTreeSet;

pub fn faults(file: &Configuration, around: &Around<'_>) -> Vec<String> {
    let mut found = Vec::new();
    for it in &file.models {
        let about = |fault: String| format!("Release model “{}”{fault}", it.name);
        let before = around.now.models.iter().find(|old| old.key == it.key);
        if before.is_none_or(|before| !says_the_same(before, it)) {
            found.extend(of_itself(it, before, file, around).into_iter().map(about));
        } else if !file.categories.iter().any(|category| category.key == it.category) {
            found.push(about(format!(": the file has no category {}.", it.category)));
        }
        let same =
            |other: &&NamedModel| other.key != it.key && other.category == it.category && !other.retired && other.name.to_lowercase() == it.name.to_lowercase();
        if !it.retired && !around.now.models.contains(it) && file.models.iter().any(|other| same(&other)) {
            found.push(about(": another model of its category has this name already.".to_owned()));
        }
    }
    found
}

/// But for being retired.
fn says_the_same(one: &NamedModel, other: &NamedModel) -> bool {
    NamedModel { retired: other.retired, ..one.clone() } == *other
}

fn of_itself(it: &NamedModel, before: Option<&NamedModel>, file: &Configuration, around: &Around<'_>) -> Vec<String> {
    let mut found: Vec<String> = named(&it.name).into_iter().map(|it| format!(": {it}")).collect();
    match before {
        Some(before) if before.category != it.category => found.push(format!(": here it belongs to the category {}, and stays there.", before.category)),
        Some(_) => {}
        None => found.extend(keyed(&it.key).map(|it| format!(": {it}"))),
    }
    let texts = it.texts.named().into_iter().filter_map(|(name, text)| Some(format!(", text “{name}”: {}", text::prose(text).err()?)));
    found.extend(texts);
    if it.tasks.is_empty() && it.texts.is_empty() {
        found.push(": it would bring nothing. Add a task, or a text of the plan.".to_owned());
    }
    let Some(category) = file.categories.iter().find(|category| category.key == it.category) else {
        found.push(format!(": the file has no category {}.", it.category));
        return found;
    };
    if category.kind != RecordKind::Release {
        found.push(format!(": the category “{}” is not one of releases.", category.name));
    }
    if let Some(workflow) = around.followed(file, category) {
        found.extend(plan(it, &Ground { workflow, ..around.ground.clone() }));
    }
    found
}

/// What is wrong with its tasks, each by its title.
fn plan(it: &NamedModel, ground: &Ground) -> Vec<String> {
    let drafts: Vec<_> = it.tasks.iter().map(draft).collect();
    let mut seen = BTreeSet::new();
    let repeated =
        it.tasks.iter().filter(|it| !seen.insert(&it.key)).map(|it| format!(", task “{}”: another task has its key “{}” already.", it.title, it.key));
    let keys = it.tasks.iter().filter_map(|it| keyed(&it.key)).map(|it| format!(", task with the {it}"));
    let refused = match settle(&drafts, std::slice::from_ref(&it.tasks), ground) {
        Ok(_) => Vec::new(),
        Err(PlanRefusal::Tasks(faults)) => {
            let title = |at: usize| it.tasks.get(at).map_or("", |it| it.title.as_str());
            faults.into_iter().map(|(at, fault)| format!(", task “{}”: {fault}", title(at))).collect()
        }
        Err(refusal @ PlanRefusal::TooMany(_)) => vec![format!(": {refusal}")],
    };
    keys.chain(repeated).chain(refused).collect()
}
