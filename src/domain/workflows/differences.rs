//! What differs between two versions of a workflow, in words.

use super::{ApprovalStep, Approvers, Phase, SelfApproval, Transition, Workflow};
use crate::domain::events::FieldChange;
use crate::domain::ids::UserId;
use std::collections::BTreeMap;

/// What groups and people are called: a workflow knows them by key and number.
#[derive(Clone, Debug, Default)]
pub struct Names {
    pub groups: BTreeMap<String, String>,
    pub people: BTreeMap<UserId, String>,
}

impl Names {
    pub fn group(&self, key: &str) -> String {
        self.groups.get(key).cloned().unwrap_or_else(|| key.to_owned())
    }

    fn person(&self, id: &UserId) -> String {
        self.people.get(id).cloned().unwrap_or_else(|| format!("user {id}"))
    }

    /// Who is asked.
    pub fn approvers(&self, who: &Approvers) -> String {
        match who {
            Approvers::Group(key) => self.group(key),
            Approvers::Role(role) => format!("everybody who is {}", role.label()),
            Approvers::Users(ids) => ids.iter().map(|it| self.person(it)).collect::<Vec<_>>().join(", "),
        }
    }

    /// A step of an approval, in a sentence.
    pub fn step(&self, step: &ApprovalStep) -> String {
        let covers = joined(step.covers.iter().map(|it| it.label()));
        let own = match step.self_approval {
            SelfApproval::ByPolicy => String::new(),
            SelfApproval::Never => " Those who run the record never decide.".to_owned(),
            SelfApproval::Allowed => " Those who run the record may decide.".to_owned(),
        };
        let (who, rule) = (self.approvers(&step.approvers), step.rule.words());
        let time = if step.days == 0 { "on the same day".to_owned() } else { format!("within {}", days(step.days)) };
        format!("Step {}: {who}; {rule}, {time}. Covers {covers}.{own}", step.position)
    }
}

/// How many working days, in words.
pub fn days(count: impl std::borrow::Borrow<u32>) -> String {
    match *count.borrow() {
        1 => "1 working day".to_owned(),
        count => format!("{count} working days"),
    }
}

fn joined<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words.collect::<Vec<_>>().join(", ")
}

/// Everything in which the two differ, phase by phase in the order of the later one; each place by its name.
pub fn differences(before: &Workflow, after: &Workflow, names: &Names) -> Vec<FieldChange> {
    let mut changes: Vec<Option<FieldChange>> = Vec::new();
    for phase in before.phases.iter().filter(|it| after.phase(&it.key).is_none()) {
        changes.push(FieldChange::between(&format!("Phase {}", phase.name), summary(before, phase, names), ""));
    }
    for phase in &after.phases {
        match before.phase(&phase.key) {
            Some(earlier) => changes.extend(of_phase((before, earlier), (after, phase), names)),
            None => changes.push(FieldChange::between(&format!("Phase {}", phase.name), "", summary(after, phase, names))),
        }
    }
    let common = |one: &Workflow, other: &Workflow| one.phases.iter().filter(|it| other.phase(&it.key).is_some()).map(|it| it.key.clone()).collect::<Vec<_>>();
    if common(before, after) != common(after, before) {
        changes.push(FieldChange::between("Order of phases", order(before), order(after)));
    }
    changes.into_iter().flatten().collect()
}

fn order(workflow: &Workflow) -> String {
    joined(workflow.phases.iter().map(|it| it.name.as_str()))
}

fn of_phase(before: (&Workflow, &Phase), after: (&Workflow, &Phase), names: &Names) -> Vec<Option<FieldChange>> {
    let ((earlier, old), (later, new)) = (before, after);
    let field = |what: &str| format!("{}: {what}", new.name);
    let mut changes: Vec<Option<FieldChange>> =
        described(old, names).into_iter().zip(described(new, names)).map(|((what, old), (_, new))| FieldChange::between(&field(what), old, new)).collect();
    for way in old.transitions.iter().filter(|it| new.transition(&it.key).is_none()) {
        changes.push(FieldChange::between(&field(&format!("way out “{}”", way.label)), transition(earlier, way), ""));
    }
    for way in &new.transitions {
        // By the name of now, where it has one: a phase that was renamed says so itself.
        let led = |it: &Transition| leading(it, later.phase(&it.to).or_else(|| earlier.phase(&it.to)));
        let old = old.transition(&way.key).map(led).unwrap_or_default();
        changes.push(FieldChange::between(&field(&format!("way out “{}”", way.label)), old, transition(later, way)));
    }
    let common =
        |one: &Phase, other: &Phase| one.transitions.iter().filter(|it| other.transition(&it.key).is_some()).map(|it| it.key.clone()).collect::<Vec<_>>();
    if common(old, new) != common(new, old) {
        let order = |it: &Phase| it.transitions.iter().map(|way| called(it, way)).collect::<Vec<_>>().join(", ");
        changes.push(FieldChange::between(&field("order of the ways out"), order(old), order(new)));
    }
    changes.extend(of_steps(old, new, names, field));
    changes
}

/// A way out by its label, and by its key as well where another one has the same label.
fn called(phase: &Phase, way: &Transition) -> String {
    let shared = phase.transitions.iter().any(|it| it.key != way.key && it.label == way.label);
    if shared { format!("{} ({})", way.label, way.key) } else { way.label.clone() }
}

/// Steps have no key: those of one name are taken to be the same, in their order.
fn of_steps(old: &Phase, new: &Phase, names: &Names, field: impl Fn(&str) -> String) -> Vec<Option<FieldChange>> {
    let mut left: Vec<&ApprovalStep> = old.approvals.iter().collect();
    let mut changes = Vec::new();
    for step in &new.approvals {
        let same = left.iter().position(|it| it.name == step.name).map(|at| left.remove(at));
        let before = same.map(|it| names.step(it)).unwrap_or_default();
        changes.push(FieldChange::between(&field(&format!("approval “{}”", step.name)), before, names.step(step)));
    }
    changes.extend(left.into_iter().map(|it| FieldChange::between(&field(&format!("approval “{}”", it.name)), names.step(it), "")));
    changes
}

fn described(phase: &Phase, names: &Names) -> Vec<(&'static str, String)> {
    let mut sections = phase.sections.clone();
    sections.sort_unstable();
    vec![
        ("name", phase.name.clone()),
        ("kind", phase.kind.label().to_owned()),
        ("milestone", phase.milestone.label().to_owned()),
        ("sections", joined(sections.iter().map(|it| it.label()))),
        ("target", phase.target_days.map(days).unwrap_or_default()),
        ("condition", phase.condition.map_or("", |it| it.label()).to_owned()),
        ("who hears when it begins and when it is late", phase.group.as_deref().map(|it| names.group(it)).unwrap_or_default()),
        ("RFCs fixed", if phase.scope_frozen { "yes" } else { "no" }.to_owned()),
    ]
}

/// A phase that is only in one of the two.
fn summary(workflow: &Workflow, phase: &Phase, names: &Names) -> String {
    let said = described(phase, names).into_iter().skip(1).filter(|(_, text)| !text.is_empty()).map(|(what, text)| format!("{what}: {text}"));
    let ways = phase.transitions.iter().map(|it| format!("way out {}", transition(workflow, it)));
    let steps = phase.approvals.iter().map(|it| format!("approval “{}”: {}", it.name, names.step(it)));
    said.chain(ways).chain(steps).collect::<Vec<_>>().join("\n")
}

/// A way out, in a sentence.
pub fn transition(workflow: &Workflow, way: &Transition) -> String {
    leading(way, workflow.phase(&way.to))
}

fn leading(way: &Transition, to: Option<&Phase>) -> String {
    let to = to.map_or(way.to.as_str(), |it| it.name.as_str());
    let mut text = format!("“{}” ({}) to {to}.", way.label, way.kind.label());
    if !way.requirements.is_empty() {
        text.push_str(&format!(" Needs: {}.", joined(way.requirements.iter().map(|it| it.label()))));
    }
    if way.asks_reason {
        text.push_str(" Asks for a reason.");
    }
    if let Some(outcome) = way.outcome {
        text.push_str(&format!(" The record ends as {}.", outcome.label().to_lowercase()));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::records::RecordKind;
    use crate::domain::workflows::editing::{Details, Direction, Edit, blank, edited};

    #[test]
    fn the_same_does_not_differ_and_each_change_is_named_by_its_place() {
        let before = blank(RecordKind::Release);
        assert_eq!(differences(&before, &before, &Names::default()), []);
        let first = before.first().expect("a phase");
        let details = Details { name: "Intake".into(), target_days: Some(2), ..Details::of(first) };
        let after = edited(&before, &Edit::EditPhase { key: first.key.clone(), details }, RecordKind::Release).expect("it is taken");
        let all = differences(&before, &after, &Names::default());
        let said: Vec<_> = all.iter().map(|it| (it.field.as_str(), it.before.as_str(), it.after.as_str())).collect();
        assert_eq!(said, [("Intake: name", "Registered", "Intake"), ("Intake: target", "", "2 working days")]);
    }

    #[test]
    fn a_phase_that_is_renamed_does_not_show_in_the_ways_that_lead_there() {
        let before = blank(RecordKind::Release);
        let details = Details { name: "Over".into(), ..Details::of(before.phase("closed").expect("an end")) };
        let after = edited(&before, &Edit::EditPhase { key: "closed".into(), details }, RecordKind::Release).expect("it is taken");
        assert_eq!(differences(&before, &after, &Names::default()).into_iter().map(|it| it.field).collect::<Vec<_>>(), ["Over: name"]);
    }

    #[test]
    fn ways_of_one_label_are_told_apart_when_they_change_places() {
        let mut before = blank(RecordKind::Release);
        before.phases[0].transitions.iter_mut().for_each(|it| it.label = "Leave".into());
        let edit = Edit::MoveTransition { phase: "registered".into(), key: "close".into(), to: Direction::Down };
        let after = edited(&before, &edit, RecordKind::Release).expect("it is taken");
        let all = differences(&before, &after, &Names::default());
        let said: Vec<_> = all.iter().map(|it| (it.field.as_str(), it.before.as_str(), it.after.as_str())).collect();
        assert_eq!(said, [("Registered: order of the ways out", "Leave (close), Leave (abandon)", "Leave (abandon), Leave (close)")]);
    }

    #[test]
    fn phases_that_came_or_went_are_told_in_full() {
        let (before, after) = (blank(RecordKind::Release), blank(RecordKind::Change));
        let all = differences(&before, &after, &Names::default());
        let said: Vec<_> = all.iter().map(|it| it.field.as_str()).collect();
        assert_eq!(
            said,
            ["Phase Abandoned", "Registered: way out “Close the RFC”", "Registered: way out “Withdraw the RFC”", "Closed: sections", "Phase Withdrawn"]
        );
        assert!(all[2].before.contains("to Abandoned. Asks for a reason. The record ends as abandoned."), "{all:?}");
    }
}
