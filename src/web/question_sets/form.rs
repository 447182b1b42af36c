//! The form of a question set: its questions as numbered fields, which its own buttons put in another order.

use crate::app::FormErrors;
use crate::app::question_sets::Draft;
use crate::domain::surveys::questions::{self, Draft as Question, MOST, SetRefusal};
use crate::domain::surveys::{Audience, Choice, Question as Settled, QuestionKind};
use crate::domain::text;
use crate::store::question_sets::QuestionSet;
use crate::web::form::Fields;
use std::collections::BTreeMap;

/// A question on the form, with its place and what is wrong with it.
pub struct Drawn {
    pub at: usize,
    pub question: Question,
    pub error: Option<String>,
    pub is_last: bool,
}

impl Drawn {
    pub fn number(&self) -> usize {
        self.at + 1
    }

    pub fn is(&self, kind: &QuestionKind) -> bool {
        self.question.kind == Some(*kind)
    }
}

pub fn drawn(fields: &Fields, wrong: &BTreeMap<usize, String>) -> Vec<Drawn> {
    let all = questions(fields);
    let last = all.len().saturating_sub(1);
    all.into_iter().enumerate().map(|(at, question)| Drawn { error: wrong.get(&at).cloned(), is_last: at == last, question, at }).collect()
}

/// The questions as they were typed.
pub fn questions(fields: &Fields) -> Vec<Question> {
    // One more than can be saved, so that the refusal can say so.
    let count = fields.text("count").parse::<usize>().unwrap_or_default().min(MOST + 1);
    let text = |name: &str, at: usize| fields.text(&format!("{name}-{at}")).to_owned();
    let question = |at| Question {
        key: text("key", at),
        kind: QuestionKind::from_word(&text("kind", at)),
        text: text("text", at),
        required: fields.is_set(&format!("required-{at}")),
        options: text("options", at).replace("\r\n", "\n"),
    };
    (0..count).map(question).collect()
}

fn put(fields: &mut Fields, questions: &[Question]) {
    fields.set("count", questions.len().to_string());
    for (at, it) in questions.iter().enumerate() {
        fields.set(&format!("key-{at}"), &it.key);
        fields.set(&format!("kind-{at}"), it.kind.map_or("", QuestionKind::word));
        fields.set(&format!("text-{at}"), &it.text);
        fields.set(&format!("required-{at}"), if it.required { "yes" } else { "" });
        fields.set(&format!("options-{at}"), &it.options);
    }
}

/// Carries out a button that changes the form and saves nothing: `add`, `up-2`, `down-2`, `remove-2`. Whether there was one.
pub fn turn(fields: &mut Fields) -> bool {
    let mut all = questions(fields);
    let pressed = fields.text("do").to_owned();
    let (what, at) = pressed.split_once('-').map_or((pressed.as_str(), usize::MAX), |(what, at)| (what, at.parse().unwrap_or(usize::MAX)));
    match what {
        "add" => all.push(Question { kind: Some(QuestionKind::Rating), ..Question::default() }),
        "up" if at > 0 && at < all.len() => all.swap(at - 1, at),
        "down" if at < all.len().saturating_sub(1) => all.swap(at, at + 1),
        "remove" if at < all.len() => drop(all.remove(at)),
        "" => return false,
        _ => {}
    }
    all.truncate(MOST + 1);
    put(fields, &all);
    true
}

/// A new set begins with the two questions that every set should ask.
pub fn blank() -> Fields {
    let mut fields = Fields::default();
    let rating = Question { kind: Some(QuestionKind::Rating), text: "How satisfied are you overall?".into(), required: true, ..Question::default() };
    let comment = Question { kind: Some(QuestionKind::Text), text: "What should be better next time?".into(), ..Question::default() };
    put(&mut fields, &[rating, comment]);
    fields
}

pub fn filled(set: &QuestionSet) -> Fields {
    let mut fields = Fields::default();
    fields.set("audience", set.audience.word());
    fields.set("name", &set.name);
    fields.set("intro", &set.intro);
    fields.set("thanks", &set.thanks);
    fields.set("version", set.edits.to_string());
    put(&mut fields, &set.questions.0.iter().map(questions::draft).collect::<Vec<_>>());
    fields
}

pub fn read(fields: &Fields) -> Result<Draft, FormErrors> {
    let mut errors = FormErrors::default();
    let audience: Option<Audience> = fields.required("audience", &mut errors);
    let name = errors.check("name", text::line(fields.text("name")));
    let intro = errors.check("intro", text::prose(fields.text("intro")));
    let thanks = errors.check("thanks", text::prose(fields.text("thanks")));
    match (audience.zip(name), intro.zip(thanks)) {
        (Some((audience, name)), Some((intro, thanks))) => Ok(Draft { audience, name, intro, thanks, questions: questions(fields) }),
        (Some(_) | None, Some(_) | None) => Err(errors),
    }
}

/// What is wrong with each question, by its place.
pub fn wrong(fields: &Fields) -> BTreeMap<usize, String> {
    match questions::settle(&questions(fields), &[]) {
        Err(SetRefusal::Questions(all)) => all.into_iter().map(|(at, why)| (at, why.to_string())).collect(),
        Err(SetRefusal::Empty | SetRefusal::TooMany(_)) | Ok(_) => BTreeMap::new(),
    }
}

/// As much of what was typed as can be shown already.
pub fn shown(typed: &[Question]) -> Vec<Settled> {
    let choice = |(at, label): (usize, &str)| Choice { key: format!("o{at}"), label: label.trim().to_owned() };
    let lines = |it: &Question| it.options.lines().filter(|it| !it.trim().is_empty()).enumerate().map(choice).collect::<Vec<_>>();
    let question = |(at, it): (usize, &Question)| {
        let kind = it.kind.unwrap_or(QuestionKind::Text);
        let options = if kind.chooses() { lines(it) } else { Vec::new() };
        Settled { key: format!("q{at}"), kind, text: it.text.clone(), required: it.required, options }
    };
    typed.iter().enumerate().map(question).collect()
}
