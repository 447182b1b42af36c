//! What can be asked of a record before it may leave a phase.

use super::records::RecordKind;
use super::words::words;
use super::workflows::Section;

words! {
    /// Something that must hold before a transition.
    pub enum Requirement {
        DetailsComplete = "details_complete" "Details complete",
        ChangesRelated = "changes_related" "RFCs related",
        PlanComplete = "plan_complete" "Plan complete",
        RiskAssessed = "risk_assessed" "Risk assessed",
        BackOutPlanWritten = "back_out_plan_written" "Back-out plan written",
        WindowSet = "window_set" "Deployment window set",
        ItemsNamed = "items_named" "Affected items named",
        Assigned = "assigned" "Assigned",
        TasksDone = "tasks_done" "Tasks of this phase done",
        ChangesAuthorised = "changes_authorised" "Every RFC authorised",
        ChangesImplemented = "changes_implemented" "Every RFC implemented",
        ChangesClosed = "changes_closed" "RFCs closed",
        TestsPassed = "tests_passed" "Tests passed",
        DeploymentDone = "deployment_done" "Deployment done",
        VerificationPassed = "verification_passed" "Verification passed",
        BackOutFacts = "back_out_facts" "Facts of the back-out recorded",
        ImplementationDone = "implementation_done" "Implementation done",
        ExitCriteriaMet = "exit_criteria_met" "Exit criteria met",
        HandoverAccepted = "handover_accepted" "Support handed over",
        FeedbackConsidered = "feedback_considered" "Feedback looked at",
        ReviewComplete = "review_complete" "Review complete",
        FollowUpsSettled = "follow_ups_settled" "Follow-up actions settled",
        LogAndCmsCurrent = "log_and_cms_current" "Log and CMS up to date",
        NothingOpen = "nothing_open" "Nothing left open",
        ExitCriteriaAgreed = "exit_criteria_agreed" "Exit criteria agreed",
        Approved = "approved" "Approved",
        /// Not a gate but a guard: RFCs may not join or leave once build began. Waived when they must.
        ScopeFrozen = "scope_frozen" "RFCs fixed since build began",
    }
}

words! {
    /// What somebody vouches for on the record, until a fuller source replaces the word.
    pub enum Confirmation {
        TestsPassed = "tests_passed" "Test evidence",
        DeploymentDone = "deployment_done" "Deployment",
        VerificationPassed = "verification_passed" "Verification",
        BackOutFacts = "back_out_facts" "Facts behind the back-out",
        ExitCriteriaMet = "exit_criteria_met" "Exit criteria",
        HandoverAccepted = "handover_accepted" "Handover of support",
        FeedbackConsidered = "feedback_considered" "Feedback",
        ReviewComplete = "review_complete" "Review",
        FollowUpsSettled = "follow_ups_settled" "Follow-up actions",
        LogAndCmsCurrent = "log_and_cms_current" "Activity log and CMS",
        ImplementationDone = "implementation_done" "Implementation",
    }
}

words! {
    pub enum Outcome {
        Passed = "passed" "Passed",
        Failed = "failed" "Failed",
        NotApplicable = "not_applicable" "Not applicable",
    }
}

impl Confirmation {
    /// What one vouches for, as the form asks it.
    pub const fn question(self) -> &'static str {
        match self {
            Confirmation::TestsPassed => "Were the tests run, and were they passed?",
            Confirmation::DeploymentDone => "Is the release deployed to everybody it is meant for?",
            Confirmation::VerificationPassed => "Does the deployed release work as intended?",
            Confirmation::BackOutFacts => "What happened, and why was it decided to go back?",
            Confirmation::ExitCriteriaMet => "Are the agreed metrics back to normal?",
            Confirmation::HandoverAccepted => "Has operations taken over support?",
            Confirmation::FeedbackConsidered => "Was the feedback of users, customers and support looked at?",
            Confirmation::ReviewComplete => "Is the post-implementation review done?",
            Confirmation::FollowUpsSettled => "Are the follow-up actions done, or handed on?",
            Confirmation::LogAndCmsCurrent => "Are the activity log and the CMS up to date?",
            Confirmation::ImplementationDone => "Is the change implemented and checked?",
        }
    }

    /// Whether what it vouches for is known from a fuller source by now: it is asked no more, but counts where it was given. An RFC has no such
    /// source: there it stays somebody's word.
    pub const fn is_replaced(self, kind: RecordKind) -> bool {
        let fuller = matches!(
            self,
            Confirmation::ExitCriteriaMet
                | Confirmation::HandoverAccepted
                | Confirmation::FeedbackConsidered
                | Confirmation::ReviewComplete
                | Confirmation::FollowUpsSettled
        );
        fuller && matches!(kind, RecordKind::Release)
    }

    /// Names its form on the record's page.
    pub fn form(self) -> String {
        format!("confirm-{}", self.word())
    }

    /// The requirement that it meets.
    pub const fn requirement(self) -> Requirement {
        match self {
            Confirmation::TestsPassed => Requirement::TestsPassed,
            Confirmation::DeploymentDone => Requirement::DeploymentDone,
            Confirmation::VerificationPassed => Requirement::VerificationPassed,
            Confirmation::BackOutFacts => Requirement::BackOutFacts,
            Confirmation::ExitCriteriaMet => Requirement::ExitCriteriaMet,
            Confirmation::HandoverAccepted => Requirement::HandoverAccepted,
            Confirmation::FeedbackConsidered => Requirement::FeedbackConsidered,
            Confirmation::ReviewComplete => Requirement::ReviewComplete,
            Confirmation::FollowUpsSettled => Requirement::FollowUpsSettled,
            Confirmation::LogAndCmsCurrent => Requirement::LogAndCmsCurrent,
            Confirmation::ImplementationDone => Requirement::ImplementationDone,
        }
    }
}

impl Requirement {
    /// What one does about it, as a button says it.
    pub const fn remedy(self) -> &'static str {
        match self {
            Requirement::DetailsComplete => "Complete the details",
            Requirement::ChangesRelated => "Relate an RFC",
            Requirement::PlanComplete => "Complete the plan",
            Requirement::RiskAssessed => "Assess the risk",
            Requirement::BackOutPlanWritten => "Write the back-out plan",
            Requirement::WindowSet => "Set the window",
            Requirement::ItemsNamed => "Name the affected items",
            Requirement::Assigned => "Assign somebody",
            Requirement::TasksDone => "Finish the tasks",
            Requirement::ChangesAuthorised | Requirement::ChangesImplemented | Requirement::ChangesClosed | Requirement::ScopeFrozen => "Look at the RFCs",
            Requirement::TestsPassed => "Record the tests",
            Requirement::DeploymentDone => "Record the deployment",
            Requirement::VerificationPassed => "Record the verification",
            Requirement::BackOutFacts => "Record the facts",
            Requirement::ImplementationDone => "Record the implementation",
            Requirement::ExitCriteriaAgreed => "Agree the exit criteria",
            Requirement::ExitCriteriaMet => "Record the readings",
            Requirement::HandoverAccepted => "Hand support over",
            Requirement::FeedbackConsidered => "Look at the feedback",
            Requirement::ReviewComplete => "Record the review",
            Requirement::FollowUpsSettled => "Settle the follow-up actions",
            Requirement::NothingOpen => "Finish what is open",
            Requirement::LogAndCmsCurrent => "Confirm log and CMS",
            Requirement::Approved => "Get the approval",
        }
    }

    /// The part of the page where it is put right, if it has one of its own that an older workflow may not name.
    pub const fn section(self) -> Option<Section> {
        match self {
            Requirement::ExitCriteriaAgreed | Requirement::ExitCriteriaMet | Requirement::HandoverAccepted => Some(Section::EarlyLife),
            Requirement::FeedbackConsidered | Requirement::ReviewComplete | Requirement::FollowUpsSettled => Some(Section::Review),
            Requirement::DetailsComplete
            | Requirement::ChangesRelated
            | Requirement::PlanComplete
            | Requirement::RiskAssessed
            | Requirement::BackOutPlanWritten
            | Requirement::WindowSet
            | Requirement::ItemsNamed
            | Requirement::Assigned
            | Requirement::TasksDone
            | Requirement::ChangesAuthorised
            | Requirement::ChangesImplemented
            | Requirement::ChangesClosed
            | Requirement::TestsPassed
            | Requirement::DeploymentDone
            | Requirement::VerificationPassed
            | Requirement::BackOutFacts
            | Requirement::ImplementationDone
            | Requirement::LogAndCmsCurrent
            | Requirement::NothingOpen
            | Requirement::Approved
            | Requirement::ScopeFrozen => None,
        }
    }

    /// The confirmation that meets it, if it is met that way.
    pub fn confirmation(self) -> Option<Confirmation> {
        Confirmation::ALL.iter().copied().find(|it| it.requirement() == self)
    }
}
