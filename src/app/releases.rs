//! Registering releases, and relating the RFCs that define them.

use super::context::permit;
use super::error::FormErrors;
use super::policies::shipping::{self, Plans};
use super::records::{editing, insert, lock_sheet, people_exist, phase_due, window_is_sane};
use super::sheet::Sheet;
use super::{Error, Result, approvals, items, models, phases};
use crate::domain::events::Event;
use crate::domain::ids::{CategoryId, ItemId, ModelId, RecordId};
use crate::domain::people::Action;
use crate::domain::records::{RecordKind, RecordState};
use crate::domain::refusals::Refusal;
use crate::domain::releases::{Version, identifier};
use crate::domain::requirements::Requirement;
use crate::store::categories::Category;
use crate::store::records::{self, Details, NewRecord, Scope, Window};
use crate::store::releases::Plan;
use crate::store::{Tx, calendars, categories, events, policies, related, releases, workflows};

/// The CI of a new release: one that exists, or one to be created on the way.
#[derive(Clone, Debug)]
pub enum ItemChoice {
    Existing(ItemId),
    New(String),
}

#[derive(Clone, Debug)]
pub struct NewRelease {
    pub category: CategoryId,
    pub item: ItemChoice,
    /// The next free one, if not given.
    pub version: Option<Version>,
    pub details: Details,
    pub scope: Scope,
    pub window: Window,
    pub plan: Plan,
    pub model: Option<ModelId>,
    pub changes: Vec<RecordId>,
}

/// Registers a release; all that is given with it is checked before anything is written.
pub fn register(tx: &mut Tx<'_>, new: &NewRelease) -> Result<RecordId> {
    permit(tx, Action::RegisterRelease)?;
    let mut errors = FormErrors::default();
    let category = category(tx, new.category)?;
    people_exist(tx, &new.details, &mut errors)?;
    window_is_sane(&new.window, &mut errors);
    if !errors.is_empty() {
        return Err(errors.into());
    }
    let item = match &new.item {
        ItemChoice::Existing(id) => {
            beside("item", crate::store::items::lock(tx, *id).map_err(Error::from))?;
            let item = beside("item", crate::store::items::find(tx.conn, *id).map_err(Error::from))?;
            items::in_use(&item, "item")?;
            item
        }
        ItemChoice::New(name) => items::find_or_register(tx, name)?,
    };
    crate::store::items::lock(tx, item.id)?;
    let policy = policies::current(tx.conn)?;
    let (parts, existing) = (policy.parts_of(&category.key, category.level), releases::versions(tx.conn, item.id)?);
    let version = new.version.clone().unwrap_or_else(|| Version::next(parts, &existing));
    version.fits(parts, &existing).map_err(|refusal| FormErrors::of("version", refusal.to_string()))?;
    let plan = Plans { item: item.id, record: None, name: &identifier(&item.name, &version), category: &category };
    shipping::allow(&shipping::breaches(tx.conn, &policy, &plan, new.window.planned_start)?)?;
    let id = write(tx, new, &category, (item.id, &item.name), &version)?;
    if let Some(model) = new.model {
        beside("model", models::apply(tx, id, model))?;
    }
    for change in &new.changes {
        beside("change", relate(tx, id, *change, ""))?;
    }
    Ok(id)
}

/// What is refused about something chosen in the form stands beside its field.
fn beside<T>(field: &'static str, answer: Result<T>) -> Result<T> {
    answer.map_err(|error| match error {
        Error::Refused(refusal) => FormErrors::of(field, refusal.to_string()).into(),
        Error::NotFound => FormErrors::of(field, "This cannot be chosen any more.").into(),
        error @ (Error::Forbidden(_) | Error::Stale | Error::Invalid(_) | Error::Outage(_)) => error,
    })
}

fn category(tx: &mut Tx<'_>, id: CategoryId) -> Result<Category> {
    categories::hold(tx, RecordKind::Release, id).map_err(|_| FormErrors::of("category", "This category cannot be chosen any more.").into())
}

fn write(tx: &mut Tx<'_>, new: &NewRelease, category: &Category, (item, item_name): (ItemId, &str), version: &Version) -> Result<RecordId> {
    let workflow = workflows::find(tx.conn, category.workflow_id)?;
    let phase = workflow.first().ok_or_else(|| Refusal::Nowhere(category.name.clone()))?;
    let identifier = identifier(item_name, version);
    let calendar = calendars::of_item(tx.conn, Some(item))?;
    let record = NewRecord {
        kind: RecordKind::Release,
        category,
        phase,
        phase_due_at: phase_due(tx, &calendar, phase),
        identifier: Some(&identifier),
        ci_id: Some(item),
        details: &new.details,
        scope: &new.scope,
        window: &new.window,
    };
    let id = insert(tx, &record)?;
    releases::insert(tx, id, item, version)?;
    releases::set_plan(tx, id, &new.plan)?;
    let event = Event::ReleaseRegistered { identifier, title: new.details.title.clone(), category: category.name.clone() };
    events::record(tx, id, &event)?;
    Ok(id)
}

/// The identifier that a release of this category would be offered now.
pub fn propose(conn: &mut diesel::pg::PgConnection, category: CategoryId, item: ItemId) -> Result<Version> {
    let category = categories::find(conn, RecordKind::Release, category)?;
    let parts = policies::current(conn)?.parts_of(&category.key, category.level);
    Ok(Version::next(parts, &releases::versions(conn, item)?))
}

/// The model that a new release of this category usually has.
pub fn usual_model(conn: &mut diesel::pg::PgConnection, category: CategoryId) -> Result<Option<ModelId>> {
    Ok(categories::usual_model(conn, category)?)
}

/// Relates an RFC. After build began this takes a waiver, and so a reason and the right to waive.
pub fn relate(tx: &mut Tx<'_>, release: RecordId, change: RecordId, reason: &str) -> Result<()> {
    let sheet = lock_sheet(tx, release, editing)?;
    let joining = records::lock(tx, change)?.record;
    if joining.kind != RecordKind::Change || sheet.full.record.kind != RecordKind::Release {
        return Err(Error::NotFound);
    }
    if sheet.changes.iter().any(|it| it.id == change) {
        return Err(Refusal::RelatedAlready(joining.number()).into());
    }
    if joining.state != RecordState::Open {
        return Err(Refusal::ChangeEnded(joining.number()).into());
    }
    if let Some(other) = related::bound_to(tx.conn, change)? {
        return Err(Refusal::BoundElsewhere { change: joining.number(), release: records::find(tx.conn, other)?.name().to_owned() }.into());
    }
    thaw(tx, &sheet, reason)?;
    related::relate(tx, release, change)?;
    let event = Event::ChangeRelated { release: sheet.full.record.name().to_owned(), change: joining.number() };
    note(tx, release, change, &event)
}

/// Takes an RFC off its release.
pub fn unrelate(tx: &mut Tx<'_>, release: RecordId, change: RecordId, reason: &str) -> Result<()> {
    let sheet = lock_sheet(tx, release, editing)?;
    let Some(leaving) = sheet.changes.iter().find(|it| it.id == change) else {
        return Err(Refusal::NotRelated(records::find(tx.conn, change)?.number()).into());
    };
    thaw(tx, &sheet, reason)?;
    related::unrelate(tx, release, change)?;
    let event = Event::ChangeUnrelated { release: sheet.full.record.name().to_owned(), change: leaving.number() };
    note(tx, release, change, &event)?;
    phases::tell_progress(tx, release, leaving.milestone)
}

/// Both the release and the RFC show what happened; approvers who decided on the old list are asked again.
fn note(tx: &mut Tx<'_>, release: RecordId, change: RecordId, event: &Event) -> Result<()> {
    records::touch(tx, release)?;
    events::record(tx, release, event)?;
    events::record(tx, change, event)?;
    approvals::refresh(tx, release)
}

fn thaw(tx: &mut Tx<'_>, sheet: &Sheet, reason: &str) -> Result<()> {
    if !sheet.full.phase()?.scope_frozen {
        return Ok(());
    }
    super::policies::permit_waiver(tx, Requirement::ScopeFrozen)?;
    if reason.is_empty() {
        return Err(Refusal::ScopeFrozen.into());
    }
    phases::write_waiver(tx, sheet, Requirement::ScopeFrozen, reason)
}
