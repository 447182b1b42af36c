//! Everything that can happen, as the activity log keeps it and reads it out.

use super::approvals::{ApprovalState, DenialReason, RoundState, StepState};
use super::ids::{RecordId, UserId};
use super::people::Role;
use super::requirements::{Confirmation, Outcome, Requirement};
use super::tasks::TaskState;
use super::workflows::TransitionKind;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// One field, before and after an edit. Empty text means not set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    pub field: String,
    pub before: String,
    pub after: String,
}

impl FieldChange {
    /// The change of one field, if it is one.
    pub fn between(field: &str, before: impl ToString, after: impl ToString) -> Option<FieldChange> {
        let (before, after) = (before.to_string(), after.to_string());
        (before != after).then(|| FieldChange { field: field.to_owned(), before, after })
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "details", rename_all = "snake_case")]
pub enum Event {
    ReleaseRegistered { identifier: String, title: String, category: String },
    ChangeRegistered { title: String, category: String },
    RecordEdited { section: String, fields: Vec<FieldChange> },
    PhaseEntered { transition: TransitionKind, from: String, to: String, reason: String },
    RecordEnded { transition: TransitionKind, from: String, outcome: String, reason: String },
    ReleaseSuperseded { by: String },
    RequirementWaived { requirement: Requirement, reason: String },
    ConfirmationRecorded { subject: Confirmation, outcome: Outcome, note: String, link: String },
    ChangeRelated { release: String, change: String },
    ChangeUnrelated { release: String, change: String },
    ChangesAllAuthorised { count: usize },
    ChangesAllImplemented { count: usize },
    WatchingStarted {},
    WatchingEnded {},
    ModelApplied { model: String, tasks: usize },
    TaskAdded { title: String },
    TaskEdited { title: String, fields: Vec<FieldChange> },
    TaskAssigned { title: String, before: String, after: String },
    TaskMoved { title: String, from: TaskState, to: TaskState, note: String },
    TaskShifted { title: String, before: String, after: String },
    ApprovalAsked { phase: String, approvers: Vec<String> },
    ApprovalDecided { step: String, decision: ApprovalState, reason: Option<DenialReason>, comment: String, digest: String },
    ApprovalRetracted { step: String },
    ApprovalReopened { step: String, approver: String, changed: Vec<String> },
    ApprovalExcluded { step: String, approver: String },
    StepSettled { step: String, state: StepState },
    RoundSettled { phase: String, state: RoundState },
    RoundWithdrawn { phase: String, reason: String },
    ItemRegistered { name: String },
    ItemEdited { name: String, fields: Vec<FieldChange> },
    SignedIn { address: String },
    SignedOut {},
    SignInRefused { email: String, address: String },
    SessionsEnded { count: usize },
    UserCreated { user: UserId, name: String, roles: Vec<Role> },
    UserEdited { user: UserId, name: String, fields: Vec<FieldChange> },
    UserDisabled { user: UserId, name: String },
    UserEnabled { user: UserId, name: String },
    PasswordChanged { user: UserId, name: String },
    GroupCreated { name: String },
    GroupEdited { name: String, fields: Vec<FieldChange> },
    DemoLoaded { releases: usize, changes: usize },
}

impl Event {
    /// The word the log keeps, and the details beside it.
    pub fn row(&self) -> serde_json::Result<(String, serde_json::Value)> {
        let mut value = serde_json::to_value(self)?;
        let details = value.get_mut("details").map_or_else(|| serde_json::json!({}), serde_json::Value::take);
        let kind = value.get("kind").and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
        Ok((kind, details))
    }

    /// An event read back; `None` for one that this version of the program does not know.
    pub fn of_row(kind: &str, details: &serde_json::Value) -> Option<Event> {
        serde_json::from_value(serde_json::json!({ "kind": kind, "details": details })).ok()
    }

    /// What happened, as the rest of a sentence that starts with a name.
    pub fn sentence(&self) -> String {
        match self {
            Event::ReleaseRegistered { identifier, category, .. } => format!("registered {identifier} as a {} release", category.to_lowercase()),
            Event::ChangeRegistered { category, .. } => format!("registered the RFC as {}", category.to_lowercase()),
            Event::RecordEdited { section, .. } => format!("edited {}", section.to_lowercase()),
            Event::PhaseEntered { transition, from, to, .. } => match transition {
                TransitionKind::Advance | TransitionKind::Close | TransitionKind::Abandon => format!("moved on from {from} to {to}"),
                TransitionKind::Rework => format!("sent it back from {from} to {to}"),
                TransitionKind::BackOut => format!("backed out, from {from} to {to}"),
            },
            Event::RecordEnded { from, outcome, .. } => format!("ended it in {from}: {}", outcome.to_lowercase()),
            Event::ReleaseSuperseded { by } => format!("marked it superseded by {by}"),
            Event::RequirementWaived { requirement, .. } => format!("waived “{}”", requirement.label()),
            Event::ConfirmationRecorded { subject, outcome, .. } => {
                format!("recorded {} as {}", subject.label().to_lowercase(), outcome.label().to_lowercase())
            }
            Event::ChangeRelated { release, change } => format!("related {change} to {release}"),
            Event::ChangeUnrelated { release, change } => format!("took {change} off {release}"),
            Event::ChangesAllAuthorised { .. } => "completed the authorisation of its RFCs".into(),
            Event::ChangesAllImplemented { .. } => "completed the implementation of its RFCs".into(),
            Event::WatchingStarted {} => "started watching".into(),
            Event::WatchingEnded {} => "stopped watching".into(),
            Event::ModelApplied { model, tasks: 1 } => format!("applied the model {model}, which added one task"),
            Event::ModelApplied { model, tasks } => format!("applied the model {model}, which added {tasks} tasks"),
            Event::TaskAdded { title } => format!("added the task “{title}”"),
            Event::TaskEdited { title, .. } => format!("edited the task “{title}”"),
            Event::TaskAssigned { title, after, .. } if after.is_empty() => format!("took the assignee off the task “{title}”"),
            Event::TaskAssigned { title, after, .. } => format!("assigned the task “{title}” to {after}"),
            Event::TaskMoved { title, to, .. } => match to {
                TaskState::Planned | TaskState::Ready => format!("reopened the task “{title}”"),
                TaskState::InProgress => format!("started the task “{title}”"),
                TaskState::Done => format!("completed the task “{title}”"),
                TaskState::Skipped => format!("skipped the task “{title}”"),
                TaskState::Failed => format!("marked the task “{title}” as failed"),
            },
            Event::TaskShifted { title, .. } => format!("moved the due date of the task “{title}”"),
            Event::ApprovalAsked { phase, approvers } => format!("asked {} to approve {phase}", approvers.join(", ")),
            Event::ApprovalDecided { step, decision, .. } => match decision {
                ApprovalState::Approved => format!("approved {step}"),
                ApprovalState::Denied => format!("denied {step}"),
                ApprovalState::Waiting | ApprovalState::Pending | ApprovalState::NotNeeded | ApprovalState::Excluded => format!("answered {step}"),
            },
            Event::ApprovalRetracted { step } => format!("took back the decision on {step}"),
            Event::ApprovalReopened { step, approver, changed } => {
                format!("reopened the decision of {approver} on {step}: {} changed", changed.join(", ").to_lowercase())
            }
            Event::ApprovalExcluded { step, approver } => format!("made {approver} responsible, who therefore no longer decides on {step}"),
            Event::StepSettled { step, state } => format!("settled {step}: {}", state.label().to_lowercase()),
            Event::RoundSettled { phase, state } => format!("settled the approval of {phase}: {}", state.label().to_lowercase()),
            Event::RoundWithdrawn { phase, .. } => format!("withdrew the approval of {phase}"),
            Event::ItemRegistered { name } => format!("registered the configuration item {name}"),
            Event::ItemEdited { name, .. } => format!("edited the configuration item {name}"),
            Event::SignedIn { .. } => "signed in".into(),
            Event::SignedOut {} => "signed out".into(),
            Event::SignInRefused { email, .. } => format!("refused a sign-in as {email}"),
            Event::SessionsEnded { count: 1 } => "ended a session".into(),
            Event::SessionsEnded { count } => format!("ended {count} sessions"),
            Event::UserCreated { name, .. } => format!("created the account of {name}"),
            Event::UserEdited { name, .. } => format!("edited the account of {name}"),
            Event::UserDisabled { name, .. } => format!("disabled the account of {name}"),
            Event::UserEnabled { name, .. } => format!("enabled the account of {name}"),
            Event::PasswordChanged { name, .. } => format!("changed the password of {name}"),
            Event::GroupCreated { name } => format!("created the group {name}"),
            Event::GroupEdited { name, .. } => format!("edited the group {name}"),
            Event::DemoLoaded { releases, changes } => format!("loaded the demo: {releases} releases and {changes} RFCs"),
        }
    }

    /// The reason or remark that goes with it; empty if there is none.
    pub fn remark(&self) -> &str {
        match self {
            Event::PhaseEntered { reason, .. }
            | Event::RecordEnded { reason, .. }
            | Event::RequirementWaived { reason, .. }
            | Event::RoundWithdrawn { reason, .. } => reason,
            Event::ConfirmationRecorded { note, .. } | Event::TaskMoved { note, .. } => note,
            Event::ApprovalDecided { comment, .. } => comment,
            Event::SignedIn { address } | Event::SignInRefused { address, .. } => address,
            Event::ReleaseRegistered { title, .. } | Event::ChangeRegistered { title, .. } => title,
            Event::RecordEdited { .. }
            | Event::ReleaseSuperseded { .. }
            | Event::ChangeRelated { .. }
            | Event::ChangeUnrelated { .. }
            | Event::ChangesAllAuthorised { .. }
            | Event::ChangesAllImplemented { .. }
            | Event::WatchingStarted {}
            | Event::WatchingEnded {}
            | Event::ModelApplied { .. }
            | Event::TaskAdded { .. }
            | Event::TaskEdited { .. }
            | Event::TaskAssigned { .. }
            | Event::TaskShifted { .. }
            | Event::ApprovalAsked { .. }
            | Event::ApprovalRetracted { .. }
            | Event::ApprovalReopened { .. }
            | Event::ApprovalExcluded { .. }
            | Event::StepSettled { .. }
            | Event::RoundSettled { .. }
            | Event::ItemRegistered { .. }
            | Event::ItemEdited { .. }
            | Event::SignedOut {}
            | Event::SessionsEnded { .. }
            | Event::UserCreated { .. }
            | Event::UserEdited { .. }
            | Event::UserDisabled { .. }
            | Event::UserEnabled { .. }
            | Event::PasswordChanged { .. }
            | Event::GroupCreated { .. }
            | Event::GroupEdited { .. }
            | Event::DemoLoaded { .. } => "",
        }
    }

    /// What was edited, before and after.
    pub fn fields(&self) -> Vec<FieldChange> {
        match self {
            Event::RecordEdited { fields, .. }
            | Event::TaskEdited { fields, .. }
            | Event::ItemEdited { fields, .. }
            | Event::UserEdited { fields, .. }
            | Event::GroupEdited { fields, .. } => fields.clone(),
            Event::TaskAssigned { before, after, .. } => FieldChange::between("Assignee", before, after).into_iter().collect(),
            Event::TaskShifted { before, after, .. } => FieldChange::between("Due", before, after).into_iter().collect(),
            Event::ReleaseRegistered { .. }
            | Event::ChangeRegistered { .. }
            | Event::PhaseEntered { .. }
            | Event::RecordEnded { .. }
            | Event::ReleaseSuperseded { .. }
            | Event::RequirementWaived { .. }
            | Event::ConfirmationRecorded { .. }
            | Event::ChangeRelated { .. }
            | Event::ChangeUnrelated { .. }
            | Event::ChangesAllAuthorised { .. }
            | Event::ChangesAllImplemented { .. }
            | Event::WatchingStarted {}
            | Event::WatchingEnded {}
            | Event::ModelApplied { .. }
            | Event::TaskAdded { .. }
            | Event::TaskMoved { .. }
            | Event::ApprovalAsked { .. }
            | Event::ApprovalDecided { .. }
            | Event::ApprovalRetracted { .. }
            | Event::ApprovalReopened { .. }
            | Event::ApprovalExcluded { .. }
            | Event::StepSettled { .. }
            | Event::RoundSettled { .. }
            | Event::RoundWithdrawn { .. }
            | Event::ItemRegistered { .. }
            | Event::SignedIn { .. }
            | Event::SignedOut {}
            | Event::SignInRefused { .. }
            | Event::SessionsEnded { .. }
            | Event::UserCreated { .. }
            | Event::UserDisabled { .. }
            | Event::UserEnabled { .. }
            | Event::PasswordChanged { .. }
            | Event::GroupCreated { .. }
            | Event::DemoLoaded { .. } => Vec::new(),
        }
    }
}

/// A row of the log as its hash covers it.
#[derive(Clone, Debug)]
pub struct Link<'a> {
    pub id: i64,
    pub at: DateTime<Utc>,
    pub actor: UserId,
    pub on_behalf_of: Option<UserId>,
    pub record: Option<RecordId>,
    pub kind: &'a str,
    pub details: &'a serde_json::Value,
}

impl Link<'_> {
    /// SHA-256 over the hash before and every column of the row. Times count in microseconds, which is what the database keeps;
    /// details count in canonical form, because the database does not keep the order of keys.
    pub fn hash(&self, previous: &[u8]) -> Vec<u8> {
        let mut text = format!(
            "{}\n{}\n{}\n{}\n{}\n{}\n",
            self.id,
            self.at.timestamp_micros(),
            self.actor,
            self.on_behalf_of.map_or(String::new(), |it| it.to_string()),
            self.record.map_or(String::new(), |it| it.to_string()),
            self.kind,
        );
        canonical(self.details, &mut text);
        Sha256::new().chain_update(previous).chain_update(text.as_bytes()).finalize().to_vec()
    }
}

fn canonical(value: &serde_json::Value, out: &mut String) {
    match value {
        serde_json::Value::Object(map) => {
            let mut keys: Vec<&String> = map.keys().collect();
            keys.sort();
            out.push('{');
            for key in keys {
                out.push_str(&serde_json::Value::from(key.as_str()).to_string());
                out.push(':');
                canonical(&map[key], out);
                out.push(',');
            }
            out.push('}');
        }
        serde_json::Value::Array(items) => {
            out.push('[');
            for item in items {
                canonical(item, out);
                out.push(',');
            }
            out.push(']');
        }
        serde_json::Value::Null | serde_json::Value::Bool(_) | serde_json::Value::Number(_) | serde_json::Value::String(_) => out.push_str(&value.to_string()),
    }
}

#[cfg(test)]
mod tests;
