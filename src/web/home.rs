//! What waits for me.

use super::frame::Frame;
use super::page::{self, Answer};
use crate::app::Context;
use actix_web::HttpRequest;
use askama::Template;

#[derive(Template)]
#[template(path = "home/show.html")]
struct Show {
    frame: Frame,
}

pub async fn show(ctx: Context, req: HttpRequest) -> Answer {
    let frame = page::frame(&ctx, &req);
    page::show(&ctx, move |_conn| Ok(Show { frame })).await
}
