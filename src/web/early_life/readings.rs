//! Readings by form: one row of fields for a day, or a pasted table. And the key with which programs sign theirs.

use super::{Forms, again, field_of, path, permitted, release};
use crate::app::early_life::readings::{self as actions, Taken};
use crate::app::early_life::{signing, supporting};
use crate::app::{Context, Error, FormErrors};
use crate::domain::early_life::{Fault, Line, Source, lines};
use crate::domain::ids::RecordId;
use crate::store::early_life::metrics;
use crate::web::form::{Fields, Form};
use crate::web::page::{self, Answer};
use crate::web::records::id_of;
use actix_web::HttpRequest;
use actix_web::web::Path;
use chrono::NaiveDate;

/// The readings of a day; empty fields are left out.
pub async fn create(ctx: Context, req: HttpRequest, id: Path<String>, fields: Fields) -> Answer {
    let id: RecordId = id_of(&id)?;
    let (full, known) = ctx.read(move |conn| Ok((release(conn, id)?, metrics::list(conn, id)?))).await?;
    // Whoever may not record is told that, and not what is wrong with the fields.
    permitted(&ctx.actor, &full, supporting)?;
    let line = |(place, it): (usize, &metrics::Metric)| {
        let value = fields.text(&field_of(it)).trim().to_owned();
        let line = Line { place: place + 1, day: fields.text("day").to_owned(), metric: it.criterion.name.clone(), value };
        (!line.value.is_empty()).then_some(line)
    };
    let given: Vec<Line> = known.iter().enumerate().filter_map(line).collect();
    let refused = |faults: Vec<Fault>| {
        let mut errors = FormErrors::default();
        for it in &faults {
            // What is wrong with a value stands beside it; the rest is wrong with the day.
            let metric = known.get(it.place.wrapping_sub(1)).filter(|_| it.place > 0);
            let own = metric.filter(|metric| metric.criterion.reading(fields.text(&field_of(metric))).is_err_and(|said| said == it.message));
            match own {
                Some(metric) => errors.about(field_of(metric), it.message.clone()),
                None => errors.about("day", it.message.clone()),
            }
        }
        Forms { day: Form::refused(fields.clone(), errors), ..Forms::default() }
    };
    if given.is_empty() {
        let faults = vec![Fault { place: 0, message: "Fill in at least one value.".to_owned() }];
        return page::unprocessable(&again(&ctx, &req, id, refused(faults)).await?);
    }
    let seen = fields.text("seen_day").parse::<NaiveDate>().ok().map(|day| (day, fields.text("seen").to_owned()));
    let answer = ctx.write(move |tx| actions::record(tx, id, Source::Form, &given, seen.as_ref().map(|(day, it)| (*day, it.as_str())))).await;
    match answer {
        Ok(Taken::All { changed, .. }) => page::see_with(&path(id), &said(changed)),
        Ok(Taken::None(faults)) => page::unprocessable(&again(&ctx, &req, id, refused(faults)).await?),
        Err(Error::Stale) => {
            let mut forms = Forms::default();
            forms.day.fields.set("day", fields.text("day"));
            forms.day.errors.about("day", "Somebody recorded readings of this day meanwhile. This is what they recorded.");
            page::conflict(&again(&ctx, &req, id, forms).await?)
        }
        Err(other) => Err(other.into()),
    }
}

fn said(changed: usize) -> String {
    match changed {
        0 => "All of this was recorded already.".to_owned(),
        1 => "One reading is recorded.".to_owned(),
        count => format!("{count} readings are recorded."),
    }
}

/// A table with a first line that names its columns.
pub async fn import(ctx: Context, req: HttpRequest, id: Path<String>, fields: Fields) -> Answer {
    let id: RecordId = id_of(&id)?;
    let taken = match lines(fields.text("table")) {
        Ok(given) => ctx.write(move |tx| actions::record(tx, id, Source::Csv, &given, None)).await?,
        Err(faults) => {
            // The same here.
            ctx.read(move |conn| release(conn, id)).await.and_then(|full| permitted(&ctx.actor, &full, supporting))?;
            Taken::None(faults)
        }
    };
    match taken {
        Taken::All { changed, .. } => page::see_with(&path(id), &said(changed)),
        Taken::None(faults) => {
            let errors = FormErrors::of("table", "Nothing was recorded, because of the lines named below.");
            page::unprocessable(&again(&ctx, &req, id, Forms { table: Form::refused(fields, errors), faults, ..Forms::default() }).await?)
        }
    }
}

/// A new key for programs.
pub async fn renew_key(ctx: Context, id: Path<String>) -> Answer {
    let id: RecordId = id_of(&id)?;
    ctx.write(move |tx| signing::renew(tx, id)).await?;
    page::see_with(&format!("{}#program", path(id)), "There is a new key. Programs that use the old one are refused from now on.")
}
