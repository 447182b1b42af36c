//! The RFCs of a release.

use super::{back, id_of, ids_of};
use crate::app::{self, Context, Error, FormErrors};
use crate::domain::ids::RecordId;
use crate::domain::text;
use crate::web::form::Fields;
use crate::web::page::Answer;
use actix_web::web::Path;

pub async fn create(ctx: Context, id: Path<String>, fields: Fields) -> Answer {
    let id: RecordId = id_of(&id)?;
    let mut errors = FormErrors::default();
    let chosen = fields.several::<RecordId>("change", &mut errors);
    if chosen.is_empty() {
        errors.about("change", "Choose an RFC.");
    }
    let reason = reason(&fields, &mut errors);
    if !errors.is_empty() {
        return Err(Error::from(errors).into());
    }
    let count = chosen.len();
    ctx.write(move |tx| chosen.iter().try_for_each(|change| app::releases::relate(tx, id, *change, &reason))).await?;
    back(&ctx, id, "#changes", &if count == 1 { "The RFC is related.".to_owned() } else { format!("{count} RFCs are related.") }).await
}

pub async fn destroy(ctx: Context, ids: Path<(String, String)>, fields: Fields) -> Answer {
    let (id, change) = ids_of::<RecordId, RecordId>(&ids)?;
    let mut errors = FormErrors::default();
    let reason = reason(&fields, &mut errors);
    if !errors.is_empty() {
        return Err(Error::from(errors).into());
    }
    ctx.write(move |tx| app::releases::unrelate(tx, id, change, &reason)).await?;
    back(&ctx, id, "#changes", "The RFC is taken off.").await
}

fn reason(fields: &Fields, errors: &mut FormErrors) -> String {
    errors.check("reason", text::prose(fields.text("reason"))).unwrap_or_default()
}
