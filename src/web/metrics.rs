//! Figures for a monitoring system, in the text format of Prometheus: how the outbox stands. Anybody may read them: they name nobody.

use super::failure::Failure;
use super::session::db_of;
use crate::app::Error;
use crate::domain::mails::MailState;
use crate::store::mails::list::{self, Figures};
use crate::store::mails::pause;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, Duration, Utc};
use std::fmt::Write;
use std::sync::{Mutex, PoisonError};

/// They are counted anew this often at most, whoever asks.
const FRESH: Duration = Duration::seconds(5);

/// More of a kind are not counted: a monitor looks at what grows and what stands still.
const COUNTED: i64 = 1_000_000;

/// The figures as they were last counted.
#[derive(Default)]
pub struct Metrics(Mutex<Option<(DateTime<Utc>, String)>>);

pub async fn show(req: HttpRequest, metrics: Data<Metrics>) -> Result<HttpResponse, Failure> {
    let db = db_of(&req).ok_or(Failure::App(Error::NotFound))?;
    let now = db.clock.now();
    let kept = metrics.0.lock().unwrap_or_else(PoisonError::into_inner).clone().filter(|(at, _)| *at + FRESH > now);
    let text = match kept {
        Some((_, text)) => text,
        None => {
            let (figures, paused) = db.read::<_, Error, _>(|conn| Ok((list::figures(conn, COUNTED)?, pause::find(conn)?.is_some()))).await?;
            let text = written(&figures, paused, now);
            *metrics.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, text.clone()));
            text
        }
    };
    Ok(HttpResponse::Ok().insert_header(("Cache-Control", "no-store")).content_type("text/plain; version=0.0.4; charset=utf-8").body(text))
}

fn written(figures: &Figures, paused: bool, now: DateTime<Utc>) -> String {
    let oldest = figures.oldest.map_or(0, |it| (now - it).num_seconds().max(0));
    let lines = [
        ("slipway_mails_queued", "gauge", "Mails that wait to be sent.", figures.count(MailState::Queued)),
        ("slipway_mails_oldest_seconds", "gauge", "How long the oldest of them has waited.", oldest),
        ("slipway_mails_sent", "gauge", "Mails that were sent, up to a million.", figures.count(MailState::Sent)),
        ("slipway_mails_failed", "gauge", "Mails that did not get through.", figures.count(MailState::Failed)),
        ("slipway_mails_paused", "gauge", "1 while nothing is sent because the mail server refuses the credentials.", i64::from(paused)),
    ];
    let mut text = String::new();
    for (name, kind, help, value) in lines {
        // Writing into a text cannot fail.
        writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}").ok();
    }
    text
}
