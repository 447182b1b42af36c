//! Asking for approval, and withdrawing the question.

use super::{back, id_of};
use crate::app::{self, Context, Error, FormErrors};
use crate::domain::ids::RecordId;
use crate::domain::text;
use crate::web::form::Fields;
use crate::web::page::Answer;
use actix_web::web::Path;

pub async fn create(ctx: Context, id: Path<String>) -> Answer {
    let id: RecordId = id_of(&id)?;
    ctx.write(move |tx| app::approvals::ask(tx, id)).await?;
    back(&ctx, id, "#approvals", "The approvers are asked.").await
}

pub async fn destroy(ctx: Context, id: Path<String>, fields: Fields) -> Answer {
    let id: RecordId = id_of(&id)?;
    let reason = text::required_prose(fields.text("reason")).map_err(|refusal| Error::from(FormErrors::of("reason", refusal.to_string())))?;
    ctx.write(move |tx| app::approvals::withdraw(tx, id, &reason)).await?;
    back(&ctx, id, "#approvals", "The question is withdrawn; nobody needs to answer.").await
}
