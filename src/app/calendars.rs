//! Making and editing calendars.

use super::context::{permit, unchanged};
use super::{Error, FormErrors, Result};
use crate::domain::calendars::{BadHolidays, Calendar, MOST_HOLIDAYS, WEEK_DAYS, written_holidays, written_hours};
use crate::domain::events::{Event, FieldChange};
use crate::domain::ids::CalendarId;
use crate::domain::people::Action;
use crate::store::calendars::{self, Named};
use crate::store::{PgConnection, Tx, deadlines, events};
use chrono::{DateTime, NaiveDate, Utc};
use std::collections::BTreeMap;

/// A calendar as somebody wants it.
#[derive(Clone, Debug)]
pub struct Draft {
    pub name: String,
    pub calendar: Calendar,
    pub is_default: bool,
}

pub fn create(tx: &mut Tx<'_>, draft: &Draft) -> Result<CalendarId> {
    permit(tx, Action::ConfigureProcess)?;
    let id = calendars::insert(tx, &draft.name, &draft.calendar).map_err(taken)?;
    if draft.is_default {
        calendars::set_default(tx, id)?;
    }
    let said = content(&draft.name, &draft.calendar, draft.is_default);
    let fields = said.into_iter().filter_map(|(field, value)| FieldChange::between(field, "", value)).collect();
    events::record(tx, None, &Event::CalendarCreated { name: draft.name.clone(), fields })?;
    Ok(id)
}

/// What is due already stays due when it is; what is reckoned from now on goes by the new hours.
pub fn edit(tx: &mut Tx<'_>, id: CalendarId, seen: i32, draft: &Draft) -> Result<()> {
    permit(tx, Action::ConfigureProcess)?;
    let before = calendars::lock(tx, id)?;
    unchanged(before.version, seen)?;
    if before.is_default && !draft.is_default {
        return Err(FormErrors::of("is_default", "There must be a default calendar. Make another one the default instead.").into());
    }
    let fields = changes(&before, draft);
    if fields.is_empty() {
        return Ok(());
    }
    calendars::update(tx, id, &draft.name, &draft.calendar).map_err(taken)?;
    if draft.is_default && !before.is_default {
        calendars::set_default(tx, id)?;
    }
    Ok(events::record(tx, None, &Event::CalendarEdited { name: before.name, fields })?)
}

/// Adds days off, such as those that a file named. Returns how many are new.
pub fn add_holidays(tx: &mut Tx<'_>, id: CalendarId, seen: i32, days: &BTreeMap<NaiveDate, String>) -> Result<usize> {
    permit(tx, Action::ConfigureProcess)?;
    let before = calendars::lock(tx, id)?;
    unchanged(before.version, seen)?;
    let calendar = before.calendar.with_holidays(days).map_err(|it| FormErrors::of("day", it.to_string()))?;
    if calendar.holidays().len() > MOST_HOLIDAYS {
        return Err(FormErrors::of("day", BadHolidays::TooMany.to_string()).into());
    }
    let added = calendar.holidays().len() - before.calendar.holidays().len();
    replace(tx, before, calendar)?;
    Ok(added)
}

/// Removes the days off that count for nothing any more. Returns how many.
pub fn tidy_holidays(tx: &mut Tx<'_>, id: CalendarId, seen: i32) -> Result<usize> {
    permit(tx, Action::ConfigureProcess)?;
    let before = calendars::lock(tx, id)?;
    unchanged(before.version, seen)?;
    let now = tx.now;
    let first = before.calendar.day(oldest_that_counts(tx.conn, now)?);
    let calendar = before.calendar.without_holidays_before(first);
    let removed = before.calendar.holidays_before(first);
    replace(tx, before, calendar)?;
    Ok(removed)
}

/// From when on days still count: now, or when the oldest of what is due began, because its reminders are reckoned from there.
pub fn oldest_that_counts(conn: &mut PgConnection, now: DateTime<Utc>) -> Result<DateTime<Utc>> {
    Ok(deadlines::earliest_start(conn)?.map_or(now, |it| it.min(now)))
}

fn replace(tx: &mut Tx<'_>, before: Named, calendar: Calendar) -> Result<()> {
    if calendar == before.calendar {
        return Ok(());
    }
    let draft = Draft { name: before.name.clone(), calendar, is_default: before.is_default };
    calendars::update(tx, before.id, &draft.name, &draft.calendar)?;
    let fields = changes(&before, &draft);
    Ok(events::record(tx, None, &Event::CalendarEdited { name: before.name, fields })?)
}

/// What differs between a calendar as it stands and as somebody wants it.
pub fn changes(before: &Named, draft: &Draft) -> Vec<FieldChange> {
    let old = content(&before.name, &before.calendar, before.is_default);
    let new = content(&draft.name, &draft.calendar, draft.is_default);
    old.into_iter().zip(new).filter_map(|((field, before), (_, after))| FieldChange::between(field, before, after)).collect()
}

/// What a calendar says, each field with its words.
fn content(name: &str, calendar: &Calendar, is_default: bool) -> Vec<(&'static str, String)> {
    let default = if is_default { "yes" } else { "no" };
    let mut said = vec![("Name", name.to_owned()), ("Time zone", calendar.zone().name().to_owned()), ("Default", default.to_owned())];
    said.extend(WEEK_DAYS.into_iter().zip(calendar.week().iter().map(|it| written_hours(it))));
    said.push(("Holidays", written_holidays(calendar.holidays())));
    said
}

/// The name of the calendar that a form chose, if it chose one.
pub(super) fn known(tx: &mut Tx<'_>, chosen: Option<CalendarId>) -> Result<Option<String>> {
    let Some(id) = chosen else { return Ok(None) };
    let name = calendars::names(tx.conn)?.into_iter().find(|(it, _)| *it == id).map(|(_, name)| name);
    Ok(Some(name.ok_or_else(|| FormErrors::of("calendar", "This calendar cannot be chosen any more."))?))
}

fn taken(error: diesel::result::Error) -> Error {
    if crate::store::is_duplicate(&error) { FormErrors::of("name", "Another calendar has this name already.").into() } else { error.into() }
}
