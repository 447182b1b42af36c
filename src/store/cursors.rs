//! How far recurring work has read the activity log.

use super::Tx;
use super::schema::cursors;
use diesel::prelude::*;

/// The position, held until the transaction ends; `None` while another instance reads on.
pub fn claim(tx: &mut Tx<'_>, name: &str) -> QueryResult<Option<i64>> {
    cursors::table.find(name).select(cursors::position).for_update().skip_locked().first(tx.conn).optional()
}

pub fn advance(tx: &mut Tx<'_>, name: &str, position: i64) -> QueryResult<()> {
    diesel::update(cursors::table.find(name)).set(cursors::position.eq(position)).execute(tx.conn)?;
    Ok(())
}
