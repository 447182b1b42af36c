//! What surveys came to, read from tallies: the same few queries however many people answered.

use super::schema::{question_sets, records, survey_audiences, survey_invitations, survey_responses, survey_tallies, survey_turnouts, surveys};
use crate::domain::ids::{ItemId, RecordId, ResponseId, SurveyId};
use crate::domain::records::RecordKind;
use crate::domain::surveys::figures::{Ratings, Recommendations, Tally};
use crate::domain::surveys::results::{Group, Limits, Results};
use crate::domain::surveys::{Audience, Moment, Question, SurveyState};
use chrono::{DateTime, Utc};
use diesel::dsl::sql;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Text};
use std::collections::BTreeMap;

/// A survey as its results need it, with the release that asked.
#[derive(Debug, Clone, Queryable)]
pub struct Survey {
    pub id: SurveyId,
    pub record_id: RecordId,
    pub moment: Moment,
    pub title: String,
    pub anonymous: bool,
    pub state: SurveyState,
    pub low_rating: f64,
    pub low_nps: i32,
    pub closed_at: Option<DateTime<Utc>>,
    /// The release: `Payroll v4.2`.
    pub release: Option<String>,
    pub item: Option<ItemId>,
}

impl Survey {
    pub fn limits(&self) -> Limits {
        Limits { rating: self.low_rating, nps: self.low_nps }
    }

    pub fn number(&self) -> String {
        RecordKind::Release.number(self.record_id)
    }

    /// What the release is called.
    pub fn release(&self) -> String {
        self.release.clone().unwrap_or_else(|| self.number())
    }
}

/// A survey with what it came to.
#[derive(Debug, Clone)]
pub struct Outcome {
    pub survey: Survey,
    pub results: Results,
}

#[diesel::dsl::auto_type]
fn all() -> _ {
    surveys::table.inner_join(records::table.on(records::id.eq(surveys::record_id))).select((
        surveys::id,
        surveys::record_id,
        surveys::moment,
        surveys::title,
        surveys::anonymous,
        surveys::state,
        surveys::low_rating,
        surveys::low_nps,
        surveys::closed_at,
        records::identifier,
        records::ci_id,
    ))
}

pub fn survey(conn: &mut PgConnection, id: SurveyId) -> QueryResult<Survey> {
    all().filter(surveys::id.eq(id)).first(conn)
}

/// The other surveys of the same release that people could answer, the earliest first.
pub fn siblings(conn: &mut PgConnection, survey: &Survey) -> QueryResult<Vec<Survey>> {
    all()
        .filter(surveys::record_id.eq(survey.record_id))
        .filter(surveys::id.ne(survey.id))
        .filter(surveys::state.ne(SurveyState::Draft))
        .order(surveys::id)
        .limit(10)
        .load(conn)
}

/// The closed surveys of the same moment of earlier releases of the same CI, the newest first.
pub fn earlier(conn: &mut PgConnection, survey: &Survey, limit: i64) -> QueryResult<Vec<Survey>> {
    let Some(item) = survey.item else { return Ok(Vec::new()) };
    all()
        .filter(records::ci_id.eq(item))
        .filter(records::kind.eq(RecordKind::Release))
        .filter(surveys::record_id.lt(survey.record_id))
        .filter(surveys::moment.eq(survey.moment))
        .filter(surveys::state.eq(SurveyState::Closed))
        .order((surveys::record_id.desc(), surveys::id.desc()))
        .limit(limit)
        .load(conn)
}

/// Every survey of a release that people could answer, the earliest first.
pub fn asked(conn: &mut PgConnection, record: RecordId) -> QueryResult<Vec<Outcome>> {
    let asked = all().filter(surveys::record_id.eq(record)).filter(surveys::state.ne(SurveyState::Draft)).order(surveys::id).load(conn)?;
    outcomes(conn, asked)
}

type Counted = (SurveyId, Audience, String, String, i64);

/// What these surveys came to, in their order.
pub fn outcomes(conn: &mut PgConnection, surveys: Vec<Survey>) -> QueryResult<Vec<Outcome>> {
    let ids: Vec<SurveyId> = surveys.iter().map(|it| it.id).collect();
    let invited = survey_turnouts::table
        .filter(survey_turnouts::survey_id.eq(survey_audiences::survey_id))
        .filter(survey_turnouts::audience.eq(survey_audiences::audience))
        .select(survey_turnouts::invited)
        .single_value();
    let asked: Vec<(SurveyId, Audience, String, serde_json::Value, Option<i64>)> = survey_audiences::table
        .inner_join(question_sets::table)
        .filter(survey_audiences::survey_id.eq_any(&ids))
        .select((survey_audiences::survey_id, survey_audiences::audience, question_sets::key, question_sets::questions, invited))
        .load(conn)?;
    let counted: Vec<Counted> = survey_tallies::table
        .filter(survey_tallies::survey_id.eq_any(&ids))
        .select((survey_tallies::survey_id, survey_tallies::audience, survey_tallies::question, survey_tallies::value, survey_tallies::count))
        .load(conn)?;
    let mut tallies: BTreeMap<(SurveyId, Audience), BTreeMap<String, Tally>> = BTreeMap::new();
    for (survey, audience, question, value, count) in counted {
        tallies.entry((survey, audience)).or_default().entry(question).or_default().add(&value, count);
    }
    let mut groups: BTreeMap<SurveyId, Vec<Group>> = BTreeMap::new();
    for (survey, audience, set, questions, invited) in asked {
        let questions: Vec<Question> = serde_json::from_value(questions).map_err(|cause| diesel::result::Error::DeserializationError(cause.into()))?;
        let tallies = tallies.remove(&(survey, audience)).unwrap_or_default();
        groups.entry(survey).or_default().push(Group::new(audience, set, questions, invited.unwrap_or_default(), tallies));
    }
    let outcome = |survey: Survey| {
        let mut groups = groups.remove(&survey.id).unwrap_or_default();
        groups.sort_by_key(|it| it.audience);
        let results = Results { moment: survey.moment, anonymous: survey.anonymous, state: survey.state, groups };
        Outcome { survey, results }
    };
    Ok(surveys.into_iter().map(outcome).collect())
}

/// A closed survey in a few figures, over all audiences that may be shown.
#[derive(Debug, Clone)]
pub struct Summary {
    pub survey: SurveyId,
    pub title: String,
    pub moment: Moment,
    pub anonymous: bool,
    pub closed_at: Option<DateTime<Utc>>,
    pub invited: i64,
    pub answered: i64,
    /// Whether somebody answered whose group is too small to be shown.
    pub leaves_out: bool,
    /// Of [`Ratings::csat`].
    pub ratings: Ratings,
    /// Of [`Recommendations::nps`].
    pub recommendations: Recommendations,
    /// The whole, for those who tell more than that.
    pub results: Results,
}

/// The closed surveys of a release, the earliest first.
pub fn summary(conn: &mut PgConnection, record: RecordId) -> QueryResult<Vec<Summary>> {
    let closed = all().filter(surveys::record_id.eq(record)).filter(surveys::state.eq(SurveyState::Closed)).order(surveys::id).load(conn)?;
    let summary = |Outcome { survey, results }| Summary {
        survey: survey.id,
        title: survey.title,
        moment: survey.moment,
        anonymous: survey.anonymous,
        closed_at: survey.closed_at,
        invited: results.invited(),
        answered: results.answered(),
        leaves_out: results.leaves_out(),
        ratings: results.ratings(None),
        recommendations: results.recommendations(None),
        results,
    };
    Ok(outcomes(conn, closed)?.into_iter().map(summary).collect())
}

/// One complete answer. Who gave it is known only where the survey is not anonymous.
#[derive(Debug, Clone, Queryable)]
pub struct Response {
    pub id: ResponseId,
    /// By the key of the question.
    pub answers: serde_json::Value,
    pub name: Option<String>,
    pub email: Option<String>,
}

/// Whose answers, and which of them.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub survey: SurveyId,
    pub audience: Audience,
    /// Only those that answer one of these questions.
    pub answering: Option<Vec<String>>,
    pub after: Option<ResponseId>,
}

/// The complete answers of one audience in the order of their ids, which were drawn at random.
pub fn responses(conn: &mut PgConnection, wanted: &Wanted, limit: i64) -> QueryResult<Vec<Response>> {
    let mut query = survey_responses::table
        .left_join(survey_invitations::table)
        .filter(survey_responses::survey_id.eq(wanted.survey))
        .filter(survey_responses::audience.eq(wanted.audience))
        .filter(survey_responses::complete)
        .select((survey_responses::id, survey_responses::answers, survey_invitations::name.nullable(), survey_invitations::email.nullable()))
        .order(survey_responses::id)
        .limit(limit)
        .into_boxed();
    if let Some(questions) = &wanted.answering {
        query = query.filter(sql::<Bool>("jsonb_exists_any(survey_responses.answers, ").bind::<Array<Text>, _>(questions.clone()).sql(")"));
    }
    if let Some(after) = wanted.after {
        query = query.filter(survey_responses::id.gt(after));
    }
    query.load(conn)
}
