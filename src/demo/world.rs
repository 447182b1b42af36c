//! Where the stories happen: the database with its moved clock, who acts, and what is there to act on.

use super::people::{self, Who};
use super::story::Service;
use super::times::{Dice, is_day};
use crate::app::sheet::Sheet;
use crate::app::{self, Error, items, phases};
use crate::clock::Clock;
use crate::domain::ids::{CategoryId, ItemId, ModelId, RecordId, UserId};
use crate::domain::items::ItemKind;
use crate::domain::people::Actor;
use crate::domain::records::{Milestone, RecordKind, RecordState};
use crate::domain::releases::Level;
use crate::store::records::Record;
use crate::store::{Db, PgConnection, Tx, approvals, categories, confirmations, demo, models, records, related, tasks};
use anyhow::{Context, anyhow};
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;

pub struct World {
    db: Db,
    actors: Vec<Actor>,
    items: BTreeMap<&'static str, ItemId>,
    /// Releases' and RFCs' categories by their level.
    releases: Vec<(Level, CategoryId)>,
    changes: Vec<(Level, CategoryId)>,
    models: Vec<(CategoryId, ModelId)>,
}

/// What the last step of a story did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    Anything,
    Nothing,
    Task,
    Approval,
    Confirmation,
}

/// What the stories know of one another.
#[derive(Clone, Default)]
pub struct Seen {
    pub id: Option<RecordId>,
    pub phase: String,
    pub milestone: Option<Milestone>,
    pub state: Option<RecordState>,
    pub entered: DateTime<Utc>,
    pub window: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// Of a release: in this phase the deployment is done.
    pub deployed: bool,
    /// Of a release: it will be backed out, but is not yet.
    pub in_trouble: bool,
}

impl Seen {
    pub fn is_open(&self) -> bool {
        self.state == Some(RecordState::Open)
    }

    fn update(&mut self, record: Record) {
        self.id = Some(record.id);
        self.deployed = self.deployed && record.phase != "plan" && record.phase != "build_test";
        self.phase = record.phase;
        self.milestone = Some(record.milestone);
        self.state = Some(record.state);
        self.entered = record.phase_entered_at;
    }
}

impl World {
    /// Makes the people and the configuration items, on a day long ago.
    pub fn create(db: &Db, since: DateTime<Utc>, services: &'static [Service]) -> anyhow::Result<World> {
        let mut db = db.clone();
        db.clock = Clock::standing_at(since);
        let actors = people::create(&db)?;
        let (releases, changes, models) = db.read_now::<_, Error>(|conn| {
            let of = |kind, conn: &mut _| Ok::<_, Error>(categories::list(conn, kind)?.into_iter().map(|it| (it.level, it.id)).collect::<Vec<_>>());
            let models = models::list(conn)?.into_iter().map(|it| (it.category_id, it.id)).collect();
            Ok((of(RecordKind::Release, conn)?, of(RecordKind::Change, conn)?, models))
        })?;
        let mut world = World { db, actors, items: BTreeMap::new(), releases, changes, models };
        for service in services {
            world.register(service.name, ItemKind::Service, service.description)?;
            for (name, kind, description) in service.items {
                world.register(name, *kind, description)?;
            }
        }
        Ok(world)
    }

    fn register(&mut self, name: &'static str, kind: ItemKind, description: &str) -> anyhow::Result<()> {
        let id = self
            .act(Who::Ines, |tx| {
                items::register(tx, &items::Draft { name: name.into(), kind, description: description.into(), calendar: None, retired: false })
            })
            .with_context(|| name)?;
        self.items.insert(name, id);
        Ok(())
    }

    pub fn set_clock(&self, to: DateTime<Utc>) {
        self.db.clock.set(to);
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.db.clock.now()
    }

    /// Does something in somebody's name.
    pub fn act<T>(&self, who: Who, action: impl FnOnce(&mut Tx<'_>) -> app::Result<T>) -> anyhow::Result<T> {
        let done = self.db.write_now(self.actor(who).clone(), |tx| {
            demo::hurry(tx)?;
            action(tx)
        });
        done.map_err(|cause| anyhow!("{who:?} could not at {}: {cause} ({cause:?})", self.now()))
    }

    /// Does something behind a mailed link, where nobody signs in.
    pub fn by_link<T>(&self, action: impl FnOnce(&mut Tx<'_>) -> app::Result<T>) -> anyhow::Result<T> {
        let done = self.db.write_now(Actor::slipway(), |tx| {
            demo::hurry(tx)?;
            action(tx)
        });
        done.map_err(|cause| anyhow!("a link did not do at {}: {cause} ({cause:?})", self.now()))
    }

    /// Looks something up.
    pub fn read<T>(&self, query: impl FnOnce(&mut PgConnection) -> app::Result<T>) -> anyhow::Result<T> {
        Ok(self.db.read_now(query)?)
    }

    /// The record as it stands, given how it stood before and what was done to it since: a year is long, and most steps change little.
    pub fn sheet(&self, id: RecordId, before: Option<Sheet>, done: Done) -> anyhow::Result<Sheet> {
        let sheet = self.db.read_now::<_, Error>(|conn| {
            let Some(mut sheet) = before else { return Ok(Sheet { now: Some(self.now()), ..Sheet::load(conn, id)? }) };
            match done {
                Done::Anything => return Ok(Sheet { now: Some(self.now()), ..Sheet::load(conn, id)? }),
                Done::Nothing => sheet.changes = related::of_release(conn, id)?,
                Done::Task => sheet.tasks = tasks::of_record(conn, id)?,
                Done::Approval => {
                    sheet.rounds = approvals::rounds(conn, id)?;
                    sheet.full.record = records::find(conn, id)?;
                }
                Done::Confirmation => {
                    sheet.confirmations = confirmations::list(conn, id)?;
                    sheet.full.record = records::find(conn, id)?;
                }
            }
            sheet.now = Some(self.now());
            Ok(sheet)
        })?;
        Ok(sheet)
    }

    /// Brings what is known of a new record up to date.
    pub fn see(&self, id: RecordId, seen: &mut Seen) -> anyhow::Result<()> {
        let record = self.db.read_now::<_, Error>(|conn| Ok(records::find(conn, id)?))?;
        seen.update(record);
        Ok(())
    }

    /// Takes a record through a transition, and sees where it is then.
    pub fn take(&self, who: Who, sheet: &Sheet, (key, reason): (&str, &str), seen: &mut Seen) -> anyhow::Result<()> {
        let Record { id, version, .. } = sheet.full.record;
        let record = self.act(who, |tx| {
            phases::take(tx, id, version, key, reason)?;
            Ok(records::find(tx.conn, id)?)
        })?;
        seen.update(record);
        Ok(())
    }

    pub fn actor(&self, who: Who) -> &Actor {
        &self.actors[who as usize]
    }

    pub fn id(&self, who: Who) -> UserId {
        self.actor(who).id
    }

    pub fn who(&self, id: UserId) -> anyhow::Result<Who> {
        ALL.into_iter().find(|who| self.id(*who) == id).ok_or_else(|| anyhow!("nobody has the id {id}"))
    }

    /// One of those for whom it is daytime; else any.
    pub fn at_work(&self, people: &[Who], dice: &mut Dice) -> anyhow::Result<Who> {
        let awake: Vec<Who> = people.iter().copied().filter(|who| is_day(self.now(), self.actor(*who).zone)).collect();
        dice.pick(&awake).or_else(|| dice.pick(people)).ok_or_else(|| anyhow!("nobody to do it"))
    }

    pub fn item(&self, name: &str) -> anyhow::Result<ItemId> {
        self.items.get(name).copied().ok_or_else(|| anyhow!("there is no item {name}"))
    }

    pub fn category(&self, kind: RecordKind, level: Level) -> anyhow::Result<CategoryId> {
        let known = match kind {
            RecordKind::Release => &self.releases,
            RecordKind::Change => &self.changes,
        };
        known.iter().find(|(it, _)| *it == level).map(|(_, id)| *id).ok_or_else(|| anyhow!("there is no category {}", level.label()))
    }

    pub fn model(&self, category: CategoryId) -> Option<ModelId> {
        self.models.iter().find(|(it, _)| *it == category).map(|(_, id)| *id)
    }
}

const ALL: [Who; 17] = [
    Who::Ines,
    Who::Tomasz,
    Who::Miriam,
    Who::Daniel,
    Who::Henrik,
    Who::Aylin,
    Who::Paul,
    Who::Sofia,
    Who::Jonas,
    Who::Elena,
    Who::Marcus,
    Who::Lucia,
    Who::Katrin,
    Who::Felix,
    Who::Priya,
    Who::Oliver,
    Who::Nadia,
];
