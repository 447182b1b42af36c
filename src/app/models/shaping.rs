//! Making and editing release models. A version that a release had applied never changes: an edit is the next version.

use crate::app::context::{permit, unchanged};
use crate::app::{Error, FormErrors, Result};
use crate::domain::events::{Event, FieldChange};
use crate::domain::ids::{CategoryId, GroupId, ModelId, RecordId};
use crate::domain::keys;
use crate::domain::models::{self as rules, Anchors, Ground, Model, ModelRefusal, ModelTask, PlanRefusal, PlanTexts, Planned};
use crate::domain::people::Action;
use crate::domain::process::{Deed, Part};
use crate::domain::records::RecordKind;
use crate::store::models::{self, Named};
use crate::store::{PgConnection, Tx, calendars, categories, events, groups, records, tasks, visits};

/// A model as somebody wants it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    pub name: String,
    pub tasks: Vec<rules::Draft>,
    pub texts: PlanTexts,
    /// Why, for the log; may be empty.
    pub reason: String,
}

/// Under this name a form shows what is wrong with the tasks.
pub const TASKS: &str = "tasks";

pub fn create(tx: &mut Tx<'_>, category: CategoryId, draft: &Draft) -> Result<ModelId> {
    permit(tx, Action::ConfigureProcess)?;
    let category = categories::hold(tx, RecordKind::Release, category).map_err(|_| FormErrors::of("category", "This category cannot be chosen any more."))?;
    let ground = models::ground(tx.conn, category.workflow_id)?;
    let model = settle(draft, &[], &ground)?;
    free_name(tx, category.id, &draft.name, None)?;
    let key = keys::fresh(&draft.name, "model", &models::keys(tx)?);
    let id = models::insert(tx, &key, 1, category.id, &draft.name, &model).map_err(overtaken)?;
    let mut fields: Vec<FieldChange> = FieldChange::between("Category", "", &category.name).into_iter().collect();
    fields.extend(rules::differences(&Model::default(), &model, &ground));
    record(tx, &draft.name, Deed::Created, fields, &draft.reason)?;
    Ok(id)
}

/// Edits a version that no release had applied yet, or makes the next one. Which version stands now.
pub fn edit(tx: &mut Tx<'_>, id: ModelId, seen: i32, draft: &Draft) -> Result<ModelId> {
    permit(tx, Action::ConfigureProcess)?;
    let before = lock_newest(tx, id, seen)?;
    if before.retired_at.is_some() {
        return Err(ModelRefusal::Retired.into());
    }
    let ground = models::ground(tx.conn, before.workflow_id)?;
    let history: Vec<Vec<ModelTask>> = models::versions(tx.conn, &before.key)?.into_iter().map(|it| it.model.tasks).collect();
    let model = settle(draft, &history, &ground)?;
    free_name(tx, before.category_id, &draft.name, Some(&before.key))?;
    if model == before.model && draft.name == before.name {
        return Ok(id);
    }
    let mut fields = changes(&before, &draft.name, &model, &ground);
    let id = if models::is_applied(tx.conn, id)? {
        fields.extend(FieldChange::between("Version", before.version, before.version + 1));
        models::insert(tx, &before.key, before.version + 1, before.category_id, &draft.name, &model).map_err(overtaken)?
    } else {
        models::update(tx, id, &draft.name, &model)?;
        id
    };
    record(tx, &before.name, Deed::Edited, fields, &draft.reason)?;
    Ok(id)
}

/// Takes a model out of what can be applied. What it brought stays where it is.
pub fn retire(tx: &mut Tx<'_>, id: ModelId, seen: i32) -> Result<()> {
    permit(tx, Action::ConfigureProcess)?;
    let model = lock_newest(tx, id, seen)?;
    if model.retired_at.is_some() {
        return Err(ModelRefusal::RetiredAlready.into());
    }
    if model.is_usual {
        return Err(ModelRefusal::Usual(model.category).into());
    }
    models::set_retired(tx, id, Some(tx.now))?;
    record(tx, &model.name, Deed::Retired, Vec::new(), "")
}

/// Brings a retired model back.
pub fn reinstate(tx: &mut Tx<'_>, id: ModelId, seen: i32) -> Result<()> {
    permit(tx, Action::ConfigureProcess)?;
    let model = lock_newest(tx, id, seen)?;
    if model.retired_at.is_none() {
        return Err(ModelRefusal::NotRetired.into());
    }
    if is_taken(tx, model.category_id, &model.name, Some(&model.key))? {
        return Err(ModelRefusal::NameTaken.into());
    }
    models::set_retired(tx, id, None)?;
    record(tx, &model.name, Deed::Reinstated, Vec::new(), "")
}

/// The newest version of a model, locked, as whoever edits it saw it.
fn lock_newest(tx: &mut Tx<'_>, id: ModelId, seen: i32) -> Result<Named> {
    let model = models::lock(tx, id)?;
    let newest = models::versions(tx.conn, &model.key)?.first().map(|it| it.id);
    if newest != Some(id) {
        return Err(Error::Stale);
    }
    unchanged(model.edits, seen)?;
    Ok(model)
}

/// The plan as it can be kept, or what is in the way.
pub fn settle(draft: &Draft, history: &[Vec<ModelTask>], ground: &Ground) -> std::result::Result<Model, FormErrors> {
    let tasks = rules::settle(&draft.tasks, history, ground).map_err(unplannable)?;
    if tasks.is_empty() && draft.texts.is_empty() {
        return Err(FormErrors::of(TASKS, "It would bring nothing. Add a task, or write a text of the plan."));
    }
    Ok(Model { tasks, texts: draft.texts.clone() })
}

fn unplannable(refusal: PlanRefusal) -> FormErrors {
    FormErrors::of(TASKS, refusal.to_string())
}

/// What differs between a version and what somebody wants in its place.
pub fn changes(before: &Named, name: &str, model: &Model, ground: &Ground) -> Vec<FieldChange> {
    let mut fields: Vec<FieldChange> = FieldChange::between("Name", &before.name, name).into_iter().collect();
    fields.extend(rules::differences(&before.model, model, ground));
    fields
}

/// Two models of one category with the same name could not be told apart.
fn free_name(tx: &mut Tx<'_>, category: CategoryId, name: &str, own: Option<&str>) -> Result<()> {
    if is_taken(tx, category, name, own)? { Err(FormErrors::of("name", "Another model of this category has this name already.").into()) } else { Ok(()) }
}

fn is_taken(tx: &mut Tx<'_>, category: CategoryId, name: &str, own: Option<&str>) -> Result<bool> {
    let same = |it: &Named| it.category_id == category && it.name.to_lowercase() == name.to_lowercase() && own != Some(&it.key);
    Ok(models::list(tx.conn)?.iter().any(same))
}

/// Somebody else was quicker with a model of this name, or with this version.
fn overtaken(error: diesel::result::Error) -> Error {
    if crate::store::is_duplicate(&error) { Error::Stale } else { error.into() }
}

fn record(tx: &mut Tx<'_>, name: &str, deed: Deed, fields: Vec<FieldChange>, reason: &str) -> Result<()> {
    let event = Event::ProcessShaped { part: Part::Model, name: name.to_owned(), deed, fields, reason: reason.to_owned() };
    Ok(events::record(tx, None, &event)?)
}

/// What a model made of this release would hold, and for which category: its tasks with their offsets reckoned back, and its plan texts.
pub fn of_release(conn: &mut PgConnection, record: RecordId) -> Result<(CategoryId, String, Model)> {
    let full = records::full(conn, record)?;
    let Some(release) = &full.release else { return Err(ModelRefusal::OfRelease.into()) };
    let ground = models::ground(conn, full.category.workflow_id)?;
    let (visits, before, named) = (visits::list(conn, record)?, tasks::predecessors(conn, record)?, tasks::of_record(conn, record)?);
    let all = groups::list(conn)?;
    let group = |id: GroupId| all.iter().find(|it| it.id == id).map(|it| it.key.clone());
    let ids: Vec<GroupId> = all.iter().map(|it| it.id).collect();
    let of_groups = calendars::of_groups(conn, &ids)?;
    let calendar_of = |key: &Option<String>| {
        let id = all.iter().find(|it| key.as_ref() == Some(&it.key)).map(|it| it.id);
        id.and_then(|it| of_groups.get(&it)).unwrap_or(&full.calendar)
    };
    let planned: Vec<Planned> = named
        .into_iter()
        .map(|it| Planned {
            id: it.task.id,
            key: it.task.model_key.as_deref().and_then(|key| key.split_once(':')).map(|(_, key)| key.to_owned()),
            phase: it.task.phase,
            title: it.task.title,
            description: it.task.description,
            group: it.task.group_id.and_then(group),
            assignee: it.task.assignee_id,
            anchor: it.task.anchor,
            offset: it.task.offset_days,
            due_at: it.task.due_at,
            mandatory: it.task.mandatory,
            after: before.get(&it.task.id).into_iter().flatten().copied().collect(),
        })
        .collect();
    let anchors = |it: &Planned| Anchors {
        phase_entered: visits.iter().rev().find(|visit| visit.phase == it.phase).map(|visit| visit.entered_at),
        deployment: full.record.planned_start,
        calendar: calendar_of(&it.group),
    };
    let texts = PlanTexts {
        deployment_plan: release.deployment_plan.clone(),
        communication_plan: release.communication_plan.clone(),
        back_out_plan: release.back_out_plan.clone(),
        resources: release.resources.clone(),
        affected_users: release.affected_users.clone(),
    };
    Ok((full.record.category_id, full.record.name().to_owned(), rules::derive(&planned, texts, &ground, anchors)))
}
