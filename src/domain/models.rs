//! Release models: predefined task plans and plan texts for a category.

use super::calendars::Calendar;
use super::words::words;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

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
    pub anchor: Anchor,
    /// Working days from the anchor; negative ones lie before it.
    pub offset: i32,
    #[serde(default)]
    pub after: Vec<String>,
    #[serde(default = "yes")]
    pub mandatory: bool,
}

impl ModelTask {
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
}

#[cfg(test)]
mod tests;
