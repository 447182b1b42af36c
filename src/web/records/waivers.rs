//! Going on without a requirement.

use super::{id_of, reply};
use crate::app::{self, Context, FormErrors};
use crate::domain::ids::RecordId;
use crate::domain::requirements::Requirement;
use crate::domain::text;
use crate::web::form::Fields;
use crate::web::page::Answer;
use actix_web::HttpRequest;
use actix_web::web::Path;

pub async fn create(ctx: Context, req: HttpRequest, id: Path<String>, fields: Fields) -> Answer {
    let id: RecordId = id_of(&id)?;
    let mut errors = FormErrors::default();
    let requirement = fields.required::<Requirement>("requirement", &mut errors);
    let reason = errors.check("reason", text::prose(fields.text("reason")));
    let (answer, notice) = match requirement.zip(reason) {
        Some((requirement, reason)) => {
            (ctx.write(move |tx| app::phases::waive(tx, id, requirement, &reason)).await, format!("Waived: {}.", requirement.label()))
        }
        None => (Err(errors.into()), String::new()),
    };
    reply(&ctx, &req, id, fields, answer, "#readiness", &notice).await
}
