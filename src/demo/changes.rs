//! Tells an RFC, in step with its release if it has one.

use super::approving;
use super::people::{Who, members};
use super::releases::Next;
use super::story::{Change, Ends, Service};
use super::times::{self, Dice};
use super::words;
use super::working::{self, Worked};
use super::world::{Done, Seen, World};
use crate::app::changes::{self, NewChange};
use crate::app::phases;
use crate::app::records::{self, Edit};
use crate::app::sheet::Sheet;
use crate::app::tasks;
use crate::domain::approvals::RoundState;
use crate::domain::ids::RecordId;
use crate::domain::readiness::Check;
use crate::domain::records::{Milestone, RecordKind};
use crate::domain::releases::Level;
use crate::domain::requirements::{Outcome, Requirement};
use crate::store::confirmations::NewConfirmation;
use crate::store::records::{Details, Scope, Window};
use crate::store::tasks::Plan;
use anyhow::anyhow;
use chrono::{DateTime, Duration, Utc};

pub struct ChangeRun {
    pub story: &'static Change,
    service: &'static Service,
    requester: Who,
    assignee: Who,
    pub seen: Seen,
    dice: Dice,
    /// As it was seen last, and what was done since.
    sheet: Option<Sheet>,
    done: Done,
    visit: i32,
    steps: usize,
    /// Denied already, and how the round after it goes.
    denied: bool,
    test_failed: bool,
    tasks_planned: bool,
    sent_back: bool,
    /// After a denial: what the CAB missed is added.
    mended: bool,
    /// In this visit of its test phase it has passed.
    tested: bool,
}

/// The day before the window, but not before the release is ready for it.
fn may_implement(parent: &Seen, now: DateTime<Utc>) -> bool {
    match parent.phase.as_str() {
        "rollout" => parent.window.is_none_or(|(start, _)| start - Duration::hours(26) < now),
        "early_life" | "review" | "closed" => true,
        _ => false,
    }
}

impl ChangeRun {
    pub fn new(service: &'static Service, story: &'static Change) -> ChangeRun {
        let mut dice = Dice::of(story.title);
        let requester = dice.pick(service.requesters).unwrap_or(service.coordinator);
        let assignee = dice.pick(service.builders).unwrap_or(service.coordinator);
        ChangeRun {
            story,
            service,
            requester,
            assignee,
            seen: Seen::default(),
            dice,
            sheet: None,
            done: Done::Anything,
            visit: 0,
            steps: 0,
            denied: false,
            test_failed: false,
            tasks_planned: false,
            sent_back: false,
            mended: false,
            tested: false,
        }
    }

    /// `parent`: the release that it belongs to. `orphan`: its release ended without it, and no other takes it over.
    pub fn step(&mut self, world: &World, parent: Option<&Seen>, orphan: bool) -> Next {
        let Some(id) = self.seen.id else { return self.register(world, parent) };
        if !orphan && self.waits_for(parent, world.now()) {
            return Ok(Some(times::later(world.now(), self.dice.between(60, 420))));
        }
        let sheet = world.sheet(id, self.sheet.take(), self.done)?;
        if !sheet.full.record.is_open() {
            return Ok(None);
        }
        if sheet.full.record.visit != self.visit {
            (self.visit, self.steps, self.tested) = (sheet.full.record.visit, 0, false);
        }
        if let Ends::Held(phase, steps) = self.story.ends
            && sheet.full.record.phase == phase
            && self.steps >= steps
        {
            return Ok(None);
        }
        self.steps += 1;
        self.done = Done::Anything;
        let next = if orphan { self.drop_out(world, &sheet) } else { self.go_on(world, &sheet, parent) };
        self.sheet = Some(sheet);
        next
    }

    fn is_brisk(&self) -> bool {
        self.story.level == Level::Emergency && self.seen.phase != "review"
    }

    fn soon(&mut self, world: &World) -> DateTime<Utc> {
        if self.is_brisk() {
            return world.now() + Duration::minutes(self.dice.between(4, 16));
        }
        let (least, most) = match self.seen.phase.as_str() {
            "registered" => (120, 420),
            "assessment" => (300, 620),
            "build" if self.story.tasks.is_empty() => (1100, 2100),
            "review" => (500, 1000),
            _ => (160, 430),
        };
        times::later(world.now(), self.dice.between(least, most))
    }

    /// Building begins with the build of the release, implementing with its rollout.
    fn waits_for(&self, parent: Option<&Seen>, now: DateTime<Utc>) -> bool {
        let Some(parent) = parent else { return false };
        match self.seen.phase.as_str() {
            "build" => parent.milestone.is_none_or(|it| it < Milestone::Authorised) || parent.phase == "back_out",
            "test" => self.tested && !may_implement(parent, now),
            "implementation" => (parent.in_trouble || !parent.deployed) && !matches!(parent.phase.as_str(), "back_out" | "plan"),
            _ => false,
        }
    }

    fn register(&mut self, world: &World, parent: Option<&Seen>) -> Next {
        let category = world.category(RecordKind::Change, self.story.level)?;
        let names = if self.story.items.is_empty() { &[self.service.name][..] } else { self.story.items };
        let items = names.iter().map(|it| world.item(it)).collect::<anyhow::Result<Vec<_>>>()?;
        let window = match parent {
            Some(parent) => parent.window,
            None if self.story.level == Level::Emergency => None,
            None => {
                let days = if self.story.level == Level::Standard { self.dice.between(6, 8) } else { self.dice.between(20, 26) };
                Some(times::window(world.now() + Duration::days(days), false, false, &mut self.dice))
            }
        };
        self.seen.window = window;
        let new = NewChange {
            category,
            details: self.details(world, false),
            scope: Scope { scope: self.story.text.to_owned(), reason: self.story.why.to_owned() },
            window: Window { planned_start: window.map(|it| it.0), planned_end: window.map(|it| it.1) },
            items,
            release: None,
        };
        let writes =
            matches!(self.requester, Who::Miriam | Who::Daniel | Who::Jonas | Who::Elena | Who::Marcus | Who::Lucia | Who::Katrin | Who::Felix | Who::Priya);
        let who = if writes { self.requester } else { world.at_work(&members("service_desk"), &mut self.dice)? };
        let id = world.act(who, |tx| changes::register(tx, &new))?;
        world.see(id, &mut self.seen)?;
        Ok(Some(self.soon(world)))
    }

    fn details(&self, world: &World, assessed: bool) -> Details {
        let [impact, urgency, likelihood] = self.story.grades;
        Details {
            title: self.story.title.to_owned(),
            owner_id: world.id(self.requester),
            coordinator_id: assessed.then(|| world.id(self.assignee)),
            impact: Some(impact),
            urgency: Some(urgency),
            likelihood: assessed.then_some(likelihood),
        }
    }

    fn id(&self) -> anyhow::Result<RecordId> {
        self.seen.id.ok_or_else(|| anyhow!("{} is not registered", self.story.title))
    }

    fn take(&mut self, world: &World, sheet: &Sheet, who: Who, key: &str, reason: &str) -> anyhow::Result<()> {
        world.take(who, sheet, (key, reason), &mut self.seen)
    }

    /// The release it was for has ended without it.
    fn drop_out(&mut self, world: &World, sheet: &Sheet) -> Next {
        let back = sheet.full.record.phase == "implementation";
        let (key, reason) = if back {
            ("rework", "Backed out with the release.")
        } else {
            ("withdraw", "The release that it was meant for was given up; not needed any more.")
        };
        self.take(world, sheet, self.service.coordinator, key, reason)?;
        Ok(back.then(|| self.soon(world)))
    }

    fn go_on(&mut self, world: &World, sheet: &Sheet, parent: Option<&Seen>) -> Next {
        let (phase, lead) = (sheet.full.record.phase.clone(), self.service.coordinator);
        match self.story.ends {
            Ends::Rejected(at, why) if at == phase && (at != "authorisation" || approving::state(sheet) == Some(RoundState::Denied)) => {
                self.take(world, sheet, lead, "reject", why)?;
                return Ok(None);
            }
            Ends::Withdrawn(at, why) if at == phase && self.steps > 1 => {
                self.take(world, sheet, lead, "withdraw", why)?;
                return Ok(None);
            }
            Ends::Rejected(..) | Ends::Withdrawn(..) | Ends::Closed | Ends::Held(..) => {}
        }
        if phase == "implementation" && !self.sent_back && parent.is_some_and(|it| matches!(it.phase.as_str(), "back_out" | "plan")) {
            self.sent_back = true;
            self.take(world, sheet, lead, "rework", "The release was backed out.")?;
            return Ok(Some(self.soon(world)));
        }
        if phase == "build" && !self.tasks_planned {
            self.tasks_planned = true;
            if !self.story.tasks.is_empty() {
                self.plan_tasks(world)?;
                return Ok(Some(self.soon(world)));
            }
        }
        let mut dice = self.dice;
        let worked = working::work(world, sheet, lead, &[self.assignee], &mut dice, |_| None)?;
        self.dice = dice;
        match worked {
            Worked::On => {
                self.done = Done::Task;
                Ok(Some(self.soon(world)))
            }
            Worked::NotBefore(time) => Ok(Some(time)),
            Worked::Nothing => self.require(world, sheet, parent),
        }
    }

    fn plan_tasks(&self, world: &World) -> anyhow::Result<()> {
        let id = self.id()?;
        world.act(self.service.coordinator, |tx| {
            for (title, day) in self.story.tasks.iter().zip(1_u32..) {
                let due = crate::domain::calendars::Calendar::office(times::ZONE).due(tx.now, day);
                let plan = Plan { phase: "build".into(), title: (*title).into(), due_at: Some(due), mandatory: true, ..Plan::default() };
                tasks::add(tx, id, &plan, &[])?;
            }
            Ok(())
        })
    }

    fn require(&mut self, world: &World, sheet: &Sheet, parent: Option<&Seen>) -> Next {
        let phase = sheet.full.phase()?;
        let transition = phase.advance().ok_or_else(|| anyhow!("{} has no way out", phase.name))?.clone();
        let lead = self.service.coordinator;
        if self.denied && !self.mended {
            self.mended = true;
            let record = &sheet.full.record;
            let more = "Added for the CAB: effects on other services and people, and how to go back.";
            let scope = Edit::Scope(Scope { scope: format!("{}\n\n{more}", record.scope), reason: record.reason.clone() });
            world.act(lead, |tx| records::edit(tx, record.id, record.version, &scope))?;
            return Ok(Some(self.soon(world)));
        }
        let blocking: Vec<Requirement> = sheet.checks(&transition).into_iter().filter(Check::blocks).map(|it| it.requirement).collect();
        let Some(requirement) = blocking.first().copied() else {
            let early = matches!(phase.key.as_str(), "registered" | "assessment" | "authorisation");
            let who = if early || transition.outcome.is_some() { lead } else { self.assignee };
            if phase.key == "test" && parent.is_none() && self.not_yet(world) {
                return Ok(Some(times::at_work(self.seen.window.map_or(world.now(), |it| it.0) - Duration::days(1))));
            }
            self.take(world, sheet, who, &transition.key, "")?;
            return Ok(transition.outcome.is_none().then(|| self.soon(world)));
        };
        match requirement.confirmation() {
            Some(_) => self.confirm(world, sheet, requirement, parent),
            None if requirement == Requirement::Approved => self.approve(world, sheet),
            None => {
                let record = &sheet.full.record;
                let edit = Edit::Details(self.details(world, true));
                world.act(lead, |tx| records::edit(tx, record.id, record.version, &edit))?;
                Ok(Some(self.soon(world)))
            }
        }
    }

    /// A standing alone RFC keeps to its own dates.
    fn not_yet(&self, world: &World) -> bool {
        self.seen.window.is_some_and(|(start, _)| start - Duration::days(2) > world.now())
    }

    fn confirm(&mut self, world: &World, sheet: &Sheet, requirement: Requirement, parent: Option<&Seen>) -> Next {
        let Some(subject) = requirement.confirmation() else { return Ok(None) };
        let end = self.seen.window.map_or(world.now(), |it| it.1);
        if requirement == Requirement::ImplementationDone && parent.is_none() && end > world.now() {
            return Ok(Some(end));
        }
        let failed_before = sheet.facts().confirmations.get(&subject) == Some(&Outcome::Failed);
        let failing = self.story.test_failed.filter(|_| requirement == Requirement::TestsPassed && !self.test_failed);
        if let (true, Some(why)) = (failed_before, failing) {
            self.test_failed = true;
            self.take(world, sheet, self.assignee, "rework", why)?;
            return Ok(Some(self.soon(world)));
        }
        let (outcome, note) = match failing {
            Some(why) => (Outcome::Failed, why),
            None => (Outcome::Passed, self.dice.pick(words::confirmation(subject)).unwrap_or_default()),
        };
        let id = self.id()?;
        world.act(self.assignee, |tx| phases::confirm(tx, id, &NewConfirmation { subject, outcome, note, link: "" }))?;
        self.done = Done::Confirmation;
        self.tested = requirement == Requirement::TestsPassed && outcome == Outcome::Passed;
        Ok(Some(self.soon(world)))
    }

    /// The CAB denies as one; then the assessment is mended and the CAB asked again, or the RFC is rejected.
    fn approve(&mut self, world: &World, sheet: &Sheet) -> Next {
        let lead = self.service.coordinator;
        match approving::state(sheet) {
            Some(RoundState::Open) => {
                let mut dice = self.dice;
                let begun = approving::has_denied(sheet);
                let denial =
                    self.story.denied.filter(|_| !self.denied).map(|(reason, comment)| (reason, if begun { "I see it the same way." } else { comment }));
                approving::answer(world, sheet, &mut dice, |_, _| denial)?;
                (self.dice, self.done) = (dice, Done::Approval);
            }
            Some(RoundState::Denied) => {
                self.denied = true;
                self.take(world, sheet, lead, "rework", self.story.denied.map_or("", |it| it.1))?;
            }
            Some(RoundState::Approved | RoundState::Withdrawn) | None => {
                approving::ask(world, lead, sheet)?;
                self.done = Done::Approval;
            }
        }
        Ok(Some(self.soon(world)))
    }
}
