//! Known errors of the release, one at a time, and that somebody accepts them.

use super::{path, permitted, release};
use crate::app::early_life::{known_errors as actions, supporting};
use crate::app::{self, Context, Error, FormErrors};
use crate::domain::events::FieldChange;
use crate::domain::ids::{KnownErrorId, RecordId};
use crate::domain::text;
use crate::store::PgConnection;
use crate::store::early_life::known_errors::{self, Draft};
use crate::store::records::Full;
use crate::web::form::{Fields, Form};
use crate::web::frame::Frame;
use crate::web::page::{self, Answer};
use crate::web::records::id_of;
use actix_web::HttpRequest;
use actix_web::web::Path;
use askama::Template;

#[derive(Template)]
#[template(path = "early_life/known_error.html")]
struct Edit {
    frame: Frame,
    full: Full,
    error: Option<KnownErrorId>,
    form: Form,
    meanwhile: Vec<FieldChange>,
    stale: bool,
}

impl Edit {
    fn load(conn: &mut PgConnection, frame: Frame, id: RecordId, error: Option<KnownErrorId>, form: Form) -> app::Result<Edit> {
        let full = release(conn, id)?;
        if let Some(actor) = &frame.actor {
            permitted(actor, &full, supporting)?;
        }
        Ok(Edit { frame, full, error, form, meanwhile: Vec::new(), stale: false })
    }

    fn action(&self) -> String {
        self.error.map_or_else(|| format!("/records/{}/known-errors", self.full.record.id), |id| format!("/known-errors/{id}"))
    }
}

fn parse(fields: &Fields) -> Result<Draft, FormErrors> {
    let mut errors = FormErrors::default();
    let title = errors.check("title", text::line(fields.text("title")));
    let symptoms = errors.check("symptoms", text::prose(fields.text("symptoms")));
    let workaround = errors.check("workaround", text::prose(fields.text("workaround")));
    match (title, symptoms, workaround) {
        (Some(title), Some(symptoms), Some(workaround)) => Ok(Draft { title, symptoms, workaround }),
        _ => Err(errors),
    }
}

pub async fn new(ctx: Context, req: HttpRequest, id: Path<String>) -> Answer {
    let id: RecordId = id_of(&id)?;
    let frame = page::frame(&ctx, &req);
    page::show(&ctx, move |conn| Edit::load(conn, frame, id, None, Form::default())).await
}

pub async fn edit(ctx: Context, req: HttpRequest, id: Path<String>) -> Answer {
    let id: KnownErrorId = id_of(&id)?;
    let frame = page::frame(&ctx, &req);
    page::show(&ctx, move |conn| {
        let it = known_errors::find(conn, id)?;
        let mut fields = Fields::default();
        fields.set("title", &it.title);
        fields.set("symptoms", &it.symptoms);
        fields.set("workaround", &it.workaround);
        fields.set("version", it.version.to_string());
        Edit::load(conn, frame, it.record_id, Some(id), Form::of(fields))
    })
    .await
}

pub async fn create(ctx: Context, req: HttpRequest, id: Path<String>, fields: Fields) -> Answer {
    let id: RecordId = id_of(&id)?;
    let answer = match parse(&fields) {
        Ok(new) => ctx.write(move |tx| actions::add(tx, id, &new)).await.map(|_| id),
        Err(errors) => Err(errors.into()),
    };
    reply(&ctx, &req, (id, None), fields, answer).await
}

pub async fn update(ctx: Context, req: HttpRequest, id: Path<String>, fields: Fields) -> Answer {
    let error: KnownErrorId = id_of(&id)?;
    let id = ctx.read(move |conn| Ok(known_errors::find(conn, error)?.record_id)).await?;
    let seen = fields.version();
    let answer = match parse(&fields) {
        Ok(new) => ctx.write(move |tx| actions::edit(tx, error, seen, &new)).await,
        Err(errors) => Err(errors.into()),
    };
    reply(&ctx, &req, (id, Some(error)), fields, answer).await
}

pub async fn accept(ctx: Context, id: Path<String>, fields: Fields) -> Answer {
    let error: KnownErrorId = id_of(&id)?;
    let seen = fields.version();
    let id = ctx.write(move |tx| actions::accept(tx, error, seen)).await?;
    page::see_with(&format!("{}#known-errors", path(id)), "You have accepted the known error.")
}

async fn reply(ctx: &Context, req: &HttpRequest, (id, error): (RecordId, Option<KnownErrorId>), mut fields: Fields, answer: app::Result<RecordId>) -> Answer {
    let (errors, stale) = match answer {
        Ok(id) => return page::see_with(&format!("{}#known-errors", path(id)), "Saved."),
        Err(Error::Invalid(errors)) => (errors, false),
        Err(Error::Stale) => (FormErrors::default(), true),
        Err(other) => return Err(other.into()),
    };
    let frame = page::frame(ctx, req);
    let again = ctx.read(move |conn| {
        let mut meanwhile = Vec::new();
        if let Some(error) = error.filter(|_| stale) {
            let now = known_errors::find(conn, error)?;
            fields.set("version", now.version.to_string());
            meanwhile = parse(&fields).map(|typed| actions::changes(&now, &typed)).unwrap_or_default();
        }
        Ok(Edit { meanwhile, stale, ..Edit::load(conn, frame, id, error, Form::refused(fields, errors))? })
    });
    let again = again.await?;
    if stale { page::conflict(&again) } else { page::unprocessable(&again) }
}
