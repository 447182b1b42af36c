//! What a workflow of releases can make use of, and what one of RFCs can: the rest is not offered.

use super::super::Section;
use crate::domain::records::RecordKind;
use crate::domain::requirements::Requirement;

/// The requirements that can be met on a record of this kind.
pub fn requirements(kind: RecordKind) -> Vec<Requirement> {
    Requirement::ALL.iter().copied().filter(|it| suits(*it, kind)).collect()
}

const fn suits(requirement: Requirement, kind: RecordKind) -> bool {
    match requirement {
        Requirement::DetailsComplete
        | Requirement::RiskAssessed
        | Requirement::WindowSet
        | Requirement::Assigned
        | Requirement::TasksDone
        | Requirement::TestsPassed
        | Requirement::VerificationPassed
        | Requirement::BackOutFacts
        | Requirement::ReviewComplete
        | Requirement::LogAndCmsCurrent
        | Requirement::Approved => true,
        Requirement::ChangesRelated
        | Requirement::PlanComplete
        | Requirement::BackOutPlanWritten
        | Requirement::ChangesAuthorised
        | Requirement::ChangesImplemented
        | Requirement::ChangesClosed
        | Requirement::DeploymentDone
        | Requirement::ExitCriteriaAgreed
        | Requirement::ExitCriteriaMet
        | Requirement::HandoverAccepted
        | Requirement::FeedbackConsidered
        | Requirement::FollowUpsSettled
        | Requirement::NothingOpen => matches!(kind, RecordKind::Release),
        Requirement::ItemsNamed | Requirement::ImplementationDone => matches!(kind, RecordKind::Change),
        // Said in the phase: a guard, and nothing that could be met.
        Requirement::ScopeFrozen => false,
    }
}

/// The sections that the page of such a record has.
pub fn sections(kind: RecordKind) -> Vec<Section> {
    Section::ALL.iter().copied().filter(|it| is_on(*it, kind)).collect()
}

const fn is_on(section: Section, kind: RecordKind) -> bool {
    match section {
        Section::Scope | Section::Tasks | Section::Approvals | Section::Confirmations => true,
        Section::Changes | Section::Plan | Section::EarlyLife | Section::Surveys | Section::Review => matches!(kind, RecordKind::Release),
    }
}
