//! Surveys as they stand once they are open, laid into the database.

use super::Link;
use crate::support::TestApp;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde_json::json;
use slipway::app::links::Keys;
use slipway::app::mailed_links;
use slipway::domain::ids::{InvitationId, QuestionSetId, RecordId, SLIPWAY, SurveyId, UserId};
use slipway::domain::surveys::{Audience, Moment, SurveyState};
use slipway::store::mailed_links::Target;
use slipway::store::schema::{question_sets, survey_audiences, survey_invitations, surveys};

/// A survey of users about a release: open, with names, without an end, unless said otherwise.
pub fn survey(app: &TestApp, record: RecordId) -> Survey<'_> {
    Survey { app, record, anonymous: false, state: SurveyState::Open, closes_at: None, questions: four_questions() }
}

pub struct Survey<'a> {
    app: &'a TestApp,
    record: RecordId,
    anonymous: bool,
    state: SurveyState,
    closes_at: Option<DateTime<Utc>>,
    questions: serde_json::Value,
}

/// Two pages: a rating that is required and a recommendation; a choice and a text.
fn four_questions() -> serde_json::Value {
    json!([
        {"key": "overall", "kind": "rating", "text": "How good is it?", "required": true},
        {"key": "nps", "kind": "recommendation", "text": "Would you recommend it?"},
        {"key": "help", "kind": "many_of", "text": "What helped you?", "options": [{"key": "mail", "label": "The mail"}, {"key": "course", "label": "The course"}]},
        {"key": "more", "kind": "text", "text": "Anything else?"}
    ])
}

impl Survey<'_> {
    pub fn anonymous(self) -> Self {
        Survey { anonymous: true, ..self }
    }

    pub fn draft(self) -> Self {
        Survey { state: SurveyState::Draft, ..self }
    }

    pub fn closing_in(self, days: i64) -> Self {
        let closes_at = Some(self.app.clock.now() + chrono::Duration::days(days));
        Survey { closes_at, ..self }
    }

    pub fn laid(self) -> SurveyId {
        self.app.write(|tx| {
            let set: QuestionSetId = diesel::insert_into(question_sets::table)
                .values((
                    question_sets::key.eq(format!("set-{}", rand::random::<u64>())),
                    question_sets::version.eq(1),
                    question_sets::audience.eq(Audience::Users),
                    question_sets::name.eq("Users"),
                    question_sets::thanks.eq("We put right what you found wanting."),
                    question_sets::questions.eq(&self.questions),
                    question_sets::created_at.eq(tx.now),
                    question_sets::created_by.eq(SLIPWAY),
                ))
                .returning(question_sets::id)
                .get_result(tx.conn)?;
            let survey: SurveyId = diesel::insert_into(surveys::table)
                .values((
                    surveys::record_id.eq(self.record),
                    surveys::moment.eq(Moment::AfterRollout),
                    surveys::title.eq("How it went"),
                    surveys::anonymous.eq(self.anonymous),
                    surveys::state.eq(self.state),
                    surveys::closes_at.eq(self.closes_at),
                    surveys::created_at.eq(tx.now),
                    surveys::created_by.eq(SLIPWAY),
                ))
                .returning(surveys::id)
                .get_result(tx.conn)?;
            diesel::insert_into(survey_audiences::table)
                .values((survey_audiences::survey_id.eq(survey), survey_audiences::audience.eq(Audience::Users), survey_audiences::set_id.eq(set)))
                .execute(tx.conn)?;
            Ok(survey)
        })
    }
}

/// Somebody on the list of a survey; their address is made of their name.
pub fn invited(app: &TestApp, survey: SurveyId, name: &str, user: Option<UserId>) -> InvitationId {
    app.write(|tx| {
        diesel::insert_into(survey_invitations::table)
            .values((
                survey_invitations::survey_id.eq(survey),
                survey_invitations::audience.eq(Audience::Users),
                survey_invitations::user_id.eq(user),
                survey_invitations::name.eq(name),
                survey_invitations::email.eq(format!("{}@example.org", name.to_lowercase())),
            ))
            .returning(survey_invitations::id)
            .get_result(tx.conn)
    })
}

/// A link to answer by, as it stands in a mail.
pub fn survey_link(app: &TestApp, invitation: InvitationId) -> Link {
    let secrets = app.act(|tx| mailed_links::offer(tx, &Keys::of(&app.config), None, Target::Invitation(invitation), None, None)).expect("a link");
    Link { path: secrets.path, code: secrets.code }
}

pub fn set_survey(app: &TestApp, survey: SurveyId, state: SurveyState) {
    app.write(|tx| diesel::update(surveys::table.find(survey)).set(surveys::state.eq(state)).execute(tx.conn));
}
