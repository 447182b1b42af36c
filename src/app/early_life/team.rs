//! Who supports a release in its early life, and how they are reached.

use super::lock;
use crate::app::context::unchanged;
use crate::app::records::moving;
use crate::app::{FormErrors, Result};
use crate::domain::events::{Aftercare, Event, FieldChange};
use crate::domain::ids::{MemberId, RecordId, UserId};
use crate::store::early_life::team::{self, Draft, Member};
use crate::store::{Tx, early_life as plans, events, users};

/// Somebody as the form has them: a user, or somebody by their name alone.
#[derive(Clone, Debug)]
pub struct NewMember {
    pub user: Option<UserId>,
    pub name: String,
    pub role: String,
    pub contact: String,
}

pub fn add(tx: &mut Tx<'_>, id: RecordId, new: &NewMember) -> Result<()> {
    lock(tx, id, moving)?;
    let name = match new.user {
        Some(user) => users::active_name(tx.conn, user)?.ok_or_else(|| FormErrors::of("user", "This person cannot be chosen any more."))?,
        None if new.name.is_empty() => return Err(FormErrors::of("user", "Choose somebody, or write a name.").into()),
        None => new.name.clone(),
    };
    let draft = Draft { user_id: new.user, name, role: new.role.clone(), contact: new.contact.clone() };
    team::insert(tx, id, &draft)?;
    note(tx, id, FieldChange::between("Team", "", spoken(&draft.name, &draft.role, &draft.contact)))
}

pub fn remove(tx: &mut Tx<'_>, member: MemberId) -> Result<RecordId> {
    let id = team::find(tx.conn, member)?.record_id;
    lock(tx, id, moving)?;
    let Member { name, role, contact, .. } = team::find(tx.conn, member)?;
    team::delete(tx, member)?;
    note(tx, id, FieldChange::between("Team", spoken(&name, &role, &contact), ""))?;
    Ok(id)
}

/// How the team is reached.
pub fn set_contacts(tx: &mut Tx<'_>, id: RecordId, seen: i32, contacts: &str) -> Result<()> {
    lock(tx, id, moving)?;
    let before = plans::keep_plan(tx, id)?;
    unchanged(before.version, seen)?;
    let change = FieldChange::between("Contacts", &before.contacts, contacts);
    if change.is_some() {
        plans::set_contacts(tx, id, contacts)?;
    }
    note(tx, id, change)
}

fn spoken(name: &str, role: &str, contact: &str) -> String {
    [name, role, contact].into_iter().filter(|it| !it.is_empty()).collect::<Vec<_>>().join(", ")
}

fn note(tx: &mut Tx<'_>, id: RecordId, change: Option<FieldChange>) -> Result<()> {
    match change {
        Some(change) => Ok(events::record(tx, id, &Event::Aftercare(Aftercare::EarlyLifeEdited { fields: vec![change] }))?),
        None => Ok(()),
    }
}
