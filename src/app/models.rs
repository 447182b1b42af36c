//! Applying release models, and shaping them.

pub mod shaping;

use super::Result;
use super::records::lock_open;
use super::tasks::{managing, reckon_due_times, settle_all};
use crate::domain::events::Event;
use crate::domain::ids::{ModelId, RecordId, TaskId};
use crate::domain::models::{ModelRefusal, ModelTask, waits_for};
use crate::domain::refusals::Refusal;
use crate::store::models::{self, Named};
use crate::store::tasks::{self, Plan};
use crate::store::{Tx, choices, events, records, releases, users};
use std::collections::BTreeMap;

/// What a model brought.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Applied {
    /// How many tasks are new.
    pub tasks: usize,
    /// How many of them should be done by people whose account is closed, and so by nobody yet.
    pub orphans: usize,
    /// The titles of those that are left out, because the workflow of the record has no such phase.
    pub left_out: Vec<String>,
}

/// Adds the model's tasks, and its texts where the plan is still empty. Applied twice it adds nothing twice.
pub fn apply(tx: &mut Tx<'_>, record: RecordId, model: ModelId) -> Result<Applied> {
    let full = lock_open(tx, record, managing)?;
    let model = models::hold(tx, model)?;
    if model.category_id != full.record.category_id {
        return Err(Refusal::ModelForOther.into());
    }
    is_current(tx, &model)?;
    let mut made = BTreeMap::new();
    let (mut assigned, mut orphans) = (Vec::new(), 0);
    let (fitting, others): (Vec<&ModelTask>, Vec<&ModelTask>) = model.model.tasks.iter().partition(|it| it.is_in(&full.workflow));
    let left_out: Vec<String> = others.into_iter().map(|it| it.title.clone()).collect();
    for task in fitting {
        let (plan, name) = plan(tx, task)?;
        if let Some(id) = tasks::insert(tx, record, &plan, Some(&key(&model, task)))? {
            made.insert(task.key.as_str(), id);
            orphans += usize::from(task.assignee.is_some() && plan.assignee_id.is_none());
            assigned.extend(plan.assignee_id.map(|it| (id, plan.title, it, name)));
        }
    }
    relate(tx, record, &model, &made)?;
    let fills = match &full.release {
        Some(release) => releases::fill_texts(tx, release, &model.model.texts)?,
        None => false,
    };
    let first = models::note_application(tx, record, model.id)?;
    if first || fills || !made.is_empty() {
        events::record(tx, record, &Event::ModelApplied { model: model.name.clone(), tasks: made.len(), left_out: left_out.clone() })?;
    }
    for (task, title, assignee, after) in assigned {
        let event = Event::TaskAssigned { title, before: String::new(), after, task: Some(task), assignee: Some(assignee) };
        events::record(tx, record, &event)?;
    }
    let full = records::full(tx.conn, record)?;
    reckon_due_times(tx, &full)?;
    settle_all(tx, &full)?;
    super::approvals::refresh(tx, record)?;
    Ok(Applied { tasks: made.len(), orphans, left_out })
}

/// Only the newest version is applied, and nothing of a model that is retired.
fn is_current(tx: &mut Tx<'_>, model: &Named) -> Result<()> {
    let newest = models::versions(tx.conn, &model.key)?.into_iter().next();
    match newest {
        Some(newest) if newest.retired_at.is_some() => Err(ModelRefusal::Retired.into()),
        Some(newest) if newest.id != model.id => Err(ModelRefusal::Renewed.into()),
        Some(_) | None => Ok(()),
    }
}

fn key(model: &Named, task: &ModelTask) -> String {
    format!("{}:{}", model.key, task.key)
}

/// The task as a release has it, and the name of its assignee. Who has no account any more is assigned nothing.
fn plan(tx: &mut Tx<'_>, task: &ModelTask) -> Result<(Plan, String)> {
    let group_id = match &task.group {
        Some(key) => choices::group_by_key(tx.conn, key)?,
        None => None,
    };
    let assignee = match task.assignee {
        Some(id) => users::active_name(tx.conn, id)?.map(|name| (id, name)),
        None => None,
    };
    let (assignee_id, name) = assignee.map_or((None, String::new()), |(id, name)| (Some(id), name));
    let plan = Plan {
        phase: task.phase.clone(),
        title: task.title.clone(),
        description: task.description.clone(),
        assignee_id,
        group_id,
        anchor: Some(task.anchor),
        offset_days: Some(task.offset),
        mandatory: task.mandatory,
        ..Plan::default()
    };
    Ok((plan, name))
}

/// Puts the new tasks in their order; predecessors may have been there before. Where one was left out, what it waited for is waited for.
fn relate(tx: &mut Tx<'_>, record: RecordId, model: &Named, made: &BTreeMap<&str, TaskId>) -> Result<()> {
    let present: BTreeMap<String, TaskId> = tasks::of_record(tx.conn, record)?.into_iter().filter_map(|it| Some((it.task.model_key?, it.task.id))).collect();
    for task in &model.model.tasks {
        let Some(id) = made.get(task.key.as_str()) else { continue };
        let before: Vec<TaskId> = waits_for(&model.model, task, |key| present.contains_key(&format!("{}:{key}", model.key)))
            .iter()
            .filter_map(|it| present.get(&format!("{}:{it}", model.key)).copied())
            .collect();
        tasks::set_predecessors(tx, *id, &before)?;
    }
    Ok(())
}
