//! What is taken over from a file, and why something is not.

use super::*;
use proptest::prelude::*;

fn today() -> NaiveDate {
    day("2026-03-02")
}

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}

/// A calendar with these events, each as its lines.
fn calendar(events: &[&str]) -> String {
    let events: Vec<String> = events.iter().map(|it| format!("BEGIN:VEVENT\r\n{}\r\nEND:VEVENT\r\n", it.replace('\n', "\r\n"))).collect();
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Somebody//Holidays//EN\r\n{}END:VCALENDAR\r\n", events.concat())
}

fn found(events: &[&str]) -> Found {
    read(calendar(events).as_bytes(), chrono_tz::Europe::Berlin, today()).expect("it is read")
}

fn days(events: &[&str]) -> Vec<String> {
    found(events).days.iter().map(|(day, name)| format!("{day} {name}")).collect()
}

fn bad(text: &str) -> BadFile {
    read(text.as_bytes(), Tz::UTC, today()).expect_err("it is refused")
}

#[test]
fn whole_days_are_taken_with_their_names() {
    assert_eq!(days(&["DTSTART;VALUE=DATE:20261225\nDTEND;VALUE=DATE:20261227\nSUMMARY:Christmas"]), ["2026-12-25 Christmas", "2026-12-26 Christmas"]);
    assert_eq!(
        days(&["DTSTART;VALUE=DATE:20260501\nSUMMARY;LANGUAGE=\"en:GB\":Labour day\\, all of it\\; twice\\n"]),
        ["2026-05-01 Labour day, all of it; twice"]
    );
    assert_eq!(days(&["DTSTART:20260501\nDURATION:P2D"]), ["2026-05-01 Holiday", "2026-05-02 Holiday"]);
    assert_eq!(days(&["DTSTART:20260501\nSUMMARY:One", "DTSTART:20260501\nSUMMARY:Other"]), ["2026-05-01 One"], "each day once");
}

#[test]
fn a_time_takes_the_day_that_it_lies_in() {
    assert_eq!(days(&["DTSTART:20261224T230000Z\nDTEND:20261225T230000Z\nSUMMARY:In Berlin"]), ["2026-12-25 In Berlin"]);
    assert_eq!(days(&["DTSTART;TZID=America/New_York:20261126T000000\nDTEND;TZID=America/New_York:20261127T000000\nSUMMARY:There"]), ["2026-11-26 There"]);
    assert_eq!(days(&["DTSTART:20261224T120000\nDTEND:20261226T090000\nSUMMARY:Days"]).len(), 3);
}

#[test]
fn lines_are_unfolded_and_what_is_inside_of_an_event_is_passed_over() {
    let event = "DTSTART:2026\n 0501\nSUMMARY:Labour\n  day\nBEGIN:VALARM\nSUMMARY:Alarm\nDTSTART:19990101\nEND:VALARM";
    assert_eq!(days(&[event]), ["2026-05-01 Labour day"]);
    let marked = format!("\u{feff}{}", calendar(&["DTSTART:20260501\nSUMMARY:May"]));
    assert_eq!(read(marked.as_bytes(), Tz::UTC, today()).expect("read").days.len(), 1);
    assert_eq!(days(&["DTSTART:20260501\nSUMMARY:May\nSTATUS:CANCELLED", "DTSTART:20260502\nSUMMARY:Other"]), ["2026-05-02 Other"]);
}

#[test]
fn what_recurs_each_year_is_taken_for_ten_years() {
    let christmas = days(&["DTSTART:20191225\nRRULE:FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=25\nSUMMARY:Christmas"]);
    assert_eq!((christmas.len(), christmas[0].as_str(), christmas[9].as_str()), (10, "2026-12-25 Christmas", "2035-12-25 Christmas"));
    assert_eq!(days(&["DTSTART:20240501\nRRULE:FREQ=YEARLY;COUNT=4\nSUMMARY:May"]), ["2026-05-01 May", "2027-05-01 May"]);
    assert_eq!(days(&["DTSTART:20240501\nRRULE:FREQ=YEARLY;UNTIL=20260601T000000Z\nSUMMARY:May"]), ["2026-05-01 May"]);
    assert_eq!(days(&["DTSTART:20250501\nRRULE:FREQ=YEARLY;INTERVAL=4\nSUMMARY:May"]), ["2029-05-01 May", "2033-05-01 May"]);
    assert_eq!(days(&["DTSTART:20240229\nRRULE:FREQ=YEARLY\nSUMMARY:Leap"]), ["2028-02-29 Leap", "2032-02-29 Leap"]);
    assert_eq!(days(&["DTSTART:20260501\nRRULE:FREQ=YEARLY;COUNT=2\nEXDATE:20270501\nSUMMARY:May"]), ["2026-05-01 May"]);
}

#[test]
fn what_cannot_be_taken_over_is_named_with_the_reason_and_the_rest_is_taken() {
    let found = found(&[
        "DTSTART:20261126\nRRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH\nSUMMARY:Thanksgiving",
        "DTSTART:20260501\nRRULE:FREQ=WEEKLY\nSUMMARY:Meeting",
        "SUMMARY:Some day",
        "DTSTART:20260101\nDTEND:20270101\nSUMMARY:The year",
        "DTSTART:20260501\nRDATE:20260601\nSUMMARY:Odd",
        "DTSTART:20260502\nSUMMARY:Fine",
    ]);
    assert_eq!(found.days.len(), 1);
    let begins = ["“Thanksgiving”: it recurs", "“Meeting”: it recurs", "“Some day”: it has no date", "“The year”: it takes 365 days", "“Odd”: it has further"];
    assert_eq!(found.left_out.len(), begins.len());
    for (said, begin) in found.left_out.iter().zip(begins) {
        assert!(said.starts_with(begin) && said.ends_with('.'), "{said}");
    }
}

#[test]
fn a_file_that_is_no_calendar_is_refused_with_the_reason() {
    assert_eq!(bad(""), BadFile::Empty);
    assert_eq!(bad("day,name\n2026-12-25,Christmas\n"), BadFile::NotACalendar);
    assert_eq!(bad("BEGIN:VCARD\nEND:VCARD\n"), BadFile::NotACalendar);
    assert_eq!(bad(" folded"), BadFile::NotACalendar);
    assert_eq!(read(b"BEGIN:VCALENDAR\n\xff\xfe", Tz::UTC, today()), Err(BadFile::NotText));
    assert_eq!(read(&vec![b'x'; MOST_BYTES], Tz::UTC, today()), Err(BadFile::TooLarge));
    assert_eq!(bad("BEGIN:VCALENDAR\nEND:VCALENDAR\n"), BadFile::NoEvents);
    assert_eq!(bad("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20260501\n"), BadFile::CutOff);
    assert_eq!(bad("BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR\n"), BadFile::Garbled(3));
    assert_eq!(bad("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:tomorrow\nEND:VEVENT\nEND:VCALENDAR\n"), BadFile::Garbled(3));
    assert_eq!(bad("BEGIN:VCALENDAR\nnothing\nEND:VCALENDAR\n"), BadFile::Garbled(2));
    let long = format!("BEGIN:VCALENDAR\nX:{}\nEND:VCALENDAR\n", "\n x".repeat(30_000));
    assert_eq!(bad(&long), BadFile::Garbled(2));
    assert_eq!(found(&["DTSTART:20260101\nDTEND:20260201\nRRULE:FREQ=YEARLY"]).days.len(), 310);
    let spread: Vec<String> =
        (0..200).map(|it| format!("DTSTART:20260{}01\nDTEND:20260{}28\nRRULE:FREQ=YEARLY;COUNT={}", it % 8 + 1, it % 8 + 1, 200)).collect();
    let spread: Vec<&str> = spread.iter().map(String::as_str).collect();
    assert_eq!(read(calendar(&spread).as_bytes(), Tz::UTC, today()), Err(BadFile::TooMany));
}

proptest! {
    /// Whatever comes in is read or refused, never more.
    #[test]
    fn no_file_brings_it_down(text in "(BEGIN:|END:|VCALENDAR|VEVENT|DTSTART:|RRULE:FREQ=YEARLY|;|:|\"|\\\\|\r\n| |[0-9TZ]{1,16}|\\PC){0,60}") {
        let _ = read(text.as_bytes(), chrono_tz::Europe::Berlin, today());
        let inside = format!("BEGIN:VCALENDAR\nBEGIN:VEVENT\n{text}\nEND:VEVENT\nEND:VCALENDAR");
        let _ = read(inside.as_bytes(), chrono_tz::Europe::Berlin, today());
    }

    /// Days that are written into a file come out of it, however the lines are folded.
    #[test]
    fn days_come_out_as_they_went_in(offsets in proptest::collection::btree_set(0u64..3000, 1..40), fold in 2usize..40) {
        let days: Vec<NaiveDate> = offsets.iter().filter_map(|it| today().checked_add_days(Days::new(*it))).collect();
        let events: Vec<String> = days.iter().map(|it| format!("DTSTART;VALUE=DATE:{}\nSUMMARY:Free", it.format("%Y%m%d"))).collect();
        let text = calendar(&events.iter().map(String::as_str).collect::<Vec<_>>());
        let folded: Vec<String> = text.lines().map(|line| line.chars().collect::<Vec<_>>().chunks(fold).map(|it| it.iter().collect::<String>()).collect::<Vec<_>>().join("\r\n ")).collect();
        // The first line names the format, and is never folded.
        let folded = format!("BEGIN:VCALENDAR\r\n{}", folded[1..].join("\r\n"));
        let found = read(folded.as_bytes(), Tz::UTC, today()).expect("it is read");
        prop_assert_eq!(found.days.into_keys().collect::<Vec<_>>(), days);
    }
}
