//! How people of the demo do the tasks of a record.

use super::people::{Who, members};
use super::times::Dice;
use super::words;
use super::world::World;
use crate::app::sheet::Sheet;
use crate::app::tasks;
use crate::domain::models::Anchor;
use crate::domain::tasks::{TaskState, TaskStep};
use crate::store::tasks::Named;
use chrono::{DateTime, Duration, Utc};

/// What became of an attempt to work on the tasks of the present phase.
pub enum Worked {
    /// One more step is done.
    On,
    /// The next task is not to be begun before this time.
    NotBefore(DateTime<Utc>),
    Nothing,
}

/// What goes wrong with a task.
pub enum Trouble {
    Skip(&'static str),
    Fail(&'static str),
}

/// Takes the next task of the present phase one step further.
pub fn work(
    world: &World,
    sheet: &Sheet,
    lead: Who,
    builders: &[Who],
    dice: &mut Dice,
    mut trouble: impl FnMut(&str) -> Option<Trouble>,
) -> anyhow::Result<Worked> {
    let mut earliest = None;
    for it in sheet.tasks.iter().filter(|it| it.task.phase == sheet.full.record.phase) {
        match it.task.state {
            TaskState::Planned | TaskState::Done | TaskState::Skipped => continue,
            TaskState::Ready | TaskState::InProgress | TaskState::Failed => {}
        }
        let begin = begin(it, sheet);
        if begin > world.now() {
            earliest = Some(earliest.map_or(begin, |known: DateTime<Utc>| known.min(begin)));
            continue;
        }
        further(world, it, lead, builders, dice, &mut trouble)?;
        return Ok(Worked::On);
    }
    Ok(earliest.map_or(Worked::Nothing, Worked::NotBefore))
}

/// Nobody updates a system before the window, or briefs people weeks ahead.
fn begin(it: &Named, sheet: &Sheet) -> DateTime<Utc> {
    let start = sheet.full.record.planned_start.unwrap_or_default();
    match (it.task.anchor, it.task.offset_days) {
        (Some(Anchor::Deployment), Some(0)) => start,
        (Some(Anchor::Deployment), Some(_)) => it.task.due_at.unwrap_or(start) - Duration::hours(7),
        (Some(Anchor::Phase) | None, _) | (Some(Anchor::Deployment), None) => DateTime::<Utc>::default(),
    }
}

fn further(world: &World, it: &Named, lead: Who, builders: &[Who], dice: &mut Dice, trouble: &mut impl FnMut(&str) -> Option<Trouble>) -> anyhow::Result<()> {
    let id = it.task.id;
    if it.task.state == TaskState::Failed {
        return world.act(lead, |tx| tasks::step(tx, id, TaskStep::Reopen, "").map(|_| ()));
    }
    let Some(assignee) = it.task.assignee_id else { return assign(world, it, lead, builders, dice) };
    let who = world.who(assignee)?;
    if it.task.state == TaskState::Ready && dice.between(0, 2) == 0 {
        return world.act(who, |tx| tasks::step(tx, id, TaskStep::Start, "").map(|_| ()));
    }
    let (who, step, note) = match trouble(&it.task.title) {
        Some(Trouble::Skip(why)) => (lead, TaskStep::Skip, why),
        Some(Trouble::Fail(why)) => (who, TaskStep::Fail, why),
        None => (who, TaskStep::Complete, dice.pick(words::task(&it.task.title)).unwrap_or_default()),
    };
    world.act(who, |tx| tasks::step(tx, id, step, note).map(|_| ()))
}

/// A group's task is claimed and begun by one of the group; any other is given to somebody.
fn assign(world: &World, it: &Named, lead: Who, builders: &[Who], dice: &mut Dice) -> anyhow::Result<()> {
    let id = it.task.id;
    let group = match it.group.as_deref() {
        Some("Operations") => members("operations"),
        Some("Service desk") => members("service_desk"),
        Some(_) | None => Vec::new(),
    };
    if group.is_empty() {
        let money = matches!(it.task.title.as_str(), "Confirm the funding" | "Evaluate the financial impact");
        let who = if money { Who::Aylin } else { dice.pick(builders).unwrap_or(lead) };
        return world.act(lead, |tx| tasks::assign(tx, id, Some(world.id(who))).map(|_| ()));
    }
    let who = world.at_work(&group, dice)?;
    world.act(who, |tx| {
        tasks::assign(tx, id, Some(world.id(who)))?;
        tasks::step(tx, id, TaskStep::Start, "").map(|_| ())
    })
}
