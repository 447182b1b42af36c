//! What recurs: each year on the same date, and nothing else.

use chrono::{Datelike, NaiveDate};

/// Each so many years, until a day or so many times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Repeat {
    every: i32,
    until: Option<NaiveDate>,
    times: Option<i32>,
}

impl Repeat {
    /// `FREQ=YEARLY;INTERVAL=1;COUNT=5`; none for anything that is not the date of its first day.
    pub fn read(rule: &str, first: NaiveDate) -> Option<Repeat> {
        let mut repeat = Repeat { every: 1, until: None, times: None };
        let mut yearly = false;
        for part in rule.split(';').filter(|it| !it.is_empty()) {
            let (name, value) = part.split_once('=')?;
            match name {
                "FREQ" => yearly = value == "YEARLY",
                "INTERVAL" => repeat.every = value.parse().ok().filter(|it| (1..=100).contains(it))?,
                "COUNT" => repeat.times = Some(value.parse().ok().filter(|it| (1..=10_000).contains(it))?),
                "UNTIL" => repeat.until = Some(NaiveDate::parse_from_str(value.get(..8)?, "%Y%m%d").ok()?),
                "BYMONTH" if value == first.month().to_string() => {}
                "BYMONTHDAY" if value == first.day().to_string() => {}
                "WKST" => {}
                _ => return None,
            }
        }
        yearly.then_some(repeat)
    }

    /// The days on which it begins, from this year on and for so many years. 29 February is passed over where there is none.
    pub fn days(&self, first: NaiveDate, today: NaiveDate, years: i32) -> Vec<NaiveDate> {
        let (mut days, mut count) = (Vec::new(), 0);
        let mut year = first.year();
        while year < today.year() + years && self.times.is_none_or(|it| count < it) {
            if let Some(day) = first.with_year(year) {
                if self.until.is_some_and(|until| day > until) {
                    break;
                }
                count += 1;
                if year >= today.year() {
                    days.push(day);
                }
            }
            year += self.every;
        }
        days
    }
}
