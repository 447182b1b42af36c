//! The rows of one generated release after the other: the release, its RFCs, and the way they took.

use super::crew::{Crew, Person, Way};
use super::life::{Fate, Life};
use super::log::Log;
use super::rounds::{Rounds, Subject};
use super::telling::Telling;
use super::versions::Versions;
use super::words;
use super::work::Work;
use crate::app;
use crate::demo::times::Dice;
use crate::domain::events::Event;
use crate::domain::ids::{ItemId, RecordId, UserId};
use crate::domain::records::{Grade, Milestone, RecordKind, RecordState};
use crate::domain::releases::{Distribution, Strategy, Version, identifier};
use crate::domain::requirements::Outcome;
use crate::domain::workflows::Grades;
use crate::store::Tx;
use crate::store::bulk::{AffectedRow, Batch, ConfirmationRow, RecordRow, RelationRow, ReleaseRow, VisitRow, WatcherRow};
use chrono::{DateTime, Duration, Utc};

/// How much there is of one release.
#[derive(Clone, Copy)]
pub struct Size {
    pub tasks: usize,
    pub changes: usize,
    /// Whether its history is written, too: visits, decisions, confirmations, events, what people were told.
    pub whole: bool,
}

/// A record that is written: who runs it, and where it stands.
pub struct Written<'a, 'w> {
    pub id: RecordId,
    pub kind: RecordKind,
    pub way: &'a Way,
    pub life: &'w Life<'a>,
    pub owner: UserId,
    pub coordinator: &'a Person,
    pub title: &'w str,
    pub scope: &'w str,
    pub grades: Grades,
    pub likelihood: Option<Grade>,
    pub window: Option<(DateTime<Utc>, DateTime<Utc>)>,
    pub whole: bool,
}

/// Where rows go, and the numbers that they have come to.
pub struct Writing<'a> {
    crew: &'a Crew,
    record: i64,
    versions: Versions<'a>,
    records: Batch<RecordRow<'a>>,
    releases: Batch<ReleaseRow<'a>>,
    visits: Batch<VisitRow<'a>>,
    affected: Batch<AffectedRow>,
    relations: Batch<RelationRow>,
    watchers: Batch<WatcherRow>,
    confirmations: Batch<ConfirmationRow<'a>>,
    work: Work<'a>,
    rounds: Rounds<'a>,
    telling: Telling<'a>,
    pub log: Log,
    /// Open records whose phase asks people to approve.
    pub asking: Vec<RecordId>,
}

impl<'a> Writing<'a> {
    pub fn begin(crew: &'a Crew, log: Log) -> Writing<'a> {
        Writing {
            crew,
            record: 0,
            versions: Versions::new(&crew.items),
            records: Batch::default(),
            releases: Batch::default(),
            visits: Batch::default(),
            affected: Batch::default(),
            relations: Batch::default(),
            watchers: Batch::default(),
            confirmations: Batch::default(),
            work: Work::default(),
            rounds: Rounds::default(),
            telling: Telling::default(),
            log,
            asking: Vec::new(),
        }
    }

    fn number(&mut self) -> RecordId {
        self.record += 1;
        RecordId(self.record)
    }

    /// A release that was registered then, with all that belongs to it.
    pub fn release(&mut self, tx: &mut Tx<'_>, start: DateTime<Utc>, size: Size, dice: &mut Dice) -> app::Result<()> {
        let crew = self.crew;
        let Some(way) = crew.release_by(dice) else { return Ok(()) };
        let (impact, urgency, likelihood) = (grade(dice), grade(dice), grade(dice));
        let grades = Grades { impact, urgency };
        let fate = match dice.between(0, 99) {
            0..=4 => Fate::Abandoned,
            5..=7 => Fate::BackedOut,
            _ => Fate::Closed,
        };
        let life = Life::of_release(way, grades, fate, (start, tx.now), dice);
        let item = usize::try_from(dice.between(0, crew.items.len() as i64 - 1)).unwrap_or(0);
        let version = self.versions.next(item, way);
        let (title, scope) = (words::title(dice), words::scope(dice));
        let id = self.number();
        let written = Written {
            id,
            kind: RecordKind::Release,
            way,
            life: &life,
            owner: one(&crew.managers, dice).id,
            coordinator: one(&crew.coordinators, dice),
            title: &title,
            scope: &scope,
            grades,
            likelihood,
            window: window(&life),
            whole: size.whole,
        };
        let name = identifier(&crew.items[item].name, &version);
        let registered = Event::ReleaseRegistered { identifier: name.clone(), title: title.clone(), category: way.category.name.clone() };
        self.log.note(start, written.owner, id, registered);
        self.plan(tx, item, &version, &written, dice)?;
        self.record(tx, &written, Some(name.clone()), Some(crew.items[item].id), dice)?;
        self.work.tasks(tx, crew, &written, size.tasks, &mut self.log, dice)?;
        for _ in 0..size.changes {
            self.change(tx, &written, item, dice)?;
        }
        if size.whole {
            self.telling.registered(tx, written.coordinator, id, &name, start)?;
            self.watchers.push(tx, WatcherRow { record_id: id, user_id: one(&crew.contributors, dice).id })?;
        }
        Ok(())
    }

    fn plan(&mut self, tx: &mut Tx<'_>, item: usize, version: &Version, written: &Written<'a, '_>, dice: &mut Dice) -> app::Result<()> {
        // What is planned is known once somebody has planned.
        let planned = written.window.is_some();
        let text = |text: &'static str| if planned { text } else { "" };
        let row = ReleaseRow {
            record_id: written.id,
            ci_id: self.crew.items[item].id,
            number: version.parts().iter().copied().map(Some).collect(),
            strategy: if planned { dice.pick(Strategy::ALL) } else { None },
            distribution: if planned { dice.pick(Distribution::ALL) } else { None },
            deployment_plan: text(words::DEPLOYMENT),
            communication_plan: text(words::COMMUNICATION),
            back_out_plan: text(words::BACK_OUT),
            resources: text("Two people of operations, one of the service desk."),
            affected_users: text("Everybody who works with it, about 400 people."),
            superseded_by: None,
        };
        for done in self.versions.hold(item, written.way.category.level, written.life.state(), row) {
            self.releases.push(tx, done)?;
        }
        Ok(())
    }

    /// An RFC of a release.
    fn change(&mut self, tx: &mut Tx<'_>, release: &Written<'a, '_>, item: usize, dice: &mut Dice) -> app::Result<()> {
        let crew = self.crew;
        let Some(way) = crew.change_of(release.way.category.level, dice) else { return Ok(()) };
        let life = Life::of_change(way, release.life, tx.now, dice);
        let (title, scope) = (words::title(dice), words::scope(dice));
        let id = self.number();
        let written = Written {
            id,
            kind: RecordKind::Change,
            way,
            life: &life,
            owner: one(&crew.contributors, dice).id,
            coordinator: one(&crew.coordinators, dice),
            title: &title,
            scope: &scope,
            grades: Grades { impact: grade(dice), urgency: grade(dice) },
            likelihood: grade(dice),
            window: release.window,
            whole: release.whole,
        };
        self.record(tx, &written, None, None, dice)?;
        self.affected.push(tx, AffectedRow { record_id: id, ci_id: crew.items[item].id })?;
        let active = matches!(release.life.state(), RecordState::Open | RecordState::Closed);
        self.relations.push(tx, RelationRow { release_id: release.id, change_id: id, active, related_at: life.start() })?;
        if release.whole {
            let (release_name, change) = (RecordKind::Release.number(release.id), RecordKind::Change.number(id));
            self.log.note(life.start(), written.owner, id, Event::ChangeRegistered { title: title.clone(), category: way.category.name.clone() });
            self.log.note(life.start(), release.coordinator.id, release.id, Event::ChangeRelated { release: release_name, change });
        }
        Ok(())
    }

    /// What every record has: its row, its visits, what was confirmed and decided on the way, and what is due.
    fn record(&mut self, tx: &mut Tx<'_>, it: &Written<'a, '_>, identifier: Option<String>, item: Option<ItemId>, dice: &mut Dice) -> app::Result<()> {
        let (stay, state) = (it.life.current(), it.life.state());
        let row = RecordRow {
            id: it.id,
            kind: it.kind,
            category_id: it.way.category.id,
            workflow_id: it.way.category.workflow_id,
            phase: &stay.phase.key,
            phase_name: &stay.phase.name,
            visit: it.life.visit(),
            phase_entered_at: stay.from,
            phase_due_at: stay.due(),
            state,
            milestone: stay.phase.milestone,
            identifier,
            title: it.title.to_owned(),
            scope: it.scope.to_owned(),
            reason: words::reason(dice),
            ci_id: item,
            owner_id: it.owner,
            coordinator_id: Some(it.coordinator.id),
            impact: it.grades.impact,
            urgency: it.grades.urgency,
            likelihood: it.likelihood,
            planned_start: it.window.map(|it| it.0),
            planned_end: it.window.map(|it| it.1),
            created_at: it.life.start(),
            created_by: it.owner,
            ended_at: it.life.ended_at(),
        };
        self.records.push(tx, row)?;
        self.way(tx, it)?;
        if it.whole {
            let subject = Subject { id: it.id, title: it.title, scope: it.scope, coordinator: it.coordinator.id };
            // Of RFCs the log tells the beginning and the end, and what was decided.
            self.rounds.write(tx, self.crew, &subject, it.life, &mut self.log, dice)?;
        }
        if state == RecordState::Open {
            self.work.due(tx, it)?;
            if !stay.phase.approvals.is_empty() && it.kind == RecordKind::Release {
                self.asking.push(it.id);
            }
        }
        Ok(())
    }

    fn way(&mut self, tx: &mut Tx<'_>, it: &Written<'a, '_>) -> app::Result<()> {
        let by = it.coordinator.id;
        let mut before: Option<&str> = None;
        for (visit, stay, left_at) in it.life.begun() {
            let (phase, from) = (stay.phase, stay.from);
            let ended = phase.is_end();
            if it.whole || left_at.is_none() {
                let row = VisitRow { record_id: it.id, visit, phase: &phase.key, name: &phase.name, entered_at: from, due_at: stay.due(), left_at };
                self.visits.push(tx, row)?;
            }
            if let (true, Some(left)) = (it.whole, left_at) {
                for subject in phase.advance().into_iter().flat_map(|it| &it.requirements).filter_map(|it| it.confirmation()) {
                    let (outcome, at) = (Outcome::Passed, left - (left - from) / 10);
                    self.confirmations.push(tx, ConfirmationRow { record_id: it.id, visit, subject, outcome, note: "As agreed.", at, by })?;
                }
            }
            if let Some(before) = before.replace(&phase.name) {
                let (transition, from_name, reason) = (stay.by, before.to_owned(), String::new());
                if ended {
                    let outcome = it.life.state().label().to_owned();
                    self.log.note(from, by, it.id, Event::RecordEnded { transition, from: from_name, outcome, reason, summary: Vec::new() });
                } else if it.whole && it.kind == RecordKind::Release {
                    self.log.note(from, by, it.id, Event::PhaseEntered { transition, from: from_name, to: phase.name.clone(), reason });
                }
            }
        }
        Ok(())
    }

    /// Writes what is left.
    pub fn end(mut self, tx: &mut Tx<'_>) -> app::Result<Vec<RecordId>> {
        for row in self.versions.rest() {
            self.releases.push(tx, row)?;
        }
        self.records.flush(tx)?;
        self.releases.flush(tx)?;
        self.visits.flush(tx)?;
        self.affected.flush(tx)?;
        self.relations.flush(tx)?;
        self.watchers.flush(tx)?;
        self.confirmations.flush(tx)?;
        self.work.flush(tx)?;
        self.rounds.flush(tx)?;
        self.telling.flush(tx)?;
        self.log.end(tx)?;
        Ok(self.asking)
    }
}

pub(super) fn one<'p>(people: &'p [Person], dice: &mut Dice) -> &'p Person {
    let at = usize::try_from(dice.between(0, people.len() as i64 - 1)).unwrap_or(0);
    &people[at]
}

fn grade(dice: &mut Dice) -> Option<Grade> {
    dice.pick(Grade::ALL)
}

/// When it is or was deployed, once that is planned.
fn window(life: &Life<'_>) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    let planned = life.visit() > 1;
    let end = life.reaches(Milestone::Implemented);
    planned.then(|| (end - Duration::hours(4), end))
}
