//! Follow-up actions' rows.

use super::Tx;
use super::schema::{follow_ups, records, users};
use crate::domain::follow_ups::FollowUpState;
use crate::domain::ids::{FollowUpId, RecordId, UserId};
use crate::domain::reviews::Point;
use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;

#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = follow_ups, check_for_backend(diesel::pg::Pg))]
pub struct FollowUp {
    pub id: FollowUpId,
    pub record_id: RecordId,
    pub point: Point,
    pub title: String,
    pub description: String,
    pub assignee_id: Option<UserId>,
    pub due_at: Option<DateTime<Utc>>,
    pub state: FollowUpState,
    pub note: String,
    pub ended_at: Option<DateTime<Utc>>,
    pub version: i32,
}

impl FollowUp {
    pub fn is_late(&self, now: &DateTime<Utc>) -> bool {
        self.state == FollowUpState::Open && self.due_at.is_some_and(|due| due < *now)
    }
}

/// A follow-up action with the name of whoever does it.
#[derive(Debug, Clone, Queryable)]
pub struct Named {
    pub action: FollowUp,
    pub assignee: Option<String>,
}

pub fn of_record(conn: &mut PgConnection, record: RecordId) -> QueryResult<Vec<Named>> {
    follow_ups::table
        .left_join(users::table.on(users::id.nullable().eq(follow_ups::assignee_id)))
        .filter(follow_ups::record_id.eq(record))
        .order(follow_ups::id)
        .select((FollowUp::as_select(), users::name.nullable()))
        .load(conn)
}

/// A follow-up action that somebody is to do, with the name of its release.
#[derive(Debug, Clone, Queryable)]
pub struct Mine {
    pub action: FollowUp,
    pub identifier: Option<String>,
}

/// Those of open releases that are somebody's to do, the most urgent first.
pub fn waiting_for(conn: &mut PgConnection, user: UserId, limit: i64) -> QueryResult<Vec<Mine>> {
    follow_ups::table
        .inner_join(records::table.on(records::id.eq(follow_ups::record_id)))
        .filter(follow_ups::assignee_id.eq(user))
        .filter(follow_ups::state.eq(FollowUpState::Open))
        .filter(records::state.eq(crate::domain::records::RecordState::Open))
        .order((follow_ups::due_at.asc().nulls_last(), follow_ups::id))
        .limit(limit)
        .select((FollowUp::as_select(), records::identifier))
        .load(conn)
}

pub fn find(conn: &mut PgConnection, id: FollowUpId) -> QueryResult<FollowUp> {
    FollowUp::query().filter(follow_ups::id.eq(id)).first(conn)
}

/// A follow-up action as somebody wants it.
#[derive(Debug, Clone, AsChangeset)]
#[diesel(table_name = follow_ups, treat_none_as_null = true)]
pub struct Draft {
    pub point: Point,
    pub title: String,
    pub description: String,
    pub assignee_id: Option<UserId>,
    pub due_at: Option<DateTime<Utc>>,
}

/// `origin` names what opened it by itself: of the same origin there is only one. Returns nothing if there is one already.
pub fn insert(tx: &mut Tx<'_>, record: RecordId, draft: &Draft, origin: Option<&str>) -> QueryResult<Option<FollowUpId>> {
    diesel::insert_into(follow_ups::table)
        .values((
            follow_ups::record_id.eq(record),
            follow_ups::point.eq(draft.point),
            follow_ups::title.eq(&draft.title),
            follow_ups::description.eq(&draft.description),
            follow_ups::assignee_id.eq(draft.assignee_id),
            follow_ups::due_at.eq(draft.due_at),
            follow_ups::state.eq(FollowUpState::Open),
            follow_ups::origin.eq(origin),
            follow_ups::created_at.eq(tx.now),
            follow_ups::created_by.eq(tx.actor.id),
        ))
        .on_conflict_do_nothing()
        .returning(follow_ups::id)
        .get_result(tx.conn)
        .optional()
}

pub fn update(tx: &mut Tx<'_>, id: FollowUpId, draft: &Draft) -> QueryResult<()> {
    diesel::update(follow_ups::table.find(id)).set((draft, follow_ups::version.eq(follow_ups::version + 1))).execute(tx.conn)?;
    Ok(())
}

pub fn set_state(tx: &mut Tx<'_>, id: FollowUpId, state: FollowUpState, note: &str) -> QueryResult<()> {
    let ended = (state != FollowUpState::Open).then_some(tx.now);
    diesel::update(follow_ups::table.find(id))
        .set((follow_ups::state.eq(state), follow_ups::note.eq(note), follow_ups::ended_at.eq(ended), follow_ups::version.eq(follow_ups::version + 1)))
        .execute(tx.conn)?;
    Ok(())
}
