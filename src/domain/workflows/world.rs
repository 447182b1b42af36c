//! What must be known of an installation to judge a workflow: its groups, its people, and how far its RFCs can come.

use super::{ApprovalStep, Approvers, SelfApproval};
use crate::domain::approvals::{Rule, Tally, Verdict};
use crate::domain::ids::UserId;
use crate::domain::people::Role;
use crate::domain::records::{Milestone, RecordKind};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Clone, Debug)]
pub struct World {
    /// Of which records the workflow is to be.
    pub kind: RecordKind,
    /// By their keys.
    pub groups: BTreeMap<String, Group>,
    pub people: BTreeMap<UserId, Person>,
    /// How far RFCs can come, by the workflows of the categories in which they can be registered.
    pub milestones: BTreeSet<Milestone>,
    /// Whether the policy lets those who run a record decide on it.
    pub self_approval: bool,
}

#[derive(Clone, Debug, Default)]
pub struct Group {
    pub name: String,
    /// Also those whose account is closed.
    pub members: BTreeSet<UserId>,
}

#[derive(Clone, Debug)]
pub struct Person {
    pub name: String,
    pub roles: BTreeSet<Role>,
    pub active: bool,
}

impl Person {
    pub fn may_decide(&self) -> bool {
        self.active && self.roles.iter().any(|it| *it != Role::Viewer)
    }

    /// Whether by role they own or coordinate records of this kind.
    pub fn runs(&self, kind: RecordKind) -> bool {
        self.roles.iter().any(|role| match role {
            Role::Administrator | Role::ReleaseManager | Role::ReleaseCoordinator => true,
            Role::Contributor => kind == RecordKind::Change,
            Role::ReleaseApprover | Role::Viewer => false,
        })
    }
}

impl World {
    /// Those whom a step would ask, by name: like the round itself, only who may decide.
    pub fn asked(&self, approvers: &Approvers) -> Vec<&Person> {
        let named = |it: &UserId| match approvers {
            Approvers::Group(key) => self.groups.get(key).is_some_and(|group| group.members.contains(it)),
            Approvers::Role(role) => self.people.get(it).is_some_and(|person| person.roles.contains(role)),
            Approvers::Users(ids) => ids.contains(it),
        };
        let mut asked: Vec<&Person> = self.people.iter().filter(|(id, person)| person.may_decide() && named(id)).map(|(_, it)| it).collect();
        asked.sort_by(|one, other| one.name.cmp(&other.name));
        asked
    }

    /// What those are called whom a step asks: "Change Advisory Board", "Release Manager", "named".
    pub fn asked_as(&self, approvers: &Approvers) -> String {
        match approvers {
            Approvers::Group(key) => self.group_name(key).to_owned(),
            Approvers::Role(role) => role.label().to_owned(),
            Approvers::Users(_) => "named".to_owned(),
        }
    }

    /// A group's name; its key if there is no such group.
    pub fn group_name<'a>(&'a self, key: &'a str) -> &'a str {
        self.groups.get(key).map_or(key, |it| it.name.as_str())
    }

    pub fn may_decide_on_own(&self, step: &ApprovalStep) -> bool {
        match step.self_approval {
            SelfApproval::Allowed => true,
            SelfApproval::Never => false,
            SelfApproval::ByPolicy => self.self_approval,
        }
    }

    /// How many a step has to ask at least: all of them but one, if one of them could own the record and must not decide on it. Somebody else may
    /// coordinate it and not decide either: that is not counted here.
    pub fn left_to_ask(&self, step: &ApprovalStep) -> usize {
        let asked = self.asked(&step.approvers);
        let own = !self.may_decide_on_own(step) && asked.iter().any(|it| it.runs(self.kind));
        asked.len() - usize::from(own)
    }

    /// Whether somebody may take support over: it is accepted by a member of a group who may decide.
    pub fn takes_over(&self) -> bool {
        self.groups.values().flat_map(|it| &it.members).any(|it| self.people.get(it).is_some_and(Person::may_decide))
    }
}

/// Whether a rule is met when all of those asked approve.
pub fn can_be_met(rule: Rule, asked: usize) -> bool {
    rule.verdict(Tally { asked, approved: asked, denied: 0 }) == Verdict::Approved
}
