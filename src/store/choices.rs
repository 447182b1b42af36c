//! What forms let one choose from.

use super::schema::{group_members, groups, user_roles, users};
use crate::domain::ids::{GroupId, SLIPWAY, UserId};
use crate::domain::people::Role;
use crate::domain::workflows::Approvers;
use crate::store::users::Person;
use diesel::pg::PgConnection;
use diesel::prelude::*;

/// Every group, by name.
pub fn groups(conn: &mut PgConnection) -> QueryResult<Vec<(GroupId, String)>> {
    groups::table.order(groups::name).select((groups::id, groups::name)).load(conn)
}

/// The groups that somebody belongs to.
pub fn groups_of(conn: &mut PgConnection, user: UserId) -> QueryResult<Vec<GroupId>> {
    group_members::table.filter(group_members::user_id.eq(user)).select(group_members::group_id).load(conn)
}

pub fn group_by_key(conn: &mut PgConnection, key: &str) -> QueryResult<Option<GroupId>> {
    groups::table.filter(groups::key.eq(key)).select(groups::id).first(conn).optional()
}

/// Everybody who may decide, by name.
pub fn deciders(conn: &mut PgConnection) -> QueryResult<Vec<Person>> {
    let may_decide = user_roles::table.filter(user_roles::role.ne(Role::Viewer)).select(user_roles::user_id);
    let people = users::table.filter(users::disabled_at.is_null()).filter(users::id.ne(SLIPWAY)).filter(users::id.eq_any(may_decide));
    people.order(users::name).select((users::id, users::name)).load(conn)
}

/// The people that an approval step asks, by name, each with the right to decide; and what they are asked as.
pub fn approvers(conn: &mut PgConnection, who: &Approvers) -> QueryResult<(String, Vec<Person>)> {
    let people = users::table.filter(users::disabled_at.is_null()).order(users::name).select((users::id, users::name)).into_boxed();
    let may_decide = user_roles::table.filter(user_roles::role.ne(Role::Viewer)).select(user_roles::user_id);
    let people = people.filter(users::id.eq_any(may_decide));
    match who {
        Approvers::Group(key) => {
            let name: Option<String> = groups::table.filter(groups::key.eq(key)).select(groups::name).first(conn).optional()?;
            let members = group_members::table.inner_join(groups::table).filter(groups::key.eq(key)).select(group_members::user_id);
            Ok((name.unwrap_or_else(|| key.clone()), people.filter(users::id.eq_any(members)).load(conn)?))
        }
        Approvers::Role(role) => {
            let holders = user_roles::table.filter(user_roles::role.eq(*role)).select(user_roles::user_id);
            Ok((role.label().to_owned(), people.filter(users::id.eq_any(holders)).load(conn)?))
        }
        Approvers::Users(ids) => Ok(("named".to_owned(), people.filter(users::id.eq_any(ids.clone())).load(conn)?)),
    }
}
