//! Anonymous answers are written anew, several at a time. Each row of PostgreSQL carries the number of the transaction that wrote it, and what
//! was written together could be found together by that number: an answer beside the invitation it came from.

use crate::domain::ids::{InvitationId, ResponseId, SurveyId};
use crate::store::Tx;
use crate::store::schema::{mailed_links, survey_invitations, survey_responses};
use diesel::prelude::*;
use diesel::sql_types::BigInt;

/// As many as are shown together at least, are mixed together.
pub const GROUP: i64 = 5;

/// Notes that an answer came by this invitation, and is not mixed yet.
pub fn note(tx: &mut Tx<'_>, id: InvitationId) -> QueryResult<()> {
    diesel::update(survey_invitations::table.find(id)).set(survey_invitations::fresh.eq(true)).execute(tx.conn)?;
    Ok(())
}

/// Mixes what is not mixed yet, once there is enough of it.
pub fn mix(tx: &mut Tx<'_>, survey: SurveyId) -> QueryResult<()> {
    let answers = fresh_answers(tx, survey)?;
    // What is not sent yet will be written again, and leaves a group of its own then.
    let sent = survey_responses::table.filter(survey_responses::id.eq_any(&answers)).filter(survey_responses::complete).count();
    let sent: i64 = sent.get_result(tx.conn)?;
    if sent < GROUP {
        return Ok(());
    }
    let invitations = fresh_invitations(tx, survey)?;
    rewrite(tx, &answers, &invitations)
}

/// Mixes the rest with those of one earlier time: nobody answers any more.
pub fn mix_rest(tx: &mut Tx<'_>, survey: SurveyId) -> QueryResult<()> {
    let (mut answers, mut invitations) = (fresh_answers(tx, survey)?, fresh_invitations(tx, survey)?);
    if answers.is_empty() && invitations.is_empty() {
        return Ok(());
    }
    answers.extend(mixed(tx, survey, "survey_responses")?.into_iter().map(ResponseId));
    invitations.extend(mixed(tx, survey, "survey_invitations")?.into_iter().map(InvitationId));
    rewrite(tx, &answers, &invitations)
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    id: i64,
}

/// The rows of a table that were mixed at one time, the same time for both tables.
fn mixed(tx: &mut Tx<'_>, survey: SurveyId, table: &str) -> QueryResult<Vec<i64>> {
    let query = format!(
        "SELECT id FROM {table} WHERE survey_id = $1 AND NOT fresh \
         AND xmin = (SELECT xmin FROM survey_invitations WHERE survey_id = $1 AND answered AND NOT fresh ORDER BY id LIMIT 1) ORDER BY id"
    );
    let rows = diesel::sql_query(query).bind::<BigInt, _>(survey).load::<Row>(tx.conn)?;
    Ok(rows.into_iter().map(|it| it.id).collect())
}

/// In the order of their numbers, which were drawn at random. What somebody else is writing just now stays for the next time.
fn fresh_answers(tx: &mut Tx<'_>, survey: SurveyId) -> QueryResult<Vec<ResponseId>> {
    let fresh = survey_responses::table.filter(survey_responses::survey_id.eq(survey)).filter(survey_responses::fresh);
    fresh.select(survey_responses::id).order(survey_responses::id).for_no_key_update().skip_locked().load(tx.conn)
}

/// In the order in which they were invited, which is not the order in which they answered.
fn fresh_invitations(tx: &mut Tx<'_>, survey: SurveyId) -> QueryResult<Vec<InvitationId>> {
    let fresh = survey_invitations::table.filter(survey_invitations::survey_id.eq(survey)).filter(survey_invitations::fresh);
    fresh.select(survey_invitations::id).order(survey_invitations::id).for_no_key_update().skip_locked().load(tx.conn)
}

/// One by one, so that they come to lie in this order.
fn rewrite(tx: &mut Tx<'_>, answers: &[ResponseId], invitations: &[InvitationId]) -> QueryResult<()> {
    for id in answers {
        diesel::update(survey_responses::table.find(id)).set(survey_responses::fresh.eq(false)).execute(tx.conn)?;
    }
    for id in invitations {
        diesel::update(survey_invitations::table.find(id)).set(survey_invitations::fresh.eq(false)).execute(tx.conn)?;
        let links = mailed_links::table.filter(mailed_links::invitation_id.eq(id));
        diesel::update(links).set(mailed_links::wrong_codes.eq(mailed_links::wrong_codes)).execute(tx.conn)?;
    }
    Ok(())
}
