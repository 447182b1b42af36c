//! Applying a model to a release.

use super::{back, id_of, said};
use crate::app::models::Applied;
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
        Ok(applied) => back(&ctx, id, "#tasks", &said_of(applied)).await,
        Err(error) => said::again(&ctx, &req, id, fields, error).await,
    }
}

fn said_of(Applied { tasks, orphans, left_out }: Applied) -> String {
    let added = match tasks {
        0 if left_out.is_empty() => "The model had been applied already; nothing was added.".to_owned(),
        0 => "The model added nothing.".to_owned(),
        1 => "The model is applied: one task was added.".to_owned(),
        count => format!("The model is applied: {count} tasks were added."),
    };
    let added = match left_out.as_slice() {
        [] => added,
        [one] => format!("{added} “{one}” is left out: the workflow of this release does not have its phase."),
        several => {
            format!("{added} {} tasks are left out, because the workflow of this release does not have their phases: {}.", several.len(), several.join(", "))
        }
    };
    match orphans {
        0 => added,
        1 => format!("{added} One of them is nobody's yet: the account of who should do it is closed."),
        count => format!("{added} {count} of them are nobody's yet: the accounts of those who should do them are closed."),
    }
}
