//! Asking for approval, and withdrawing the question.

use super::{id_of, reply};
use crate::app::{self, Context, FormErrors};
use crate::domain::ids::RecordId;
use crate::domain::text;
use crate::web::form::Fields;
use crate::web::page::Answer;
use actix_web::HttpRequest;
use actix_web::web::Path;

pub async fn create(ctx: Context, req: HttpRequest, id: Path<String>) -> Answer {
    let id: RecordId = id_of(&id)?;
    let answer = ctx.write(move |tx| app::approvals::ask(tx, id)).await;
    reply(&ctx, &req, id, Fields::default(), answer, "#approvals", "The approvers are asked.").await
}

pub async fn destroy(ctx: Context, req: HttpRequest, id: Path<String>, fields: Fields) -> Answer {
    let id: RecordId = id_of(&id)?;
    let answer = match text::required_prose(fields.text("reason")) {
        Ok(reason) => ctx.write(move |tx| app::approvals::withdraw(tx, id, &reason)).await,
        Err(refusal) => Err(FormErrors::of("reason", refusal.to_string()).into()),
    };
    reply(&ctx, &req, id, fields, answer, "#approvals", "The question is withdrawn; nobody needs to answer.").await
}
