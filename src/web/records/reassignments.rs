//! Asking somebody else in an approver's place.

use super::{id_of, reply};
use crate::app::{self, Context, Error, FormErrors};
use crate::domain::ids::{ApprovalId, UserId};
use crate::domain::people::Action;
use crate::domain::text;
use crate::store::approvals;
use crate::web::form::Fields;
use crate::web::page::Answer;
use actix_web::HttpRequest;
use actix_web::web::Path;

pub async fn create(ctx: Context, req: HttpRequest, approval: Path<String>, fields: Fields) -> Answer {
    let approval: ApprovalId = id_of(&approval)?;
    let record = ctx.read(move |conn| Ok(approvals::find(conn, approval)?.0.record_id)).await?;
    let mut errors = FormErrors::default();
    let to = fields.required::<UserId>("to", &mut errors);
    let reason = errors.check("reason", text::required_prose(fields.text("reason")));
    let answer = match to.zip(reason).filter(|_| errors.is_empty()) {
        Some((to, reason)) => ctx.write(move |tx| app::approvals::reassign(tx, approval, to, &reason)).await.map(|_| ()),
        None if ctx.actor.may(Action::Reassign) => Err(errors.into()),
        None => Err(Error::Forbidden(Action::Reassign)),
    };
    reply(&ctx, &req, record, fields, answer, "#approvals", "Somebody else is asked instead.").await
}
