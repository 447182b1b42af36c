//! Working days, in which due times are reckoned: Monday to Friday, 9:00 to 17:00, in one time zone.

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeZone, Utc, Weekday};
use chrono_tz::Tz;

const END_OF_DAY: NaiveTime = NaiveTime::from_hms_opt(17, 0, 0).expect("17:00 is a time");
const START_OF_DAY: NaiveTime = NaiveTime::from_hms_opt(9, 0, 0).expect("9:00 is a time");

pub fn is_working_day(day: NaiveDate) -> bool {
    !matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
}

/// The end of the working day that lies `days` working days after the day of `from`; 0 is that day itself, or the next working one.
pub fn due(from: DateTime<Utc>, days: u32, zone: Tz) -> DateTime<Utc> {
    at(shifted(from.with_timezone(&zone).date_naive(), i64::from(days)), END_OF_DAY, zone)
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

/// A local time as an instant; in the hour that a clock change skips, the first instant after it.
pub fn at(day: NaiveDate, time: NaiveTime, zone: Tz) -> DateTime<Utc> {
    let local = day.and_time(time);
    zone.from_local_datetime(&local)
        .earliest()
        .or_else(|| zone.from_local_datetime(&(local + chrono::Duration::hours(1))).earliest())
        .map_or_else(|| Utc.from_utc_datetime(&local), |found| found.with_timezone(&Utc))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn berlin(text: &str) -> DateTime<Utc> {
        let local = chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").expect("a time");
        at(local.date(), local.time(), Tz::Europe__Berlin)
    }

    #[test]
    fn a_weekend_does_not_count() {
        // 2026-11-20 is a Friday.
        assert_eq!(due(berlin("2026-11-20 10:00"), 1, Tz::Europe__Berlin), berlin("2026-11-23 17:00"));
        assert_eq!(due(berlin("2026-11-21 10:00"), 0, Tz::Europe__Berlin), berlin("2026-11-23 17:00"));
        assert_eq!(end(berlin("2026-11-23 10:00"), -1, Tz::Europe__Berlin), berlin("2026-11-20 17:00"));
    }

    #[test]
    fn a_due_time_keeps_its_hour_over_a_clock_change() {
        assert_eq!(due(berlin("2026-10-23 10:00"), 1, Tz::Europe__Berlin), berlin("2026-10-26 17:00"));
    }

    #[test]
    fn a_skipped_hour_becomes_the_first_after_it() {
        let day = NaiveDate::from_ymd_opt(2026, 3, 29).expect("a day");
        let time = NaiveTime::from_hms_opt(2, 30, 0).expect("a time");
        assert_eq!(at(day, time, Tz::Europe__Berlin), berlin("2026-03-29 03:30"));
    }
}
