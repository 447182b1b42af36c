//! Holidays of a calendar out of a file: chosen, looked through, added. And past ones removed.

use super::permitted;
use crate::app::calendars as actions;
use crate::app::{self, Context, Error, FormErrors};
use crate::domain::calendars::files::{self, BadFile, Found, MOST_BYTES};
use crate::domain::calendars::holidays;
use crate::domain::ids::CalendarId;
use crate::store::calendars::{self, Named};
use crate::web::attachments::receive;
use crate::web::form::{Fields, Form};
use crate::web::frame::Frame;
use crate::web::page::{self, Answer};
use crate::web::records::id_of;
use actix_multipart::Multipart;
use actix_web::HttpRequest;
use actix_web::web::Path;
use askama::Template;
use chrono::{DateTime, Datelike, NaiveDate, Utc};
use std::collections::BTreeMap;

/// A day that could be added.
struct Day {
    day: NaiveDate,
    name: String,
    /// What it is called in the calendar, if it is off already.
    there: Option<String>,
    past: bool,
}

impl Day {
    /// As a line of holidays: what the form sends.
    fn line(&self) -> String {
        format!("{} {}", self.day, self.name)
    }

    fn written(&self) -> String {
        self.day.format("%a %-d %b %Y").to_string()
    }

    /// On a day without work it changes nothing, but does no harm.
    fn is_weekend(&self) -> bool {
        self.day.weekday().number_from_monday() > 5
    }
}

#[derive(Template)]
#[template(path = "calendars/holidays.html")]
struct New {
    frame: Frame,
    calendar: Named,
    form: Form,
    /// What was found in the file that was sent.
    days: Vec<Day>,
    left_out: Vec<String>,
    /// Whether the calendar was changed since it was looked at.
    stale: bool,
}

impl New {
    fn of(frame: Frame, calendar: Named, form: Form) -> New {
        New { frame, calendar, form, days: Vec::new(), left_out: Vec::new(), stale: false }
    }

    fn found(self, found: Found, now: DateTime<Utc>) -> New {
        let today = self.calendar.calendar.day(now);
        let there = self.calendar.calendar.holidays();
        let day = |(day, name): (NaiveDate, String)| Day { there: there.get(&day).cloned(), past: day < today, day, name };
        let days = found.days.into_iter().map(day).collect();
        New { days, left_out: found.left_out, ..self }
    }

    /// How many are neither there nor past.
    fn fresh(&self) -> usize {
        self.days.iter().filter(|it| it.there.is_none() && !it.past).count()
    }

    fn is_looked_through(&self) -> bool {
        !self.days.is_empty() || !self.left_out.is_empty()
    }

    fn is_chosen(&self, day: &Day) -> bool {
        if self.form.fields.has("day") { self.form.is_chosen("day", &day.line()) } else { !day.past }
    }
}

pub async fn new(ctx: Context, req: HttpRequest, id: Path<String>) -> Answer {
    permitted(&ctx)?;
    let id: CalendarId = id_of(&id)?;
    let frame = page::frame(&ctx, &req);
    page::show(&ctx, move |conn| Ok(New::of(frame, calendars::find(conn, id)?, Form::default()))).await
}

/// Shows what a file would add; nothing is saved yet.
pub async fn draw(ctx: Context, req: HttpRequest, id: Path<String>, body: Multipart) -> Answer {
    let id: CalendarId = id_of(&id)?;
    let permitted = permitted(&ctx);
    let sent = receive::one(&req, body, "file", MOST_BYTES).await?;
    permitted?;
    let (frame, now) = (page::frame(&ctx, &req), ctx.now());
    let page = ctx
        .read(move |conn| {
            let calendar = calendars::find(conn, id)?;
            let found = sent.map_or(Err(BadFile::Empty), |bytes| files::read(&bytes, calendar.calendar.zone(), calendar.calendar.day(now)));
            Ok(match found {
                Ok(found) => New::of(frame, calendar, Form::default()).found(found, now),
                Err(bad) => New::of(frame, calendar, Form::refused(Fields::default(), FormErrors::of("file", bad.to_string()))),
            })
        })
        .await?;
    if page.form.errors.is_empty() { page::html(&page) } else { page::unprocessable(&page) }
}

/// The days that were ticked.
fn chosen(fields: &Fields) -> Result<BTreeMap<NaiveDate, String>, FormErrors> {
    let days = holidays(&fields.all("day").join("\n")).map_err(|it| FormErrors::of("day", it.to_string()))?;
    if days.is_empty() { Err(FormErrors::of("day", "Choose at least one day.")) } else { Ok(days) }
}

/// All days that the page showed, ticked or not, to show it again.
fn shown(fields: &Fields) -> BTreeMap<NaiveDate, String> {
    holidays(&fields.all("shown").join("\n")).unwrap_or_default()
}

pub async fn create(ctx: Context, req: HttpRequest, id: Path<String>, fields: Fields) -> Answer {
    let id: CalendarId = id_of(&id)?;
    let seen = fields.version();
    let answer = match chosen(&fields) {
        Ok(days) => ctx.write(move |tx| actions::add_holidays(tx, id, seen, &days)).await,
        Err(errors) => permitted(&ctx).and(Err(errors.into())),
    };
    let (errors, stale) = match answer {
        Ok(0) => return page::see_with("/calendars", "These days were off already."),
        Ok(1) => return page::see_with("/calendars", "One holiday is added."),
        Ok(count) => return page::see_with("/calendars", &format!("{count} holidays are added.")),
        Err(Error::Invalid(errors)) => (errors, false),
        Err(Error::Stale) => (FormErrors::default(), true),
        Err(other) => return Err(other.into()),
    };
    let (frame, now) = (page::frame(&ctx, &req), ctx.now());
    let again = ctx
        .read(move |conn| {
            let found = Found { days: shown(&fields), left_out: Vec::new() };
            Ok::<_, app::Error>(New { stale, ..New::of(frame, calendars::find(conn, id)?, Form::refused(fields, errors)).found(found, now) })
        })
        .await?;
    if stale { page::conflict(&again) } else { page::unprocessable(&again) }
}

pub async fn destroy(ctx: Context, id: Path<String>, fields: Fields) -> Answer {
    let id: CalendarId = id_of(&id)?;
    let seen = fields.version();
    match ctx.write(move |tx| actions::tidy_holidays(tx, id, seen)).await? {
        0 => page::see_with("/calendars", "There was no past holiday."),
        1 => page::see_with("/calendars", "One past holiday is removed."),
        count => page::see_with("/calendars", &format!("{count} past holidays are removed.")),
    }
}
