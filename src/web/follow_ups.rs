//! Adding, editing and settling follow-up actions.

use super::filters::local_input;
use super::form::{Choice, Fields, Form, local_time};
use super::frame::Frame;
use super::page::{self, Answer};
use super::records::id_of;
use crate::app::{self, Context, Error, FormErrors, tasks};
use crate::domain::follow_ups::FollowUpState;
use crate::domain::ids::{FollowUpId, RecordId};
use crate::domain::people::Actor;
use crate::domain::records::RecordKind;
use crate::domain::refusals::Refusal;
use crate::domain::reviews::Point;
use crate::domain::text;
use crate::store::follow_ups::{self, Draft, FollowUp};
use crate::store::records::{self, Full};
use crate::store::{PgConnection, users};
use actix_web::HttpRequest;
use actix_web::web::Path;
use askama::Template;
use chrono_tz::Tz;

#[derive(Template)]
#[template(path = "follow_ups/edit.html")]
struct Edit {
    frame: Frame,
    full: Full,
    /// The action that is edited; none when one is added.
    action: Option<FollowUp>,
    form: Form,
    stale: bool,
    people: Vec<Choice>,
}

impl Edit {
    fn load(conn: &mut PgConnection, frame: Frame, actor: &Actor, place: Place, form: Option<Form>) -> app::Result<Edit> {
        let action = match place {
            Place::New(_) => None,
            Place::Of(id) => Some(follow_ups::find(conn, id)?),
        };
        let full = records::full(conn, place.record(action.as_ref()))?;
        let right = tasks::managing(actor, &full.record);
        if full.record.kind != RecordKind::Release {
            return Err(Error::NotFound);
        }
        if !actor.may(right) {
            return Err(Error::Forbidden(right));
        }
        if !full.record.is_open() {
            return Err(Refusal::Ended.into());
        }
        let stored = action.as_ref().map(|it| stored(it, actor.zone)).unwrap_or_default();
        let stale = form.as_ref().is_some_and(|it| it.errors.is_empty() && it.fields.has("version") && it.text("version") != stored.text("version"));
        let mut form = form.unwrap_or_else(|| Form::of(stored.clone()));
        form.fields.set("version", stored.text("version"));
        let people = Choice::list(users::people(conn)?.into_iter().map(|it| (it.id, it.name)));
        Ok(Edit { frame, full, action, form, stale, people })
    }

    fn points(&self) -> Vec<Choice> {
        Choice::list(Point::ALL.iter().map(|it| (it.word(), it.label())))
    }
}

/// A new action of a release, or one that there is.
#[derive(Clone, Copy)]
enum Place {
    New(RecordId),
    Of(FollowUpId),
}

impl Place {
    fn record(self, action: Option<&FollowUp>) -> RecordId {
        match self {
            Place::New(record) => record,
            Place::Of(_) => action.map_or(RecordId(0), |it| it.record_id),
        }
    }
}

fn stored(it: &FollowUp, zone: Tz) -> Fields {
    let mut fields = Fields::default();
    fields.set("point", it.point.word());
    fields.set("title", &it.title);
    fields.set("description", &it.description);
    fields.set("assignee", it.assignee_id.map_or_else(String::new, |it| it.to_string()));
    fields.set("due_at", local_input(it.due_at, zone));
    fields.set("version", it.version.to_string());
    fields
}

fn parse(fields: &Fields, zone: Tz) -> Result<Draft, FormErrors> {
    let mut errors = FormErrors::default();
    let point = fields.required("point", &mut errors);
    let title = errors.check("title", text::line(fields.text("title")));
    let description = errors.check("description", text::prose(fields.text("description")));
    let assignee_id = fields.optional("assignee", &mut errors);
    let due_at = local_time(fields, "due_at", zone, &mut errors);
    if due_at.is_none() {
        errors.about("due_at", "Say when it is to be done.");
    }
    match (point, title, description) {
        (Some(point), Some(title), Some(description)) if errors.is_empty() => Ok(Draft { point, title, description, assignee_id, due_at }),
        (Some(_) | None, Some(_) | None, Some(_) | None) => Err(errors),
    }
}

pub async fn new(ctx: Context, req: HttpRequest, id: Path<String>) -> Answer {
    let record: RecordId = id_of(&id)?;
    let (frame, actor) = (page::frame(&ctx, &req), ctx.actor.clone());
    let form = Form::of(Fields::of_query(req.query_string()));
    page::show(&ctx, move |conn| Edit::load(conn, frame, &actor, Place::New(record), Some(form))).await
}

pub async fn create(ctx: Context, req: HttpRequest, id: Path<String>, fields: Fields) -> Answer {
    let record: RecordId = id_of(&id)?;
    let answer = match parse(&fields, ctx.actor.zone) {
        Ok(draft) => ctx.write(move |tx| app::follow_ups::add(tx, record, &draft)).await,
        Err(errors) => Err(errors.into()),
    };
    match answer {
        Ok(id) => page::see_with(&format!("/records/{record}/review#follow-up-{id}"), "The follow-up action is added."),
        Err(error) => again(&ctx, &req, Place::New(record), fields, error).await,
    }
}

pub async fn edit(ctx: Context, req: HttpRequest, id: Path<String>) -> Answer {
    let id: FollowUpId = id_of(&id)?;
    let (frame, actor) = (page::frame(&ctx, &req), ctx.actor.clone());
    page::show(&ctx, move |conn| Edit::load(conn, frame, &actor, Place::Of(id), None)).await
}

pub async fn update(ctx: Context, req: HttpRequest, id: Path<String>, fields: Fields) -> Answer {
    let id: FollowUpId = id_of(&id)?;
    let answer = match parse(&fields, ctx.actor.zone) {
        Ok(draft) => {
            let seen = fields.version();
            ctx.write(move |tx| app::follow_ups::edit(tx, id, seen, &draft)).await
        }
        Err(errors) => Err(errors.into()),
    };
    match answer {
        Ok(record) => page::see_with(&format!("/records/{record}/review#follow-up-{id}"), "Saved."),
        Err(error) => again(&ctx, &req, Place::Of(id), fields, error).await,
    }
}

/// The form as it was, with what is wrong, or because somebody else saved meanwhile.
async fn again(ctx: &Context, req: &HttpRequest, place: Place, fields: Fields, error: Error) -> Answer {
    let form = match error {
        Error::Invalid(errors) => Form::refused(fields, errors),
        Error::Stale => Form::of(fields),
        other @ (Error::NotFound | Error::Forbidden(_) | Error::Refused(_) | Error::Outage(_)) => return Err(other.into()),
    };
    let (frame, actor, stale) = (page::frame(ctx, req), ctx.actor.clone(), form.errors.is_empty());
    let again = ctx.read(move |conn| Edit::load(conn, frame, &actor, place, Some(form))).await?;
    if stale { page::conflict(&again) } else { page::unprocessable(&again) }
}

pub async fn settle(ctx: Context, id: Path<String>, fields: Fields) -> Answer {
    let id: FollowUpId = id_of(&id)?;
    let mut errors = FormErrors::default();
    let state = fields.required::<FollowUpState>("state", &mut errors);
    let note = errors.check("note", text::prose(fields.text("note")));
    let Some((state, note)) = state.zip(note) else { return Err(Error::from(errors).into()) };
    let record = ctx.write(move |tx| app::follow_ups::take(tx, id, state, &note)).await?;
    let said = match state {
        FollowUpState::Open => "The follow-up action is open again.",
        FollowUpState::Done => "The follow-up action is done.",
        FollowUpState::HandedOn => "The follow-up action is handed on.",
    };
    page::see_with(&format!("/records/{record}/review#follow-up-{id}"), said)
}
