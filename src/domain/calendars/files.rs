//! Days off out of an iCalendar file (`.ics`, RFC 5545), as offices and states publish them.

mod lines;
mod repeats;

use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, Utc};
use chrono_tz::Tz;
use lines::{Line, unfolded};
use repeats::Repeat;
use std::collections::{BTreeMap, BTreeSet};

#[cfg(test)]
mod tests;

/// A larger file is no list of holidays.
pub const MOST_BYTES: usize = 1024 * 1024;
const MOST_EVENTS: usize = 3000;
const MOST_DAYS: usize = 1000;
/// A longer event is no holiday.
const LONGEST: i64 = 60;
/// So many years of what recurs are taken.
const YEARS: i32 = 10;

/// Why a file is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadFile {
    #[error("Choose a file.")]
    Empty,
    #[error("The file is larger than 1 MB: that is no list of holidays. Choose another one.")]
    TooLarge,
    #[error("The file is not written in UTF-8. Export it anew from the calendar that it comes from.")]
    NotText,
    #[error("This is no iCalendar file: it does not begin with BEGIN:VCALENDAR. Choose a file that ends in .ics.")]
    NotACalendar,
    #[error("Line {0} of the file is not understood. Export it anew from the calendar that it comes from.")]
    Garbled(usize),
    #[error("The file breaks off: it does not end with END:VCALENDAR. Fetch it once more.")]
    CutOff,
    #[error("No event is in the file. Choose another one.")]
    NoEvents,
    #[error("There are more days in the file than anybody has off. Choose a file with holidays only.")]
    TooMany,
}

/// What was found in a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Each day off, with its name.
    pub days: BTreeMap<NaiveDate, String>,
    /// What could not be taken over, and why, as a sentence each.
    pub left_out: Vec<String>,
}

/// A date, or a time whose day counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Moment {
    Day(NaiveDate),
    /// As clocks show it where it takes place.
    Local(NaiveDateTime),
    Utc(DateTime<Utc>),
}

/// An event, as far as it was read.
#[derive(Debug, Default)]
struct Draft {
    name: String,
    start: Option<Moment>,
    end: Option<Moment>,
    /// In days.
    lasts: Option<u64>,
    repeat: Option<String>,
    except: BTreeSet<NaiveDate>,
    cancelled: bool,
    more_dates: bool,
}

/// The days off in a file. Times in UTC are those of the zone's days; what recurs each year is taken for ten years from today.
pub fn read(bytes: &[u8], zone: Tz, today: NaiveDate) -> Result<Found, BadFile> {
    match bytes.len() {
        0 => return Err(BadFile::Empty),
        MOST_BYTES.. => return Err(BadFile::TooLarge),
        _ => {}
    }
    let text = std::str::from_utf8(bytes).map_err(|_| BadFile::NotText)?;
    let drafts = events(&unfolded(text.trim_start_matches('\u{feff}'))?, zone)?;
    if drafts.is_empty() {
        return Err(BadFile::NoEvents);
    }
    let mut found = Found::default();
    for draft in drafts.into_iter().filter(|it| !it.cancelled) {
        match draft.days(zone, today) {
            Ok(days) => {
                for day in days {
                    found.days.entry(day).or_insert_with(|| draft.name.clone());
                }
            }
            Err(why) => found.left_out.push(format!("“{}”: {why}", draft.name)),
        }
        if found.days.len() > MOST_DAYS {
            return Err(BadFile::TooMany);
        }
    }
    Ok(found)
}

/// The events of a calendar; what stands inside of them, such as alarms, is passed over.
fn events(lines: &[Line], zone: Tz) -> Result<Vec<Draft>, BadFile> {
    let mut open: Vec<String> = Vec::new();
    let (mut drafts, mut draft) = (Vec::new(), Draft::default());
    for line in lines {
        let garbled = || BadFile::Garbled(line.number);
        let value = line.value.to_ascii_uppercase();
        match line.name.as_str() {
            "BEGIN" => {
                if open.is_empty() && value != "VCALENDAR" {
                    return Err(BadFile::NotACalendar);
                }
                if value == "VEVENT" {
                    draft = Draft::default();
                }
                open.push(value);
            }
            "END" => {
                if open.pop().as_deref() != Some(value.as_str()) {
                    return Err(garbled());
                }
                if value == "VEVENT" {
                    drafts.push(std::mem::take(&mut draft).named());
                }
                if drafts.len() > MOST_EVENTS {
                    return Err(BadFile::TooMany);
                }
            }
            _ if open.is_empty() => return Err(if drafts.is_empty() { BadFile::NotACalendar } else { garbled() }),
            _ if open.last().is_some_and(|it| it == "VEVENT") => draft.take(line, zone).ok_or_else(garbled)?,
            _ => {}
        }
    }
    match (open.is_empty(), lines.is_empty()) {
        (true, false) => Ok(drafts),
        (true, true) => Err(BadFile::NotACalendar),
        (false, _) => Err(BadFile::CutOff),
    }
}

impl Draft {
    /// Takes over a property; none if its value cannot be.
    fn take(&mut self, line: &Line, zone: Tz) -> Option<()> {
        match line.name.as_str() {
            "SUMMARY" => self.name = line.text(),
            "DTSTART" => self.start = Some(moment(&line.value)?),
            "DTEND" => self.end = Some(moment(&line.value)?),
            "DURATION" => self.lasts = whole_days(&line.value),
            "RRULE" => self.repeat = Some(line.value.to_ascii_uppercase()),
            "RDATE" => self.more_dates = true,
            "EXDATE" => {
                for value in line.value.split(',') {
                    self.except.insert(moment(value)?.day(zone));
                }
            }
            "STATUS" => self.cancelled = line.value.eq_ignore_ascii_case("CANCELLED"),
            _ => {}
        }
        Some(())
    }

    fn named(mut self) -> Draft {
        if self.name.is_empty() {
            self.name = "Holiday".into();
        }
        self
    }

    /// The days that it takes, or why it cannot be taken over, as the end of a sentence.
    fn days(&self, zone: Tz, today: NaiveDate) -> Result<Vec<NaiveDate>, String> {
        let start = self.start.ok_or("it has no date.")?;
        let (first, length) = (start.day(zone), self.length(start, zone));
        if !(1..=LONGEST).contains(&length) {
            return Err(format!("it takes {length} days, which is no holiday."));
        }
        if self.more_dates {
            return Err("it has further dates of its own. Add its days by hand.".into());
        }
        let begins = match &self.repeat {
            None => vec![first],
            Some(rule) => {
                let repeat = Repeat::read(rule, first)
                    .ok_or("it recurs in a way that cannot be taken over: only the same date of each year can. Add its days by hand.")?;
                repeat.days(first, today, YEARS)
            }
        };
        let free = begins.into_iter().filter(|it| !self.except.contains(it));
        let days = free.flat_map(|begin| (0..length.unsigned_abs()).filter_map(move |it| begin.checked_add_days(Days::new(it))));
        Ok(days.filter(|it| super::is_kept(*it)).collect())
    }

    /// How many days it takes: an end of a whole day is the day after.
    fn length(&self, start: Moment, zone: Tz) -> i64 {
        let first = start.day(zone);
        match (self.end, self.lasts) {
            (Some(Moment::Day(end)), _) => (end - first).num_days().max(1),
            (Some(Moment::Local(end)), _) => (before(end).date() - first).num_days() + 1,
            (Some(Moment::Utc(end)), _) => (before(end.with_timezone(&zone).naive_local()).date() - first).num_days() + 1,
            (None, Some(days)) => i64::try_from(days).unwrap_or(i64::MAX).max(1),
            (None, None) => 1,
        }
    }
}

/// The last moment before a time: midnight belongs to the day before.
fn before(time: NaiveDateTime) -> NaiveDateTime {
    time - chrono::Duration::seconds(1)
}

impl Moment {
    fn day(self, zone: Tz) -> NaiveDate {
        match self {
            Moment::Day(day) => day,
            Moment::Local(time) => time.date(),
            Moment::Utc(time) => time.with_timezone(&zone).date_naive(),
        }
    }
}

/// `20261225`, `20261225T000000`, `20261225T000000Z`.
fn moment(value: &str) -> Option<Moment> {
    let value = value.trim();
    if !value.bytes().all(|it| it.is_ascii_digit() || it == b'T' || it == b'Z') {
        return None;
    }
    match value.len() {
        8 => NaiveDate::parse_from_str(value, "%Y%m%d").ok().map(Moment::Day),
        15 => NaiveDateTime::parse_from_str(value, "%Y%m%dT%H%M%S").ok().map(Moment::Local),
        16 => NaiveDateTime::parse_from_str(value, "%Y%m%dT%H%M%SZ").ok().map(|it| Moment::Utc(it.and_utc())),
        _ => None,
    }
}

/// `P1D`, `P2W`; a length in hours is within the day.
fn whole_days(value: &str) -> Option<u64> {
    let rest = value.trim().trim_start_matches('+').strip_prefix('P')?;
    let (days, weeks) = (rest.strip_suffix('D'), rest.strip_suffix('W'));
    days.and_then(|it| it.parse().ok()).or_else(|| weeks.and_then(|it| it.parse::<u64>().ok()).and_then(|it| it.checked_mul(7)))
}
