//! The page of a record, release or RFC: one page for both, because one engine carries both.

pub mod activity;
pub mod confirmations;
mod consequences;
pub mod index;
pub mod models;
pub mod phase;
pub mod reassignments;
pub mod related;
pub mod reopening;
pub mod rounds;
pub mod ruled;
pub mod said;
pub mod sections;
pub mod stepper;
pub mod view;
pub mod waivers;
pub mod watching;
mod work;

use super::form::Fields;
use super::page::{self, Answer};
use crate::app::{self, Context, Error};
use crate::domain::ids::RecordId;
use crate::domain::records::RecordKind;
use crate::store::PgConnection;
use actix_web::HttpRequest;
use actix_web::web::Path;
use view::Show;

/// The page of a record of this kind; by another kind's address it is not found.
pub async fn show(ctx: Context, req: HttpRequest, id: RecordId, kind: RecordKind) -> Answer {
    let frame = page::frame(&ctx, &req);
    let actor = ctx.actor.clone();
    page::show(&ctx, move |conn| Show::load(conn, frame, &actor, id, kind)).await
}

/// Where a record's page is.
pub fn path_of(conn: &mut PgConnection, id: RecordId) -> app::Result<String> {
    Ok(crate::store::records::find(conn, id)?.path())
}

/// After a write: back to the record, at one of its parts, with a notice.
pub async fn back(ctx: &Context, id: RecordId, part: &str, notice: &str) -> Answer {
    let path = ctx.read(move |conn| path_of(conn, id)).await?;
    page::see_with(&format!("{path}{part}"), notice)
}

/// [`back`] after a write that was carried out; the page with what was typed after one that was refused.
pub async fn reply(ctx: &Context, req: &HttpRequest, id: RecordId, fields: Fields, answer: app::Result<()>, part: &str, notice: &str) -> Answer {
    match answer {
        Ok(()) => back(ctx, id, part, notice).await,
        Err(error) => said::again(ctx, req, id, fields, error).await,
    }
}

/// The id in an address; one that is no number is not found.
pub fn id_of<T: std::str::FromStr>(path: &Path<String>) -> app::Result<T> {
    path.parse().map_err(|_| Error::NotFound)
}

/// [`id_of`], for addresses with two.
pub fn ids_of<A: std::str::FromStr, B: std::str::FromStr>(path: &Path<(String, String)>) -> app::Result<(A, B)> {
    let (first, second) = &**path;
    Ok((first.parse().map_err(|_| Error::NotFound)?, second.parse().map_err(|_| Error::NotFound)?))
}
