//! Tells a release: looks at what its phase still asks for, and lets the right person do the next thing.

use super::approving;
use super::people::Who;
use super::story::{Incident, Release, Service, Until};
use super::times::{self, Dice};
use super::working::{self, Worked};
use super::world::{Done, Seen, World};
use crate::app::records;
use crate::app::releases::{self, ItemChoice, NewRelease};
use crate::app::sheet::Sheet;
use crate::domain::approvals::RoundState;
use crate::domain::ids::RecordId;
use crate::domain::records::RecordKind;
use crate::domain::releases::{Level, Version};
use crate::domain::requirements::Requirement;
use crate::store::records::{Details, Scope, Window};
use anyhow::anyhow;
use chrono::{DateTime, Duration, NaiveDate, Utc};
use std::collections::BTreeSet;

mod early_life;
mod incidents;
mod requirements;
mod reviewing;

pub struct ReleaseRun {
    story: &'static Release,
    service: &'static Service,
    owner: Who,
    lead: Who,
    pub seen: Seen,
    dice: Dice,
    /// As it was seen last, and what was done since.
    sheet: Option<Sheet>,
    done: Done,
    visit: i32,
    steps: usize,
    used: BTreeSet<usize>,
    /// After going back: the plan has to be looked at again.
    replans: bool,
    /// The last day on which they measured.
    measured: Option<NaiveDate>,
    /// How much of the troubles after the deployment is on record.
    noted: early_life::Noted,
    /// What has to be written into the plan before asking again.
    fix: Option<&'static str>,
}

/// When the next step is; `None` when nothing more is told.
pub type Next = anyhow::Result<Option<DateTime<Utc>>>;

impl ReleaseRun {
    pub fn new(service: &'static Service, story: &'static Release, today: DateTime<Utc>) -> ReleaseRun {
        let mut dice = Dice::of(story.title);
        let (owner, lead) = story.led_by.unwrap_or((service.owner, service.coordinator));
        let window = (story.level != Level::Emergency)
            .then(|| times::window(today + Duration::days(story.deploys), story.deploys < 0, story.level == Level::Major, &mut dice));
        let in_trouble = story.incidents.iter().any(|it| matches!(it, Incident::BackedOut { .. }));
        let seen = Seen { window, in_trouble, ..Seen::default() };
        ReleaseRun {
            story,
            service,
            owner,
            lead,
            seen,
            dice,
            sheet: None,
            done: Done::Anything,
            visit: 0,
            steps: 0,
            used: BTreeSet::new(),
            replans: false,
            measured: None,
            noted: early_life::Noted::default(),
            fix: None,
        }
    }

    /// `ready`: the RFCs that are there for it, and whether each comes too late to join without a waiver.
    pub fn step(&mut self, world: &World, ready: &[(RecordId, Option<&'static str>)]) -> Next {
        let Some(id) = self.seen.id else { return self.register(world, ready) };
        let sheet = world.sheet(id, self.sheet.take(), self.done)?;
        if !sheet.full.record.is_open() {
            return Ok(None);
        }
        if sheet.full.record.visit != self.visit {
            (self.visit, self.steps) = (sheet.full.record.visit, 0);
        }
        if self.is_told(&sheet) {
            return Ok(None);
        }
        self.steps += 1;
        self.done = Done::Anything;
        let next = self.go_on(world, &sheet, ready);
        self.sheet = Some(sheet);
        next
    }

    fn id(&self) -> anyhow::Result<RecordId> {
        self.seen.id.ok_or_else(|| anyhow!("{} is not registered", self.story.title))
    }

    fn is_told(&self, sheet: &Sheet) -> bool {
        match self.story.until {
            // Whom it is offered to takes their time, and readings go on meanwhile.
            Until::End | Until::Offered => false,
            Until::Phase(phase, steps) => sheet.full.record.phase == phase && self.steps >= steps,
            Until::Asked(step, answers) => approving::answered(sheet, step).is_some_and(|it| it >= answers),
            Until::Denied => approving::state(sheet) == Some(RoundState::Denied),
        }
    }

    /// Whether support is offered, and nothing is told of the answer.
    fn is_offered(&self, sheet: &Sheet) -> bool {
        matches!(self.story.until, Until::Offered) && sheet.handover.as_ref().is_some_and(|it| it.handover.is_asked())
    }

    fn is_brisk(&self) -> bool {
        self.story.level == Level::Emergency && !matches!(self.seen.phase.as_str(), "early_life" | "review")
    }

    /// A few hours of work later; in an emergency, minutes.
    fn soon(&mut self, world: &World) -> DateTime<Utc> {
        if self.is_brisk() {
            return world.now() + Duration::minutes(self.dice.between(6, 28));
        }
        // Once the window has begun, they stay until it is done.
        let deploying = self.seen.window.filter(|(start, end)| self.seen.phase == "rollout" && (*start..*end).contains(&world.now()));
        match deploying {
            Some(_) => world.now() + Duration::minutes(self.dice.between(30, 75)),
            None => times::later(world.now(), self.dice.between(100, 330)),
        }
    }

    /// Nothing to do but wait for others.
    fn wait(&mut self, world: &World) -> Next {
        let time = if self.is_brisk() { world.now() + Duration::minutes(15) } else { times::later(world.now(), self.dice.between(200, 400)) };
        self.wait_until(time)
    }

    fn wait_until(&mut self, time: DateTime<Utc>) -> Next {
        self.done = Done::Nothing;
        Ok(Some(time))
    }

    fn details(&self, world: &World, assessed: bool) -> Details {
        let [impact, urgency, likelihood] = self.story.grades;
        Details {
            title: self.story.title.to_owned(),
            owner_id: world.id(self.owner),
            coordinator_id: Some(world.id(self.lead)),
            impact: Some(impact),
            urgency: Some(urgency),
            likelihood: assessed.then_some(likelihood),
        }
    }

    fn register(&mut self, world: &World, ready: &[(RecordId, Option<&'static str>)]) -> Next {
        let category = world.category(RecordKind::Release, self.story.level)?;
        let new = NewRelease {
            category,
            item: ItemChoice::Existing(world.item(self.service.name)?),
            version: self.story.version.map(Version::parse).transpose()?,
            details: self.details(world, self.story.level == Level::Emergency),
            scope: Scope { scope: self.story.scope.to_owned(), reason: self.story.reason.to_owned() },
            window: Window::default(),
            plan: crate::store::releases::Plan::default(),
            model: world.model(category),
            changes: ready.iter().filter(|(_, late)| late.is_none()).map(|(id, _)| *id).collect(),
        };
        let who = if self.story.level == Level::Emergency { self.owner } else { self.lead };
        let id = world.act(who, |tx| releases::register(tx, &new))?;
        for watcher in self.service.watchers {
            world.act(*watcher, |tx| records::watch(tx, id, true))?;
        }
        world.see(id, &mut self.seen)?;
        Ok(Some(self.soon(world)))
    }

    fn go_on(&mut self, world: &World, sheet: &Sheet, ready: &[(RecordId, Option<&'static str>)]) -> Next {
        if self.relate(world, sheet, ready)? || self.incident(world, sheet)? {
            return Ok(Some(self.soon(world)));
        }
        if self.seen.phase == "back_out" && !sheet.tasks.iter().any(|it| it.task.phase == "back_out") {
            self.plan_back_out(world)?;
            return Ok(Some(self.soon(world)));
        }
        if sheet.facts().waived.contains_key(&Requirement::TasksDone) {
            return self.require(world, sheet, false);
        }
        let (service, lead) = (self.service, self.lead);
        let mut dice = self.dice;
        let worked = working::work(world, sheet, lead, service.builders, &mut dice, |title| self.trouble_with(title))?;
        self.dice = dice;
        match worked {
            Worked::On => {
                self.done = Done::Task;
                Ok(Some(self.soon(world)))
            }
            Worked::NotBefore(time) => match self.require(world, sheet, true)? {
                Some(next) => Ok(Some(next.min(time).max(world.now() + Duration::minutes(1)))),
                None => self.wait_until(time),
            },
            Worked::Nothing => self.require(world, sheet, false),
        }
    }

    /// Lets RFCs join that were registered meanwhile.
    fn relate(&mut self, world: &World, sheet: &Sheet, ready: &[(RecordId, Option<&'static str>)]) -> anyhow::Result<bool> {
        let frozen = sheet.full.phase()?.scope_frozen;
        let absent = ready.iter().find(|(id, late)| sheet.changes.iter().all(|it| it.id != *id) && (late.is_some() == frozen) && self.steps > 1);
        let Some((change, late)) = absent else { return Ok(false) };
        let (id, who) = (self.id()?, if late.is_some() { self.owner } else { self.lead });
        world.act(who, |tx| releases::relate(tx, id, *change, late.unwrap_or_default()))?;
        Ok(true)
    }
}
