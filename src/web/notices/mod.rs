//! What one was told: the list behind the bell.

pub mod muting;
pub mod preferences;
pub mod stream;

use super::form::Fields;
use super::frame::Frame;
use super::page::{self, Answer};
use super::records::id_of;
use crate::app::notices::reading;
use crate::app::{Context, FormErrors};
use crate::domain::ids::NoticeId;
use crate::store::notices::{self, Told};
use actix_web::HttpRequest;
use actix_web::web::Path;
use askama::Template;

const PAGE: usize = 50;

#[derive(Template)]
#[template(path = "notices/index.html")]
struct Index {
    frame: Frame,
    unread: bool,
    told: Vec<Told>,
    /// Where the next page begins.
    next: Option<NoticeId>,
    first_page: bool,
}

pub async fn index(ctx: Context, req: HttpRequest) -> Answer {
    let (frame, me) = (page::frame(&ctx, &req), ctx.actor.id);
    let query = Fields::of_query(req.query_string());
    let unread = query.text("show") == "unread";
    let before: Option<NoticeId> = query.text("before").parse().ok();
    page::show(&ctx, move |conn| {
        let mut told = notices::list(conn, me, unread, before, PAGE as i64 + 1)?;
        let more = told.len() > PAGE;
        told.truncate(PAGE);
        Ok(Index { frame, unread, next: told.last().filter(|_| more).map(|it| it.id), told, first_page: before.is_none() })
    })
    .await
}

/// Opens the page that a notice is about; the notice is read then.
pub async fn open(ctx: Context, id: Path<String>) -> Answer {
    let id: NoticeId = id_of(&id)?;
    let path = ctx.write(move |tx| reading::open(tx, id)).await?;
    page::see(&path)
}

pub async fn read_all(ctx: Context, fields: Fields) -> Answer {
    let newest: NoticeId = fields.text("newest").parse().map_err(|_| crate::app::Error::from(FormErrors::of("newest", "Load the page again.")))?;
    let count = ctx.write(move |tx| reading::read_all(tx, newest)).await?;
    let said = if count == 1 { "One notification is marked as read.".to_owned() } else { format!("{count} notifications are marked as read.") };
    page::see_with("/notices", &said)
}
