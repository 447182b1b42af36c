//! How people want to be told.

use super::Tx;
use super::schema::{notice_preferences, users};
use crate::domain::ids::UserId;
use crate::domain::notices::{Delivery, Rule};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use std::collections::BTreeMap;

/// What these people wish for each rule, where they said so.
pub fn of(conn: &mut PgConnection, people: &[UserId]) -> QueryResult<BTreeMap<(UserId, Rule), Delivery>> {
    let rows: Vec<(UserId, Rule, Delivery)> = notice_preferences::table
        .filter(notice_preferences::user_id.eq_any(people))
        .select((notice_preferences::user_id, notice_preferences::rule, notice_preferences::delivery))
        .load(conn)?;
    Ok(rows.into_iter().map(|(user, rule, delivery)| ((user, rule), delivery)).collect())
}

/// How somebody is told by this rule.
pub fn delivery(wishes: &BTreeMap<(UserId, Rule), Delivery>, user: UserId, rule: Rule) -> Delivery {
    match wishes.get(&(user, rule)) {
        Some(wish) if rule.may_be_muted() => *wish,
        Some(_) | None => Delivery::AtOnce,
    }
}

/// Keeps these wishes; returns whether any is new.
pub fn set(tx: &mut Tx<'_>, user: UserId, wishes: &[(Rule, Delivery)]) -> QueryResult<bool> {
    let before = of(tx.conn, &[user])?;
    let changed: Vec<_> = wishes.iter().filter(|(rule, wish)| delivery(&before, user, *rule) != *wish).collect();
    for (rule, wish) in &changed {
        diesel::insert_into(notice_preferences::table)
            .values((notice_preferences::user_id.eq(user), notice_preferences::rule.eq(rule), notice_preferences::delivery.eq(wish)))
            .on_conflict((notice_preferences::user_id, notice_preferences::rule))
            .do_update()
            .set(notice_preferences::delivery.eq(wish))
            .execute(tx.conn)?;
    }
    Ok(!changed.is_empty())
}

/// The hour of the day at which somebody's digest leaves.
pub fn digest_hour(conn: &mut PgConnection, user: UserId) -> QueryResult<i32> {
    users::table.find(user).select(users::digest_hour).first(conn)
}

pub fn set_digest_hour(tx: &mut Tx<'_>, user: UserId, hour: i32) -> QueryResult<()> {
    diesel::update(users::table.find(user)).set(users::digest_hour.eq(hour)).execute(tx.conn)?;
    Ok(())
}
