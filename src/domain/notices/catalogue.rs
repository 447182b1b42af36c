//! The catalogue: which event tells whom (PROCESS, section 8).

use super::Rule;
use crate::domain::events::{Aftercare, Event};
use crate::domain::ids::{ApprovalId, GroupId, HandoverId, TaskId, UserId};
use crate::domain::requirements::{Confirmation, Outcome};
use crate::domain::second_factor::FactorDeed;
use crate::domain::workflows::TransitionKind;

/// Who is told, as seen from the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Audience {
    Owner,
    Coordinator,
    Watchers,
    /// The group that the phase names.
    GroupOfPhase,
    /// Those asked in these approvals, and whoever stands in for them.
    Approvers(Vec<ApprovalId>),
    /// Those whose place others took in these approvals.
    Replaced(ApprovalId),
    /// Whoever does these tasks: assignees, else the group.
    Doers(Vec<TaskId>),
    Person(UserId),
    /// Those of the group who may accept this handover.
    Receivers(HandoverId, GroupId),
    /// Who asked for what was answered.
    Asker(UserId),
    /// Who did it.
    Actor,
    /// For whom it was done.
    Represented,
    /// Every release manager.
    Managers,
    /// Those who asked for the RFCs of a release.
    Requesters,
    /// The group with this key, because a notification rule names it.
    Members(String),
    /// Somebody whom a notification rule names.
    Named(UserId),
}

impl Audience {
    /// Whether it is a matter of their own: no notification rule takes it from them.
    pub fn is_concerned(&self) -> bool {
        match self {
            Audience::Approvers(_)
            | Audience::Replaced(_)
            | Audience::Doers(_)
            | Audience::Person(_)
            | Audience::Receivers(..)
            | Audience::Asker(_)
            | Audience::Actor
            | Audience::Represented => true,
            Audience::Owner
            | Audience::Coordinator
            | Audience::Watchers
            | Audience::GroupOfPhase
            | Audience::Managers
            | Audience::Requesters
            | Audience::Members(_)
            | Audience::Named(_) => false,
        }
    }
}

/// What an event makes known, and to whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Telling {
    pub rule: Rule,
    pub audience: Vec<Audience>,
}

fn telling(rule: Rule, audience: impl Into<Vec<Audience>>) -> Telling {
    Telling { rule, audience: audience.into() }
}

fn responsible(rule: Rule) -> Telling {
    telling(rule, [Audience::Owner, Audience::Coordinator])
}

fn everybody(rule: Rule) -> Telling {
    telling(rule, [Audience::Owner, Audience::Coordinator, Audience::Watchers])
}

fn everybody_and_group(rule: Rule) -> Telling {
    telling(rule, [Audience::Owner, Audience::Coordinator, Audience::Watchers, Audience::GroupOfPhase])
}

fn spared(approvals: &[ApprovalId]) -> Option<Telling> {
    (!approvals.is_empty()).then(|| telling(Rule::ApprovalNotNeeded, [Audience::Approvers(approvals.to_vec())]))
}

/// Everything that an event tells; most tell nothing.
pub fn tellings(event: &Event) -> Vec<Telling> {
    match event {
        Event::ReleaseRegistered { .. } | Event::ChangeRegistered { .. } => vec![everybody(Rule::Registered)],
        Event::PhaseEntered { transition: TransitionKind::BackOut, .. } => vec![everybody_and_group(Rule::BackedOut)],
        Event::PhaseEntered { .. } => vec![everybody_and_group(Rule::PhaseEntered)],
        Event::RecordEnded { transition: TransitionKind::Abandon, .. } => vec![everybody_and_group(Rule::Abandoned)],
        Event::RecordEnded { .. } => vec![everybody_and_group(Rule::Closed)],
        Event::RecordEdited { fields, .. } => {
            let moved = fields.iter().any(|it| matches!(it.field.as_str(), "Planned start" | "Planned end") && !it.before.is_empty());
            moved.then(|| everybody_and_group(Rule::WindowMoved)).into_iter().collect()
        }
        Event::ConfirmationRecorded { subject: Confirmation::DeploymentDone, outcome: Outcome::Passed, .. } => vec![everybody_and_group(Rule::DeploymentDone)],
        Event::ChangesAllAuthorised { .. } => vec![responsible(Rule::ChangesAuthorised)],
        Event::ChangesAllImplemented { .. } => vec![responsible(Rule::ChangesImplemented)],
        Event::StepOpened { approvals, .. } => vec![telling(Rule::ApprovalAsked, [Audience::Approvers(approvals.clone())])],
        Event::ApprovalReopened { approval, .. } => approval.iter().map(|it| telling(Rule::ApprovalAsked, [Audience::Approvers(vec![*it])])).collect(),
        Event::ApprovalReassigned { approval, .. } => {
            vec![telling(Rule::ApprovalAsked, [Audience::Approvers(vec![*approval])]), telling(Rule::ApprovalNotNeeded, [Audience::Replaced(*approval)])]
        }
        Event::ApprovalDecided { by_link, dooms, .. } => {
            let receipt = if *by_link { vec![Audience::Actor, Audience::Represented] } else { vec![Audience::Represented] };
            // One that settles the round is told with it.
            let alarm = dooms.then(|| responsible(Rule::ApprovalSettled));
            std::iter::once(telling(Rule::ApprovalReceipt, receipt)).chain(alarm).collect()
        }
        // Who heard of the decision hears that it is gone.
        Event::ApprovalRetracted { revives, reopens, .. } => {
            let settled = if *reopens { Some(everybody(Rule::ApprovalSettled)) } else { revives.then(|| responsible(Rule::ApprovalSettled)) };
            std::iter::once(telling(Rule::ApprovalReceipt, [Audience::Represented])).chain(settled).collect()
        }
        Event::StepSettled { spared: approvals, .. } | Event::RoundWithdrawn { spared: approvals, .. } => spared(approvals).into_iter().collect(),
        Event::RoundSettled { spared: approvals, .. } => std::iter::once(everybody(Rule::ApprovalSettled)).chain(spared(approvals)).collect(),
        Event::TaskAdded { assignee, .. } | Event::TaskEdited { assignee, .. } | Event::TaskAssigned { assignee, .. } => {
            assignee.iter().map(|it| telling(Rule::TaskAssigned, [Audience::Person(*it)])).collect()
        }
        Event::TasksReady { tasks, .. } => vec![telling(Rule::TaskReady, [Audience::Doers(tasks.clone())])],
        Event::DelegationGiven { user, substitute, .. } | Event::DelegationEnded { user, substitute, .. } => {
            let alone: &[UserId] = if let Event::DelegationGiven { left_alone, .. } = event { left_alone } else { &[] };
            let people: Vec<Audience> = [Some(*user), *substitute].into_iter().flatten().chain(alone.iter().copied()).map(Audience::Person).collect();
            vec![telling(Rule::Delegation, people)]
        }
        Event::PasswordChanged { user, .. } => vec![telling(Rule::Account, [Audience::Person(*user)])],
        Event::SecondFactor { user, deed, .. } => {
            let told = *deed != FactorDeed::Refused;
            told.then(|| telling(Rule::Account, [Audience::Person(*user)])).into_iter().collect()
        }
        Event::UserEdited { user, fields, .. } => {
            let readdressed = fields.iter().any(|it| it.field == "E-mail");
            readdressed.then(|| telling(Rule::Account, [Audience::Person(*user)])).into_iter().collect()
        }
        Event::Aftercare(event) => of_aftercare(event),
        Event::RecordReopened { .. } => vec![everybody_and_group(Rule::Reopened)],
        Event::WorkflowChanged { .. } => vec![responsible(Rule::Moved)],
        Event::ReleaseSuperseded { .. }
        | Event::RequirementWaived { .. }
        | Event::ConfirmationRecorded { .. }
        | Event::ChangeRelated { .. }
        | Event::ChangeUnrelated { .. }
        | Event::WatchingStarted {}
        | Event::WatchingEnded {}
        | Event::ModelApplied { .. }
        | Event::TaskMoved { .. }
        | Event::TaskShifted { .. }
        | Event::ApprovalAsked { .. }
        | Event::ApprovalExcluded { .. }
        | Event::ItemRegistered { .. }
        | Event::ItemEdited { .. }
        | Event::SignedIn { .. }
        | Event::SignedOut {}
        | Event::SignInRefused { .. }
        | Event::SessionsEnded { .. }
        | Event::UserCreated { .. }
        | Event::UserDisabled { .. }
        | Event::UserEnabled { .. }
        | Event::GroupCreated { .. }
        | Event::GroupEdited { .. }
        | Event::CalendarCreated { .. }
        | Event::CalendarEdited { .. }
        | Event::MailResent { .. }
        | Event::MailCancelled { .. }
        | Event::MailingResumed {}
        | Event::ReleaseReinstated { .. }
        | Event::AttachmentAdded { .. }
        | Event::AttachmentRemoved { .. }
        | Event::ProcessShaped { .. }
        | Event::DemoLoaded { .. } => Vec::new(),
    }
}

fn of_aftercare(event: &Aftercare) -> Vec<Telling> {
    match event {
        Aftercare::ExitProposed { .. } => vec![responsible(Rule::ExitProposed)],
        Aftercare::ExitEndangered { .. } => vec![responsible(Rule::ExitEndangered)],
        Aftercare::HandoverAsked { handover, group, .. } => vec![telling(Rule::HandoverAsked, [Audience::Receivers(*handover, *group)])],
        Aftercare::HandoverAnswered { asked_by, .. } => {
            vec![telling(Rule::HandoverSettled, [Audience::Owner, Audience::Coordinator, Audience::Asker(*asked_by)])]
        }
        Aftercare::SurveyClosed { .. } => vec![responsible(Rule::SurveyClosed)],
        Aftercare::FollowUpAdded { assignee, .. } | Aftercare::FollowUpEdited { assignee, .. } => {
            assignee.iter().map(|it| telling(Rule::FollowUpAssigned, [Audience::Person(*it)])).collect()
        }
        Aftercare::MetricAdded { .. }
        | Aftercare::MetricEdited { .. }
        | Aftercare::MetricRemoved { .. }
        | Aftercare::ExitCriteriaAgreed { .. }
        | Aftercare::ReadingsRecorded { .. }
        | Aftercare::EarlyLifeEdited { .. }
        | Aftercare::IssueRecorded { .. }
        | Aftercare::IssueEdited { .. }
        | Aftercare::KnownErrorRecorded { .. }
        | Aftercare::KnownErrorEdited { .. }
        | Aftercare::KnownErrorAccepted { .. }
        | Aftercare::HandoverItemEdited { .. }
        | Aftercare::HandoverWithdrawn { .. }
        | Aftercare::QuestionSetEdited { .. }
        | Aftercare::QuestionSetCreated { .. }
        | Aftercare::QuestionSetRetired { .. }
        | Aftercare::SurveyCreated { .. }
        | Aftercare::SurveyEdited { .. }
        | Aftercare::SurveyDiscarded { .. }
        | Aftercare::PeopleInvited { .. }
        | Aftercare::InvitationRemoved { .. }
        | Aftercare::SurveyOpened { .. }
        | Aftercare::SurveyAnswered { .. }
        | Aftercare::ReviewPointRecorded { .. }
        | Aftercare::FollowUpMoved { .. } => Vec::new(),
    }
}
