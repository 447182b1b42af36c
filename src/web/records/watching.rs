//! Whether one hears about a record.

use super::{back, id_of};
use crate::app::{self, Context};
use crate::domain::ids::RecordId;
use crate::web::form::Fields;
use crate::web::page::Answer;
use actix_web::web::Path;

pub async fn update(ctx: Context, id: Path<String>, fields: Fields) -> Answer {
    let id: RecordId = id_of(&id)?;
    let on = fields.text("watching") == "yes";
    ctx.write(move |tx| app::records::watch(tx, id, on)).await?;
    back(&ctx, id, "", if on { "You are watching this now." } else { "You no longer watch this." }).await
}
