//! Working time over weekends, holidays and clock changes, in every time zone there is.

use super::*;
use proptest::prelude::*;

fn local(text: &str, zone: Tz) -> DateTime<Utc> {
    let local = chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap();
    at(local.date(), local.time(), zone)
}

fn berlin(text: &str) -> DateTime<Utc> {
    local(text, Tz::Europe__Berlin)
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Mornings and afternoons, a short Friday, off for Christmas.
fn split() -> Calendar {
    let long = hours("09:00-12:00, 13:00-17:00").unwrap();
    let week = [long.clone(), long.clone(), long.clone(), long, hours("9-12").unwrap(), Vec::new(), Vec::new()];
    Calendar::new(Tz::Europe__Berlin, week, holidays("2026-12-25 Christmas Day\n2026-12-24").unwrap()).unwrap()
}

fn office() -> Calendar {
    Calendar::office(Tz::Europe__Berlin)
}

#[test]
fn a_weekend_does_not_count() {
    // 2026-11-20 is a Friday.
    assert_eq!(office().due(berlin("2026-11-20 10:00"), 1), berlin("2026-11-23 17:00"));
    assert_eq!(office().due(berlin("2026-11-21 10:00"), 0), berlin("2026-11-23 17:00"));
    assert_eq!(office().end(berlin("2026-11-23 10:00"), -1), berlin("2026-11-20 17:00"));
}

#[test]
fn a_holiday_does_not_count_and_a_day_ends_when_its_hours_do() {
    assert_eq!(split().due(berlin("2026-12-23 10:00"), 1), berlin("2026-12-28 17:00"), "over Christmas and the weekend");
    assert_eq!(split().due(berlin("2026-12-18 08:00"), 0), berlin("2026-12-18 12:00"), "a short Friday");
    assert_eq!(split().start(berlin("2026-12-28 10:00"), -1), berlin("2026-12-23 09:00"));
    assert!(!split().is_working_day(day("2026-12-25")) && split().is_working_day(day("2026-12-23")));
}

#[test]
fn a_break_at_noon_is_no_working_time() {
    let (calendar, morning) = (split(), berlin("2026-11-23 11:00"));
    assert_eq!(calendar.add_hours(morning, 2), berlin("2026-11-23 14:00"));
    assert_eq!(calendar.add_hours(morning, 1), berlin("2026-11-23 12:00"));
    assert_eq!(calendar.between(morning, berlin("2026-11-24 10:00")), Duration::hours(6));
    assert!(!calendar.is_working_time(berlin("2026-11-23 12:30")) && calendar.is_working_time(berlin("2026-11-23 13:00")));
    // A quarter of Monday's seven hours is left at 15:15.
    assert_eq!(calendar.fraction(berlin("2026-11-23 00:00"), berlin("2026-11-23 17:00"), 3, 4), berlin("2026-11-23 15:15"));
    assert_eq!(calendar.fraction(berlin("2026-11-21 10:00"), berlin("2026-11-21 14:00"), 3, 4), berlin("2026-11-21 13:00"), "a Saturday: plain time");
}

#[test]
fn a_due_time_keeps_its_hour_over_a_clock_change() {
    assert_eq!(office().due(berlin("2026-10-23 10:00"), 1), berlin("2026-10-26 17:00"));
}

#[test]
fn the_day_is_that_of_the_zone() {
    // Still Thursday afternoon in New York, already Friday morning in Tokyo.
    let instant = Utc.with_ymd_and_hms(2026, 11, 19, 20, 0, 0).unwrap();
    assert_eq!(Calendar::office(Tz::America__New_York).due(instant, 0), local("2026-11-19 17:00", Tz::America__New_York));
    assert_eq!(Calendar::office(Tz::Asia__Tokyo).due(instant, 0), local("2026-11-20 17:00", Tz::Asia__Tokyo));
}

#[test]
fn nothing_is_overdue_when_it_begins() {
    assert_eq!(office().due(berlin("2026-11-23 20:00"), 0), berlin("2026-11-24 17:00"), "after the end of a working day");
    assert_eq!(office().due(berlin("2026-11-20 17:00"), 0), berlin("2026-11-23 17:00"), "at the end of a Friday");
    assert_eq!(office().due(berlin("2026-11-20 20:00"), 2), berlin("2026-11-24 17:00"), "days count from where it began");
}

#[test]
fn a_night_shift_is_as_long_as_the_clock_makes_it() {
    let nights = || std::array::from_fn(|_| hours("00:00-06:00, 22:00-24:00").unwrap());
    let calendar = Calendar::new(Tz::Europe__Berlin, nights(), BTreeMap::new()).unwrap();
    let night = |day: &str| calendar.between(berlin(&format!("{day} 00:00")), berlin(&format!("{day} 06:00")));
    assert_eq!([night("2026-03-28"), night("2026-03-29"), night("2026-10-25")].map(|it| it.num_hours()), [6, 5, 7]);
    assert_eq!(calendar.end(berlin("2026-03-28 12:00"), 0), berlin("2026-03-29 00:00"), "24:00 is the next midnight");
}

#[test]
fn a_time_in_the_skipped_hour_is_as_much_later() {
    assert_eq!(berlin("2026-03-29 02:30"), Utc.with_ymd_and_hms(2026, 3, 29, 1, 30, 0).unwrap());
    assert_eq!(berlin("2026-03-29 02:30"), berlin("2026-03-29 03:30"));
    // Troll skips two hours, Lord Howe half of one, Apia once skipped a whole day.
    assert_eq!(local("2026-03-29 01:30", Tz::Antarctica__Troll), local("2026-03-29 03:30", Tz::Antarctica__Troll));
    assert_eq!(local("2026-10-04 02:15", Tz::Australia__Lord_Howe), local("2026-10-04 02:45", Tz::Australia__Lord_Howe));
    assert_eq!(local("2011-12-30 17:00", Tz::Pacific__Apia), local("2011-12-31 17:00", Tz::Pacific__Apia));
    let apia = Calendar::new(Tz::Pacific__Apia, std::array::from_fn(|_| vec![Hours::OFFICE]), BTreeMap::new()).unwrap();
    assert!(!apia.is_working_day(day("2011-12-30")) && apia.is_working_day(day("2011-12-31")), "a day that never was");
}

#[test]
fn a_time_in_the_repeated_hour_is_the_first_of_both() {
    assert_eq!(berlin("2026-10-25 02:30"), Utc.with_ymd_and_hms(2026, 10, 25, 0, 30, 0).unwrap());
}

#[test]
fn a_calendar_in_which_nobody_ever_works_is_refused() {
    let empty = || std::array::from_fn(|_| Vec::new());
    assert_eq!(Calendar::new(Tz::UTC, empty(), BTreeMap::new()), Err(Unworkable::NoHours));
    let mondays = || std::array::from_fn(|day| if day == 0 { vec![Hours::OFFICE] } else { Vec::new() });
    let off = |weeks: u64| (0..weeks).map(|week| (day("2026-01-05") + Days::new(7 * week), String::new())).collect::<BTreeMap<_, _>>();
    assert!(Calendar::new(Tz::UTC, mondays(), off(103)).is_ok());
    assert_eq!(Calendar::new(Tz::UTC, mondays(), off(105)), Err(Unworkable::NoWorkingDay));
    let broken = r#"{"zone": "UTC", "week": [[["12:00", "13:00"], ["09:00", "10:00"]], [], [], [], [], [], []], "holidays": []}"#;
    assert!(serde_json::from_str::<Calendar>(broken).unwrap_err().to_string().contains("follow one another"));
}

#[test]
fn it_is_kept_and_read_back_and_written_as_people_write() {
    let json = serde_json::to_value(split()).unwrap();
    assert_eq!(json["week"][0][1], serde_json::json!(["13:00", "17:00"]));
    assert_eq!(json["holidays"][1], serde_json::json!({"day": "2026-12-25", "name": "Christmas Day"}));
    assert_eq!(serde_json::from_value::<Calendar>(json).unwrap(), split());
    let shipped = r#"{"zone": "UTC", "week": [[["09:00", "17:00"]], [["09:00", "17:00"]], [["09:00", "17:00"]], [["09:00", "17:00"]], [["09:00", "17:00"]], [], []], "holidays": []}"#;
    assert!(include_str!("../../../migrations/2026-11-21-130100_create_deadlines/up.sql").contains(shipped));
    assert_eq!(serde_json::from_str::<Calendar>(shipped).unwrap(), Calendar::default());
    assert_eq!(written_hours(&split().week()[0]), "09:00-12:00, 13:00-17:00");
    assert_eq!(written_holidays(split().holidays()), "2026-12-24\n2026-12-25 Christmas Day");
}

#[test]
fn what_cannot_be_read_is_named() {
    let said = |text: &str| hours(text).unwrap_err().to_string();
    assert_eq!(said("nine to five"), "Write “nine to five” as 09:00-17:00; several with a comma between them.");
    assert_eq!(said("17:00-09:00"), "17:00-09:00 does not end after it starts.");
    assert_eq!(said("9-12, 11-17"), "11-17 begins before the hours in front of it end.");
    assert!(hours("9:60-12").is_err() && hours("9-25").is_err() && hours("+9-12").is_err() && hours("9-24:00").is_ok());
    assert_eq!(holidays("25.12.2026 Christmas").unwrap_err().to_string(), "Write “25.12.2026 Christmas” as a day and a name: 2026-12-25 Christmas Day.");
    assert_eq!(holidays("2026-12-25\n2026-12-25").unwrap_err().to_string(), "2026-12-25 is named twice.");
    assert!(holidays("9999-12-25").is_err());
}

/// Zones that change their clocks, in all the odd ways there are.
const CHANGING: [Tz; 6] = [Tz::Europe__Berlin, Tz::America__New_York, Tz::Australia__Lord_Howe, Tz::Africa__Cairo, Tz::Antarctica__Troll, Tz::Asia__Gaza];

fn a_zone() -> impl Strategy<Value = Tz> {
    prop_oneof![prop::sample::select(&chrono_tz::TZ_VARIANTS[..]), prop::sample::select(&CHANGING[..])]
}

/// Any hours on any days, nights across clock changes included, with a few holidays.
fn a_calendar() -> impl Strategy<Value = Calendar> {
    let a_day = prop::collection::vec(0..=96u16, 0..=4).prop_map(|mut marks| {
        marks.sort_unstable();
        marks.dedup();
        marks.chunks_exact(2).map(|it| Hours { from: it[0] * 15, to: it[1] * 15 }).collect::<Vec<_>>()
    });
    let off = prop::collection::btree_set(0..15 * 365u64, 0..60);
    (a_zone(), prop::collection::vec(a_day, 7), off).prop_filter_map("nobody works", |(zone, week, off)| {
        Calendar::new(zone, week.try_into().ok()?, off.into_iter().map(|it| (day("2020-01-01") + Days::new(it), String::new())).collect()).ok()
    })
}

/// Any minute from 2020 to 2035.
fn an_instant() -> impl Strategy<Value = DateTime<Utc>> {
    (0..15 * 365 * 24 * 60i64).prop_map(|minutes| Utc.with_ymd_and_hms(2020, 1, 1, 0, 0, 0).unwrap() + Duration::minutes(minutes))
}

fn some_time() -> impl Strategy<Value = Duration> {
    (0..300 * 60i64).prop_map(Duration::minutes)
}

/// The working days after `from` up to `to`, counted one by one; negative if `to` lies before.
fn counted(calendar: &Calendar, from: NaiveDate, to: NaiveDate) -> i64 {
    let between =
        |from: NaiveDate, to: NaiveDate| from.iter_days().skip(1).take_while(|day| *day <= to).filter(|it| calendar.is_working_day(*it)).count() as i64;
    if to >= from { between(from, to) } else { -between(to, from) }
}

/// The working day at or after `day`, or at or before it when counting backwards.
fn first_working(calendar: &Calendar, day: NaiveDate, days: i64) -> NaiveDate {
    let mut all: Box<dyn Iterator<Item = NaiveDate>> = if days >= 0 { Box::new(day.iter_days()) } else { Box::new((0..).map(move |it| day - Days::new(it))) };
    all.find(|it| calendar.is_working_day(*it)).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn what_is_due_is_due_at_the_end_of_a_working_day(calendar in a_calendar(), from in an_instant(), days in -40..40i64) {
        let (start, end) = (calendar.start(from, days), calendar.end(from, days));
        prop_assert!(start < end && calendar.is_working_time(start) && calendar.is_working_time(end - Duration::microseconds(1)));
        let first = first_working(&calendar, calendar.day_of(from), days);
        prop_assert_eq!(counted(&calendar, first, calendar.day_of(start)), days);
        if let Ok(days) = u32::try_from(days) {
            let due = calendar.due(from, days);
            prop_assert!(due > from && calendar.is_working_time(due - Duration::microseconds(1)));
            prop_assert!(due == end || end <= from, "only what would be overdue at once moves on");
        }
    }

    #[test]
    fn what_is_moved_keeps_its_time_of_day_and_lands_on_a_working_day(calendar in a_calendar(), when in an_instant(), days in -40..40i64) {
        let zone = calendar.zone();
        let (before, after) = (when.with_timezone(&zone), calendar.shift(when, days).with_timezone(&zone));
        let wanted = after.date_naive().and_time(before.time());
        prop_assert!(calendar.is_working_day(after.date_naive()));
        prop_assert_eq!(counted(&calendar, first_working(&calendar, before.date_naive(), days), after.date_naive()), days);
        prop_assert!(after.naive_local() == wanted || zone.from_local_datetime(&wanted).earliest().is_none(), "{} became {}", before, after);
    }

    #[test]
    fn what_is_moved_there_and_back_is_where_it_was(calendar in a_calendar(), when in an_instant(), days in -40..40i64) {
        let before = when.with_timezone(&calendar.zone());
        let there = calendar.shift(when, days);
        let kept = there.with_timezone(&calendar.zone()).time() == before.time();
        let first = calendar.zone().from_local_datetime(&before.naive_local()).earliest() == Some(before);
        prop_assume!(calendar.is_working_day(before.date_naive()) && kept && first);
        prop_assert_eq!(calendar.shift(there, -days), when);
    }

    #[test]
    fn more_days_are_never_earlier(calendar in a_calendar(), from in an_instant(), days in -40..40i64) {
        prop_assert!(calendar.end(from, days) <= calendar.end(from, days + 1));
        prop_assert!(calendar.shift(from, days) <= calendar.shift(from, days + 1));
        prop_assert!(days <= 0 || calendar.shift(from, days) > from);
        prop_assert!(days < 0 || calendar.day_of(calendar.start(from, days)) >= calendar.day_of(from));
    }

    #[test]
    fn time_that_is_added_is_the_time_between(calendar in a_calendar(), from in an_instant(), time in some_time()) {
        let to = calendar.after(from, time);
        prop_assert!(to >= from);
        prop_assert_eq!(calendar.between(from, to), time);
        prop_assert!(time.is_zero() || calendar.is_working_time(to - Duration::microseconds(1)), "it ends in working time");
        prop_assert!(!time.is_zero() || calendar.is_working_time(to));
    }

    #[test]
    fn times_add_up(calendar in a_calendar(), from in an_instant(), first in some_time(), second in some_time()) {
        let both = calendar.after(from, first + second);
        if !second.is_zero() {
            prop_assert_eq!(calendar.after(calendar.after(from, first), second), both);
        }
        prop_assert!(calendar.after(from, first) <= both, "more time is never earlier");
        let later = from + second;
        prop_assert!(calendar.after(from, first) <= calendar.after(later, first), "a later start is never earlier");
        let (middle, end) = (from + first, from + first + second);
        prop_assert_eq!(calendar.between(from, middle) + calendar.between(middle, end), calendar.between(from, end));
        prop_assert!(calendar.between(from, end) <= end - from);
    }

    #[test]
    fn a_fraction_lies_in_between_and_splits_the_working_time(calendar in a_calendar(), from in an_instant(), time in some_time(), part in 1..10i32) {
        let to = from + time;
        let there = calendar.fraction(from, to, part, 10);
        prop_assert!(from <= there && there <= to);
        prop_assert!(calendar.fraction(from, to, part - 1, 10) <= there, "more is never earlier");
        let whole = calendar.between(from, to);
        prop_assert_eq!(calendar.between(from, there) , if whole.is_zero() { whole } else { whole * part / 10 });
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

#[test]
fn holidays_ages_apart_are_looked_at_at_once() {
    let day = |year| NaiveDate::from_ymd_opt(year, 1, 1).unwrap();
    let days = (-200_000..200_000).step_by(4000).chain([-250_000, 250_000]).map(|it| (day(it), String::new())).collect();
    assert!(Calendar::office(Tz::UTC).with_holidays(&days).is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn who_rests_too_long_is_told_from_every_day(runs in prop::collection::vec((1..30u64, prop_oneof![20..200u64, 715..745u64]), 1..4), week_day in 0..7usize) {
        let week = std::array::from_fn(|it| if it == week_day { vec![Hours::OFFICE] } else { Vec::new() });
        let mut holidays = BTreeMap::new();
        let first = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
        let mut day = first;
        for (free, off) in runs {
            day = day + Days::new(free);
            for _ in 0..off {
                holidays.insert(day, String::new());
                day = day + Days::new(1);
            }
        }
        let worked = |it: &NaiveDate| it.weekday().num_days_from_monday() as usize == week_day && !holidays.contains_key(it);
        let around: Vec<NaiveDate> = (first - Days::new(8)).iter_days().take_while(|it| *it <= day + Days::new(8)).filter(worked).collect();
        let long = around.windows(2).any(|pair| (pair[1] - pair[0]).num_days() > LONGEST_REST + 1);
        prop_assert_eq!(Calendar::new(Tz::UTC, week, holidays.clone()).is_err(), long && holidays.len() >= 100);
    }
}
