//! Who hears of a deadline, and in which words.

use super::{Deadline, Stage, Subject, spoken};
use crate::domain::ids::{ApprovalId, TaskId, UserId};
use crate::domain::notices::Why;
use crate::domain::records::RecordKind;
use crate::domain::text::moment;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use std::collections::BTreeSet;

/// Everybody around a deadline.
#[derive(Clone, Debug, Default)]
pub struct People {
    /// Who does it, or whose answer is awaited.
    pub responsible: Vec<(UserId, Why)>,
    pub owner: Option<UserId>,
    pub coordinator: Option<UserId>,
    pub watchers: Vec<UserId>,
    /// The group that the phase names.
    pub group: Vec<UserId>,
    /// The release managers, of whom one at least hears when it escalates.
    pub managers: Vec<UserId>,
}

impl People {
    /// Who hears of a stage: everybody once, as what they are to it first of all.
    pub fn told(&self, stage: Stage) -> Vec<(UserId, Why)> {
        let owner = self.owner.map(|it| (it, Why::Owner));
        let coordinator = self.coordinator.map(|it| (it, Why::Coordinator));
        let mut all: Vec<(UserId, Why)> = Vec::new();
        match stage {
            Stage::DueSoon | Stage::HalfGone | Stage::NearlyGone => all.extend(&self.responsible),
            Stage::Missed => {
                all.extend(&self.responsible);
                all.extend(coordinator);
                all.extend(self.watchers.iter().map(|it| (*it, Why::Watcher)));
            }
            Stage::Escalated => {
                all.extend(owner);
                all.extend(self.group.iter().map(|it| (*it, Why::Group)));
                if !self.owner.is_some_and(|it| self.managers.contains(&it)) {
                    all.extend(self.managers.iter().map(|it| (*it, Why::Manager)));
                }
            }
            Stage::FirstRepeat | Stage::SecondRepeat | Stage::ThirdRepeat | Stage::FourthRepeat | Stage::LastRepeat => {
                all.extend(&self.responsible);
                all.extend(owner);
            }
        }
        let mut seen = BTreeSet::new();
        all.retain(|(user, _)| seen.insert(*user));
        all
    }
}

/// What a deadline is about, by its names.
#[derive(Clone, Debug)]
pub struct Matter {
    /// None if it is about no record, but about the policy.
    pub kind: Option<RecordKind>,
    /// `REL-00042`.
    pub number: String,
    /// What the record is called besides its number.
    pub record: String,
    /// The page where it is put right by those who are not asked themselves.
    pub page: String,
    /// The title of the task, the name of the phase or of the approval step; empty for planned times.
    pub name: String,
    pub task: Option<TaskId>,
    pub approval: Option<ApprovalId>,
}

/// One stage of one deadline, to be told.
#[derive(Clone, Copy, Debug)]
pub struct Telling<'a> {
    pub matter: &'a Matter,
    pub deadline: Deadline,
    pub stage: Stage,
    pub now: DateTime<Utc>,
}

impl Telling<'_> {
    /// `Task “Brief the service desk” of Payroll v4.2 was due Mon 2 Mar 2026, 17:00 (UTC)`.
    pub fn headline(&self, why: Why, zone: Tz) -> String {
        let (what, when) = (self.what(), self.when(zone));
        match self.stage {
            Stage::HalfGone | Stage::NearlyGone if is_asked(why) => format!("{what} waits for your decision until {when}"),
            Stage::DueSoon | Stage::HalfGone | Stage::NearlyGone => format!("{what} is due {when}"),
            Stage::Missed => format!("{what} was due {when}"),
            Stage::Escalated | Stage::FirstRepeat | Stage::SecondRepeat | Stage::ThirdRepeat | Stage::FourthRepeat | Stage::LastRepeat => {
                format!("{what} is {} late: it was due {when}", self.lateness())
            }
        }
    }

    /// Label and text, in order.
    pub fn facts(&self, why: Why, zone: Tz) -> Vec<(String, String)> {
        let record = || format!("{} {}", self.matter.number, self.matter.record);
        let mut facts = match self.matter.kind {
            Some(RecordKind::Release) => vec![("Release", record())],
            Some(RecordKind::Change) => vec![("RFC", record())],
            None => Vec::new(),
        };
        facts.push(("Due", self.when(zone)));
        if self.now > self.deadline.due_at {
            facts.push(("Late by", self.lateness()));
        }
        facts.push(("What to do", self.advice(why).to_owned()));
        facts.into_iter().map(|(label, text)| (label.to_owned(), text)).collect()
    }

    /// The page where it is put right by somebody who is this to it.
    pub fn path(&self, why: Why) -> String {
        match (self.matter.task, self.matter.approval) {
            (Some(task), _) => format!("/tasks/{task}"),
            (None, Some(approval)) if is_asked(why) => format!("/approvals/{approval}"),
            (None, Some(_) | None) => self.matter.page.clone(),
        }
    }

    /// The approval that this person can decide, if that is what it is about.
    pub fn approval(&self, why: Why) -> Option<ApprovalId> {
        self.matter.approval.filter(|_| is_asked(why))
    }

    fn what(&self) -> String {
        let Matter { record, name, kind, .. } = self.matter;
        let record = match kind {
            Some(RecordKind::Release) | None => record.clone(),
            Some(RecordKind::Change) => format!("“{record}”"),
        };
        match self.deadline.subject {
            Subject::Phase | Subject::Task | Subject::Approval | Subject::FollowUp | Subject::Survey => {
                format!("{} “{name}” of {record}", self.deadline.subject.label())
            }
            Subject::PlannedStart | Subject::PlannedEnd => format!("{} of {record}", self.deadline.subject.label()),
            Subject::PolicyReview => format!("The {}", self.deadline.subject.label().to_lowercase()),
        }
    }

    fn when(&self, zone: Tz) -> String {
        moment(self.deadline.due_at, zone)
    }

    fn lateness(&self) -> String {
        spoken(self.now - self.deadline.due_at)
    }

    fn advice(&self, why: Why) -> &'static str {
        match self.deadline.subject {
            Subject::Phase => "See on its page what is still in the way, and move it on.",
            Subject::Task => "Complete it, or agree on another date.",
            Subject::Approval if is_asked(why) => "Approve or deny it.",
            Subject::Approval => "Ask those who are awaited, or ask somebody else instead.",
            Subject::FollowUp => "Do it and say what came of it, hand it on, or agree on another date.",
            Subject::Survey => "It closes by itself: remind those who have not answered, or move the date.",
            Subject::PolicyReview => "See whether it still fits, change what does not, and set the next date.",
            Subject::PlannedStart => "Begin, or move the window.",
            Subject::PlannedEnd => "Finish, back out, or move the window.",
        }
    }
}

/// Whether somebody who is this to an approval can decide it.
pub fn is_asked(why: Why) -> bool {
    matches!(why, Why::Approver | Why::Substitute)
}
