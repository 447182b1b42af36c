//! What somebody vouches for.

use super::{id_of, reply};
use crate::app::{self, Context, FormErrors};
use crate::domain::ids::RecordId;
use crate::domain::requirements::{Confirmation, Outcome};
use crate::domain::text;
use crate::store::confirmations::NewConfirmation;
use crate::web::form::Fields;
use crate::web::page::Answer;
use actix_web::HttpRequest;
use actix_web::web::Path;

pub async fn create(ctx: Context, req: HttpRequest, id: Path<String>, fields: Fields) -> Answer {
    let id: RecordId = id_of(&id)?;
    let (answer, notice) = match parse(&fields) {
        Ok(given) => {
            let notice = format!("{}: {}.", given.subject.label(), given.outcome.label().to_lowercase());
            (ctx.write(move |tx| app::phases::confirm(tx, id, &given.borrowed())).await, notice)
        }
        Err(errors) => (Err(errors.into()), String::new()),
    };
    reply(&ctx, &req, id, fields, answer, "#readiness", &notice).await
}

struct Given {
    subject: Confirmation,
    outcome: Outcome,
    note: String,
    link: String,
}

impl Given {
    fn borrowed(&self) -> NewConfirmation<'_> {
        NewConfirmation { subject: self.subject, outcome: self.outcome, note: &self.note, link: &self.link }
    }
}

fn parse(fields: &Fields) -> Result<Given, FormErrors> {
    let mut errors = FormErrors::default();
    let subject = fields.required("subject", &mut errors);
    let outcome = fields.required("outcome", &mut errors);
    let note = errors.check("note", text::prose(fields.text("note")));
    let link = errors.check("link", link(fields.text("link")));
    match (subject, outcome, note, link) {
        (Some(subject), Some(outcome), Some(note), Some(link)) => Ok(Given { subject, outcome, note, link }),
        _ => Err(errors),
    }
}

/// A web address, or nothing.
fn link(text: &str) -> Result<String, String> {
    let text = text::optional_line(text).map_err(|refusal| refusal.to_string())?;
    if text.is_empty() || url::Url::parse(&text).is_ok_and(|it| matches!(it.scheme(), "http" | "https")) {
        Ok(text)
    } else {
        Err("Write the link as a web address that starts with https://.".into())
    }
}
