//! When the tasks of a model would be due, if a release began and was deployed at given times.

use super::{Anchors, Ground, Model, ModelTask};
use crate::domain::calendars::Calendar;
use crate::domain::workflows::PhaseKind;
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;

/// What somebody wants to see the plan for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Given {
    /// When the release is registered.
    pub start: DateTime<Utc>,
    pub deployment: Option<DateTime<Utc>>,
}

/// Something about a date that one should look at.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Remark {
    #[error("Its phase is not in the workflow of this category: it is left out.")]
    LeftOut,
    #[error("Due before the release begins.")]
    BeforeStart,
    #[error("Due before its phase begins.")]
    BeforePhase,
    #[error("Due before “{0}”, which it waits for.")]
    BeforePredecessor(String),
}

/// A task with the dates that it would have.
#[derive(Clone, Debug)]
pub struct Foreseen<'a> {
    pub task: &'a ModelTask,
    pub due: Option<DateTime<Utc>>,
    pub remarks: Vec<Remark>,
}

/// When each phase would begin: each takes as long as its target says; what follows the deployment begins no earlier than that.
pub fn begins(ground: &Ground, given: Given, calendar: &Calendar) -> BTreeMap<String, DateTime<Utc>> {
    let mut begins = BTreeMap::new();
    let mut at = given.start;
    for phase in ground.phases().filter(|it| it.kind == PhaseKind::Main) {
        let lies_behind = !ground.workflow.awaits_start(&phase.key) && begins.keys().any(|it: &String| is_rollout(ground, it));
        if let Some(deployment) = given.deployment.filter(|_| lies_behind) {
            at = at.max(deployment);
        }
        begins.insert(phase.key.clone(), at);
        // A phase that may be passed over is shown, but nothing is counted on it.
        if let Some(days) = phase.target_days.filter(|_| phase.condition.is_none()) {
            at = calendar.due(at, days);
        }
    }
    begins
}

/// Whether the work is carried out in the phase of this key: its start lies no longer ahead, and nothing before it says so.
fn is_rollout(ground: &Ground, key: &str) -> bool {
    let first = ground.phases().filter(|it| it.kind == PhaseKind::Main).find(|it| !ground.workflow.awaits_start(&it.key));
    first.is_some_and(|it| it.key == key)
}

/// Each task of the model with its due time, in the order of the plan. `calendar_of`: in which those work who do it.
pub fn forecast<'a>(
    model: &'a Model,
    ground: &Ground,
    given: Given,
    begins: &BTreeMap<String, DateTime<Utc>>,
    calendar_of: impl Fn(&ModelTask) -> &'a Calendar,
) -> Vec<Foreseen<'a>> {
    let due = |task: &ModelTask| {
        let anchors = Anchors { phase_entered: begins.get(&task.phase).copied(), deployment: given.deployment, calendar: calendar_of(task) };
        ground.phase(&task.phase).and_then(|_| anchors.due(task.anchor, i64::from(task.offset)))
    };
    let dues: Vec<Option<DateTime<Utc>>> = model.tasks.iter().map(due).collect();
    let due_of = |key: &String| model.tasks.iter().zip(&dues).find(|(it, _)| it.key == *key).and_then(|(it, due)| Some((it, (*due)?)));
    let remarks = |task: &ModelTask, due: Option<DateTime<Utc>>| {
        if ground.phase(&task.phase).is_none() {
            return vec![Remark::LeftOut];
        }
        let Some(due) = due else { return Vec::new() };
        let early = begins.get(&task.phase).filter(|it| due < **it).map(|_| if due < given.start { Remark::BeforeStart } else { Remark::BeforePhase });
        let late = task.after.iter().filter_map(due_of).find(|(_, before)| due < *before).map(|(it, _)| Remark::BeforePredecessor(it.title.clone()));
        early.into_iter().chain(late).collect()
    };
    model.tasks.iter().zip(&dues).map(|(task, due)| Foreseen { task, due: *due, remarks: remarks(task, *due) }).collect()
}
