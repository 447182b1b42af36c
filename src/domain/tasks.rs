//! Tasks: their states, which step follows which, and what must be done before what.

use super::ids::TaskId;
use super::words::words;
use std::collections::{BTreeMap, BTreeSet};

words! {
    pub enum TaskState {
        Planned = "planned" "Planned",
        Ready = "ready" "Ready",
        InProgress = "in_progress" "In progress",
        Done = "done" "Done",
        Skipped = "skipped" "Skipped",
        Failed = "failed" "Failed",
    }
}

words! {
    /// What somebody does with a task.
    pub enum TaskStep {
        Start = "start" "Start",
        Complete = "complete" "Complete",
        Skip = "skip" "Skip",
        Fail = "fail" "Fail",
        Reopen = "reopen" "Reopen",
    }
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TaskRefusal {
    #[error("This task is {} already.", .0.label().to_lowercase())]
    Already(TaskState),
    #[error("Start it once it is ready: {0} must be done first.")]
    NotReady(String),
    #[error("Its phase has not begun yet.")]
    PhaseNotBegun,
    #[error("Say why.")]
    NeedsReason,
    #[error("A task cannot come before itself: “{0}” waits for this one.")]
    Cycle(String),
    #[error("Reopen the tasks that followed first: {0}.")]
    Followed(String),
}

impl TaskState {
    /// Whether work is still to be done on it.
    pub fn is_open(self) -> bool {
        match self {
            TaskState::Planned | TaskState::Ready | TaskState::InProgress => true,
            TaskState::Done | TaskState::Skipped | TaskState::Failed => false,
        }
    }

    /// Whether it no longer holds up what follows it, nor the gate of its phase.
    pub fn is_settled(self) -> bool {
        match self {
            TaskState::Done | TaskState::Skipped => true,
            TaskState::Planned | TaskState::Ready | TaskState::InProgress | TaskState::Failed => false,
        }
    }

    /// The steps that make sense from here, in the order to offer them.
    pub fn steps(self) -> &'static [TaskStep] {
        match self {
            TaskState::Planned => &[TaskStep::Skip],
            TaskState::Ready => &[TaskStep::Start, TaskStep::Complete, TaskStep::Skip, TaskStep::Fail],
            TaskState::InProgress => &[TaskStep::Complete, TaskStep::Skip, TaskStep::Fail],
            TaskState::Done | TaskState::Skipped | TaskState::Failed => &[TaskStep::Reopen],
        }
    }
}

impl TaskStep {
    pub fn asks_reason(self) -> bool {
        match self {
            TaskStep::Skip | TaskStep::Fail => true,
            TaskStep::Start | TaskStep::Complete | TaskStep::Reopen => false,
        }
    }

    /// The state a task has after the step. Reopening leads to planned; whether it is ready is then seen.
    pub fn leads_to(self) -> TaskState {
        match self {
            TaskStep::Start => TaskState::InProgress,
            TaskStep::Complete => TaskState::Done,
            TaskStep::Skip => TaskState::Skipped,
            TaskStep::Fail => TaskState::Failed,
            TaskStep::Reopen => TaskState::Planned,
        }
    }
}

/// What decides whether a step may be taken.
#[derive(Clone, Debug, Default)]
pub struct Around {
    pub phase_begun: bool,
    /// Titles of predecessors that are not settled.
    pub unsettled_predecessors: Vec<String>,
    pub reason_given: bool,
}

/// The state after `step`, or why it cannot be taken.
pub fn take(state: TaskState, step: TaskStep, around: &Around) -> Result<TaskState, TaskRefusal> {
    if step.asks_reason() && !around.reason_given {
        return Err(TaskRefusal::NeedsReason);
    }
    if state.steps().contains(&step) {
        return Ok(step.leads_to());
    }
    match around.unsettled_predecessors.first() {
        Some(first) if state == TaskState::Planned => Err(TaskRefusal::NotReady(format!("“{first}”"))),
        None if state == TaskState::Planned && !around.phase_begun => Err(TaskRefusal::PhaseNotBegun),
        Some(_) | None => Err(TaskRefusal::Already(state)),
    }
}

/// What an open task is, given what is around it: ready once its predecessors are settled and its phase has begun.
pub fn settle(state: TaskState, phase_begun: bool, predecessors_settled: bool) -> TaskState {
    match state {
        TaskState::Planned if phase_begun && predecessors_settled => TaskState::Ready,
        TaskState::Ready if !(phase_begun && predecessors_settled) => TaskState::Planned,
        TaskState::Planned | TaskState::Ready | TaskState::InProgress | TaskState::Done | TaskState::Skipped | TaskState::Failed => state,
    }
}

/// Which task comes before which: a task and those it waits for.
pub type Predecessors = BTreeMap<TaskId, BTreeSet<TaskId>>;

/// The first of `wanted` that already waits for `task`, directly or through others, and so cannot come before it.
pub fn cycle(task: TaskId, wanted: &[TaskId], known: &Predecessors) -> Option<TaskId> {
    wanted.iter().copied().find(|candidate| waits_for(*candidate, task, known))
}

fn waits_for(task: TaskId, target: TaskId, known: &Predecessors) -> bool {
    let mut seen = BTreeSet::new();
    let mut todo = vec![task];
    while let Some(next) = todo.pop() {
        if next == target {
            return true;
        }
        if seen.insert(next) {
            todo.extend(known.get(&next).into_iter().flatten());
        }
    }
    false
}

#[cfg(test)]
mod tests;
