//! Incidents and problems that a release caused.

use crate::domain::early_life::{IssueKind, IssueState, Severity};
use crate::domain::ids::{IssueId, RecordId};
use crate::store::Tx;
use crate::store::schema::early_life_issues;
use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;

#[derive(Clone, Debug, HasQuery)]
#[diesel(table_name = early_life_issues, check_for_backend(diesel::pg::Pg))]
pub struct Issue {
    pub id: IssueId,
    pub record_id: RecordId,
    pub kind: IssueKind,
    pub number: String,
    pub title: String,
    pub link: String,
    pub severity: Severity,
    pub state: IssueState,
    pub created_at: DateTime<Utc>,
    pub resolved_at: Option<DateTime<Utc>>,
    pub version: i32,
}

/// An issue as somebody wants it.
#[derive(Clone, Debug, AsChangeset, Insertable)]
#[diesel(table_name = early_life_issues)]
pub struct Draft {
    pub kind: IssueKind,
    pub number: String,
    pub title: String,
    pub link: String,
    pub severity: Severity,
    pub state: IssueState,
}

/// Of a release: open ones first, then by their number.
pub fn list(conn: &mut PgConnection, record: RecordId) -> QueryResult<Vec<Issue>> {
    Issue::query().filter(early_life_issues::record_id.eq(record)).order((early_life_issues::state, early_life_issues::number)).load(conn)
}

pub fn find(conn: &mut PgConnection, id: IssueId) -> QueryResult<Issue> {
    Issue::query().filter(early_life_issues::id.eq(id)).first(conn)
}

fn resolved(tx: &Tx<'_>, draft: &Draft) -> Option<DateTime<Utc>> {
    match draft.state {
        IssueState::Resolved => Some(tx.now),
        IssueState::Open => None,
    }
}

pub fn insert(tx: &mut Tx<'_>, record: RecordId, new: &Draft) -> QueryResult<IssueId> {
    diesel::insert_into(early_life_issues::table)
        .values((
            new,
            early_life_issues::record_id.eq(record),
            early_life_issues::created_at.eq(tx.now),
            early_life_issues::created_by.eq(tx.actor.id),
            early_life_issues::resolved_at.eq(resolved(tx, new)),
        ))
        .returning(early_life_issues::id)
        .get_result(tx.conn)
}

pub fn update(tx: &mut Tx<'_>, before: &Issue, new: &Draft) -> QueryResult<()> {
    let resolved_at = if before.state == new.state { before.resolved_at } else { resolved(tx, new) };
    diesel::update(early_life_issues::table.find(before.id))
        .set((new, early_life_issues::resolved_at.eq(resolved_at), early_life_issues::version.eq(early_life_issues::version + 1)))
        .execute(tx.conn)?;
    Ok(())
}
