//! Answers: the pages on which questions come, what may be said to each, and what of it is counted.

use super::{Question, QuestionKind};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// So many questions come on one page.
pub const ON_A_PAGE: usize = 3;
/// The longest text, in characters.
pub const LONGEST: usize = 2_000;

/// What was said to one question, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Answer {
    /// A rating or a score.
    Number(i32),
    /// The keys of what was chosen among many, in the order of the options.
    Several(Vec<String>),
    /// `yes` or `no`, the key of what was chosen, or a text.
    Words(String),
}

impl Answer {
    /// What a form sends for it.
    pub fn values(&self) -> Vec<String> {
        match self {
            Answer::Number(number) => vec![number.to_string()],
            Answer::Several(keys) => keys.clone(),
            Answer::Words(words) => vec![words.clone()],
        }
    }
}

/// What one person said, by the key of the question. What was not answered is not there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Answers(pub BTreeMap<String, Answer>);

/// Why something is no answer to a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error("Please answer this question.")]
    Missing,
    #[error("Choose a number from {0} to {1}.")]
    OutOfRange(i32, i32),
    #[error("Choose among the answers given here.")]
    Unknown,
    #[error("Shorten this to 2,000 characters; it has {0}.")]
    TooLong(usize),
}

impl QuestionKind {
    /// The lowest and the highest number, of those kinds that take one.
    pub fn range(self) -> Option<(i32, i32)> {
        match self {
            QuestionKind::Rating => Some((1, 5)),
            QuestionKind::Recommendation => Some((0, 10)),
            QuestionKind::YesNo | QuestionKind::OneOf | QuestionKind::ManyOf | QuestionKind::Text => None,
        }
    }

    /// How long one thinks about such a question, in seconds.
    fn seconds(self) -> usize {
        match self {
            QuestionKind::YesNo => 6,
            QuestionKind::Rating | QuestionKind::Recommendation | QuestionKind::OneOf => 8,
            QuestionKind::ManyOf => 12,
            QuestionKind::Text => 25,
        }
    }
}

/// What was sent for a question, as an answer to it; `None` where it was left out.
pub fn parse(question: &Question, sent: &[String]) -> Result<Option<Answer>, Fault> {
    let sent: Vec<&str> = sent.iter().map(|it| it.trim()).filter(|it| !it.is_empty()).collect();
    let Some(first) = sent.first() else { return Ok(None) };
    let known = |key: &str| question.options.iter().any(|it| it.key == key);
    let answer = match question.kind {
        QuestionKind::Rating | QuestionKind::Recommendation => {
            let (low, high) = question.kind.range().unwrap_or_default();
            let number = first.parse().ok().filter(|it| (low..=high).contains(it));
            Answer::Number(number.ok_or(Fault::OutOfRange(low, high))?)
        }
        QuestionKind::YesNo if matches!(*first, "yes" | "no") => Answer::Words((*first).to_owned()),
        QuestionKind::OneOf if known(first) => Answer::Words((*first).to_owned()),
        QuestionKind::YesNo | QuestionKind::OneOf => return Err(Fault::Unknown),
        QuestionKind::ManyOf if sent.iter().all(|it| known(it)) => {
            let chosen = question.options.iter().map(|it| &it.key).filter(|key| sent.contains(&key.as_str()));
            Answer::Several(chosen.cloned().collect())
        }
        QuestionKind::ManyOf => return Err(Fault::Unknown),
        QuestionKind::Text => {
            // A browser sends a line's end as two characters, and counts it as one.
            let text = first.replace("\r\n", "\n");
            match text.chars().count() {
                length if length > LONGEST => return Err(Fault::TooLong(length)),
                _ => Answer::Words(text),
            }
        }
    };
    Ok(Some(answer))
}

/// The pages on which the questions come, as even as can be; at least one.
pub fn pages(questions: &[Question]) -> Vec<&[Question]> {
    let count = questions.len().div_ceil(ON_A_PAGE).max(1);
    (0..count).map(|page| questions.get(questions.len() * page / count..questions.len() * (page + 1) / count).unwrap_or_default()).collect()
}

/// How long answering takes, in words: at least a minute.
pub fn how_long(questions: &[Question]) -> String {
    let seconds: usize = questions.iter().map(|it| it.kind.seconds()).sum();
    match (seconds + 30) / 60 {
        0 | 1 => "about a minute".to_owned(),
        minutes => format!("about {minutes} minutes"),
    }
}

impl Answers {
    /// With what was said on one page: what is left empty there is not answered any more.
    pub fn with(&self, page: &[Question], said: &Answers) -> Answers {
        let mut all = self.clone();
        for question in page {
            match said.0.get(&question.key) {
                Some(answer) => all.0.insert(question.key.clone(), answer.clone()),
                None => all.0.remove(&question.key),
            };
        }
        all
    }

    /// The first page on which a required question is open, if there is one.
    pub fn lacking(&self, pages: &[&[Question]]) -> Option<usize> {
        pages.iter().position(|page| page.iter().any(|it| it.required && !self.0.contains_key(&it.key)))
    }

    /// The first page on which nothing is answered yet, or else the last: where whoever comes back goes on.
    pub fn reached(&self, pages: &[&[Question]]) -> usize {
        let untouched = |page: &&[Question]| !page.iter().any(|it| self.0.contains_key(&it.key));
        pages.iter().position(untouched).unwrap_or(pages.len().saturating_sub(1))
    }

    /// What is counted of it: question and value. The empty pair stands for the whole.
    pub fn counted(&self, questions: &[Question]) -> Vec<(String, String)> {
        let mut counted = vec![(String::new(), String::new())];
        for question in questions {
            let Some(answer) = self.0.get(&question.key) else { continue };
            let values = match question.kind {
                QuestionKind::Text => vec!["given".to_owned()],
                QuestionKind::Rating | QuestionKind::Recommendation | QuestionKind::YesNo | QuestionKind::OneOf | QuestionKind::ManyOf => answer.values(),
            };
            counted.extend(values.into_iter().map(|value| (question.key.clone(), value)));
        }
        counted
    }
}

/// What a complete answer changes in the counts, the one before it given if there is one; in a fixed order, and nothing that stays.
pub fn difference(questions: &[Question], before: Option<&Answers>, now: &Answers) -> BTreeMap<(String, String), i64> {
    let mut changes = BTreeMap::new();
    for key in now.counted(questions) {
        *changes.entry(key).or_insert(0) += 1;
    }
    for key in before.map(|it| it.counted(questions)).unwrap_or_default() {
        *changes.entry(key).or_insert(0) -= 1;
    }
    changes.retain(|_, count| *count != 0);
    changes
}

#[cfg(test)]
mod tests;
