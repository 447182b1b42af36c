//! Absences, and who stands in meanwhile.

use super::Tx;
use super::records::Record;
use super::schema::{approvals, delegations, notices, user_roles, users};
use super::users::Person;
use crate::domain::approvals::ApprovalState;
use crate::domain::delegations::Absence;
use crate::domain::ids::{ApprovalId, DelegationId, UserId};
use crate::domain::notices::Rule;
use crate::domain::people::Role;
use chrono::{DateTime, Duration, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use std::collections::BTreeMap;

#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = delegations, check_for_backend(diesel::pg::Pg))]
pub struct Delegation {
    pub id: DelegationId,
    pub user_id: UserId,
    pub substitute_id: Option<UserId>,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    pub note: String,
    pub ended_at: Option<DateTime<Utc>>,
}

impl Delegation {
    pub fn is_active(&self, now: &DateTime<Utc>) -> bool {
        self.ended_at.is_none() && self.starts_at <= *now && *now < self.ends_at
    }
}

/// An absence with the names of both.
#[derive(Debug, Clone)]
pub struct Listed {
    pub delegation: Delegation,
    pub name: String,
    pub substitute: Option<String>,
}

/// Somebody who is away now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Away {
    pub until: DateTime<Utc>,
    /// Who stands in, if somebody does who still may decide.
    pub substitute: Option<Person>,
}

/// Which of these, who may decide themselves, are away at that time.
pub fn away(conn: &mut PgConnection, people: &[UserId], now: DateTime<Utc>) -> QueryResult<BTreeMap<UserId, Away>> {
    if people.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows: Vec<(UserId, DateTime<Utc>, Option<UserId>)> = delegations::table
        .filter(delegations::user_id.eq_any(people))
        .filter(delegations::ended_at.is_null())
        .filter(delegations::starts_at.le(now))
        .filter(delegations::ends_at.gt(now))
        .select((delegations::user_id, delegations::ends_at, delegations::substitute_id))
        .load(conn)?;
    let named: Vec<UserId> = rows.iter().flat_map(|(user, _, substitute)| std::iter::once(*user).chain(*substitute)).collect();
    let able = able(conn, &named)?;
    let substitutes: Vec<UserId> = rows.iter().filter_map(|(.., substitute)| *substitute).collect();
    let gone = if substitutes.is_empty() { Vec::new() } else { gone(conn, &substitutes, now)? };
    // Who is away as well stands in for nobody.
    let person = |id: UserId| able.get(&id).filter(|_| !gone.contains(&id)).map(|name| Person { id, name: name.clone() });
    // Nobody decides in the place of somebody who may not.
    Ok(rows
        .into_iter()
        .filter(|(user, ..)| able.contains_key(user))
        .map(|(user, until, substitute)| (user, Away { until, substitute: substitute.and_then(person) }))
        .collect())
}

/// Who of these is away at that time, whatever they may.
fn gone(conn: &mut PgConnection, people: &[UserId], now: DateTime<Utc>) -> QueryResult<Vec<UserId>> {
    delegations::table
        .filter(delegations::user_id.eq_any(people))
        .filter(delegations::ended_at.is_null())
        .filter(delegations::starts_at.le(now))
        .filter(delegations::ends_at.gt(now))
        .select(delegations::user_id)
        .load(conn)
}

/// [`away`], as it is for one record: whoever owns or coordinates it does not stand in for anybody there, unless they may decide themselves.
pub fn away_from(conn: &mut PgConnection, record: &Record, own_may: bool, people: &[UserId], now: DateTime<Utc>) -> QueryResult<BTreeMap<UserId, Away>> {
    let mut away = away(conn, people, now)?;
    let own = |it: &Person| !own_may && record.is_run_by(it.id);
    for it in away.values_mut().filter(|it| it.substitute.as_ref().is_some_and(own)) {
        it.substitute = None;
    }
    Ok(away)
}

/// Who of these may decide, with their names: the account is open, and some role gives the right.
fn able(conn: &mut PgConnection, people: &[UserId]) -> QueryResult<BTreeMap<UserId, String>> {
    if people.is_empty() {
        return Ok(BTreeMap::new());
    }
    let may_decide = user_roles::table.filter(user_roles::role.ne(Role::Viewer)).select(user_roles::user_id);
    let able = users::table.filter(users::id.eq_any(people)).filter(users::disabled_at.is_null()).filter(users::id.eq_any(may_decide));
    Ok(able.select((users::id, users::name)).load::<(UserId, String)>(conn)?.into_iter().collect())
}

/// Who decides in the place of which of these at that time. Mails and deadlines go to both.
pub fn substitutes(conn: &mut PgConnection, people: &[UserId], now: DateTime<Utc>) -> QueryResult<BTreeMap<UserId, UserId>> {
    Ok(away(conn, people, now)?.into_iter().filter_map(|(user, away)| Some((user, away.substitute?.id))).collect())
}

/// Whether one stands in for the other at that time, and may.
pub fn stands_in(conn: &mut PgConnection, substitute: UserId, user: UserId, now: DateTime<Utc>) -> QueryResult<bool> {
    Ok(substitutes(conn, &[user], now)?.get(&user) == Some(&substitute))
}

/// For whom somebody stands in at that time.
pub fn stood_for(conn: &mut PgConnection, substitute: UserId, now: DateTime<Utc>) -> QueryResult<Vec<UserId>> {
    if !gone(conn, &[substitute], now)?.is_empty() {
        return Ok(Vec::new());
    }
    delegations::table
        .inner_join(users::table.on(users::id.eq(delegations::user_id)))
        .filter(delegations::substitute_id.eq(substitute))
        .filter(delegations::ended_at.is_null())
        .filter(delegations::starts_at.le(now))
        .filter(delegations::ends_at.gt(now))
        .filter(users::disabled_at.is_null())
        .filter(users::id.eq_any(user_roles::table.filter(user_roles::role.ne(Role::Viewer)).select(user_roles::user_id)))
        .select(delegations::user_id)
        .load(conn)
}

/// Awaited approvals of people who are away, of which whoever was named to stand in has not been told.
pub fn untold(conn: &mut PgConnection, now: DateTime<Utc>, limit: i64) -> QueryResult<Vec<ApprovalId>> {
    let told = notices::table
        .filter(notices::approval_id.eq(approvals::id.nullable()))
        .filter(notices::user_id.nullable().eq(delegations::substitute_id))
        .filter(notices::rule.eq(Rule::ApprovalAsked));
    delegations::table
        .inner_join(approvals::table.on(approvals::approver_id.eq(delegations::user_id)))
        .filter(delegations::ended_at.is_null())
        .filter(delegations::starts_at.le(now))
        .filter(delegations::ends_at.gt(now))
        .filter(delegations::substitute_id.is_not_null())
        .filter(approvals::state.eq(ApprovalState::Pending))
        .filter(diesel::dsl::not(diesel::dsl::exists(told)))
        .order(approvals::id)
        .limit(limit)
        .select(approvals::id)
        .load(conn)
}

/// Whose absences to list.
#[derive(Clone, Copy, Debug)]
pub enum Whose {
    Own(UserId),
    /// Those in which this person stands in.
    Substituted(UserId),
    /// Everybody's but this person's.
    Others(UserId),
}

/// Absences that are not over, or ended less than thirty days ago; the next one first.
pub fn list(conn: &mut PgConnection, whose: Whose, now: DateTime<Utc>) -> QueryResult<Vec<Listed>> {
    let other = diesel::alias!(users as other);
    let mut query = delegations::table
        .inner_join(users::table.on(users::id.eq(delegations::user_id)))
        .left_join(other.on(other.field(users::id).nullable().eq(delegations::substitute_id)))
        .select((Delegation::as_select(), users::name, other.field(users::name).nullable()))
        .order((delegations::starts_at, delegations::id))
        .limit(200)
        .into_boxed();
    let coming = delegations::ended_at.is_null().and(delegations::ends_at.gt(now));
    query = match whose {
        Whose::Own(user) => query.filter(delegations::user_id.eq(user)).filter(delegations::ends_at.gt(now - Duration::days(30))),
        Whose::Substituted(user) => query.filter(delegations::substitute_id.eq(user)).filter(coming),
        Whose::Others(user) => query.filter(delegations::user_id.ne(user)).filter(coming),
    };
    let rows: Vec<(Delegation, String, Option<String>)> = query.load(conn)?;
    Ok(rows.into_iter().map(|(delegation, name, substitute)| Listed { delegation, name, substitute }).collect())
}

/// When somebody is away from now on.
pub fn times(conn: &mut PgConnection, user: UserId, now: DateTime<Utc>) -> QueryResult<Vec<(DateTime<Utc>, DateTime<Utc>)>> {
    delegations::table
        .filter(delegations::user_id.eq(user))
        .filter(delegations::ended_at.is_null())
        .filter(delegations::ends_at.gt(now))
        .select((delegations::starts_at, delegations::ends_at))
        .load(conn)
}

pub fn insert(tx: &mut Tx<'_>, new: &Absence, note: &str) -> QueryResult<DelegationId> {
    diesel::insert_into(delegations::table)
        .values((
            delegations::user_id.eq(new.user),
            delegations::substitute_id.eq(new.substitute),
            delegations::starts_at.eq(new.starts_at),
            delegations::ends_at.eq(new.ends_at),
            delegations::note.eq(note),
            delegations::created_at.eq(tx.now),
            delegations::created_by.eq(tx.actor.id),
        ))
        .returning(delegations::id)
        .get_result(tx.conn)
}

pub fn lock(tx: &mut Tx<'_>, id: DelegationId) -> QueryResult<Delegation> {
    Delegation::query().filter(delegations::id.eq(id)).for_no_key_update().first(tx.conn)
}

pub fn end(tx: &mut Tx<'_>, id: DelegationId) -> QueryResult<()> {
    diesel::update(delegations::table.find(id)).set(delegations::ended_at.eq(tx.now)).execute(tx.conn)?;
    Ok(())
}
