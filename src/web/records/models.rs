//! Applying a model to a release.

use super::{back, id_of, said};
use crate::app::{self, Context, FormErrors};
use crate::domain::ids::{ModelId, RecordId};
use crate::web::form::Fields;
use crate::web::page::Answer;
use actix_web::HttpRequest;
use actix_web::web::Path;

pub async fn create(ctx: Context, req: HttpRequest, id: Path<String>, fields: Fields) -> Answer {
    let id: RecordId = id_of(&id)?;
    let mut errors = FormErrors::default();
    let answer = match fields.required::<ModelId>("model", &mut errors) {
        Some(model) => ctx.write(move |tx| app::models::apply(tx, id, model)).await,
        None => Err(errors.into()),
    };
    match answer {
        Ok(0) => back(&ctx, id, "#tasks", "The model had been applied already; nothing was added.").await,
        Ok(1) => back(&ctx, id, "#tasks", "The model is applied: one task was added.").await,
        Ok(count) => back(&ctx, id, "#tasks", &format!("The model is applied: {count} tasks were added.")).await,
        Err(error) => said::again(&ctx, &req, id, fields, error).await,
    }
}
