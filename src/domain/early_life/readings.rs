//! Daily readings as people and programs give them: what is a number, which day may be given, and what is wrong with the rest.

use super::criteria::Criterion;
use crate::domain::ids::MetricId;
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

/// One value a day.
pub type Readings = BTreeMap<NaiveDate, f64>;

/// The largest value that is taken, on either side of zero.
const LARGEST: f64 = 1e12;
/// How many readings are taken at once.
pub const LIMIT: usize = 5_000;

/// A reading as it was given, not yet looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The line of the text, or the place in the list, counted from one.
    pub place: usize,
    pub day: String,
    pub metric: String,
    pub value: String,
}

/// What is wrong with one of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub place: usize,
    pub message: String,
}

/// A reading that can be recorded.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Given {
    pub metric: MetricId,
    pub day: NaiveDate,
    pub value: f64,
}

/// The days of which readings are taken: from the day on which the rollout began until today.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// `None` while the rollout lies ahead.
    pub from: Option<NaiveDate>,
    pub today: NaiveDate,
}

/// A number as people write it: with a decimal point or a decimal comma, without anything between thousands.
pub fn number(text: &str) -> Result<f64, String> {
    let text = text.trim();
    let again = || format!("“{}” is no number. Write it as 1234.5.", text.chars().take(40).collect::<String>());
    let digits = text.strip_prefix(['-', '+', '−']).unwrap_or(text);
    let (whole, fraction) = digits.split_once(['.', ',']).unwrap_or((digits, "0"));
    let are_digits = |it: &str| !it.is_empty() && it.chars().all(|c| c.is_ascii_digit());
    if !are_digits(whole) || !are_digits(fraction) {
        return Err(again());
    }
    if digits.contains(',') && fraction.len() == 3 && whole.trim_start_matches('0') == whole {
        return Err(format!("“{text}” can be read in two ways. Write {whole}{fraction} or {whole}.{fraction}."));
    }
    let value: f64 = format!("{whole}.{fraction}").parse().map_err(|_| again())?;
    if value > LARGEST {
        return Err("This number is too large.".to_owned());
    }
    Ok(if text.starts_with(['-', '−']) && value != 0.0 { -value } else { value })
}

/// A number as it is shown: at most six decimal places, none that are zero.
pub fn written(value: f64) -> String {
    let text = format!("{value:.6}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// A day as `2026-03-02`, and one of which readings are taken.
fn day(text: &str, span: Span) -> Result<NaiveDate, String> {
    let day = NaiveDate::parse_from_str(text.trim(), "%Y-%m-%d").map_err(|_| "Write the day as 2026-03-02.".to_owned())?;
    match span.from {
        None => Err("Readings are taken from the rollout on.".to_owned()),
        Some(_) if day > span.today => Err(format!("{day} lies ahead.")),
        Some(from) if day < from => Err(format!("{day} lies before the rollout, which began on {from}.")),
        Some(_) => Ok(day),
    }
}

/// All of them as readings, or everything that is wrong with any. Names of metrics are taken in upper and lower case alike.
pub fn judge(lines: &[Line], known: &[(MetricId, &str)], span: Span) -> Result<Vec<Given>, Vec<Fault>> {
    if lines.len() > LIMIT {
        return Err(vec![Fault { place: LIMIT + 1, message: format!("At most {LIMIT} readings are taken at once.") }]);
    }
    let mut faults = Vec::new();
    let mut given = Vec::new();
    let mut seen = BTreeSet::new();
    for line in lines {
        let place = line.place;
        let mut wrong = |message: String| faults.push(Fault { place, message });
        let wanted = line.metric.trim().to_lowercase();
        let metric = known.iter().find(|(_, name)| name.to_lowercase() == wanted);
        if metric.is_none() {
            wrong(format!("There is no metric “{}”.", line.metric.trim().chars().take(80).collect::<String>()));
        }
        let day = day(&line.day, span).map_err(&mut wrong).ok();
        let value = number(&line.value).map_err(&mut wrong).ok();
        let (Some((metric, name)), Some(day), Some(value)) = (metric, day, value) else { continue };
        if seen.insert((*metric, day)) {
            given.push(Given { metric: *metric, day, value });
        } else {
            wrong(format!("{name} is given twice for {day}."));
        }
    }
    if faults.is_empty() { Ok(given) } else { Err(faults) }
}

/// Those that no metric of theirs can have, whatever was measured.
pub fn impossible(lines: &[Line], known: &[&Criterion]) -> Vec<Fault> {
    let fault = |line: &Line| {
        let wanted = line.metric.trim().to_lowercase();
        let metric = known.iter().find(|it| it.name.to_lowercase() == wanted)?;
        let message = metric.reading(&line.value).err()?;
        Some(Fault { place: line.place, message })
    };
    lines.iter().filter_map(fault).collect()
}
