use super::*;

fn berlin(text: &str) -> DateTime<Utc> {
    let local = chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap();
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
    let day = NaiveDate::from_ymd_opt(2026, 3, 29).unwrap();
    let time = NaiveTime::from_hms_opt(2, 30, 0).unwrap();
    assert_eq!(at(day, time, Tz::Europe__Berlin), berlin("2026-03-29 03:30"));
}
