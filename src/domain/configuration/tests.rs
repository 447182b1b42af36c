//! A file says what there is, reads back as it was, and differs in what was changed.

use super::*;
use crate::domain::models::Ground;
use crate::domain::process::{Deed, Part};
use crate::domain::shipped;
use crate::domain::workflows::Workflow;
use crate::domain::workflows::world::World;
use chrono_tz::Tz;
use proptest::prelude::*;
use std::collections::BTreeSet;

/// What is shipped, as a configuration.
fn shipped_process() -> Configuration {
    let kind = |key: &str| if key.contains("change") { RecordKind::Change } else { RecordKind::Release };
    let workflows = shipped::workflows().into_iter();
    let workflows = workflows.map(|(key, it)| NamedWorkflow { name: key.clone(), kind: kind(&key), phases: it.phases, key }).collect();
    let category = |(key, workflow): (String, String)| Category {
        name: key.clone(),
        kind: kind(&key),
        level: if kind(&key) == RecordKind::Change { Level::Normal } else { Level::Major },
        workflow,
        workflow_version: None,
        model: None,
        retired: false,
        key,
    };
    Configuration {
        format: FORMAT,
        policy: Policy::default(),
        people: BTreeMap::new(),
        groups: shipped::groups().into_iter().map(|key| Group { name: key.clone(), key }).collect(),
        calendars: vec![NamedCalendar { name: "Office hours".into(), is_default: true, calendar: Calendar::office(Tz::Europe__Berlin) }],
        workflows,
        categories: shipped::categories().into_iter().map(category).collect(),
        models: shipped::models()
            .into_iter()
            .map(|(key, it)| NamedModel { category: key.clone(), name: key.clone(), retired: false, texts: it.texts, tasks: it.tasks, key })
            .collect(),
        notification_rules: Vec::new(),
    }
}

#[test]
fn a_file_reads_back_as_it_was_written() {
    let it = shipped_process();
    let text = it.written().unwrap();
    assert_eq!(Configuration::read(&text).unwrap(), it);
    assert_eq!(Configuration::read(&text.replace('\n', "\r\n")).unwrap(), it, "as forms send it");
}

#[test]
fn what_cannot_be_read_is_named_with_its_line() {
    let text = shipped_process().written().unwrap();
    let fault = Configuration::read(&text.replacen("format = 1", "format = 1\ncolour = \"red\"", 1)).unwrap_err();
    assert!(fault.starts_with("Line 2 cannot be read") && fault.contains("colour"), "{fault}");
    assert!(Configuration::read(&text.replacen("format = 1", "format = 7", 1)).unwrap_err().contains("form 7"));
    assert!(Configuration::read("").is_err());
}

#[test]
fn it_differs_in_nothing_from_itself_and_in_what_was_changed() {
    let before = shipped_process();
    assert_eq!(differences(&before, &before), []);
    let mut after = before.clone();
    after.workflows[0].phases[1].name = "Planning".into();
    after.categories.pop();
    after.policy.self_approval = true;
    let told: Vec<(Part, Deed, usize)> = differences(&before, &after).into_iter().map(|it| (it.part, it.deed, it.fields.len())).collect();
    assert_eq!(told, [(Part::Policy, Deed::Edited, 1), (Part::Workflow, Deed::Edited, 1), (Part::Category, Deed::Retired, 6)]);
    let retired = differences(&before, &after).pop().unwrap();
    assert!(retired.fields.iter().all(|it| !it.before.is_empty() && it.after.is_empty()), "what it said: {retired:?}");
    let planning = &differences(&before, &after)[1].fields[0];
    assert_eq!((planning.field.as_str(), planning.after.as_str()), ("phases, plan, name", "Planning"));
}

#[test]
fn people_are_known_by_their_addresses() {
    let mut it = shipped_process();
    it.workflows[0].phases[1].approvals[0].approvers = Approvers::Users(vec![UserId(7)]);
    it.name_people(&BTreeMap::from([("ada@example.org".to_owned(), UserId(7))]));
    assert_eq!(it.people, BTreeMap::from([("7".to_owned(), "ada@example.org".to_owned())]));
    let there = it.clone().at_home(&BTreeMap::from([("ada@example.org".to_owned(), UserId(41))])).unwrap();
    assert_eq!(there.workflows[0].phases[1].approvals[0].approvers, Approvers::Users(vec![UserId(41)]));
    assert_eq!(it.clone().at_home(&BTreeMap::new()).unwrap_err(), ["Nobody here has the address ada@example.org."]);
    it.people.clear();
    assert!(it.at_home(&BTreeMap::new()).unwrap_err()[0].contains("does not say who number 7 is"));
}

proptest! {
    #[test]
    fn whatever_is_dropped_or_renamed_is_told(workflow in 0..6usize, phase in 0..8usize, dropped in any::<bool>(), days in 1..90u32) {
        let before = shipped_process();
        let mut after = before.clone();
        let phases = &mut after.workflows[workflow].phases;
        let at = phase % phases.len();
        if dropped {
            phases.remove(at);
        } else {
            phases[at].target_days = Some(phases[at].target_days.unwrap_or_default() + days);
        }
        let told = differences(&before, &after);
        prop_assert_eq!(told.len(), 1);
        prop_assert!(!told[0].fields.is_empty());
        let text = after.written().unwrap();
        prop_assert_eq!(Configuration::read(&text).unwrap(), after);
    }
}

/// An installation in which nobody can be asked and nobody takes over.
fn around(now: &Configuration) -> Around<'_> {
    let world = |kind| World { kind, groups: BTreeMap::new(), people: BTreeMap::new(), milestones: BTreeSet::new(), self_approval: false };
    let ground = Ground { workflow: Workflow { phases: Vec::new() }, groups: BTreeMap::new(), people: BTreeMap::new(), closed: BTreeMap::new() };
    let worlds = [world(RecordKind::Release), world(RecordKind::Change)];
    Around { now, worlds, ground, usage: BTreeMap::new(), earlier: BTreeMap::new(), drafts: Vec::new() }
}

#[test]
fn how_far_rfcs_come_is_known_from_the_file_that_brings_them() {
    let file = shipped_process();
    let empty = Configuration { workflows: Vec::new(), categories: Vec::new(), models: Vec::new(), ..file.clone() };
    let about_changes = |file: &Configuration| faults(file, &around(&empty)).into_iter().filter(|it| it.contains("RFC")).collect::<Vec<_>>();
    assert_eq!(about_changes(&file), [""; 0]);
    let mut without = file;
    without.categories.iter_mut().filter(|it| it.kind == RecordKind::Change).for_each(|it| it.retired = true);
    assert!(about_changes(&without).iter().any(|it| it.starts_with("Workflow “release-")), "{:?}", about_changes(&without));
}

proptest! {
    /// Whatever an installation has become: it takes over what it has written itself, and finds nothing to do.
    #[test]
    fn what_an_installation_wrote_is_neither_different_nor_wrong_there(
        dropped in prop::collection::vec((0..6usize, 0..9usize), 0..8),
        retired in prop::collection::vec(any::<bool>(), 6),
        names in prop::collection::vec("[ a-zA-Z\"\\\\é運\u{7}]{0,12}", 6),
        numbering in prop::collection::btree_map("[a-z]{3,5}", 1..4u8, 0..3),
        pinned in prop::option::of(1..4i32),
    ) {
        let mut it = shipped_process();
        for (workflow, phase) in dropped {
            let phases = &mut it.workflows[workflow].phases;
            if phase < phases.len() {
                phases.remove(phase);
            }
        }
        for ((category, name), retired) in it.categories.iter_mut().zip(names).zip(retired).skip(1) {
            category.name = name;
            category.retired = retired && category.key != "normal-change";
            category.workflow_version = pinned;
        }
        it.models.iter_mut().for_each(|it| it.retired = true);
        it.policy.numbering = numbering;
        let it = it.tidied();
        let read = Configuration::read(&it.written().unwrap()).unwrap().tidied();
        prop_assert_eq!(differences(&it, &read), []);
        prop_assert_eq!(faults(&read, &around(&it)), [""; 0]);
    }
}
