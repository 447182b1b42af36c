//! What stands behind an invitation: who is asked, by which survey, about which release, and what.

use crate::domain::ids::{InvitationId, MailId, RecordId, SurveyId, UserId};
use crate::domain::records::RecordState;
use crate::domain::surveys::asking::Wanted;
use crate::domain::surveys::{Audience, Question, SurveyState};
use crate::store::Tx;
use crate::store::schema::{question_sets, records, survey_audiences, survey_invitations, surveys};
use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Timestamptz};
use std::collections::BTreeMap;

/// Somebody who is asked, with all that the page and the mail show.
#[derive(Clone, Debug)]
pub struct Asked {
    pub invitation: InvitationId,
    pub user: Option<UserId>,
    pub name: String,
    pub email: String,
    pub audience: Audience,
    pub answered: bool,
    pub reminders: i32,
    pub survey: SurveyId,
    pub title: String,
    pub anonymous: bool,
    pub state: SurveyState,
    pub closes_at: Option<DateTime<Utc>>,
    pub record: RecordId,
    pub record_state: RecordState,
    pub identifier: Option<String>,
    pub record_title: String,
    pub intro: String,
    pub thanks: String,
    pub questions: Vec<Question>,
}

impl Asked {
    /// As they are called; the address where nobody knows a name.
    pub fn holder(&self) -> &str {
        if self.name.is_empty() { &self.email } else { &self.name }
    }

    /// The release as people call it.
    pub fn release(&self) -> &str {
        self.identifier.as_deref().unwrap_or(&self.record_title)
    }
}

type Person = (InvitationId, Option<UserId>, String, String, Audience, bool, i32);
type Survey = (SurveyId, String, bool, SurveyState, Option<DateTime<Utc>>);
type Release = (RecordId, RecordState, Option<String>, String);
type Set = (String, String, serde_json::Value);

/// The person of this invitation, and what they are asked.
pub fn find(conn: &mut PgConnection, id: InvitationId) -> QueryResult<Option<Asked>> {
    let row: Option<(Person, Survey, Release)> = survey_invitations::table
        .inner_join(surveys::table)
        .inner_join(records::table.on(records::id.eq(surveys::record_id)))
        .filter(survey_invitations::id.eq(id))
        .select((
            (
                survey_invitations::id,
                survey_invitations::user_id,
                survey_invitations::name,
                survey_invitations::email,
                survey_invitations::audience,
                survey_invitations::answered,
                survey_invitations::reminders,
            ),
            (surveys::id, surveys::title, surveys::anonymous, surveys::state, surveys::closes_at),
            (records::id, records::state, records::identifier, records::title),
        ))
        .first(conn)
        .optional()?;
    let Some((person, survey, release)) = row else { return Ok(None) };
    let set: Set = survey_audiences::table
        .inner_join(question_sets::table)
        .filter(survey_audiences::survey_id.eq(survey.0))
        .filter(survey_audiences::audience.eq(person.4))
        .select((question_sets::intro, question_sets::thanks, question_sets::questions))
        .first(conn)?;
    read(person, survey, release, set).map(Some).map_err(|cause| diesel::result::Error::DeserializationError(cause.into()))
}

fn read(person: Person, survey: Survey, release: Release, set: Set) -> serde_json::Result<Asked> {
    Ok(Asked {
        invitation: person.0,
        user: person.1,
        name: person.2,
        email: person.3,
        audience: person.4,
        answered: person.5,
        reminders: person.6,
        survey: survey.0,
        title: survey.1,
        anonymous: survey.2,
        state: survey.3,
        closes_at: survey.4,
        record: release.0,
        record_state: release.1,
        identifier: release.2,
        record_title: release.3,
        intro: set.0,
        thanks: set.1,
        questions: serde_json::from_value(set.2)?,
    })
}

/// [`find`], with the survey kept from being closed and the person from answering elsewhere until the transaction ends.
/// The survey comes first, as for all who change it.
pub fn lock(tx: &mut Tx<'_>, id: InvitationId) -> QueryResult<Option<Asked>> {
    let survey: Option<SurveyId> = survey_invitations::table.find(id).select(survey_invitations::survey_id).first(tx.conn).optional()?;
    let Some(survey) = survey else { return Ok(None) };
    surveys::table.find(survey).select(surveys::id).for_share().first::<SurveyId>(tx.conn).optional()?;
    survey_invitations::table.find(id).select(survey_invitations::id).for_no_key_update().first::<InvitationId>(tx.conn).optional()?;
    find(tx.conn, id)
}

/// They have answered: from now on nobody reminds them.
pub fn set_answered(tx: &mut Tx<'_>, id: InvitationId) -> QueryResult<()> {
    diesel::update(survey_invitations::table.find(id)).set(survey_invitations::answered.eq(true)).execute(tx.conn)?;
    Ok(())
}

#[derive(QueryableByName)]
struct Mailed {
    #[diesel(sql_type = BigInt)]
    mail: MailId,
    #[diesel(sql_type = BigInt)]
    invitation: InvitationId,
    #[diesel(sql_type = Bool)]
    open: bool,
    #[diesel(sql_type = Bool)]
    answered: bool,
    #[diesel(sql_type = Bool)]
    refused: bool,
}

/// Whose invitation each of these mails is, and whether it is still wanted. What is not among them asks nobody any more.
pub fn of_mails(conn: &mut PgConnection, ids: &[MailId], now: DateTime<Utc>) -> QueryResult<BTreeMap<MailId, (InvitationId, Wanted)>> {
    let rows: Vec<Mailed> = diesel::sql_query(
        "SELECT m.id AS mail, i.id AS invitation, i.answered, r.state = 'open' AND s.state = 'open' AND (s.closes_at IS NULL OR s.closes_at > $2) AS open, \
         EXISTS (SELECT FROM survey_refusals f WHERE f.email = i.email) AS refused \
         FROM mails m JOIN survey_invitations i ON i.id = m.invitation_id JOIN surveys s ON s.id = i.survey_id JOIN records r ON r.id = s.record_id \
         WHERE m.id = ANY($1)",
    )
    .bind::<Array<BigInt>, _>(ids)
    .bind::<Timestamptz, _>(now)
    .load(conn)?;
    let wanted = |it: &Mailed| match (it.open, it.answered, it.refused) {
        (false, ..) => Wanted::Closed,
        (true, true, _) => Wanted::Answered,
        (true, false, true) => Wanted::Refused,
        (true, false, false) => Wanted::Yes,
    };
    Ok(rows.iter().map(|it| (it.mail, (it.invitation, wanted(it)))).collect())
}
