//! Answers as they came in, and how often each value was given.

use crate::domain::ids::{InvitationId, ResponseId, SurveyId};
use crate::domain::surveys::Audience;
use crate::domain::surveys::answers::Answers;
use crate::store::Tx;
use crate::store::schema::{survey_responses, survey_tallies};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::upsert::excluded;
use std::collections::BTreeMap;

/// What finds the answer of a person again.
#[derive(Clone, Copy, Debug)]
pub enum Finder<'a> {
    /// Who they are.
    Named(InvitationId),
    /// Nothing but what only their link yields.
    Anonymous(&'a [u8]),
}

#[derive(Clone, Debug)]
pub struct Response {
    pub id: ResponseId,
    pub complete: bool,
    pub answers: Answers,
}

pub fn find(conn: &mut PgConnection, finder: Finder<'_>) -> QueryResult<Option<Response>> {
    let query = survey_responses::table.select((survey_responses::id, survey_responses::complete, survey_responses::answers));
    let row: Option<(ResponseId, bool, serde_json::Value)> = match finder {
        Finder::Named(id) => query.filter(survey_responses::invitation_id.eq(id)).first(conn),
        Finder::Anonymous(handle) => query.filter(survey_responses::handle.eq(handle)).first(conn),
    }
    .optional()?;
    let read = |(id, complete, answers)| Ok(Response { id, complete, answers: serde_json::from_value(answers)? });
    row.map(|row| read(row).map_err(|cause: serde_json::Error| diesel::result::Error::DeserializationError(cause.into()))).transpose()
}

/// Keeps what somebody answered: anew, or in the place of what they answered before. Of an anonymous answer no time is kept.
pub fn save(
    tx: &mut Tx<'_>,
    (survey, audience): (SurveyId, Audience),
    finder: Finder<'_>,
    known: Option<ResponseId>,
    (complete, fresh): (bool, bool),
    answers: &Answers,
) -> QueryResult<()> {
    let answers = serde_json::to_value(answers).map_err(|cause| diesel::result::Error::SerializationError(cause.into()))?;
    let (invitation, handle, changed_at) = match finder {
        Finder::Named(id) => (Some(id), None, Some(tx.now)),
        Finder::Anonymous(handle) => (None, Some(handle), None),
    };
    let content = (
        survey_responses::complete.eq(complete),
        survey_responses::answers.eq(answers),
        survey_responses::changed_at.eq(changed_at),
        survey_responses::fresh.eq(fresh),
    );
    match known {
        Some(id) => diesel::update(survey_responses::table.find(id)).set(content).execute(tx.conn)?,
        None => diesel::insert_into(survey_responses::table)
            .values((
                survey_responses::id.eq(ResponseId(rand::random::<i64>() & i64::MAX)),
                survey_responses::survey_id.eq(survey),
                survey_responses::audience.eq(audience),
                survey_responses::invitation_id.eq(invitation),
                survey_responses::handle.eq(handle),
                content,
            ))
            .execute(tx.conn)?,
    };
    Ok(())
}

/// Changes how often values were given. Its rows are taken in the order of their keys, so that those who answer at once wait for one another
/// in turn, and never in a circle.
pub fn count(tx: &mut Tx<'_>, (survey, audience): (SurveyId, Audience), changes: &BTreeMap<(String, String), i64>) -> QueryResult<()> {
    if changes.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = changes
        .iter()
        .map(|((question, value), change)| {
            (
                survey_tallies::survey_id.eq(survey),
                survey_tallies::audience.eq(audience),
                survey_tallies::question.eq(question),
                survey_tallies::value.eq(value),
                survey_tallies::count.eq(change),
            )
        })
        .collect();
    diesel::insert_into(survey_tallies::table)
        .values(rows)
        .on_conflict((survey_tallies::survey_id, survey_tallies::audience, survey_tallies::question, survey_tallies::value))
        .do_update()
        .set(survey_tallies::count.eq(survey_tallies::count + excluded(survey_tallies::count)))
        .execute(tx.conn)?;
    Ok(())
}
