//! Shaping categories: what new releases and RFCs can be.

use super::context::{permit, unchanged};
use super::{Error, FormErrors, Result, policies};
use crate::domain::categories::{CategoryRefusal, Usage, may_be_deleted, may_be_retired, may_have_level};
use crate::domain::events::{Event, FieldChange};
use crate::domain::handovers::Direction;
use crate::domain::ids::{CategoryId, WorkflowId};
use crate::domain::keys;
use crate::domain::people::Action;
use crate::domain::process::{Deed, Part};
use crate::domain::records::RecordKind;
use crate::domain::releases::Level;
use crate::store::categories::{self, Category, Followed, Shape};
use crate::store::models::{self, Named};
use crate::store::{Tx, events};

/// A category as somebody wants it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    pub name: String,
    pub level: Level,
    pub workflow: WorkflowId,
    /// The key of the model that is preselected.
    pub model: Option<String>,
    /// How many parts versions have; only of releases.
    pub parts: Option<u8>,
    /// Why, for the log; asked for where the numbering changes.
    pub reason: String,
}

/// Everything a category can be put together from.
#[derive(Clone, Debug)]
pub struct Around {
    pub workflows: Vec<Followed>,
    pub models: Vec<Named>,
}

impl Around {
    pub fn load(conn: &mut diesel::pg::PgConnection, kind: RecordKind) -> Result<Around> {
        Ok(Around { workflows: categories::followed(conn, kind)?, models: models::newest(conn)? })
    }

    /// The workflows that a category may follow: the newest of each key, and the version that it follows already.
    pub fn followable(&self, own: Option<&Category>) -> Vec<&Followed> {
        let newest = |it: &Followed| !self.workflows.iter().any(|other| other.key == it.key && other.version > it.version);
        self.workflows.iter().filter(|it| newest(it) || own.is_some_and(|own| own.workflow_id == it.id)).collect()
    }

    /// The models that can be preselected for a category.
    pub fn preselectable(&self, own: &Category) -> Vec<&Named> {
        self.models.iter().filter(|it| it.category_id == own.id && it.retired_at.is_none()).collect()
    }

    pub fn workflow_name(&self, id: WorkflowId) -> String {
        self.workflows.iter().find(|it| it.id == id).map_or_else(String::new, Followed::words)
    }

    pub fn model_name(&self, key: Option<&String>) -> &str {
        self.models.iter().find(|it| key == Some(&it.key)).map_or("", |it| it.name.as_str())
    }
}

pub fn create(tx: &mut Tx<'_>, kind: RecordKind, draft: &Draft) -> Result<CategoryId> {
    permit(tx, Action::ConfigureProcess)?;
    let all = categories::lock_all(tx, kind)?;
    let around = Around::load(tx.conn, kind)?;
    check(kind, draft, None, &all, &around)?;
    let key = keys::fresh(&draft.name, "category", &categories::keys(tx)?);
    let id = categories::insert(tx, kind, &key, &shape(draft)).map_err(taken)?;
    let made = categories::any(tx.conn, id)?;
    let fields = content(draft, &around).into_iter().filter_map(|(field, value)| FieldChange::between(field, "", value)).collect();
    record(tx, &made, Deed::Created, fields, &draft.reason)?;
    number(tx, &made, draft, "a new category.")?;
    Ok(id)
}

pub fn edit(tx: &mut Tx<'_>, id: CategoryId, seen: i32, draft: &Draft) -> Result<()> {
    permit(tx, Action::ConfigureProcess)?;
    let (before, all) = lock(tx, id)?;
    unchanged(before.version, seen)?;
    let around = Around::load(tx.conn, before.record_kind)?;
    check(before.record_kind, draft, Some((&before, usage(tx, id)?)), &all, &around)?;
    let old = standing(tx.conn, &before)?;
    if old.parts != draft.parts && draft.reason.is_empty() {
        return Err(FormErrors::of("reason", "Say why the numbering changes: the policy keeps it.").into());
    }
    let fields = changes(&old, draft, &around);
    if fields.is_empty() && old.parts == draft.parts {
        return Ok(());
    }
    categories::update(tx, id, &shape(draft)).map_err(taken)?;
    if !fields.is_empty() {
        record(tx, &before, Deed::Edited, fields, &draft.reason)?;
    }
    number(tx, &before, draft, "another level, numbered as before.")
}

/// Says so in the policy, where the numbering is ruled; `otherwise` is the reason where nobody gave one.
fn number(tx: &mut Tx<'_>, category: &Category, draft: &Draft, otherwise: &str) -> Result<()> {
    let Some(parts) = draft.parts else { return Ok(()) };
    let reason = if draft.reason.is_empty() { format!("{}: {otherwise}", draft.name) } else { draft.reason.clone() };
    policies::set_numbering(tx, &category.key, parts, &reason)
}

/// A category as it stands, in the words of a form.
pub fn standing(conn: &mut diesel::pg::PgConnection, category: &Category) -> Result<Draft> {
    let parts = crate::store::policies::current(conn)?.parts_of(&category.key, category.level);
    Ok(Draft {
        name: category.name.clone(),
        level: category.level,
        workflow: category.workflow_id,
        model: category.model_key.clone(),
        parts: (category.record_kind == RecordKind::Release).then(|| u8::try_from(parts).unwrap_or_default()),
        reason: String::new(),
    })
}

/// One place up or down among those of its kind; what is at the end already stays there.
pub fn shift(tx: &mut Tx<'_>, id: CategoryId, direction: Direction) -> Result<()> {
    permit(tx, Action::ConfigureProcess)?;
    let (category, all) = lock(tx, id)?;
    let mut order: Vec<CategoryId> = all.iter().filter(|it| it.retired_at.is_some() == category.retired_at.is_some()).map(|it| it.id).collect();
    let from = order.iter().position(|it| *it == id).ok_or(Error::NotFound)?;
    let to = match direction {
        Direction::Up => from.saturating_sub(1),
        Direction::Down => (from + 1).min(order.len() - 1),
    };
    let Some(change) = FieldChange::between("Place", from + 1, to + 1) else { return Ok(()) };
    order.swap(from, to);
    categories::arrange(tx, &order)?;
    record(tx, &category, Deed::Edited, vec![change], "")
}

/// Takes a category out of what new records can have. It stays where it is used.
pub fn retire(tx: &mut Tx<'_>, id: CategoryId, seen: i32) -> Result<()> {
    permit(tx, Action::ConfigureProcess)?;
    let (category, all) = lock(tx, id)?;
    unchanged(category.version, seen)?;
    if category.retired_at.is_some() {
        return Err(CategoryRefusal::RetiredAlready.into());
    }
    may_be_retired(&category.name, category.record_kind, others(&category, &all))?;
    categories::set_retired(tx, id, Some(tx.now))?;
    record(tx, &category, Deed::Retired, Vec::new(), "")
}

/// Offers a retired category again.
pub fn reinstate(tx: &mut Tx<'_>, id: CategoryId, seen: i32) -> Result<()> {
    permit(tx, Action::ConfigureProcess)?;
    let (category, _) = lock(tx, id)?;
    unchanged(category.version, seen)?;
    if category.retired_at.is_none() {
        return Err(CategoryRefusal::NotRetired.into());
    }
    categories::set_retired(tx, id, None)?;
    record(tx, &category, Deed::Reinstated, Vec::new(), "")
}

/// Deletes a category that was never used, and its models with it: nobody can have applied them.
pub fn remove(tx: &mut Tx<'_>, id: CategoryId, seen: i32) -> Result<()> {
    permit(tx, Action::ConfigureProcess)?;
    let (category, all) = lock(tx, id)?;
    unchanged(category.version, seen)?;
    let usage = usage(tx, id)?;
    may_be_deleted(&category.name, category.record_kind, category.retired_at.is_none(), usage, others(&category, &all))?;
    let around = Around::load(tx.conn, category.record_kind)?;
    let before = standing(tx.conn, &category)?;
    let models: Vec<String> = models::newest(tx.conn)?.into_iter().filter(|it| it.category_id == id).map(|it| it.name).collect();
    models::delete_of(tx, id)?;
    categories::delete(tx, id)?;
    record(tx, &category, Deed::Removed, gone(&before, &models, &around), "")
}

/// How many of its kind could still be chosen without it.
fn others(category: &Category, all: &[Category]) -> usize {
    all.iter().filter(|it| it.id != category.id && it.retired_at.is_none()).count()
}

/// The category and all of its kind, locked.
fn lock(tx: &mut Tx<'_>, id: CategoryId) -> Result<(Category, Vec<Category>)> {
    let kind = categories::any(tx.conn, id)?.record_kind;
    let all = categories::lock_all(tx, kind)?;
    let category = all.iter().find(|it| it.id == id).cloned().ok_or(Error::NotFound)?;
    Ok((category, all))
}

fn usage(tx: &mut Tx<'_>, id: CategoryId) -> Result<Usage> {
    Ok(categories::usage(tx.conn)?.remove(&id).unwrap_or_default())
}

/// What the form cannot know by itself. `standing`: the category as it is, and how it is used.
fn check(kind: RecordKind, draft: &Draft, standing: Option<(&Category, Usage)>, all: &[Category], around: &Around) -> Result<()> {
    let mut errors = FormErrors::default();
    let own = standing.map(|(own, _)| own);
    if all.iter().any(|it| it.name.to_lowercase() == draft.name.to_lowercase() && own.is_none_or(|own| own.id != it.id)) {
        errors.about("name", format!("Another category of {}s has this name already.", kind.label()));
    }
    errors.check("level", may_have_level(kind, draft.level, standing.map(|(own, usage)| (own.level, usage))));
    if !around.followable(own).iter().any(|it| it.id == draft.workflow) {
        errors.about("workflow", "There is a newer version of this workflow, or none any more. Choose again.");
    }
    let fits = |key: &String| own.is_some_and(|own| around.preselectable(own).iter().any(|it| it.key == *key));
    if draft.model.as_ref().is_some_and(|it| !fits(it)) {
        errors.about("model", "This model cannot be preselected here. Choose one of this category.");
    }
    if errors.is_empty() { Ok(()) } else { Err(errors.into()) }
}

fn shape(draft: &Draft) -> Shape {
    Shape { name: draft.name.clone(), level: draft.level, workflow_id: draft.workflow, model_key: draft.model.clone() }
}

/// What differs between a category as it stands and as somebody wants it; the numbering apart, which the policy keeps.
pub fn changes(old: &Draft, draft: &Draft, around: &Around) -> Vec<FieldChange> {
    let fields = content(old, around).into_iter().zip(content(draft, around));
    fields.filter_map(|((field, before), (_, after))| FieldChange::between(field, before, after)).collect()
}

/// What a category says, each field with its words.
fn content(it: &Draft, around: &Around) -> [(&'static str, String); 4] {
    [
        ("Name", it.name.clone()),
        ("Preselected model", around.model_name(it.model.as_ref()).to_owned()),
        ("Level", it.level.label().to_owned()),
        ("Workflow", around.workflow_name(it.workflow)),
    ]
}

/// A category that is taken away, with the models that go with it.
fn gone(before: &Draft, models: &[String], around: &Around) -> Vec<FieldChange> {
    let models = ("Models", models.join(", "));
    content(before, around).into_iter().chain([models]).filter_map(|(field, value)| FieldChange::between(field, value, "")).collect()
}

fn taken(error: diesel::result::Error) -> Error {
    if crate::store::is_duplicate(&error) { FormErrors::of("name", "Another category has this name already.").into() } else { error.into() }
}

/// Releases and RFCs may have categories of the same name: the log says which it was.
fn record(tx: &mut Tx<'_>, category: &Category, deed: Deed, fields: Vec<FieldChange>, reason: &str) -> Result<()> {
    let name = format!("{} ({})", category.name, category.record_kind.label());
    Ok(events::record(tx, None, &Event::ProcessShaped { part: Part::Category, name, deed, fields, reason: reason.to_owned() })?)
}
