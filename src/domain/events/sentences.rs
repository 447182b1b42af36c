//! What happened, as the log reads it out.

use super::Event;
use crate::domain::approvals::ApprovalState;
use crate::domain::tasks::TaskState;
use crate::domain::workflows::TransitionKind;

impl Event {
    /// What happened, as the rest of a sentence that starts with a name.
    pub fn sentence(&self) -> String {
        match self {
            Event::ReleaseRegistered { identifier, category, .. } => {
                let article = if category.to_lowercase().starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
                format!("registered {identifier} as {article} {} release", category.to_lowercase())
            }
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
            Event::ModelApplied { model, tasks, left_out } => applied(model, *tasks, left_out),
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
            Event::ApprovalRetracted { step, .. } => format!("took back the decision on {step}"),
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
            Event::SessionsEnded { count: 1, name } => format!("ended a session{}", of(name)),
            Event::SessionsEnded { count, name } => format!("ended {count} sessions{}", of(name)),
            Event::UserCreated { name, .. } => format!("created the account of {name}"),
            Event::UserEdited { name, .. } => format!("edited the account of {name}"),
            Event::UserDisabled { name, .. } => format!("disabled the account of {name}"),
            Event::UserEnabled { name, .. } => format!("enabled the account of {name}"),
            Event::PasswordChanged { name, .. } => format!("changed the password of {name}"),
            Event::SecondFactor { name, deed, .. } => format!("{} the second factor of {name}", deed.label()),
            Event::GroupCreated { name } => format!("created the group {name}"),
            Event::GroupEdited { name, .. } => format!("edited the group {name}"),
            Event::DelegationGiven { name, substitute_name, .. } if substitute_name.is_empty() => format!("noted that {name} is away"),
            Event::DelegationGiven { name, substitute_name, .. } => format!("made {substitute_name} the substitute of {name}"),
            Event::DelegationEnded { name, substitute_name, .. } if substitute_name.is_empty() => format!("noted that {name} is back"),
            Event::DelegationEnded { name, substitute_name, .. } => format!("ended the substitution of {name} by {substitute_name}"),
            Event::CalendarCreated { name, .. } => format!("created the calendar {name}"),
            Event::CalendarEdited { name, .. } => format!("edited the calendar {name}"),
            Event::MailResent { recipient, .. } => format!("had a mail to {recipient} sent again"),
            Event::MailCancelled { recipient, .. } => format!("cancelled a mail to {recipient}"),
            Event::MailingResumed {} => "resumed the sending of mails".into(),
            Event::RecordReopened { phase, .. } => format!("reopened it in {phase}"),
            Event::ReleaseReinstated { by } => format!("marked it no longer superseded by {by}"),
            Event::Aftercare(event) => event.sentence(),
            Event::AttachmentAdded { name, to, .. } => format!("attached {name} to {to}"),
            Event::AttachmentRemoved { name, .. } => format!("removed the attachment {name}"),
            Event::ProcessShaped { part, name, deed, .. } => format!("{} the {} {name}", deed.label(), part.label()),
            Event::WorkflowChanged { workflow, from_version, to_version, .. } => {
                format!("moved it from version {from_version} to version {to_version} of {workflow}")
            }
            Event::DemoLoaded { releases, changes } => format!("loaded the demo: {releases} releases and {changes} RFCs"),
        }
    }
}

/// "Ada is", "Ada, Ben are".
fn are(names: &[String]) -> String {
    format!("{} {}", names.join(", "), if names.len() == 1 { "is" } else { "are" })
}

fn applied(model: &str, tasks: usize, left_out: &[String]) -> String {
    let added = if tasks == 1 { "one task".to_owned() } else { format!("{tasks} tasks") };
    let without = if left_out.is_empty() { String::new() } else { format!("; left out, as the workflow has no such phase: {}", left_out.join(", ")) };
    format!("applied the model {model}, which added {added}{without}")
}

/// " of Ada"; nothing of oneself.
fn of(name: &str) -> String {
    if name.is_empty() { String::new() } else { format!(" of {name}") }
}
