//! Lists as CSV, page by page, safe to open in a spreadsheet.

use crate::app::{Context, Error};
use crate::domain::records::RecordKind;
use crate::store::lists::{self, Filter, Row};
use crate::web::form::Fields;
use crate::web::page::Answer;
use crate::web::records::index::{Asked, asked, mark_of};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use futures_util::stream;

const CHUNK: i64 = 1000;
const HEAD: [&str; 15] = [
    "Number",
    "Identifier",
    "Title",
    "Category",
    "State",
    "Phase",
    "Phase since",
    "Phase due",
    "Planned start",
    "Planned end",
    "Overdue",
    "CI",
    "Owner",
    "Coordinator",
    "Superseded",
];

/// Exactly the view that the address asks for, streamed: the first rows leave before the last are read.
pub async fn show(ctx: Context, req: HttpRequest, kind: RecordKind) -> Answer {
    let zone = ctx.actor.zone;
    let fields = Fields::of_query(req.query_string());
    let (me, now) = (ctx.actor.id, ctx.now());
    let Asked { filter, errors, .. } = ctx.read(move |conn| asked(conn, fields, kind, me, zone, now)).await?;
    if !errors.is_empty() {
        return Err(Error::from(errors).into());
    }
    let chunks = stream::unfold(Some((filter, true)), move |state| {
        let ctx = ctx.clone();
        async move {
            let (filter, first) = state?;
            Some(match chunk(&ctx, filter, first, zone).await {
                Ok((bytes, next)) => (Ok(bytes), next.map(|it| (it, false))),
                Err(cause) => {
                    tracing::error!(%cause, "a CSV download broke off");
                    (Err(std::io::Error::other("the list could not be read to its end")), None)
                }
            })
        }
    });
    let name = match kind {
        RecordKind::Release => "releases.csv",
        RecordKind::Change => "rfcs.csv",
    };
    Ok(head(name).streaming(Box::pin(chunks)))
}

/// What stands before a CSV of this name.
pub fn head(name: &str) -> HttpResponseBuilder {
    let mut answer = HttpResponse::Ok();
    answer
        .insert_header(("Content-Type", "text/csv; charset=utf-8"))
        .insert_header(("Content-Disposition", format!("attachment; filename=\"{name}\"")))
        .insert_header(("Cache-Control", "no-store"));
    answer
}

/// Lines end as RFC 4180 says.
pub fn writer() -> csv::Writer<Vec<u8>> {
    csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new())
}

async fn chunk(ctx: &Context, filter: Filter, first: bool, zone: Tz) -> Result<(Bytes, Option<Filter>), Error> {
    let asked = filter.clone();
    let rows = ctx.read(move |conn| Ok(lists::list(conn, &asked, CHUNK)?)).await?;
    let next = (rows.len() as i64 == CHUNK).then(|| rows.last().map(|it| Filter { after: Some(mark_of(it, filter.order)), ..filter.clone() })).flatten();
    Ok((Bytes::from(write(&rows, first, zone, ctx.now()).unwrap_or_default()), next))
}

fn write(rows: &[Row], head: bool, zone: Tz, now: DateTime<Utc>) -> Result<Vec<u8>, csv::Error> {
    let mut out = writer();
    if head {
        out.write_record(HEAD)?;
    }
    for row in rows {
        let time = |at: Option<DateTime<Utc>>| at.map_or(String::new(), |it| it.with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string());
        out.write_record([
            row.number(),
            text(row.identifier.as_deref().unwrap_or_default()),
            text(&row.title),
            text(&row.category),
            row.state.label().to_owned(),
            text(&row.phase_name),
            time(Some(row.phase_entered_at)),
            time(row.phase_due_at),
            time(row.planned_start),
            time(row.planned_end),
            if row.is_late(&now) { "yes" } else { "" }.to_owned(),
            text(row.item.as_deref().unwrap_or_default()),
            text(&row.owner),
            text(row.coordinator.as_deref().unwrap_or_default()),
            if row.superseded { "yes" } else { "" }.to_owned(),
        ])?;
    }
    out.into_inner().map_err(|cause| csv::Error::from(cause.into_error()))
}

/// A cell of text that no spreadsheet takes for a formula. Numbers and times are written by us and need no such care.
pub fn text(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_cell_is_never_a_formula() {
        assert_eq!(["=1+1", "+1", "-1", "@x", "\tx", "plain", "a=b"].map(text), ["'=1+1", "'+1", "'-1", "'@x", "'\tx", "plain", "a=b"]);
    }
}
