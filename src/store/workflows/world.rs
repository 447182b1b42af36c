//! What workflows are judged against: groups, people, and how far RFCs come.

use crate::domain::ids::{SLIPWAY, UserId, WorkflowId};
use crate::domain::people::Role;
use crate::domain::records::{Milestone, RecordKind};
use crate::domain::workflows::world::{Group, Person, World};
use crate::store::schema::{categories, group_members, groups, user_roles, users, workflows};
use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// The installation as a workflow of this kind meets it, in five queries.
pub fn load(conn: &mut PgConnection, kind: RecordKind) -> QueryResult<World> {
    let self_approval = crate::store::policies::current(conn)?.self_approval;
    Ok(World { kind, groups: groups(conn)?, people: people(conn)?, milestones: milestones(conn)?, self_approval })
}

fn groups(conn: &mut PgConnection) -> QueryResult<BTreeMap<String, Group>> {
    let names: Vec<(String, String)> = groups::table.select((groups::key, groups::name)).load(conn)?;
    let mut found: BTreeMap<String, Group> = names.into_iter().map(|(key, name)| (key, Group { name, members: BTreeSet::new() })).collect();
    let members: Vec<(String, UserId)> = group_members::table.inner_join(groups::table).select((groups::key, group_members::user_id)).load(conn)?;
    for (key, member) in members {
        if let Some(group) = found.get_mut(&key) {
            group.members.insert(member);
        }
    }
    Ok(found)
}

fn people(conn: &mut PgConnection) -> QueryResult<BTreeMap<UserId, Person>> {
    let rows: Vec<(UserId, String, Option<DateTime<Utc>>)> =
        users::table.filter(users::id.ne(SLIPWAY)).select((users::id, users::name, users::disabled_at)).load(conn)?;
    let person = |name, disabled_at: Option<DateTime<Utc>>| Person { name, roles: BTreeSet::new(), active: disabled_at.is_none() };
    let mut found: BTreeMap<UserId, Person> = rows.into_iter().map(|(id, name, disabled_at)| (id, person(name, disabled_at))).collect();
    let roles: Vec<(UserId, Role)> = user_roles::table.select((user_roles::user_id, user_roles::role)).load(conn)?;
    for (user, role) in roles {
        if let Some(person) = found.get_mut(&user) {
            person.roles.insert(role);
        }
    }
    Ok(found)
}

/// Of the phases of all workflows that a new RFC can follow.
fn milestones(conn: &mut PgConnection) -> QueryResult<BTreeSet<Milestone>> {
    let followed: Vec<WorkflowId> = categories::table
        .filter(categories::record_kind.eq(RecordKind::Change))
        .filter(categories::retired_at.is_null())
        .select(categories::workflow_id)
        .load(conn)?;
    let definitions: Vec<serde_json::Value> = workflows::table.filter(workflows::id.eq_any(followed)).select(workflows::definition).load(conn)?;
    let mut found = BTreeSet::new();
    for definition in definitions {
        found.extend(super::parse(definition)?.phases.into_iter().map(|it| it.milestone));
    }
    Ok(found)
}
