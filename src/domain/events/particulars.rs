//! What goes with an event besides its sentence: the remark, and the fields that were edited.

use super::{Event, FieldChange};

impl Event {
    /// The reason or remark that goes with it; empty if there is none.
    pub fn remark(&self) -> &str {
        match self {
            Event::PhaseEntered { reason, .. }
            | Event::RecordEnded { reason, .. }
            | Event::RequirementWaived { reason, .. }
            | Event::RoundWithdrawn { reason, .. }
            | Event::ApprovalReassigned { reason, .. }
            | Event::RecordReopened { reason, .. }
            | Event::AttachmentRemoved { reason, .. }
            | Event::ProcessShaped { reason, .. }
            | Event::WorkflowChanged { reason, .. } => reason,
            Event::ConfirmationRecorded { note, .. } | Event::TaskMoved { note, .. } | Event::SecondFactor { note, .. } => note,
            Event::ApprovalDecided { comment, .. } => comment,
            Event::SignedIn { address } | Event::SignInRefused { address, .. } => address,
            Event::ReleaseRegistered { title, .. } | Event::ChangeRegistered { title, .. } => title,
            Event::Aftercare(event) => event.remark(),
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
            | Event::TasksReady { .. }
            | Event::StepOpened { .. }
            | Event::DelegationGiven { .. }
            | Event::DelegationEnded { .. }
            | Event::CalendarCreated { .. }
            | Event::MailResent { .. }
            | Event::MailCancelled { .. }
            | Event::MailingResumed {}
            | Event::CalendarEdited { .. }
            | Event::ReleaseReinstated { .. }
            | Event::AttachmentAdded { .. }
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
            | Event::GroupEdited { fields, .. }
            | Event::CalendarCreated { fields, .. }
            | Event::CalendarEdited { fields, .. }
            | Event::ProcessShaped { fields, .. }
            | Event::WorkflowChanged { fields, .. } => fields.clone(),
            Event::Aftercare(event) => event.fields(),
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
            | Event::SecondFactor { .. }
            | Event::GroupCreated { .. }
            | Event::TasksReady { .. }
            | Event::StepOpened { .. }
            | Event::DelegationGiven { .. }
            | Event::DelegationEnded { .. }
            | Event::MailResent { .. }
            | Event::MailCancelled { .. }
            | Event::MailingResumed {}
            | Event::ApprovalReassigned { .. }
            | Event::RecordReopened { .. }
            | Event::ReleaseReinstated { .. }
            | Event::AttachmentAdded { .. }
            | Event::AttachmentRemoved { .. }
            | Event::DemoLoaded { .. } => Vec::new(),
        }
    }
}
