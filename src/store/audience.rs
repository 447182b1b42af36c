//! Who is behind a task, an approval or a group: the people to tell.

use super::schema::{approval_steps, approvals, delegations, group_members, groups, records, tasks, users};
use crate::domain::approvals::ApprovalState;
use crate::domain::ids::{ApprovalId, GroupId, TaskId, UserId};
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
}

type AskedRow = (ApprovalId, ApprovalState, UserId, String, Option<UserId>, String, Option<DateTime<Utc>>);

/// The approvers of these approvals, and those who stand in for them at this moment: never who owns or coordinates the record.
pub fn asked(conn: &mut PgConnection, ids: &[ApprovalId], now: DateTime<Utc>) -> QueryResult<Vec<Asked>> {
    let stand_ins = delegations::user_id
        .eq(approvals::approver_id)
        .and(delegations::ended_at.is_null())
        .and(delegations::starts_at.le(now))
        .and(delegations::ends_at.gt(now))
        .and(delegations::substitute_id.is_not_null())
        .and(delegations::substitute_id.is_distinct_from(records::owner_id.nullable()))
        .and(delegations::substitute_id.is_distinct_from(records::coordinator_id));
    let rows: Vec<AskedRow> = approvals::table
        .inner_join(approval_steps::table)
        .inner_join(records::table)
        .inner_join(users::table.on(users::id.eq(approvals::approver_id)))
        .left_join(delegations::table.on(stand_ins))
        .filter(approvals::id.eq_any(ids))
        .order(approvals::id)
        .select((approvals::id, approvals::state, users::id, users::name, delegations::substitute_id.nullable(), approval_steps::name, approval_steps::due_at))
        .load(conn)?;
    let mut asked: Vec<Asked> = Vec::with_capacity(rows.len());
    for (approval, state, user, name, substitute, step, due_at) in rows {
        let known = asked.iter().any(|it| it.approval == approval && it.user == user);
        let themselves = (!known).then(|| Asked { approval, user, state, stands_in_for: None, step: step.clone(), due_at });
        let substitute = substitute.map(|user| Asked { approval, user, state, stands_in_for: Some(name), step, due_at });
        asked.extend(themselves.into_iter().chain(substitute));
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
