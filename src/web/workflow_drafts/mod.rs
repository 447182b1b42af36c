//! Drafts of workflows: the editor. Each form and each button is one edit, sent with the version of the draft that it was shown with.

pub mod approvals;
mod desk;
pub mod ended;
pub mod phases;
pub mod publication;
pub mod transitions;

use self::desk::{Show, again, answer, desk, permitted};
use super::form::{Choice, Fields, Form};
use super::frame::Frame;
use super::page::{self, Answer};
use super::records::id_of;
use crate::app::workflow_drafts::{self as actions, New};
use crate::app::{self, Context, Error, FormErrors};
use crate::domain::ids::{WorkflowDraftId, WorkflowId};
use crate::domain::records::RecordKind;
use crate::domain::text;
use crate::store::workflows;
use actix_web::HttpRequest;
use actix_web::web::Path;
use askama::Template;

#[derive(Template)]
#[template(path = "workflow_drafts/new.html")]
struct NewPage {
    frame: Frame,
    form: Form,
    /// The newest version of each workflow, to copy.
    copies: Vec<Choice>,
}

impl NewPage {
    fn kinds(&self) -> Vec<Choice> {
        Choice::list([(RecordKind::Release.word(), "Releases"), (RecordKind::Change.word(), "RFCs")])
    }
}

async fn new_page(ctx: &Context, req: &HttpRequest, form: Form) -> app::Result<NewPage> {
    let frame = page::frame(ctx, req);
    let chosen = form.text("copy").to_owned();
    let copies = ctx
        .read(move |conn| {
            let label = |it: &workflows::Published| format!("{}, version {} (of {}s)", it.name, it.version, it.kind.label());
            let mut all = workflows::newest(conn)?;
            // An earlier version, where the page of that one was come from.
            if let Some(id) = chosen.parse().ok().filter(|id| !all.iter().any(|it| it.id == *id)) {
                all.extend(workflows::version(conn, id).ok());
            }
            Ok(Choice::list(all.iter().map(|it| (it.id, label(it)))))
        })
        .await?;
    Ok(NewPage { frame, form, copies })
}

pub async fn new(ctx: Context, req: HttpRequest) -> Answer {
    permitted(&ctx)?;
    let query = Fields::of_query(req.query_string());
    let mut fields = Fields::default();
    for name in ["kind", "copy"] {
        fields.set(name, query.text(name));
    }
    page::html(&new_page(&ctx, &req, Form::of(fields)).await?)
}

pub async fn create(ctx: Context, req: HttpRequest, fields: Fields) -> Answer {
    permitted(&ctx)?;
    let done = match read(&fields) {
        Ok(new) => ctx.write(move |tx| actions::create(tx, &new)).await,
        Err(errors) => Err(errors.into()),
    };
    let errors = match done {
        Ok(id) => return page::see_with(&format!("/workflow-drafts/{id}"), "The draft is begun. Nobody works with it before it is published."),
        Err(Error::Invalid(errors)) => errors,
        Err(Error::Stale) => FormErrors::of("name", "Somebody just began a workflow of this name. Choose another one."),
        Err(Error::NotFound) => FormErrors::of("copy", "This workflow is not there any more. Choose again."),
        Err(other) => return Err(other.into()),
    };
    page::unprocessable(&new_page(&ctx, &req, Form::refused(fields, errors)).await?)
}

fn read(fields: &Fields) -> Result<New, FormErrors> {
    let mut errors = FormErrors::default();
    let name = errors.check("name", text::line(fields.text("name")));
    let kind: Option<RecordKind> = fields.required("kind", &mut errors);
    let copy_of: Option<WorkflowId> = fields.optional("copy", &mut errors);
    match name.zip(kind).filter(|_| errors.is_empty()) {
        Some((name, kind)) => Ok(New { name, kind, copy_of }),
        None => Err(errors),
    }
}

/// Begins the next version of a published workflow, or goes on with the one that is begun.
pub async fn revise(ctx: Context, id: Path<String>) -> Answer {
    let id: WorkflowId = id_of(&id)?;
    let (draft, is_new) = ctx.write(move |tx| actions::revise(tx, id)).await?;
    let said = if is_new { "This is the draft of the next version." } else { "The next version was begun already: this is its draft." };
    page::see_with(&format!("/workflow-drafts/{draft}"), &format!("{said} Nothing changes before it is published."))
}

pub async fn show(ctx: Context, req: HttpRequest, id: Path<String>) -> Answer {
    let desk = desk(&ctx, id_of(&id)?, None).await?;
    let frame = page::frame(&ctx, &req);
    page::html(&Show::of(frame, desk))
}

/// Another name.
pub async fn update(ctx: Context, req: HttpRequest, id: Path<String>, fields: Fields) -> Answer {
    permitted(&ctx)?;
    let id: WorkflowDraftId = id_of(&id)?;
    let (seen, name) = (fields.version(), fields.text("name").to_owned());
    let error = match ctx.write(move |tx| actions::rename(tx, id, seen, &name)).await {
        Ok(()) => return page::see_with(&format!("/workflow-drafts/{id}"), "The name is saved."),
        Err(error) => error,
    };
    let it = again(&ctx, id, fields, error).await?;
    let form = it.form.clone();
    it.answer(|desk, _| Show { form, ..Show::of(page::frame(&ctx, &req), desk) })
}

pub async fn destroy(ctx: Context, req: HttpRequest, id: Path<String>, fields: Fields) -> Answer {
    let id: WorkflowDraftId = id_of(&id)?;
    let seen = fields.version();
    let done = ctx.write(move |tx| actions::discard(tx, id, seen)).await;
    answer(&ctx, &req, id, seen, done, ("/workflows".into(), "The draft is discarded. What is published stays as it is.")).await
}
