//! What state the database is in: the questions that only operators ask.

use super::schema::event_head;
use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Text, Timestamptz};

/// Asks the database for one text.
fn text(conn: &mut PgConnection, expression: &str) -> QueryResult<String> {
    diesel::select(diesel::dsl::sql::<Text>(expression)).get_result(conn)
}

/// PostgreSQL's version, as `(14, "14.11")`.
pub fn version(conn: &mut PgConnection) -> QueryResult<(u32, String)> {
    let number: u32 = text(conn, "current_setting('server_version_num')")?.parse().unwrap_or_default();
    let words = text(conn, "current_setting('server_version')")?;
    Ok((number / 10_000, words.split(' ').next().unwrap_or_default().to_owned()))
}

/// What time the database says it is.
pub fn time(conn: &mut PgConnection) -> QueryResult<DateTime<Utc>> {
    diesel::select(diesel::dsl::sql::<Timestamptz>("clock_timestamp()")).get_result(conn)
}

/// Writes, and takes it back: passes if we may and the server lets us.
pub fn try_write(conn: &mut PgConnection) -> QueryResult<()> {
    let tried = conn.transaction::<(), _, _>(|conn| {
        diesel::update(event_head::table).set(event_head::last_id.eq(event_head::last_id)).execute(conn)?;
        Err(diesel::result::Error::RollbackTransaction)
    });
    match tried {
        Err(diesel::result::Error::RollbackTransaction) => Ok(()),
        other => other,
    }
}
