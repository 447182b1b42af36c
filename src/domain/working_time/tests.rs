//! Working days over weekends and clock changes, in every time zone there is.

use super::*;
use proptest::prelude::*;

fn local(text: &str, zone: Tz) -> DateTime<Utc> {
    let local = chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap();
    at(local.date(), local.time(), zone)
}

fn berlin(text: &str) -> DateTime<Utc> {
    local(text, Tz::Europe__Berlin)
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
fn the_day_is_that_of_the_zone() {
    // Still Thursday afternoon in New York, already Friday morning in Tokyo.
    let instant = Utc.with_ymd_and_hms(2026, 11, 19, 20, 0, 0).unwrap();
    assert_eq!(due(instant, 0, Tz::America__New_York), local("2026-11-19 17:00", Tz::America__New_York));
    assert_eq!(due(instant, 0, Tz::Asia__Tokyo), local("2026-11-20 17:00", Tz::Asia__Tokyo));
}

#[test]
fn nothing_is_overdue_when_it_begins() {
    assert_eq!(due(berlin("2026-11-23 20:00"), 0, Tz::Europe__Berlin), berlin("2026-11-24 17:00"), "after the end of a working day");
    assert_eq!(due(berlin("2026-11-20 17:00"), 0, Tz::Europe__Berlin), berlin("2026-11-23 17:00"), "at the end of a Friday");
    assert_eq!(due(berlin("2026-11-20 20:00"), 2, Tz::Europe__Berlin), berlin("2026-11-24 17:00"), "days count from where it began");
}

#[test]
fn a_time_in_the_skipped_hour_is_as_much_later() {
    assert_eq!(berlin("2026-03-29 02:30"), Utc.with_ymd_and_hms(2026, 3, 29, 1, 30, 0).unwrap());
    assert_eq!(berlin("2026-03-29 02:30"), berlin("2026-03-29 03:30"));
    // Troll skips two hours, Lord Howe half of one, Apia once skipped a whole day.
    assert_eq!(local("2026-03-29 01:30", Tz::Antarctica__Troll), local("2026-03-29 03:30", Tz::Antarctica__Troll));
    assert_eq!(local("2026-10-04 02:15", Tz::Australia__Lord_Howe), local("2026-10-04 02:45", Tz::Australia__Lord_Howe));
    assert_eq!(local("2011-12-30 17:00", Tz::Pacific__Apia), local("2011-12-31 17:00", Tz::Pacific__Apia));
}

#[test]
fn a_time_in_the_repeated_hour_is_the_first_of_both() {
    assert_eq!(berlin("2026-10-25 02:30"), Utc.with_ymd_and_hms(2026, 10, 25, 0, 30, 0).unwrap());
}

/// Zones that change their clocks, in all the odd ways there are.
const CHANGING: [Tz; 6] = [Tz::Europe__Berlin, Tz::America__New_York, Tz::Australia__Lord_Howe, Tz::Africa__Cairo, Tz::Antarctica__Troll, Tz::Asia__Gaza];

fn a_zone() -> impl Strategy<Value = Tz> {
    prop_oneof![prop::sample::select(&chrono_tz::TZ_VARIANTS[..]), prop::sample::select(&CHANGING[..])]
}

/// Any minute from 2020 to 2035.
fn an_instant() -> impl Strategy<Value = DateTime<Utc>> {
    (0..15 * 365 * 24 * 60i64).prop_map(|minutes| Utc.with_ymd_and_hms(2020, 1, 1, 0, 0, 0).unwrap() + Duration::minutes(minutes))
}

/// The working days after `from` up to `to`, counted one by one; negative if `to` lies before.
fn counted(from: NaiveDate, to: NaiveDate) -> i64 {
    let between = |from: NaiveDate, to: NaiveDate| {
        from.iter_days().skip(1).take_while(|day| *day <= to).filter(|it| it.weekday().number_from_monday() <= 5).count() as i64
    };
    if to >= from { between(from, to) } else { -between(to, from) }
}

/// The working day at or after `day`, or at or before it when counting backwards.
fn first_working(day: NaiveDate, days: i64) -> NaiveDate {
    let mut all: Box<dyn Iterator<Item = NaiveDate>> = if days >= 0 { Box::new(day.iter_days()) } else { Box::new((0..).map(move |it| day - Days::new(it))) };
    all.find(|it| it.weekday().number_from_monday() <= 5).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn what_is_due_is_due_at_the_end_of_a_working_day(from in an_instant(), days in -40..40i64, zone in a_zone()) {
        let (start, end) = (start(from, days, zone).with_timezone(&zone), end(from, days, zone).with_timezone(&zone));
        prop_assert_eq!((start.time(), end.time()), (START_OF_DAY, END_OF_DAY));
        prop_assert_eq!(start.date_naive(), end.date_naive());
        prop_assert!(is_working_day(end.date_naive()));
        prop_assert_eq!(counted(first_working(from.with_timezone(&zone).date_naive(), days), end.date_naive()), days);
        if let Ok(days) = u32::try_from(days) {
            let (due, end) = (due(from, days, zone), end.with_timezone(&Utc));
            prop_assert!(due > from && is_working_day(due.with_timezone(&zone).date_naive()));
            prop_assert!(due == end || end <= from, "only what would be overdue at once moves on");
        }
    }

    #[test]
    fn what_is_moved_keeps_its_time_of_day_and_lands_on_a_working_day(when in an_instant(), days in -40..40i64, zone in a_zone()) {
        let (before, after) = (when.with_timezone(&zone), shift(when, days, zone).with_timezone(&zone));
        let wanted = after.date_naive().and_time(before.time());
        prop_assert!(is_working_day(after.date_naive()));
        prop_assert_eq!(counted(first_working(before.date_naive(), days), after.date_naive()), days);
        prop_assert!(after.naive_local() == wanted || zone.from_local_datetime(&wanted).earliest().is_none(), "{} became {}", before, after);
    }

    #[test]
    fn what_is_moved_there_and_back_is_where_it_was(when in an_instant(), days in -40..40i64, zone in a_zone()) {
        let before = when.with_timezone(&zone);
        let there = shift(when, days, zone);
        let kept = there.with_timezone(&zone).time() == before.time();
        let first = zone.from_local_datetime(&before.naive_local()).earliest() == Some(before);
        prop_assume!(is_working_day(before.date_naive()) && kept && first);
        prop_assert_eq!(shift(there, -days, zone), when);
    }

    #[test]
    fn more_days_are_never_earlier(from in an_instant(), days in -40..40i64, zone in a_zone()) {
        prop_assert!(end(from, days, zone) <= end(from, days + 1, zone));
        prop_assert!(days < 0 || end(from, days, zone).with_timezone(&zone).date_naive() >= from.with_timezone(&zone).date_naive());
    }
}

#[test]
fn a_local_time_reads_as_it_was_given_and_a_skipped_one_a_little_later() {
    for zone in CHANGING {
        let mut skipped = 0;
        let start = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap().and_time(NaiveTime::MIN);
        for half_hour in 0..365 * 48 {
            let asked = start + Duration::minutes(30 * half_hour);
            let read = at(asked.date(), asked.time(), zone).with_timezone(&zone).naive_local();
            if zone.from_local_datetime(&asked).earliest().is_some() {
                assert_eq!(read, asked, "{zone}");
            } else {
                assert!(read > asked && read - asked <= Duration::hours(2), "{zone}: {asked} reads {read}");
                skipped += 1;
            }
        }
        assert!(skipped > 0, "{zone} never changes its clocks");
    }
}
