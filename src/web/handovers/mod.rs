//! Handing support over: the page of a release's handover, and the one on which the group that is asked answers.

pub mod answer;
mod card;
pub mod checklist;
pub mod request;

pub use answer::{show, update};
pub use card::Card;

use super::form::{Choice, Fields};
use crate::app::FormErrors;
use crate::app::handovers::Answer;
use crate::domain::refusals::Refusal;
use crate::domain::text;

/// What whoever takes over can say. Nothing of it is chosen beforehand.
pub fn answers() -> Vec<Choice> {
    vec![Choice::new("accept", "Accept: we take over support"), Choice::new("decline", "Decline: something is missing")]
}

/// What is said to whoever answered on a page that had become out of date.
pub fn out_of_date(changed: &[String]) -> String {
    let sentences: Vec<String> = changed.iter().map(|it| format!("{}.", it.trim_end_matches('.'))).collect();
    format!("What is handed over changed while you looked at it, so nothing is recorded yet. {} Look again, then answer.", sentences.join(" "))
}

/// The answer that was typed, or what is missing of it.
pub fn parse(fields: &Fields, errors: &mut FormErrors) -> Option<Answer> {
    let said = errors.check("note", text::prose(fields.text("note"))).unwrap_or_default();
    match fields.text("answer") {
        "accept" => Some(Answer::Accept { note: said, seen: fields.text("seen").to_owned() }),
        "decline" => {
            if said.is_empty() && errors.get("note").is_none() {
                errors.about("note", Refusal::NeedsReason.to_string());
            }
            Some(Answer::Decline { reason: said })
        }
        _ => {
            errors.about("answer", "Choose to accept or to decline.");
            None
        }
    }
}
