//! The questions of a set: what can be asked, and which question is which through all versions of the set.

use super::{Choice, Question, QuestionKind};
use crate::domain::text;
use std::collections::BTreeSet;

/// How many questions a set has at most.
pub const MOST: usize = 15;
/// How many options there are to choose from.
pub const OPTIONS: std::ops::RangeInclusive<usize> = 2..=12;

/// A question as somebody wants it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    /// Which question of the set it was; empty for a new one.
    pub key: String,
    pub kind: Option<QuestionKind>,
    pub text: String,
    pub required: bool,
    /// One option a line.
    pub options: String,
}

/// Why a question cannot be asked like this. The sentence stands beside it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QuestionRefusal {
    #[error("Choose what kind of answer it takes.")]
    NoKind,
    #[error(transparent)]
    Text(#[from] text::TextRefusal),
    #[error("Give 2 to 12 options, one a line; there are {0}.")]
    OptionCount(usize),
    #[error("“{0}” stands there twice. Give every option another name.")]
    SameOption(String),
}

/// Why a set cannot be asked like this.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SetRefusal {
    #[error("Ask at least one question.")]
    Empty,
    #[error("Ask at most 15 questions: nobody answers more. There are {0}.")]
    TooMany(usize),
    #[error("Look at question {}.", .0.iter().map(|(at, _)| (at + 1).to_string()).collect::<Vec<_>>().join(", "))]
    Questions(Vec<(usize, QuestionRefusal)>),
}

impl QuestionKind {
    /// Whether it has options to choose from.
    pub const fn chooses(self) -> bool {
        match self {
            QuestionKind::OneOf | QuestionKind::ManyOf => true,
            QuestionKind::Rating | QuestionKind::Recommendation | QuestionKind::YesNo | QuestionKind::Text => false,
        }
    }
}

/// The questions of the next state of a set. `history` is what its versions asked, newest first: a question that is still asked keeps
/// its key, and an option its own, so that answers can be compared; a key that was given once never means anything else.
pub fn settle(drafts: &[Draft], history: &[Vec<Question>]) -> Result<Vec<Question>, SetRefusal> {
    if drafts.is_empty() {
        return Err(SetRefusal::Empty);
    }
    if drafts.len() > MOST {
        return Err(SetRefusal::TooMany(drafts.len()));
    }
    let mut taken: BTreeSet<String> = history.iter().flatten().map(|it| it.key.clone()).collect();
    let mut used = BTreeSet::new();
    let (mut questions, mut refusals) = (Vec::new(), Vec::new());
    for (at, draft) in drafts.iter().enumerate() {
        match question(draft, history, &mut taken, &mut used) {
            Ok(question) => questions.push(question),
            Err(refusal) => refusals.push((at, refusal)),
        }
    }
    if refusals.is_empty() { Ok(questions) } else { Err(SetRefusal::Questions(refusals)) }
}

fn question(draft: &Draft, history: &[Vec<Question>], taken: &mut BTreeSet<String>, used: &mut BTreeSet<String>) -> Result<Question, QuestionRefusal> {
    let kind = draft.kind.ok_or(QuestionRefusal::NoKind)?;
    let text = text::line(&draft.text)?;
    let labels = if kind.chooses() { labels(&draft.options)? } else { Vec::new() };
    // Another kind of answer is another question: the two cannot be compared.
    let before: Vec<&Question> = history.iter().flatten().filter(|it| it.key == draft.key && it.kind == kind).collect();
    let key = if !before.is_empty() && used.insert(draft.key.clone()) { draft.key.clone() } else { fresh("q", taken) };
    used.insert(key.clone());
    let same: Vec<&Question> = before.into_iter().filter(|it| it.key == key).collect();
    Ok(Question { options: options(labels, &same), key, kind, text, required: draft.required })
}

fn labels(text: &str) -> Result<Vec<String>, QuestionRefusal> {
    let mut labels: Vec<String> = Vec::new();
    for line in text.lines().filter(|it| !it.trim().is_empty()) {
        let label = text::line(line)?;
        if labels.iter().any(|it| it.to_lowercase() == label.to_lowercase()) {
            return Err(QuestionRefusal::SameOption(label));
        }
        labels.push(label);
    }
    if OPTIONS.contains(&labels.len()) { Ok(labels) } else { Err(QuestionRefusal::OptionCount(labels.len())) }
}

/// An option of the same name is the same option.
fn options(labels: Vec<String>, before: &[&Question]) -> Vec<Choice> {
    let known = || before.iter().flat_map(|it| &it.options);
    let mut taken: BTreeSet<String> = known().map(|it| it.key.clone()).collect();
    let mut used = BTreeSet::new();
    let mut key = |label: &str| {
        let same = known().find(|it| it.label == label).map(|it| it.key.clone()).filter(|it| !used.contains(it));
        let key = same.unwrap_or_else(|| fresh("o", &mut taken));
        used.insert(key.clone());
        key
    };
    labels.into_iter().map(|label| Choice { key: key(&label), label }).collect()
}

/// The first key of this stem that was never given.
fn fresh(stem: &str, taken: &mut BTreeSet<String>) -> String {
    let free = (1..).map(|it| format!("{stem}{it}")).find(|it| !taken.contains(it)).unwrap_or_default();
    taken.insert(free.clone());
    free
}

/// The question as the form of a set shows it.
pub fn draft(question: &Question) -> Draft {
    Draft {
        key: question.key.clone(),
        kind: Some(question.kind),
        text: question.text.clone(),
        required: question.required,
        options: question.options.iter().map(|it| it.label.as_str()).collect::<Vec<_>>().join("\n"),
    }
}

/// A set in words, to show what an edit changed.
pub fn written(questions: &[Question]) -> String {
    let line = |(at, it): (usize, &Question)| {
        let options = it.options.iter().map(|it| it.label.as_str()).collect::<Vec<_>>().join(" / ");
        let options = if options.is_empty() { String::new() } else { format!(": {options}") };
        format!("{}. {} ({}{options}{})", at + 1, it.text, it.kind.label(), if it.required { ", required" } else { "" })
    };
    questions.iter().enumerate().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests;
