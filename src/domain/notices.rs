//! Notices: what people are told, on which occasions, and how they want to hear it.

use super::words::words;

words! {
    /// An occasion to tell somebody something.
    pub enum Rule {
        Registered = "registered" "Registered",
        PhaseEntered = "phase_entered" "Phase entered",
        ApprovalAsked = "approval_asked" "Approval asked",
        ApprovalReminded = "approval_reminded" "Approval reminder",
        ApprovalSettled = "approval_settled" "Approval settled",
        ApprovalNotNeeded = "approval_not_needed" "Approval no longer needed",
        ApprovalReceipt = "approval_receipt" "Receipt of a decision",
        TaskAssigned = "task_assigned" "Task assigned",
        TaskReady = "task_ready" "Task ready",
        ChangesAuthorised = "changes_authorised" "All RFCs authorised",
        ChangesImplemented = "changes_implemented" "All RFCs implemented",
        WindowMoved = "window_moved" "Deployment window moved",
        DeploymentDone = "deployment_done" "Deployment done",
        BackedOut = "backed_out" "Backed out",
        Abandoned = "abandoned" "Abandoned",
        Closed = "closed" "Closed",
        DueSoon = "due_soon" "Due soon",
        DeadlineMissed = "deadline_missed" "Deadline missed",
        DeadlineEscalated = "deadline_escalated" "Deadline escalated",
        DeadlineRepeated = "deadline_repeated" "Deadline still missed",
        Delegation = "delegation" "Substitution",
    }
}

words! {
    /// What the person is to the matter; the label ends the sentence "You get this because you …".
    pub enum Why {
        Owner = "owner" "own it",
        Coordinator = "coordinator" "coordinate it",
        Approver = "approver" "are asked to approve it",
        Substitute = "substitute" "stand in for an approver",
        Assignee = "assignee" "are assigned to it",
        Group = "group" "are in the group that does it",
        Watcher = "watcher" "watch it",
        Manager = "manager" "are a release manager",
        Actor = "actor" "took part in it",
    }
}

words! {
    /// How somebody wants to be told.
    pub enum Delivery {
        AtOnce = "at_once" "At once",
        Digest = "digest" "In the daily digest",
        Never = "never" "Never by mail",
    }
}

impl Rule {
    /// Whether one may have it in the digest, or not at all. What waits for one's own answer is always told at once.
    pub fn may_be_muted(self) -> bool {
        match self {
            Rule::ApprovalAsked | Rule::ApprovalReminded | Rule::ApprovalReceipt | Rule::Delegation => false,
            Rule::Registered
            | Rule::PhaseEntered
            | Rule::ApprovalSettled
            | Rule::ApprovalNotNeeded
            | Rule::TaskAssigned
            | Rule::TaskReady
            | Rule::ChangesAuthorised
            | Rule::ChangesImplemented
            | Rule::WindowMoved
            | Rule::DeploymentDone
            | Rule::BackedOut
            | Rule::Abandoned
            | Rule::Closed
            | Rule::DueSoon
            | Rule::DeadlineMissed
            | Rule::DeadlineEscalated
            | Rule::DeadlineRepeated => true,
        }
    }
}
