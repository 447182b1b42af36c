//! The process as it is: release models, to read.

use super::frame::Frame;
use super::page::{self, Answer};
use crate::app::Context;
use crate::store::models::{self, Named};
use actix_web::HttpRequest;
use askama::Template;

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
