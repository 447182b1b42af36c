//! The tasks of generated records, and what of them is due when.

use super::crew::Crew;
use super::log::Log;
use super::words::TASKS;
use super::writing::{Written, one};
use crate::app;
use crate::demo::times::Dice;
use crate::domain::deadlines::Subject;
use crate::domain::events::Event;
use crate::domain::ids::TaskId;
use crate::domain::records::RecordState;
use crate::domain::tasks::TaskState;
use crate::store::Tx;
use crate::store::bulk::{Batch, DeadlineRow, TaskRow};
use chrono::{DateTime, Duration, Utc};

#[derive(Default)]
pub struct Work<'a> {
    task: i64,
    tasks: Batch<TaskRow<'a>>,
    deadlines: Batch<DeadlineRow>,
}

impl<'a> Work<'a> {
    /// So many tasks, spread over the phases: behind, at hand, and still to come.
    pub fn tasks(&mut self, tx: &mut Tx<'_>, crew: &'a Crew, of: &Written<'a, '_>, many: usize, log: &mut Log, dice: &mut Dice) -> app::Result<()> {
        let stays = of.life.working();
        for nth in 0..many {
            self.task += 1;
            let phase = nth * stays.len() / many;
            let stay = &stays[phase];
            let (title, description, group) = TASKS[nth * TASKS.len() / many];
            let title = if many > TASKS.len() { format!("{title}, part {}", nth + 1) } else { title.to_owned() };
            let begun = of.life.began(phase);
            let left = of.life.began(phase + 1) || of.life.state() != RecordState::Open;
            let state = match (begun, left) {
                (true, true) if dice.between(0, 9) > 0 => TaskState::Done,
                (_, true) => TaskState::Skipped,
                (true, false) => dice.pick(&[TaskState::Done, TaskState::InProgress, TaskState::Ready, TaskState::Ready]).unwrap_or(TaskState::Ready),
                (false, false) => TaskState::Planned,
            };
            let over = of.life.over(phase).min(tx.now);
            let ended_at = (!state.is_open()).then(|| stay.from + (over - stay.from).max(Duration::zero()) * 4 / 5);
            let due_at = stay.due().map(|due| stay.from + (due - stay.from) * (nth % 4 + 1) as i32 / 4);
            let group_id = group.and_then(|key| crew.groups.get(key)).copied();
            let assignee = (group_id.is_none() || !state.is_open() || dice.between(0, 2) > 0).then(|| one(&crew.contributors, dice));
            let id = TaskId(self.task);
            if let (true, TaskState::Done, Some(at), Some(by)) = (of.whole, state, ended_at, assignee) {
                log.note(at, by.id, of.id, Event::TaskMoved { title: title.clone(), from: TaskState::Ready, to: state, note: String::new() });
            }
            if state.is_open()
                && let Some(due_at) = due_at
            {
                self.deadline(tx, of, (Subject::Task, id.0), (of.life.start(), due_at))?;
            }
            self.tasks.push(
                tx,
                TaskRow {
                    id,
                    record_id: of.id,
                    phase: &stay.phase.key,
                    title,
                    description,
                    assignee_id: assignee.map(|it| it.id),
                    group_id,
                    due_at,
                    state,
                    note: if state == TaskState::Skipped { "Not needed this time." } else { "" },
                    created_at: of.life.start(),
                    created_by: of.owner,
                    ended_at,
                },
            )?;
        }
        Ok(())
    }

    /// The deadlines of the record itself.
    pub fn due(&mut self, tx: &mut Tx<'_>, of: &Written<'a, '_>) -> app::Result<()> {
        let stay = of.life.current();
        if let Some(due_at) = stay.due() {
            self.deadline(tx, of, (Subject::Phase, i64::from(of.life.visit())), (stay.from, due_at))?;
        }
        let Some((start, end)) = of.window else { return Ok(()) };
        if of.way.workflow.awaits_start(&stay.phase.key) {
            self.deadline(tx, of, (Subject::PlannedStart, 0), (of.life.start(), start))?;
        }
        if of.way.workflow.awaits_end(&stay.phase.key) {
            self.deadline(tx, of, (Subject::PlannedEnd, 0), (start, end))?;
        }
        Ok(())
    }

    /// What is late already was told; what is not is told when it is missed, so that a generated organisation is no flood of mails.
    fn deadline(
        &mut self,
        tx: &mut Tx<'_>,
        of: &Written<'_, '_>,
        what: (Subject, i64),
        (starts_at, due_at): (DateTime<Utc>, DateTime<Utc>),
    ) -> app::Result<()> {
        let late = due_at <= tx.now;
        let row = DeadlineRow {
            record_id: of.id,
            record_kind: of.kind,
            subject: what.0,
            subject_id: what.1,
            starts_at,
            due_at,
            occurrence: if late { 2 } else { 1 },
            next_at: Some(if late { tx.now + Duration::days(1) } else { due_at }),
        };
        Ok(self.deadlines.push(tx, row)?)
    }

    pub fn flush(&mut self, tx: &mut Tx<'_>) -> app::Result<()> {
        self.tasks.flush(tx)?;
        Ok(self.deadlines.flush(tx)?)
    }
}
