//! How the life of a generated record goes: its phases with their times, and where it stands now.

use super::crew::Way;
use crate::demo::times::Dice;
use crate::domain::records::{Milestone, RecordState};
use crate::domain::workflows::{Grades, Phase, TransitionKind};
use chrono::{DateTime, Duration, Utc};

/// How a record ends, if it lives long enough.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Closed,
    BackedOut,
    Abandoned,
}

/// A stay in a phase, from this moment to the beginning of the next one.
#[derive(Clone, Copy)]
pub struct Stay<'a> {
    pub phase: &'a Phase,
    pub from: DateTime<Utc>,
    /// How the phase was entered.
    pub by: TransitionKind,
}

impl Stay<'_> {
    pub fn due(&self) -> Option<DateTime<Utc>> {
        let days = self.phase.target_days.filter(|_| !self.phase.is_end())?;
        Some(self.from + Duration::days(i64::from(days * 7 / 5)) + Duration::hours(3))
    }
}

/// A record's stays, those to come included.
pub struct Life<'a> {
    stays: Vec<Stay<'a>>,
    /// How many of them have begun.
    begun: usize,
    outcome: RecordState,
}

/// About a quarter of all phases take longer than they should.
fn length(days: u32, dice: &mut Dice) -> Duration {
    let minutes = i64::from(days.max(1)) * 7 * 24 * 60 / 5;
    Duration::minutes(minutes * dice.between(40, 120) / 100)
}

impl<'a> Life<'a> {
    pub fn of_release(way: &'a Way, grades: Grades, fate: Fate, (start, now): (DateTime<Utc>, DateTime<Utc>), dice: &mut Dice) -> Life<'a> {
        let (mut stays, mut time) = (Vec::with_capacity(10), start);
        let mut stay = |phase: &'a Phase, by, time: &mut DateTime<Utc>, dice: &mut Dice| {
            stays.push(Stay { phase, from: *time, by });
            *time += length(phase.target_days.unwrap_or(0), dice);
        };
        let abandoned_after = if fate == Fate::Abandoned { dice.between(1, 3) } else { i64::MAX };
        let mut by = TransitionKind::Advance;
        for (phase, nth) in way.main(grades).zip(1..) {
            stay(phase, TransitionKind::Advance, &mut time, dice);
            if nth == abandoned_after {
                by = TransitionKind::Abandon;
                break;
            }
            let way_out = phase.transitions.iter().find(|it| it.kind == TransitionKind::BackOut);
            if let Some(side) = way_out.filter(|_| fate == Fate::BackedOut).and_then(|it| way.workflow.phase(&it.to)) {
                stay(side, TransitionKind::BackOut, &mut time, dice);
                break;
            }
        }
        if by == TransitionKind::Advance {
            by = TransitionKind::Close;
        }
        let outcome = match fate {
            Fate::Closed => RecordState::Closed,
            Fate::BackedOut => RecordState::BackedOut,
            Fate::Abandoned => RecordState::Abandoned,
        };
        if let Some(end) = way.end(outcome) {
            stay(end, by, &mut time, dice);
        }
        Life::until(stays, outcome, now)
    }

    /// An RFC keeps in step with its release: authorised when that is built, implemented when it is rolled out, closed when it is reviewed.
    /// With a release that comes to nothing it is withdrawn.
    pub fn of_change(way: &'a Way, release: &Life<'_>, now: DateTime<Utc>, dice: &mut Dice) -> Life<'a> {
        let begun = release.start();
        let authorised = release.reaches(Milestone::Authorised);
        let done = release.reaches(Milestone::Implemented);
        let over = release.ends();
        let built = authorised + (done - authorised) * 3 / 4;
        // Nothing is registered in the future.
        let start = (begun + (authorised - begun) * i32::try_from(dice.between(1, 20)).unwrap_or(1) / 100).min(now);
        let spans = [(Milestone::Registered, start, authorised), (Milestone::Authorised, authorised, built), (Milestone::Implemented, done, over)];
        let mut stays = Vec::with_capacity(9);
        for (milestone, from, to) in spans {
            let phases = || way.main(Grades::default()).filter(move |it| it.milestone == milestone);
            let many = i32::try_from(phases().count()).unwrap_or(1).max(1);
            // The last phase before the deployment begins with it.
            let parts = if milestone == Milestone::Authorised { (many - 1).max(1) } else { many };
            for (phase, nth) in phases().zip(0..) {
                stays.push(Stay { phase, from: from + (to - from) * nth / parts, by: TransitionKind::Advance });
            }
        }
        let closed = release.outcome == RecordState::Closed;
        let outcome = if closed { RecordState::Closed } else { RecordState::Withdrawn };
        if !closed {
            stays.retain(|it| it.from < over && it.phase.milestone < Milestone::Implemented);
        }
        if let Some(phase) = way.end(outcome) {
            // Before its release, which waits for it.
            let end = if closed { done + (over - done) / 2 } else { over };
            let by = if closed { TransitionKind::Close } else { TransitionKind::Abandon };
            stays.iter_mut().for_each(|it| it.from = it.from.min(end));
            stays.push(Stay { phase, from: end, by });
        }
        Life::until(stays, outcome, now)
    }

    fn until(stays: Vec<Stay<'a>>, outcome: RecordState, now: DateTime<Utc>) -> Life<'a> {
        let begun = stays.iter().take_while(|it| it.from <= now).count().max(1);
        Life { stays, begun, outcome }
    }

    pub fn start(&self) -> DateTime<Utc> {
        self.stays[0].from
    }

    fn ends(&self) -> DateTime<Utc> {
        self.stays[self.stays.len() - 1].from
    }

    /// When the record comes this far, or ends.
    pub fn reaches(&self, milestone: Milestone) -> DateTime<Utc> {
        self.stays.iter().find(|it| it.phase.milestone >= milestone).map_or_else(|| self.ends(), |it| it.from)
    }

    /// Where it stands now.
    pub fn current(&self) -> &Stay<'a> {
        &self.stays[self.begun - 1]
    }

    pub fn visit(&self) -> i32 {
        i32::try_from(self.begun).unwrap_or(i32::MAX)
    }

    /// The stays that have begun, each with its number and when it was left.
    pub fn begun(&self) -> impl Iterator<Item = (i32, &Stay<'a>, Option<DateTime<Utc>>)> {
        let left = |nth: usize| self.stays.get(nth + 1).filter(|_| nth + 1 < self.begun).map(|it| it.from);
        self.stays[..self.begun].iter().enumerate().map(move |(nth, it)| (i32::try_from(nth + 1).unwrap_or(i32::MAX), it, left(nth)))
    }

    /// The phases on which work is done, whether or not they have begun.
    pub fn working(&self) -> &[Stay<'a>] {
        let ends = self.stays.iter().position(|it| it.phase.is_end()).unwrap_or(self.stays.len());
        &self.stays[..ends.max(1)]
    }

    /// When the stay with this index begins or began, and whether it has.
    pub fn began(&self, index: usize) -> bool {
        index < self.begun
    }

    /// When the stay with this index is over, as far as that is known.
    pub fn over(&self, index: usize) -> DateTime<Utc> {
        self.stays.get(index + 1).map_or_else(|| self.ends(), |it| it.from)
    }

    pub fn state(&self) -> RecordState {
        if self.current().phase.is_end() { self.outcome } else { RecordState::Open }
    }

    pub fn ended_at(&self) -> Option<DateTime<Utc>> {
        (self.state() != RecordState::Open).then(|| self.current().from)
    }
}
