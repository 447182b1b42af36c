//! What the process as a whole needs of the database, besides the rooms of its parts.

use super::Tx;
use super::schema::users;
use crate::domain::ids::UserId;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use std::collections::BTreeMap;

/// Nobody else shapes the process until the transaction ends; it can be read meanwhile.
pub fn hold(tx: &mut Tx<'_>) -> QueryResult<()> {
    diesel::sql_query("LOCK TABLE workflows, categories, models, calendars, notification_rules, policies IN EXCLUSIVE MODE").execute(tx.conn)?;
    Ok(())
}

/// The addresses of these people.
pub fn addresses(conn: &mut PgConnection, ids: &[UserId]) -> QueryResult<BTreeMap<String, UserId>> {
    let rows: Vec<(String, UserId)> = users::table.filter(users::id.eq_any(ids)).select((users::email, users::id)).load(conn)?;
    Ok(rows.into_iter().collect())
}

/// Who has one of these addresses, also those whose account is closed: the check of each part says whether that matters.
pub fn people(conn: &mut PgConnection, addresses: &[String]) -> QueryResult<BTreeMap<String, UserId>> {
    let found = users::table.filter(users::email.eq_any(addresses));
    let rows: Vec<(String, UserId)> = found.select((users::email, users::id)).load(conn)?;
    Ok(rows.into_iter().collect())
}
