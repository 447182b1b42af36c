//! What of surveys an evidence pack may tell: the same as the page of their results, by the same rule.

use crate::app::Result;
use crate::domain::ids::RecordId;
use crate::domain::surveys::results::{Group, Showing, said};
use crate::domain::surveys::{Audience, Question, QuestionKind};
use crate::store::PgConnection;
use crate::store::results::{self, Outcome, Wanted};
use serde_json::Value;
use std::collections::BTreeSet;

/// More comments of one audience nobody reads on paper; the results have them all.
pub const MOST_COMMENTS: usize = 500;

/// What a survey came to, with what people wrote.
pub struct Feedback {
    pub outcome: Outcome,
    pub comments: Vec<Comment>,
}

/// What somebody wrote; who it was is not told.
pub struct Comment {
    pub audience: Audience,
    pub question: String,
    pub text: String,
}

/// The surveys of a release that people could answer.
pub fn load(conn: &mut PgConnection, release: RecordId) -> Result<Vec<Feedback>> {
    let outcomes = results::asked(conn, release)?;
    outcomes.into_iter().map(|outcome| Ok(Feedback { comments: comments(conn, &outcome)?, outcome })).collect()
}

fn comments(conn: &mut PgConnection, outcome: &Outcome) -> Result<Vec<Comment>> {
    let mut found = Vec::new();
    for group in outcome.results.shown() {
        let questions: Vec<&Question> = group.questions.iter().filter(|it| it.kind == QuestionKind::Text).collect();
        let keys = questions.iter().map(|it| it.key.clone()).collect();
        let wanted = Wanted { survey: outcome.survey.id, audience: group.audience, answering: Some(keys), after: None };
        for response in results::responses(conn, &wanted, MOST_COMMENTS as i64)? {
            let wrote = questions.iter().map(|it| (it, said(it, response.answers.get(&it.key)))).filter(|(_, text)| !text.is_empty());
            found.extend(wrote.map(|(it, text)| Comment { audience: group.audience, question: it.text.clone(), text }));
        }
    }
    Ok(found)
}

/// Takes out of the tables what the page of the results keeps to itself.
pub(super) fn withhold(tables: &mut Value, all: &[Feedback]) {
    let kept = |of: &Feedback, group: &Group| match of.outcome.results.showing(group) {
        Showing::Shown => None,
        Showing::NotYet | Showing::TooFew => Some((of.outcome.survey.id.0, group.audience.word())),
    };
    let kept: BTreeSet<(i64, &str)> = all.iter().flat_map(|of| of.outcome.results.groups.iter().filter_map(move |it| kept(of, it))).collect();
    let is_kept = |row: &Value| row["survey_id"].as_i64().zip(row["audience"].as_str()).is_some_and(|it| kept.contains(&it));
    if let Some(audiences) = tables["audiences"].as_array_mut() {
        for row in audiences.iter_mut().filter(|row| is_kept(row)) {
            row["answers"] = Value::Null;
            row["withheld"] = Value::Bool(true);
        }
    }
    if let Some(tallies) = tables["tallies"].as_array_mut() {
        tallies.retain(|row| !is_kept(row));
    }
}
