//! The RFCs of a release.

use super::{id_of, ids_of, reply};
use crate::app::{self, Context, FormErrors};
use crate::domain::ids::RecordId;
use crate::domain::records::RecordKind;
use crate::domain::text;
use crate::web::form::{Choice, Fields};
use crate::web::page::Answer;
use actix_web::HttpRequest;
use actix_web::web::Path;

pub async fn create(ctx: Context, req: HttpRequest, id: Path<String>, fields: Fields) -> Answer {
    let id: RecordId = id_of(&id)?;
    let mut errors = FormErrors::default();
    let mut chosen = fields.several::<RecordId>("change", &mut errors);
    match fields.text("number").trim() {
        "" => {}
        typed => match number(typed) {
            Some(change) => chosen.push(change),
            None => errors.about("number", "Write the number of an RFC, like RFC-00042."),
        },
    }
    if chosen.is_empty() && errors.is_empty() {
        errors.about("change", "Choose an RFC.");
    }
    let reason = reason(&fields, &mut errors);
    let notice = if chosen.len() == 1 { "The RFC is related.".to_owned() } else { format!("{} RFCs are related.", chosen.len()) };
    let answer = if errors.is_empty() {
        ctx.write(move |tx| chosen.iter().try_for_each(|change| app::releases::relate(tx, id, *change, &reason))).await
    } else {
        Err(errors.into())
    };
    reply(&ctx, &req, id, fields, answer, "#changes", &notice).await
}

pub async fn destroy(ctx: Context, req: HttpRequest, ids: Path<(String, String)>, fields: Fields) -> Answer {
    let (id, change) = ids_of::<RecordId, RecordId>(&ids)?;
    let mut errors = FormErrors::default();
    let reason = reason(&fields, &mut errors);
    let answer = if errors.is_empty() { ctx.write(move |tx| app::releases::unrelate(tx, id, change, &reason)).await } else { Err(errors.into()) };
    reply(&ctx, &req, id, fields, answer, "#changes", "The RFC is taken off.").await
}

/// `RFC-00042`, `rfc-42`, `42`.
fn number(typed: &str) -> Option<RecordId> {
    let typed = typed.to_ascii_lowercase();
    typed.strip_prefix("rfc-").unwrap_or(&typed).parse().ok().map(RecordId)
}

/// RFCs to choose from.
pub fn choices(free: Vec<(RecordId, String)>) -> Vec<Choice> {
    Choice::list(free.into_iter().map(|(id, title)| (id, format!("{} {title}", RecordKind::Change.number(id)))))
}

fn reason(fields: &Fields, errors: &mut FormErrors) -> String {
    errors.check("reason", text::prose(fields.text("reason"))).unwrap_or_default()
}
