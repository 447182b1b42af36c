//! Question sets' rows: one for each version of a set.

use super::Tx;
use super::schema::{question_sets, records, survey_audiences, surveys};
use crate::domain::ids::{QuestionSetId, RecordId, SurveyId};
use crate::domain::surveys::{Audience, Question, SurveyState};
use chrono::{DateTime, Utc};
use diesel::deserialize::{FromSql, FromSqlRow};
use diesel::dsl::exists;
use diesel::pg::{Pg, PgConnection, PgValue};
use diesel::prelude::*;
use diesel::sql_types::Jsonb;

/// The questions of a version, in order.
#[derive(Clone, Debug, PartialEq, Eq, FromSqlRow)]
pub struct Questions(pub Vec<Question>);

impl FromSql<Jsonb, Pg> for Questions {
    fn from_sql(value: PgValue<'_>) -> diesel::deserialize::Result<Self> {
        let value = <serde_json::Value as FromSql<Jsonb, Pg>>::from_sql(value)?;
        Ok(Questions(serde_json::from_value(value)?))
    }
}

#[derive(Clone, Debug, HasQuery)]
#[diesel(table_name = question_sets, check_for_backend(diesel::pg::Pg))]
pub struct QuestionSet {
    pub id: QuestionSetId,
    /// The same for all versions.
    pub key: String,
    pub version: i32,
    pub audience: Audience,
    pub name: String,
    pub intro: String,
    pub thanks: String,
    pub questions: Questions,
    pub created_at: DateTime<Utc>,
    /// Grows with every edit in place; a form sends it back so that no one overwrites another's work.
    pub edits: i32,
    pub retired_at: Option<DateTime<Utc>>,
}

pub fn find(conn: &mut PgConnection, id: QuestionSetId) -> QueryResult<QuestionSet> {
    QuestionSet::query().filter(question_sets::id.eq(id)).first(conn)
}

/// A version that nobody may change, nor begin to use, until the transaction ends.
pub fn lock(tx: &mut Tx<'_>, id: QuestionSetId) -> QueryResult<QuestionSet> {
    QuestionSet::query().filter(question_sets::id.eq(id)).for_update().first(tx.conn)
}

/// The newest version of each set, by audience and name; retired ones last.
pub fn newest(conn: &mut PgConnection) -> QueryResult<Vec<QuestionSet>> {
    let mut sets: Vec<QuestionSet> =
        QuestionSet::query().distinct_on(question_sets::key).order((question_sets::key, question_sets::version.desc())).load(conn)?;
    sets.sort_by(|a, b| (a.audience, a.retired_at.is_some(), &a.name).cmp(&(b.audience, b.retired_at.is_some(), &b.name)));
    Ok(sets)
}

/// Every version of a set, newest first.
pub fn versions(conn: &mut PgConnection, key: &str) -> QueryResult<Vec<QuestionSet>> {
    QuestionSet::query().filter(question_sets::key.eq(key)).order(question_sets::version.desc()).load(conn)
}

pub fn keys(tx: &mut Tx<'_>) -> QueryResult<Vec<String>> {
    question_sets::table.select(question_sets::key).distinct().load(tx.conn)
}

/// Whether a survey asks this version.
pub fn is_used(conn: &mut PgConnection, id: QuestionSetId) -> QueryResult<bool> {
    diesel::select(exists(survey_audiences::table.filter(survey_audiences::set_id.eq(id)))).get_result(conn)
}

/// A survey that asks a version of a set.
#[derive(Clone, Debug, Queryable)]
pub struct Use {
    pub version: i32,
    pub survey: SurveyId,
    pub title: String,
    pub state: SurveyState,
    pub record: RecordId,
    pub release: Option<String>,
}

/// The newest surveys that ask any version of a set.
pub fn uses(conn: &mut PgConnection, key: &str, limit: i64) -> QueryResult<Vec<Use>> {
    survey_audiences::table
        .inner_join(question_sets::table)
        .inner_join(surveys::table)
        .inner_join(records::table.on(records::id.eq(surveys::record_id)))
        .filter(question_sets::key.eq(key))
        .order(surveys::id.desc())
        .limit(limit)
        .select((question_sets::version, surveys::id, surveys::title, surveys::state, records::id, records::identifier))
        .load(conn)
}

/// What a version says.
#[derive(Clone, Debug)]
pub struct Wording<'a> {
    pub name: &'a str,
    pub intro: &'a str,
    pub thanks: &'a str,
    pub questions: &'a [Question],
}

fn written(questions: &[Question]) -> QueryResult<serde_json::Value> {
    serde_json::to_value(questions).map_err(|cause| diesel::result::Error::SerializationError(cause.into()))
}

pub fn insert(tx: &mut Tx<'_>, key: &str, version: i32, audience: Audience, wording: &Wording<'_>) -> QueryResult<QuestionSetId> {
    diesel::insert_into(question_sets::table)
        .values((
            question_sets::key.eq(key),
            question_sets::version.eq(version),
            question_sets::audience.eq(audience),
            question_sets::name.eq(wording.name),
            question_sets::intro.eq(wording.intro),
            question_sets::thanks.eq(wording.thanks),
            question_sets::questions.eq(written(wording.questions)?),
            question_sets::created_at.eq(tx.now),
            question_sets::created_by.eq(tx.actor.id),
        ))
        .returning(question_sets::id)
        .get_result(tx.conn)
}

pub fn update(tx: &mut Tx<'_>, id: QuestionSetId, wording: &Wording<'_>) -> QueryResult<()> {
    diesel::update(question_sets::table.find(id))
        .set((
            question_sets::name.eq(wording.name),
            question_sets::intro.eq(wording.intro),
            question_sets::thanks.eq(wording.thanks),
            question_sets::questions.eq(written(wording.questions)?),
            question_sets::edits.eq(question_sets::edits + 1),
        ))
        .execute(tx.conn)?;
    Ok(())
}

pub fn retire(tx: &mut Tx<'_>, id: QuestionSetId) -> QueryResult<()> {
    diesel::update(question_sets::table.find(id))
        .set((question_sets::retired_at.eq(tx.now), question_sets::edits.eq(question_sets::edits + 1)))
        .execute(tx.conn)?;
    Ok(())
}
