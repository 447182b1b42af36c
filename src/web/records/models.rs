//! Applying a model to a release.

use super::{back, id_of};
use crate::app::{self, Context, Error, FormErrors};
use crate::domain::ids::{ModelId, RecordId};
use crate::web::form::Fields;
use crate::web::page::Answer;
use actix_web::web::Path;

pub async fn create(ctx: Context, id: Path<String>, fields: Fields) -> Answer {
    let id: RecordId = id_of(&id)?;
    let mut errors = FormErrors::default();
    let Some(model) = fields.required::<ModelId>("model", &mut errors) else { return Err(Error::from(errors).into()) };
    let added = ctx.write(move |tx| app::models::apply(tx, id, model)).await?;
    let notice = match added {
        0 => "The model had been applied already; nothing was added.".to_owned(),
        1 => "The model is applied: one task was added.".to_owned(),
        count => format!("The model is applied: {count} tasks were added."),
    };
    back(&ctx, id, "#tasks", &notice).await
}
