//! Handovers of support, and the checklists that go before them.

pub mod items;

use super::Tx;
use super::early_life::issues::{self, Issue};
use super::early_life::known_errors::{self, KnownError};
use super::records::Record;
use super::schema::{early_life_plans, early_life_team, group_members, groups, handovers, records, user_roles, users};
use super::users::Person;
use crate::domain::early_life::IssueState;
use crate::domain::handovers::HandoverState;
use crate::domain::ids::{GroupId, HandoverId, RecordId, UserId};
use crate::domain::people::Role;
use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use std::collections::BTreeMap;

#[derive(Clone, Debug, HasQuery)]
#[diesel(table_name = handovers, check_for_backend(diesel::pg::Pg))]
pub struct Handover {
    pub id: HandoverId,
    pub record_id: RecordId,
    pub visit: i32,
    pub group_id: GroupId,
    pub state: HandoverState,
    pub note: String,
    pub asked_at: DateTime<Utc>,
    pub asked_by: UserId,
    pub settled_at: Option<DateTime<Utc>>,
    pub settled_by: Option<UserId>,
    pub by_link: bool,
    pub answer: String,
    /// What was taken over, a line each.
    pub taken: String,
}

impl Handover {
    pub fn is_asked(&self) -> bool {
        self.state == HandoverState::Asked
    }
}

/// A handover with the names in it.
#[derive(Clone, Debug)]
pub struct Named {
    pub handover: Handover,
    pub group: String,
    pub asked_by: String,
    pub settled_by: Option<String>,
}

type Row = (Handover, String, String, Option<String>);

fn named((handover, group, asked_by, settled_by): Row) -> Named {
    Named { handover, group, asked_by, settled_by }
}

macro_rules! all {
    ($($only:expr)?) => {{
        let (asker, settler) = diesel::alias!(users as asker, users as settler);
        handovers::table
            .inner_join(groups::table)
            .inner_join(asker.on(asker.field(users::id).eq(handovers::asked_by)))
            .left_join(settler.on(settler.field(users::id).nullable().eq(handovers::settled_by)))
            .select((Handover::as_select(), groups::name, asker.field(users::name), settler.field(users::name).nullable()))
            $(.filter($only))?
    }};
}

/// What was asked of a record, the newest first.
pub fn of_record(conn: &mut PgConnection, record: RecordId) -> QueryResult<Vec<Named>> {
    let rows: Vec<Row> = all!(handovers::record_id.eq(record)).order(handovers::id.desc()).limit(50).load(conn)?;
    Ok(rows.into_iter().map(named).collect())
}

/// What was asked last in this visit of the phase.
pub fn of_visit(conn: &mut PgConnection, record: RecordId, visit: i32) -> QueryResult<Option<Named>> {
    let of_visit = handovers::record_id.eq(record).and(handovers::visit.eq(visit));
    let row: Option<Row> = all!(of_visit).order(handovers::id.desc()).first(conn).optional()?;
    Ok(row.map(named))
}

pub fn find(conn: &mut PgConnection, id: HandoverId) -> QueryResult<Named> {
    let row: Row = all!(handovers::id.eq(id)).first(conn)?;
    Ok(named(row))
}

pub struct NewHandover<'a> {
    pub record: RecordId,
    pub visit: i32,
    pub group: GroupId,
    pub note: &'a str,
}

pub fn insert(tx: &mut Tx<'_>, new: &NewHandover<'_>) -> QueryResult<HandoverId> {
    diesel::insert_into(handovers::table)
        .values((
            handovers::record_id.eq(new.record),
            handovers::visit.eq(new.visit),
            handovers::group_id.eq(new.group),
            handovers::state.eq(HandoverState::Asked),
            handovers::note.eq(new.note),
            handovers::asked_at.eq(tx.now),
            handovers::asked_by.eq(tx.actor.id),
        ))
        .returning(handovers::id)
        .get_result(tx.conn)
}

/// Ends what was asked: by an answer, or because it was withdrawn.
pub fn settle(tx: &mut Tx<'_>, id: HandoverId, state: HandoverState, answer: &str, by_link: bool) -> QueryResult<()> {
    diesel::update(handovers::table.find(id))
        .set((
            handovers::state.eq(state),
            handovers::answer.eq(answer),
            handovers::by_link.eq(by_link),
            handovers::settled_at.eq(tx.now),
            handovers::settled_by.eq(tx.actor.id),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// What whoever accepted was shown, a line each.
pub fn set_taken(tx: &mut Tx<'_>, id: HandoverId, taken: &str) -> QueryResult<()> {
    diesel::update(handovers::table.find(id)).set(handovers::taken.eq(taken)).execute(tx.conn)?;
    Ok(())
}

/// How these stand.
pub fn states(conn: &mut PgConnection, ids: &[HandoverId]) -> QueryResult<BTreeMap<HandoverId, HandoverState>> {
    let rows: Vec<(HandoverId, HandoverState)> = handovers::table.filter(handovers::id.eq_any(ids)).select((handovers::id, handovers::state)).load(conn)?;
    Ok(rows.into_iter().collect())
}

/// Those of a group whose account is open and who may decide, by name.
pub fn receivers(conn: &mut PgConnection, group: GroupId) -> QueryResult<Vec<Person>> {
    let may_decide = user_roles::table.filter(user_roles::role.ne(Role::Viewer)).select(user_roles::user_id);
    group_members::table
        .inner_join(users::table)
        .filter(group_members::group_id.eq(group))
        .filter(users::disabled_at.is_null())
        .filter(users::id.eq_any(may_decide))
        .order((users::name, users::id))
        .select((users::id, users::name))
        .load(conn)
}

/// Everybody who may accept for some group, whoever runs the release: the group, its name, the person.
pub fn receivers_of_all(conn: &mut PgConnection) -> QueryResult<Vec<(GroupId, String, UserId)>> {
    let may_decide = user_roles::table.filter(user_roles::role.ne(Role::Viewer)).select(user_roles::user_id);
    group_members::table
        .inner_join(users::table)
        .inner_join(groups::table)
        .filter(users::disabled_at.is_null())
        .filter(users::id.eq_any(may_decide))
        .order((groups::name, groups::id))
        .select((groups::id, groups::name, users::id))
        .load(conn)
}

pub fn is_member(conn: &mut PgConnection, group: GroupId, user: UserId) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(group_members::table.filter(group_members::group_id.eq(group)).filter(group_members::user_id.eq(user)))).get_result(conn)
}

/// A handover that waits for somebody's group.
#[derive(Clone, Debug)]
pub struct Inbox {
    pub id: HandoverId,
    pub group: String,
    pub asked_by: String,
    pub asked_at: DateTime<Utc>,
    pub record: Record,
}

/// What asks the groups of somebody, the oldest first; nothing that they run themselves.
pub fn inbox(conn: &mut PgConnection, user: UserId, limit: i64) -> QueryResult<Vec<Inbox>> {
    let mine = group_members::table.filter(group_members::user_id.eq(user)).select(group_members::group_id);
    let rows: Vec<(HandoverId, String, String, DateTime<Utc>, Record)> = handovers::table
        .inner_join(groups::table)
        .inner_join(users::table.on(users::id.eq(handovers::asked_by)))
        .inner_join(records::table.on(records::id.eq(handovers::record_id)))
        .filter(handovers::state.eq(HandoverState::Asked))
        .filter(handovers::group_id.eq_any(mine))
        .filter(records::owner_id.ne(user))
        .filter(records::coordinator_id.is_null().or(records::coordinator_id.ne(user)))
        .order(handovers::id)
        .limit(limit)
        .select((handovers::id, groups::name, users::name, handovers::asked_at, Record::as_select()))
        .load(conn)?;
    Ok(rows.into_iter().map(|(id, group, asked_by, asked_at, record)| Inbox { id, group, asked_by, asked_at, record }).collect())
}

/// What early life support leaves to whoever takes over.
#[derive(Clone, Debug, Default)]
pub struct Legacy {
    pub known_errors: Vec<KnownError>,
    pub open_issues: Vec<Issue>,
    /// How the team is reached; Markdown.
    pub contacts: String,
    /// Name, role and contact of each.
    pub team: Vec<(String, String, String)>,
}

pub fn legacy(conn: &mut PgConnection, record: RecordId) -> QueryResult<Legacy> {
    let contacts = early_life_plans::table.find(record).select(early_life_plans::contacts).first(conn).optional()?;
    Ok(Legacy {
        known_errors: known_errors::list(conn, record)?,
        open_issues: issues::list(conn, record)?.into_iter().filter(|it| it.state == IssueState::Open).collect(),
        contacts: contacts.unwrap_or_default(),
        team: early_life_team::table
            .filter(early_life_team::record_id.eq(record))
            .order(early_life_team::id)
            .select((early_life_team::name, early_life_team::role, early_life_team::contact))
            .load(conn)?,
    })
}

/// The group that was asked last to take it over, or that did; in any visit.
pub fn asked_group(conn: &mut PgConnection, record: RecordId) -> QueryResult<Option<GroupId>> {
    let counts = [HandoverState::Asked, HandoverState::Accepted];
    let asked = handovers::table.filter(handovers::record_id.eq(record)).filter(handovers::state.eq_any(counts));
    asked.order(handovers::id.desc()).select(handovers::group_id).first(conn).optional()
}
