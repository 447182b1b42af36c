//! Registering and editing configuration items.

use super::context::permit;
use super::error::FormErrors;
use super::{Error, Result, calendars};
use crate::domain::events::{Event, FieldChange};
use crate::domain::ids::{CalendarId, ItemId};
use crate::domain::items::ItemKind;
use crate::domain::people::Action;
use crate::domain::text;
use crate::store::items::{self, Item};
use crate::store::{Tx, events};

/// An item as somebody wants it.
#[derive(Clone, Debug)]
pub struct Draft {
    pub name: String,
    pub kind: ItemKind,
    pub description: String,
    pub calendar: Option<CalendarId>,
    /// Not offered to new records any more; it stays where it is used.
    pub retired: bool,
}

pub fn register(tx: &mut Tx<'_>, Draft { name, kind, description, calendar, .. }: &Draft) -> Result<ItemId> {
    permit(tx, Action::RegisterItem)?;
    is_free(tx, name, None)?;
    calendars::known(tx, *calendar)?;
    let id = items::insert(tx, name, *kind, description).map_err(|error| taken(error, name))?;
    items::set_calendar(tx, id, *calendar)?;
    events::record(tx, None, &Event::ItemRegistered { name: name.to_owned() })?;
    Ok(id)
}

/// The item of this name, created as a service if there is none: the quick way from a release's form.
pub fn find_or_register(tx: &mut Tx<'_>, name: &str) -> Result<Item> {
    let name = text::line(name).map_err(|refusal| FormErrors::of("new_item", refusal.to_string()))?;
    if let Some(item) = items::find_by_name(tx.conn, &name)? {
        in_use(&item, "new_item")?;
        return Ok(item);
    }
    let new = Draft { name, kind: ItemKind::Service, description: String::new(), calendar: None, retired: false };
    let id = register(tx, &new).map_err(|error| match error {
        Error::Invalid(_) => FormErrors::of("new_item", "Somebody else registers this CI right now. Send the form again.").into(),
        error @ (Error::NotFound | Error::Forbidden(_) | Error::Refused(_) | Error::Stale | Error::Outage(_)) => error,
    })?;
    Ok(items::find(tx.conn, id)?)
}

/// Refuses, beside this field, what new records cannot be about.
pub fn in_use(item: &Item, field: &'static str) -> Result<()> {
    match item.retired_at {
        None => Ok(()),
        Some(_) => Err(FormErrors::of(field, format!("{} is retired. Whoever edits it can offer it again.", item.name)).into()),
    }
}

pub fn edit(tx: &mut Tx<'_>, id: ItemId, seen: i32, draft: &Draft) -> Result<()> {
    let Draft { name, kind, description, calendar, retired } = draft;
    permit(tx, Action::RegisterItem)?;
    let before = items::find(tx.conn, id)?;
    is_free(tx, name, Some(id))?;
    let chosen = calendars::known(tx, *calendar)?.unwrap_or_default();
    if !items::update(tx, id, seen, name, *kind, description).map_err(|error| taken(error, name))? {
        return Err(Error::Stale);
    }
    items::set_calendar(tx, id, *calendar)?;
    if before.retired_at.is_some() != *retired {
        items::set_retired(tx, id, *retired)?;
    }
    let mut fields = changes(&before, draft);
    let worked_in = calendars::known(tx, before.calendar_id)?.unwrap_or_default();
    fields.extend(FieldChange::between("Calendar", worked_in, chosen));
    if !fields.is_empty() {
        events::record(tx, None, &Event::ItemEdited { name: name.clone(), fields })?;
    }
    Ok(())
}

/// What differs between an item as it stands and as somebody wants it, by its own words.
pub fn changes(before: &Item, Draft { name, kind, description, retired, .. }: &Draft) -> Vec<FieldChange> {
    let standing = |retired: bool| if retired { "Retired" } else { "In use" };
    let fields = [
        FieldChange::between("Name", &before.name, name),
        FieldChange::between("Kind", before.kind.label(), kind.label()),
        FieldChange::between("Description", &before.description, description),
        FieldChange::between("State", standing(before.retired_at.is_some()), standing(*retired)),
    ];
    fields.into_iter().flatten().collect()
}

/// Two people may take the same name at the same moment.
fn taken(error: diesel::result::Error, name: &str) -> Error {
    if crate::store::is_duplicate(&error) { exists(name) } else { error.into() }
}

fn exists(name: &str) -> Error {
    FormErrors::of("name", format!("{name} exists already.")).into()
}

fn is_free(tx: &mut Tx<'_>, name: &str, own: Option<ItemId>) -> Result<()> {
    match items::find_by_name(tx.conn, name)? {
        Some(other) if Some(other.id) != own => Err(exists(&other.name)),
        Some(_) | None => Ok(()),
    }
}
