//! Applying release models.

use super::Result;
use super::records::lock_open;
use super::tasks::{managing, reckon_due_times, settle_all};
use crate::domain::events::Event;
use crate::domain::ids::{ModelId, RecordId, TaskId};
use crate::domain::models::ModelTask;
use crate::domain::refusals::Refusal;
use crate::store::models::{self, Named};
use crate::store::tasks::{self, Plan};
use crate::store::{Tx, choices, events, records, releases};
use std::collections::BTreeMap;

/// Adds the model's tasks, and its texts where the plan is still empty. Applied twice it adds nothing twice.
/// Returns how many tasks are new.
pub fn apply(tx: &mut Tx<'_>, record: RecordId, model: ModelId) -> Result<usize> {
    let full = lock_open(tx, record, managing)?;
    let model = models::find(tx.conn, model)?;
    if model.category_id != full.record.category_id {
        return Err(Refusal::ModelForOther.into());
    }
    let mut made = BTreeMap::new();
    for task in model.model.tasks.iter().filter(|it| full.workflow.phase(&it.phase).is_some()) {
        let plan = plan(tx, task)?;
        if let Some(id) = tasks::insert(tx, record, &plan, Some(&key(&model, task)))? {
            made.insert(task.key.as_str(), id);
        }
    }
    relate(tx, record, &model, &made)?;
    if let Some(release) = &full.release {
        releases::fill_texts(tx, release, &model.model.texts)?;
    }
    events::record(tx, record, &Event::ModelApplied { model: model.name.clone(), tasks: made.len() })?;
    let full = records::full(tx.conn, record)?;
    reckon_due_times(tx, &full)?;
    settle_all(tx, &full)?;
    super::approvals::refresh(tx, record)?;
    Ok(made.len())
}

fn key(model: &Named, task: &ModelTask) -> String {
    format!("{}:{}", model.key, task.key)
}

fn plan(tx: &mut Tx<'_>, task: &ModelTask) -> Result<Plan> {
    let group_id = match &task.group {
        Some(key) => choices::group_by_key(tx.conn, key)?,
        None => None,
    };
    Ok(Plan {
        phase: task.phase.clone(),
        title: task.title.clone(),
        description: task.description.clone(),
        group_id,
        anchor: Some(task.anchor),
        offset_days: Some(task.offset),
        mandatory: task.mandatory,
        ..Plan::default()
    })
}

/// Puts the new tasks in their order; predecessors may have been there before.
fn relate(tx: &mut Tx<'_>, record: RecordId, model: &Named, made: &BTreeMap<&str, TaskId>) -> Result<()> {
    let present: BTreeMap<String, TaskId> = tasks::of_record(tx.conn, record)?.into_iter().filter_map(|it| Some((it.task.model_key?, it.task.id))).collect();
    for task in &model.model.tasks {
        let Some(id) = made.get(task.key.as_str()) else { continue };
        let before: Vec<TaskId> = task.after.iter().filter_map(|it| present.get(&format!("{}:{it}", model.key)).copied()).collect();
        tasks::set_predecessors(tx, *id, &before)?;
    }
    Ok(())
}
