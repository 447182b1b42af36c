//! Where a metric is going: the straight line through its last readings, and when it will be normal for the agreed days if it goes on like that.

use super::criteria::Criterion;
use super::readings::Readings;
use chrono::{Days, NaiveDate};

/// Of so many readings the line is drawn, and of at least so many.
const MOST: usize = 14;
const LEAST: usize = 3;
/// Whoever takes longer than ten years is not on the way.
const HORIZON: f64 = 3650.0;

/// The line of least squares; days are counted from the newest reading, so that it is at 0 and those before are negative.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Trend {
    pub newest: NaiveDate,
    /// The day of the first reading that it is drawn through.
    pub first: NaiveDate,
    /// A day.
    pub slope: f64,
    /// On the day of the newest reading.
    pub level: f64,
}

impl Trend {
    /// Through the newest readings; `None` if they are too few.
    pub fn of(readings: &Readings) -> Option<Trend> {
        let (newest, _) = readings.last_key_value()?;
        let points: Vec<(NaiveDate, f64)> = readings.iter().rev().take(MOST).map(|(day, value)| (*day, *value)).collect();
        if points.len() < LEAST {
            return None;
        }
        let count = points.len() as f64;
        let place = |day: NaiveDate| (day - *newest).num_days() as f64;
        let middle = points.iter().map(|(day, _)| place(*day)).sum::<f64>() / count;
        let mean = points.iter().map(|(_, value)| value).sum::<f64>() / count;
        let spread: f64 = points.iter().map(|(day, _)| (place(*day) - middle).powi(2)).sum();
        let slope = points.iter().map(|(day, value)| (place(*day) - middle) * (value - mean)).sum::<f64>() / spread;
        let first = points.last().map_or(*newest, |(day, _)| *day);
        Some(Trend { newest: *newest, first, slope, level: mean - slope * middle })
    }

    /// What it says for so many days after the newest reading.
    pub fn at(&self, days: f64) -> f64 {
        self.level + self.slope * days
    }

    pub fn on(&self, day: NaiveDate) -> f64 {
        self.at((day - self.newest).num_days() as f64)
    }
}

/// What becomes of a metric if it goes on like that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outlook {
    /// It is normal for the agreed days.
    Met,
    /// At the end of this day it will have been normal for the agreed days.
    On(NaiveDate),
    /// It does not get better, or not within ten years.
    Never,
    /// Too few readings to tell.
    Unknown,
}

/// `counted` are the readings that count for the days in a row; the line is drawn through all that are known.
pub fn outlook(criterion: &Criterion, all: &Readings, counted: &Readings) -> Outlook {
    let row = criterion.row(counted);
    if row >= criterion.days {
        return Outlook::Met;
    }
    let Some(trend) = Trend::of(all) else { return Outlook::Unknown };
    let after = |days: i32| u64::try_from(days).ok().and_then(|it| trend.newest.checked_add_days(Days::new(it))).map_or(Outlook::Never, Outlook::On);
    // Tomorrow is normal, and so are all days up to the last one that lacks: the line is straight.
    let left = criterion.days - row;
    let normal = |days: f64| criterion.is_normal(trend.at(days));
    if normal(1.0) {
        return if normal(f64::from(left)) { after(left) } else { Outlook::Never };
    }
    let begins = (criterion.limit() - trend.level) / trend.slope;
    if !begins.is_finite() || !(0.0..HORIZON).contains(&begins) {
        return Outlook::Never;
    }
    // The division is inexact, the question whether a day is normal is not asked in two ways.
    let near = begins.floor() as i32;
    match (near.max(2) - 1..=near.max(2) + 2).find(|it| normal(f64::from(*it))) {
        Some(first) => after(first + criterion.days - 1),
        None => Outlook::Never,
    }
}
