//! What an administrator does to groups.

use super::context::{permit, unchanged};
use super::{Error, FormErrors, Result, calendars};
use crate::domain::events::{Event, FieldChange};
use crate::domain::ids::{CalendarId, GroupId, UserId};
use crate::domain::keys;
use crate::domain::people::Action;
use crate::store::groups::{self, Member};
use crate::store::{Tx, events};

/// What an administrator decides about a group.
#[derive(Clone, Debug)]
pub struct Draft {
    pub name: String,
    pub description: String,
    pub members: Vec<UserId>,
    pub calendar: Option<CalendarId>,
}

pub fn create(tx: &mut Tx<'_>, draft: &Draft) -> Result<GroupId> {
    permit(tx, Action::ManageUsers)?;
    let key = keys::fresh(&draft.name, "group", &groups::keys(tx)?);
    calendars::known(tx, draft.calendar)?;
    is_free(tx, &draft.name, None)?;
    let id = groups::insert(tx, &key, &draft.name, &draft.description).map_err(taken)?;
    groups::set_calendar(tx, id, draft.calendar)?;
    groups::set_members(tx, id, &draft.members).map_err(unknown_member)?;
    events::record(tx, None, &Event::GroupCreated { name: draft.name.clone() })?;
    Ok(id)
}

pub fn edit(tx: &mut Tx<'_>, id: GroupId, seen: i32, draft: &Draft) -> Result<()> {
    permit(tx, Action::ManageUsers)?;
    let group = groups::lock(tx, id)?;
    unchanged(group.version, seen)?;
    let before = groups::members(tx.conn, id)?;
    let calendar = calendars::known(tx, draft.calendar)?;
    let worked_in = calendars::known(tx, group.calendar_id)?;
    if draft.name != group.name {
        is_free(tx, &draft.name, Some(id))?;
    }
    groups::update(tx, id, &draft.name, &draft.description).map_err(taken)?;
    groups::set_calendar(tx, id, draft.calendar)?;
    groups::set_members(tx, id, &draft.members).map_err(unknown_member)?;
    let after = groups::members(tx.conn, id)?;
    let fields: Vec<FieldChange> = [
        FieldChange::between("Name", &group.name, &draft.name),
        FieldChange::between("Description", &group.description, &draft.description),
        FieldChange::between("Calendar", worked_in.unwrap_or_default(), calendar.unwrap_or_default()),
        FieldChange::between("Members", names(&before), names(&after)),
    ]
    .into_iter()
    .flatten()
    .collect();
    if !fields.is_empty() {
        events::record(tx, None, &Event::GroupEdited { name: group.name, fields })?;
    }
    Ok(())
}

pub fn names(members: &[Member]) -> String {
    members.iter().map(|it| it.name.as_str()).collect::<Vec<_>>().join(", ")
}

fn taken(error: diesel::result::Error) -> Error {
    if crate::store::is_duplicate(&error) { exists() } else { error.into() }
}

fn exists() -> Error {
    FormErrors::of("name", "Another group has this name already.").into()
}

/// Names that differ by capitals alone would be taken for each other.
fn is_free(tx: &mut Tx<'_>, name: &str, own: Option<GroupId>) -> Result<()> {
    let lower = name.to_lowercase();
    let other = groups::list(tx.conn)?.into_iter().any(|it| Some(it.id) != own && it.name.to_lowercase() == lower);
    if other { Err(exists()) } else { Ok(()) }
}

fn unknown_member(error: diesel::result::Error) -> Error {
    if crate::store::is_dangling(&error) {
        FormErrors::of("members", "Somebody chosen here does not exist any more. Choose again.").into()
    } else {
        error.into()
    }
}
