//! Follow-up actions: what remains to be done after a release.

use super::Tx;
use super::schema::follow_ups;
use crate::domain::follow_ups::FollowUpState;
use crate::domain::ids::{FollowUpId, RecordId};
use crate::domain::reviews::Point;
use chrono::{DateTime, Utc};
use diesel::prelude::*;

/// A follow-up action that something opens by itself.
#[derive(Debug, Clone)]
pub struct Opened {
    pub point: Point,
    pub title: String,
    pub description: String,
    pub due_at: DateTime<Utc>,
    /// What opened it, named so that it opens it once.
    pub origin: String,
}

/// Opens it, for nobody yet. `None` if the same origin opened one before.
pub fn open_once(tx: &mut Tx<'_>, record: RecordId, new: &Opened) -> QueryResult<Option<FollowUpId>> {
    diesel::insert_into(follow_ups::table)
        .values((
            follow_ups::record_id.eq(record),
            follow_ups::point.eq(new.point),
            follow_ups::title.eq(&new.title),
            follow_ups::description.eq(&new.description),
            follow_ups::due_at.eq(new.due_at),
            follow_ups::state.eq(FollowUpState::Open),
            follow_ups::origin.eq(&new.origin),
            follow_ups::created_at.eq(tx.now),
            follow_ups::created_by.eq(tx.actor.id),
        ))
        .on_conflict_do_nothing()
        .returning(follow_ups::id)
        .get_result(tx.conn)
        .optional()
}
