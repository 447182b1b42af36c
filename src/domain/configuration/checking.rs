//! What is wrong with a file before anything of it is taken: whatever the forms would refuse, judged by what would stand afterwards. What a file
//! leaves as it is here is not judged again, so that an installation always takes what it has written itself.

use super::{Category, Configuration, NamedWorkflow};
use crate::domain::calendars::{BadHolidays, MOST_HOLIDAYS, is_kept};
use crate::domain::categories::Usage;
use crate::domain::keys::is_key;
use crate::domain::models::Ground;
use crate::domain::records::RecordKind;
use crate::domain::text;
use crate::domain::workflows::Workflow;
use crate::domain::workflows::world::World;
use std::collections::{BTreeMap, BTreeSet};

mod categories;
mod models;
mod policy;
mod workflows;

/// What a file stands on in an installation.
pub struct Around<'a> {
    pub now: &'a Configuration,
    /// Of releases, and of RFCs, as they are before the file is taken.
    pub worlds: [World; 2],
    /// People and groups that can be given work; the workflow in it does not count.
    pub ground: Ground,
    /// How categories are used, by their keys.
    pub usage: BTreeMap<String, Usage>,
    /// The earlier versions of workflows that categories follow, by the keys of the categories.
    pub earlier: BTreeMap<String, Workflow>,
    /// Keys and names of drafts of workflows.
    pub drafts: Vec<(String, String)>,
}

impl Around<'_> {
    fn world(&self, kind: RecordKind) -> &World {
        let [releases, changes] = &self.worlds;
        match kind {
            RecordKind::Release => releases,
            RecordKind::Change => changes,
        }
    }

    /// A workflow as it stands when the file is taken: the file's, or the one that it leaves alone.
    fn workflow<'a>(&'a self, file: &'a Configuration, key: &str) -> Option<&'a NamedWorkflow> {
        let of = |it: &'a Configuration| it.workflows.iter().find(|it| it.key == key);
        of(file).or_else(|| of(self.now))
    }

    /// What new records of a category follow when the file is taken.
    pub(super) fn followed(&self, file: &Configuration, category: &Category) -> Option<Workflow> {
        if category.workflow_version.is_some() {
            return self.earlier.get(&category.key).cloned();
        }
        self.workflow(file, &category.workflow).map(|it| Workflow { phases: it.phases.clone() })
    }
}

/// Everything that is wrong, each with its place in the file. Whoever imports mends it there.
pub fn faults(file: &Configuration, around: &Around<'_>) -> Vec<String> {
    let mut found = Vec::new();
    let missing = file.groups.iter().filter(|it| !around.now.groups.iter().any(|other| other.key == it.key));
    found.extend(missing.map(|it| format!("There is no group “{}” ({}) here. Create it first, with its members.", it.name, it.key)));
    repeated(&mut found, file);
    found.extend(policy::faults(file, around));
    calendars(&mut found, file, around);
    found.extend(workflows::faults(file, around));
    found.extend(categories::faults(file, around));
    found.extend(models::faults(file, around));
    found
}

fn repeated(found: &mut Vec<String>, file: &Configuration) {
    twice(found, "group", file.groups.iter().map(|it| it.key.clone()));
    twice(found, "calendar", file.calendars.iter().map(|it| it.name.clone()));
    twice(found, "workflow", file.workflows.iter().map(|it| it.key.clone()));
    twice(found, "category", file.categories.iter().map(|it| it.key.clone()));
    twice(found, "release model", file.models.iter().map(|it| it.key.clone()));
    twice(found, "notification rule", file.notification_rules.iter().map(|it| format!("{:?}", it.place())));
}

fn twice(found: &mut Vec<String>, what: &str, keys: impl Iterator<Item = String>) {
    let mut seen = BTreeSet::new();
    found.extend(keys.filter(|it| !seen.insert(it.clone())).map(|it| format!("The {what} {it} is there twice.")));
}

fn calendars(found: &mut Vec<String>, file: &Configuration, around: &Around<'_>) {
    let mut left = around.now.calendars.iter().filter(|it| !file.calendars.iter().any(|new| new.name == it.name));
    let defaults = file.calendars.iter().filter(|it| it.is_default).count();
    if defaults > 1 || (defaults == 0 && !left.any(|it| it.is_default)) {
        found.push("Exactly one calendar must be the default one.".to_owned());
    }
    for it in file.calendars.iter().filter(|it| !around.now.calendars.contains(it)) {
        let mut about = |fault: String| found.push(format!("Calendar “{}”: {fault}", it.name));
        named(&it.name).into_iter().for_each(&mut about);
        if it.calendar.holidays().len() > MOST_HOLIDAYS {
            about(BadHolidays::TooMany.to_string());
        }
        let strange = it.calendar.holidays().keys().filter(|day| !is_kept(**day));
        strange.for_each(|day| about(BadHolidays::FarAway(*day).to_string()));
        let names = it.calendar.holidays().iter().filter_map(|(day, name)| Some(format!("holiday {day}: {}", text::optional_line(name).err()?)));
        names.for_each(&mut about);
    }
}

/// What is wrong with a name.
fn named(name: &str) -> Option<String> {
    text::line(name).err().map(|fault| format!("name: {fault}"))
}

/// What is wrong with the key of something new.
fn keyed(key: &str) -> Option<String> {
    (!is_key(key)).then(|| format!("key “{key}”: write small Latin letters, digits, “_” and “-”."))
}
