//! How people want to be told.

use super::Tx;
use super::schema::{notice_preferences, users};
use crate::domain::ids::UserId;
use crate::domain::notices::{Delivery, Rule};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use std::collections::BTreeMap;

/// How some people want to be told; who is not in here, or whose account is disabled, is told nothing.
#[derive(Clone, Debug, Default)]
pub struct Wishes(BTreeMap<UserId, (String, BTreeMap<Rule, Delivery>)>);

impl Wishes {
    /// How this person is told by this rule.
    pub fn of(&self, user: UserId, rule: Rule) -> Option<Delivery> {
        let (_, wishes) = self.0.get(&user)?;
        match wishes.get(&rule) {
            Some(wish) if rule.may_be_muted() => Some(*wish),
            Some(_) => Some(Delivery::AtOnce),
            None => Some(rule.usual_delivery()),
        }
    }

    /// Where this person's mail goes.
    pub fn address(&self, user: UserId) -> Option<&str> {
        self.0.get(&user).map(|(address, _)| address.as_str())
    }
}

/// The wishes of those of these people who are active, in one query.
pub fn of_active(conn: &mut PgConnection, people: &[UserId]) -> QueryResult<Wishes> {
    let rows: Vec<(UserId, String, Option<Rule>, Option<Delivery>)> = users::table
        .left_join(notice_preferences::table)
        .filter(users::id.eq_any(people))
        .filter(users::disabled_at.is_null())
        .select((users::id, users::email, notice_preferences::rule.nullable(), notice_preferences::delivery.nullable()))
        .load(conn)?;
    let mut wishes = Wishes::default();
    for (user, address, rule, delivery) in rows {
        let (_, known) = wishes.0.entry(user).or_insert_with(|| (address, BTreeMap::new()));
        known.extend(rule.zip(delivery));
    }
    Ok(wishes)
}

/// Keeps these wishes; returns whether any is new.
pub fn set(tx: &mut Tx<'_>, user: UserId, wishes: &[(Rule, Delivery)]) -> QueryResult<bool> {
    let before = of_active(tx.conn, &[user])?;
    let changed: Vec<_> = wishes.iter().filter(|(rule, wish)| before.of(user, *rule) != Some(*wish)).collect();
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
