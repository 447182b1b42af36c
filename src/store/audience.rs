//! Who is behind a task, an approval or a group: the people to tell.

use super::delegations;
use super::records::Record;
use super::schema::{approval_steps, approvals, group_members, groups, records, tasks, users};
use super::users::Person;
use crate::domain::approvals::ApprovalState;
use crate::domain::ids::{ApprovalId, GroupId, RecordId, TaskId, UserId};
use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;

/// Somebody whose answer an approval asks for, themselves or in another's place.
#[derive(Clone, Debug)]
pub struct Asked {
    pub approval: ApprovalId,
    pub user: UserId,
    pub state: ApprovalState,
    /// The approver they stand in for.
    pub stands_in_for: Option<String>,
    pub step: String,
    pub due_at: Option<DateTime<Utc>>,
    pub record: RecordId,
}

type AskedRow = (ApprovalId, ApprovalState, UserId, String, String, Option<DateTime<Utc>>, bool, Record);

/// The approvers of these approvals, and those who stand in for them at this moment: nobody who owns or coordinates the
/// record, unless the step lets them decide.
pub fn asked(conn: &mut PgConnection, ids: &[ApprovalId], now: DateTime<Utc>) -> QueryResult<Vec<Asked>> {
    let rows: Vec<AskedRow> = approvals::table
        .inner_join(approval_steps::table)
        .inner_join(records::table)
        .inner_join(users::table.on(users::id.eq(approvals::approver_id)))
        .filter(approvals::id.eq_any(ids))
        .order(approvals::id)
        .select((
            approvals::id,
            approvals::state,
            users::id,
            users::name,
            approval_steps::name,
            approval_steps::due_at,
            approval_steps::own_may_decide,
            Record::as_select(),
        ))
        .load(conn)?;
    let approvers: Vec<UserId> = rows.iter().map(|(_, _, user, ..)| *user).collect();
    let away = delegations::away(conn, &approvers, now)?;
    let mut asked: Vec<Asked> = Vec::with_capacity(rows.len());
    for (approval, state, user, name, step, due_at, own_may, record) in rows {
        let own = |it: &Person| !own_may && record.is_run_by(it.id);
        let substitute = away.get(&user).and_then(|it| it.substitute.as_ref()).filter(|it| !own(it));
        let substitute = substitute.map(|it| Asked { approval, user: it.id, state, stands_in_for: Some(name), step: step.clone(), due_at, record: record.id });
        asked.push(Asked { approval, user, state, stands_in_for: None, step, due_at, record: record.id });
        asked.extend(substitute);
    }
    Ok(asked)
}

/// The approval in whose place this one was asked.
pub fn replaced(conn: &mut PgConnection, id: ApprovalId) -> QueryResult<Option<ApprovalId>> {
    approvals::table.find(id).select(approvals::replaces_id).first(conn)
}

/// Somebody who does a task: its assignee, or without one each of its group.
#[derive(Clone, Debug)]
pub struct Doer {
    pub user: UserId,
    pub by_group: bool,
    pub task: TaskId,
    pub title: String,
    pub due_at: Option<DateTime<Utc>>,
}

type DoerRow = (TaskId, String, Option<DateTime<Utc>>, Option<UserId>, Option<UserId>);

pub fn doers(conn: &mut PgConnection, ids: &[TaskId]) -> QueryResult<Vec<Doer>> {
    let rows: Vec<DoerRow> = tasks::table
        .left_join(group_members::table.on(group_members::group_id.nullable().eq(tasks::group_id).and(tasks::assignee_id.is_null())))
        .filter(tasks::id.eq_any(ids))
        .order((tasks::due_at.asc().nulls_last(), tasks::id))
        .select((tasks::id, tasks::title, tasks::due_at, tasks::assignee_id, group_members::user_id.nullable()))
        .load(conn)?;
    let doer = |(task, title, due_at, assignee, member): DoerRow| Some(Doer { user: assignee.or(member)?, by_group: assignee.is_none(), task, title, due_at });
    Ok(rows.into_iter().filter_map(doer).collect())
}

/// The members of the group with this key.
pub fn members(conn: &mut PgConnection, key: &str) -> QueryResult<Vec<UserId>> {
    group_members::table.inner_join(groups::table).filter(groups::key.eq(key)).select(group_members::user_id).load(conn)
}

/// Who is in the groups with these keys or ids.
pub fn members_of_all(conn: &mut PgConnection, keys: &[&str], ids: &[GroupId]) -> QueryResult<Vec<(GroupId, String, UserId)>> {
    group_members::table
        .inner_join(groups::table)
        .filter(groups::key.eq_any(keys).or(groups::id.eq_any(ids)))
        .select((groups::id, groups::key, group_members::user_id))
        .load(conn)
}

/// In which zone these people read times.
pub fn zones(conn: &mut PgConnection, people: &[UserId]) -> QueryResult<std::collections::BTreeMap<UserId, chrono_tz::Tz>> {
    let rows: Vec<(UserId, String)> = users::table.filter(users::id.eq_any(people)).select((users::id, users::time_zone)).load(conn)?;
    Ok(rows.into_iter().map(|(user, zone)| (user, zone.parse().unwrap_or_default())).collect())
}

/// What these people are called.
pub fn names(conn: &mut PgConnection, people: &[UserId]) -> QueryResult<std::collections::BTreeMap<UserId, String>> {
    let rows: Vec<(UserId, String)> = users::table.filter(users::id.eq_any(people)).select((users::id, users::name)).load(conn)?;
    Ok(rows.into_iter().collect())
}
