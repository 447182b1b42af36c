//! The links that make the first administrator.

use super::Tx;
use super::schema::setup_links;
use chrono::{DateTime, Duration, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;

#[derive(Clone, Debug, HasQuery)]
#[diesel(table_name = setup_links, check_for_backend(diesel::pg::Pg))]
pub struct Link {
    pub token_hash: Vec<u8>,
    pub expires_at: DateTime<Utc>,
    pub used_at: Option<DateTime<Utc>>,
}

pub fn insert(tx: &mut Tx<'_>, token_hash: &[u8], life: Duration) -> QueryResult<usize> {
    diesel::insert_into(setup_links::table)
        .values((setup_links::token_hash.eq(token_hash), setup_links::created_at.eq(tx.now), setup_links::expires_at.eq(tx.now + life)))
        .execute(tx.conn)
}

pub fn find(conn: &mut PgConnection, token_hash: &[u8]) -> QueryResult<Option<Link>> {
    Link::query().filter(setup_links::token_hash.eq(token_hash)).first(conn).optional()
}

/// Locks all links, because whoever uses one uses them all up, and answers the one asked for.
pub fn lock(tx: &mut Tx<'_>, token_hash: &[u8]) -> QueryResult<Option<Link>> {
    let links: Vec<Link> = Link::query().order(setup_links::token_hash).for_update().load(tx.conn)?;
    Ok(links.into_iter().find(|it| it.token_hash == token_hash))
}

pub fn use_up(tx: &mut Tx<'_>, token_hash: &[u8]) -> QueryResult<usize> {
    diesel::update(setup_links::table.filter(setup_links::token_hash.eq(token_hash))).set(setup_links::used_at.eq(tx.now)).execute(tx.conn)
}
