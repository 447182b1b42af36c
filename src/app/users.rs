//! What an administrator does to accounts.

use super::context::{permit, unchanged};
use super::{Error, FormErrors, Result};
use crate::domain::events::{Event, FieldChange};
use crate::domain::ids::UserId;
use crate::domain::people::{Action, EmailAddress, Role, spare_administrator};
use crate::domain::refusals::Refusal;
use crate::store::users::{Edited, NewUser, User};
use crate::store::{Tx, events, sessions, users};
use chrono_tz::Tz;

/// What an administrator decides about an account.
#[derive(Clone, Debug)]
pub struct Draft {
    pub name: String,
    pub email: EmailAddress,
    pub roles: Vec<Role>,
    pub zone: Tz,
}

/// Makes an account. Without a hash nobody can sign in to it yet; with one, its owner chooses another when they first do.
pub fn create(tx: &mut Tx<'_>, draft: &Draft, password_hash: Option<&str>) -> Result<UserId> {
    permit(tx, Action::ManageUsers)?;
    free(tx, &draft.email, None)?;
    let new = NewUser { email: draft.email.as_str(), name: &draft.name, password_hash, time_zone: draft.zone.name(), roles: &draft.roles };
    let id = users::insert(tx, &new).map_err(taken)?;
    users::set_password_given(tx, id, password_hash.is_some())?;
    events::record(tx, None, &Event::UserCreated { user: id, name: draft.name.clone(), roles: draft.roles.clone() })?;
    Ok(id)
}

/// Changes name, address, roles and zone.
pub fn edit(tx: &mut Tx<'_>, id: UserId, seen: i32, draft: &Draft) -> Result<()> {
    permit(tx, Action::ManageUsers)?;
    let administrators = users::lock_administrators(tx)?;
    let user = users::lock(tx, id)?;
    unchanged(user.version, seen)?;
    let before = users::roles(tx.conn, id)?;
    if !draft.roles.contains(&Role::Administrator) {
        spare_administrator(id, &administrators)?;
    }
    free(tx, &draft.email, Some(id))?;
    let edited = Edited { name: &draft.name, email: draft.email.as_str(), time_zone: draft.zone.name(), theme: user.theme };
    users::update(tx, id, &edited).map_err(taken)?;
    users::set_roles(tx, id, &draft.roles)?;
    let fields = changes(&user, &before, draft);
    if !fields.is_empty() {
        events::record(tx, None, &Event::UserEdited { user: id, name: user.name, fields })?;
    }
    Ok(())
}

/// Sets a new password, for somebody who forgot theirs, who chooses another when they sign in. Whoever was signed in there is no longer.
pub fn set_password(tx: &mut Tx<'_>, id: UserId, hash: &str) -> Result<()> {
    permit(tx, Action::ManageUsers)?;
    let user = users::lock(tx, id)?;
    if id == tx.actor.id {
        return Err(Refusal::OwnPassword.into());
    }
    users::set_password(tx, id, hash)?;
    users::set_password_given(tx, id, true)?;
    sessions::delete_of(tx, id, None)?;
    Ok(events::record(tx, None, &Event::PasswordChanged { user: id, name: user.name })?)
}

/// Signs somebody out everywhere.
pub fn end_sessions(tx: &mut Tx<'_>, id: UserId) -> Result<()> {
    permit(tx, Action::ManageUsers)?;
    let user = users::lock(tx, id)?;
    let count = sessions::delete_of(tx, id, None)?;
    Ok(events::record(tx, None, &Event::SessionsEnded { count, name: user.name })?)
}

/// Closes an account: its sessions end, what it did stays.
pub fn disable(tx: &mut Tx<'_>, id: UserId) -> Result<()> {
    permit(tx, Action::ManageUsers)?;
    let administrators = users::lock_administrators(tx)?;
    let user = users::lock(tx, id)?;
    if id == tx.actor.id {
        return Err(Refusal::OwnAccount.into());
    }
    spare_administrator(id, &administrators)?;
    if user.disabled_at.is_some() {
        return Ok(());
    }
    users::set_disabled(tx, id, Some(tx.now))?;
    sessions::delete_of(tx, id, None)?;
    Ok(events::record(tx, None, &Event::UserDisabled { user: id, name: user.name })?)
}

/// Opens a closed account again.
pub fn enable(tx: &mut Tx<'_>, id: UserId) -> Result<()> {
    permit(tx, Action::ManageUsers)?;
    let user = users::lock(tx, id)?;
    if user.disabled_at.is_none() {
        return Ok(());
    }
    users::set_disabled(tx, id, None)?;
    Ok(events::record(tx, None, &Event::UserEnabled { user: id, name: user.name })?)
}

/// What differs between an account as it stands and as somebody wants it.
pub fn changes(user: &User, roles: &[Role], draft: &Draft) -> Vec<FieldChange> {
    [
        FieldChange::between("Name", &user.name, &draft.name),
        FieldChange::between("E-mail", &user.email, draft.email.as_str()),
        FieldChange::between("Roles", labels(roles), labels(&draft.roles)),
        FieldChange::between("Time zone", &user.time_zone, draft.zone.name()),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Roles as people read them, in the order of their weight.
pub fn labels(roles: &[Role]) -> String {
    Role::ALL.iter().filter(|role| roles.contains(role)).map(|role| role.label()).collect::<Vec<_>>().join(", ")
}

fn free(tx: &mut Tx<'_>, email: &EmailAddress, own: Option<UserId>) -> Result<()> {
    match users::find_by_email(tx.conn, email.as_str())? {
        Some(other) if Some(other.id) != own => Err(occupied()),
        Some(_) | None => Ok(()),
    }
}

/// Two administrators may take the same address at the same moment.
fn taken(error: diesel::result::Error) -> Error {
    if crate::store::is_duplicate(&error) { occupied() } else { error.into() }
}

fn occupied() -> Error {
    FormErrors::of("email", "Somebody else has this address already.").into()
}
