//! The questions of a survey as whoever is asked sees them: with what they answered, and with what is wrong.
//! `templates/public/_questions.html` draws them from `questions: Vec<Asked>`.

use crate::domain::surveys::{Question, QuestionKind};
use crate::web::form::Fields;
use std::collections::BTreeMap;

/// One question on the page.
pub struct Asked {
    pub number: usize,
    /// The name of its field, and the id that an error leads to.
    pub field: String,
    pub text: String,
    pub required: bool,
    pub kind: QuestionKind,
    /// What to choose from; empty for a text.
    pub picks: Vec<Pick>,
    /// What was written, where a text is asked for.
    pub written: String,
    pub error: Option<String>,
}

/// Something to choose.
pub struct Pick {
    pub value: String,
    pub label: String,
    pub chosen: bool,
}

/// The field of the form in which a question is answered.
pub fn field(key: &str) -> String {
    format!("q-{key}")
}

/// The questions with the answers in these fields; `errors` by the key of the question.
pub fn asked(questions: &[Question], given: &Fields, errors: &BTreeMap<String, String>) -> Vec<Asked> {
    let one = |(at, it): (usize, &Question)| {
        let field = field(&it.key);
        let chosen = given.all(&field);
        let pick = |(value, label): (String, String)| Pick { chosen: chosen.contains(&value), value, label };
        Asked {
            number: at + 1,
            text: it.text.clone(),
            required: it.required,
            kind: it.kind,
            picks: values(it).into_iter().map(pick).collect(),
            written: if it.kind == QuestionKind::Text { given.text(&field).to_owned() } else { String::new() },
            error: errors.get(&it.key).cloned(),
            field,
        }
    };
    questions.iter().enumerate().map(one).collect()
}

/// What can be chosen, as it is sent and as it is read.
fn values(question: &Question) -> Vec<(String, String)> {
    let numbers = |from: u8, to: u8| (from..=to).map(|it| (it.to_string(), it.to_string())).collect();
    match question.kind {
        QuestionKind::Rating => numbers(1, 5),
        QuestionKind::Recommendation => numbers(0, 10),
        QuestionKind::YesNo => vec![("yes".into(), "Yes".into()), ("no".into(), "No".into())],
        QuestionKind::OneOf | QuestionKind::ManyOf => question.options.iter().map(|it| (it.key.clone(), it.label.clone())).collect(),
        QuestionKind::Text => Vec::new(),
    }
}

impl Asked {
    pub fn is_text(&self) -> bool {
        self.kind == QuestionKind::Text
    }

    pub fn is_many(&self) -> bool {
        self.kind == QuestionKind::ManyOf
    }

    /// What the two ends of a scale mean; nothing else has them.
    pub fn ends(&self) -> Option<(&'static str, &'static str)> {
        match self.kind {
            QuestionKind::Rating => Some(("1: very poor", "5: very good")),
            QuestionKind::Recommendation => Some(("0: not at all likely", "10: extremely likely")),
            QuestionKind::YesNo | QuestionKind::OneOf | QuestionKind::ManyOf | QuestionKind::Text => None,
        }
    }

    /// What is said beside it, for `aria-describedby`.
    pub fn described_by(&self) -> String {
        let ends = self.ends().map(|_| format!("{}-ends", self.field));
        let error = self.error.as_ref().map(|_| format!("{}-error", self.field));
        ends.into_iter().chain(error).collect::<Vec<_>>().join(" ")
    }
}
