//! Working days, in which due times are reckoned: Monday to Friday, 9:00 to 17:00, in one time zone.

use chrono::{DateTime, Datelike, Days, Duration, NaiveDate, NaiveTime, TimeZone, Utc, Weekday};
use chrono_tz::Tz;

const END_OF_DAY: NaiveTime = NaiveTime::from_hms_opt(17, 0, 0).expect("17:00 is a time");
const START_OF_DAY: NaiveTime = NaiveTime::from_hms_opt(9, 0, 0).expect("9:00 is a time");

pub fn is_working_day(day: NaiveDate) -> bool {
    !matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
}

/// The end of the working day that lies `days` working days after the day of `from`; 0 is that day itself, or the next working one.
/// Never before `from`: what begins after the end of a working day is due at the end of the next.
pub fn due(from: DateTime<Utc>, days: u32, zone: Tz) -> DateTime<Utc> {
    let day = from.with_timezone(&zone).date_naive();
    let end = at(shifted(day, i64::from(days)), END_OF_DAY, zone);
    if end > from { end } else { at(shifted(next(day, true), i64::from(days)), END_OF_DAY, zone) }
}

/// The start of the working day that lies `days` working days from `from`; negative days lie before it.
pub fn start(from: DateTime<Utc>, days: i64, zone: Tz) -> DateTime<Utc> {
    at(shifted(from.with_timezone(&zone).date_naive(), days), START_OF_DAY, zone)
}

/// The end of the working day that lies `days` working days from `from`; negative days lie before it.
pub fn end(from: DateTime<Utc>, days: i64, zone: Tz) -> DateTime<Utc> {
    at(shifted(from.with_timezone(&zone).date_naive(), days), END_OF_DAY, zone)
}

/// `when`, moved by working days, its time of day kept.
pub fn shift(when: DateTime<Utc>, days: i64, zone: Tz) -> DateTime<Utc> {
    let local = when.with_timezone(&zone).naive_local();
    at(shifted(local.date(), days), local.time(), zone)
}

fn shifted(mut day: NaiveDate, days: i64) -> NaiveDate {
    let forward = days >= 0;
    while !is_working_day(day) {
        day = next(day, forward);
    }
    for _ in 0..days.unsigned_abs() {
        day = next(day, forward);
        while !is_working_day(day) {
            day = next(day, forward);
        }
    }
    day
}

fn next(day: NaiveDate, forward: bool) -> NaiveDate {
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

#[cfg(test)]
mod tests;
