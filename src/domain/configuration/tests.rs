//! A file says what there is, reads back as it was, and differs in what was changed.

use super::*;
use crate::domain::models::Ground;
use crate::domain::process::{Deed, Part};
use crate::domain::requirements::Requirement;
use crate::domain::shipped;
use crate::domain::workflows::world::World;
use crate::domain::workflows::{Transition, Workflow};
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

#[test]
fn people_are_told_by_their_addresses_and_other_numbers_as_they_are() {
    let with = |id| {
        let mut it = shipped_process();
        it.workflows[0].phases[1].approvals[0].approvers = Approvers::Users(vec![UserId(id)]);
        it.workflows[0].phases[1].approvals[0].days = u32::try_from(id).unwrap();
        it.name_people(&BTreeMap::from([("ada@example.org".to_owned(), UserId(7)), ("bo@example.org".to_owned(), UserId(8))]));
        it
    };
    let fields = differences(&with(7), &with(8)).remove(0).fields;
    let told: Vec<(&str, &str)> = fields.iter().map(|it| (it.before.as_str(), it.after.as_str())).collect();
    assert_eq!(told, [("ada@example.org", "bo@example.org"), ("7", "8")], "{fields:?}");
}

#[test]
fn places_of_categories_are_told_where_their_order_changes() {
    let before = shipped_process();
    let mut after = before.clone();
    after.categories.swap(0, 1);
    assert_eq!(after.categories[0].kind, after.categories[1].kind);
    let told = differences(&before, &after);
    assert!(told.len() == 2 && told.iter().all(|it| it.fields.len() == 1 && it.fields[0].field == "place"), "{told:?}");
    let mut without = before.clone();
    without.categories.remove(0);
    assert_eq!(differences(&before, &without).len(), 1, "the others stay where they are");
}

#[test]
fn what_nobody_could_edit_is_a_fault_and_said_once() {
    let now = Configuration { workflows: Vec::new(), categories: Vec::new(), models: Vec::new(), ..shipped_process() };
    let told = |change: fn(&mut Phase), words: &str| {
        let mut file = shipped_process();
        change(&mut file.workflows[0].phases[0]);
        let count = faults(&file, &around(&now)).iter().filter(|it| it.contains(words)).count();
        assert_eq!(count, 1, "{words}");
    };
    let many = |it: &mut Phase| {
        let way = it.transitions[0].clone();
        it.transitions.extend((0..20).map(|at| Transition { key: format!("{at}"), label: format!("Way {at}"), ..way.clone() }));
    };
    told(many, "A phase has at most 20 ways out.");
    told(|it| it.transitions[0].requirements.extend([Requirement::DetailsComplete; 2]), "asks for the same twice.");
    told(|it| it.transitions[1].key = it.transitions[0].key.clone(), "the key ");
}

proptest! {
    #[test]
    fn whichever_holiday_goes_is_told(days in prop::collection::btree_set(0..3000u64, 2..8), gone in any::<prop::sample::Index>()) {
        let base = shipped_process();
        let first = chrono::NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
        let off = |days: Vec<u64>| {
            let days = days.into_iter().map(|it| (first + chrono::Days::new(it), "New Year's Day".to_owned())).collect();
            let calendar = Calendar::office(Tz::UTC).with_holidays(&days).unwrap();
            Configuration { calendars: vec![NamedCalendar { name: "Office hours".into(), is_default: true, calendar }], ..base.clone() }
        };
        let all: Vec<u64> = days.into_iter().collect();
        let mut fewer = all.clone();
        fewer.remove(gone.index(all.len()));
        prop_assert_eq!(differences(&off(all.clone()), &off(fewer.clone())).len(), 1);
        prop_assert_eq!(differences(&off(fewer), &off(all)).len(), 1);
    }

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
