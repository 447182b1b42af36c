//! The activity of one record.

use super::id_of;
use crate::app::Context;
use crate::domain::ids::RecordId;
use crate::store::events::{self, Entry, Filter};
use crate::store::records::{self, Record};
use crate::web::form::Fields;
use crate::web::frame::Frame;
use crate::web::page::{self, Answer};
use actix_web::HttpRequest;
use actix_web::web::Path;
use askama::Template;

const PAGE: i64 = 50;

#[derive(Template)]
#[template(path = "records/activity.html")]
struct Index {
    frame: Frame,
    record: Record,
    events: Vec<Entry>,
    /// Where the next page starts.
    more: Option<i64>,
}

pub async fn index(ctx: Context, req: HttpRequest, id: Path<String>) -> Answer {
    let id: RecordId = id_of(&id)?;
    let before = Fields::of_query(req.query_string()).text("before").parse().ok();
    let frame = page::frame(&ctx, &req);
    page::show(&ctx, move |conn| {
        let record = records::find(conn, id)?;
        let mut events = events::list(conn, &Filter { record: Some(id), before, ..Filter::default() }, PAGE + 1)?;
        let more = if events.len() as i64 > PAGE { events.pop().and(events.last()).map(|it| it.id) } else { None };
        Ok(Index { frame, record, events, more })
    })
    .await
}
