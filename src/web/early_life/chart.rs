//! A metric as a picture: its readings against normal, the trend, the planned end; all of it worked out here, the template only draws.

use crate::domain::early_life::{Better, Criterion, Readings, Trend, written};
use chrono::NaiveDate;

const LEFT: f64 = 44.0;
const RIGHT: f64 = 350.0;
const TOP: f64 = 12.0;
const BOTTOM: f64 = 172.0;

/// A reading where it stands in the picture.
pub struct Point {
    pub x: String,
    pub y: String,
    pub day: NaiveDate,
    pub value: String,
    pub is_normal: bool,
}

impl Point {
    /// The corners of a diamond, for one that is not normal: colour alone does not tell.
    pub fn diamond(&self) -> String {
        let (x, y): (f64, f64) = (self.x.parse().unwrap_or_default(), self.y.parse().unwrap_or_default());
        format!("{:.1},{y:.1} {x:.1},{:.1} {:.1},{y:.1} {x:.1},{:.1}", x - 5.0, y - 5.0, x + 5.0, y + 5.0)
    }
}

/// A line from the first pair to the second.
pub struct Stroke {
    pub x1: String,
    pub y1: String,
    pub x2: String,
    pub y2: String,
}

pub struct Chart {
    pub points: Vec<Point>,
    pub line: String,
    /// Upper edge and height of what is normal.
    pub band: (String, String),
    pub normal_y: String,
    pub trend: Option<Stroke>,
    /// Where the planned end stands.
    pub end_x: Option<String>,
    /// Values beside the picture, each with its height.
    pub marks: Vec<(String, String)>,
    pub first: NaiveDate,
    pub last: NaiveDate,
    /// What it shows, in words.
    pub description: String,
}

struct Scale {
    first: NaiveDate,
    days: f64,
    low: f64,
    high: f64,
}

impl Scale {
    fn x(&self, day: NaiveDate) -> f64 {
        LEFT + (RIGHT - LEFT) * (day - self.first).num_days() as f64 / self.days
    }

    fn y(&self, value: f64) -> f64 {
        BOTTOM - (BOTTOM - TOP) * (value.clamp(self.low, self.high) - self.low) / (self.high - self.low)
    }
}

fn at(place: f64) -> String {
    format!("{place:.1}")
}

impl Chart {
    /// `None` without a reading. The picture reaches to the planned end, if there is one.
    pub fn of(criterion: &Criterion, readings: &Readings, end: Option<NaiveDate>) -> Option<Chart> {
        let (first, last) = (*readings.first_key_value()?.0, *readings.last_key_value()?.0);
        let until = end.unwrap_or(last).max(last);
        let values = || readings.values().copied().chain([criterion.normal, criterion.limit()]);
        let (low, high) = (values().fold(f64::MAX, f64::min), values().fold(f64::MIN, f64::max));
        let room = if high > low { (high - low) * 0.1 } else { high.abs().max(1.0) * 0.1 };
        let scale = Scale { first, days: (until - first).num_days().max(1) as f64, low: low - room, high: high + room };
        let points: Vec<Point> = readings
            .iter()
            .map(|(day, value)| {
                let (x, y) = (at(scale.x(*day)), at(scale.y(*value)));
                Point { x, y, day: *day, value: criterion.value(*value), is_normal: criterion.is_normal(*value) }
            })
            .collect();
        let best = match criterion.better {
            Better::Up => scale.high,
            Better::Down => scale.low,
        };
        let (top, bottom) = (scale.y(criterion.limit()).min(scale.y(best)), scale.y(criterion.limit()).max(scale.y(best)));
        let normal = points.iter().filter(|it| it.is_normal).count();
        Some(Chart {
            line: points.iter().map(|it| format!("{},{}", it.x, it.y)).collect::<Vec<_>>().join(" "),
            band: (at(top), at(bottom - top)),
            normal_y: at(scale.y(criterion.normal)),
            trend: Trend::of(readings).map(|it| stroke(&scale, &it, until)),
            end_x: end.filter(|it| *it >= first).map(|it| at(scale.x(it))),
            marks: [low, high].map(|it| (written(it), at(scale.y(it) + 4.0))).into_iter().take(if high > low { 2 } else { 1 }).collect(),
            first,
            last: until,
            description: format!("{} readings from {first} to {last}; {normal} of them are normal: {}.", points.len(), criterion.sentence()),
            points,
        })
    }
}

/// The trend as far as it stays in the picture.
fn stroke(scale: &Scale, trend: &Trend, until: NaiveDate) -> Stroke {
    let days = |day: NaiveDate| (day - trend.newest).num_days() as f64;
    let (from, to) = (days(trend.first), days(until));
    let edge = |value: f64| (value - trend.level) / trend.slope;
    let (low, high) = (edge(scale.low), edge(scale.high));
    let inside = |day: f64| if trend.slope == 0.0 { day } else { day.clamp(low.min(high), low.max(high)) };
    let x = |day: f64| at(scale.x(trend.newest) + (RIGHT - LEFT) * day / scale.days);
    let (from, to) = (inside(from), inside(to));
    Stroke { x1: x(from), y1: at(scale.y(trend.at(from))), x2: x(to), y2: at(scale.y(trend.at(to))) }
}
