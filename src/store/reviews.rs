//! The review's rows, one for each point that somebody wrote about; and what is known of a release from everywhere else.

use super::Tx;
use super::schema::{early_life_issues, groups, handovers, known_errors, review_points, surveys, users};
use crate::domain::early_life::{IssueKind, IssueState, Severity};
use crate::domain::handovers::HandoverState;
use crate::domain::ids::{RecordId, UserId};
use crate::domain::reviews::{Handed, Issues, Point, PointOutcome};
use crate::domain::surveys::SurveyState;
use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::upsert::excluded;

/// What the review says about one point.
#[derive(Debug, Clone, Queryable)]
pub struct Written {
    pub point: Point,
    pub outcome: Option<PointOutcome>,
    pub owner_id: Option<UserId>,
    pub owner: Option<String>,
    pub finding: String,
    pub evidence: String,
    pub at: DateTime<Utc>,
    pub by: UserId,
    pub version: i32,
}

/// The points that were written about.
pub fn list(conn: &mut PgConnection, record: RecordId) -> QueryResult<Vec<Written>> {
    review_points::table
        .left_join(users::table.on(users::id.nullable().eq(review_points::owner_id)))
        .filter(review_points::record_id.eq(record))
        .select((
            review_points::point,
            review_points::outcome,
            review_points::owner_id,
            users::name.nullable(),
            review_points::finding,
            review_points::evidence,
            review_points::at,
            review_points::by,
            review_points::version,
        ))
        .load(conn)
}

/// A point as somebody wants it.
#[derive(Debug, Clone)]
pub struct Draft {
    pub outcome: Option<PointOutcome>,
    pub owner_id: Option<UserId>,
    pub finding: String,
    pub evidence: String,
}

pub fn write(tx: &mut Tx<'_>, record: RecordId, point: Point, draft: &Draft) -> QueryResult<()> {
    diesel::insert_into(review_points::table)
        .values((
            review_points::record_id.eq(record),
            review_points::point.eq(point),
            review_points::outcome.eq(draft.outcome),
            review_points::owner_id.eq(draft.owner_id),
            review_points::finding.eq(&draft.finding),
            review_points::evidence.eq(&draft.evidence),
            review_points::at.eq(tx.now),
            review_points::by.eq(tx.actor.id),
            review_points::version.eq(1),
        ))
        .on_conflict((review_points::record_id, review_points::point))
        .do_update()
        .set((
            review_points::outcome.eq(excluded(review_points::outcome)),
            review_points::owner_id.eq(excluded(review_points::owner_id)),
            review_points::finding.eq(excluded(review_points::finding)),
            review_points::evidence.eq(excluded(review_points::evidence)),
            review_points::at.eq(tx.now),
            review_points::by.eq(tx.actor.id),
            review_points::version.eq(review_points::version + 1),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Incidents and problems that a release caused.
pub fn issues(conn: &mut PgConnection, record: RecordId) -> QueryResult<Issues> {
    let rows: Vec<(IssueKind, IssueState, Severity)> = early_life_issues::table
        .filter(early_life_issues::record_id.eq(record))
        .select((early_life_issues::kind, early_life_issues::state, early_life_issues::severity))
        .load(conn)?;
    let mut issues = Issues::default();
    for (kind, state, severity) in rows {
        match kind {
            IssueKind::Incident => issues.incidents += 1,
            IssueKind::Problem => issues.problems += 1,
        }
        issues.open += i64::from(state == IssueState::Open);
        issues.grave += i64::from(severity >= Severity::High);
    }
    Ok(issues)
}

/// Its known errors: all, those with a workaround, those that somebody accepted.
pub fn known_errors(conn: &mut PgConnection, record: RecordId) -> QueryResult<(i64, i64, i64)> {
    let rows: Vec<(String, bool)> = known_errors::table
        .filter(known_errors::record_id.eq(record))
        .select((known_errors::workaround, known_errors::accepted_at.is_not_null()))
        .load(conn)?;
    let count = |of: &dyn Fn(&(String, bool)) -> bool| i64::try_from(rows.iter().filter(|it| of(it)).count()).unwrap_or(i64::MAX);
    Ok((count(&|_| true), count(&|(workaround, _)| !workaround.is_empty()), count(&|(_, accepted)| *accepted)))
}

/// Who took its support over, most lately.
pub fn handed(conn: &mut PgConnection, record: RecordId) -> QueryResult<Option<Handed>> {
    let row: Option<(String, String, Option<DateTime<Utc>>)> = handovers::table
        .inner_join(groups::table)
        .inner_join(users::table.on(users::id.nullable().eq(handovers::settled_by)))
        .filter(handovers::record_id.eq(record))
        .filter(handovers::state.eq(HandoverState::Accepted))
        .order(handovers::id.desc())
        .select((groups::name, users::name, handovers::settled_at))
        .first(conn)
        .optional()?;
    Ok(row.and_then(|(group, by, at)| Some(Handed { group, by, at: at? })))
}

/// The titles of its surveys that can still be answered, and of those that were never opened.
pub fn unclosed_surveys(conn: &mut PgConnection, record: RecordId) -> QueryResult<(Vec<String>, Vec<String>)> {
    let rows: Vec<(SurveyState, String)> = surveys::table
        .filter(surveys::record_id.eq(record))
        .filter(surveys::state.ne(SurveyState::Closed))
        .order(surveys::id)
        .select((surveys::state, surveys::title))
        .load(conn)?;
    let (open, drafts): (Vec<_>, Vec<_>) = rows.into_iter().partition(|(state, _)| *state == SurveyState::Open);
    let titles = |rows: Vec<(SurveyState, String)>| rows.into_iter().map(|(_, title)| title).collect();
    Ok((titles(open), titles(drafts)))
}
