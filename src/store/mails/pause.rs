//! The pause of all sending while the mail server refuses our credentials.

use crate::store::Tx;
use crate::store::schema::mail_pause;
use chrono::{DateTime, Duration, Utc};
use diesel::dsl::sql;
use diesel::expression::SqlLiteral;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text};

#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = mail_pause, check_for_backend(diesel::pg::Pg))]
pub struct Pause {
    pub paused_at: DateTime<Utc>,
    /// When a mail was last let through to try it.
    pub tried_at: DateTime<Utc>,
    /// The server's words.
    pub reason: String,
}

pub fn find(conn: &mut PgConnection) -> QueryResult<Option<Pause>> {
    Pause::query().first(conn).optional()
}

/// The reason, if there is a pause, for a query over something else.
pub(in crate::store) fn reason() -> SqlLiteral<Nullable<Text>> {
    sql("(SELECT reason FROM mail_pause)")
}

/// Begins the pause, or notes that it goes on.
pub fn begin(tx: &mut Tx<'_>, reason: &str) -> QueryResult<()> {
    diesel::insert_into(mail_pause::table)
        .values((mail_pause::paused_at.eq(tx.now), mail_pause::tried_at.eq(tx.now), mail_pause::reason.eq(reason)))
        .on_conflict(mail_pause::one_row)
        .do_update()
        .set((mail_pause::tried_at.eq(tx.now), mail_pause::reason.eq(reason)))
        .execute(tx.conn)?;
    Ok(())
}

/// Claims the right to try one mail: true for one caller each `every`.
pub fn try_again(tx: &mut Tx<'_>, every: Duration) -> QueryResult<bool> {
    let due = mail_pause::table.filter(mail_pause::tried_at.le(tx.now - every));
    Ok(diesel::update(due).set(mail_pause::tried_at.eq(tx.now)).execute(tx.conn)? > 0)
}

/// Ends the pause; whether there was one.
pub fn end(tx: &mut Tx<'_>) -> QueryResult<bool> {
    Ok(diesel::delete(mail_pause::table).execute(tx.conn)? > 0)
}
