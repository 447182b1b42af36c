//! Search over numbers, identifiers and titles.

use super::form::Fields;
use super::frame::Frame;
use super::page::{self, Answer};
use crate::app::Context;
use crate::domain::ids::RecordId;
use crate::domain::text;
use crate::store::lists::{self, Filter, Row};
use actix_web::HttpRequest;
use askama::Template;

const MOST: i64 = 50;

#[derive(Template)]
#[template(path = "search/index.html")]
struct Index {
    frame: Frame,
    text: String,
    error: Option<String>,
    rows: Vec<Row>,
}

impl Index {
    fn is_cut(&self) -> bool {
        self.rows.len() as i64 >= MOST
    }
}

pub async fn index(ctx: Context, req: HttpRequest) -> Answer {
    let frame = page::frame(&ctx, &req);
    let typed = Fields::of_query(req.query_string()).text("q").to_owned();
    // A whole number leads straight to its record.
    if let Some(id) = number(&typed)
        && let Ok(path) = ctx.read(move |conn| super::records::path_of(conn, id)).await
    {
        return page::see(&path);
    }
    page::show(&ctx, move |conn| match text::optional_line(&typed) {
        Ok(text) if text.is_empty() => Ok(Index { frame, text, error: None, rows: Vec::new() }),
        Ok(text) => Ok(Index { rows: lists::list(conn, &Filter { text: text.clone(), ..Filter::default() }, MOST)?, frame, text, error: None }),
        Err(refusal) => Ok(Index { frame, text: typed, error: Some(refusal.to_string()), rows: Vec::new() }),
    })
    .await
}

/// `REL-00042`, `rfc-107`.
pub(super) fn number(text: &str) -> Option<RecordId> {
    let text = text.trim().to_ascii_lowercase();
    let digits = text.strip_prefix("rel-").or_else(|| text.strip_prefix("rfc-"))?;
    digits.parse().ok().map(RecordId)
}
