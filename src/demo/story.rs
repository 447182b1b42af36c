//! What the demo tells: services with their releases and RFCs, and what goes wrong on the way.

use super::people::Who;
use crate::domain::approvals::DenialReason;
use crate::domain::early_life::{IssueKind, Severity};
use crate::domain::items::ItemKind;
use crate::domain::records::Grade;
use crate::domain::releases::{Distribution, Level, Strategy};
use crate::domain::requirements::Requirement;
use crate::domain::surveys::{Audience, Moment};

/// A service with everything that is told about it.
pub struct Service {
    pub name: &'static str,
    pub description: &'static str,
    /// What it is made of.
    pub items: &'static [(&'static str, ItemKind, &'static str)],
    pub owner: Who,
    pub coordinator: Who,
    /// Who builds and tests.
    pub builders: &'static [Who],
    pub requesters: &'static [Who],
    pub watchers: &'static [Who],
    pub troubles: Troubles,
    pub plan: Plan,
    pub releases: &'static [Release],
    /// RFCs that stand alone.
    pub changes: &'static [Change],
}

/// What its releases cause in their first days: each some of it.
pub struct Troubles {
    pub issues: &'static [(IssueKind, &'static str, Severity)],
    /// Title, symptoms, workaround.
    pub errors: &'static [(&'static str, &'static str, &'static str)],
}

/// How releases of a service are deployed.
pub struct Plan {
    pub strategy: Strategy,
    pub distribution: Distribution,
    pub affected_users: &'static str,
    pub resources: &'static str,
    pub deployment: &'static str,
    pub communication: &'static str,
    pub back_out: &'static str,
}

#[derive(Clone, Copy)]
pub struct Release {
    pub level: Level,
    /// The next free one, if not given.
    pub version: Option<&'static str>,
    pub title: &'static str,
    pub scope: &'static str,
    pub reason: &'static str,
    /// Days from today, as is `deploys`; 0 is a few hours ago.
    pub starts: i64,
    pub deploys: i64,
    /// Impact, urgency, likelihood of failure.
    pub grades: [Grade; 3],
    pub until: Until,
    pub incidents: &'static [Incident],
    pub changes: &'static [Change],
    /// Titles of RFCs whose own release ended without them.
    pub takes_over: &'static [&'static str],
    pub surveys: &'static [Survey],
    /// After so many days its metrics are normal, if not as soon as usual.
    pub settles: Option<i64>,
    /// Owner and coordinator, if not those of the service.
    pub led_by: Option<(Who, Who)>,
}

/// How far the telling goes.
#[derive(Clone, Copy)]
pub enum Until {
    End,
    /// So many steps into the first visit of a phase.
    Phase(&'static str, usize),
    /// Until so many have answered in this approval step.
    Asked(&'static str, usize),
    /// Until a round is denied.
    Denied,
    /// Until a group is asked to take support over.
    Offered,
}

/// What people are asked about a release.
pub struct Survey {
    pub moment: Moment,
    pub title: &'static str,
    pub anonymous: bool,
    /// In this phase its list is filled.
    pub prepared: &'static str,
    /// It opens and closes with this one.
    pub phase: &'static str,
    pub asked: &'static [Asked],
}

/// One audience of a survey.
pub struct Asked {
    pub audience: Audience,
    pub people: usize,
    /// How content they are on the whole, in percent.
    pub mood: i64,
    /// The question that they answer worse than the others.
    pub weak: &'static str,
    /// What content people write, and what the others write: each is said once.
    pub praise: &'static [&'static str],
    pub blame: &'static [&'static str],
}

/// What does not go by the book. Each happens once.
#[derive(Clone, Copy)]
pub enum Incident {
    Denied {
        step: &'static str,
        by: Who,
        reason: DenialReason,
        comment: &'static str,
        fix: &'static str,
    },
    Waived(Requirement, &'static str),
    TestFailed {
        note: &'static str,
        reason: &'static str,
    },
    BackedOut {
        seen: &'static str,
        reason: &'static str,
        facts: &'static str,
        again: bool,
    },
    Abandoned {
        phase: &'static str,
        after: usize,
        reason: &'static str,
    },
    TaskSkipped(&'static str, &'static str),
    TaskFailed(&'static str, &'static str),
    /// The scope is edited after somebody has approved it.
    Rescoped(&'static str),
    /// The window is moved by so many days after the approvers were asked.
    Postponed(i64),
    SecondThoughts(Who),
}

#[derive(Clone, Copy)]
pub struct Change {
    pub level: Level,
    pub title: &'static str,
    pub text: &'static str,
    pub why: &'static str,
    /// Days from today; of one that belongs to a release, days from its start: 0 for about then.
    pub starts: i64,
    pub grades: [Grade; 3],
    pub ends: Ends,
    pub tasks: &'static [&'static str],
    pub items: &'static [&'static str],
    /// Why it joins its release although the scope is frozen.
    pub joins_late: Option<&'static str>,
    pub denied: Option<(DenialReason, &'static str)>,
    pub test_failed: Option<&'static str>,
}

/// How an RFC ends.
#[derive(Clone, Copy)]
pub enum Ends {
    Closed,
    /// In this phase, for this reason.
    Rejected(&'static str, &'static str),
    Withdrawn(&'static str, &'static str),
    /// Not at all yet: so many steps into this phase.
    Held(&'static str, usize),
}

const fn release(level: Level, starts: i64, deploys: i64, title: &'static str) -> Release {
    Release {
        level,
        version: None,
        title,
        scope: "",
        reason: "",
        starts,
        deploys,
        grades: [Grade::Medium, Grade::Medium, Grade::Low],
        until: Until::End,
        incidents: &[],
        changes: &[],
        takes_over: &[],
        surveys: &[],
        settles: None,
        led_by: None,
    }
}

pub const fn major(starts: i64, deploys: i64, title: &'static str) -> Release {
    release(Level::Major, starts, deploys, title)
}

pub const fn minor(starts: i64, deploys: i64, title: &'static str) -> Release {
    release(Level::Minor, starts, deploys, title)
}

pub const fn emergency(starts: i64, title: &'static str) -> Release {
    release(Level::Emergency, starts, starts, title).graded(Grade::High, Grade::High, Grade::Medium)
}

impl Release {
    pub const fn version(self, version: &'static str) -> Release {
        Release { version: Some(version), ..self }
    }

    pub const fn says(self, scope: &'static str, reason: &'static str) -> Release {
        Release { scope, reason, ..self }
    }

    pub const fn graded(self, impact: Grade, urgency: Grade, likelihood: Grade) -> Release {
        Release { grades: [impact, urgency, likelihood], ..self }
    }

    pub const fn until(self, until: Until) -> Release {
        Release { until, ..self }
    }

    pub const fn with(self, incidents: &'static [Incident]) -> Release {
        Release { incidents, ..self }
    }

    pub const fn of(self, changes: &'static [Change]) -> Release {
        Release { changes, ..self }
    }

    pub const fn taking_over(self, takes_over: &'static [&'static str]) -> Release {
        Release { takes_over, ..self }
    }

    pub const fn asking(self, surveys: &'static [Survey]) -> Release {
        Release { surveys, ..self }
    }

    pub const fn settling(self, days: i64) -> Release {
        Release { settles: Some(days), ..self }
    }

    pub const fn led_by(self, owner: Who, coordinator: Who) -> Release {
        Release { led_by: Some((owner, coordinator)), ..self }
    }
}

/// A survey when everybody has the release.
pub const fn after_rollout(title: &'static str, asked: &'static [Asked]) -> Survey {
    Survey { moment: Moment::AfterRollout, title, anonymous: false, prepared: "rollout", phase: "early_life", asked }
}

/// A survey among those who try it first.
pub const fn pilot(title: &'static str, phase: &'static str, asked: &'static [Asked]) -> Survey {
    Survey { moment: Moment::Pilot, title, anonymous: false, prepared: phase, phase, asked }
}

impl Survey {
    pub const fn anonymous(self) -> Survey {
        Survey { anonymous: true, ..self }
    }
}

/// A normal RFC.
pub const fn rfc(title: &'static str, text: &'static str, why: &'static str) -> Change {
    Change {
        level: Level::Normal,
        title,
        text,
        why,
        starts: 0,
        grades: [Grade::Medium, Grade::Medium, Grade::Low],
        ends: Ends::Closed,
        tasks: &[],
        items: &[],
        joins_late: None,
        denied: None,
        test_failed: None,
    }
}

impl Change {
    pub const fn standard(self) -> Change {
        Change { level: Level::Standard, ..self }
    }

    pub const fn emergency(self) -> Change {
        Change { level: Level::Emergency, grades: [Grade::High, Grade::High, Grade::Medium], ..self }
    }

    pub const fn starts(self, starts: i64) -> Change {
        Change { starts, ..self }
    }

    pub const fn graded(self, impact: Grade, urgency: Grade, likelihood: Grade) -> Change {
        Change { grades: [impact, urgency, likelihood], ..self }
    }

    pub const fn ends(self, ends: Ends) -> Change {
        Change { ends, ..self }
    }

    pub const fn tasks(self, tasks: &'static [&'static str]) -> Change {
        Change { tasks, ..self }
    }

    pub const fn touching(self, items: &'static [&'static str]) -> Change {
        Change { items, ..self }
    }

    pub const fn joins_late(self, why: &'static str) -> Change {
        Change { joins_late: Some(why), starts: 12, ..self }
    }

    pub const fn denied(self, reason: DenialReason, comment: &'static str) -> Change {
        Change { denied: Some((reason, comment)), ..self }
    }

    pub const fn test_failed(self, why: &'static str) -> Change {
        Change { test_failed: Some(why), ..self }
    }
}
