//! Surveys that were answered, laid into the database with their tallies.

use crate::support::{TestApp, noon};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Jsonb, Nullable, Text, Timestamptz};
use serde_json::{Value, json};
use slipway::domain::ids::{RecordId, SurveyId};
use slipway::domain::surveys::{Audience, Moment, SurveyState};

/// A closed survey of this release after its rollout, with names, unless said otherwise.
pub fn survey<'a>(app: &'a TestApp, release: RecordId, title: &str) -> Survey<'a> {
    Survey { app, release, title: title.to_owned(), moment: Moment::AfterRollout, anonymous: false, state: SurveyState::Closed, groups: Vec::new() }
}

pub struct Survey<'a> {
    app: &'a TestApp,
    release: RecordId,
    title: String,
    moment: Moment,
    anonymous: bool,
    state: SurveyState,
    groups: Vec<(Audience, i64, Vec<Value>)>,
}

impl Survey<'_> {
    pub fn at(self, moment: Moment) -> Self {
        Survey { moment, ..self }
    }

    pub fn anonymous(self) -> Self {
        Survey { anonymous: true, ..self }
    }

    pub fn open(self) -> Self {
        Survey { state: SurveyState::Open, ..self }
    }

    pub fn draft(self) -> Self {
        Survey { state: SurveyState::Draft, ..self }
    }

    /// So many of this audience are invited, and some of them gave these answers.
    pub fn asking(mut self, audience: Audience, invited: i64, answers: Vec<Value>) -> Self {
        self.groups.push((audience, invited, answers));
        self
    }

    pub fn made(self) -> SurveyId {
        let id = self.app.write(|tx| {
            let query = "INSERT INTO surveys (record_id, moment, title, anonymous, state, created_at, created_by, opened_at, closed_at) \
                         VALUES ($1, $2, $3, $4, $5, $6, 0, $6, $7) RETURNING id";
            let made = diesel::sql_query(query)
                .bind::<BigInt, _>(self.release.0)
                .bind::<Text, _>(self.moment.word())
                .bind::<Text, _>(&self.title)
                .bind::<Bool, _>(self.anonymous)
                .bind::<Text, _>(self.state.word())
                .bind::<Timestamptz, _>(noon())
                .bind::<Nullable<Timestamptz>, _>((self.state == SurveyState::Closed).then(noon));
            made.get_result::<Made>(tx.conn).map(|it| it.id)
        });
        for (audience, invited, answers) in &self.groups {
            fill(self.app, id, *audience, *invited, &json!(answers));
        }
        tally(self.app, id);
        SurveyId(id)
    }
}

#[derive(QueryableByName)]
struct Made {
    #[diesel(sql_type = BigInt)]
    id: i64,
}

/// What is asked of every audience: a rating, a recommendation, yes or no, many of, a text.
fn questions() -> Value {
    json!([
        {"key": "smooth", "kind": "rating", "text": "How smooth was it?", "required": true},
        {"key": "recommend", "kind": "recommendation", "text": "Would you recommend it?"},
        {"key": "again", "kind": "yes_no", "text": "Would you do it again?"},
        {"key": "which", "kind": "many_of", "text": "What got better?", "options": [{"key": "speed", "label": "Speed"}, {"key": "looks", "label": "Looks"}]},
        {"key": "more", "kind": "text", "text": "What else?"}
    ])
}

fn fill(app: &TestApp, survey: i64, audience: Audience, invited: i64, answers: &Value) {
    let set = "INSERT INTO question_sets (key, version, audience, name, questions, created_at, created_by) VALUES ('story-' || $1, 1, $1, 'Story', $2, $3, 0) \
               ON CONFLICT DO NOTHING";
    let asked = "INSERT INTO survey_audiences SELECT $1, $2, id FROM question_sets WHERE key = 'story-' || $2";
    let list = "INSERT INTO survey_invitations (survey_id, audience, name, email, invited_at) \
                SELECT $1, $2, CASE WHEN n % 3 > 0 THEN $2 || ' ' || n ELSE '' END, $2 || n || '@example.org', $4 FROM generate_series(1, $3) n";
    let given = "INSERT INTO survey_responses (id, survey_id, audience, invitation_id, handle, complete, answers) \
                 SELECT (random() * 9e15)::bigint, $1, $2, CASE WHEN NOT s.anonymous THEN i.id END, \
                     CASE WHEN s.anonymous THEN decode(md5(i.id || 'story'), 'hex') END, true, it.given \
                 FROM jsonb_array_elements($3) WITH ORDINALITY it (given, n) \
                 JOIN surveys s ON s.id = $1 JOIN survey_invitations i ON i.survey_id = $1 AND i.email = $2 || it.n || '@example.org'";
    app.write(|tx| {
        let word = audience.word();
        diesel::sql_query(set).bind::<Text, _>(word).bind::<Jsonb, _>(questions()).bind::<Timestamptz, _>(noon()).execute(tx.conn)?;
        diesel::sql_query(asked).bind::<BigInt, _>(survey).bind::<Text, _>(word).execute(tx.conn)?;
        let people = diesel::sql_query(list).bind::<BigInt, _>(survey).bind::<Text, _>(word).bind::<BigInt, _>(invited);
        people.bind::<Timestamptz, _>(noon()).execute(tx.conn)?;
        diesel::sql_query(given).bind::<BigInt, _>(survey).bind::<Text, _>(word).bind::<Jsonb, _>(answers).execute(tx.conn)
    });
}

/// Counts complete answers as recording them does.
fn tally(app: &TestApp, survey: i64) {
    let counted = "INSERT INTO survey_tallies SELECT survey_id, audience, question, value, count(*) FROM ( \
                       SELECT survey_id, audience, '' AS question, '' AS value FROM survey_responses WHERE survey_id = $1 AND complete \
                       UNION ALL \
                       SELECT r.survey_id, r.audience, q ->> 'key', CASE q ->> 'kind' WHEN 'text' THEN 'given' ELSE v END \
                       FROM survey_responses r JOIN survey_audiences a USING (survey_id, audience) JOIN question_sets s ON s.id = a.set_id \
                       CROSS JOIN jsonb_array_elements(s.questions) q \
                       CROSS JOIN jsonb_array_elements_text(CASE jsonb_typeof(r.answers -> (q ->> 'key')) WHEN 'array' THEN r.answers -> (q ->> 'key') \
                           ELSE jsonb_build_array(r.answers -> (q ->> 'key')) END) v \
                       WHERE r.survey_id = $1 AND r.complete AND jsonb_exists(r.answers, q ->> 'key')) given GROUP BY 1, 2, 3, 4";
    app.write(|tx| diesel::sql_query(counted).bind::<BigInt, _>(survey).execute(tx.conn));
}
