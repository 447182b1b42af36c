//! Forms that registered a record, each once.

use super::Tx;
use super::schema::registrations;
use crate::domain::ids::RecordId;
use diesel::prelude::*;

/// What this form registered before; nothing if it is the first to come. A copy that comes at the same time waits here for the first.
pub fn claim(tx: &mut Tx<'_>, form: &str) -> QueryResult<Option<RecordId>> {
    let row = (registrations::form.eq(form), registrations::at.eq(tx.now));
    if diesel::insert_into(registrations::table).values(row).on_conflict_do_nothing().execute(tx.conn)? == 1 {
        return Ok(None);
    }
    registrations::table.find(form).select(registrations::record_id).first(tx.conn)
}

pub fn settle(tx: &mut Tx<'_>, form: &str, id: RecordId) -> QueryResult<()> {
    diesel::update(registrations::table.find(form)).set(registrations::record_id.eq(id)).execute(tx.conn)?;
    Ok(())
}
