//! Going on without a requirement.

use super::{back, id_of};
use crate::app::{self, Context, Error, FormErrors};
use crate::domain::ids::RecordId;
use crate::domain::requirements::Requirement;
use crate::domain::text;
use crate::web::form::Fields;
use crate::web::page::Answer;
use actix_web::web::Path;

pub async fn create(ctx: Context, id: Path<String>, fields: Fields) -> Answer {
    let id: RecordId = id_of(&id)?;
    let mut errors = FormErrors::default();
    let requirement = fields.required::<Requirement>("requirement", &mut errors);
    let reason = errors.check("reason", text::prose(fields.text("reason")));
    let (Some(requirement), Some(reason)) = (requirement, reason) else { return Err(Error::from(errors).into()) };
    ctx.write(move |tx| app::phases::waive(tx, id, requirement, &reason)).await?;
    back(&ctx, id, "#readiness", &format!("Waived: {}.", requirement.label())).await
}
