//! The way through the workflow, as a row of steps.

use crate::domain::records::RecordState;
use crate::domain::workflows::PhaseKind;
use crate::store::records::Full;
use crate::store::visits::Visit;
use chrono::{DateTime, Utc};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    Done,
    /// An end, but not the one it was for.
    Stopped,
    Current,
    Ahead,
    Skipped,
}

impl Mark {
    pub fn word(self) -> &'static str {
        match self {
            Mark::Done => "done",
            Mark::Stopped => "stopped",
            Mark::Current => "current",
            Mark::Ahead => "ahead",
            Mark::Skipped => "skipped",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Mark::Done => "Done",
            Mark::Stopped => "Ended",
            Mark::Current => "Now here",
            Mark::Ahead => "To come",
            Mark::Skipped => "Passed over",
        }
    }

    pub fn icon(self) -> &'static str {
        match self {
            Mark::Done => "circle-check",
            Mark::Stopped => "circle-x",
            Mark::Current => "circle-dot",
            Mark::Ahead => "circle-dashed",
            Mark::Skipped => "chevron-right",
        }
    }
}

#[derive(Debug, Clone)]
pub struct Step {
    pub name: String,
    pub mark: Mark,
    pub entered: Option<DateTime<Utc>>,
}

/// Main phases in order, those that do not apply left out unless they were gone through; a side phase only while in it;
/// of the ends the one that was reached, or else the last on the main way.
pub fn steps(full: &Full, visits: &[Visit]) -> Vec<Step> {
    let record = &full.record;
    let here = full.workflow.position(&record.phase).unwrap_or(0);
    let grades = record.grades();
    let first_end = full.workflow.phases.iter().position(|it| it.is_end());
    let mut steps = Vec::new();
    for (at, phase) in full.workflow.phases.iter().enumerate() {
        let visit = visits.iter().rev().find(|it| it.phase == phase.key);
        let shown = match phase.kind {
            PhaseKind::Main => phase.applies(grades) || visit.is_some(),
            PhaseKind::Side => at == here,
            PhaseKind::End => at == here || (record.is_open() && Some(at) == first_end),
        };
        if !shown {
            continue;
        }
        let mark = if at == here && record.is_open() {
            Mark::Current
        } else if at == here && record.state != RecordState::Closed {
            Mark::Stopped
        } else if at == here || (at < here && visit.is_some()) {
            Mark::Done
        } else if at < here || !record.is_open() {
            Mark::Skipped
        } else {
            Mark::Ahead
        };
        let entered = visit.filter(|_| mark != Mark::Ahead).map(|it| it.entered_at);
        steps.push(Step { name: phase.name.clone(), mark, entered });
    }
    steps
}
