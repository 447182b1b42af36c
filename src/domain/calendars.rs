//! Calendars: when people work — hours of each week day, holidays, a time zone — and the due times that follow from that.

use chrono::{DateTime, Datelike, Days, Duration, NaiveDate, NaiveTime, TimeZone, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

mod counting;
pub mod files;
mod hours;
pub use hours::{BadHolidays, BadHours, Hours, MOST_HOLIDAYS, holidays, hours, is_kept, written_holidays, written_hours};

pub const WEEK_DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// No two working days may lie further apart, so that looking for the next one always comes to an end.
const LONGEST_REST: i64 = 731;
/// Over longer spans a fraction is taken of plain time: nobody can tell the difference.
const LONGEST_RECKONED: i64 = 3 * 366;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct Calendar {
    zone: Tz,
    week: [Vec<Hours>; 7],
    holidays: BTreeMap<NaiveDate, String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unworkable {
    #[error("Give at least one week day some hours.")]
    NoHours,
    #[error("Nobody would work for more than two years. Leave some days between the holidays.")]
    NoWorkingDay,
    #[error("Hours must follow one another and end after they start.")]
    Disorder,
    #[error("Choose a time zone.")]
    NoZone,
}

impl Calendar {
    /// `week`: the hours from Monday on.
    pub fn new(zone: Tz, week: [Vec<Hours>; 7], holidays: BTreeMap<NaiveDate, String>) -> Result<Calendar, Unworkable> {
        if week.iter().all(Vec::is_empty) {
            return Err(Unworkable::NoHours);
        }
        if !week.iter().all(|it| hours::in_order(it)) {
            return Err(Unworkable::Disorder);
        }
        let calendar = Calendar { zone, week, holidays };
        if calendar.rests_too_long() { Err(Unworkable::NoWorkingDay) } else { Ok(calendar) }
    }

    /// Monday to Friday, 9:00 to 17:00, without holidays.
    pub fn office(zone: Tz) -> Calendar {
        let week = std::array::from_fn(|day| if day < 5 { vec![Hours::OFFICE] } else { Vec::new() });
        Calendar { zone, week, holidays: BTreeMap::new() }
    }

    pub fn zone(&self) -> Tz {
        self.zone
    }

    pub fn week(&self) -> &[Vec<Hours>; 7] {
        &self.week
    }

    pub fn holidays(&self) -> &BTreeMap<NaiveDate, String> {
        &self.holidays
    }

    /// With these days off as well; a day that is off already keeps its name.
    pub fn with_holidays(&self, more: &BTreeMap<NaiveDate, String>) -> Result<Calendar, Unworkable> {
        let mut holidays = more.clone();
        holidays.extend(self.holidays.clone());
        Calendar::new(self.zone, self.week.clone(), holidays)
    }

    /// Without the days off before this one.
    pub fn without_holidays_before(&self, day: NaiveDate) -> Calendar {
        Calendar { holidays: self.holidays.clone().split_off(&day), ..self.clone() }
    }

    /// How many days off lie before this one.
    pub fn holidays_before(&self, day: NaiveDate) -> usize {
        self.holidays.range(..day).count()
    }

    /// The day that a moment lies in.
    pub fn day(&self, when: DateTime<Utc>) -> NaiveDate {
        self.day_of(when)
    }

    fn rests_too_long(&self) -> bool {
        // One working day a week is kept free at least so often.
        if self.holidays.len() < 100 {
            return false;
        }
        let mut working = self.holidays.keys().next().map_or(NaiveDate::MIN, |first| first.checked_sub_days(Days::new(8)).unwrap_or(*first));
        let end = self.holidays.keys().next_back().map_or(working, |last| last.checked_add_days(Days::new(8)).unwrap_or(*last));
        let mut day = working;
        while day < end {
            if !self.week_day(day).is_empty() && !self.holidays.contains_key(&day) {
                day = self.eve(day);
                working = day;
            }
            if (day - working).num_days() > LONGEST_REST {
                return true;
            }
            day = beside(day, true);
        }
        false
    }

    /// A week and a day before the next holiday, if that is later: of seven days without one, one is worked on, so they need not be looked at.
    fn eve(&self, day: NaiveDate) -> NaiveDate {
        let next = self.holidays.range(day..).next().and_then(|(next, _)| next.checked_sub_days(Days::new(8)));
        next.map_or(day, |it| it.max(day))
    }

    fn week_day(&self, day: NaiveDate) -> &[Hours] {
        self.week.get(day.weekday().num_days_from_monday() as usize).map_or(&[], Vec::as_slice)
    }

    /// The working time of a day, as instants in order. Empty on holidays, on days without hours, and on days that a zone left out.
    fn worked_on(&self, day: NaiveDate) -> Vec<(DateTime<Utc>, DateTime<Utc>)> {
        if self.holidays.contains_key(&day) {
            return Vec::new();
        }
        let (mut begin, close) = (at(day, NaiveTime::MIN, self.zone), at(beside(day, true), NaiveTime::MIN, self.zone));
        let mut spans = Vec::new();
        for it in self.week_day(day) {
            let instant = |minute: u16| hours::time(minute).map_or(close, |time| at(day, time, self.zone)).min(close);
            let (from, to) = (instant(it.from).max(begin), instant(it.to));
            if from < to {
                spans.push((from, to));
                begin = to;
            }
        }
        spans
    }

    pub fn is_working_day(&self, day: NaiveDate) -> bool {
        !self.worked_on(day).is_empty()
    }

    pub fn is_working_time(&self, when: DateTime<Utc>) -> bool {
        self.worked_on(self.day_of(when)).iter().any(|(from, to)| (*from..*to).contains(&when))
    }

    fn day_of(&self, when: DateTime<Utc>) -> NaiveDate {
        when.with_timezone(&self.zone).date_naive()
    }

    /// The end of the working day that lies `days` working days after the day of `from`; 0 is that day itself, or the next working one.
    /// Never before `from`: what begins after the end of a working day is due at the end of the next.
    pub fn due(&self, from: DateTime<Utc>, days: u32) -> DateTime<Utc> {
        let day = self.day_of(from);
        let end = self.end_of(self.shifted(day, i64::from(days)));
        if end > from { end } else { self.end_of(self.shifted(beside(day, true), i64::from(days))) }
    }

    /// The start of the working day that lies `days` working days from `from`; negative days lie before it.
    pub fn start(&self, from: DateTime<Utc>, days: i64) -> DateTime<Utc> {
        let day = self.shifted(self.day_of(from), days);
        self.worked_on(day).first().map_or_else(|| at(day, NaiveTime::MIN, self.zone), |(start, _)| *start)
    }

    /// The end of the working day that lies `days` working days from `from`; negative days lie before it.
    pub fn end(&self, from: DateTime<Utc>, days: i64) -> DateTime<Utc> {
        self.end_of(self.shifted(self.day_of(from), days))
    }

    fn end_of(&self, day: NaiveDate) -> DateTime<Utc> {
        self.worked_on(day).last().map_or_else(|| at(day, NaiveTime::MIN, self.zone), |(_, end)| *end)
    }

    /// `when`, moved by working days, its time of day kept.
    pub fn shift(&self, when: DateTime<Utc>, days: i64) -> DateTime<Utc> {
        let local = when.with_timezone(&self.zone).naive_local();
        at(self.shifted(local.date(), days), local.time(), self.zone)
    }

    /// The working time that lies between two instants; none if the second is not the later one.
    pub fn between(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> Duration {
        let (mut day, last) = (self.day_of(from), self.day_of(to));
        let mut sum = Duration::zero();
        while day <= last && from < to {
            for (start, end) in self.worked_on(day) {
                sum += (end.min(to) - start.max(from)).max(Duration::zero());
            }
            if day == last {
                break;
            }
            day = beside(day, true);
        }
        sum
    }

    /// When so much working time has passed since `from`. No time at all leads to the first working instant from there on.
    pub fn after(&self, from: DateTime<Utc>, time: Duration) -> DateTime<Utc> {
        let mut left = time.clamp(Duration::zero(), Duration::days(LONGEST_RECKONED));
        let mut day = self.day_of(from);
        loop {
            for (start, end) in self.worked_on(day) {
                let start = start.max(from);
                if start < end && (left < end - start || (left == end - start && !left.is_zero())) {
                    return start + left;
                }
                if start < end {
                    left -= end - start;
                }
            }
            let next = self.next_working(beside(day, true), true);
            if next <= day {
                return from;
            }
            day = next;
        }
    }

    /// [`Calendar::after`], in whole hours.
    pub fn add_hours(&self, from: DateTime<Utc>, hours: u32) -> DateTime<Utc> {
        self.after(from, Duration::hours(i64::from(hours)))
    }

    /// When `part` of `whole` of the working time between two instants has passed. Where nobody works in between, it is plain time that passes.
    pub fn fraction(&self, from: DateTime<Utc>, to: DateTime<Utc>, part: i32, whole: i32) -> DateTime<Utc> {
        if to <= from || whole == 0 {
            return to;
        }
        let of =
            |time: Duration| Duration::microseconds((i128::from(time.num_microseconds().unwrap_or(i64::MAX)) * i128::from(part) / i128::from(whole)) as i64);
        let worked = if (to - from).num_days() > LONGEST_RECKONED { Duration::zero() } else { self.between(from, to) };
        if worked.is_zero() { from + of(to - from) } else { self.after(from, of(worked)).clamp(from, to) }
    }

    /// The day that lies so many working days from another one; one that is no working day counts as the next in that direction.
    fn shifted(&self, day: NaiveDate, days: i64) -> NaiveDate {
        let forward = days >= 0;
        let mut day = self.next_working(day, forward);
        for _ in 0..days.unsigned_abs().min(50_000) {
            day = self.next_working(beside(day, forward), forward);
        }
        day
    }

    /// This day, if it is a working day, or the nearest one in that direction.
    fn next_working(&self, from: NaiveDate, forward: bool) -> NaiveDate {
        let mut day = from;
        for _ in 0..=LONGEST_REST + 8 {
            if self.is_working_day(day) {
                return day;
            }
            day = beside(day, forward);
        }
        from
    }
}

impl Default for Calendar {
    fn default() -> Calendar {
        Calendar::office(Tz::UTC)
    }
}

fn beside(day: NaiveDate, forward: bool) -> NaiveDate {
    let moved = if forward { day.checked_add_days(Days::new(1)) } else { day.checked_sub_days(Days::new(1)) };
    moved.unwrap_or(day)
}

/// A local time as an instant: the first of both where a clock change repeats it, as much later where one skips it.
pub fn at(day: NaiveDate, time: NaiveTime, zone: Tz) -> DateTime<Utc> {
    let local = day.and_time(time);
    zone.from_local_datetime(&local)
        .earliest()
        .or_else(|| zone.from_local_datetime(&(local - Duration::days(1))).earliest().map(|day_before| day_before + Duration::days(1)))
        .map_or_else(|| Utc.from_utc_datetime(&local), |found| found.with_timezone(&Utc))
}

/// As the database keeps it: `{"zone": "UTC", "week": [[["09:00", "17:00"]], …], "holidays": [{"day": "2026-12-25", "name": "…"}]}`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    zone: String,
    week: [Vec<Hours>; 7],
    #[serde(default)]
    holidays: Vec<Holiday>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Holiday {
    day: NaiveDate,
    #[serde(default)]
    name: String,
}

impl TryFrom<Stored> for Calendar {
    type Error = Unworkable;

    fn try_from(stored: Stored) -> Result<Calendar, Unworkable> {
        let zone = stored.zone.parse().map_err(|_| Unworkable::NoZone)?;
        Calendar::new(zone, stored.week, stored.holidays.into_iter().map(|it| (it.day, it.name)).collect())
    }
}

impl From<Calendar> for Stored {
    fn from(calendar: Calendar) -> Stored {
        let holidays = calendar.holidays.into_iter().map(|(day, name)| Holiday { day, name }).collect();
        Stored { zone: calendar.zone.name().to_owned(), week: calendar.week, holidays }
    }
}

#[cfg(test)]
mod tests;
