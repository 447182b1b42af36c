//! The points of the checklist: each row has small forms of its own.

use super::request::{record_of, reply};
use crate::app::handovers::checklist as actions;
use crate::app::{Context, FormErrors};
use crate::domain::handovers::Direction;
use crate::domain::ids::{HandoverItemId, RecordId};
use crate::domain::text;
use crate::web::form::Fields;
use crate::web::page::Answer;
use crate::web::records::id_of;
use actix_web::HttpRequest;
use actix_web::web::Path;

const LIST: &str = "#checklist";

/// Adds a point; or lays the shipped list down.
pub async fn create(ctx: Context, req: HttpRequest, id: Path<String>, fields: Fields) -> Answer {
    let id: RecordId = id_of(&id)?;
    if fields.is_set("shipped") {
        let answer = ctx.write(move |tx| actions::lay_down(tx, id)).await;
        return reply(&ctx, &req, id, fields, answer, LIST, "The shipped list is laid down.").await;
    }
    let answer = match text::line(fields.text("title")) {
        Ok(title) => ctx.write(move |tx| actions::add(tx, id, &title)).await,
        Err(refusal) => Err(FormErrors::of("title", refusal.to_string()).into()),
    };
    reply(&ctx, &req, id, fields, answer, LIST, "The point is added.").await
}

pub async fn update(ctx: Context, req: HttpRequest, id: Path<String>, fields: Fields) -> Answer {
    let id: HandoverItemId = id_of(&id)?;
    let record = record_of(&ctx, id).await?;
    let seen = fields.version();
    let answer = match text::line(fields.text("title")) {
        Ok(title) => ctx.write(move |tx| actions::rename(tx, id, seen, &title)).await.map(|_| ()),
        Err(refusal) => Err(FormErrors::of("title", refusal.to_string()).into()),
    };
    reply(&ctx, &req, record, fields, answer, LIST, "The point is saved.").await
}

pub async fn tick(ctx: Context, req: HttpRequest, id: Path<String>, fields: Fields) -> Answer {
    let id: HandoverItemId = id_of(&id)?;
    let record = record_of(&ctx, id).await?;
    let (seen, done) = (fields.version(), fields.text("done") == "yes");
    let answer = ctx.write(move |tx| actions::tick(tx, id, seen, done)).await.map(|_| ());
    reply(&ctx, &req, record, fields, answer, LIST, if done { "The point is done." } else { "The point is open again." }).await
}

pub async fn shift(ctx: Context, req: HttpRequest, id: Path<String>, fields: Fields) -> Answer {
    let id: HandoverItemId = id_of(&id)?;
    let record = record_of(&ctx, id).await?;
    let mut errors = FormErrors::default();
    let answer = match fields.required::<Direction>("to", &mut errors) {
        Some(direction) => ctx.write(move |tx| actions::shift(tx, id, direction)).await.map(|_| ()),
        None => Err(errors.into()),
    };
    reply(&ctx, &req, record, fields, answer, LIST, "The point is moved.").await
}

pub async fn destroy(ctx: Context, req: HttpRequest, id: Path<String>, fields: Fields) -> Answer {
    let id: HandoverItemId = id_of(&id)?;
    let record = record_of(&ctx, id).await?;
    let seen = fields.version();
    let answer = ctx.write(move |tx| actions::remove(tx, id, seen)).await.map(|_| ());
    reply(&ctx, &req, record, fields, answer, LIST, "The point is removed.").await
}
