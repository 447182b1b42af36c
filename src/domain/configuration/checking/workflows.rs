//! Workflows of a file: those that would be published.

use super::{Around, keyed, named};
use crate::domain::configuration::{Configuration, NamedWorkflow};
use crate::domain::records::{Milestone, RecordKind};
use crate::domain::workflows::checking::{Finding, Place, findings};
use crate::domain::workflows::editing::{unsound_as_a_whole, unsound_in};
use crate::domain::workflows::world::World;
use crate::domain::workflows::{Phase, Workflow};
use std::collections::BTreeSet;

pub fn faults(file: &Configuration, around: &Around<'_>) -> Vec<String> {
    let milestones = milestones(file, around);
    let mut found = Vec::new();
    for it in file.workflows.iter().filter(|it| !around.now.workflows.contains(it)) {
        let about = |fault: String| format!("Workflow “{}”: {fault}", it.name);
        found.extend(of_itself(it, file, around).into_iter().map(about));
        // It will stand beside the policy and the RFCs of its own file.
        let world = World { milestones: milestones.clone(), self_approval: file.policy.self_approval, ..around.world(it.kind).clone() };
        let workflow = Workflow { phases: it.phases.clone() };
        let findings = findings(&workflow, &world);
        found.extend(uneditable(it, &workflow, &findings));
        found.extend(findings.iter().map(|finding| located(it, &workflow, finding)));
    }
    found
}

/// How far RFCs come by the workflows of the categories in which they can be registered afterwards.
fn milestones(file: &Configuration, around: &Around<'_>) -> BTreeSet<Milestone> {
    let open = file.categories.iter().filter(|it| it.kind == RecordKind::Change && !it.retired);
    open.filter_map(|it| around.followed(file, it)).flat_map(|it| it.phases).map(|it| it.milestone).collect()
}

fn of_itself(it: &NamedWorkflow, file: &Configuration, around: &Around<'_>) -> Vec<String> {
    let mut found: Vec<String> = named(&it.name).into_iter().collect();
    let before = around.now.workflows.iter().find(|old| old.key == it.key);
    match before {
        Some(before) if before.kind != it.kind => found.push("here it is for other records.".to_owned()),
        Some(_) => {}
        None => found.extend(keyed(&it.key)),
    }
    let left = around.now.workflows.iter().filter(|old| !file.workflows.iter().any(|new| new.key == old.key));
    let others = file.workflows.iter().chain(left).map(|other| (&other.key, &other.name));
    let drafts = around.drafts.iter().map(|(key, name)| (key, name));
    if others.chain(drafts).any(|(key, name)| *key != it.key && name.to_lowercase() == it.name.to_lowercase()) {
        found.push("another workflow, or a draft of one, has this name already.".to_owned());
    }
    let known = |phase: &Phase| before.is_some_and(|it| it.phases.iter().any(|old| old.key == phase.key));
    for phase in &it.phases {
        let place = format!("phase “{}”: ", phase.name);
        let key = keyed(&phase.key).or_else(|| (phase.key == "new").then(|| "key “new”: it stands for a phase to be added. Choose another one.".to_owned()));
        let names = std::iter::once(&phase.name).chain(phase.transitions.iter().map(|it| &it.label)).chain(phase.approvals.iter().map(|it| &it.name));
        let keys = phase.transitions.iter().filter_map(|it| keyed(&it.key));
        // A name that lacks is among the findings.
        let names = names.filter(|it| !it.trim().is_empty()).filter_map(|it| named(it));
        found.extend(key.into_iter().chain(keys).filter(|_| !known(phase)).chain(names).map(|it| format!("{place}{it}")));
    }
    found
}

/// What could be published, but never edited again: the editor refuses every edit of it. Where something is found anyway, that comes first.
fn uneditable(it: &NamedWorkflow, workflow: &Workflow, findings: &[Finding]) -> Vec<String> {
    let whole = if findings.is_empty() { unsound_as_a_whole(workflow) } else { Vec::new() };
    let whole = whole.into_iter().map(|fault| format!("Workflow “{}”: {}", it.name, fault.message));
    let clean = workflow.phases.iter().filter(|phase| !findings.iter().any(|finding| finding.place.phase() == Some(phase.key.as_str())));
    let faults = clean.flat_map(|phase| unsound_in(workflow, phase).into_iter().map(move |fault| (phase, fault)));
    whole.chain(faults.map(|(phase, fault)| format!("Workflow “{}”, phase “{}”, {}: {}", it.name, phase.name, fault.field, fault.message))).collect()
}

/// `Workflow “Major release”, phase “Training”: …`
fn located(it: &NamedWorkflow, workflow: &Workflow, finding: &Finding) -> String {
    let name = |key: &str| workflow.phase(key).map_or(key, |it| it.name.as_str()).to_owned();
    let place = match &finding.place {
        Place::Workflow => String::new(),
        Place::Phase(key) => format!(", phase “{}”", name(key)),
        Place::Transition(key, way) => {
            let label = workflow.phase(key).and_then(|it| it.transition(way)).map_or(way.as_str(), |it| it.label.as_str());
            format!(", phase “{}”, way out “{label}”", name(key))
        }
        Place::Approval(key, at) => {
            let step = workflow.phase(key).and_then(|it| it.approvals.get(*at)).map_or("", |it| it.name.as_str());
            format!(", phase “{}”, approval “{step}”", name(key))
        }
    };
    format!("Workflow “{}”{place}: {}", it.name, finding.message)
}
