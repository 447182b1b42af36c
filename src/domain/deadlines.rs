//! Deadlines: what can be late, and who hears of it when.

use super::calendars::Calendar;
use super::notices::Rule;
use super::words::words;
use chrono::{DateTime, Duration, Utc};

mod telling;
pub use telling::{Matter, People, Telling, is_asked};

words! {
    /// What a deadline is for.
    pub enum Subject {
        Phase = "phase" "Phase",
        Task = "task" "Task",
        Approval = "approval" "Approval",
        PlannedStart = "planned_start" "Planned start",
        PlannedEnd = "planned_end" "Planned end",
        FollowUp = "follow_up" "Follow-up action",
        /// The time at which a survey closes: it is told only that it comes.
        Survey = "survey" "Survey",
        /// The day by which somebody looks at the policy again.
        PolicyReview = "policy_review" "Review of the policy",
    }
}

words! {
    /// An occasion on the way of a deadline to be heard of.
    pub enum Stage {
        /// A quarter of the time remains.
        DueSoon = "due_soon" "Due soon",
        /// Half of an approver's time is gone.
        HalfGone = "half_gone" "Half of the time is gone",
        /// Nine tenths of an approver's time are gone.
        NearlyGone = "nearly_gone" "A tenth of the time remains",
        Missed = "missed" "Missed",
        /// A working day after it was missed.
        Escalated = "escalated" "Escalated",
        FirstRepeat = "first_repeat" "Still missed",
        SecondRepeat = "second_repeat" "Still missed",
        ThirdRepeat = "third_repeat" "Still missed",
        FourthRepeat = "fourth_repeat" "Still missed",
        LastRepeat = "last_repeat" "Still missed",
    }
}

const OF_WORK: &[Stage] =
    &[Stage::DueSoon, Stage::Missed, Stage::Escalated, Stage::FirstRepeat, Stage::SecondRepeat, Stage::ThirdRepeat, Stage::FourthRepeat, Stage::LastRepeat];
const OF_APPROVALS: &[Stage] = &[
    Stage::HalfGone,
    Stage::NearlyGone,
    Stage::Missed,
    Stage::Escalated,
    Stage::FirstRepeat,
    Stage::SecondRepeat,
    Stage::ThirdRepeat,
    Stage::FourthRepeat,
    Stage::LastRepeat,
];

impl Subject {
    /// The stages, in the order of their times.
    pub fn stages(self) -> &'static [Stage] {
        match self {
            Subject::Approval => OF_APPROVALS,
            Subject::Survey => &[Stage::DueSoon],
            Subject::Phase | Subject::Task | Subject::PlannedStart | Subject::PlannedEnd | Subject::FollowUp | Subject::PolicyReview => OF_WORK,
        }
    }
}

impl Stage {
    pub fn rule(self) -> Rule {
        match self {
            Stage::DueSoon => Rule::DueSoon,
            Stage::HalfGone | Stage::NearlyGone => Rule::ApprovalReminded,
            Stage::Missed => Rule::DeadlineMissed,
            Stage::Escalated => Rule::DeadlineEscalated,
            Stage::FirstRepeat | Stage::SecondRepeat | Stage::ThirdRepeat | Stage::FourthRepeat | Stage::LastRepeat => Rule::DeadlineRepeated,
        }
    }

    /// How many working days after the due time it comes, if it comes after: one, and then 1, 2, 4, 8 and 16 more.
    fn days_late(self) -> Option<i64> {
        match self {
            Stage::DueSoon | Stage::HalfGone | Stage::NearlyGone | Stage::Missed => None,
            Stage::Escalated => Some(1),
            Stage::FirstRepeat => Some(2),
            Stage::SecondRepeat => Some(4),
            Stage::ThirdRepeat => Some(8),
            Stage::FourthRepeat => Some(16),
            Stage::LastRepeat => Some(32),
        }
    }
}

/// Something with a due time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline {
    pub subject: Subject,
    /// From when its time counts.
    pub starts_at: DateTime<Utc>,
    pub due_at: DateTime<Utc>,
}

/// What follows when a deadline is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// What is to be told now: of several stages that passed unseen only the latest.
    pub tell: Option<Stage>,
    /// How many stages are behind it then.
    pub behind: usize,
    pub next_at: Option<DateTime<Utc>>,
}

impl Deadline {
    /// When a stage is to be told.
    pub fn at(&self, stage: Stage, calendar: &Calendar) -> DateTime<Utc> {
        let gone = |part, whole| calendar.fraction(self.starts_at, self.due_at, part, whole);
        match stage {
            Stage::DueSoon => gone(3, 4),
            Stage::HalfGone => gone(1, 2),
            Stage::NearlyGone => gone(9, 10),
            Stage::Missed => self.due_at,
            Stage::Escalated | Stage::FirstRepeat | Stage::SecondRepeat | Stage::ThirdRepeat | Stage::FourthRepeat | Stage::LastRepeat => {
                calendar.shift(self.due_at, stage.days_late().unwrap_or_default())
            }
        }
    }

    /// The next stage, when so many are behind it, and its time.
    pub fn next(&self, behind: usize, calendar: &Calendar) -> Option<(Stage, DateTime<Utc>)> {
        self.subject.stages().get(behind).map(|stage| (*stage, self.at(*stage, calendar)))
    }

    /// What is to be done about it now.
    pub fn turn(&self, behind: usize, now: DateTime<Utc>, calendar: &Calendar) -> Turn {
        let mut turn = Turn { tell: None, behind, next_at: None };
        while let Some((stage, at)) = self.next(turn.behind, calendar) {
            if at > now {
                turn.next_at = Some(at);
                break;
            }
            turn.tell = Some(stage);
            turn.behind += 1;
        }
        turn
    }
}

/// A length of time as one says it: `2 working days`, `3 hours`.
pub fn spoken(time: Duration) -> String {
    let (count, unit) = match time.num_minutes().max(1) {
        minutes @ ..=59 => (minutes, "minute"),
        minutes @ 60..=2879 => (minutes / 60, "hour"),
        minutes => (minutes / 1440, "day"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests;
