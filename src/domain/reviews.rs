//! The post-implementation review: its points, and what each came to.

use super::words::words;

mod history;
pub use history::{Handed, History, Issues, Known, Scores};

words! {
    /// What is looked at (PROCESS, section 9).
    pub enum Point {
        Feedback = "feedback" "Feedback gathered",
        Quality = "quality" "Quality criteria not met",
        Actions = "actions" "Actions and fixes complete",
        Performance = "performance" "Performance against targets",
        Capability = "capability" "Capability, resources and capacity",
        KnownErrors = "known_errors" "Problems, known errors and workarounds",
        Incidents = "incidents" "Incidents caused",
        Handover = "handover" "Handover to operations",
        Lessons = "lessons" "Lessons learnt",
    }
}

words! {
    pub enum PointOutcome {
        Met = "met" "In order",
        Partly = "partly" "Partly",
        NotMet = "not_met" "Not in order",
        NotApplicable = "not_applicable" "Not applicable",
    }
}

impl Point {
    /// What is to be said about it, as the form asks.
    pub const fn question(self) -> &'static str {
        match self {
            Point::Feedback => "What do users, customers, suppliers and support say, and what follows from it?",
            Point::Quality => "Which quality criteria were not met?",
            Point::Actions => "Are all actions and fixes that belong to the release complete?",
            Point::Performance => "Were the performance targets achieved?",
            Point::Capability => "Is any capability, resource or capacity issue left?",
            Point::KnownErrors => "Are problems, known errors and workarounds documented and accepted?",
            Point::Incidents => "Which incidents did the release cause?",
            Point::Handover => "Has operations taken over support?",
            Point::Lessons => "What is to be done differently next time, and what again?",
        }
    }
}

impl PointOutcome {
    /// Whether something remains to be done, so that a follow-up action must say what.
    pub const fn needs_action(self) -> bool {
        match self {
            PointOutcome::Partly | PointOutcome::NotMet => true,
            PointOutcome::Met | PointOutcome::NotApplicable => false,
        }
    }
}

/// What a point lacks before the review is complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lack {
    Outcome,
    Owner,
    Action,
}

impl Lack {
    pub const fn words(self) -> &'static str {
        match self {
            Lack::Outcome => "an outcome",
            Lack::Owner => "an owner",
            Lack::Action => "a follow-up action",
        }
    }
}

/// What a point lacks first, if anything.
pub fn lack(outcome: Option<PointOutcome>, has_owner: bool, actions: usize) -> Option<Lack> {
    match outcome {
        None => Some(Lack::Outcome),
        Some(_) if !has_owner => Some(Lack::Owner),
        Some(outcome) if outcome.needs_action() && actions == 0 => Some(Lack::Action),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests;
