//! Who hears of each kind of news where no notification rule says otherwise: the catalogue as people read it.

use super::Rule;
use crate::domain::notification_rules::Party;

/// Who hears without a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usual {
    /// Those whose own matter it is; they hear of it whatever a rule says.
    pub concerned: Option<&'static str>,
    pub parties: &'static [Party],
}

const RESPONSIBLE: &[Party] = &[Party::Owner, Party::Coordinator];
const EVERYBODY: &[Party] = &[Party::Owner, Party::Coordinator, Party::Watchers];
const EVERYBODY_AND_GROUP: &[Party] = &[Party::Owner, Party::Coordinator, Party::Watchers, Party::GroupOfPhase];

/// Whoever a deadline is for: of a task or a follow-up action who does it, of an approval who is asked, of a phase or a planned time the coordinator.
const IN_CHARGE: &str = "whoever has to do it";

impl Rule {
    /// Who hears of it by default.
    pub fn usual(self) -> Usual {
        let (concerned, parties): (Option<&'static str>, &'static [Party]) = match self {
            Rule::Registered | Rule::ApprovalSettled => (None, EVERYBODY),
            Rule::PhaseEntered | Rule::WindowMoved | Rule::DeploymentDone | Rule::BackedOut | Rule::Abandoned | Rule::Closed | Rule::Reopened => {
                (None, EVERYBODY_AND_GROUP)
            }
            Rule::ChangesAuthorised | Rule::ChangesImplemented | Rule::ExitProposed | Rule::ExitEndangered | Rule::SurveyClosed | Rule::Moved => {
                (None, RESPONSIBLE)
            }
            Rule::ApprovalAsked | Rule::ApprovalReminded => (Some("those who are asked, and whoever stands in for them"), &[]),
            Rule::ApprovalNotNeeded => (Some("those who were asked"), &[]),
            Rule::ApprovalReceipt => (Some("whoever decided from a mail, and in whose place"), &[]),
            Rule::TaskAssigned | Rule::FollowUpAssigned => (Some("the assignee"), &[]),
            Rule::TaskReady => (Some("the assignee, or else the group of the task"), &[]),
            Rule::HandoverAsked => (Some("those of the group that is asked who may accept it"), &[]),
            Rule::HandoverSettled => (Some("whoever asked for it"), RESPONSIBLE),
            Rule::DueSoon => (Some(IN_CHARGE), &[]),
            Rule::DeadlineMissed => (Some(IN_CHARGE), &[Party::Coordinator, Party::Watchers]),
            Rule::DeadlineEscalated => (None, &[Party::Owner, Party::GroupOfPhase, Party::Managers]),
            Rule::DeadlineRepeated => (Some(IN_CHARGE), &[Party::Owner]),
            Rule::Delegation => (Some("the two people whom it concerns"), &[]),
            Rule::Account => (Some("whoever has the account"), &[]),
        };
        Usual { concerned, parties }
    }

    /// Whether a notification rule can be about it: what concerns people alone, and no record, is told to them alone.
    pub fn may_be_ruled(self) -> bool {
        !matches!(self, Rule::Delegation | Rule::Account)
    }

    /// Whether it tells of a record leaving a phase: then the phase that counts is the one that it leaves.
    pub fn is_of_leaving(self) -> bool {
        matches!(self, Rule::BackedOut | Rule::Abandoned | Rule::Closed)
    }
}
