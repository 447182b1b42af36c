//! Opening again what has ended.

use crate::app::{self, Context, Error};
use crate::domain::ids::RecordId;
use crate::domain::people::Action;
use crate::domain::refusals::Refusal;
use crate::domain::text;
use crate::store::records::{self, Full};
use crate::web::form::{Fields, Form};
use crate::web::frame::Frame;
use crate::web::page::{self, Answer};
use crate::web::records::id_of;
use actix_web::HttpRequest;
use actix_web::web::Path;
use askama::Template;

#[derive(Template)]
#[template(path = "records/reopen.html")]
struct New {
    frame: Frame,
    full: Full,
    form: Form,
}

pub async fn new(ctx: Context, req: HttpRequest, id: Path<String>) -> Answer {
    let id: RecordId = id_of(&id)?;
    let page = load(&ctx, &req, id, Form::default()).await?;
    page::html(&page)
}

async fn load(ctx: &Context, req: &HttpRequest, id: RecordId, mut form: Form) -> app::Result<New> {
    if !ctx.actor.may(Action::Reopen) {
        return Err(Error::Forbidden(Action::Reopen));
    }
    let frame = page::frame(ctx, req);
    let full = ctx.read(move |conn| Ok(records::full(conn, id)?)).await?;
    if full.record.is_open() {
        return Err(Refusal::NotEnded.into());
    }
    form.fields.set("version", full.record.version.to_string());
    Ok(New { frame, full, form })
}

pub async fn create(ctx: Context, req: HttpRequest, id: Path<String>, fields: Fields) -> Answer {
    let id: RecordId = id_of(&id)?;
    let seen = fields.version();
    let answer = match text::required_prose(fields.text("reason")) {
        Ok(reason) => ctx.write(move |tx| app::reopening::reopen(tx, id, seen, &reason)).await,
        Err(refusal) => Err(app::FormErrors::of("reason", refusal.to_string()).into()),
    };
    match answer {
        Ok(()) => super::back(&ctx, id, "", "It is open again.").await,
        Err(Error::Invalid(errors)) => page::unprocessable(&load(&ctx, &req, id, Form::refused(fields, errors)).await?),
        Err(other) => Err(other.into()),
    }
}
