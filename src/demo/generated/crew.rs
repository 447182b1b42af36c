//! Who works in the generated organisation, on what, and by which workflows.

use super::words;
use crate::app;
use crate::demo::people::{PASSWORD, hashed};
use crate::demo::times::Dice;
use crate::domain::ids::{GroupId, ItemId, UserId};
use crate::domain::items::ItemKind;
use crate::domain::people::Role;
use crate::domain::records::{RecordKind, RecordState};
use crate::domain::releases::Level;
use crate::domain::workflows::{Grades, Phase, PhaseKind, Workflow};
use crate::store::categories::{self, Category};
use crate::store::db::Outage;
use crate::store::users::{self, NewUser};
use crate::store::{Tx, choices, groups, items, workflows};
use std::collections::BTreeMap;

/// A category with the workflow that its records follow.
pub struct Way {
    pub category: Category,
    pub workflow: Workflow,
}

pub struct Item {
    pub id: ItemId,
    pub name: String,
}

pub struct Person {
    pub id: UserId,
    pub name: String,
    pub email: String,
}

/// Whom and what records are about.
pub struct Crew {
    pub releases: Vec<Way>,
    pub changes: Vec<Way>,
    pub items: Vec<Item>,
    pub managers: Vec<Person>,
    pub coordinators: Vec<Person>,
    pub approvers: Vec<Person>,
    pub contributors: Vec<Person>,
    pub groups: BTreeMap<String, GroupId>,
}

/// Few decide, whatever the size: a step that asks all of them would never end.
const APPROVERS: usize = 4;

impl Crew {
    /// Makes people and configuration items for so many releases.
    pub fn hire(tx: &mut Tx<'_>, releases: u64) -> app::Result<Crew> {
        let grown = |least: usize, most: usize| ((releases as f64).sqrt() as usize / 2).clamp(least, most);
        let hash = hashed(PASSWORD).map_err(|cause| Outage::Render(cause.to_string()))?;
        let mut hired = 0;
        let mut hire = |tx: &mut Tx<'_>, roles: &[Role], many: usize| -> app::Result<Vec<Person>> {
            let mut all = Vec::with_capacity(many);
            for _ in 0..many {
                let name = words::person(hired);
                hired += 1;
                let email = format!("person{hired}@generated.slipway.example");
                let id = users::insert(tx, &NewUser { email: &email, name: &name, password_hash: Some(&hash), time_zone: "Europe/Berlin", roles })?;
                all.push(Person { id, name, email });
            }
            Ok(all)
        };
        let managers = hire(tx, &[Role::ReleaseManager], 3)?;
        hire(tx, &[Role::Administrator], 1)?;
        hire(tx, &[Role::Viewer], 2)?;
        let approvers = hire(tx, &[Role::ReleaseApprover], APPROVERS)?;
        let coordinators = hire(tx, &[Role::ReleaseCoordinator], grown(8, 100))?;
        let contributors = hire(tx, &[Role::Contributor], grown(20, 300))?;
        let groups = choices_by_key(tx)?;
        for (key, members) in [("cab", &approvers[..]), ("ecab", &approvers[..2]), ("operations", &contributors[..10]), ("service_desk", &contributors[10..16])]
        {
            let Some(group) = groups.get(key) else { continue };
            groups::set_members(tx, *group, &members.iter().map(|it| it.id).collect::<Vec<_>>())?;
        }
        Ok(Crew {
            releases: ways(tx, RecordKind::Release)?,
            changes: ways(tx, RecordKind::Change)?,
            items: register(tx, grown(20, 500))?,
            managers,
            coordinators,
            approvers,
            contributors,
            groups,
        })
    }

    /// How a change of a release of this level is made.
    pub fn change_of(&self, level: Level, dice: &mut Dice) -> Option<&Way> {
        let wanted = match level {
            Level::Emergency => Level::Emergency,
            Level::Minor if dice.between(0, 1) == 0 => Level::Standard,
            Level::Major | Level::Minor | Level::Standard | Level::Normal => Level::Normal,
        };
        self.changes.iter().find(|it| it.category.level == wanted)
    }

    /// How a release comes about: most are minor, few are emergencies.
    pub fn release_by(&self, dice: &mut Dice) -> Option<&Way> {
        let wanted = match dice.between(0, 9) {
            0 => Level::Emergency,
            1..=3 => Level::Major,
            _ => Level::Minor,
        };
        self.releases.iter().find(|it| it.category.level == wanted)
    }
}

impl Way {
    /// The phases that lie on the way of a record with these grades, in order, the ends apart.
    pub fn main(&self, grades: Grades) -> impl Iterator<Item = &Phase> {
        self.workflow.phases.iter().filter(move |it| it.kind == PhaseKind::Main && it.applies(grades))
    }

    /// Where a record of this outcome ends.
    pub fn end(&self, outcome: RecordState) -> Option<&Phase> {
        let all = self.workflow.phases.iter().flat_map(|it| &it.transitions);
        all.filter(|it| it.outcome == Some(outcome)).find_map(|it| self.workflow.phase(&it.to))
    }
}

fn choices_by_key(tx: &mut Tx<'_>) -> app::Result<BTreeMap<String, GroupId>> {
    let mut known = BTreeMap::new();
    for key in ["cab", "ecab", "operations", "service_desk"] {
        if let Some(id) = choices::group_by_key(tx.conn, key)? {
            known.insert(key.to_owned(), id);
        }
    }
    Ok(known)
}

fn ways(tx: &mut Tx<'_>, kind: RecordKind) -> app::Result<Vec<Way>> {
    let mut all = Vec::new();
    for category in categories::list(tx.conn, kind)? {
        let workflow = workflows::find(tx.conn, category.workflow_id)?;
        all.push(Way { category, workflow });
    }
    Ok(all)
}

fn register(tx: &mut Tx<'_>, many: usize) -> app::Result<Vec<Item>> {
    let mut all = Vec::with_capacity(many);
    for nth in 0..many {
        let name = words::item(nth);
        let kind = ItemKind::ALL[nth % ItemKind::ALL.len()];
        let id = items::insert(tx, &name, kind, "Generated to see how Slipway behaves with much of everything.")?;
        all.push(Item { id, name });
    }
    Ok(all)
}
