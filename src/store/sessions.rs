//! Sessions' rows: who is signed in, from where, until when. Only hashes of their keys are kept.

use super::Tx;
use super::mails::pause;
use super::schema::{second_factors, sessions, users};
use super::users::roles_array;
use crate::domain::ids::UserId;
use crate::domain::people::{Actor, Role, Theme};
use chrono::{DateTime, Duration, Utc};
use diesel::dsl::sql;
use diesel::expression::SqlLiteral;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

/// SHA-256 of a session's key.
pub type KeyHash = Vec<u8>;

/// How long a session lasts without a request, and in any case.
#[derive(Clone, Copy, Debug)]
pub struct Lifetime {
    pub idle: Duration,
    pub life: Duration,
}

/// Where a session was begun.
#[derive(Clone, Debug, Default)]
pub struct Visitor {
    pub address: String,
    pub agent: String,
}

pub fn insert(tx: &mut Tx<'_>, key_hash: &KeyHash, user: UserId, life: Duration, visitor: &Visitor) -> QueryResult<usize> {
    begin(tx, key_hash, user, life, visitor, false)
}

/// One that opens nothing but the page that asks for the code.
pub fn insert_waiting(tx: &mut Tx<'_>, key_hash: &KeyHash, user: UserId, life: Duration, visitor: &Visitor) -> QueryResult<usize> {
    begin(tx, key_hash, user, life, visitor, true)
}

fn begin(tx: &mut Tx<'_>, key_hash: &KeyHash, user: UserId, life: Duration, visitor: &Visitor, awaits_code: bool) -> QueryResult<usize> {
    diesel::insert_into(sessions::table)
        .values((
            sessions::key_hash.eq(key_hash),
            sessions::user_id.eq(user),
            sessions::created_at.eq(tx.now),
            sessions::seen_at.eq(tx.now),
            sessions::expires_at.eq(tx.now + life),
            sessions::address.eq(&visitor.address),
            sessions::agent.eq(&visitor.agent),
            sessions::awaits_code.eq(awaits_code),
        ))
        .execute(tx.conn)
}

/// A session that may go on, and who acts in it: as they are now, not as they were when they signed in.
#[derive(Clone, Debug)]
pub struct Resumed {
    pub actor: Actor,
    pub seen_at: DateTime<Utc>,
    /// How many notices they have not read; [`MANY`] stands for all above.
    pub unread: i64,
    /// Why no mail is sent, if it is paused: administrators are told on every page.
    pub paused: Option<String>,
    /// Whether they have a second factor.
    pub has_second_factor: bool,
    /// Whether somebody else chose their password.
    pub password_given: bool,
}

/// Nobody counts further than this.
pub const MANY: i64 = 100;

type Row = (UserId, String, String, Theme, Vec<Role>, DateTime<Utc>, i64, Option<String>, Option<UserId>, bool);

/// The session of this key, unless it has ended or its account is disabled.
pub fn resume(conn: &mut PgConnection, key_hash: &KeyHash, now: DateTime<Utc>, lasts: Lifetime) -> QueryResult<Option<Resumed>> {
    let row: Option<Row> = sessions::table
        .inner_join(users::table)
        .left_join(second_factors::table.on(second_factors::user_id.eq(sessions::user_id)))
        .filter(sessions::key_hash.eq(key_hash))
        .filter(sessions::awaits_code.eq(false))
        .filter(sessions::expires_at.gt(now))
        .filter(sessions::created_at.gt(now - lasts.life))
        .filter(sessions::seen_at.gt(now - lasts.idle))
        .filter(users::disabled_at.is_null())
        .select((
            users::id,
            users::name,
            users::time_zone,
            users::theme,
            roles_array(),
            sessions::seen_at,
            unread(),
            pause::reason(),
            second_factors::user_id.nullable(),
            users::password_given,
        ))
        .first(conn)
        .optional()?;
    Ok(row.map(|(id, name, zone, theme, roles, seen_at, unread, paused, factor, password_given)| Resumed {
        actor: Actor { id, name, roles, zone: zone.parse().unwrap_or_default(), theme },
        seen_at,
        unread,
        paused,
        has_second_factor: factor.is_some(),
        password_given,
    }))
}

/// Whoever gave their password in the session of this key, and not yet the code: their id and address.
pub fn waiting(conn: &mut PgConnection, key_hash: &KeyHash, now: DateTime<Utc>) -> QueryResult<Option<(UserId, String)>> {
    sessions::table
        .inner_join(users::table)
        .filter(sessions::key_hash.eq(key_hash))
        .filter(sessions::awaits_code)
        .filter(sessions::expires_at.gt(now))
        .filter(users::disabled_at.is_null())
        .select((users::id, users::email))
        .first(conn)
        .optional()
}

/// How many notices the user in the row has not read, within the query that looks them up.
fn unread() -> SqlLiteral<BigInt> {
    sql("(SELECT count(*) FROM (SELECT FROM notices n WHERE n.user_id = users.id AND n.read_at IS NULL LIMIT 100) unread)")
}

/// Notes that the session is in use.
pub fn touch(tx: &mut Tx<'_>, key_hash: &KeyHash) -> QueryResult<usize> {
    diesel::update(sessions::table.filter(sessions::key_hash.eq(key_hash))).set(sessions::seen_at.eq(tx.now)).execute(tx.conn)
}

pub fn delete(tx: &mut Tx<'_>, key_hash: &KeyHash) -> QueryResult<usize> {
    diesel::delete(sessions::table.filter(sessions::key_hash.eq(key_hash))).execute(tx.conn)
}

/// Ends a user's sessions, all or all but one, and says how many.
pub fn delete_of(tx: &mut Tx<'_>, user: UserId, except: Option<&KeyHash>) -> QueryResult<usize> {
    let spared = except.cloned().unwrap_or_default();
    diesel::delete(sessions::table.filter(sessions::user_id.eq(user)).filter(sessions::key_hash.ne(spared))).execute(tx.conn)
}

/// Clears away what has ended by itself.
pub fn delete_ended(tx: &mut Tx<'_>, lasts: Lifetime) -> QueryResult<usize> {
    let ended = sessions::expires_at.le(tx.now).or(sessions::created_at.le(tx.now - lasts.life)).or(sessions::seen_at.le(tx.now - lasts.idle));
    diesel::delete(sessions::table.filter(ended)).execute(tx.conn)
}

/// A session as its owner sees it.
#[derive(Clone, Debug, HasQuery)]
#[diesel(table_name = sessions, check_for_backend(diesel::pg::Pg))]
pub struct Session {
    pub key_hash: KeyHash,
    pub created_at: DateTime<Utc>,
    pub seen_at: DateTime<Utc>,
    pub address: String,
    pub agent: String,
}

impl Session {
    /// Names it among its owner's without telling the hash.
    pub fn handle(&self) -> String {
        hex::encode(self.key_hash.iter().take(8).copied().collect::<Vec<u8>>())
    }
}

/// A user's sessions that still run, the last used first.
pub fn list(conn: &mut PgConnection, user: UserId, now: DateTime<Utc>, lasts: Lifetime) -> QueryResult<Vec<Session>> {
    Session::query()
        .filter(sessions::user_id.eq(user))
        .filter(sessions::awaits_code.eq(false))
        .filter(sessions::expires_at.gt(now))
        .filter(sessions::created_at.gt(now - lasts.life))
        .filter(sessions::seen_at.gt(now - lasts.idle))
        .order(sessions::seen_at.desc())
        .limit(100)
        .load(conn)
}
