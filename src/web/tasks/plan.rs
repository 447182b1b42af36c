//! Adding and editing a task.

use crate::app::{self, Context, Error, FormErrors};
use crate::domain::ids::{RecordId, TaskId};
use crate::domain::models::{Anchor, FARTHEST};
use crate::domain::people::Actor;
use crate::domain::text;
use crate::store::PgConnection;
use crate::store::records::{self, Full};
use crate::store::tasks::{self, Plan};
use crate::store::{choices, users};
use crate::web::filters::local_input;
use crate::web::form::{Choice, Fields, Form, local_time};
use crate::web::frame::Frame;
use crate::web::page::{self, Answer};
use crate::web::records::id_of;
use actix_web::HttpRequest;
use actix_web::web::Path;
use askama::Template;
use chrono_tz::Tz;

#[derive(Template)]
#[template(path = "tasks/edit.html")]
struct Edit {
    frame: Frame,
    full: Full,
    /// The task that is edited; none when one is added.
    task: Option<TaskId>,
    form: Form,
    stale: bool,
    phases: Vec<Choice>,
    people: Vec<Choice>,
    groups: Vec<Choice>,
    others: Vec<Choice>,
}

impl Edit {
    fn load(conn: &mut PgConnection, frame: Frame, actor: &Actor, record: RecordId, task: Option<TaskId>, form: Option<Form>) -> app::Result<Edit> {
        let full = records::full(conn, record)?;
        let action = app::tasks::managing(actor, &full.record);
        if !actor.may(action) {
            return Err(Error::Forbidden(action));
        }
        if !full.record.is_open() {
            return Err(crate::domain::refusals::Refusal::Ended.into());
        }
        let form = match (form, task) {
            (Some(form), _) => form,
            (None, Some(task)) => Form::of(stored(conn, record, task, actor.zone)?),
            (None, None) => {
                let mut fields = Fields::default();
                fields.set("phase", &full.record.phase);
                fields.set("mandatory", "yes");
                Form::of(fields)
            }
        };
        let others = tasks::of_record(conn, record)?.into_iter().filter(|it| Some(it.task.id) != task);
        Ok(Edit {
            phases: Choice::list(full.workflow.phases.iter().filter(|it| !it.is_end()).map(|it| (it.key.clone(), it.name.clone()))),
            people: Choice::list(users::people(conn)?.into_iter().map(|it| (it.id, it.name))),
            groups: Choice::list(choices::groups(conn)?),
            others: Choice::list(others.map(|it| (it.task.id, it.task.title))),
            stale: false,
            frame,
            full,
            task,
            form,
        })
    }

    /// A stored value as the form shows it.
    fn label(&self, value: &str) -> String {
        let anchors = self.anchors();
        let choices = [&self.phases, &self.people, &self.groups, &self.others, &anchors];
        choices.into_iter().flatten().find(|it| it.value == value).map_or_else(|| value.to_owned(), |it| it.label.clone())
    }

    fn anchors(&self) -> Vec<Choice> {
        Choice::list(Anchor::ALL.iter().map(|it| (it.word(), format!("Working days from the {}", it.label()))))
    }

    fn action(&self) -> String {
        match self.task {
            Some(task) => format!("/tasks/{task}"),
            None => format!("/records/{}/tasks", self.full.record.id),
        }
    }
}

fn stored(conn: &mut PgConnection, record: RecordId, id: TaskId, zone: Tz) -> app::Result<Fields> {
    let task = tasks::find(conn, id)?;
    let before = tasks::predecessors(conn, record)?.remove(&id).unwrap_or_default();
    let mut fields = Fields::default();
    let text = |id: Option<String>| id.unwrap_or_default();
    fields.set("version", task.version.to_string());
    fields.set("title", task.title);
    fields.set("description", task.description);
    fields.set("phase", task.phase);
    fields.set("assignee", text(task.assignee_id.map(|it| it.to_string())));
    fields.set("group", text(task.group_id.map(|it| it.to_string())));
    fields.set("planned_start", local_input(task.planned_start, zone));
    fields.set("due_at", local_input(task.due_at, zone));
    fields.set("anchor", task.anchor.map_or("", Anchor::word));
    fields.set("offset", text(task.offset_days.map(|it| it.to_string())));
    fields.set("mandatory", if task.mandatory { "yes" } else { "" });
    fields.set_all("predecessors", before.into_iter().map(|it| it.to_string()).collect());
    Ok(fields)
}

fn parse(fields: &Fields, zone: Tz) -> Result<(Plan, Vec<TaskId>), FormErrors> {
    let mut errors = FormErrors::default();
    let title = errors.check("title", text::line(fields.text("title")));
    let description = errors.check("description", text::prose(fields.text("description")));
    let phase = errors.check("phase", text::line(fields.text("phase")));
    let (assignee_id, group_id) = (fields.optional("assignee", &mut errors), fields.optional("group", &mut errors));
    let planned_start = local_time(fields, "planned_start", zone, &mut errors);
    let due_at = local_time(fields, "due_at", zone, &mut errors);
    let anchor = fields.optional("anchor", &mut errors);
    let offset_days = offset(fields, anchor, &mut errors);
    let predecessors = fields.several("predecessors", &mut errors);
    let mandatory = fields.is_set("mandatory");
    match (title, description, phase) {
        (Some(title), Some(description), Some(phase)) if errors.is_empty() => {
            Ok((Plan { phase, title, description, assignee_id, group_id, planned_start, due_at, anchor, offset_days, mandatory }, predecessors))
        }
        _ => Err(errors),
    }
}

/// The working days that go with an anchor; none without one.
fn offset(fields: &Fields, anchor: Option<Anchor>, errors: &mut FormErrors) -> Option<i32> {
    anchor?;
    match fields.text("offset").trim() {
        "" if fields.is_set("due_at") => Some(0),
        "" => {
            errors.about("offset", "Write how many working days: 0 for the same day.");
            None
        }
        text => match text.parse() {
            Ok(days) if (-FARTHEST..=FARTHEST).contains(&days) => Some(days),
            Ok(_) | Err(_) => {
                errors.about("offset", format!("Write a whole number of working days, at most {FARTHEST}."));
                None
            }
        },
    }
}

pub async fn new(ctx: Context, req: HttpRequest, id: Path<String>) -> Answer {
    let record: RecordId = id_of(&id)?;
    let (frame, actor) = (page::frame(&ctx, &req), ctx.actor.clone());
    page::show(&ctx, move |conn| Edit::load(conn, frame, &actor, record, None, None)).await
}

pub async fn create(ctx: Context, req: HttpRequest, id: Path<String>, fields: Fields) -> Answer {
    let record: RecordId = id_of(&id)?;
    let answer = match parse(&fields, ctx.actor.zone) {
        Ok((plan, before)) => ctx.write(move |tx| app::tasks::add(tx, record, &plan, &before)).await,
        Err(errors) => Err(errors.into()),
    };
    match answer {
        Ok(id) => page::see_with(&format!("/tasks/{id}"), "The task is added."),
        Err(error) => again(&ctx, &req, record, None, fields, error).await,
    }
}

pub async fn edit(ctx: Context, req: HttpRequest, id: Path<String>) -> Answer {
    let id: TaskId = id_of(&id)?;
    let (frame, actor) = (page::frame(&ctx, &req), ctx.actor.clone());
    page::show(&ctx, move |conn| {
        let record = tasks::record_of(conn, id)?;
        Edit::load(conn, frame, &actor, record, Some(id), None)
    })
    .await
}

pub async fn update(ctx: Context, req: HttpRequest, id: Path<String>, fields: Fields) -> Answer {
    let id: TaskId = id_of(&id)?;
    let record = ctx.read(move |conn| Ok(tasks::record_of(conn, id)?)).await?;
    let answer = match parse(&fields, ctx.actor.zone) {
        Ok((plan, before)) => {
            let seen = fields.version();
            ctx.write(move |tx| app::tasks::edit(tx, id, seen, &plan, &before)).await
        }
        Err(errors) => Err(errors.into()),
    };
    match answer {
        Ok(_) => page::see_with(&format!("/tasks/{id}"), "Saved."),
        Err(error) => again(&ctx, &req, record, Some(id), fields, error).await,
    }
}

/// The form as it was, with what is wrong, or beside what somebody else saved.
async fn again(ctx: &Context, req: &HttpRequest, record: RecordId, task: Option<TaskId>, fields: Fields, error: Error) -> Answer {
    let (frame, actor) = (page::frame(ctx, req), ctx.actor.clone());
    match error {
        Error::Invalid(errors) => {
            let form = Form::refused(fields, errors);
            let page = ctx.read(move |conn| Edit::load(conn, frame, &actor, record, task, Some(form))).await?;
            page::unprocessable(&page)
        }
        Error::Stale => {
            let page = ctx.read(move |conn| stale(conn, frame, &actor, record, task, fields)).await?;
            page::conflict(&page)
        }
        other @ (Error::NotFound | Error::Forbidden(_) | Error::Refused(_) | Error::Outage(_)) => Err(other.into()),
    }
}

/// Where what was typed differs from what is stored by now, the stored value stands beside the field.
fn stale(conn: &mut PgConnection, frame: Frame, actor: &Actor, record: RecordId, task: Option<TaskId>, fields: Fields) -> app::Result<Edit> {
    let Some(id) = task else { return Err(Error::Stale) };
    let current = stored(conn, record, id, actor.zone)?;
    let mut page = Edit::load(conn, frame, actor, record, task, Some(Form::of(fields)))?;
    for name in ["title", "description", "phase", "assignee", "group", "planned_start", "anchor", "offset", "due_at", "mandatory", "predecessors"] {
        let (typed, stored) = (page.form.fields.all(name), current.all(name));
        if typed != stored && !(typed.concat().is_empty() && stored.concat().is_empty()) {
            let stored = stored.iter().map(|it| page.label(it)).collect::<Vec<_>>().join(", ");
            page.form.errors.about(name, format!("Stored now: {}", if stored.is_empty() { "empty" } else { &stored }));
        }
    }
    page.form.fields.set("version", current.text("version"));
    page.stale = true;
    Ok(page)
}
