//! Planning and doing tasks.

use super::context::{permit, unchanged};
use super::error::FormErrors;
use super::{Error, Result};
use crate::domain::events::{Event, FieldChange};
use crate::domain::ids::{GroupId, RecordId, TaskId, UserId};
use crate::domain::models::Anchors;
use crate::domain::people::{Action, Actor};
use crate::domain::records::RecordKind;
use crate::domain::refusals::Refusal;
use crate::domain::tasks::{Around, Predecessors, TaskRefusal, TaskState, TaskStep, cycle, settle, take};
use crate::store::records::{self, Full, Record};
use crate::store::tasks::{self, Named, Plan, Task};
use crate::store::visits::{self, Visit};
use crate::store::{Tx, calendars, choices, events, users};
use chrono::{DateTime, Utc};

/// The permission to plan the tasks of a record.
pub fn managing(actor: &Actor, record: &Record) -> Action {
    let standing = actor.standing(record.owner_id, record.coordinator_id);
    match record.kind {
        RecordKind::Release => Action::ManageTasks(standing),
        RecordKind::Change => Action::EditChange(standing),
    }
}

/// The permission to work on one task.
pub fn working(actor: &Actor, record: &Record, mine: bool) -> Action {
    Action::WorkTask { mine, standing: actor.standing(record.owner_id, record.coordinator_id) }
}

pub fn add(tx: &mut Tx<'_>, record: RecordId, plan: &Plan, predecessors: &[TaskId]) -> Result<TaskId> {
    let full = lock_planned(tx, record)?;
    check(tx, &full, plan, None, predecessors)?;
    let id = tasks::insert(tx, record, plan, None)?.ok_or(Error::NotFound)?;
    tasks::set_predecessors(tx, id, predecessors)?;
    events::record(tx, record, &Event::TaskAdded { title: plan.title.clone(), task: Some(id), assignee: plan.assignee_id })?;
    records::touch(tx, record)?;
    reckon_due_times(tx, &full)?;
    settle_all(tx, &full)?;
    Ok(id)
}

pub fn edit(tx: &mut Tx<'_>, id: TaskId, seen: i32, plan: &Plan, predecessors: &[TaskId]) -> Result<RecordId> {
    let record = tasks::record_of(tx.conn, id)?;
    let full = lock_planned(tx, record)?;
    let before = named(tx, record, id)?;
    unchanged(before.task.version, seen)?;
    check(tx, &full, plan, Some(id), predecessors)?;
    let plan = &by_hand(plan, &before.task);
    let known = tasks::predecessors(tx.conn, record)?;
    tasks::update(tx, id, plan)?;
    tasks::set_predecessors(tx, id, predecessors)?;
    reckon_due_times(tx, &full)?;
    let after = named(tx, record, id)?;
    let mut fields = differences(&full, &before, &after);
    let all = tasks::of_record(tx.conn, record)?;
    fields.extend(FieldChange::between("After", titles(&all, &known, id), titles(&all, &tasks::predecessors(tx.conn, record)?, id)));
    if !fields.is_empty() {
        events::record(
            tx,
            record,
            &Event::TaskEdited {
                title: plan.title.clone(),
                fields,
                task: Some(id),
                assignee: plan.assignee_id.filter(|_| plan.assignee_id != before.task.assignee_id),
            },
        )?;
    }
    settle_all(tx, &full)?;
    Ok(record)
}

/// A date that somebody wrote beside an anchor they left as it was: the date is meant.
fn by_hand(plan: &Plan, task: &Task) -> Plan {
    let left = plan.anchor == task.anchor && plan.offset_days == task.offset_days;
    match plan.due_at {
        Some(due) if left && task.due_at != Some(due) => Plan { anchor: None, offset_days: None, ..plan.clone() },
        Some(_) | None => plan.clone(),
    }
}

fn titles(all: &[Named], known: &Predecessors, id: TaskId) -> String {
    let before = known.get(&id);
    all.iter().filter(|it| before.is_some_and(|set| set.contains(&it.task.id))).map(|it| it.task.title.as_str()).collect::<Vec<_>>().join(", ")
}

fn differences(full: &Full, before: &Named, after: &Named) -> Vec<FieldChange> {
    let phase = |key: &str| full.workflow.phase(key).map_or_else(String::new, |it| it.name.clone());
    let (old, new) = (&before.task, &after.task);
    let yes = |it: bool| if it { "yes" } else { "no" };
    let pairs = [
        FieldChange::between("Title", &old.title, &new.title),
        FieldChange::between("Description", &old.description, &new.description),
        FieldChange::between("Phase", phase(&old.phase), phase(&new.phase)),
        FieldChange::between("Assignee", text(&before.assignee), text(&after.assignee)),
        FieldChange::between("Group", text(&before.group), text(&after.group)),
        FieldChange::between("Planned start", time(old.planned_start), time(new.planned_start)),
        FieldChange::between("Due", time(old.due_at), time(new.due_at)),
        FieldChange::between("Mandatory", yes(old.mandatory), yes(new.mandatory)),
    ];
    pairs.into_iter().flatten().collect()
}

fn text(name: &Option<String>) -> &str {
    name.as_deref().unwrap_or_default()
}

fn time(time: Option<DateTime<Utc>>) -> String {
    time.map_or_else(String::new, |it| it.format("%Y-%m-%d %H:%M UTC").to_string())
}

fn named(tx: &mut Tx<'_>, record: RecordId, id: TaskId) -> Result<Named> {
    tasks::of_record(tx.conn, record)?.into_iter().find(|it| it.task.id == id).ok_or(Error::NotFound)
}

fn lock_planned(tx: &mut Tx<'_>, record: RecordId) -> Result<Full> {
    super::records::lock_open(tx, record, managing)
}

/// What the form cannot know by itself: the phase exists, the people too, and no task waits for itself.
fn check(tx: &mut Tx<'_>, full: &Full, plan: &Plan, own: Option<TaskId>, predecessors: &[TaskId]) -> Result<()> {
    let mut errors = FormErrors::default();
    if full.workflow.phase(&plan.phase).is_none_or(crate::domain::workflows::Phase::is_end) {
        errors.about("phase", "Choose a phase of this workflow.");
    }
    if let Some(assignee) = plan.assignee_id
        && users::active_name(tx.conn, assignee)?.is_none()
    {
        errors.about("assignee", "This person cannot be chosen any more.");
    }
    if let Some(group) = plan.group_id
        && !choices::groups(tx.conn)?.iter().any(|(id, _)| *id == group)
    {
        errors.about("group", "This group cannot be chosen any more.");
    }
    if let (Some(start), Some(due)) = (plan.planned_start, plan.due_at)
        && due < start
    {
        errors.about("due_at", "It cannot be due before it starts.");
    }
    let all = tasks::of_record(tx.conn, full.record.id)?;
    if predecessors.iter().any(|id| !all.iter().any(|it| it.task.id == *id)) {
        errors.about("predecessors", "One of these tasks is not a task of this record.");
    }
    if let Some(own) = own
        && let Some(culprit) = cycle(own, predecessors, &tasks::predecessors(tx.conn, full.record.id)?)
    {
        let title = all.iter().find(|it| it.task.id == culprit).map_or_else(String::new, |it| it.task.title.clone());
        errors.about("predecessors", TaskRefusal::Cycle(title).to_string());
    }
    if errors.is_empty() { Ok(()) } else { Err(errors.into()) }
}

/// Starts, completes, skips, fails or reopens a task.
pub fn step(tx: &mut Tx<'_>, id: TaskId, step: TaskStep, note: &str) -> Result<RecordId> {
    let record = tasks::record_of(tx.conn, id)?;
    let (full, task) = lock_worked(tx, record, id)?;
    let all = tasks::of_record(tx.conn, record)?;
    let known = tasks::predecessors(tx.conn, record)?;
    if step == TaskStep::Reopen {
        nothing_followed(&all, &known, id)?;
    }
    let visits = visits::list(tx.conn, record)?;
    let around =
        Around { phase_begun: begun(&full, &visits, &task.phase), unsettled_predecessors: unsettled(&all, &known, id), reason_given: !note.is_empty() };
    let to = take(task.state, step, &around)?;
    tasks::set_state(tx, id, to, note)?;
    events::record(tx, record, &Event::TaskMoved { title: task.title, from: task.state, to, note: note.to_owned() })?;
    settle_all(tx, &full)?;
    Ok(record)
}

fn nothing_followed(all: &[Named], known: &Predecessors, id: TaskId) -> Result<()> {
    let follows = |it: &&Named| known.get(&it.task.id).is_some_and(|before| before.contains(&id));
    let worked_on = |it: &&Named| matches!(it.task.state, TaskState::Done | TaskState::InProgress);
    match all.iter().filter(follows).find(worked_on) {
        Some(it) => Err(TaskRefusal::Followed(format!("“{}”", it.task.title)).into()),
        None => Ok(()),
    }
}

fn unsettled(all: &[Named], known: &Predecessors, id: TaskId) -> Vec<String> {
    let before = known.get(&id);
    let open = |it: &&Named| before.is_some_and(|set| set.contains(&it.task.id)) && !it.task.state.is_settled();
    all.iter().filter(open).map(|it| it.task.title.clone()).collect()
}

/// The task, its record locked and open; only for those who work on it.
fn lock_worked(tx: &mut Tx<'_>, record: RecordId, id: TaskId) -> Result<(Full, Task)> {
    let full = records::lock(tx, record)?;
    let task = tasks::find(tx.conn, id)?;
    let mine = is_mine(tx, &task)?;
    permit(tx, working(&tx.actor, &full.record, mine))?;
    if full.record.is_open() { Ok((full, task)) } else { Err(Refusal::Ended.into()) }
}

fn is_mine(tx: &mut Tx<'_>, task: &Task) -> Result<bool> {
    if task.assignee_id == Some(tx.actor.id) {
        return Ok(true);
    }
    let Some(group) = task.group_id.filter(|_| task.assignee_id.is_none()) else { return Ok(false) };
    Ok(choices::groups_of(tx.conn, tx.actor.id)?.contains(&group))
}

/// Gives a task to somebody. Claiming it for oneself is open to its group; giving it to others to those who plan.
pub fn assign(tx: &mut Tx<'_>, id: TaskId, assignee: Option<UserId>) -> Result<RecordId> {
    let record = tasks::record_of(tx.conn, id)?;
    let full = records::lock(tx, record)?;
    let before = named(tx, record, id)?;
    let claims = assignee == Some(tx.actor.id) && is_mine(tx, &before.task)?;
    let action = if claims { working(&tx.actor, &full.record, true) } else { managing(&tx.actor, &full.record) };
    permit(tx, action)?;
    if !full.record.is_open() {
        return Err(Refusal::Ended.into());
    }
    let name = match assignee {
        Some(user) => users::active_name(tx.conn, user)?.ok_or_else(|| FormErrors::of("assignee", "This person cannot be chosen any more."))?,
        None => String::new(),
    };
    if before.task.assignee_id != assignee {
        tasks::set_assignee(tx, id, assignee)?;
        let event = Event::TaskAssigned { title: before.task.title, before: text(&before.assignee).to_owned(), after: name, task: Some(id), assignee };
        events::record(tx, record, &event)?;
    }
    Ok(record)
}

/// Moves the due time of an open task by working days; returns whether there was one to move.
pub fn shift(tx: &mut Tx<'_>, id: TaskId, days: i64) -> Result<bool> {
    let record = tasks::record_of(tx.conn, id)?;
    let full = lock_planned(tx, record)?;
    let task = tasks::find(tx.conn, id)?;
    let Some(due) = task.due_at.filter(|_| task.state.is_open()) else { return Ok(false) };
    let of_group = calendars::of_groups(tx.conn, task.group_id.as_slice())?;
    let moved = of_group.values().next().unwrap_or(&full.calendar).shift(due, days);
    tasks::set_due(tx, id, Some(moved))?;
    tasks::forget_anchor(tx, id)?;
    events::record(tx, record, &Event::TaskShifted { title: task.title, before: time(Some(due)), after: time(Some(moved)) })?;
    Ok(true)
}

/// Whether the work of a phase may be done: the record is in it, or went through it on the way to where it is.
fn begun(full: &Full, visits: &[Visit], phase: &str) -> bool {
    let before = full.workflow.position(phase) <= full.workflow.position(&full.record.phase);
    before && visits.iter().any(|it| it.phase == phase)
}

/// After a phase was entered: its tasks become ready, and what is counted from its start gets its due time.
pub(super) fn enter_phase(tx: &mut Tx<'_>, record: RecordId) -> Result<()> {
    let full = records::full(tx.conn, record)?;
    reckon_due_times(tx, &full)?;
    settle_all(tx, &full)
}

/// Ready or planned: what follows from the phase and from other tasks.
pub(super) fn settle_all(tx: &mut Tx<'_>, full: &Full) -> Result<()> {
    let all = tasks::of_record(tx.conn, full.record.id)?;
    let known = tasks::predecessors(tx.conn, full.record.id)?;
    let visits = visits::list(tx.conn, full.record.id)?;
    let (mut ready, mut titles) = (Vec::new(), Vec::new());
    for it in &all {
        let state = settle(it.task.state, begun(full, &visits, &it.task.phase), unsettled(&all, &known, it.task.id).is_empty());
        if state != it.task.state {
            tasks::settle(tx, it.task.id, state)?;
            if state == TaskState::Ready {
                ready.push(it.task.id);
                titles.push(it.task.title.clone());
            }
        }
    }
    if ready.is_empty() { Ok(()) } else { Ok(events::record(tx, full.record.id, &Event::TasksReady { tasks: ready, titles })?) }
}

/// Counts due times anew from their anchors, for open tasks that nobody dated by hand.
pub(super) fn reckon_due_times(tx: &mut Tx<'_>, full: &Full) -> Result<()> {
    let visits = visits::list(tx.conn, full.record.id)?;
    let all = tasks::of_record(tx.conn, full.record.id)?;
    let groups: Vec<GroupId> = all.iter().filter_map(|it| it.task.group_id).collect();
    let of_groups = calendars::of_groups(tx.conn, &groups)?;
    for it in all {
        let (Some(anchor), Some(offset)) = (it.task.anchor, it.task.offset_days) else { continue };
        let phase_entered = visits.iter().rev().find(|visit| visit.phase == it.task.phase).map(|visit| visit.entered_at);
        let calendar = it.task.group_id.and_then(|group| of_groups.get(&group)).unwrap_or(&full.calendar);
        let anchors = Anchors { phase_entered, deployment: full.record.planned_start, calendar };
        let due = anchors.due(anchor, i64::from(offset));
        if due != it.task.due_at && it.task.state.is_open() {
            tasks::set_due(tx, it.task.id, due)?;
        }
    }
    Ok(())
}
