//! The phase a record is in.

use super::{back, id_of, said};
use crate::app::{self, Context, FormErrors};
use crate::domain::ids::RecordId;
use crate::domain::text;
use crate::web::form::Fields;
use crate::web::page::Answer;
use actix_web::HttpRequest;
use actix_web::web::Path;

pub async fn update(ctx: Context, req: HttpRequest, id: Path<String>, fields: Fields) -> Answer {
    let id: RecordId = id_of(&id)?;
    let answer = match text::prose(fields.text("reason")) {
        Ok(reason) => {
            let (seen, key) = (fields.version(), fields.text("transition").to_owned());
            ctx.write(move |tx| {
                app::phases::take(tx, id, seen, &key, &reason)?;
                Ok(crate::store::records::find(tx.conn, id)?.phase_name)
            })
            .await
        }
        Err(refusal) => Err(FormErrors::of("reason", refusal.to_string()).into()),
    };
    match answer {
        Ok(phase) => back(&ctx, id, "", &format!("Now in: {phase}.")).await,
        Err(error) => said::again(&ctx, &req, id, fields, error).await,
    }
}
