//! What the policy rules about categories. Stands in until the policy itself is there.

use super::context::permit;
use super::{FormErrors, Result};
use crate::domain::people::Action;
use crate::store::{Tx, policies};

/// Sets how many parts the versions of a category have.
pub fn set_numbering(tx: &mut Tx<'_>, category_key: &str, parts: u8, _reason: &str) -> Result<()> {
    permit(tx, Action::ConfigureProcess)?;
    let level = crate::store::categories::by_key(tx.conn, category_key)?.level;
    if policies::current(tx.conn)?.parts_of(category_key, level) == usize::from(parts) {
        return Ok(());
    }
    Err(FormErrors::of("parts", "The policy cannot be changed here yet.").into())
}
