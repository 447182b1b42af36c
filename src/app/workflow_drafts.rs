//! Shaping workflows: a draft is made, edited by whoever may, and published as the next version. What is published never changes.

mod publishing;
mod stranded;

pub use publishing::{Order, Publication, publish};
pub use stranded::{StrandedModel, StrandedRule, models_of, rules};

use super::context::{permit, unchanged};
use super::{Error, FormErrors, Result};
use crate::domain::events::{Event, FieldChange};
use crate::domain::ids::{WorkflowDraftId, WorkflowId};
use crate::domain::keys;
use crate::domain::people::Action;
use crate::domain::process::{Deed, Part};
use crate::domain::records::RecordKind;
use crate::domain::text;
use crate::domain::workflows::differences::{Names, differences};
use crate::domain::workflows::editing::{Edit, Fault, blank, edited, place_after};
use crate::domain::workflows::{Approvers, Workflow};
use crate::store::workflow_drafts::{self, Draft};
use crate::store::workflows::Published;
use crate::store::{Tx, events, groups, users, workflows};
use diesel::QueryResult;
use diesel::pg::PgConnection;

/// A workflow that somebody begins: from scratch, or as a copy of a version.
#[derive(Clone, Debug)]
pub struct New {
    pub name: String,
    pub kind: RecordKind,
    pub copy_of: Option<WorkflowId>,
}

/// Begins a workflow of its own.
pub fn create(tx: &mut Tx<'_>, new: &New) -> Result<WorkflowDraftId> {
    permit(tx, Action::ConfigureProcess)?;
    free_name(tx, &new.name, None)?;
    let workflow = match new.copy_of {
        Some(id) => copied(tx, id, new.kind)?,
        None => blank(new.kind),
    };
    let key = free_key(tx, &new.name)?;
    let draft = workflow_drafts::New { key: &key, kind: new.kind, name: &new.name, workflow: &workflow, based_on: new.copy_of };
    let id = workflow_drafts::insert(tx, &draft)?.ok_or(Error::Stale)?;
    let fields = content(tx, &workflow)?.into_iter().filter_map(|(phase, text)| FieldChange::between(&phase, "", text)).collect();
    record(tx, &new.name, Deed::Created, fields)?;
    Ok(id)
}

/// What a workflow of this name is called by records and files.
fn free_key(tx: &mut Tx<'_>, name: &str) -> Result<String> {
    let mut taken: Vec<String> = workflows::list(tx.conn)?.into_iter().map(|it| it.key).collect();
    taken.extend(workflow_drafts::taken(tx.conn)?.into_iter().map(|it| it.0));
    Ok(keys::fresh(name, "workflow", &taken))
}

/// All that a workflow says, phase by phase.
fn content(tx: &mut Tx<'_>, workflow: &Workflow) -> Result<Vec<(String, String)>> {
    let nothing = Workflow { phases: Vec::new() };
    Ok(differences(&nothing, workflow, &names(tx.conn)?).into_iter().map(|it| (it.field, it.after)).collect())
}

/// The version of its own workflow that a draft began as a copy of; none, if it is of a new one.
pub fn base(conn: &mut PgConnection, draft: &Draft) -> QueryResult<Option<Published>> {
    let copied = draft.based_on.map(|id| workflows::version(conn, id)).transpose()?;
    Ok(copied.filter(|it| it.key == draft.key))
}

fn copied(tx: &mut Tx<'_>, id: WorkflowId, kind: RecordKind) -> Result<Workflow> {
    let model = workflows::version(tx.conn, id)?;
    if model.kind == kind { Ok(model.workflow) } else { Err(FormErrors::of("kind", "A copy is for the same kind of record as what it copies.").into()) }
}

/// Begins the next version of a workflow as a copy of this one; if somebody has begun it already, that is the draft. And whether it is new.
pub fn revise(tx: &mut Tx<'_>, id: WorkflowId) -> Result<(WorkflowDraftId, bool)> {
    permit(tx, Action::ConfigureProcess)?;
    let before = workflows::version(tx.conn, id)?;
    if let Some(draft) = workflow_drafts::of_key(tx.conn, &before.key)? {
        return Ok((draft, false));
    }
    let draft = workflow_drafts::New { key: &before.key, kind: before.kind, name: &before.name, workflow: &before.workflow, based_on: Some(id) };
    let Some(id) = workflow_drafts::insert(tx, &draft)? else {
        return workflow_drafts::of_key(tx.conn, &before.key)?.map(|it| (it, false)).ok_or(Error::Stale);
    };
    let copy = FieldChange::between("Copy of", "", format!("{}, version {}", before.name, before.version));
    let said = content(tx, &before.workflow)?.into_iter().filter_map(|(phase, text)| FieldChange::between(&phase, "", text));
    record(tx, &before.name, Deed::Created, copy.into_iter().chain(said).collect())?;
    Ok((id, true))
}

pub fn rename(tx: &mut Tx<'_>, id: WorkflowDraftId, seen: i32, name: &str) -> Result<()> {
    let draft = seen_draft(tx, id, seen)?;
    let name = text::line(name).map_err(|why| FormErrors::of("name", why.to_string()))?;
    free_name(tx, &name, Some(&draft))?;
    let key = if is_overtaken(tx, &draft)? { free_key(tx, &name)? } else { draft.key.clone() };
    let fields = [FieldChange::between("Name", &draft.name, &name), FieldChange::between("Key", &draft.key, &key)];
    let fields: Vec<FieldChange> = fields.into_iter().flatten().collect();
    if fields.is_empty() {
        return Ok(());
    }
    workflow_drafts::update(tx, id, &name, &draft.workflow)?;
    workflow_drafts::set_key(tx, id, &key).map_err(overtaken)?;
    record(tx, &draft.name, Deed::Edited, fields)
}

/// Whether it is of a new workflow, and another one was published under its key meanwhile.
fn is_overtaken(tx: &mut Tx<'_>, draft: &Draft) -> Result<bool> {
    Ok(base(tx.conn, draft)?.is_none() && !workflows::versions(tx.conn, &draft.key)?.is_empty())
}

/// Carries out one edit of a draft.
pub fn edit(tx: &mut Tx<'_>, id: WorkflowDraftId, seen: i32, edit: &Edit) -> Result<()> {
    let draft = seen_draft(tx, id, seen)?;
    known(tx, edit)?;
    let after = edited(&draft.workflow, edit, draft.kind).map_err(refused)?;
    if after == draft.workflow {
        return Ok(());
    }
    let fields = differences(&draft.workflow, &after, &names(tx.conn)?);
    workflow_drafts::update(tx, id, &draft.name, &after)?;
    record(tx, &draft.name, Deed::Edited, fields)
}

pub fn discard(tx: &mut Tx<'_>, id: WorkflowDraftId, seen: i32) -> Result<()> {
    let draft = seen_draft(tx, id, seen)?;
    workflow_drafts::remove(tx, id, None)?;
    let fields = content(tx, &draft.workflow)?.into_iter().filter_map(|(phase, text)| FieldChange::between(&phase, text, "")).collect();
    record(tx, &draft.name, Deed::Discarded, fields)
}

/// The draft, locked, as whoever shapes it saw it.
fn seen_draft(tx: &mut Tx<'_>, id: WorkflowDraftId, seen: i32) -> Result<Draft> {
    permit(tx, Action::ConfigureProcess)?;
    let draft = workflow_drafts::lock(tx, id)?;
    unchanged(draft.version, seen)?;
    Ok(draft)
}

/// Groups and people that an edit names must be there.
fn known(tx: &mut Tx<'_>, edit: &Edit) -> Result<()> {
    let names = names(tx.conn)?;
    let group = |key: &str, field| {
        if names.groups.contains_key(key) { Ok(()) } else { Err(FormErrors::of(field, "This group is not there any more. Choose another one.")) }
    };
    match edit {
        Edit::AddPhase { details, .. } | Edit::EditPhase { details, .. } => details.group.as_deref().map_or(Ok(()), |it| group(it, "group"))?,
        Edit::AddStep { step, .. } | Edit::EditStep { step, .. } => match &step.approvers {
            Approvers::Group(key) if !key.is_empty() => group(key, "group")?,
            Approvers::Users(people) if people.iter().any(|it| !names.people.contains_key(it)) => {
                return Err(FormErrors::of("users", "Somebody chosen here does not exist any more. Choose again.").into());
            }
            Approvers::Group(_) | Approvers::Users(_) | Approvers::Role(_) => {}
        },
        Edit::MovePhase { .. }
        | Edit::RemovePhase { .. }
        | Edit::AddTransition { .. }
        | Edit::EditTransition { .. }
        | Edit::MoveTransition { .. }
        | Edit::RemoveTransition { .. }
        | Edit::RemoveStep { .. } => {}
    }
    Ok(())
}

/// What groups and people are called, closed accounts included.
pub fn names(conn: &mut PgConnection) -> QueryResult<Names> {
    let groups = groups::list(conn)?.into_iter().map(|it| (it.key, it.name)).collect();
    Ok(Names { groups, people: users::names(conn)?.into_iter().map(|it| (it.id, it.name)).collect() })
}

/// What others did to a draft since it was in this version.
#[derive(Clone, Debug, Default)]
pub struct Meanwhile {
    pub editors: Vec<String>,
    pub fields: Vec<FieldChange>,
}

pub fn meanwhile(conn: &mut PgConnection, draft: &Draft, seen: i32) -> QueryResult<Meanwhile> {
    let editors = workflow_drafts::editors_since(conn, draft.id, seen)?.into_iter().map(|it| it.0).collect();
    let Some((name, workflow)) = workflow_drafts::at(conn, draft.id, seen)? else { return Ok(Meanwhile { editors, fields: Vec::new() }) };
    let mut fields: Vec<FieldChange> = FieldChange::between("Name of the workflow", name, &draft.name).into_iter().collect();
    fields.extend(differences(&workflow, &draft.workflow, &names(conn)?));
    Ok(Meanwhile { editors, fields })
}

/// Where an approval step stands in the draft now that had this place in its phase when the draft was seen; none if it is gone.
pub fn place_now(conn: &mut PgConnection, draft: &Draft, seen: i32, phase: &str, at: usize) -> QueryResult<Option<usize>> {
    let versions = workflow_drafts::between(conn, draft.id, seen, draft.version)?;
    let steps = |it: &Workflow| it.phase(phase).map(|it| it.approvals.clone()).unwrap_or_default();
    let known = versions.first().filter(|it| at < steps(it).len()).map(|_| at);
    Ok(versions.windows(2).fold(known, |at, pair| match pair {
        [before, after] => place_after(&steps(before), &steps(after), at?),
        _ => at,
    }))
}

/// Two workflows with the same name could not be told apart.
fn free_name(tx: &mut Tx<'_>, name: &str, own: Option<&Draft>) -> Result<()> {
    let same = |other: &str| other.to_lowercase() == name.to_lowercase();
    let earlier = own.map(|it| base(tx.conn, it)).transpose()?.flatten();
    let published = workflows::newest(tx.conn)?.into_iter().any(|it| same(&it.name) && earlier.as_ref().is_none_or(|own| own.key != it.key));
    let drafted = workflow_drafts::taken(tx.conn)?.into_iter().any(|(key, other)| same(&other) && own.is_none_or(|own| own.key != key));
    if published || drafted {
        return Err(FormErrors::of("name", "Another workflow has this name already.").into());
    }
    Ok(())
}

fn refused(fault: Fault) -> Error {
    FormErrors::of(fault.field, fault.message).into()
}

/// Somebody else was quicker with a workflow of this key.
fn overtaken(error: diesel::result::Error) -> Error {
    if crate::store::is_duplicate(&error) { Error::Stale } else { error.into() }
}

fn record(tx: &mut Tx<'_>, name: &str, deed: Deed, fields: Vec<FieldChange>) -> Result<()> {
    Ok(events::record(tx, None, &Event::ProcessShaped { part: Part::Draft, name: name.to_owned(), deed, fields, reason: String::new() })?)
}
