//! Everything that can happen, as the activity log keeps it and reads it out.

use super::approvals::{ApprovalState, DenialReason, RoundState, StepState};
use super::ids::{ApprovalId, MailId, TaskId, UserId};
use super::people::Role;
use super::process::{Deed, Part};
use super::requirements::{Confirmation, Outcome, Requirement};
use super::second_factor::FactorDeed;
use super::tasks::TaskState;
use super::workflows::TransitionKind;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

mod aftercare;
mod chain;
mod particulars;
mod sentences;
pub use aftercare::Aftercare;
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
        /// What it came to, label and text, for those who are told.
        #[serde(default)]
        summary: Vec<(String, String)>,
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
        /// The titles of those whose phase the workflow does not have.
        #[serde(default)]
        left_out: Vec<String>,
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
        /// Others are still asked in its step, which can be approved no more.
        #[serde(default)]
        dooms: bool,
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
        /// It was a denial, without which the step can be approved again.
        #[serde(default)]
        revives: bool,
        /// It was denied by it, as everybody read, and is open again.
        #[serde(default)]
        reopens: bool,
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
        /// Who denied, and why.
        #[serde(default)]
        denials: Vec<String>,
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
        /// Of whom, if not of whoever did it.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        name: String,
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
    /// Something happened to the second factor of an account.
    SecondFactor {
        user: UserId,
        name: String,
        deed: FactorDeed,
        note: String,
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
        /// For whom nobody stands in on some of these days, because whoever would is away.
        #[serde(default)]
        left_alone: Vec<UserId>,
    },
    DelegationEnded {
        user: UserId,
        name: String,
        substitute: Option<UserId>,
        substitute_name: String,
    },
    CalendarCreated {
        name: String,
        #[serde(default)]
        fields: Vec<FieldChange>,
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
    /// Reopened by an administrator after it had ended.
    RecordReopened {
        phase: String,
        reason: String,
    },
    /// No longer superseded: the release that took its place was reopened.
    ReleaseReinstated {
        by: String,
    },
    AttachmentAdded {
        name: String,
        size: i64,
        sha256: String,
        to: String,
    },
    AttachmentRemoved {
        name: String,
        reason: String,
    },
    /// A part of the process was shaped.
    ProcessShaped {
        part: Part,
        name: String,
        deed: Deed,
        fields: Vec<FieldChange>,
        reason: String,
    },
    /// A record goes on by another version of a workflow.
    WorkflowChanged {
        workflow: String,
        from_version: i32,
        to_version: i32,
        fields: Vec<FieldChange>,
        reason: String,
    },
    /// What happens after a deployment, in words of its own.
    #[serde(skip)]
    Aftercare(Aftercare),
    DemoLoaded {
        releases: usize,
        changes: usize,
    },
}

impl Event {
    /// The word the log keeps, and the details beside it.
    pub fn row(&self) -> serde_json::Result<(String, serde_json::Value)> {
        let mut value = if let Event::Aftercare(event) = self { serde_json::to_value(event)? } else { serde_json::to_value(self)? };
        let details = value.get_mut("details").map_or_else(|| serde_json::json!({}), serde_json::Value::take);
        let kind = value.get("kind").and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
        Ok((kind, details))
    }

    /// An event read back; `None` for one that this version of the program does not know.
    pub fn of_row(kind: &str, details: &serde_json::Value) -> Option<Event> {
        let row = || serde_json::json!({ "kind": kind, "details": details });
        serde_json::from_value(row()).ok().or_else(|| serde_json::from_value(row()).ok().map(Event::Aftercare))
    }
}

impl From<Aftercare> for Event {
    fn from(event: Aftercare) -> Event {
        Event::Aftercare(event)
    }
}

#[cfg(test)]
mod tests;
