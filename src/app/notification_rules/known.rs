//! What notification rules speak of, by its names: workflows and their phases, groups, people.

use crate::app::{FormErrors, Result};
use crate::domain::events::FieldChange;
use crate::domain::ids::UserId;
use crate::domain::notification_rules::{NotificationRule, Recipients};
use crate::domain::records::RecordKind;
use crate::domain::workflows::Phase;
use crate::store::{PgConnection, groups, users, workflows};
use std::collections::BTreeMap;

/// A workflow with the phases of all its versions.
#[derive(Clone, Debug)]
pub struct Followed {
    pub key: String,
    pub name: String,
    pub kind: RecordKind,
    /// Key and name, in order.
    pub phases: Vec<(String, String)>,
}

/// Everything that a rule can name.
#[derive(Clone, Debug, Default)]
pub struct Known {
    pub workflows: Vec<Followed>,
    /// Key and name.
    pub groups: Vec<(String, String)>,
    pub people: BTreeMap<UserId, String>,
}

impl Known {
    pub fn load(conn: &mut PgConnection) -> Result<Known> {
        let mut known = Known::default();
        // The newest version names the workflow and its phases; older ones add what records may still be in.
        let mut all = workflows::list(conn)?;
        all.sort_by_key(|it| (it.kind == RecordKind::Change, std::cmp::Reverse(it.version)));
        for it in all {
            known.add(&it.key, &it.name, it.kind, &it.workflow.phases);
        }
        known.groups = groups::list(conn)?.into_iter().map(|it| (it.key, it.name)).collect();
        known.people = users::people(conn)?.into_iter().map(|it| (it.id, it.name)).collect();
        Ok(known)
    }

    /// Adds a workflow, or what phases this version of one has besides.
    pub fn add(&mut self, key: &str, name: &str, kind: RecordKind, phases: &[Phase]) {
        let at = self.workflows.iter().position(|it| it.key == key).unwrap_or_else(|| {
            self.workflows.push(Followed { key: key.to_owned(), name: name.to_owned(), kind, phases: Vec::new() });
            self.workflows.len() - 1
        });
        let Some(followed) = self.workflows.get_mut(at) else { return };
        for phase in phases {
            if !followed.phases.iter().any(|(key, _)| *key == phase.key) {
                followed.phases.push((phase.key.clone(), phase.name.clone()));
            }
        }
    }

    /// Every phase of any workflow: key and name, in order.
    pub fn phases(&self) -> Vec<(String, String)> {
        let mut phases: Vec<(String, String)> = Vec::new();
        for (key, name) in self.workflows.iter().flat_map(|it| &it.phases) {
            if !phases.iter().any(|(it, _)| it == key) {
                phases.push((key.clone(), name.clone()));
            }
        }
        phases
    }

    /// What of a rule is not known, beside the field that names it.
    pub fn strangers(&self, rule: &NotificationRule) -> FormErrors {
        let mut errors = FormErrors::default();
        let workflow = rule.workflow.as_ref().map(|key| self.workflows.iter().find(|it| it.key == *key));
        if workflow.is_some_and(|it| it.is_none()) {
            errors.about("workflow", "This workflow cannot be chosen any more.");
        }
        if let Some(phase) = &rule.phase {
            let of = |it: &Followed| it.phases.iter().any(|(key, _)| key == phase);
            match workflow.flatten() {
                Some(workflow) if !of(workflow) => {
                    errors.about("phase", format!("{} has no such phase. Choose one of its own, or any workflow.", workflow.name))
                }
                None if !self.workflows.iter().any(of) => errors.about("phase", "No workflow has this phase. Choose another one."),
                Some(_) | None => {}
            }
        }
        if !rule.recipients.groups.iter().all(|key| self.groups.iter().any(|(it, _)| it == key)) {
            errors.about("groups", "One of these groups cannot be chosen any more. Choose again.");
        }
        if !rule.recipients.people.iter().all(|it| self.people.contains_key(it)) {
            errors.about("people", "One of these people cannot be chosen any more. Choose again.");
        }
        errors
    }

    pub fn workflow(&self, key: &str) -> String {
        self.workflows.iter().find(|it| it.key == key).map_or_else(|| key.to_owned(), |it| it.name.clone())
    }

    /// A phase by its key, in the words of this workflow or else of the first that has it.
    pub fn phase(&self, workflow: Option<&str>, key: &str) -> String {
        let own = self.workflows.iter().filter(|it| workflow.is_none_or(|workflow| it.key == workflow));
        let named = own.flat_map(|it| &it.phases).find(|(it, _)| it == key);
        named.map_or_else(|| key.to_owned(), |(_, name)| name.clone())
    }

    /// Where a rule applies: `Rollout, in Major release`.
    pub fn place(&self, rule: &NotificationRule) -> String {
        let workflow = rule.workflow.as_deref();
        match (rule.phase.as_deref(), workflow) {
            (Some(phase), Some(key)) => format!("{}, in {}", self.phase(workflow, phase), self.workflow(key)),
            (Some(phase), None) => format!("{}, in every workflow", self.phase(None, phase)),
            (None, Some(key)) => format!("Every phase of {}", self.workflow(key)),
            (None, None) => "Everywhere".to_owned(),
        }
    }

    /// What a rule is called: `“Phase entered” (Rollout, in Major release; when it is late)`.
    pub fn title(&self, rule: &NotificationRule) -> String {
        format!("“{}” ({}; {})", rule.event.label(), self.place(rule), rule.condition.label())
    }

    /// Who hears by a rule, each as one words.
    pub fn recipients(&self, recipients: &Recipients) -> Vec<String> {
        let parties = recipients.parties.iter().map(|it| it.label().to_owned());
        let group = |key: &String| self.groups.iter().find(|(it, _)| it == key).map_or_else(|| key.clone(), |(_, name)| name.clone());
        let person = |id: &UserId| self.people.get(id).cloned().unwrap_or_else(|| "somebody whose account is disabled".to_owned());
        parties.chain(recipients.groups.iter().map(group)).chain(recipients.people.iter().map(person)).collect()
    }

    /// What differs between two rules; none stands for a rule that is not there.
    pub fn changes(&self, before: Option<&NotificationRule>, after: Option<&NotificationRule>) -> Vec<FieldChange> {
        let said = |of: &dyn Fn(&NotificationRule) -> String| {
            let text = |it: Option<&NotificationRule>| it.map_or_else(String::new, of);
            (text(before), text(after))
        };
        let field = |name: &str, of: &dyn Fn(&NotificationRule) -> String| {
            let (before, after) = said(of);
            FieldChange::between(name, before, after)
        };
        let recipients = |it: &NotificationRule| self.recipients(&it.recipients).join(", ");
        let fields = [
            field("Event", &|it| it.event.label().to_owned()),
            field("Where", &|it| self.place(it)),
            field("Condition", &|it| it.condition.label().to_owned()),
            field("Recipients", &recipients),
            field("Urgency", &|it| it.urgency.label().to_owned()),
        ];
        fields.into_iter().flatten().collect()
    }
}
