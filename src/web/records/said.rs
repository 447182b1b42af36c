//! A small form of a record's page that was refused: the page again, with what was typed and why it did not do.

use super::view::Show;
use crate::app::{self, Context, Error};
use crate::domain::ids::RecordId;
use crate::web::form::Fields;
use crate::web::page::{self, Answer};
use actix_web::HttpRequest;

/// What was typed into which of the page's forms, and what is to be said about it.
#[derive(Clone, Debug, Default)]
pub struct Said {
    fields: Fields,
    pub message: Option<String>,
}

impl Said {
    /// Whether this is the form that was refused.
    pub fn is(&self, form: &str) -> bool {
        !form.is_empty() && self.fields.text("asked") == form
    }

    /// What was typed into a field of this form.
    pub fn text(&self, form: &str, field: &str) -> &str {
        if self.is(form) { self.fields.text(field) } else { "" }
    }

    /// Whether this value had been chosen in this form.
    pub fn chose(&self, form: &str, field: &str, value: &str) -> bool {
        self.is(form) && self.fields.text(field) == value
    }
}

/// The page again where the reader can mend it; anything else is left to the failure page.
pub async fn again(ctx: &Context, req: &HttpRequest, id: RecordId, fields: Fields, error: Error) -> Answer {
    let (message, missing) = match &error {
        Error::Invalid(errors) => (errors.iter().map(|(_, message)| message.as_str()).collect::<Vec<_>>().join(" "), true),
        Error::Refused(refusal) => (refusal.to_string(), false),
        Error::Stale => ("Somebody changed this record while you looked at it. This is how it stands now; look again, then decide.".to_owned(), false),
        Error::NotFound | Error::Forbidden(_) | Error::Outage(_) => return Err(error.into()),
    };
    let (frame, actor) = (page::frame(ctx, req), ctx.actor.clone());
    let page = ctx.read(move |conn| load(conn, frame, &actor, id, Said { fields, message: Some(message) })).await?;
    if missing { page::unprocessable(&page) } else { page::conflict(&page) }
}

fn load(
    conn: &mut crate::store::PgConnection,
    frame: crate::web::frame::Frame,
    actor: &crate::domain::people::Actor,
    id: RecordId,
    said: Said,
) -> app::Result<Show> {
    let kind = crate::store::records::find(conn, id)?.kind;
    let mut page = Show::load(conn, frame, actor, id, kind)?;
    page.said = said;
    Ok(page)
}
