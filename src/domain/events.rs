//! Everything that can happen, as the activity log keeps it and reads it out.

use super::approvals::{ApprovalState, DenialReason, RoundState, StepState};
use super::ids::{ApprovalId, MailId, TaskId, UserId};
use super::people::Role;
use super::requirements::{Confirmation, Outcome, Requirement};
use super::tasks::TaskState;
use super::workflows::TransitionKind;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

mod chain;
mod particulars;
pub use chain::Link;

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
    ReleaseRegistered {
        identifier: String,
        title: String,
        category: String,
    },
    ChangeRegistered {
        title: String,
        category: String,
    },
    RecordEdited {
        section: String,
        fields: Vec<FieldChange>,
    },
    PhaseEntered {
        transition: TransitionKind,
        from: String,
        to: String,
        reason: String,
    },
    RecordEnded {
        transition: TransitionKind,
        from: String,
        outcome: String,
        reason: String,
    },
    ReleaseSuperseded {
        by: String,
    },
    RequirementWaived {
        requirement: Requirement,
        reason: String,
    },
    ConfirmationRecorded {
        subject: Confirmation,
        outcome: Outcome,
        note: String,
        link: String,
    },
    ChangeRelated {
        release: String,
        change: String,
    },
    ChangeUnrelated {
        release: String,
        change: String,
    },
    ChangesAllAuthorised {
        count: usize,
    },
    ChangesAllImplemented {
        count: usize,
    },
    WatchingStarted {},
    WatchingEnded {},
    ModelApplied {
        model: String,
        tasks: usize,
    },
    TaskAdded {
        title: String,
        #[serde(default)]
        task: Option<TaskId>,
        #[serde(default)]
        assignee: Option<UserId>,
    },
    TaskEdited {
        title: String,
        fields: Vec<FieldChange>,
        #[serde(default)]
        task: Option<TaskId>,
        /// The new assignee, if that changed.
        #[serde(default)]
        assignee: Option<UserId>,
    },
    TaskAssigned {
        title: String,
        before: String,
        after: String,
        #[serde(default)]
        task: Option<TaskId>,
        #[serde(default)]
        assignee: Option<UserId>,
    },
    TasksReady {
        tasks: Vec<TaskId>,
        titles: Vec<String>,
    },
    TaskMoved {
        title: String,
        from: TaskState,
        to: TaskState,
        note: String,
    },
    TaskShifted {
        title: String,
        before: String,
        after: String,
    },
    ApprovalAsked {
        phase: String,
        approvers: Vec<String>,
    },
    /// These approvers' answers are awaited from now on.
    StepOpened {
        step: String,
        approvals: Vec<ApprovalId>,
        approvers: Vec<String>,
    },
    ApprovalDecided {
        step: String,
        decision: ApprovalState,
        reason: Option<DenialReason>,
        comment: String,
        digest: String,
        #[serde(default)]
        approval: Option<ApprovalId>,
        /// From the mail, without signing in.
        #[serde(default)]
        by_link: bool,
    },
    ApprovalReassigned {
        step: String,
        from: String,
        to: String,
        reason: String,
        approval: ApprovalId,
    },
    ApprovalRetracted {
        step: String,
    },
    ApprovalReopened {
        step: String,
        approver: String,
        changed: Vec<String>,
        #[serde(default)]
        approval: Option<ApprovalId>,
    },
    ApprovalExcluded {
        step: String,
        approver: String,
    },
    StepSettled {
        step: String,
        state: StepState,
        /// Approvals that were awaited and need no answer any more.
        #[serde(default)]
        spared: Vec<ApprovalId>,
    },
    RoundSettled {
        phase: String,
        state: RoundState,
        /// Approvals that were awaited and need no answer any more.
        #[serde(default)]
        spared: Vec<ApprovalId>,
    },
    RoundWithdrawn {
        phase: String,
        reason: String,
        /// Approvals that were awaited and need no answer any more.
        #[serde(default)]
        spared: Vec<ApprovalId>,
    },
    ItemRegistered {
        name: String,
    },
    ItemEdited {
        name: String,
        fields: Vec<FieldChange>,
    },
    SignedIn {
        address: String,
    },
    SignedOut {},
    SignInRefused {
        email: String,
        address: String,
    },
    SessionsEnded {
        count: usize,
    },
    UserCreated {
        user: UserId,
        name: String,
        roles: Vec<Role>,
    },
    UserEdited {
        user: UserId,
        name: String,
        fields: Vec<FieldChange>,
    },
    UserDisabled {
        user: UserId,
        name: String,
    },
    UserEnabled {
        user: UserId,
        name: String,
    },
    PasswordChanged {
        user: UserId,
        name: String,
    },
    GroupCreated {
        name: String,
    },
    GroupEdited {
        name: String,
        fields: Vec<FieldChange>,
    },
    DelegationGiven {
        user: UserId,
        name: String,
        substitute: Option<UserId>,
        substitute_name: String,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    },
    DelegationEnded {
        user: UserId,
        name: String,
        substitute: Option<UserId>,
        substitute_name: String,
    },
    CalendarCreated {
        name: String,
    },
    CalendarEdited {
        name: String,
        fields: Vec<FieldChange>,
    },
    MailResent {
        mail: MailId,
        recipient: String,
    },
    MailCancelled {
        mail: MailId,
        recipient: String,
    },
    MailingResumed {},
    DemoLoaded {
        releases: usize,
        changes: usize,
    },
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
            Event::TaskAdded { title, .. } => format!("added the task “{title}”"),
            Event::TaskEdited { title, .. } => format!("edited the task “{title}”"),
            Event::TaskAssigned { title, after, .. } if after.is_empty() => format!("took the assignee off the task “{title}”"),
            Event::TaskAssigned { title, after, .. } => format!("assigned the task “{title}” to {after}"),
            Event::TasksReady { titles, .. } => match titles.as_slice() {
                [title] => format!("made the task “{title}” ready to start"),
                titles => format!("made {} tasks ready to start: {}", titles.len(), titles.join(", ")),
            },
            Event::TaskMoved { title, to, .. } => match to {
                TaskState::Planned | TaskState::Ready => format!("reopened the task “{title}”"),
                TaskState::InProgress => format!("started the task “{title}”"),
                TaskState::Done => format!("completed the task “{title}”"),
                TaskState::Skipped => format!("skipped the task “{title}”"),
                TaskState::Failed => format!("marked the task “{title}” as failed"),
            },
            Event::TaskShifted { title, .. } => format!("moved the due date of the task “{title}”"),
            Event::ApprovalAsked { phase, approvers } => format!("asked {} to approve {phase}", approvers.join(", ")),
            Event::StepOpened { step, approvers, .. } => format!("opened {step}: {} asked", are(approvers)),
            Event::ApprovalDecided { step, decision, .. } => match decision {
                ApprovalState::Approved => format!("approved {step}"),
                ApprovalState::Denied => format!("denied {step}"),
                ApprovalState::Waiting | ApprovalState::Pending | ApprovalState::NotNeeded | ApprovalState::Excluded => format!("answered {step}"),
            },
            Event::ApprovalRetracted { step } => format!("took back the decision on {step}"),
            Event::ApprovalReassigned { step, from, to, .. } => format!("asked {to} instead of {from} to decide on {step}"),
            Event::ApprovalReopened { step, approver, changed, .. } => {
                format!("reopened the decision of {approver} on {step}: {} changed", changed.join(", ").to_lowercase())
            }
            Event::ApprovalExcluded { step, approver } => format!("made {approver} responsible, who therefore no longer decides on {step}"),
            Event::StepSettled { step, state, .. } => format!("settled {step}: {}", state.label().to_lowercase()),
            Event::RoundSettled { phase, state, .. } => format!("settled the approval of {phase}: {}", state.label().to_lowercase()),
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
            Event::DelegationGiven { name, substitute_name, .. } if substitute_name.is_empty() => format!("noted that {name} is away"),
            Event::DelegationGiven { name, substitute_name, .. } => format!("made {substitute_name} the substitute of {name}"),
            Event::DelegationEnded { name, substitute_name, .. } if substitute_name.is_empty() => format!("noted that {name} is back"),
            Event::DelegationEnded { name, substitute_name, .. } => format!("ended the substitution of {name} by {substitute_name}"),
            Event::CalendarCreated { name } => format!("created the calendar {name}"),
            Event::CalendarEdited { name, .. } => format!("edited the calendar {name}"),
            Event::MailResent { recipient, .. } => format!("had a mail to {recipient} sent again"),
            Event::MailCancelled { recipient, .. } => format!("cancelled a mail to {recipient}"),
            Event::MailingResumed {} => "resumed the sending of mails".into(),
            Event::DemoLoaded { releases, changes } => format!("loaded the demo: {releases} releases and {changes} RFCs"),
        }
    }
}

/// "Ada is", "Ada, Ben are".
fn are(names: &[String]) -> String {
    format!("{} {}", names.join(", "), if names.len() == 1 { "is" } else { "are" })
}

#[cfg(test)]
mod tests;
