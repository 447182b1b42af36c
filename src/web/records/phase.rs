//! The phase a record is in.

use super::{back, id_of};
use crate::app::{self, Context};
use crate::domain::ids::RecordId;
use crate::domain::text;
use crate::web::form::Fields;
use crate::web::page::Answer;
use actix_web::web::Path;

pub async fn update(ctx: Context, id: Path<String>, fields: Fields) -> Answer {
    let id: RecordId = id_of(&id)?;
    let reason = text::prose(fields.text("reason")).map_err(|refusal| app::FormErrors::of("reason", refusal.to_string())).map_err(app::Error::from)?;
    let (seen, key) = (fields.version(), fields.text("transition").to_owned());
    let phase = ctx
        .write(move |tx| {
            app::phases::take(tx, id, seen, &key, &reason)?;
            Ok(crate::store::records::find(tx.conn, id)?.phase_name)
        })
        .await?;
    back(&ctx, id, "", &format!("Now in: {phase}.")).await
}
