//! Asking somebody else in an approver's place.

use super::{ids_of, reply};
use crate::app::{self, Context, Error, FormErrors};
use crate::domain::ids::{ApprovalId, RecordId, UserId};
use crate::domain::text;
use crate::store::approvals;
use crate::web::form::Fields;
use crate::web::page::Answer;
use actix_web::HttpRequest;
use actix_web::web::Path;

pub async fn create(ctx: Context, req: HttpRequest, ids: Path<(String, String)>, fields: Fields) -> Answer {
    let (id, approval): (RecordId, ApprovalId) = ids_of(&ids)?;
    let mut errors = FormErrors::default();
    let to = fields.required::<UserId>("to", &mut errors);
    let reason = errors.check("reason", text::required_prose(fields.text("reason")));
    let answer = match to.zip(reason).filter(|_| errors.is_empty()) {
        Some((to, reason)) => {
            let reassign = move |tx: &mut crate::store::Tx<'_>| {
                let (asked, _) = approvals::find(tx.conn, approval)?;
                if asked.record_id == id { app::approvals::reassign(tx, approval, to, &reason) } else { Err(Error::NotFound) }
            };
            ctx.write(reassign).await.map(|_| ())
        }
        None => Err(errors.into()),
    };
    reply(&ctx, &req, id, fields, answer, "#approvals", "Somebody else is asked instead.").await
}
