//! Notification rules: who hears of an event in a phase instead of those who would by default, and how soon.

use super::ids::UserId;
use super::notices::catalogue::Audience;
use super::notices::{Delivery, Rule};
use super::records::Grade;
use super::words::words;
use serde::{Deserialize, Serialize};

#[cfg(test)]
mod tests;

words! {
    /// What must hold for a rule to apply; of two for the same place the later one here is the more specific.
    pub enum Condition {
        Always = "always" "always",
        Emergency = "emergency" "when it is an emergency",
        ImpactHigh = "impact_high" "when the impact is high",
        ImpactAndUrgencyHigh = "impact_and_urgency_high" "when impact and urgency are high",
        Late = "late" "when it is late",
    }
}

words! {
    /// How soon those who hear by a rule are mailed.
    pub enum Urgency {
        AsPreferred = "as_preferred" "As each prefers",
        AtOnce = "at_once" "At once",
        Digest = "digest" "In the daily digest",
    }
}

words! {
    /// People whom a rule names by what they are to the record.
    pub enum Party {
        Owner = "owner" "the owner",
        Coordinator = "coordinator" "the coordinator",
        Watchers = "watchers" "those who watch it",
        GroupOfPhase = "group_of_phase" "the group of the phase",
        Managers = "managers" "all release managers",
        Requesters = "requesters" "the requesters of its RFCs",
    }
}

words! {
    /// How somebody would be told.
    pub enum How {
        AtOnce = "at_once" "By mail, at once",
        Digest = "digest" "In their daily digest",
        TurnedOff = "turned_off" "Only in Slipway: they turned these mails off",
        Closed = "closed" "Not at all: the account is disabled",
    }
}

impl How {
    pub fn of(delivery: Delivery) -> How {
        match delivery {
            Delivery::AtOnce => How::AtOnce,
            Delivery::Digest => How::Digest,
            Delivery::Never => How::TurnedOff,
        }
    }
}

/// Who hears by a rule.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Recipients {
    pub parties: Vec<Party>,
    /// By their keys.
    pub groups: Vec<String>,
    pub people: Vec<UserId>,
}

/// Instead of those who would hear by default, these do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NotificationRule {
    pub event: Rule,
    /// The key of the workflow in which it applies; any if empty.
    pub workflow: Option<String>,
    /// The key of the phase in which it applies; any if empty.
    pub phase: Option<String>,
    pub condition: Condition,
    pub recipients: Recipients,
    pub urgency: Urgency,
}

/// What of a record decides whether a condition holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Circumstances {
    pub impact: Option<Grade>,
    pub urgency: Option<Grade>,
    pub emergency: bool,
    pub late: bool,
}

/// Something that is to be told, where it happened, and under which circumstances.
#[derive(Clone, Copy, Debug)]
pub struct Occasion<'a> {
    pub event: Rule,
    pub workflow: &'a str,
    pub phase: &'a str,
    pub circumstances: Circumstances,
}

/// Why a rule is not taken. The sentence stands beside the field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuleRefusal {
    #[error("An absence concerns two people and no record: it is told to those two.")]
    NotRuled,
    #[error("Those whom it concerns hear of it in any case. Choose who else should, or that it is mailed at once.")]
    Idle,
}

impl RuleRefusal {
    /// The field of the form that it is about.
    pub fn field(self) -> &'static str {
        match self {
            RuleRefusal::NotRuled => "event",
            RuleRefusal::Idle => "parties",
        }
    }
}

impl Condition {
    pub fn holds(self, circumstances: Circumstances) -> bool {
        let Circumstances { impact, urgency, emergency, late } = circumstances;
        match self {
            Condition::Always => true,
            Condition::Emergency => emergency,
            Condition::ImpactHigh => impact == Some(Grade::High),
            Condition::ImpactAndUrgencyHigh => impact == Some(Grade::High) && urgency == Some(Grade::High),
            Condition::Late => late,
        }
    }
}

impl Urgency {
    /// How somebody is told who wished it like this. What they turned off stays off; what may not be turned off
    /// reaches those `concerned` at once.
    pub fn delivery(self, wish: Delivery, concerned: bool) -> Delivery {
        match (self, wish) {
            (_, Delivery::Never) => Delivery::Never,
            (Urgency::AtOnce, Delivery::AtOnce | Delivery::Digest) => Delivery::AtOnce,
            (Urgency::Digest, Delivery::AtOnce) if concerned => Delivery::AtOnce,
            (Urgency::Digest, Delivery::AtOnce | Delivery::Digest) => Delivery::Digest,
            (Urgency::AsPreferred, Delivery::AtOnce | Delivery::Digest) => wish,
        }
    }
}

impl Party {
    pub fn audience(self) -> Audience {
        match self {
            Party::Owner => Audience::Owner,
            Party::Coordinator => Audience::Coordinator,
            Party::Watchers => Audience::Watchers,
            Party::GroupOfPhase => Audience::GroupOfPhase,
            Party::Managers => Audience::Managers,
            Party::Requesters => Audience::Requesters,
        }
    }
}

impl Recipients {
    pub fn is_empty(&self) -> bool {
        self.parties.is_empty() && self.groups.is_empty() && self.people.is_empty()
    }

    /// What they are to the record first, so that each hears it as that.
    pub fn audience(&self) -> impl Iterator<Item = Audience> {
        let parties = self.parties.iter().map(|it| it.audience());
        let groups = self.groups.iter().cloned().map(Audience::Members);
        parties.chain(groups).chain(self.people.iter().copied().map(Audience::Named))
    }
}

impl NotificationRule {
    /// What tells it apart: there is one rule for an event, a place and a condition.
    pub fn place(&self) -> (Rule, Option<&str>, Option<&str>, Condition) {
        (self.event, self.workflow.as_deref(), self.phase.as_deref(), self.condition)
    }

    pub fn applies(&self, occasion: &Occasion<'_>) -> bool {
        self.event == occasion.event && self.is_of(occasion.workflow, occasion.phase) && self.condition.holds(occasion.circumstances)
    }

    /// Whether it is about this phase of this workflow.
    pub fn is_of(&self, workflow: &str, phase: &str) -> bool {
        self.workflow.as_deref().is_none_or(|it| it == workflow) && self.phase.as_deref().is_none_or(|it| it == phase)
    }

    /// How specific it is: a phase says more than a workflow, and either more than a condition.
    fn rank(&self) -> (bool, bool, Condition) {
        (self.phase.is_some(), self.workflow.is_some(), self.condition)
    }

    /// Who hears by it: those whose own matter it is as before, and those that it names in the place of all others.
    pub fn audience(&self, default: &[Audience]) -> Vec<Audience> {
        default.iter().filter(|it| it.is_concerned()).cloned().chain(self.recipients.audience()).collect()
    }

    /// Whether it can be, and would change anything.
    pub fn check(&self) -> Result<(), RuleRefusal> {
        let only_concerned = self.event.usual().parties.is_empty();
        if !self.event.may_be_ruled() {
            Err(RuleRefusal::NotRuled)
        } else if only_concerned && self.recipients.is_empty() && self.urgency != Urgency::AtOnce {
            Err(RuleRefusal::Idle)
        } else {
            Ok(())
        }
    }
}

/// The rule that counts: of those that apply the most specific one.
pub fn most_specific<'r, R: AsRef<NotificationRule>>(rules: &'r [R], occasion: &Occasion<'_>) -> Option<&'r R> {
    rules.iter().filter(|it| it.as_ref().applies(occasion)).max_by_key(|it| it.as_ref().rank())
}

impl AsRef<NotificationRule> for NotificationRule {
    fn as_ref(&self) -> &NotificationRule {
        self
    }
}
