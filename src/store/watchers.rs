//! Who wants to hear about a record.

use super::Tx;
use super::schema::{users, watchers};
use super::users::Person;
use crate::domain::ids::{RecordId, UserId};
use diesel::pg::PgConnection;
use diesel::prelude::*;

pub fn list(conn: &mut PgConnection, record: RecordId) -> QueryResult<Vec<Person>> {
    watchers::table.inner_join(users::table).filter(watchers::record_id.eq(record)).order(users::name).select((users::id, users::name)).load(conn)
}

/// Returns whether this is new.
pub fn add(tx: &mut Tx<'_>, record: RecordId, user: UserId) -> QueryResult<bool> {
    let rows =
        diesel::insert_into(watchers::table).values((watchers::record_id.eq(record), watchers::user_id.eq(user))).on_conflict_do_nothing().execute(tx.conn)?;
    Ok(rows == 1)
}

/// Returns whether they had been watching.
pub fn remove(tx: &mut Tx<'_>, record: RecordId, user: UserId) -> QueryResult<bool> {
    Ok(diesel::delete(watchers::table.find((record, user))).execute(tx.conn)? == 1)
}
