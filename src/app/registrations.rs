//! Registering once what is sent twice: by a second press, or again after an answer that never came.

use super::Result;
use crate::domain::ids::RecordId;
use crate::store::{Tx, registrations};

/// Registers what a form asks for, or names what the same form registered before.
pub fn once(tx: &mut Tx<'_>, form: Option<&str>, register: impl FnOnce(&mut Tx<'_>) -> Result<RecordId>) -> Result<RecordId> {
    let Some(form) = form else { return register(tx) };
    if let Some(id) = registrations::claim(tx, form)? {
        return Ok(id);
    }
    let id = register(tx)?;
    registrations::settle(tx, form, id)?;
    Ok(id)
}
