//! Groups' rows, and who is in them.

use super::Tx;
use super::schema::{group_members, groups, users};
use crate::domain::ids::{CalendarId, GroupId, UserId};
use diesel::dsl::count_star;
use diesel::pg::PgConnection;
use diesel::prelude::*;

#[derive(Clone, Debug, HasQuery)]
#[diesel(table_name = groups, check_for_backend(diesel::pg::Pg))]
pub struct Group {
    pub id: GroupId,
    pub key: String,
    pub name: String,
    pub description: String,
    pub version: i32,
    /// In which it works; the default one if empty.
    pub calendar_id: Option<CalendarId>,
}

/// Somebody in a group; a disabled account stays in it, but is asked for nothing.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Member {
    pub id: UserId,
    pub name: String,
}

pub fn list(conn: &mut PgConnection) -> QueryResult<Vec<Group>> {
    Group::query().order(groups::name).load(conn)
}

/// How many are in each group that anybody is in.
pub fn sizes(conn: &mut PgConnection) -> QueryResult<Vec<(GroupId, i64)>> {
    group_members::table.group_by(group_members::group_id).select((group_members::group_id, count_star())).load(conn)
}

pub fn find(conn: &mut PgConnection, id: GroupId) -> QueryResult<Group> {
    Group::query().filter(groups::id.eq(id)).first(conn)
}

/// A group that nobody else may change until the transaction ends.
pub fn lock(tx: &mut Tx<'_>, id: GroupId) -> QueryResult<Group> {
    Group::query().filter(groups::id.eq(id)).for_no_key_update().first(tx.conn)
}

pub fn members(conn: &mut PgConnection, id: GroupId) -> QueryResult<Vec<Member>> {
    group_members::table
        .inner_join(users::table)
        .filter(group_members::group_id.eq(id))
        .order((users::name, users::id))
        .select((users::id, users::name))
        .load(conn)
}

pub fn keys(tx: &mut Tx<'_>) -> QueryResult<Vec<String>> {
    groups::table.select(groups::key).load(tx.conn)
}

pub fn insert(tx: &mut Tx<'_>, key: &str, name: &str, description: &str) -> QueryResult<GroupId> {
    diesel::insert_into(groups::table)
        .values((groups::key.eq(key), groups::name.eq(name), groups::description.eq(description)))
        .returning(groups::id)
        .get_result(tx.conn)
}

pub fn update(tx: &mut Tx<'_>, id: GroupId, name: &str, description: &str) -> QueryResult<usize> {
    diesel::update(groups::table.filter(groups::id.eq(id)))
        .set((groups::name.eq(name), groups::description.eq(description), groups::version.eq(groups::version + 1)))
        .execute(tx.conn)
}

/// Says in which calendar the group works; none is the default one.
pub fn set_calendar(tx: &mut Tx<'_>, id: GroupId, calendar: Option<CalendarId>) -> QueryResult<()> {
    diesel::update(groups::table.find(id)).set(groups::calendar_id.eq(calendar)).execute(tx.conn)?;
    Ok(())
}

/// Makes these the members of the group.
pub fn set_members(tx: &mut Tx<'_>, id: GroupId, members: &[UserId]) -> QueryResult<()> {
    let those = group_members::table.filter(group_members::group_id.eq(id)).filter(group_members::user_id.ne_all(members));
    diesel::delete(those).execute(tx.conn)?;
    let rows: Vec<_> = members.iter().map(|user| (group_members::group_id.eq(id), group_members::user_id.eq(*user))).collect();
    diesel::insert_into(group_members::table).values(rows).on_conflict_do_nothing().execute(tx.conn)?;
    Ok(())
}
