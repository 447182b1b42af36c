//! Registering and editing configuration items.

use super::context::permit;
use super::error::FormErrors;
use super::{Error, Result};
use crate::domain::events::{Event, FieldChange};
use crate::domain::ids::ItemId;
use crate::domain::items::ItemKind;
use crate::domain::people::Action;
use crate::domain::text;
use crate::store::items::{self, Item};
use crate::store::{Tx, events};

pub fn register(tx: &mut Tx<'_>, name: &str, kind: ItemKind, description: &str) -> Result<ItemId> {
    permit(tx, Action::RegisterItem)?;
    is_free(tx, name, None)?;
    let id = items::insert(tx, name, kind, description).map_err(|error| taken(error, name))?;
    events::record(tx, None, &Event::ItemRegistered { name: name.to_owned() })?;
    Ok(id)
}

/// The item of this name, created as a service if there is none: the quick way from a release's form.
pub fn find_or_register(tx: &mut Tx<'_>, name: &str) -> Result<Item> {
    let name = text::line(name).map_err(|refusal| FormErrors::of("new_item", refusal.to_string()))?;
    if let Some(item) = items::find_by_name(tx.conn, &name)? {
        return Ok(item);
    }
    let id = register(tx, &name, ItemKind::Service, "").map_err(|error| match error {
        Error::Invalid(_) => FormErrors::of("new_item", "Somebody else registers this CI right now. Send the form again.").into(),
        error @ (Error::NotFound | Error::Forbidden(_) | Error::Refused(_) | Error::Stale | Error::Outage(_)) => error,
    })?;
    Ok(items::find(tx.conn, id)?)
}

pub fn edit(tx: &mut Tx<'_>, id: ItemId, seen: i32, name: &str, kind: ItemKind, description: &str) -> Result<()> {
    permit(tx, Action::RegisterItem)?;
    let before = items::find(tx.conn, id)?;
    is_free(tx, name, Some(id))?;
    if !items::update(tx, id, seen, name, kind, description).map_err(|error| taken(error, name))? {
        return Err(Error::Stale);
    }
    let fields = changes(&before, name, kind, description);
    if !fields.is_empty() {
        events::record(tx, None, &Event::ItemEdited { name: name.to_owned(), fields })?;
    }
    Ok(())
}

/// What differs between an item as it stands and as somebody wants it.
pub fn changes(before: &Item, name: &str, kind: ItemKind, description: &str) -> Vec<FieldChange> {
    let fields = [
        FieldChange::between("Name", &before.name, name),
        FieldChange::between("Kind", before.kind.label(), kind.label()),
        FieldChange::between("Description", &before.description, description),
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
