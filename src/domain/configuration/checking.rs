//! What is wrong with a file before anything of it is taken.

use super::{Configuration, NamedModel, NamedWorkflow};
use crate::domain::categories::levels;
use crate::domain::models::{Ground, draft, settle};
use crate::domain::records::RecordKind;
use crate::domain::workflows::Workflow;
use crate::domain::workflows::checking::findings;
use crate::domain::workflows::world::World;
use std::collections::{BTreeMap, BTreeSet};

/// What a file stands on in an installation.
pub struct Around {
    /// Of releases, and of RFCs.
    pub worlds: [World; 2],
    /// People and groups that can be given work; the workflow in it does not count.
    pub ground: Ground,
}

impl Around {
    fn world(&self, kind: RecordKind) -> &World {
        let [releases, changes] = &self.worlds;
        match kind {
            RecordKind::Release => releases,
            RecordKind::Change => changes,
        }
    }
}

/// Everything that is wrong, with the part that it is about. Whoever imports mends it in the file.
pub fn faults(file: &Configuration, around: &Around) -> Vec<String> {
    let mut found = Vec::new();
    twice(&mut found, "group", file.groups.iter().map(|it| &it.key));
    twice(&mut found, "calendar", file.calendars.iter().map(|it| &it.name));
    twice(&mut found, "workflow", file.workflows.iter().map(|it| &it.key));
    twice(&mut found, "category", file.categories.iter().map(|it| &it.key));
    twice(&mut found, "category name", file.categories.iter().map(|it| format!("{} ({})", it.name.to_lowercase(), it.kind.label())).collect::<Vec<_>>().iter());
    twice(&mut found, "release model", file.models.iter().map(|it| &it.key));
    twice(&mut found, "notification rule", file.notification_rules.iter().map(|it| format!("{:?}", it.place())).collect::<Vec<_>>().iter());
    if file.calendars.iter().filter(|it| it.is_default).count() != 1 {
        found.push("Exactly one calendar must be the default one.".to_owned());
    }
    found.extend(file.policy.faults().into_iter().map(|it| format!("Policy: {}", it.message)));
    for it in &file.workflows {
        let workflow = Workflow { phases: it.phases.clone() };
        found.extend(findings(&workflow, around.world(it.kind)).into_iter().map(|finding| format!("Workflow {}: {}", it.name, finding.message)));
    }
    let workflows: BTreeMap<&str, &NamedWorkflow> = file.workflows.iter().map(|it| (it.key.as_str(), it)).collect();
    categories(&mut found, file, &workflows);
    for it in &file.models {
        model(&mut found, it, file, &workflows, around);
    }
    for it in &file.notification_rules {
        if let Err(refusal) = it.check() {
            found.push(format!("Notification rule {}: {refusal}", it.event.label()));
        }
        if it.workflow.as_ref().is_some_and(|key| !workflows.contains_key(key.as_str())) {
            found.push(format!("Notification rule {}: the file has no workflow {}.", it.event.label(), it.workflow.as_deref().unwrap_or_default()));
        }
    }
    found
}

fn twice<'a>(found: &mut Vec<String>, what: &str, keys: impl Iterator<Item = &'a String>) {
    let mut seen = BTreeSet::new();
    found.extend(keys.filter(|it| !seen.insert(*it)).map(|it| format!("The {what} {it} is there twice.")));
}

fn categories(found: &mut Vec<String>, file: &Configuration, workflows: &BTreeMap<&str, &NamedWorkflow>) {
    for kind in [RecordKind::Release, RecordKind::Change] {
        if !file.categories.iter().any(|it| it.kind == kind && !it.retired) {
            found.push(format!("No category is left for new {}s.", kind.label()));
        }
    }
    for it in &file.categories {
        match workflows.get(it.workflow.as_str()) {
            Some(workflow) if workflow.kind == it.kind => {}
            Some(_) => found.push(format!("Category {}: the workflow {} is for other records.", it.name, it.workflow)),
            None => found.push(format!("Category {}: the file has no workflow {}.", it.name, it.workflow)),
        }
        if !levels(it.kind).contains(&it.level) {
            found.push(format!("Category {}: {}s have no level {}.", it.name, it.kind.label(), it.level.label()));
        }
        if let Some(model) = it.model.as_ref().filter(|key| !file.models.iter().any(|model| model.key == **key && model.category == it.key)) {
            found.push(format!("Category {}: it has no release model {model}.", it.name));
        }
    }
}

fn model(found: &mut Vec<String>, it: &NamedModel, file: &Configuration, workflows: &BTreeMap<&str, &NamedWorkflow>, around: &Around) {
    let Some(category) = file.categories.iter().find(|category| category.key == it.category) else {
        found.push(format!("Release model {}: the file has no category {}.", it.name, it.category));
        return;
    };
    let Some(workflow) = workflows.get(category.workflow.as_str()) else { return };
    let ground = Ground { workflow: Workflow { phases: workflow.phases.clone() }, ..around.ground.clone() };
    let drafts: Vec<_> = it.tasks.iter().map(draft).collect();
    if let Err(refusal) = settle(&drafts, std::slice::from_ref(&it.tasks), &ground) {
        found.push(format!("Release model {}: {refusal}", it.name));
    }
}
