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
    let id = items::insert(tx, name, kind, description)?;
    events::record(tx, None, &Event::ItemRegistered { name: name.to_owned() })?;
    Ok(id)
}

/// The item of this name, created as a service if there is none: the quick way from a release's form.
pub fn find_or_register(tx: &mut Tx<'_>, name: &str) -> Result<Item> {
    let name = text::line(name).map_err(|refusal| FormErrors::of("new_item", refusal.to_string()))?;
    if let Some(item) = items::find_by_name(tx.conn, &name)? {
        return Ok(item);
    }
    let id = register(tx, &name, ItemKind::Service, "")?;
    Ok(items::find(tx.conn, id)?)
}

pub fn edit(tx: &mut Tx<'_>, id: ItemId, seen: i32, name: &str, kind: ItemKind, description: &str) -> Result<()> {
    permit(tx, Action::RegisterItem)?;
    let before = items::find(tx.conn, id)?;
    is_free(tx, name, Some(id))?;
    if !items::update(tx, id, seen, name, kind, description)? {
        return Err(Error::Stale);
    }
    let fields = [
        FieldChange::between("Name", &before.name, name),
        FieldChange::between("Kind", before.kind.label(), kind.label()),
        FieldChange::between("Description", &before.description, description),
    ];
    let event = Event::ItemEdited { name: name.to_owned(), fields: fields.into_iter().flatten().collect() };
    Ok(events::record(tx, None, &event)?)
}

fn is_free(tx: &mut Tx<'_>, name: &str, own: Option<ItemId>) -> Result<()> {
    match items::find_by_name(tx.conn, name)? {
        Some(other) if Some(other.id) != own => Err(FormErrors::of("name", format!("{} exists already.", other.name)).into()),
        Some(_) | None => Ok(()),
    }
}
