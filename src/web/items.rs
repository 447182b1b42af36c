//! Configuration items.

use super::form::{Choice, Fields, Form};
use super::frame::Frame;
use super::page::{self, Answer};
use super::records::id_of;
use crate::app::items::Draft;
use crate::app::{self, Context, Error, FormErrors};
use crate::domain::events::FieldChange;
use crate::domain::ids::ItemId;
use crate::domain::items::ItemKind;
use crate::domain::people::Action;
use crate::domain::text;
use crate::store::items::{self, Item};
use actix_web::HttpRequest;
use actix_web::web::Path;
use askama::Template;

#[derive(Template)]
#[template(path = "items/index.html")]
struct Index {
    frame: Frame,
    form: Form,
    items: Vec<Item>,
    /// Whether there are more than these.
    is_cut: bool,
}

/// More than these are not listed: one searches instead.
const LISTED: usize = 200;

impl Index {
    fn may_register(&self) -> bool {
        self.frame.may(Action::RegisterItem)
    }
}

pub async fn index(ctx: Context, req: HttpRequest) -> Answer {
    let frame = page::frame(&ctx, &req);
    let form = Form::of(Fields::of_query(req.query_string()));
    page::show(&ctx, move |conn| {
        let text = text::optional_line(form.text("q")).unwrap_or_default();
        let mut items = items::with_text(conn, &text, LISTED as i64 + 1)?;
        let is_cut = items.len() > LISTED;
        items.truncate(LISTED);
        Ok(Index { frame, form, items, is_cut })
    })
    .await
}

#[derive(Template)]
#[template(path = "items/edit.html")]
struct Edit {
    frame: Frame,
    id: Option<ItemId>,
    form: Form,
    /// What somebody else saved while this was being edited: as it stands now, and as it was typed here.
    meanwhile: Vec<FieldChange>,
    stale: bool,
    calendars: Vec<Choice>,
}

impl Edit {
    fn of(frame: Frame, id: Option<ItemId>, form: Form, calendars: Vec<Choice>) -> Edit {
        Edit { frame, id, form, meanwhile: Vec::new(), stale: false, calendars }
    }

    fn kinds(&self) -> Vec<Choice> {
        Choice::list(ItemKind::ALL.iter().map(|it| (it.word(), it.label())))
    }

    fn action(&self) -> String {
        self.id.map_or_else(|| "/items".to_owned(), |id| format!("/items/{id}"))
    }
}

fn permitted(ctx: &Context) -> app::Result<()> {
    if ctx.actor.may(Action::RegisterItem) { Ok(()) } else { Err(Error::Forbidden(Action::RegisterItem)) }
}

pub async fn new(ctx: Context, req: HttpRequest) -> Answer {
    permitted(&ctx)?;
    let mut fields = Fields::default();
    fields.set("kind", ItemKind::Service.word());
    let frame = page::frame(&ctx, &req);
    page::show(&ctx, move |conn| Ok(Edit::of(frame, None, Form::of(fields), super::calendars::choices(conn)?))).await
}

pub async fn edit(ctx: Context, req: HttpRequest, id: Path<String>) -> Answer {
    permitted(&ctx)?;
    let id: ItemId = id_of(&id)?;
    let frame = page::frame(&ctx, &req);
    page::show(&ctx, move |conn| {
        let item = items::find(conn, id)?;
        let mut fields = Fields::default();
        fields.set("name", item.name);
        fields.set("kind", item.kind.word());
        fields.set("description", item.description);
        fields.set("calendar", item.calendar_id.map_or_else(String::new, |it| it.to_string()));
        if item.retired_at.is_some() {
            fields.set("retired", "yes");
        }
        fields.set("version", item.version.to_string());
        Ok(Edit::of(frame, Some(id), Form::of(fields), super::calendars::choices(conn)?))
    })
    .await
}

fn parse(fields: &Fields) -> Result<Draft, FormErrors> {
    let mut errors = FormErrors::default();
    let name = errors.check("name", text::line(fields.text("name")));
    let kind = fields.required("kind", &mut errors);
    let description = errors.check("description", text::prose(fields.text("description")));
    let calendar = fields.optional("calendar", &mut errors);
    match (name, kind, description) {
        (Some(name), Some(kind), Some(description)) if errors.is_empty() => Ok(Draft { name, kind, description, calendar, retired: fields.is_set("retired") }),
        _ => Err(errors),
    }
}

pub async fn create(ctx: Context, req: HttpRequest, fields: Fields) -> Answer {
    let answer = match parse(&fields) {
        Ok(draft) => ctx.write(move |tx| app::items::register(tx, &draft)).await.map(|_| ()),
        Err(errors) => Err(errors.into()),
    };
    reply(&ctx, &req, None, fields, answer).await
}

pub async fn update(ctx: Context, req: HttpRequest, id: Path<String>, fields: Fields) -> Answer {
    let id: ItemId = id_of(&id)?;
    let seen = fields.version();
    let answer = match parse(&fields) {
        Ok(draft) => ctx.write(move |tx| app::items::edit(tx, id, seen, &draft)).await,
        Err(errors) => Err(errors.into()),
    };
    reply(&ctx, &req, Some(id), fields, answer).await
}

async fn reply(ctx: &Context, req: &HttpRequest, id: Option<ItemId>, mut fields: Fields, answer: app::Result<()>) -> Answer {
    let frame = page::frame(ctx, req);
    let calendars = ctx.read(super::calendars::choices).await?;
    match (answer, id) {
        (Ok(()), _) => page::see_with("/items", "Saved."),
        (Err(Error::Invalid(errors)), _) => page::unprocessable(&Edit::of(frame, id, Form::refused(fields, errors), calendars)),
        (Err(Error::Stale), Some(item)) => {
            let item = ctx.read(move |conn| Ok(items::find(conn, item)?)).await?;
            fields.set("version", item.version.to_string());
            let meanwhile = parse(&fields).map(|draft| app::items::changes(&item, &draft)).unwrap_or_default();
            page::conflict(&Edit { meanwhile, stale: true, ..Edit::of(frame, id, Form::of(fields), calendars) })
        }
        (Err(other), _) => Err(other.into()),
    }
}
