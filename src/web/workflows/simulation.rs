//! A sample record walks through a workflow, published or not; the whole walk stands in the address.

use super::choosing::{encoded, one_back, visits};
use super::view::Here;
use crate::app::{self, Context};
use crate::domain::ids::{WorkflowDraftId, WorkflowId};
use crate::domain::records::RecordKind;
use crate::domain::workflows::Workflow;
use crate::domain::workflows::drawing::{Picture, picture};
use crate::domain::workflows::simulation::{Choices, Ground, Passage, walk};
use crate::domain::workflows::world::World;
use crate::store::workflows::{self, world};
use crate::store::{PgConnection, workflow_drafts};
use crate::web::failure::Failure;
use crate::web::form::Fields;
use crate::web::frame::Frame;
use crate::web::page::{self, Answer};
use crate::web::records::id_of;
use crate::web::workflow_drafts::ended::or_ended;
use actix_web::HttpRequest;
use actix_web::web::Path;
use askama::Template;

/// The workflow that is tried out.
pub struct Subject {
    pub name: String,
    /// "version 3", "draft".
    pub state: String,
    pub kind: RecordKind,
    pub workflow: Workflow,
    /// Where its simulation is.
    pub path: String,
    /// Where it is read or edited.
    pub back: String,
}

#[derive(Template)]
#[template(path = "workflows/simulation.html")]
pub struct Simulation {
    frame: Frame,
    subject: Subject,
    /// Why the last choice could not be followed.
    stop: Option<String>,
    here: Option<Here>,
    passages: Vec<Passage>,
    /// The visits that were left, as the form sends them again.
    been: Vec<String>,
    /// The address of one step back.
    back: Option<String>,
    drawn: Picture,
}

impl Simulation {
    pub fn of(frame: Frame, subject: Subject, world: &World, query: &Fields) -> Simulation {
        let ground = Ground { workflow: &subject.workflow, world };
        let chosen = visits(query);
        let Some(step) = walk(&ground, &chosen) else {
            let drawn = picture(&subject.workflow, None);
            return Simulation { frame, subject, stop: None, here: None, passages: Vec::new(), been: Vec::new(), back: None, drawn };
        };
        let left = chosen.get(..step.passages.len()).unwrap_or_default();
        let present = chosen.get(step.passages.len()).cloned().unwrap_or_else(Choices::default);
        Simulation {
            here: Here::of(&ground, &step.sample, &present),
            been: left.iter().map(encoded).collect(),
            back: one_back(&subject.path, left),
            drawn: picture(&subject.workflow, Some(&step.sample.phase)),
            stop: step.stop.map(|it| it.to_string()),
            passages: step.passages,
            frame,
            subject,
        }
    }

    /// The page; 422 where the last choice could not be followed.
    pub fn answer(&self) -> Answer {
        if self.stop.is_some() { page::unprocessable(self) } else { page::html(self) }
    }
}

/// The simulation of a published version.
pub async fn show(ctx: Context, req: HttpRequest, id: Path<String>) -> Answer {
    let id: WorkflowId = id_of(&id)?;
    shown(&ctx, req, move |conn| {
        let it = workflows::version(conn, id)?;
        Ok(Subject {
            name: it.name,
            state: format!("version {}", it.version),
            kind: it.kind,
            workflow: it.workflow,
            path: format!("/workflows/{id}/simulation"),
            back: format!("/workflows/{id}"),
        })
    })
    .await
}

/// The simulation of a draft.
pub async fn draft(ctx: Context, req: HttpRequest, id: Path<String>) -> Answer {
    let id: WorkflowDraftId = id_of(&id)?;
    let simulated = shown(&ctx, req, move |conn| {
        let it = workflow_drafts::find(conn, id)?;
        Ok(Subject {
            name: it.name,
            state: "draft".to_owned(),
            kind: it.kind,
            workflow: it.workflow,
            path: format!("/workflow-drafts/{id}/simulation"),
            back: format!("/workflow-drafts/{id}"),
        })
    });
    match simulated.await {
        Err(Failure::App(error)) => Err(or_ended(&ctx, id, &Fields::default(), error).await),
        answer => answer,
    }
}

async fn shown(ctx: &Context, req: HttpRequest, subject: impl FnOnce(&mut PgConnection) -> app::Result<Subject> + Send + 'static) -> Answer {
    let frame = page::frame(ctx, &req);
    let query = Fields::of_query(req.query_string());
    let shown = ctx.read(move |conn| {
        let subject = subject(conn)?;
        let world = world::load(conn, subject.kind)?;
        Ok(Simulation::of(frame, subject, &world, &query))
    });
    shown.await?.answer()
}
