//! Exit criteria, readings and trends against tables worked out by hand, and what must hold for any of them.

use super::*;
use crate::domain::ids::MetricId;
use chrono::{Duration, NaiveDate};
use proptest::prelude::*;

fn day(of_march: i64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, 1).unwrap() + Duration::days(of_march - 1)
}

/// Calls a day: at most 10, for three days.
fn calls() -> Criterion {
    Criterion { name: "Calls a day".into(), unit: "calls".into(), normal: 10.0, better: Better::Down, tolerance: 0.0, days: 3 }
}

/// From the first of March on.
fn daily(values: &[f64]) -> Readings {
    values.iter().zip(1..).map(|(value, at)| (day(at), *value)).collect()
}

fn foreseen(criterion: &Criterion, values: &[f64]) -> Outlook {
    outlook(criterion, &daily(values), &daily(values))
}

#[test]
fn a_value_is_normal_if_it_is_no_worse_than_the_tolerance_allows() {
    let down = Criterion { tolerance: 2.0, ..calls() };
    assert_eq!([0.0, 10.0, 12.0, 12.1].map(|it| down.is_normal(it)), [true, true, true, false]);
    let up = Criterion { better: Better::Up, ..down.clone() };
    assert_eq!([7.9, 8.0, 10.0, 99.0].map(|it| up.is_normal(it)), [false, true, true, true]);
    let seconds = Criterion { normal: 0.7, tolerance: 0.1, ..calls() };
    assert!(seconds.is_normal(0.8), "0.7 and 0.1 are 0.8, whatever a computer makes of them");
    assert_eq!(down.sentence(), "at most 12 calls (normal 10, tolerance 2) for 3 days in a row");
    assert_eq!(Criterion { unit: String::new(), days: 1, better: Better::Up, ..calls() }.sentence(), "at least 10 on one day");
}

#[test]
fn the_row_ends_with_the_newest_reading_and_a_day_without_one_breaks_it() {
    let said = |readings: &Readings, today| {
        let course = calls().course(readings, Some(day(today)));
        (course.row, course.is_met(), course.sentence())
    };
    let say = |row, met, sentence: &str| (row, met, sentence.to_owned());
    assert_eq!(said(&daily(&[]), 3), say(0, false, "no reading yet"));
    assert_eq!(said(&daily(&[20.0, 12.0, 9.0]), 3), say(1, false, "normal for 1 of 3 days"));
    assert_eq!(said(&daily(&[10.0, 9.0, 8.0]), 3), say(3, true, "normal for 3 days"));
    assert_eq!(said(&daily(&[10.0, 9.0, 8.0]), 4), say(3, true, "normal for 3 days"));
    assert_eq!(said(&daily(&[10.0, 9.0, 8.0]), 5), say(3, false, "no reading since 3 Mar"));
    assert_eq!(said(&daily(&[10.0, 9.0, 8.0, 30.0]), 4), say(0, false, "not normal"));
    let mut gap = daily(&[9.0, 9.0, 9.0, 9.0]);
    gap.remove(&day(2));
    assert_eq!(said(&gap, 4), say(2, false, "normal for 2 of 3 days"));
}

#[test]
fn the_verdict_names_what_each_metric_lacks() {
    let course = |name: &str, row| Course { name: name.into(), days: 3, row, newest: Some(day(3)), is_normal: row > 0, is_current: true };
    let exit = |courses| Exit { agreed_with: "Operations".into(), courses };
    assert_eq!(Exit::default().verdict().1, "Say which metrics must be back to normal, and agree them with operations.");
    assert_eq!(
        Exit { agreed_with: String::new(), ..exit(vec![course("Calls", 3)]) }.verdict().1,
        "Operations has not agreed to the exit criteria as they are."
    );
    let one = exit(vec![course("Calls a day", 1), course("Errors", 3)]).verdict();
    assert_eq!(one, (false, "Calls a day: normal for 1 of 3 days.".to_owned()));
    let all = exit(vec![course("Calls", 4), course("Errors", 3)]).verdict();
    assert_eq!(all, (true, "All metrics are back to normal for the agreed days.".to_owned()));
    let many = exit(["A", "B", "C", "D", "E"].map(|it| course(it, 0)).to_vec()).verdict().1;
    assert_eq!(many, "A: not normal. B: not normal. C: not normal. And 2 more.");
}

/// Worked out by hand: the line, then the first normal day on it, then the last of the agreed days.
#[test]
fn the_trend_says_when_it_will_be_normal_for_the_agreed_days() {
    // 20, 18, 16: two less a day. 10 on the 6th; 6th, 7th, 8th.
    assert_eq!(Trend::of(&daily(&[20.0, 18.0, 16.0])).map(|it| (it.slope, it.level)), Some((-2.0, 16.0)));
    assert_eq!(foreseen(&calls(), &[20.0, 18.0, 16.0]), Outlook::On(day(8)));
    // 30, 24, 21, 13: the middle is 22 at 2.5; slope (-1.5*8 - 0.5*2 + 0.5*-1 + 1.5*-9) / 5 = -27/5 = -5.4; on the 4th 22 - 8.1 = 13.9,
    // on the 5th 8.5: normal from the 5th, so until the 7th.
    assert_eq!(foreseen(&calls(), &[30.0, 24.0, 21.0, 13.0]), Outlook::On(day(7)));
    // 16, 12, 8: normal on the 3rd, the line goes on down: two days lack.
    assert_eq!(foreseen(&calls(), &[16.0, 12.0, 8.0]), Outlook::On(day(5)));
    // Normal for three days.
    assert_eq!(foreseen(&calls(), &[16.0, 9.0, 9.0, 9.0]), Outlook::Met);
    // 12, 12, 12 stays; 12, 13, 14 gets worse; 8, 14, 9 goes up by a half a day: 10.8 on the 4th.
    assert_eq!(foreseen(&calls(), &[12.0, 12.0, 12.0]), Outlook::Never);
    assert_eq!(foreseen(&calls(), &[12.0, 13.0, 14.0]), Outlook::Never);
    assert_eq!(foreseen(&calls(), &[8.0, 14.0, 9.0]), Outlook::Never);
    // Normal, but on the way up: 11 on the 4th day from here.
    assert_eq!(foreseen(&Criterion { days: 9, ..calls() }, &[7.0, 8.0, 9.0]), Outlook::Never);
    assert_eq!(foreseen(&calls(), &[20.0, 15.0]), Outlook::Unknown);
    // Only the last fourteen count: what was before the release went wrong says nothing.
    let long: Vec<f64> = (0..10).map(|_| 0.0).chain((0..14).map(|it| 50.0 - 2.0 * f64::from(it))).collect();
    // 24 on the 24th, two less a day: 10 on the 31st; until the 2nd of April.
    assert_eq!(foreseen(&calls(), &long), Outlook::On(day(33)));
}

#[test]
fn a_number_is_written_with_a_point_or_a_comma_and_never_in_two_ways() {
    let values = ["12", "12.5", "12,5", "-3", "+0,125", " 7 ", "1234.567", "−2"].map(|it| number(it).unwrap());
    assert_eq!(values, [12.0, 12.5, 12.5, -3.0, 0.125, 7.0, 1234.567, -2.0]);
    assert_eq!(number("1,234").unwrap_err(), "“1,234” can be read in two ways. Write 1234 or 1.234.");
    for bad in ["", "x", "NaN", "inf", "-inf", "1e5", "1.2.3", "1.234,5", "1 000", "0x1", ".", "5.", "--1"] {
        assert!(number(bad).is_err(), "{bad}");
    }
    assert_eq!(number("9999999999999").unwrap_err(), "This number is too large.");
    assert_eq!([12.0, 12.5, 0.1 + 0.2, -0.0, -3.25].map(written), ["12", "12.5", "0.3", "0", "-3.25"]);
}

const KNOWN: &[(MetricId, &str)] = &[(MetricId(1), "Calls a day"), (MetricId(2), "Errors")];

/// Metric, day and value of each reading; or each bad line with what is wrong with it.
#[test]
fn a_reading_that_cannot_be_is_refused() {
    let share = Criterion { unit: "%".into(), normal: 99.9, better: Better::Up, ..calls() };
    let plain = Criterion { unit: String::new(), ..calls() };
    let change = Criterion { unit: "%".into(), normal: -3.0, ..calls() };
    let load = Criterion { unit: "%".into(), normal: 120.0, ..calls() };
    let taken = |it: &Criterion, text| it.reading(text).is_ok();
    assert_eq!(["0", "99,95", "100", "100.1", "-1"].map(|it| taken(&share, it)), [true, true, true, false, false]);
    assert_eq!(
        [taken(&calls(), "-5"), taken(&calls(), "5000"), taken(&plain, "-5"), taken(&change, "-7"), taken(&load, "140")],
        [false, true, true, true, true]
    );
    assert_eq!(share.reading("120").unwrap_err(), "120 % cannot be: nothing above 100 % is taken.");
    assert_eq!(calls().reading("-5").unwrap_err(), "-5 calls cannot be: nothing below 0 calls is taken.");
    let line = Line { place: 7, day: "2026-03-02".into(), metric: "CALLS A DAY".into(), value: "-5".into() };
    assert_eq!(impossible(&[line], &[&calls()]).iter().map(|it| it.place).collect::<Vec<_>>(), [7]);
}

type Judged = Result<Vec<(i64, NaiveDate, f64)>, Vec<(usize, String)>>;

fn judged(text: &str) -> Judged {
    let span = Span { from: Some(day(1)), today: day(5) };
    let given = lines(text).and_then(|it| judge(&it, KNOWN, span));
    let given = given.map(|it| it.into_iter().map(|it| (it.metric.0, it.day, it.value)).collect());
    given.map_err(|it| it.into_iter().map(|it| (it.place, it.message)).collect())
}

#[test]
fn a_table_is_read_with_a_column_for_each_metric_or_a_row_for_each_reading() {
    let expected = Ok(vec![(1, day(2), 12.5), (2, day(2), 3.0), (2, day(3), 2.0)]);
    assert_eq!(judged("day,Calls a day,errors\n2026-03-02,12.5,3\n2026-03-03,,2\n"), expected);
    assert_eq!(judged("\u{feff}Day;Calls a day;Errors\r\n2026-03-02;12,5;3\r\n\r\n2026-03-03;;2"), expected);
    assert_eq!(judged("day\tmetric\tvalue\n2026-03-02\tCalls a day\t12,5\n2026-03-02\tErrors\t3\n2026-03-03\tErrors\t2"), expected);
    assert_eq!(judged("\n\nday,Calls a day,Errors\n2026-03-02,\"12,5\",3\n2026-03-03,,2"), expected);
}

#[test]
fn what_is_wrong_with_a_table_is_said_line_by_line() {
    let faults = |text| judged(text).unwrap_err();
    let fault = |place, message: &str| (place, message.to_owned());
    assert_eq!(faults(" \n"), [fault(1, "Paste the readings here, with a first line such as “day,Calls a day”.")]);
    assert_eq!(faults("Calls a day\n3")[0].0, 1);
    assert_eq!(faults("day,Errors\n"), [fault(1, "There is no reading below the first line.")]);
    let comma = "This line has 3 columns, the first one has 2. Put numbers with a decimal comma in quotes, or part the columns by semicolons.";
    assert_eq!(faults("day,Errors\n2026-03-02,1,5\n"), [fault(2, comma)]);
    let text = "day,metric,value\n2026-03-02,Error,1\n3.3.2026,Errors,one\n2026-03-06,Errors,1\n2026-02-28,Errors,1\n2026-03-02,Errors,1\n2026-03-02,ERRORS,2";
    let expected = [
        fault(2, "There is no metric “Error”."),
        fault(3, "Write the day as 2026-03-02."),
        fault(3, "“one” is no number. Write it as 1234.5."),
        fault(4, "2026-03-06 lies ahead."),
        fault(5, "2026-02-28 lies before the rollout, which began on 2026-03-01."),
        fault(7, "Errors is given twice for 2026-03-02."),
    ];
    assert_eq!(faults(text), expected);
}

fn some_criterion() -> impl Strategy<Value = Criterion> {
    let better = prop::sample::select(Better::ALL);
    (-100..100i32, better, 0..20i32, 1..8i32).prop_map(|(normal, better, tolerance, days)| Criterion {
        name: "Calls".into(),
        unit: String::new(),
        normal: f64::from(normal),
        better,
        tolerance: f64::from(tolerance) / 2.0,
        days,
    })
}

fn some_readings() -> impl Strategy<Value = Vec<(i64, f64)>> {
    let reading = (1..60i64, (-300..300i32).prop_map(|it| f64::from(it) / 2.0));
    prop::collection::vec(reading, 0..30).prop_map(|it| it.into_iter().collect::<std::collections::BTreeMap<_, _>>().into_iter().collect::<Vec<_>>())
}

fn of(readings: &[(i64, f64)]) -> Readings {
    readings.iter().map(|(at, value)| (day(*at), *value)).collect()
}

fn shifted(outlook: Outlook, by: i64) -> Outlook {
    match outlook {
        Outlook::On(day) => Outlook::On(day + Duration::days(by)),
        Outlook::Met | Outlook::Never | Outlook::Unknown => outlook,
    }
}

proptest! {
    #[test]
    fn shifting_all_days_shifts_the_outlook_and_nothing_else(criterion in some_criterion(), readings in some_readings(), by in -1000..1000i64) {
        let before = of(&readings);
        let after = of(&readings.iter().map(|(at, value)| (at + by, *value)).collect::<Vec<_>>());
        prop_assert_eq!(shifted(outlook(&criterion, &before, &before), by), outlook(&criterion, &after, &after));
        prop_assert_eq!(criterion.row(&before), criterion.row(&after));
    }

    #[test]
    fn a_mirrored_metric_has_the_same_outlook(criterion in some_criterion(), readings in some_readings()) {
        let better = match criterion.better { Better::Up => Better::Down, Better::Down => Better::Up };
        let mirrored = Criterion { normal: -criterion.normal, better, ..criterion.clone() };
        let (plain, negated) = (of(&readings), of(&readings.iter().map(|(at, value)| (*at, -value)).collect::<Vec<_>>()));
        prop_assert_eq!(outlook(&criterion, &plain, &plain), outlook(&mirrored, &negated, &negated));
    }

    #[test]
    fn the_order_in_which_readings_come_in_changes_nothing(criterion in some_criterion(), (readings, mixed) in some_readings().prop_flat_map(|it| (Just(it.clone()), Just(it).prop_shuffle()))) {
        prop_assert_eq!(outlook(&criterion, &of(&readings), &of(&readings)), outlook(&criterion, &of(&mixed), &of(&mixed)));
        prop_assert_eq!(Trend::of(&of(&readings)), Trend::of(&of(&mixed)));
    }

    /// The day that is foreseen is the first on which the line has been normal for the days that lack.
    #[test]
    fn the_foreseen_day_is_what_going_day_by_day_finds(criterion in some_criterion(), readings in some_readings()) {
        let readings = of(&readings);
        let Some(trend) = Trend::of(&readings) else { return Ok(()) };
        let mut row = criterion.row(&readings);
        if row >= criterion.days {
            return Ok(());
        }
        let mut found = Outlook::Never;
        for ahead in 1..3000 {
            row = if criterion.is_normal(trend.at(f64::from(ahead))) { row + 1 } else { 0 };
            if row >= criterion.days {
                found = Outlook::On(trend.newest + Duration::days(i64::from(ahead)));
                break;
            }
        }
        let said = outlook(&criterion, &readings, &readings);
        let far = matches!((found, said), (Outlook::Never, Outlook::On(day)) if (day - trend.newest).num_days() >= 2990);
        prop_assert!(found == said || far, "{:?} {:?}", found, said);
    }

    #[test]
    fn a_written_number_is_read_back(value in -1_000_000_000..1_000_000_000i64) {
        let value = value as f64 / 100.0;
        prop_assert_eq!(number(&written(value)).unwrap(), value);
    }

    #[test]
    fn no_text_breaks_the_reading_of_tables(text in "(day|metric|value|Errors|[0-9.,;\"\\n\\t -]){0,40}") {
        if let Ok(given) = judged(&text) {
            prop_assert!(given.iter().all(|(_, at, value)| value.is_finite() && (day(1)..=day(5)).contains(at)));
        }
    }
}
