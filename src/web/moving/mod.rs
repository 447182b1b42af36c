//! Moving running records to another version of their workflow: the page that shows first what would change, and the order.

mod form;
mod lines;
pub mod progress;

use super::form::{Choice, Fields, Form};
use super::frame::Frame;
use super::page::{self, Answer};
use super::records::id_of;
use crate::app::moving::many::{self, Which};
use crate::app::moving::{self as actions, MAPPING, Order, Way};
use crate::app::{self, Context, Error, FormErrors};
use crate::domain::ids::{MoveId, RecordId, WorkflowId};
use crate::domain::people::Action;
use crate::domain::text;
use crate::store::PgConnection;
use crate::store::moving::versions::{self, Version};
use crate::store::moving::{self as rows, Move};
use actix_web::HttpRequest;
use actix_web::web::Path;
use askama::Template;
use form::{Chosen, Place};
use lines::Line;

/// How many records one page looks at.
pub const PAGE: usize = 25;

#[derive(Template)]
#[template(path = "moving/show.html")]
struct Show {
    frame: Frame,
    from: Version,
    targets: Vec<Choice>,
    to: Option<Version>,
    form: Form,
    places: Vec<Place>,
    /// None while a phase has no place.
    lines: Option<Vec<Line>>,
    running: i64,
    /// The only record that is looked at, if it is one.
    only: Option<RecordId>,
    /// The last record of this page, if others follow it.
    more: Option<RecordId>,
    moves: Vec<Move>,
    stale: bool,
}

impl Show {
    fn nouns(&self) -> &'static str {
        match self.from.kind {
            crate::domain::records::RecordKind::Release => "releases",
            crate::domain::records::RecordKind::Change => "RFCs",
        }
    }

    /// Whether a phase goes elsewhere than to that of its key.
    fn needs_look(&self) -> bool {
        self.places.iter().any(|it| it.gone || it.error.is_some() || it.goal != it.key)
    }

    /// What the form that moves carries along: the order as it was looked at.
    fn hidden(&self) -> Vec<(String, String)> {
        form::hidden(&self.form.fields, self.to.as_ref(), &self.places)
    }
}

fn load(conn: &mut PgConnection, frame: Frame, id: WorkflowId, fields: Fields, mut errors: FormErrors) -> app::Result<Show> {
    let from = versions::find(conn, id)?;
    let targets = versions::targets(conn, &from)?;
    let to = form::target(&fields, &from, &targets, &mut errors);
    let to = to.map(|it| versions::find(conn, it)).transpose()?;
    let only: Option<RecordId> = fields.optional("only", &mut errors);
    let (mut places, mut lines, mut more) = (Vec::new(), None, None);
    if let Some(to) = &to {
        let chosen = form::chosen(&fields, &from, to);
        let way = Way::chosen(from.clone(), to.clone(), &chosen);
        places = form::places(&from, to, &chosen, way.as_ref().err());
        if let Ok(way) = way {
            let after: Option<RecordId> = fields.text("after").parse().ok();
            let mut looked = match only {
                Some(record) => actions::preview_one(conn, &way, record, frame.now)?,
                None => actions::preview(conn, &way, after, PAGE as i64 + 1, frame.now)?,
            };
            if looked.len() > PAGE {
                looked.truncate(PAGE);
                more = looked.last().map(|it| it.record.id);
            }
            lines = Some(looked.into_iter().map(|it| Line::of(it, &fields, &frame)).collect());
        } else if fields.has("to") {
            errors.about(MAPPING, "Say for each phase where its records go.");
        }
    }
    Ok(Show {
        running: versions::running(conn, id)?,
        moves: rows::of_workflow(conn, id, 5)?,
        targets: Choice::list(targets.into_iter().map(|it| (it.id, format!("{}, version {}", it.name, it.version)))),
        form: Form::refused(form::with_target(fields, to.as_ref()), errors),
        frame,
        from,
        to,
        places,
        lines,
        only,
        more,
        stale: false,
    })
}

fn permitted(ctx: &Context) -> app::Result<()> {
    if ctx.actor.may(Action::ConfigureProcess) { Ok(()) } else { Err(Error::Forbidden(Action::ConfigureProcess)) }
}

pub async fn show(ctx: Context, req: HttpRequest, id: Path<String>) -> Answer {
    permitted(&ctx)?;
    let id: WorkflowId = id_of(&id)?;
    let frame = page::frame(&ctx, &req);
    let fields = form::turned(Fields::of_query(req.query_string()));
    let page = ctx.read(move |conn| load(conn, frame, id, fields, FormErrors::default())).await?;
    if page.form.errors.is_empty() { page::html(&page) } else { page::unprocessable(&page) }
}

/// What an order came to.
enum Done {
    One(RecordId),
    Many(MoveId),
}

pub async fn create(ctx: Context, req: HttpRequest, id: Path<String>, fields: Fields) -> Answer {
    permitted(&ctx)?;
    let id: WorkflowId = id_of(&id)?;
    let done = match read(&fields, id) {
        Ok((order, chosen)) => carry_out(&ctx, order, chosen).await,
        Err(errors) => Err(errors.into()),
    };
    let frame = page::frame(&ctx, &req);
    match done {
        Ok(Done::Many(order)) => page::see(&format!("/workflow-moves/{order}")),
        Ok(Done::One(record)) if fields.is_set("only") => super::records::back(&ctx, record, "", "It goes on by the other version.").await,
        Ok(Done::One(_)) => page::see_with(&form::back(id, &fields), "It goes on by the other version."),
        Err(Error::Invalid(errors)) => page::unprocessable(&ctx.read(move |conn| load(conn, frame, id, fields, errors)).await?),
        Err(Error::Stale) => {
            let page = ctx.read(move |conn| load(conn, frame, id, fields, FormErrors::default())).await?;
            page::conflict(&Show { stale: true, ..page })
        }
        Err(other) => Err(other.into()),
    }
}

async fn carry_out(ctx: &Context, order: Order, chosen: Chosen) -> app::Result<Done> {
    ctx.write(move |tx| match chosen {
        Chosen::All => many::order(tx, &order, &Which::All).map(Done::Many),
        Chosen::One(record, seen) => actions::one(tx, record, seen, &order).map(|()| Done::One(record)),
        Chosen::Some(seen) => many::order(tx, &order, &Which::These(seen)).map(Done::Many),
    })
    .await
}

fn read(fields: &Fields, from: WorkflowId) -> Result<(Order, Chosen), FormErrors> {
    let mut errors = FormErrors::default();
    let to: Option<WorkflowId> = fields.required("to", &mut errors);
    let reason = errors.check("reason", text::required_prose(fields.text("reason")));
    let records = form::records(fields, &mut errors);
    match (to, reason, records) {
        (Some(to), Some(reason), Some(records)) => Ok((Order { from, to, chosen: form::places_of(fields), reason }, records)),
        (Some(_) | None, Some(_) | None, Some(_) | None) => Err(errors),
    }
}
