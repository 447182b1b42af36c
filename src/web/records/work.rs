//! The tasks on the page of a record: which are shown, and what the reader may do with them.

use super::view::Show;
use crate::app::tasks;
use crate::domain::tasks::TaskState;
use crate::store::tasks::Named;

impl Show {
    /// Tasks of this phase, and whatever is open of the phases before.
    pub fn tasks_now(&self) -> Vec<&Named> {
        let here = self.sheet.full.workflow.position(&self.phase.key);
        let present = |it: &&Named| {
            it.task.phase == self.phase.key
                || (it.task.state.is_open() && self.sheet.full.workflow.position(&it.task.phase) < here)
                || it.task.state == TaskState::Failed
        };
        self.sheet.tasks.iter().filter(present).collect()
    }

    /// Whether rows can be ticked: only on the board.
    pub fn picks(&self) -> bool {
        false
    }

    pub fn settled_tasks(&self) -> usize {
        self.sheet.tasks.iter().filter(|it| it.task.state.is_settled()).count()
    }

    pub fn is_late(&self, it: &Named) -> bool {
        self.sheet.full.is_task_late(&it.task, &self.frame.now)
    }

    /// Whether the reader may work on a task.
    pub fn may_work(&self, task: &Named) -> bool {
        let Some(actor) = &self.frame.actor else { return false };
        let mine = task.task.assignee_id == Some(actor.id) || task.task.is_unclaimed_of(&self.my_groups);
        self.sheet.full.record.is_open() && actor.may(tasks::working(actor, &self.sheet.full.record, mine))
    }
}
