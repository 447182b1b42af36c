//! The process as it is: workflows, to read.

use super::frame::Frame;
use super::page::{self, Answer};
use crate::app::Context;
use crate::store::workflows::{self, Published};
use actix_web::HttpRequest;
use askama::Template;

#[derive(Template)]
#[template(path = "workflows/index.html")]
struct Workflows {
    frame: Frame,
    workflows: Vec<Published>,
}

pub async fn workflows(ctx: Context, req: HttpRequest) -> Answer {
    let frame = page::frame(&ctx, &req);
    page::show(&ctx, move |conn| Ok(Workflows { frame, workflows: workflows::list(conn)? })).await
}
