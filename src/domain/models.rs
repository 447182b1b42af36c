//! Release models: predefined task plans and plan texts for a category.

use super::calendars::Calendar;
use super::ids::UserId;
use super::words::words;
use super::workflows::Workflow;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

mod deriving;
mod differences;
mod forecast;
mod ground;
mod settling;
mod waiting;
pub use deriving::{Planned, derive};
pub use differences::differences;
pub use forecast::{Foreseen, Given, Remark, begins, forecast};
pub use ground::Ground;
pub use settling::{Draft, MOST, PlanRefusal, TaskFault, draft, settle};
pub use waiting::waits_for;

/// How far from its anchor a task may be due, in working days.
pub const FARTHEST: i32 = 260;

words! {
    /// What a task's offset is counted from.
    pub enum Anchor {
        Phase = "phase" "start of its phase",
        Deployment = "deployment" "planned deployment",
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    pub tasks: Vec<ModelTask>,
    #[serde(default)]
    pub texts: PlanTexts,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelTask {
    pub key: String,
    pub phase: String,
    pub title: String,
    #[serde(default)]
    pub description: String,
    /// The key of the group that does it.
    #[serde(default)]
    pub group: Option<String>,
    /// Who does it, where no group does. Nobody, once that account is closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee: Option<UserId>,
    pub anchor: Anchor,
    /// Working days from the anchor; negative ones lie before it.
    pub offset: i32,
    #[serde(default)]
    pub after: Vec<String>,
    #[serde(default = "yes")]
    pub mandatory: bool,
}

impl ModelTask {
    /// Whether what follows this workflow comes to its phase; else it is left out when the model is applied.
    pub fn is_in(&self, workflow: &Workflow) -> bool {
        workflow.phase(&self.phase).is_some_and(|it| !it.is_end())
    }

    pub fn when(&self) -> String {
        when(self.anchor, self.offset)
    }
}

fn yes() -> bool {
    true
}

/// When something is due that is counted from an anchor, in words: `3 working days after the start of its phase`.
pub fn when(anchor: Anchor, offset: i32) -> String {
    let days = offset.unsigned_abs();
    let unit = if days == 1 { "working day" } else { "working days" };
    let from = anchor.label();
    match offset {
        0 => format!("on the day of the {from}"),
        1.. => format!("{days} {unit} after the {from}"),
        _ => format!("{days} {unit} before the {from}"),
    }
}

/// Texts that fill the plan where it is still empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PlanTexts {
    pub deployment_plan: String,
    pub communication_plan: String,
    pub back_out_plan: String,
    pub resources: String,
    pub affected_users: String,
}

/// Why nothing is done with a model. Each is a sentence that says what to do next.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ModelRefusal {
    #[error("This model is retired already.")]
    RetiredAlready,
    #[error("This model is not retired.")]
    NotRetired,
    #[error("This model is retired. Choose another one, or bring it back first.")]
    Retired,
    #[error("Another model of its category has its name meanwhile. Give that one another name first.")]
    NameTaken,
    #[error("There is a newer version of this model meanwhile. Look at it, then choose again.")]
    Renewed,
    #[error("It is preselected for {0} releases. Choose another model there first.")]
    Usual(String),
    #[error("A model is made of a release, and this is an RFC.")]
    OfRelease,
}

impl PlanTexts {
    /// Each text with what it is called.
    pub fn named(&self) -> [(&'static str, &str); 5] {
        [
            ("Deployment", &self.deployment_plan),
            ("Communication", &self.communication_plan),
            ("Back-out", &self.back_out_plan),
            ("Resources", &self.resources),
            ("Affected users", &self.affected_users),
        ]
    }

    pub fn is_empty(&self) -> bool {
        self.named().iter().all(|(_, text)| text.is_empty())
    }
}

/// The times that offsets are counted from.
#[derive(Clone, Copy, Debug)]
pub struct Anchors<'a> {
    /// When the task's phase began, if it has.
    pub phase_entered: Option<DateTime<Utc>>,
    pub deployment: Option<DateTime<Utc>>,
    /// In which those work who do the task.
    pub calendar: &'a Calendar,
}

impl Anchors<'_> {
    /// When something is due that is counted from `anchor`; unknown while the anchor is.
    pub fn due(self, anchor: Anchor, offset: i64) -> Option<DateTime<Utc>> {
        let from = match anchor {
            Anchor::Phase => self.phase_entered,
            Anchor::Deployment => self.deployment,
        };
        from.map(|from| self.calendar.end(from, offset))
    }

    /// The working days from `anchor` that lead to this time, or as near to it as they can; unknown while the anchor is.
    pub fn offset(self, anchor: Anchor, due: DateTime<Utc>) -> Option<i32> {
        let from = match anchor {
            Anchor::Phase => self.phase_entered,
            Anchor::Deployment => self.deployment,
        };
        let days = self.calendar.days_between(from?, due);
        Some(i32::try_from(days).unwrap_or(FARTHEST).clamp(-FARTHEST, FARTHEST))
    }
}

#[cfg(test)]
mod tests;
