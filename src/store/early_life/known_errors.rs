//! Errors of a release whose cause is known, and who accepted to live with them.

use crate::domain::ids::{KnownErrorId, RecordId, UserId};
use crate::store::Tx;
use crate::store::schema::{known_errors, users};
use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;

#[derive(Clone, Debug, HasQuery)]
#[diesel(table_name = known_errors, check_for_backend(diesel::pg::Pg))]
pub struct KnownError {
    pub id: KnownErrorId,
    pub record_id: RecordId,
    pub title: String,
    pub symptoms: String,
    pub workaround: String,
    pub created_at: DateTime<Utc>,
    pub accepted_at: Option<DateTime<Utc>>,
    #[diesel(select_expression = users::table.filter(users::id.nullable().eq(known_errors::accepted_by)).select(users::name).single_value())]
    pub accepted_by: Option<String>,
    pub version: i32,
}

/// A known error as somebody wants it.
#[derive(Clone, Debug, AsChangeset, Insertable)]
#[diesel(table_name = known_errors)]
pub struct Draft {
    pub title: String,
    pub symptoms: String,
    pub workaround: String,
}

pub fn list(conn: &mut PgConnection, record: RecordId) -> QueryResult<Vec<KnownError>> {
    KnownError::query().filter(known_errors::record_id.eq(record)).order(known_errors::id).load(conn)
}

pub fn find(conn: &mut PgConnection, id: KnownErrorId) -> QueryResult<KnownError> {
    KnownError::query().filter(known_errors::id.eq(id)).first(conn)
}

pub fn insert(tx: &mut Tx<'_>, record: RecordId, new: &Draft) -> QueryResult<KnownErrorId> {
    diesel::insert_into(known_errors::table)
        .values((new, known_errors::record_id.eq(record), known_errors::created_at.eq(tx.now), known_errors::created_by.eq(tx.actor.id)))
        .returning(known_errors::id)
        .get_result(tx.conn)
}

/// Whoever accepted it accepted what it said before: that is taken back.
pub fn update(tx: &mut Tx<'_>, id: KnownErrorId, new: &Draft) -> QueryResult<()> {
    diesel::update(known_errors::table.find(id))
        .set((
            new,
            known_errors::accepted_at.eq(None::<DateTime<Utc>>),
            known_errors::accepted_by.eq(None::<UserId>),
            known_errors::version.eq(known_errors::version + 1),
        ))
        .execute(tx.conn)?;
    Ok(())
}

pub fn accept(tx: &mut Tx<'_>, id: KnownErrorId) -> QueryResult<()> {
    diesel::update(known_errors::table.find(id))
        .set((known_errors::accepted_at.eq(tx.now), known_errors::accepted_by.eq(tx.actor.id), known_errors::version.eq(known_errors::version + 1)))
        .execute(tx.conn)?;
    Ok(())
}
