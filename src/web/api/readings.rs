//! Daily readings of early life support, signed with the key of their release.

use crate::app::early_life::readings::Taken;
use crate::app::early_life::signing::{self, Signature};
use crate::app::links::Keys;
use crate::app::{self, Error};
use crate::domain::early_life::{Fault, Given, Line};
use crate::domain::ids::RecordId;
use crate::domain::people::Actor;
use crate::store::Db;
use crate::web::failure::Failure;
use crate::web::form::Body;
use crate::web::page::Answer;
use crate::web::records::id_of;
use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sent {
    readings: Vec<Reading>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Reading {
    day: String,
    metric: String,
    value: f64,
}

pub async fn create(req: HttpRequest, id: Path<String>, body: Body, keys: Data<Keys>, db: Data<Db>) -> Answer {
    let id: RecordId = id_of(&id)?;
    let header = |name: &str| req.headers().get(name).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let signature = Signature::parse(header("X-Slipway-Timestamp"), header("X-Slipway-Signature"));
    let signature = signature.ok_or(Failure::Unsigned("Send the headers X-Slipway-Timestamp and X-Slipway-Signature: sha256=…"))?;
    if !signature.is_fresh(db.clock.now()) {
        return Err(Failure::Unsigned("The timestamp is more than five minutes from the time here. Sign again."));
    }
    let (keys, body) = (keys.into_inner(), body.0);
    let (known, signed, same) = (keys.clone(), body.clone(), signature.clone());
    if !db.read::<_, Error, _>(move |conn| signing::is_signed(conn, &known, id, &same, &signed)).await? {
        return Err(WRONG);
    }
    if !header(CONTENT_TYPE.as_str()).split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json") {
        return Err(Failure::NotJson);
    }
    let sent: Sent = serde_json::from_slice(&body).map_err(|cause| Failure::Unreadable(cause.to_string()))?;
    let lines: Vec<Line> = sent.readings.into_iter().enumerate().map(|(at, it)| line(at + 1, it)).collect();
    let given = lines.clone();
    let taken: app::Result<_> = db.write(Actor::slipway(), move |tx| signing::record(tx, &keys, id, &signature, &body, &given)).await;
    match taken? {
        Some(Taken::All { given, changed }) => Ok(recorded(&lines, &given, changed)),
        Some(Taken::None(faults)) => Ok(refused(&faults)),
        None => Err(WRONG),
    }
}

const WRONG: Failure = Failure::Unsigned("The signature is not one of this release's key.");

fn line(place: usize, it: Reading) -> Line {
    Line { place, day: it.day, metric: it.metric, value: it.value.to_string() }
}

fn recorded(lines: &[Line], given: &[Given], changed: usize) -> HttpResponse {
    let reading = |(line, it): (&Line, &Given)| serde_json::json!({ "day": it.day, "metric": line.metric.trim(), "value": it.value });
    let readings: Vec<_> = lines.iter().zip(given).map(reading).collect();
    HttpResponse::Ok().insert_header(("Cache-Control", "no-store")).json(serde_json::json!({ "recorded": readings, "changed": changed }))
}

/// Which readings do not do; their places are counted from zero, as in the list that was sent.
fn refused(faults: &[Fault]) -> HttpResponse {
    let errors: Vec<_> = faults.iter().map(|it| serde_json::json!({ "reading": it.place.saturating_sub(1), "detail": it.message })).collect();
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    let detail = "Nothing was recorded, because of the readings named in errors.";
    let problem = serde_json::json!({ "title": "Something is wrong with the readings", "detail": detail, "status": status.as_u16(), "errors": errors });
    HttpResponse::build(status)
        .insert_header(("Content-Type", "application/problem+json"))
        .insert_header(("Cache-Control", "no-store"))
        .body(problem.to_string())
}
