//! People's rows.

use super::Tx;
use super::schema::{user_roles, users};
use crate::domain::ids::{SLIPWAY, UserId};
use crate::domain::people::{Actor, Role, Theme};
use chrono::{DateTime, Utc};
use diesel::dsl::sql;
use diesel::expression::SqlLiteral;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Array, Text};

/// A person, for pickers and beside records.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Person {
    pub id: UserId,
    pub name: String,
}

/// Everybody who can be chosen for something, by name.
pub fn people(conn: &mut PgConnection) -> QueryResult<Vec<Person>> {
    users::table.filter(users::disabled_at.is_null()).filter(users::id.ne(SLIPWAY)).order(users::name).select((users::id, users::name)).load(conn)
}

/// Everybody's name, closed accounts included.
pub fn names(conn: &mut PgConnection) -> QueryResult<Vec<Person>> {
    users::table.order(users::name).select((users::id, users::name)).load(conn)
}

/// The name of somebody who can be chosen.
pub fn active_name(conn: &mut PgConnection, id: UserId) -> QueryResult<Option<String>> {
    users::table.filter(users::id.eq(id)).filter(users::disabled_at.is_null()).select(users::name).first(conn).optional()
}

/// A user with everything an administrator sees.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = users, check_for_backend(diesel::pg::Pg))]
pub struct User {
    pub id: UserId,
    pub email: String,
    pub name: String,
    pub password_hash: Option<String>,
    pub time_zone: String,
    pub theme: Theme,
    pub disabled_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub version: i32,
}

pub fn find(conn: &mut PgConnection, id: UserId) -> QueryResult<User> {
    User::query().filter(users::id.eq(id)).filter(users::id.ne(SLIPWAY)).first(conn)
}

pub fn find_by_email(conn: &mut PgConnection, email: &str) -> QueryResult<Option<User>> {
    User::query().filter(users::email.eq(email)).filter(users::id.ne(SLIPWAY)).first(conn).optional()
}

/// A user whom nobody else may change until the transaction ends.
pub fn lock(tx: &mut Tx<'_>, id: UserId) -> QueryResult<User> {
    User::query().filter(users::id.eq(id)).filter(users::id.ne(SLIPWAY)).for_no_key_update().first(tx.conn)
}

/// Whether there is anybody besides Slipway itself.
pub fn exist(conn: &mut PgConnection) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(users::table.filter(users::id.ne(SLIPWAY)))).get_result(conn)
}

/// Everybody active who has this role.
pub fn holders(conn: &mut PgConnection, role: Role) -> QueryResult<Vec<UserId>> {
    users::table
        .inner_join(user_roles::table)
        .filter(user_roles::role.eq(role))
        .filter(users::disabled_at.is_null())
        .order(users::id)
        .select(users::id)
        .load(conn)
}

/// The active administrators, who stay what they are until the transaction ends.
pub fn lock_administrators(tx: &mut Tx<'_>) -> QueryResult<Vec<UserId>> {
    users::table
        .inner_join(user_roles::table)
        .filter(user_roles::role.eq(Role::Administrator))
        .filter(users::disabled_at.is_null())
        .filter(users::id.ne(SLIPWAY))
        .order(users::id)
        .select(users::id)
        .for_no_key_update()
        .load(tx.conn)
}

/// A user in the list: with their roles.
#[derive(Debug, Clone)]
pub struct Listed {
    pub user: User,
    pub roles: Vec<Role>,
}

/// Users whose name or address holds this text, by name.
pub fn list(conn: &mut PgConnection, text: &str, limit: i64) -> QueryResult<Vec<Listed>> {
    let pattern = format!("%{}%", text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"));
    let rows: Vec<(User, Vec<Role>)> = users::table
        .filter(users::id.ne(SLIPWAY))
        .filter(users::name.ilike(pattern.clone()).or(users::email.ilike(pattern)))
        .order((users::disabled_at.is_not_null(), users::name, users::id))
        .limit(limit)
        .select((User::as_select(), roles_array()))
        .load(conn)?;
    Ok(rows.into_iter().map(|(user, roles)| Listed { user, roles }).collect())
}

pub fn roles(conn: &mut PgConnection, id: UserId) -> QueryResult<Vec<Role>> {
    user_roles::table.filter(user_roles::user_id.eq(id)).order(user_roles::role).select(user_roles::role).load(conn)
}

pub struct NewUser<'a> {
    pub email: &'a str,
    pub name: &'a str,
    pub password_hash: Option<&'a str>,
    pub time_zone: &'a str,
    pub roles: &'a [Role],
}

pub fn insert(tx: &mut Tx<'_>, new: &NewUser<'_>) -> QueryResult<UserId> {
    let id: UserId = diesel::insert_into(users::table)
        .values((
            users::email.eq(new.email),
            users::name.eq(new.name),
            users::password_hash.eq(new.password_hash),
            users::time_zone.eq(new.time_zone),
            users::created_at.eq(tx.now),
        ))
        .returning(users::id)
        .get_result(tx.conn)?;
    set_roles(tx, id, new.roles)?;
    Ok(id)
}

/// What can be changed of a user's row, roles and password apart.
pub struct Edited<'a> {
    pub name: &'a str,
    pub email: &'a str,
    pub time_zone: &'a str,
    pub theme: Theme,
}

pub fn update(tx: &mut Tx<'_>, id: UserId, edited: &Edited<'_>) -> QueryResult<usize> {
    diesel::update(users::table.filter(users::id.eq(id)))
        .set((
            users::name.eq(edited.name),
            users::email.eq(edited.email),
            users::time_zone.eq(edited.time_zone),
            users::theme.eq(edited.theme),
            users::version.eq(users::version + 1),
        ))
        .execute(tx.conn)
}

pub fn set_password(tx: &mut Tx<'_>, id: UserId, hash: &str) -> QueryResult<usize> {
    diesel::update(users::table.filter(users::id.eq(id))).set(users::password_hash.eq(hash)).execute(tx.conn)
}

/// Notes whether somebody else chose the password.
pub fn set_password_given(tx: &mut Tx<'_>, id: UserId, given: bool) -> QueryResult<usize> {
    diesel::update(users::table.filter(users::id.eq(id))).set(users::password_given.eq(given)).execute(tx.conn)
}

pub fn set_disabled(tx: &mut Tx<'_>, id: UserId, at: Option<DateTime<Utc>>) -> QueryResult<usize> {
    diesel::update(users::table.filter(users::id.eq(id))).set((users::disabled_at.eq(at), users::version.eq(users::version + 1))).execute(tx.conn)
}

/// Makes these the user's roles. Those that stay keep their row, which somebody may hold locked.
pub fn set_roles(tx: &mut Tx<'_>, id: UserId, roles: &[Role]) -> QueryResult<()> {
    diesel::delete(user_roles::table.filter(user_roles::user_id.eq(id)).filter(user_roles::role.ne_all(roles))).execute(tx.conn)?;
    let rows: Vec<_> = roles.iter().map(|role| (user_roles::user_id.eq(id), user_roles::role.eq(*role))).collect();
    diesel::insert_into(user_roles::table).values(rows).on_conflict_do_nothing().execute(tx.conn)?;
    Ok(())
}

/// The roles of the user in the row, for a query over `users`.
pub(super) fn roles_array() -> SqlLiteral<Array<Text>> {
    sql("ARRAY(SELECT role FROM user_roles r WHERE r.user_id = users.id ORDER BY role)")
}

/// Whoever acts as this user, unless the account is disabled.
pub fn actor(conn: &mut PgConnection, id: UserId) -> QueryResult<Option<Actor>> {
    let row: Option<(String, String, Theme, Vec<Role>)> = users::table
        .filter(users::id.eq(id))
        .filter(users::disabled_at.is_null())
        .select((users::name, users::time_zone, users::theme, roles_array()))
        .first(conn)
        .optional()?;
    Ok(row.map(|(name, zone, theme, roles)| Actor { id, name, roles, zone: zone.parse().unwrap_or_default(), theme }))
}
