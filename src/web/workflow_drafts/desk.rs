//! What every page of the editor has before it: the draft, what groups and people are called, and what others did meanwhile.

use super::ended::or_ended;
use crate::app::workflow_drafts::{self as actions, Meanwhile};
use crate::app::{self, Context, Error, FormErrors};
use crate::domain::ids::{WorkflowDraftId, WorkflowId};
use crate::domain::people::Action;
use crate::domain::records::RecordKind;
use crate::domain::workflows::checking::{Finding, Place, findings};
use crate::domain::workflows::differences::Names;
use crate::domain::workflows::drawing::{self, Picture};
use crate::domain::workflows::{Phase, Workflow};
use crate::store::workflow_drafts::{self, Draft};
use crate::store::workflows::{self, world};
use crate::web::failure::Failure;
use crate::web::form::{Choice, Fields, Form};
use crate::web::frame::Frame;
use crate::web::page::{self, Answer};
use actix_web::HttpRequest;
use askama::Template;

pub struct Desk {
    pub draft: Draft,
    pub names: Names,
    /// Set when what was sent came from an older page.
    pub meanwhile: Option<Meanwhile>,
    /// The version that it becomes the next one of: address and number.
    pub before: Option<(WorkflowId, i32)>,
    /// What must be put right before it can be published.
    pub findings: Vec<Finding>,
}

pub fn permitted(ctx: &Context) -> app::Result<()> {
    if ctx.actor.may(Action::ConfigureProcess) { Ok(()) } else { Err(Error::Forbidden(Action::ConfigureProcess)) }
}

/// The draft as it is now; `stale` is the version that somebody sent something with, if that was an older one.
pub async fn desk(ctx: &Context, id: WorkflowDraftId, stale: Option<i32>) -> Result<Desk, Failure> {
    desk_of(ctx, id, stale, &Fields::default()).await
}

/// The same for what was typed: if the draft is no more, that is shown with what became of it.
pub async fn desk_of(ctx: &Context, id: WorkflowDraftId, stale: Option<i32>, typed: &Fields) -> Result<Desk, Failure> {
    let found = ctx.read(move |conn| {
        let draft = workflow_drafts::find(conn, id)?;
        let meanwhile = stale.map(|seen| actions::meanwhile(conn, &draft, seen)).transpose()?;
        let before = workflows::versions(conn, &draft.key)?.first().map(|it| (it.id, it.version));
        let findings = findings(&draft.workflow, &world::load(conn, draft.kind)?);
        Ok(Desk { names: actions::names(conn)?, draft, meanwhile, before, findings })
    });
    match found.await {
        Ok(desk) => Ok(desk),
        Err(error) => Err(or_ended(ctx, id, typed, error).await),
    }
}

impl Desk {
    pub fn address(&self) -> String {
        format!("/workflow-drafts/{}", self.draft.id)
    }

    /// The draft as it is saved; the phase of this key is marked.
    pub fn picture(&self, marked: Option<&str>) -> Picture {
        drawing::picture(&self.draft.workflow, marked)
    }

    /// What must be put right in this phase, its ways out and approvals included.
    pub fn findings_in(&self, phase: &str) -> Vec<&Finding> {
        self.findings.iter().filter(|it| it.place.phase() == Some(phase)).collect()
    }

    /// What must be put right at this very place.
    pub fn findings_at(&self, place: &Place) -> Vec<&Finding> {
        self.findings.iter().filter(|it| it.place == *place).collect()
    }

    /// Whether nobody has shaped it yet: it has one phase, and the ends.
    pub fn is_bare(&self) -> bool {
        self.draft.workflow.phases.iter().filter(|it| !it.is_end()).count() < 2
    }

    /// Where a finding is put right.
    pub fn mend(&self, it: &Finding) -> String {
        let address = self.address();
        match &it.place {
            Place::Workflow => format!("{address}#phases"),
            Place::Phase(phase) => format!("{address}/phases/{phase}"),
            Place::Transition(phase, way) => format!("{address}/phases/{phase}/transitions/{way}"),
            Place::Approval(phase, step) => format!("{address}/phases/{phase}/approvals/{step}"),
        }
    }

    pub fn workflow(&self) -> &Workflow {
        &self.draft.workflow
    }

    /// The number that it will be published under.
    pub fn next_version(&self) -> i32 {
        self.before.map_or(1, |(_, version)| version + 1)
    }

    pub fn phase(&self, key: &str) -> app::Result<&Phase> {
        self.draft.workflow.phase(key).ok_or(Error::NotFound)
    }

    /// What the phase of this key is called; the key itself, when it is gone.
    pub fn phase_name(&self, key: &str) -> String {
        self.draft.workflow.phase(key).map_or_else(|| key.to_owned(), |it| it.name.clone())
    }

    pub fn phases(&self, wanted: impl Fn(&Phase) -> bool) -> Vec<Choice> {
        Choice::list(self.draft.workflow.phases.iter().filter(|it| wanted(it)).map(|it| (&it.key, &it.name)))
    }

    pub fn groups(&self) -> Vec<Choice> {
        let mut groups: Vec<_> = self.names.groups.iter().collect();
        groups.sort_by_key(|(_, name)| name.to_lowercase());
        Choice::list(groups)
    }

    pub fn kind(&self) -> RecordKind {
        self.draft.kind
    }
}

/// A form that could not be carried out: as it was typed, with what is wrong or what others did meanwhile.
pub struct Again {
    pub desk: Desk,
    pub form: Form,
}

/// Sends a refused form back. After a conflict it carries the version of now: sent again, it is carried out on that.
pub async fn again(ctx: &Context, id: WorkflowDraftId, mut fields: Fields, error: Error) -> Result<Again, Failure> {
    let seen = fields.version();
    let (errors, stale) = match error {
        Error::Invalid(errors) => (errors, None),
        Error::Stale => (FormErrors::default(), Some(seen)),
        other @ (Error::NotFound | Error::Forbidden(_) | Error::Refused(_) | Error::Outage(_)) => return Err(or_ended(ctx, id, &fields, other).await),
    };
    let desk = desk_of(ctx, id, stale, &fields).await?;
    if stale.is_some() {
        fields.set("version", desk.draft.version.to_string());
    }
    Ok(Again { desk, form: Form::refused(fields, errors) })
}

impl Again {
    pub fn answer<T: Template>(self, draw: impl FnOnce(Desk, Form) -> T) -> Answer {
        let stale = self.desk.meanwhile.is_some();
        let drawn = draw(self.desk, self.form);
        if stale { page::conflict(&drawn) } else { page::unprocessable(&drawn) }
    }
}

/// The draft as a whole: its phases, and what can be done with it.
#[derive(Template)]
#[template(path = "workflow_drafts/show.html")]
pub struct Show {
    pub frame: Frame,
    pub desk: Desk,
    /// Its name.
    pub form: Form,
}

impl Show {
    pub fn of(frame: Frame, desk: Desk) -> Show {
        let mut fields = Fields::default();
        fields.set("name", &desk.draft.name);
        fields.set("version", desk.draft.version.to_string());
        Show { frame, desk, form: Form::of(fields) }
    }

    fn may_edit(&self) -> bool {
        self.frame.may(Action::ConfigureProcess)
    }

    fn names(&self) -> &Names {
        &self.desk.names
    }

    fn workflow(&self) -> &Workflow {
        self.desk.workflow()
    }
}

/// What a button is answered with: on to somewhere with a word, or the draft as it is with what is in the way.
pub async fn answer(ctx: &Context, req: &HttpRequest, id: WorkflowDraftId, seen: i32, done: app::Result<()>, (to, notice): (String, &'static str)) -> Answer {
    let frame = page::frame(ctx, req);
    match done {
        Ok(()) => page::see_with(&to, notice),
        Err(Error::Stale) => page::conflict(&Show::of(frame, desk(ctx, id, Some(seen)).await?)),
        Err(Error::Invalid(errors)) => {
            let mut show = Show::of(frame, desk(ctx, id, None).await?);
            show.form.errors = errors;
            page::unprocessable(&show)
        }
        Err(other) => Err(or_ended(ctx, id, &Fields::default(), other).await),
    }
}
