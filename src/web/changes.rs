//! RFCs: their list, their page, and registering one.

use super::csv;
use super::form::{Choice, Fields, Form};
use super::frame::Frame;
use super::page::{self, Answer};
use super::records::{self, id_of, sections};
use crate::app::changes::NewChange;
use crate::app::{self, Context, Error, FormErrors, registrations};
use crate::domain::ids::RecordId;
use crate::domain::people::Action;
use crate::domain::records::{Grade, RecordKind};
use crate::store::PgConnection;
use crate::store::{categories, items, records as rows, users};
use actix_web::HttpRequest;
use actix_web::web::Path;
use askama::Template;

pub async fn index(ctx: Context, req: HttpRequest) -> Answer {
    records::index::index(ctx, req, RecordKind::Change).await
}

pub async fn export(ctx: Context, req: HttpRequest) -> Answer {
    csv::show(ctx, req, RecordKind::Change).await
}

pub async fn show(ctx: Context, req: HttpRequest, id: Path<String>) -> Answer {
    let id: RecordId = id_of(&id)?;
    records::show(ctx, req, id, RecordKind::Change).await
}

#[derive(Template)]
#[template(path = "changes/new.html")]
struct New {
    frame: Frame,
    form: Form,
    categories: Vec<Choice>,
    items: Vec<Choice>,
    people: Vec<Choice>,
    /// The release that it will join.
    release: Option<rows::Record>,
}

impl New {
    fn load(conn: &mut PgConnection, frame: Frame, form: Form) -> app::Result<New> {
        let release = match form.text("release").parse().ok() {
            Some(id) => rows::find(conn, id).ok().filter(|it| it.kind == RecordKind::Release),
            None => None,
        };
        Ok(New {
            categories: Choice::list(categories::list(conn, RecordKind::Change)?.into_iter().map(|it| (it.id, it.name))),
            items: Choice::list(items::list(conn)?.into_iter().map(|it| (it.id, it.name))),
            people: Choice::list(users::people(conn)?.into_iter().map(|it| (it.id, it.name))),
            release,
            frame,
            form,
        })
    }

    fn grades(&self) -> Vec<Choice> {
        Choice::list(Grade::ALL.iter().map(|it| (it.word(), it.label())))
    }
}

fn permitted(ctx: &Context) -> app::Result<()> {
    if ctx.actor.may(Action::RegisterChange) { Ok(()) } else { Err(Error::Forbidden(Action::RegisterChange)) }
}

pub async fn new(ctx: Context, req: HttpRequest) -> Answer {
    permitted(&ctx)?;
    let frame = page::frame(&ctx, &req);
    let mut fields = Fields::of_query(req.query_string());
    if !fields.has("owner") {
        fields.set("owner", ctx.actor.id.to_string());
    }
    fields.mark();
    page::show(&ctx, move |conn| New::load(conn, frame, Form::of(fields))).await
}

pub async fn create(ctx: Context, req: HttpRequest, fields: Fields) -> Answer {
    permitted(&ctx)?;
    let form = fields.once();
    let answer = match parse(&fields, &ctx) {
        Ok(new) => ctx.write(move |tx| registrations::once(tx, form.as_deref(), |tx| app::changes::register(tx, &new))).await,
        Err(errors) => Err(errors.into()),
    };
    let errors = match answer {
        Ok(id) => return page::see_with(&format!("/changes/{id}"), "The RFC is registered."),
        Err(Error::Invalid(errors)) => errors,
        Err(Error::Refused(refusal)) => FormErrors::of("release", refusal.to_string()),
        Err(Error::Forbidden(action)) if fields.is_set("release") => {
            FormErrors::of("release", format!("Your role may not {}, so the RFC cannot join it. Register it without the release.", action.words()))
        }
        Err(other) => return Err(other.into()),
    };
    let frame = page::frame(&ctx, &req);
    let page = ctx.read(move |conn| New::load(conn, frame, Form::refused(fields, errors))).await?;
    page::unprocessable(&page)
}

fn parse(fields: &Fields, ctx: &Context) -> Result<NewChange, FormErrors> {
    let mut errors = FormErrors::default();
    let category = fields.required("category", &mut errors);
    let details = sections::details(fields, &mut errors);
    let scope = sections::scope(fields, &mut errors);
    let window = sections::window(fields, ctx, &mut errors);
    let items = fields.several("items", &mut errors);
    let release = fields.optional("release", &mut errors);
    match (category, details, scope) {
        (Some(category), Some(details), Some(scope)) if errors.is_empty() => Ok(NewChange { category, details, scope, window, items, release }),
        _ => Err(errors),
    }
}
