//! Categories of a file: those that it makes or changes.

use super::{Around, keyed, named};
use crate::domain::categories::may_have_level;
use crate::domain::configuration::{Category, Configuration};
use crate::domain::records::RecordKind;

pub fn faults(file: &Configuration, around: &Around<'_>) -> Vec<String> {
    let mut found = Vec::new();
    for kind in [RecordKind::Release, RecordKind::Change] {
        if !file.categories.iter().any(|it| it.kind == kind && !it.retired) {
            found.push(format!("No category is left for new {}s.", kind.label()));
        }
    }
    for it in &file.categories {
        let mut faults = if around.now.categories.contains(it) { Vec::new() } else { of_itself(it, file, around) };
        faults.extend(preselected(it, file, around));
        found.extend(faults.into_iter().map(|fault| format!("Category “{}”: {fault}", it.name)));
    }
    found
}

fn of_itself(it: &Category, file: &Configuration, around: &Around<'_>) -> Vec<String> {
    let mut found: Vec<String> = named(&it.name).into_iter().collect();
    let before = around.now.categories.iter().find(|old| old.key == it.key);
    match before {
        Some(before) if before.kind != it.kind => found.push(format!("here it is for {}s.", before.kind.label())),
        Some(_) => {}
        None => found.extend(keyed(&it.key)),
    }
    let standing = before.map(|before| (before.level, around.usage.get(&it.key).copied().unwrap_or_default()));
    found.extend(may_have_level(it.kind, it.level, standing).err().map(|it| it.to_string()));
    // Those that the file does not name are retired, and keep their names.
    let left = around.now.categories.iter().filter(|old| !file.categories.iter().any(|new| new.key == old.key));
    let same = |other: &&Category| other.key != it.key && other.kind == it.kind && other.name.to_lowercase() == it.name.to_lowercase();
    if let Some(other) = file.categories.iter().chain(left).find(same) {
        found.push(format!("“{}” has this name already{}.", other.key, if other.retired { ", and is retired" } else { "" }));
    }
    found.extend(follows(it, before, file, around));
    found
}

fn follows(it: &Category, before: Option<&Category>, file: &Configuration, around: &Around<'_>) -> Option<String> {
    let Some(workflow) = around.workflow(file, &it.workflow) else {
        return Some(format!("the file has no workflow {}, and there is none here.", it.workflow));
    };
    if workflow.kind != it.kind {
        return Some(format!("the workflow {} is for other records.", it.workflow));
    }
    let version = it.workflow_version?;
    let stays = before.is_some_and(|before| before.workflow == it.workflow && before.workflow_version == Some(version));
    let words = format!(
        "version {version} of “{}” cannot be chosen: only a category that follows an earlier version here may stay on it. Take workflow_version out, \
         and it follows the newest.",
        workflow.name
    );
    (!stays).then_some(words)
}

/// What is wrong with the model that it offers first, if the file changes anything about it.
fn preselected(it: &Category, file: &Configuration, around: &Around<'_>) -> Option<String> {
    let key = it.model.as_ref()?;
    let is_retired = |of: &Configuration| of.models.iter().find(|model| model.key == *key && model.category == it.key).map(|model| model.retired);
    let after = is_retired(file);
    if around.now.categories.contains(it) && is_retired(around.now) == after {
        return None;
    }
    match after {
        Some(false) => None,
        Some(true) => Some(format!("its release model {key} is retired, so it cannot be preselected.")),
        None => Some(format!("it has no release model {key}.")),
    }
}
