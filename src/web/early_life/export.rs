//! All readings of a release as CSV, safe to open in a spreadsheet and with where each came from.

use super::release;
use crate::app::{Context, Error};
use crate::domain::early_life::written;
use crate::domain::ids::RecordId;
use crate::store::db::Outage;
use crate::store::early_life::readings::{self, Measured};
use crate::web::csv::text;
use crate::web::page::Answer;
use crate::web::records::id_of;
use actix_web::HttpResponse;
use actix_web::web::Path;
use chrono_tz::Tz;

pub async fn show(ctx: Context, id: Path<String>) -> Answer {
    let id: RecordId = id_of(&id)?;
    let zone = ctx.actor.zone;
    let (name, body) = ctx
        .read(move |conn| {
            let full = release(conn, id)?;
            let body = write(&readings::list(conn, id)?, zone).map_err(|cause| Error::from(Outage::Render(cause.to_string())))?;
            Ok((format!("{}-readings.csv", full.record.number().to_lowercase()), body))
        })
        .await?;
    Ok(HttpResponse::Ok()
        .insert_header(("Content-Type", "text/csv; charset=utf-8"))
        .insert_header(("Content-Disposition", format!("attachment; filename=\"{name}\"")))
        .insert_header(("Cache-Control", "no-store"))
        .body(body))
}

fn write(rows: &[Measured], zone: Tz) -> Result<Vec<u8>, csv::Error> {
    let mut out = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    out.write_record(["day", "metric", "value", "unit", "source", "recorded at", "recorded by"])?;
    for it in rows {
        let at = it.at.with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string();
        out.write_record([it.day.to_string(), text(&it.metric), written(it.value), text(&it.unit), it.source.label().to_owned(), at, text(&it.by)])?;
    }
    out.into_inner().map_err(|cause| csv::Error::from(cause.into_error()))
}
