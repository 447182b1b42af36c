//! Exit criteria: what must be normal, for how many days in a row, and whether it is.

use super::Better;
use super::readings::{Readings, number, written};
use chrono::{Days, NaiveDate};

/// What operations and the release agree on for one metric.
#[derive(Clone, Debug, PartialEq)]
pub struct Criterion {
    pub name: String,
    /// May be empty.
    pub unit: String,
    pub normal: f64,
    pub better: Better,
    /// How much worse than normal is still normal; never negative.
    pub tolerance: f64,
    /// Days in a row, 1 to 90.
    pub days: i32,
}

impl Criterion {
    /// The worst value that is still normal.
    pub fn limit(&self) -> f64 {
        match self.better {
            Better::Up => self.normal - self.tolerance,
            Better::Down => self.normal + self.tolerance,
        }
    }

    pub fn is_normal(&self, value: f64) -> bool {
        // 0.7 + 0.1 is a little less than 0.8 for a computer, and for nobody else.
        let slack = 1e-9 * self.normal.abs().max(self.tolerance).max(1.0);
        match self.better {
            Better::Up => value >= self.limit() - slack,
            Better::Down => value <= self.limit() + slack,
        }
    }

    /// Between what a value can lie at all: a share between 0 and 100, whatever is counted or timed not below zero. Where the normal value
    /// itself lies outside, the unit means something else.
    pub fn range(&self) -> (f64, f64) {
        let (lowest, highest) = match self.unit.trim().to_lowercase().as_str() {
            "%" | "percent" | "per cent" => (0.0, 100.0),
            "" | "°c" | "°f" | "c" | "f" | "degrees" | "db" | "dbm" | "points" => (f64::NEG_INFINITY, f64::INFINITY),
            _ => (0.0, f64::INFINITY),
        };
        (if self.normal < lowest { f64::NEG_INFINITY } else { lowest }, if self.normal > highest { f64::INFINITY } else { highest })
    }

    /// A reading as people write it, if it can be one of this metric.
    pub fn reading(&self, text: &str) -> Result<f64, String> {
        let value = number(text)?;
        let (lowest, highest) = self.range();
        if value < lowest {
            return Err(format!("{} cannot be: nothing below {} is taken.", self.value(value), self.value(lowest)));
        }
        if value > highest {
            return Err(format!("{} cannot be: nothing above {} is taken.", self.value(value), self.value(highest)));
        }
        Ok(value)
    }

    /// A value with its unit.
    pub fn value(&self, value: f64) -> String {
        if self.unit.is_empty() { written(value) } else { format!("{} {}", written(value), self.unit) }
    }

    /// What is agreed, without the name: `at most 12 calls (normal 10, tolerance 2) for 3 days in a row`.
    pub fn sentence(&self) -> String {
        let bound = match self.better {
            Better::Up => "at least",
            Better::Down => "at most",
        };
        let spare = if self.tolerance == 0.0 { String::new() } else { format!(" (normal {}, tolerance {})", written(self.normal), written(self.tolerance)) };
        let time = if self.days == 1 { "on one day".to_owned() } else { format!("for {} days in a row", self.days) };
        format!("{bound} {}{spare} {time}", self.value(self.limit()))
    }

    /// On how many days in a row it was normal, ending with the newest reading.
    pub fn row(&self, readings: &Readings) -> i32 {
        let Some((newest, _)) = readings.last_key_value() else { return 0 };
        let mut day = *newest;
        let mut row = 0;
        while readings.get(&day).is_some_and(|it| self.is_normal(*it)) {
            row += 1;
            let Some(before) = day.checked_sub_days(Days::new(1)) else { break };
            day = before;
        }
        row
    }

    /// How it stands, by the readings that count.
    pub fn course(&self, readings: &Readings, today: Option<NaiveDate>) -> Course {
        let newest = readings.last_key_value();
        Course {
            name: self.name.clone(),
            days: self.days,
            row: self.row(readings),
            newest: newest.map(|(day, _)| *day),
            is_normal: newest.is_some_and(|(_, value)| self.is_normal(*value)),
            // Of today or yesterday, or it says nothing about now.
            is_current: newest.is_some_and(|(day, _)| today.is_none_or(|today| (today - *day).num_days() <= 1)),
        }
    }
}

/// How one metric stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Course {
    pub name: String,
    /// How many days in a row are agreed, and how many there are.
    pub days: i32,
    pub row: i32,
    /// The day of the newest reading that counts.
    pub newest: Option<NaiveDate>,
    /// Whether the newest reading is.
    pub is_normal: bool,
    pub is_current: bool,
}

impl Course {
    pub fn is_met(&self) -> bool {
        self.is_current && self.row >= self.days
    }

    /// What is there or lacks, as a sentence without the name.
    pub fn sentence(&self) -> String {
        match self.newest {
            None => "no reading yet".to_owned(),
            Some(day) if !self.is_current => format!("no reading since {}", day.format("%-d %b")),
            Some(_) if self.is_met() => format!("normal for {}", days(self.row)),
            Some(_) if !self.is_normal => "not normal".to_owned(),
            Some(_) => format!("normal for {} of {}", self.row, days(self.days)),
        }
    }
}

/// `1 day`, `3 days`.
pub fn days(count: i32) -> String {
    if count == 1 { "1 day".to_owned() } else { format!("{count} days") }
}

/// What stands between a release and the end of its early life support.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exit {
    /// Who of operations agreed to the criteria as they are; empty if nobody did.
    pub agreed_with: String,
    pub courses: Vec<Course>,
}

impl Exit {
    pub fn is_agreed(&self) -> bool {
        !self.agreed_with.is_empty() && !self.courses.is_empty()
    }

    /// Whether operations agreed, and one sentence about it.
    pub fn agreement(&self) -> (bool, String) {
        match (self.courses.len(), self.agreed_with.as_str()) {
            (0, _) => (false, "Say which metrics must be back to normal, and agree them with operations.".to_owned()),
            (_, "") => (false, "Operations has not agreed to the exit criteria as they are.".to_owned()),
            (1, with) => (true, format!("One metric is agreed with {with}.")),
            (count, with) => (true, format!("{count} metrics are agreed with {with}.")),
        }
    }

    /// Whether every metric is back to normal for the agreed days, and one sentence about it.
    pub fn verdict(&self) -> (bool, String) {
        if !self.is_agreed() {
            return self.agreement();
        }
        let lacking: Vec<&Course> = self.courses.iter().filter(|it| !it.is_met()).collect();
        let said = |it: &&Course| format!("{}: {}.", it.name, it.sentence());
        match lacking.as_slice() {
            [] if self.courses.len() == 1 => (true, "The metric is back to normal for the agreed days.".to_owned()),
            [] => (true, "All metrics are back to normal for the agreed days.".to_owned()),
            [first, second, third, rest @ ..] if !rest.is_empty() => {
                (false, format!("{} And {} more.", [first, second, third].map(said).join(" "), rest.len()))
            }
            few => (false, few.iter().map(said).collect::<Vec<_>>().join(" ")),
        }
    }

    pub fn met(&self) -> usize {
        self.courses.iter().filter(|it| it.is_met()).count()
    }
}
