//! What a model stands on: the workflow of its category, and the groups and people it can give work to.

use super::ModelTask;
use crate::domain::ids::UserId;
use crate::domain::workflows::{Phase, Workflow};
use std::collections::BTreeMap;

#[derive(Clone, Debug)]
pub struct Ground {
    pub workflow: Workflow,
    /// Names of groups by their keys.
    pub groups: BTreeMap<String, String>,
    /// Names of those who can be given work.
    pub people: BTreeMap<UserId, String>,
    /// Names of those whose account is closed.
    pub closed: BTreeMap<UserId, String>,
}

impl Ground {
    /// The phases that work is done in, in order.
    pub fn phases(&self) -> impl Iterator<Item = &Phase> {
        self.workflow.phases.iter().filter(|it| !it.is_end())
    }

    pub fn phase(&self, key: &str) -> Option<&Phase> {
        self.phases().find(|it| it.key == key)
    }

    pub fn phase_name<'a>(&'a self, key: &'a str) -> &'a str {
        self.phase(key).map_or(key, |it| it.name.as_str())
    }

    /// Where a phase stands; one that the workflow does not have comes before all others.
    pub fn position(&self, key: &str) -> Option<usize> {
        self.phases().position(|it| it.key == key)
    }

    /// Who does a task, by name; empty where it is nobody.
    pub fn doer<'a>(&'a self, task: &'a ModelTask) -> &'a str {
        let person = task.assignee.and_then(|it| self.people.get(&it));
        let group = task.group.as_ref().map(|it| self.groups.get(it).unwrap_or(it));
        person.or(group).map_or("", String::as_str)
    }

    /// Who should do a task and cannot any more, because their account is closed.
    pub fn gone(&self, task: &ModelTask) -> Option<&str> {
        let id = task.assignee.filter(|it| !self.people.contains_key(it))?;
        Some(self.closed.get(&id).map_or("Somebody", String::as_str))
    }
}
