//! Workflows: phases, the transitions between them, and what each asks. All of it is data; nothing here knows a phase by name.

pub mod differences;
pub mod editing;

use super::approvals::Rule;
use super::records::{Grade, Milestone, RecordState};
use super::requirements::Requirement;
use super::words::words;
use serde::{Deserialize, Serialize};

pub mod checking;
pub mod drawing;
pub mod simulation;
pub mod world;

words! {
    pub enum PhaseKind {
        /// On the main way.
        Main = "main" "Main",
        /// Beside it: entered by backing out.
        Side = "side" "Side",
        /// Nothing follows.
        End = "end" "End",
    }
}

words! {
    pub enum TransitionKind {
        Advance = "advance" "Advance",
        Rework = "rework" "Send back",
        BackOut = "back_out" "Back out",
        Abandon = "abandon" "Abandon",
        Close = "close" "Close",
    }
}

words! {
    /// Parts of a record's page that a phase shows.
    pub enum Section {
        Scope = "scope" "Scope and reason",
        Changes = "changes" "RFCs",
        Plan = "plan" "Plan",
        Tasks = "tasks" "Tasks",
        Approvals = "approvals" "Approvals",
        Confirmations = "confirmations" "Confirmations",
        EarlyLife = "early_life" "Early life support",
        Surveys = "surveys" "Surveys",
        Review = "review" "Review",
    }
}

words! {
    /// When an optional phase is gone through; otherwise it is passed over.
    pub enum Condition {
        HighImpactAndUrgency = "high_impact_and_urgency" "when impact and urgency are high",
    }
}

words! {
    /// A part of the record that an approval step covers.
    pub enum Covered {
        Scope = "scope" "Scope and reason",
        Changes = "changes" "RFCs",
        Plan = "plan" "Plan",
        Window = "window" "Window",
        BackOutPlan = "back_out_plan" "Back-out plan",
        Assessment = "assessment" "Impact, urgency and risk",
        Review = "review" "Review",
    }
}

words! {
    /// Whether those who run a record may decide on it in a step.
    #[derive(Default)]
    pub enum SelfApproval {
        #[default]
        ByPolicy = "by_policy" "as the policy says",
        Never = "never" "never",
        Allowed = "allowed" "allowed",
    }
}

impl SelfApproval {
    /// Whether those who run a record may decide in the step, where the policy says this.
    pub const fn allows(self, policy: bool) -> bool {
        match self {
            SelfApproval::ByPolicy => policy,
            SelfApproval::Never => false,
            SelfApproval::Allowed => true,
        }
    }

    fn goes_by_policy(&self) -> bool {
        *self == SelfApproval::ByPolicy
    }
}

/// A published version of a workflow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Workflow {
    pub phases: Vec<Phase>,
}

/// A step of the workflow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Phase {
    pub key: String,
    pub name: String,
    pub kind: PhaseKind,
    pub milestone: Milestone,
    /// Whether RFCs may no longer join or leave without a waiver.
    #[serde(default)]
    pub scope_frozen: bool,
    #[serde(default)]
    pub sections: Vec<Section>,
    /// Working days that the phase should take.
    #[serde(default)]
    pub target_days: Option<u32>,
    /// The key of the group that hears when the phase begins and when it is late.
    #[serde(default)]
    pub group: Option<String>,
    #[serde(default)]
    pub condition: Option<Condition>,
    #[serde(default)]
    pub approvals: Vec<ApprovalStep>,
    #[serde(default)]
    pub transitions: Vec<Transition>,
}

/// A way out of a phase.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transition {
    pub key: String,
    pub kind: TransitionKind,
    pub to: String,
    pub label: String,
    #[serde(default)]
    pub requirements: Vec<Requirement>,
    #[serde(default)]
    pub asks_reason: bool,
    /// How the record ends, where the transition leads to an end.
    #[serde(default)]
    pub outcome: Option<RecordState>,
}

/// One step of the approval round of a phase.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApprovalStep {
    /// Steps run in ascending order; equal positions run side by side.
    pub position: i32,
    pub name: String,
    pub rule: Rule,
    pub approvers: Approvers,
    pub covers: Vec<Covered>,
    pub days: u32,
    #[serde(default, skip_serializing_if = "SelfApproval::goes_by_policy")]
    pub self_approval: SelfApproval,
}

/// Who is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Approvers {
    Group(String),
    Role(super::people::Role),
    Users(Vec<super::ids::UserId>),
}

/// What of a record decides whether an optional phase is gone through.
#[derive(Clone, Copy, Debug, Default)]
pub struct Grades {
    pub impact: Option<Grade>,
    pub urgency: Option<Grade>,
}

impl Condition {
    fn holds(self, grades: Grades) -> bool {
        match self {
            Condition::HighImpactAndUrgency => grades.impact == Some(Grade::High) && grades.urgency == Some(Grade::High),
        }
    }
}

impl Workflow {
    pub fn phase(&self, key: &str) -> Option<&Phase> {
        self.phases.iter().find(|it| it.key == key)
    }

    /// Where a new record starts.
    pub fn first(&self) -> Option<&Phase> {
        self.phases.first()
    }

    /// Where a transition really leads: optional phases whose condition does not hold are passed over.
    pub fn destination(&self, transition: &Transition, grades: Grades) -> Option<&Phase> {
        let mut phase = self.phase(&transition.to)?;
        for _ in 0..self.phases.len() {
            if phase.applies(grades) {
                return Some(phase);
            }
            phase = self.phase(&phase.advance()?.to)?;
        }
        None
    }

    /// Whether in the phase of this key the planned end of the work still lies ahead.
    pub fn awaits_end(&self, key: &str) -> bool {
        self.phase(key).is_some_and(|it| it.kind == PhaseKind::Main && it.milestone < Milestone::Implemented)
    }

    /// Whether in the phase of this key the planned start of the work still lies ahead: the phase in which it is carried out is known by what
    /// it asks for.
    pub fn awaits_start(&self, key: &str) -> bool {
        let carried_out = |it: &Requirement| matches!(it, Requirement::DeploymentDone | Requirement::ImplementationDone);
        let works = |phase: &Phase| phase.transitions.iter().any(|it| it.requirements.iter().any(carried_out));
        let at_work = self.phases.iter().position(works);
        self.phase(key).is_some_and(|it| it.kind == PhaseKind::Main) && (at_work.is_none() || self.position(key) < at_work)
    }

    /// Whether a record in the phase `here` is in this one or may still come to it, without going back.
    pub fn is_still_to_come(&self, key: &str, here: &str) -> bool {
        let aside = |key: &str| self.phase(key).is_some_and(|it| it.kind == PhaseKind::Side);
        key == here || aside(key) || aside(here) || self.position(key) >= self.position(here)
    }

    /// Where a phase stands in the workflow's order.
    pub fn position(&self, key: &str) -> Option<usize> {
        self.phases.iter().position(|it| it.key == key)
    }
}

impl Phase {
    pub fn applies(&self, grades: Grades) -> bool {
        self.condition.is_none_or(|it| it.holds(grades))
    }

    /// Whether the page shows this section: the phase names it, asks for something that is put right there, or asks people to approve.
    pub fn shows(&self, section: Section) -> bool {
        let asks = section == Section::Approvals && !self.approvals.is_empty();
        asks || self.sections.contains(&section) || self.transitions.iter().flat_map(|it| &it.requirements).any(|it| it.section() == Some(section))
    }

    pub fn transition(&self, key: &str) -> Option<&Transition> {
        self.transitions.iter().find(|it| it.key == key)
    }

    /// The main way out: what the page's one primary button is about.
    pub fn advance(&self) -> Option<&Transition> {
        let of_kind = |kind| self.transitions.iter().find(move |it| it.kind == kind);
        of_kind(TransitionKind::Advance).or_else(|| of_kind(TransitionKind::Close)).or_else(|| of_kind(TransitionKind::Rework))
    }

    pub fn is_end(&self) -> bool {
        self.kind == PhaseKind::End
    }
}

#[cfg(test)]
mod tests;
