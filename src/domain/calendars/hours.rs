//! Working hours and holidays, as people write them and as the database keeps them.

use crate::domain::text;
use chrono::{Datelike, NaiveDate, NaiveTime};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ops::Range;

const DAY: u16 = 24 * 60;
pub const MOST_HOLIDAYS: usize = 1000;
/// Before and after these nobody plans anything: such a year is mistyped.
const YEARS: Range<i32> = 1990..2200;

/// From and to on one day, in minutes since midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "(String, String)", into = "(String, String)")]
pub struct Hours {
    pub(super) from: u16,
    pub(super) to: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadHours {
    #[error("Write “{0}” as 09:00-17:00; several with a comma between them.")]
    NotUnderstood(String),
    #[error("{0} does not end after it starts.")]
    Backwards(String),
    #[error("{0} begins before the hours in front of it end.")]
    Overlap(String),
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadHolidays {
    #[error("Write “{0}” as a day and a name: 2026-12-25 Christmas Day.")]
    NotUnderstood(String),
    #[error("{0} is named twice.")]
    Twice(NaiveDate),
    #[error("{0} is no day of the years {from} to {to}.", from = YEARS.start, to = YEARS.end - 1)]
    FarAway(NaiveDate),
    #[error("At most {MOST_HOLIDAYS} holidays can be kept. Leave out those long past.")]
    TooMany,
}

impl Hours {
    pub(super) const OFFICE: Hours = Hours { from: 9 * 60, to: 17 * 60 };

    fn parse(written: &str) -> Result<Hours, BadHours> {
        let not_understood = || BadHours::NotUnderstood(written.to_owned());
        let (from, to) = written.split_once(['-', '–']).ok_or_else(not_understood)?;
        let hours = minute(from).zip(minute(to)).map(|(from, to)| Hours { from, to }).ok_or_else(not_understood)?;
        if hours.from < hours.to { Ok(hours) } else { Err(BadHours::Backwards(written.to_owned())) }
    }
}

impl std::fmt::Display for Hours {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", written(self.from), written(self.to))
    }
}

impl TryFrom<(String, String)> for Hours {
    type Error = BadHours;

    fn try_from((from, to): (String, String)) -> Result<Hours, BadHours> {
        Hours::parse(&format!("{from}-{to}"))
    }
}

impl From<Hours> for (String, String) {
    fn from(hours: Hours) -> (String, String) {
        (written(hours.from), written(hours.to))
    }
}

fn written(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

fn minute(text: &str) -> Option<u16> {
    let (hour, minute) = text.trim().split_once(':').unwrap_or((text.trim(), "00"));
    let number = |text: &str| text.parse::<u16>().ok().filter(|_| (1..=2).contains(&text.len()) && text.bytes().all(|it| it.is_ascii_digit()));
    let (hour, minute) = (number(hour)?, number(minute)?);
    Some(hour * 60 + minute).filter(|it| minute < 60 && *it <= DAY)
}

/// The time of day of a minute; none for the end of the day.
pub(super) fn time(minute: u16) -> Option<NaiveTime> {
    NaiveTime::from_hms_opt(u32::from(minute / 60), u32::from(minute % 60), 0)
}

pub(super) fn in_order(day: &[Hours]) -> bool {
    day.iter().all(|it| it.from < it.to && it.to <= DAY) && day.windows(2).all(|pair| matches!(pair, [first, second] if first.to <= second.from))
}

/// The hours of a week day: `09:00-12:00, 13:00-17:00`. Empty text is a day without work.
pub fn hours(text: &str) -> Result<Vec<Hours>, BadHours> {
    let mut day: Vec<Hours> = Vec::new();
    for written in text.split([',', ';']).map(str::trim).filter(|it| !it.is_empty()) {
        let hours = Hours::parse(written)?;
        if day.last().is_some_and(|before| before.to > hours.from) {
            return Err(BadHours::Overlap(written.to_owned()));
        }
        day.push(hours);
    }
    Ok(day)
}

pub fn written_hours(day: &[Hours]) -> String {
    day.iter().map(Hours::to_string).collect::<Vec<_>>().join(", ")
}

/// Whether a day lies in years that a calendar is kept for.
pub fn is_kept(day: NaiveDate) -> bool {
    YEARS.contains(&day.year())
}

/// Holidays, one a line: `2026-12-25 Christmas Day`.
pub fn holidays(text: &str) -> Result<BTreeMap<NaiveDate, String>, BadHolidays> {
    let mut days = BTreeMap::new();
    for line in text.lines().map(str::trim).filter(|it| !it.is_empty()) {
        let not_understood = || BadHolidays::NotUnderstood(line.chars().take(60).collect());
        let (day, name) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let day: NaiveDate = day.parse().ok().filter(|it| is_kept(*it)).ok_or_else(not_understood)?;
        let name = text::optional_line(name).map_err(|_| not_understood())?;
        if days.insert(day, name).is_some() {
            return Err(BadHolidays::Twice(day));
        }
    }
    if days.len() > MOST_HOLIDAYS { Err(BadHolidays::TooMany) } else { Ok(days) }
}

pub fn written_holidays(days: &BTreeMap<NaiveDate, String>) -> String {
    days.iter().map(|(day, name)| format!("{day} {name}").trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}
