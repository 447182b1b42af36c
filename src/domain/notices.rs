//! Notices: what people are told, on which occasions, and how they want to hear it.

use super::words::words;

pub mod catalogue;
pub mod usual;

#[cfg(test)]
mod tests;

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
        ExitProposed = "exit_proposed" "Early life support can end",
        ExitEndangered = "exit_endangered" "Early life support will take longer",
        HandoverAsked = "handover_asked" "Handover asked",
        HandoverSettled = "handover_settled" "Handover answered",
        SurveyClosed = "survey_closed" "Survey closed",
        FollowUpAssigned = "follow_up_assigned" "Follow-up action assigned",
        Reopened = "reopened" "Reopened",
        Moved = "moved" "Moved to another version",
        Account = "account" "Your account",
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
        Administrator = "administrator" "are an administrator",
        Actor = "actor" "took part in it",
        Requester = "requester" "asked for one of its RFCs",
        Named = "named" "are named by a notification rule",
        Holder = "holder" "have this account",
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
    /// What it tells, for the page of preferences.
    pub fn meaning(self) -> &'static str {
        match self {
            Rule::Registered => "A release or an RFC that concerns you was registered.",
            Rule::PhaseEntered => "It went on to another phase, or was sent back.",
            Rule::ApprovalAsked => "Your decision is awaited.",
            Rule::ApprovalReminded => "Your decision is still awaited, and its time is running.",
            Rule::ApprovalSettled => "An approval was given or denied; of what you run, also that it cannot be given any more.",
            Rule::ApprovalNotNeeded => "You were asked, and no answer is needed any more.",
            Rule::ApprovalReceipt => "What you decided from a mail, or a substitute in your place.",
            Rule::TaskAssigned => "A task was given to you.",
            Rule::TaskReady => "Tasks of yours or of your group can be started.",
            Rule::ChangesAuthorised => "All RFCs of your release are authorised.",
            Rule::ChangesImplemented => "All RFCs of your release are implemented.",
            Rule::WindowMoved => "The planned time of a release or an RFC was moved.",
            Rule::DeploymentDone => "A release was deployed.",
            Rule::BackedOut => "A release is being backed out.",
            Rule::Abandoned => "It was abandoned.",
            Rule::Closed => "It has ended.",
            Rule::DueSoon => "A quarter of the time remains.",
            Rule::DeadlineMissed => "Something was not done in time.",
            Rule::DeadlineEscalated => "It is a working day late.",
            Rule::DeadlineRepeated => "It is late still: again after one working day, two, four and so on, at most five times.",
            Rule::Delegation => "Somebody stands in for you, or you for them.",
            Rule::ExitProposed => "All metrics of a release are back to normal for the agreed days.",
            Rule::ExitEndangered => "By its trend a metric will not be back to normal in time.",
            Rule::HandoverAsked => "Your group is asked to take over the support of a release.",
            Rule::HandoverSettled => "The handover of support was accepted or declined.",
            Rule::SurveyClosed => "A survey about your release is closed; its results are there.",
            Rule::FollowUpAssigned => "A follow-up action was given to you.",
            Rule::Reopened => "A record that had ended was reopened.",
            Rule::Moved => "A record goes on by another version of its workflow.",
            Rule::Account => "Your password, your e-mail address or your second factor was changed, or somebody tried wrong codes.",
        }
    }

    /// Whether it tells of something that is late or soon will be, whoever has to do it.
    pub fn is_of_deadline(self) -> bool {
        matches!(self, Rule::DueSoon | Rule::DeadlineMissed | Rule::DeadlineEscalated | Rule::DeadlineRepeated)
    }

    /// Whether a mail of this kind has a link to decide by, where it is about an approval that its reader is asked for.
    pub fn lets_decide(self) -> bool {
        matches!(self, Rule::ApprovalAsked | Rule::ApprovalReminded | Rule::DeadlineMissed | Rule::DeadlineRepeated)
    }

    /// All such.
    pub fn letting_decide() -> Vec<Rule> {
        Rule::ALL.iter().copied().filter(|it| it.lets_decide()).collect()
    }

    /// Whether one hears of it even if one did it oneself.
    pub fn tells_the_actor(self) -> bool {
        !self.may_be_muted()
    }

    /// Whether one may have it in the digest, or not at all. What waits for one's own answer is always told at once.
    pub fn may_be_muted(self) -> bool {
        match self {
            Rule::ApprovalAsked | Rule::ApprovalReminded | Rule::ApprovalReceipt | Rule::Delegation | Rule::HandoverAsked | Rule::Account => false,
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
            | Rule::DeadlineRepeated
            | Rule::ExitProposed
            | Rule::ExitEndangered
            | Rule::HandoverSettled
            | Rule::SurveyClosed
            | Rule::FollowUpAssigned
            | Rule::Reopened
            | Rule::Moved => true,
        }
    }

    /// How it is told to whoever wishes nothing else. Moves come in numbers and ask nobody for anything.
    pub fn usual_delivery(self) -> Delivery {
        if self == Rule::Moved { Delivery::Digest } else { Delivery::AtOnce }
    }
}
