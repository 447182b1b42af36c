//! The whole process as one readable file, so that two installations agree: what it holds, how it is written and read, and what differs.

use super::calendars::Calendar;
use super::ids::UserId;
use super::models::{ModelTask, PlanTexts};
use super::notification_rules::NotificationRule;
use super::policies::{Policy, WAIVING};
use super::records::RecordKind;
use super::releases::Level;
use super::workflows::{Approvers, Phase};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

mod checking;
mod differences;
pub mod stranded;
pub use checking::{Around, faults};
pub use differences::{Difference, differences};

/// The version of the file's form.
pub const FORMAT: u32 = 1;

/// The largest file that is taken.
pub const LIMIT: usize = 2 * 1024 * 1024;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Configuration {
    pub format: u32,
    pub policy: Policy,
    /// Whom the numbers of people in this file mean: their addresses.
    #[serde(default)]
    pub people: BTreeMap<String, String>,
    #[serde(default)]
    pub groups: Vec<Group>,
    #[serde(default)]
    pub calendars: Vec<NamedCalendar>,
    #[serde(default)]
    pub workflows: Vec<NamedWorkflow>,
    #[serde(default)]
    pub categories: Vec<Category>,
    #[serde(default)]
    pub models: Vec<NamedModel>,
    #[serde(default)]
    pub notification_rules: Vec<NotificationRule>,
}

/// A group that the process names. Who is in it differs from installation to installation, and is not in the file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    pub key: String,
    pub name: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamedCalendar {
    pub name: String,
    #[serde(default)]
    pub is_default: bool,
    pub calendar: Calendar,
}

/// The newest version of a workflow.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamedWorkflow {
    pub key: String,
    pub name: String,
    pub kind: RecordKind,
    pub phases: Vec<Phase>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Category {
    pub key: String,
    pub name: String,
    pub kind: RecordKind,
    pub level: Level,
    /// The key of the workflow that its new records follow, in the newest version.
    pub workflow: String,
    /// The version that they follow instead, where a category was left on an earlier one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workflow_version: Option<i32>,
    /// The key of the model that is preselected.
    #[serde(default)]
    pub model: Option<String>,
    #[serde(default)]
    pub retired: bool,
}

/// The newest version of a release model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamedModel {
    pub key: String,
    pub name: String,
    /// The key of its category.
    pub category: String,
    #[serde(default)]
    pub retired: bool,
    #[serde(default)]
    pub texts: PlanTexts,
    #[serde(default)]
    pub tasks: Vec<ModelTask>,
}

impl Configuration {
    /// The file, as people read it.
    pub fn written(&self) -> Result<String, toml::ser::Error> {
        toml::to_string_pretty(self)
    }

    /// Reads a file, or says in which line it cannot be read.
    pub fn read(text: &str) -> Result<Configuration, String> {
        if text.len() > LIMIT {
            return Err(format!("The file is larger than {} MB.", LIMIT / 1024 / 1024));
        }
        // Forms send lines that end as those of letters once did.
        let text = &text.replace("\r\n", "\n");
        let it: Configuration = toml::from_str(text).map_err(|cause| unreadable(text, &cause))?;
        if it.format == FORMAT { Ok(it) } else { Err(format!("The file has the form {}; this version of Slipway reads the form {FORMAT}.", it.format)) }
    }

    /// The same without what makes no difference: spaces around names, and rules of the policy that say what goes anyway.
    pub fn tidied(mut self) -> Configuration {
        let names = self.workflows.iter_mut().map(|it| &mut it.name).chain(self.categories.iter_mut().map(|it| &mut it.name));
        let names = names.chain(self.models.iter_mut().map(|it| &mut it.name)).chain(self.calendars.iter_mut().map(|it| &mut it.name));
        names.for_each(|it| *it = it.trim().to_owned());
        for (requirement, roles) in self.policy.waivers.clone() {
            if roles.iter().all(|it| WAIVING.contains(it)) {
                self.policy.let_waive(requirement, &roles);
            }
        }
        for it in &self.categories {
            if let Some(parts) = self.policy.numbering.get(&it.key).copied() {
                self.policy.number(&it.key, it.level, parts);
            }
        }
        self
    }

    /// Calls `turn` for everybody whom the file names by number.
    pub fn turn_people(&mut self, mut turn: impl FnMut(&mut UserId)) {
        for step in self.workflows.iter_mut().flat_map(|it| &mut it.phases).flat_map(|it| &mut it.approvals) {
            if let Approvers::Users(ids) = &mut step.approvers {
                ids.iter_mut().for_each(&mut turn);
            }
        }
        self.models.iter_mut().flat_map(|it| &mut it.tasks).filter_map(|it| it.assignee.as_mut()).for_each(&mut turn);
        self.notification_rules.iter_mut().flat_map(|it| &mut it.recipients.people).for_each(&mut turn);
    }

    /// The same with people by the numbers that they have here. Names those addresses that nobody has.
    pub fn at_home(mut self, known: &BTreeMap<String, UserId>) -> Result<Configuration, Vec<String>> {
        let mut strangers = Vec::new();
        let people = std::mem::take(&mut self.people);
        self.turn_people(|id| match people.get(&id.to_string()).map(|it| (it, known.get(&it.to_lowercase()))) {
            Some((_, Some(here))) => *id = *here,
            Some((address, None)) => strangers.push(format!("Nobody here has the address {address}.")),
            None => strangers.push(format!("The file does not say who number {id} is: it is missing in the part “people”.")),
        });
        strangers.sort();
        strangers.dedup();
        if !strangers.is_empty() {
            return Err(strangers);
        }
        self.name_people(known);
        Ok(self)
    }

    /// Notes the addresses of all whom it names.
    pub fn name_people(&mut self, known: &BTreeMap<String, UserId>) {
        let mut people = BTreeMap::new();
        self.turn_people(|id| {
            if let Some((address, _)) = known.iter().find(|(_, other)| *other == id) {
                people.insert(id.to_string(), address.clone());
            }
        });
        self.people = people;
    }
}

fn unreadable(text: &str, cause: &toml::de::Error) -> String {
    let line = cause.span().map(|it| text.get(..it.start).unwrap_or_default().matches('\n').count() + 1);
    let message = cause.message().trim_end_matches('.');
    line.map_or_else(|| format!("It cannot be read: {message}."), |line| format!("Line {line} cannot be read: {message}."))
}

#[cfg(test)]
mod tests;
