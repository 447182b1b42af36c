//! Working on a task: its state, and whose it is.

use crate::app::{self, Context, Error, FormErrors};
use crate::domain::ids::{TaskId, UserId};
use crate::domain::tasks::TaskStep;
use crate::domain::text;
use crate::web::form::Fields;
use crate::web::page::{self, Answer};
use crate::web::records::id_of;
use actix_web::HttpRequest;
use actix_web::http::header;
use actix_web::web::Path;

pub async fn update(ctx: Context, req: HttpRequest, id: Path<String>, fields: Fields) -> Answer {
    let id: TaskId = id_of(&id)?;
    let mut errors = FormErrors::default();
    let step = fields.required::<TaskStep>("step", &mut errors);
    let note = errors.check("note", text::prose(fields.text("note")));
    let (Some(step), Some(note)) = (step, note) else { return Err(Error::from(errors).into()) };
    ctx.write(move |tx| app::tasks::step(tx, id, step, &note)).await?;
    let notice = match step {
        TaskStep::Start => "The task is started.",
        TaskStep::Complete => "The task is done.",
        TaskStep::Skip => "The task is skipped.",
        TaskStep::Fail => "The task is marked as failed.",
        TaskStep::Reopen => "The task is open again.",
    };
    page::see_with(&where_from(&req, id), notice)
}

pub async fn assign(ctx: Context, req: HttpRequest, id: Path<String>, fields: Fields) -> Answer {
    let id: TaskId = id_of(&id)?;
    let mut errors = FormErrors::default();
    let assignee = if fields.text("assignee") == "me" { Some(ctx.actor.id) } else { fields.optional::<UserId>("assignee", &mut errors) };
    if !errors.is_empty() {
        return Err(Error::from(errors).into());
    }
    ctx.write(move |tx| app::tasks::assign(tx, id, assignee)).await?;
    page::see_with(&where_from(&req, id), if assignee == Some(ctx.actor.id) { "The task is yours." } else { "The assignee is changed." })
}

/// Back to the list one came from, so that the next task is at hand; else to the task.
fn where_from(req: &HttpRequest, id: TaskId) -> String {
    let referer = req.headers().get(header::REFERER).and_then(|it| it.to_str().ok()).and_then(|it| url::Url::parse(it).ok());
    let ours = ["/releases/", "/changes/", "/records/", "/tasks"];
    match referer.map(|it| it.path().to_owned()) {
        Some(path) if path == "/" || ours.iter().any(|it| path.starts_with(it)) => {
            if path.starts_with("/tasks") || path == "/" {
                path
            } else {
                format!("{path}#tasks")
            }
        }
        Some(_) | None => format!("/tasks/{id}"),
    }
}
