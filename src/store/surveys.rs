//! Surveys' rows, and what each audience of theirs is asked.

use super::Tx;
use super::schema::{question_sets, records, survey_audiences, survey_invitations, surveys};
use crate::domain::ids::{QuestionSetId, RecordId, SurveyId};
use crate::domain::records::RecordState;
use crate::domain::surveys::{Audience, Moment, SurveyState};
use chrono::{DateTime, Utc};
use diesel::dsl::{count, count_star, exists};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use std::collections::BTreeMap;

pub mod asked;
pub mod mixing;
pub mod outgoing;
pub mod people;
pub mod refusals;
pub mod responses;

#[derive(Clone, Debug, HasQuery)]
#[diesel(table_name = surveys, check_for_backend(diesel::pg::Pg))]
pub struct Survey {
    pub id: SurveyId,
    pub record_id: RecordId,
    pub moment: Moment,
    pub title: String,
    pub anonymous: bool,
    pub state: SurveyState,
    pub opens_at: Option<DateTime<Utc>>,
    pub closes_at: Option<DateTime<Utc>>,
    /// The key of the phase that it opens and closes with.
    pub phase: Option<String>,
    pub low_rating: f64,
    pub low_nps: i32,
    pub reminders: i32,
    pub created_at: DateTime<Utc>,
    pub opened_at: Option<DateTime<Utc>>,
    pub closed_at: Option<DateTime<Utc>>,
    /// Grows with every change; a form sends it back so that no one overwrites another's work.
    pub version: i32,
}

impl Survey {
    /// Whether it is a draft whose time to open has come.
    pub fn has_missed_opening(&self, now: DateTime<Utc>) -> bool {
        self.state == SurveyState::Draft && self.opens_at.is_some_and(|it| it <= now)
    }
}

pub fn find(conn: &mut PgConnection, id: SurveyId) -> QueryResult<Survey> {
    Survey::query().filter(surveys::id.eq(id)).first(conn)
}

/// A survey that nobody else may change until the transaction ends. Its record is locked before it.
pub fn lock(tx: &mut Tx<'_>, id: SurveyId) -> QueryResult<Survey> {
    Survey::query().filter(surveys::id.eq(id)).for_no_key_update().first(tx.conn)
}

/// The surveys of a release, oldest first.
pub fn of_record(conn: &mut PgConnection, record: RecordId) -> QueryResult<Vec<Survey>> {
    Survey::query().filter(surveys::record_id.eq(record)).order(surveys::id).load(conn)
}

/// What is decided about a survey.
#[derive(Clone, Debug, PartialEq, Insertable, AsChangeset)]
#[diesel(table_name = surveys, treat_none_as_null = true)]
pub struct Terms {
    pub moment: Moment,
    pub title: String,
    pub anonymous: bool,
    pub opens_at: Option<DateTime<Utc>>,
    pub closes_at: Option<DateTime<Utc>>,
    pub phase: Option<String>,
    pub low_rating: f64,
    pub low_nps: i32,
    pub reminders: i32,
}

pub fn insert(tx: &mut Tx<'_>, record: RecordId, terms: &Terms) -> QueryResult<SurveyId> {
    diesel::insert_into(surveys::table)
        .values((
            terms,
            surveys::record_id.eq(record),
            surveys::state.eq(SurveyState::Draft),
            surveys::created_at.eq(tx.now),
            surveys::created_by.eq(tx.actor.id),
        ))
        .returning(surveys::id)
        .get_result(tx.conn)
}

pub fn update(tx: &mut Tx<'_>, id: SurveyId, terms: &Terms) -> QueryResult<()> {
    diesel::update(surveys::table.find(id)).set((terms, surveys::version.eq(surveys::version + 1))).execute(tx.conn)?;
    Ok(())
}

pub fn set_open(tx: &mut Tx<'_>, id: SurveyId) -> QueryResult<()> {
    diesel::update(surveys::table.find(id))
        .set((surveys::state.eq(SurveyState::Open), surveys::opened_at.eq(tx.now), surveys::version.eq(surveys::version + 1)))
        .execute(tx.conn)?;
    Ok(())
}

pub fn set_closed(tx: &mut Tx<'_>, id: SurveyId) -> QueryResult<()> {
    diesel::update(surveys::table.find(id))
        .set((surveys::state.eq(SurveyState::Closed), surveys::closed_at.eq(tx.now), surveys::version.eq(surveys::version + 1)))
        .execute(tx.conn)?;
    Ok(())
}

/// Removes a draft, with its list.
pub fn delete(tx: &mut Tx<'_>, id: SurveyId) -> QueryResult<()> {
    diesel::delete(surveys::table.find(id)).execute(tx.conn)?;
    Ok(())
}

/// What one audience of a survey is asked.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Asked {
    pub audience: Audience,
    pub set: QuestionSetId,
    pub key: String,
    pub name: String,
    pub version: i32,
}

/// Who is asked what, in the order of audiences.
pub fn audiences(conn: &mut PgConnection, id: SurveyId) -> QueryResult<Vec<Asked>> {
    let mut asked: Vec<Asked> = survey_audiences::table
        .inner_join(question_sets::table)
        .filter(survey_audiences::survey_id.eq(id))
        .select((survey_audiences::audience, question_sets::id, question_sets::key, question_sets::name, question_sets::version))
        .load(conn)?;
    asked.sort_by_key(|it| it.audience);
    Ok(asked)
}

pub fn set_audiences(tx: &mut Tx<'_>, id: SurveyId, asked: &[(Audience, QuestionSetId)]) -> QueryResult<()> {
    diesel::delete(survey_audiences::table.filter(survey_audiences::survey_id.eq(id))).execute(tx.conn)?;
    let row = |(audience, set): &(Audience, QuestionSetId)| {
        (survey_audiences::survey_id.eq(id), survey_audiences::audience.eq(*audience), survey_audiences::set_id.eq(*set))
    };
    diesel::insert_into(survey_audiences::table).values(asked.iter().map(row).collect::<Vec<_>>()).execute(tx.conn)?;
    Ok(())
}

/// How many are on a list, were invited, and have answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    pub listed: i64,
    pub invited: i64,
    pub answered: i64,
}

impl Count {
    pub fn and(self, other: Count) -> Count {
        Count { listed: self.listed + other.listed, invited: self.invited + other.invited, answered: self.answered + other.answered }
    }
}

/// How many of each audience of these surveys there are; one query.
pub fn counts(conn: &mut PgConnection, ids: &[SurveyId]) -> QueryResult<BTreeMap<(SurveyId, Audience), Count>> {
    let rows: Vec<(SurveyId, Audience, i64, i64, i64)> = survey_invitations::table
        .filter(survey_invitations::survey_id.eq_any(ids))
        .group_by((survey_invitations::survey_id, survey_invitations::audience))
        .select((
            survey_invitations::survey_id,
            survey_invitations::audience,
            count_star(),
            count(survey_invitations::invited_at),
            count(survey_invitations::id).aggregate_filter(survey_invitations::answered),
        ))
        .load(conn)?;
    Ok(rows.into_iter().map(|(survey, audience, listed, invited, answered)| ((survey, audience), Count { listed, invited, answered })).collect())
}

/// All audiences of one survey together.
pub fn count_of(conn: &mut PgConnection, id: SurveyId) -> QueryResult<Count> {
    Ok(counts(conn, &[id])?.into_values().fold(Count::default(), Count::and))
}

/// The drafts of open releases whose time to open has come, and which have somebody to ask.
pub fn to_open(conn: &mut PgConnection, now: DateTime<Utc>, limit: i64) -> QueryResult<Vec<SurveyId>> {
    surveys::table
        .inner_join(records::table.on(records::id.eq(surveys::record_id)))
        .filter(records::state.eq(RecordState::Open))
        .filter(surveys::state.eq(SurveyState::Draft))
        .filter(surveys::opens_at.le(now))
        .filter(exists(survey_invitations::table.filter(survey_invitations::survey_id.eq(surveys::id))))
        .order(surveys::opens_at)
        .limit(limit)
        .select(surveys::id)
        .load(conn)
}

/// The open surveys whose time to close has come.
pub fn to_close(conn: &mut PgConnection, now: DateTime<Utc>, limit: i64) -> QueryResult<Vec<SurveyId>> {
    surveys::table
        .filter(surveys::state.eq(SurveyState::Open))
        .filter(surveys::closes_at.le(now))
        .order(surveys::closes_at)
        .limit(limit)
        .select(surveys::id)
        .load(conn)
}
