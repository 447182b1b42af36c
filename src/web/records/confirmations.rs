//! What somebody vouches for.

use super::{back, id_of};
use crate::app::{self, Context, Error, FormErrors};
use crate::domain::ids::RecordId;
use crate::domain::requirements::{Confirmation, Outcome};
use crate::domain::text;
use crate::store::confirmations::NewConfirmation;
use crate::web::form::Fields;
use crate::web::page::Answer;
use actix_web::web::Path;

pub async fn create(ctx: Context, id: Path<String>, fields: Fields) -> Answer {
    let id: RecordId = id_of(&id)?;
    let mut errors = FormErrors::default();
    let subject = fields.required::<Confirmation>("subject", &mut errors);
    let outcome = fields.required::<Outcome>("outcome", &mut errors);
    let note = errors.check("note", text::prose(fields.text("note")));
    let link = errors.check("link", link(fields.text("link")));
    let (Some(subject), Some(outcome), Some(note), Some(link)) = (subject, outcome, note, link) else { return Err(Error::from(errors).into()) };
    ctx.write(move |tx| app::phases::confirm(tx, id, &NewConfirmation { subject, outcome, note: &note, link: &link })).await?;
    back(&ctx, id, "#readiness", &format!("{}: {}.", subject.label(), outcome.label().to_lowercase())).await
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
