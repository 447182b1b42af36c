//! What people do with a record, release or RFC: register, edit section by section, watch.

use super::context::{permit, unchanged};
use super::error::FormErrors;
use super::policies::shipping;
use super::sheet::Sheet;
use super::{Error, Result, approvals, content, tasks};
use crate::domain::calendars::Calendar;
use crate::domain::events::{Event, FieldChange};
use crate::domain::ids::{ItemId, RecordId, UserId};
use crate::domain::people::{Action, Actor};
use crate::domain::records::RecordKind;
use crate::domain::refusals::Refusal;
use crate::domain::workflows::Phase;
use crate::store::records::{self, Details, Full, NewRecord, Record, Scope, Window};
use crate::store::releases::{self, Plan};
use crate::store::{Tx, events, items, users, watchers};
use chrono::{DateTime, Utc};

/// One section of a record, as somebody filled it in.
#[derive(Clone, Debug)]
pub enum Edit {
    Details(Details),
    Scope(Scope),
    Window(Window),
    Plan(Plan),
    Items(Vec<ItemId>),
}

impl Edit {
    fn section(&self) -> &'static str {
        match self {
            Edit::Details(_) => "Details",
            Edit::Scope(_) => "Scope and reason",
            Edit::Window(_) => "Window",
            Edit::Plan(_) => "Plan",
            Edit::Items(_) => "Affected items",
        }
    }
}

/// The permission to change what a record says.
pub fn editing(actor: &Actor, record: &Record) -> Action {
    let standing = actor.standing(record.owner_id, record.coordinator_id);
    match record.kind {
        RecordKind::Release => Action::EditRelease(standing),
        RecordKind::Change => Action::EditChange(standing),
    }
}

/// The permission to take a record through its phases.
pub fn moving(actor: &Actor, record: &Record) -> Action {
    let standing = actor.standing(record.owner_id, record.coordinator_id);
    match record.kind {
        RecordKind::Release => Action::MoveRelease(standing),
        RecordKind::Change => Action::MoveChange(standing),
    }
}

/// When a phase that begins now should be left.
pub fn phase_due(tx: &Tx<'_>, calendar: &Calendar, phase: &Phase) -> Option<DateTime<Utc>> {
    phase.target_days.map(|days| calendar.due(tx.now, days))
}

/// Changes one section. Whoever saved meanwhile is not overwritten.
pub fn edit(tx: &mut Tx<'_>, id: RecordId, seen: i32, edit: &Edit) -> Result<()> {
    let before = lock_open(tx, id, editing)?;
    unchanged(before.record.version, seen)?;
    let items_before = items::affected(tx.conn, id)?;
    check(tx, edit, &items_before)?;
    check_start(tx, &before, edit)?;
    match edit {
        Edit::Details(details) => records::set(tx, id, details)?,
        Edit::Scope(scope) => records::set(tx, id, scope)?,
        Edit::Window(window) => records::set(tx, id, window)?,
        Edit::Plan(plan) if before.release.is_some() => releases::set_plan(tx, id, plan)?,
        Edit::Plan(_) => return Err(Error::NotFound),
        Edit::Items(items) => {
            items::set_affected(tx, id, items)?;
            records::touch(tx, id)?;
        }
    }
    let after = records::full(tx.conn, id)?;
    let mut fields = content::changes(&before, &after);
    fields.extend(FieldChange::between("Affected items", names(&items_before), names(&items::affected(tx.conn, id)?)));
    if fields.is_empty() {
        return Ok(());
    }
    events::record(tx, id, &Event::RecordEdited { section: edit.section().to_owned(), fields })?;
    if after.record.planned_start != before.record.planned_start {
        tasks::reckon_due_times(tx, &after)?;
    }
    if after.record.owner_id != before.record.owner_id || after.record.coordinator_id != before.record.coordinator_id {
        approvals::exclude_own(tx, id)?;
    }
    approvals::refresh(tx, id)
}

fn names(items: &[(ItemId, String)]) -> String {
    items.iter().map(|(_, name)| name.as_str()).collect::<Vec<_>>().join(", ")
}

/// The record, locked, open, and one that this actor may act on.
pub(super) fn lock_open(tx: &mut Tx<'_>, id: RecordId, action: fn(&Actor, &Record) -> Action) -> Result<Full> {
    let full = records::lock(tx, id)?;
    permit(tx, action(&tx.actor, &full.record))?;
    if full.record.is_open() { Ok(full) } else { Err(Refusal::Ended.into()) }
}

/// What a form cannot know by itself: that people and items exist, that a window ends after it starts.
fn check(tx: &mut Tx<'_>, edit: &Edit, items_before: &[(ItemId, String)]) -> Result<()> {
    let mut errors = FormErrors::default();
    match edit {
        Edit::Details(details) => people_exist(tx, details, &mut errors)?,
        Edit::Window(window) => window_is_sane(window, &mut errors),
        Edit::Items(chosen) => {
            let before: Vec<ItemId> = items_before.iter().map(|it| it.0).collect();
            items_exist(tx, chosen, &before, &mut errors)?;
        }
        Edit::Scope(_) | Edit::Plan(_) => {}
    }
    if errors.is_empty() { Ok(()) } else { Err(errors.into()) }
}

/// Whether the policy lets a release ship when it is meant to now. What stands already is not asked about again.
fn check_start(tx: &mut Tx<'_>, before: &Full, edit: &Edit) -> Result<()> {
    let (Edit::Window(window), Some(release)) = (edit, &before.release) else { return Ok(()) };
    if window.planned_start == before.record.planned_start {
        return Ok(());
    }
    // So that two releases of one CI are not set side by side, each without seeing the other.
    items::lock(tx, release.ci_id)?;
    let policy = crate::store::policies::current(tx.conn)?;
    shipping::allow(&shipping::breaches_of(tx.conn, &policy, before, window.planned_start)?)
}

pub(super) fn people_exist(tx: &mut Tx<'_>, details: &Details, errors: &mut FormErrors) -> Result<()> {
    let mut known = |user: Option<UserId>, field| -> Result<()> {
        if let Some(user) = user
            && users::active_name(tx.conn, user)?.is_none()
        {
            errors.about(field, "This person cannot be chosen any more.");
        }
        Ok(())
    };
    known(Some(details.owner_id), "owner")?;
    known(details.coordinator_id, "coordinator")
}

pub(super) fn window_is_sane(window: &Window, errors: &mut FormErrors) {
    match (window.planned_start, window.planned_end) {
        (Some(start), Some(end)) if end <= start => errors.about("planned_end", "It must end after it starts."),
        (None, Some(_)) => errors.about("planned_start", "Say when it starts, too."),
        (Some(_), None) => errors.about("planned_end", "Say when it ends, too."),
        (Some(_), Some(_)) | (None, None) => {}
    }
}

/// What is chosen is in use, or was chosen before.
pub(super) fn items_exist(tx: &mut Tx<'_>, chosen: &[ItemId], before: &[ItemId], errors: &mut FormErrors) -> Result<()> {
    let known = items::list(tx.conn)?;
    if chosen.iter().any(|id| !before.contains(id) && !known.iter().any(|it| it.id == *id)) {
        errors.about("items", "One of these items cannot be chosen any more.");
    }
    Ok(())
}

/// Registers the common part of a record, in the first phase of its category's workflow.
pub(super) fn insert(tx: &mut Tx<'_>, new: &NewRecord<'_>) -> Result<RecordId> {
    let id = records::insert(tx, new)?;
    let people = [Some(new.details.owner_id), new.details.coordinator_id];
    for person in people.into_iter().flatten() {
        watchers::add(tx, id, person)?;
    }
    Ok(id)
}

/// Whether one hears about a record: turns it on or off.
pub fn watch(tx: &mut Tx<'_>, id: RecordId, on: bool) -> Result<()> {
    permit(tx, Action::Watch)?;
    records::find(tx.conn, id)?;
    let me = tx.actor.id;
    if on {
        if watchers::add(tx, id, me)? {
            events::record(tx, id, &Event::WatchingStarted {})?;
        }
    } else if watchers::remove(tx, id, me)? {
        events::record(tx, id, &Event::WatchingEnded {})?;
    }
    Ok(())
}

/// A record with what surrounds it, locked for an action on its way through the workflow.
pub(super) fn lock_sheet(tx: &mut Tx<'_>, id: RecordId, action: fn(&Actor, &Record) -> Action) -> Result<Sheet> {
    let full = lock_open(tx, id, action)?;
    let mut sheet = Sheet::around(tx.conn, full)?;
    sheet.note_absences(tx.conn, tx.now)?;
    Ok(sheet)
}
