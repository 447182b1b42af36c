//! The process as it is: workflows and release models, to read.

use super::frame::Frame;
use super::page::{self, Answer};
use crate::app::Context;
use crate::domain::records::RecordKind;
use crate::domain::workflows::Workflow;
use crate::domain::workflows::drawing::{self, Picture};
use crate::domain::workflows::world::World;
use crate::store::models::{self, Named};
use crate::store::workflows::{self, Published, world};
use actix_web::HttpRequest;
use askama::Template;

#[derive(Template)]
#[template(path = "workflows/index.html")]
struct Workflows {
    frame: Frame,
    workflows: Vec<Published>,
    /// Of releases, and of RFCs.
    worlds: [World; 2],
}

impl Workflows {
    fn picture(&self, workflow: &Workflow) -> Picture {
        drawing::picture(workflow, None)
    }

    fn world(&self, kind: &RecordKind) -> &World {
        let [releases, changes] = &self.worlds;
        match kind {
            RecordKind::Release => releases,
            RecordKind::Change => changes,
        }
    }
}

pub async fn workflows(ctx: Context, req: HttpRequest) -> Answer {
    let frame = page::frame(&ctx, &req);
    page::show(&ctx, move |conn| {
        let worlds = [world::load(conn, RecordKind::Release)?, world::load(conn, RecordKind::Change)?];
        Ok(Workflows { frame, workflows: workflows::list(conn)?, worlds })
    })
    .await
}

#[derive(Template)]
#[template(path = "models/index.html")]
struct Models {
    frame: Frame,
    models: Vec<Named>,
}

pub async fn models(ctx: Context, req: HttpRequest) -> Answer {
    let frame = page::frame(&ctx, &req);
    page::show(&ctx, move |conn| Ok(Models { frame, models: models::list(conn)? })).await
}
