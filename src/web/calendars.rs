//! Calendars: everybody reads them, those who configure the process edit them.

pub mod holidays;

use super::form::{Choice, Fields, Form};
use super::frame::Frame;
use super::page::{self, Answer};
use super::records::id_of;
use super::users::zone_choices;
use crate::app::calendars::{self as actions, Draft};
use crate::app::{self, Context, Error, FormErrors};
use crate::domain::calendars::{Calendar, Unworkable, WEEK_DAYS, holidays, hours, written_holidays, written_hours};
use crate::domain::events::FieldChange;
use crate::domain::ids::{CalendarId, GroupId, ItemId};
use crate::domain::people::Action;
use crate::domain::text;
use crate::store::PgConnection;
use crate::store::calendars::{self, Named};
use actix_web::HttpRequest;
use actix_web::web::Path;
use askama::Template;
use chrono_tz::Tz;

/// The fields of the week, from Monday on.
const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

#[derive(Template)]
#[template(path = "calendars/index.html")]
struct Index {
    frame: Frame,
    calendars: Vec<Listed>,
    /// Whether groups can be edited: then their names lead there.
    may_manage: bool,
}

/// A calendar with who goes by it.
struct Listed {
    it: Named,
    groups: Vec<(GroupId, String)>,
    items: Vec<(ItemId, String)>,
    /// How many of its holidays count for nothing any more.
    past: usize,
}

impl Listed {
    fn is_used(&self) -> bool {
        self.it.is_default || !self.groups.is_empty() || !self.items.is_empty()
    }
}

impl Index {
    fn may_edit(&self) -> bool {
        self.frame.may(Action::ConfigureProcess)
    }

    /// The week in words: days of the same hours together.
    fn week(&self, calendar: &Calendar) -> Vec<(String, String)> {
        let mut rows: Vec<(String, String, String)> = Vec::new();
        for (day, hours) in WEEK_DAYS.iter().zip(calendar.week()) {
            let hours = if hours.is_empty() { "no work".to_owned() } else { written_hours(hours) };
            match rows.last_mut() {
                Some((_, last, same)) if *same == hours => *last = (*day).to_owned(),
                Some(_) | None => rows.push(((*day).to_owned(), (*day).to_owned(), hours)),
            }
        }
        rows.into_iter().map(|(first, last, hours)| (if first == last { first } else { format!("{first} to {last}") }, hours)).collect()
    }

    fn holidays(&self, calendar: &Calendar) -> Vec<String> {
        written_holidays(calendar.holidays()).lines().map(str::to_owned).collect()
    }
}

pub async fn index(ctx: Context, req: HttpRequest) -> Answer {
    let (frame, now) = (page::frame(&ctx, &req), ctx.now());
    page::show(&ctx, move |conn| {
        let (uses, oldest) = (calendars::uses(conn)?, actions::oldest_that_counts(conn, now)?);
        let mut listed = Vec::new();
        for it in calendars::list(conn)? {
            let past = it.calendar.holidays_before(it.calendar.day(oldest));
            let groups = uses.groups.iter().filter(|(of, ..)| *of == it.id).map(|(_, id, name)| (*id, name.clone())).collect();
            let items = uses.items.iter().filter(|(of, ..)| *of == it.id).map(|(_, id, name)| (*id, name.clone())).collect();
            listed.push(Listed { it, groups, items, past });
        }
        Ok(Index { may_manage: frame.manages_users(), frame, calendars: listed })
    })
    .await
}

#[derive(Template)]
#[template(path = "calendars/edit.html")]
struct Edit {
    frame: Frame,
    id: Option<CalendarId>,
    form: Form,
    /// What somebody else saved while this was being edited: as it stands now, and as it was typed here.
    meanwhile: Vec<FieldChange>,
    stale: bool,
}

impl Edit {
    fn of(frame: Frame, id: Option<CalendarId>, form: Form) -> Edit {
        Edit { frame, id, form, meanwhile: Vec::new(), stale: false }
    }

    fn zones(&self) -> Vec<Choice> {
        zone_choices(self.form.text("zone"))
    }

    fn days(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        DAYS.into_iter().zip(WEEK_DAYS)
    }

    fn action(&self) -> String {
        self.id.map_or_else(|| "/calendars".to_owned(), |id| format!("/calendars/{id}"))
    }
}

fn permitted(ctx: &Context) -> app::Result<()> {
    if ctx.actor.may(Action::ConfigureProcess) { Ok(()) } else { Err(Error::Forbidden(Action::ConfigureProcess)) }
}

/// The calendars to choose from in the forms of groups and items.
pub fn choices(conn: &mut PgConnection) -> app::Result<Vec<Choice>> {
    Ok(Choice::list(calendars::names(conn)?))
}

fn filled(name: &str, calendar: &Calendar) -> Fields {
    let mut fields = Fields::default();
    fields.set("name", name);
    fields.set("zone", calendar.zone().name());
    for (field, hours) in DAYS.iter().zip(calendar.week()) {
        fields.set(field, written_hours(hours));
    }
    fields.set("holidays", written_holidays(calendar.holidays()));
    fields
}

pub async fn new(ctx: Context, req: HttpRequest) -> Answer {
    permitted(&ctx)?;
    let fields = filled("", &Calendar::office(ctx.actor.zone));
    page::html(&Edit::of(page::frame(&ctx, &req), None, Form::of(fields)))
}

pub async fn edit(ctx: Context, req: HttpRequest, id: Path<String>) -> Answer {
    permitted(&ctx)?;
    let id: CalendarId = id_of(&id)?;
    let frame = page::frame(&ctx, &req);
    page::show(&ctx, move |conn| {
        let it = calendars::find(conn, id)?;
        let mut fields = filled(&it.name, &it.calendar);
        fields.set("is_default", if it.is_default { "yes" } else { "" });
        fields.set("version", it.version.to_string());
        Ok(Edit::of(frame, Some(id), Form::of(fields)))
    })
    .await
}

fn parse(fields: &Fields) -> Result<Draft, FormErrors> {
    let mut errors = FormErrors::default();
    let name = errors.check("name", text::line(fields.text("name")));
    let zone: Option<Tz> = fields.required("zone", &mut errors);
    let week = DAYS.map(|day| errors.check(day, hours(fields.text(day))).unwrap_or_default());
    let days = errors.check("holidays", holidays(fields.text("holidays")));
    match (name, zone, days) {
        (Some(name), Some(zone), Some(days)) if errors.is_empty() => {
            let calendar = Calendar::new(zone, week, days).map_err(|it| FormErrors::of(field_of(it), it.to_string()))?;
            Ok(Draft { name, calendar, is_default: fields.is_set("is_default") })
        }
        _ => Err(errors),
    }
}

fn field_of(unworkable: Unworkable) -> &'static str {
    match unworkable {
        Unworkable::NoHours | Unworkable::Disorder => "monday",
        Unworkable::NoWorkingDay => "holidays",
        Unworkable::NoZone => "zone",
    }
}

pub async fn create(ctx: Context, req: HttpRequest, fields: Fields) -> Answer {
    let answer = match parse(&fields) {
        Ok(draft) => ctx.write(move |tx| actions::create(tx, &draft)).await.map(|_| ()),
        Err(errors) => permitted(&ctx).and(Err(errors.into())),
    };
    reply(&ctx, &req, None, fields, answer).await
}

pub async fn update(ctx: Context, req: HttpRequest, id: Path<String>, fields: Fields) -> Answer {
    let id: CalendarId = id_of(&id)?;
    let seen = fields.version();
    let answer = match parse(&fields) {
        Ok(draft) => ctx.write(move |tx| actions::edit(tx, id, seen, &draft)).await,
        Err(errors) => permitted(&ctx).and(Err(errors.into())),
    };
    reply(&ctx, &req, Some(id), fields, answer).await
}

async fn reply(ctx: &Context, req: &HttpRequest, id: Option<CalendarId>, mut fields: Fields, answer: app::Result<()>) -> Answer {
    let frame = page::frame(ctx, req);
    match (answer, id) {
        (Ok(()), _) => page::see_with("/calendars", "The calendar is saved."),
        (Err(Error::Invalid(errors)), _) => page::unprocessable(&Edit::of(frame, id, Form::refused(fields, errors))),
        (Err(Error::Stale), Some(calendar)) => {
            let now = ctx.read(move |conn| Ok(calendars::find(conn, calendar)?)).await?;
            fields.set("version", now.version.to_string());
            let meanwhile = parse(&fields).map(|typed| actions::changes(&now, &typed)).unwrap_or_default();
            page::conflict(&Edit { meanwhile, stale: true, ..Edit::of(frame, id, Form::of(fields)) })
        }
        (Err(other), _) => Err(other.into()),
    }
}
