//! Second factors' rows: what the codes are made of, sealed, and the hashes of recovery codes.

use super::Tx;
use super::schema::{recovery_codes, second_factors};
use crate::domain::ids::UserId;
use crate::domain::second_factor::Guard;
use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;

#[derive(Clone, Debug, HasQuery)]
#[diesel(table_name = second_factors, check_for_backend(diesel::pg::Pg))]
pub struct SecondFactor {
    pub user_id: UserId,
    pub sealed: Vec<u8>,
    /// Of the last code that was taken.
    pub last_step: i64,
    pub wrong_codes: i32,
    pub locked_until: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
}

impl SecondFactor {
    pub fn guard(&self) -> Guard {
        Guard { wrong_codes: self.wrong_codes, locked_until: self.locked_until }
    }
}

pub fn find(conn: &mut PgConnection, user: UserId) -> QueryResult<Option<SecondFactor>> {
    SecondFactor::query().filter(second_factors::user_id.eq(user)).first(conn).optional()
}

/// One that nobody else uses or changes until the transaction ends.
pub fn lock(tx: &mut Tx<'_>, user: UserId) -> QueryResult<Option<SecondFactor>> {
    SecondFactor::query().filter(second_factors::user_id.eq(user)).for_no_key_update().first(tx.conn).optional()
}

/// `step`: of the code by which it was confirmed.
pub fn insert(tx: &mut Tx<'_>, user: UserId, sealed: &[u8], step: i64) -> QueryResult<usize> {
    diesel::insert_into(second_factors::table)
        .values((
            second_factors::user_id.eq(user),
            second_factors::sealed.eq(sealed),
            second_factors::last_step.eq(step),
            second_factors::created_at.eq(tx.now),
        ))
        .execute(tx.conn)
}

/// Notes that a code of this step was taken. Wrong ones before it are forgotten.
pub fn take(tx: &mut Tx<'_>, user: UserId, step: i64) -> QueryResult<usize> {
    diesel::update(second_factors::table.filter(second_factors::user_id.eq(user)))
        .set((second_factors::last_step.eq(step), second_factors::wrong_codes.eq(0), second_factors::locked_until.eq(None::<DateTime<Utc>>)))
        .execute(tx.conn)
}

pub fn set_guard(tx: &mut Tx<'_>, user: UserId, guard: Guard) -> QueryResult<usize> {
    diesel::update(second_factors::table.filter(second_factors::user_id.eq(user)))
        .set((second_factors::wrong_codes.eq(guard.wrong_codes), second_factors::locked_until.eq(guard.locked_until)))
        .execute(tx.conn)
}

/// Takes it away with its recovery codes, and says whether there was one.
pub fn delete(tx: &mut Tx<'_>, user: UserId) -> QueryResult<bool> {
    diesel::delete(recovery_codes::table.filter(recovery_codes::user_id.eq(user))).execute(tx.conn)?;
    let gone = diesel::delete(second_factors::table.filter(second_factors::user_id.eq(user))).execute(tx.conn)?;
    Ok(gone > 0)
}

/// Puts these in the place of all recovery codes.
pub fn replace_recovery(tx: &mut Tx<'_>, user: UserId, hashes: &[Vec<u8>]) -> QueryResult<usize> {
    diesel::delete(recovery_codes::table.filter(recovery_codes::user_id.eq(user))).execute(tx.conn)?;
    let rows: Vec<_> = hashes.iter().map(|it| (recovery_codes::user_id.eq(user), recovery_codes::code_hash.eq(it))).collect();
    diesel::insert_into(recovery_codes::table).values(rows).execute(tx.conn)
}

/// Uses a recovery code up; whether there was one of this hash.
pub fn use_recovery(tx: &mut Tx<'_>, user: UserId, hash: &[u8]) -> QueryResult<bool> {
    let unused = recovery_codes::table.find((user, hash)).filter(recovery_codes::used_at.is_null());
    let used = diesel::update(unused).set(recovery_codes::used_at.eq(tx.now)).execute(tx.conn)?;
    Ok(used > 0)
}

/// How many recovery codes are left.
pub fn recovery_left(conn: &mut PgConnection, user: UserId) -> QueryResult<i64> {
    recovery_codes::table.filter(recovery_codes::user_id.eq(user)).filter(recovery_codes::used_at.is_null()).count().get_result(conn)
}
