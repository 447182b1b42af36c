//! The way back: a model made of the tasks and texts of a release.

use super::settling::fresh;
use super::{Anchor, Anchors, Ground, Model, ModelTask, PlanTexts};
use crate::domain::ids::{TaskId, UserId};
use chrono::{DateTime, Utc};

/// A task of a release, as far as a model wants to know it.
#[derive(Clone, Debug)]
pub struct Planned {
    pub id: TaskId,
    /// The key it had in the model that brought it.
    pub key: Option<String>,
    pub phase: String,
    pub title: String,
    pub description: String,
    pub group: Option<String>,
    pub assignee: Option<UserId>,
    pub anchor: Option<Anchor>,
    pub offset: Option<i32>,
    pub due_at: Option<DateTime<Utc>>,
    pub mandatory: bool,
    pub after: Vec<TaskId>,
}

/// A model that plans what the release planned: counted offsets stay, dates set by hand become working days from the nearer anchor.
/// A task that a group does stays the group's, whoever of them took it this time.
pub fn derive<'a>(tasks: &[Planned], texts: PlanTexts, ground: &Ground, anchors: impl Fn(&Planned) -> Anchors<'a>) -> Model {
    let mut tasks: Vec<&Planned> = tasks.iter().collect();
    tasks.sort_by_key(|it| (ground.position(&it.phase), it.id));
    let mut keys: Vec<(TaskId, String)> = Vec::new();
    for it in &tasks {
        let taken: Vec<String> = keys.iter().map(|(_, key)| key.clone()).collect();
        let own = it.key.clone().filter(|key| !key.is_empty() && !taken.contains(key));
        keys.push((it.id, own.unwrap_or_else(|| fresh(&it.title, &taken))));
    }
    let key = |id: TaskId| keys.iter().find(|(it, _)| *it == id).map(|(_, key)| key.clone());
    let place = |id: &TaskId| tasks.iter().position(|it| it.id == *id);
    let model_task = |it: &&Planned| {
        let (anchor, offset) = when(it, ground, anchors(it));
        let mut after: Vec<TaskId> = it.after.iter().copied().filter(|it| place(it).is_some()).collect();
        after.sort_by_key(place);
        ModelTask {
            key: key(it.id).unwrap_or_default(),
            phase: it.phase.clone(),
            title: it.title.clone(),
            description: it.description.clone(),
            group: it.group.clone(),
            assignee: it.assignee.filter(|_| it.group.is_none()),
            anchor,
            offset,
            after: after.into_iter().filter_map(key).collect(),
            mandatory: it.mandatory,
        }
    };
    Model { tasks: tasks.iter().map(model_task).collect(), texts }
}

/// What its due time is counted from, and with how many days. Without any time it is due when its phase should be over.
fn when(task: &Planned, ground: &Ground, anchors: Anchors<'_>) -> (Anchor, i32) {
    if let Some(counted) = task.anchor.zip(task.offset) {
        return counted;
    }
    let target = || ground.phase(&task.phase).and_then(|it| it.target_days).and_then(|it| i32::try_from(it).ok()).unwrap_or_default();
    let Some(due) = task.due_at else { return (Anchor::Phase, target()) };
    let way = |anchor: Anchor| {
        let days = anchors.offset(anchor, due)?;
        let same_day = anchors.due(anchor, i64::from(days)).is_some_and(|it| anchors.calendar.same_day(it, due));
        Some((!same_day, days.abs(), anchor, days))
    };
    let nearest = Anchor::ALL.iter().filter_map(|it| way(*it)).min();
    nearest.map_or_else(|| (Anchor::Phase, target()), |(_, _, anchor, days)| (anchor, days))
}
