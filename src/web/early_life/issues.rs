//! Incidents and problems that the release caused, one at a time.

use super::{path, permitted, release};
use crate::app::early_life::{issues as actions, supporting};
use crate::app::{self, Context, Error, FormErrors};
use crate::domain::early_life::{IssueKind, IssueState, Severity};
use crate::domain::events::FieldChange;
use crate::domain::ids::{IssueId, RecordId};
use crate::domain::text;
use crate::store::PgConnection;
use crate::store::early_life::issues::{self, Draft};
use crate::store::records::Full;
use crate::web::form::{Choice, Fields, Form};
use crate::web::frame::Frame;
use crate::web::page::{self, Answer};
use crate::web::records::id_of;
use actix_web::HttpRequest;
use actix_web::web::Path;
use askama::Template;

#[derive(Template)]
#[template(path = "early_life/issue.html")]
struct Edit {
    frame: Frame,
    full: Full,
    issue: Option<IssueId>,
    form: Form,
    meanwhile: Vec<FieldChange>,
    stale: bool,
}

impl Edit {
    fn load(conn: &mut PgConnection, frame: Frame, id: RecordId, issue: Option<IssueId>, form: Form) -> app::Result<Edit> {
        let full = release(conn, id)?;
        if let Some(actor) = &frame.actor {
            permitted(actor, &full, supporting)?;
        }
        Ok(Edit { frame, full, issue, form, meanwhile: Vec::new(), stale: false })
    }

    fn kinds(&self) -> Vec<Choice> {
        Choice::list(IssueKind::ALL.iter().map(|it| (it.word(), it.label())))
    }

    fn severities(&self) -> Vec<Choice> {
        Choice::list(Severity::ALL.iter().map(|it| (it.word(), it.label())))
    }

    fn states(&self) -> Vec<Choice> {
        Choice::list(IssueState::ALL.iter().map(|it| (it.word(), it.label())))
    }

    fn action(&self) -> String {
        self.issue.map_or_else(|| format!("/records/{}/issues", self.full.record.id), |id| format!("/issues/{id}"))
    }
}

fn parse(fields: &Fields) -> Result<Draft, FormErrors> {
    let mut errors = FormErrors::default();
    let kind = fields.required("kind", &mut errors);
    let number = errors.check("number", text::line(fields.text("number")));
    let title = errors.check("title", text::line(fields.text("title")));
    let link = errors.check("link", link(fields.text("link")));
    let severity = fields.required("severity", &mut errors);
    let state = fields.required("state", &mut errors);
    match (kind, number, title, link, severity, state) {
        (Some(kind), Some(number), Some(title), Some(link), Some(severity), Some(state)) => Ok(Draft { kind, number, title, link, severity, state }),
        _ => Err(errors),
    }
}

/// An https address, or nothing.
fn link(text: &str) -> Result<String, String> {
    let text = text::optional_line(text).map_err(|refusal| refusal.to_string())?;
    if text.is_empty() || url::Url::parse(&text).is_ok_and(|it| it.scheme() == "https") {
        Ok(text)
    } else {
        Err("Write the link as a web address that starts with https://.".into())
    }
}

pub async fn new(ctx: Context, req: HttpRequest, id: Path<String>) -> Answer {
    let id: RecordId = id_of(&id)?;
    let frame = page::frame(&ctx, &req);
    let mut fields = Fields::default();
    fields.set("kind", IssueKind::Incident.word());
    fields.set("severity", Severity::Medium.word());
    fields.set("state", IssueState::Open.word());
    page::show(&ctx, move |conn| Edit::load(conn, frame, id, None, Form::of(fields))).await
}

pub async fn edit(ctx: Context, req: HttpRequest, id: Path<String>) -> Answer {
    let id: IssueId = id_of(&id)?;
    let frame = page::frame(&ctx, &req);
    page::show(&ctx, move |conn| {
        let it = issues::find(conn, id)?;
        let mut fields = Fields::default();
        fields.set("kind", it.kind.word());
        fields.set("number", &it.number);
        fields.set("title", &it.title);
        fields.set("link", &it.link);
        fields.set("severity", it.severity.word());
        fields.set("state", it.state.word());
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
    let issue: IssueId = id_of(&id)?;
    let id = ctx.read(move |conn| Ok(issues::find(conn, issue)?.record_id)).await?;
    let seen = fields.version();
    let answer = match parse(&fields) {
        Ok(new) => ctx.write(move |tx| actions::edit(tx, issue, seen, &new)).await,
        Err(errors) => Err(errors.into()),
    };
    reply(&ctx, &req, (id, Some(issue)), fields, answer).await
}

async fn reply(ctx: &Context, req: &HttpRequest, (id, issue): (RecordId, Option<IssueId>), mut fields: Fields, answer: app::Result<RecordId>) -> Answer {
    let (errors, stale) = match answer {
        Ok(id) => return page::see_with(&format!("{}#issues", path(id)), "Saved."),
        Err(Error::Invalid(errors)) => (errors, false),
        Err(Error::Stale) => (FormErrors::default(), true),
        Err(other) => return Err(other.into()),
    };
    let frame = page::frame(ctx, req);
    let again = ctx.read(move |conn| {
        let mut meanwhile = Vec::new();
        if let Some(issue) = issue.filter(|_| stale) {
            let now = issues::find(conn, issue)?;
            fields.set("version", now.version.to_string());
            meanwhile = parse(&fields).map(|typed| actions::changes(&now, &typed)).unwrap_or_default();
        }
        Ok(Edit { meanwhile, stale, ..Edit::load(conn, frame, id, issue, Form::refused(fields, errors))? })
    });
    let again = again.await?;
    if stale { page::conflict(&again) } else { page::unprocessable(&again) }
}
