//! The page on which a draft is published: what differs, what it means, and which categories follow.

use super::desk::{Desk, desk, desk_of, permitted};
use super::ended::or_ended;
use crate::app::workflow_drafts::{self as actions, Meanwhile, Order, Publication};
use crate::app::{self, Context, Error, FormErrors};
use crate::domain::ids::WorkflowDraftId;
use crate::domain::text;
use crate::store::workflow_drafts;
use crate::store::workflows::{Follower, Published};
use crate::web::form::{Choice, Fields, Form};
use crate::web::frame::Frame;
use crate::web::page::{self, Answer};
use crate::web::records::id_of;
use actix_web::HttpRequest;
use actix_web::web::Path;
use askama::Template;

#[derive(Template)]
#[template(path = "workflow_drafts/publication.html")]
struct Page {
    frame: Frame,
    it: Publication,
    /// With the findings, and where each is put right.
    desk: Desk,
    form: Form,
    meanwhile: Option<Meanwhile>,
}

impl Page {
    fn address(&self) -> String {
        format!("/workflow-drafts/{}", self.it.draft.id)
    }

    /// What else keeps it from being published.
    fn others(&self) -> Vec<&String> {
        self.it.faults.iter().filter(|it| !self.desk.findings.iter().any(|other| other.message == **it)).collect()
    }

    /// Elsewhere than in what is said of those that follow it already, their losses stand beside the box.
    fn categories(&self) -> Vec<Choice> {
        let choice = |it: &Follower| {
            let retired = if it.retired_at.is_some() { "; retired" } else { "" };
            let lost: usize = self.it.models.iter().filter(|model| model.category == it.id).map(|model| model.tasks.len()).sum();
            let lost = match lost {
                0 => String::new(),
                1 => "; one task of its release models would be left out".to_owned(),
                count => format!("; {count} tasks of its release models would be left out"),
            };
            Choice::new(it.id, &it.name).hint(format!("now {}, version {}{retired}{lost}", it.workflow_name, it.version))
        };
        self.it.followers.iter().map(choice).collect()
    }

    /// The box that one ticks to replace what was published meanwhile; it names that very version.
    fn replaced(&self) -> Vec<Choice> {
        let choice = |it: &Published| Choice::new(it.id, format!("Replace version {} with this draft", it.version));
        self.it.overtaken().map(|(_, now)| choice(now)).into_iter().collect()
    }
}

async fn publication(ctx: &Context, id: WorkflowDraftId) -> app::Result<Publication> {
    ctx.read(move |conn| {
        let draft = workflow_drafts::find(conn, id)?;
        Publication::of(conn, draft)
    })
    .await
}

pub async fn new(ctx: Context, req: HttpRequest, id: Path<String>) -> Answer {
    permitted(&ctx)?;
    let id: WorkflowDraftId = id_of(&id)?;
    let desk = desk(&ctx, id, None).await?;
    let it = publication(&ctx, id).await?;
    let mut fields = Fields::default();
    fields.set("version", it.draft.version.to_string());
    let own = it.followers.iter().filter(|other| other.key == it.draft.key);
    fields.set_all("categories", own.map(|it| it.id.to_string()).collect());
    page::html(&Page { frame: page::frame(&ctx, &req), it, desk, form: Form::of(fields), meanwhile: None })
}

pub async fn create(ctx: Context, req: HttpRequest, id: Path<String>, mut fields: Fields) -> Answer {
    permitted(&ctx)?;
    let id: WorkflowDraftId = id_of(&id)?;
    let seen = fields.version();
    let mut errors = FormErrors::default();
    let (categories, replaces) = (fields.several("categories", &mut errors), fields.several("replaces", &mut errors));
    let note = errors.check("note", text::required_prose(fields.text("note")));
    let done = match note.filter(|_| errors.is_empty()) {
        Some(note) => ctx.write(move |tx| actions::publish(tx, id, seen, &Order { note, categories, replaces })).await,
        None => Err(errors.into()),
    };
    let (errors, stale) = match done {
        Ok(published) => {
            return page::see_with(
                &format!("/workflows/{published}"),
                "It is published. New records follow it where you said so; those under way stay on theirs.",
            );
        }
        Err(Error::Invalid(errors)) => (errors, false),
        Err(Error::Stale) => (FormErrors::default(), true),
        Err(other) => return Err(or_ended(&ctx, id, &fields, other).await),
    };
    let mut desk = desk_of(&ctx, id, stale.then_some(seen), &fields).await?;
    let it = publication(&ctx, id).await?;
    let frame = page::frame(&ctx, &req);
    if stale {
        let meanwhile = desk.meanwhile.take();
        fields.set("version", it.draft.version.to_string());
        return page::conflict(&Page { frame, it, desk, form: Form::of(fields), meanwhile });
    }
    page::unprocessable(&Page { frame, it, desk, form: Form::refused(fields, errors), meanwhile: None })
}
