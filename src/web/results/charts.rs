//! Charts as templates print them: everything reckoned, nothing drawn by colour alone.

use crate::domain::surveys::QuestionKind;
use crate::domain::surveys::figures::{Bar, Figures, Measure, percent, signed};
use crate::domain::surveys::results::plural;

const WIDTH: i64 = 320;
/// Where bars stand, and how high they can be.
const GROUND: i64 = 130;
const HEIGHT: i64 = 108;

/// A column of a bar chart.
#[derive(Debug, Clone)]
pub struct Column {
    pub x: i64,
    pub y: i64,
    pub width: i64,
    pub height: i64,
    /// Where its words stand.
    pub middle: i64,
    /// Where the number over it stands.
    pub top: i64,
    /// What stands below it.
    pub sign: String,
    pub tone: &'static str,
    pub bar: Bar,
}

/// How often each value was given, and the same as a table.
#[derive(Debug, Clone)]
pub struct BarChart {
    pub id: String,
    pub title: String,
    pub description: String,
    pub columns: Vec<Column>,
    /// Whether the signs below the columns are letters that the table explains.
    pub lettered: bool,
}

impl BarChart {
    /// `None` when there is nothing to draw.
    pub fn of(id: String, title: &str, kind: QuestionKind, figures: &Figures) -> Option<BarChart> {
        let most = figures.bars.iter().map(|it| it.count).max().filter(|it| *it > 0)?;
        let lettered = matches!(kind, QuestionKind::OneOf | QuestionKind::ManyOf);
        let slot = WIDTH / i64::try_from(figures.bars.len()).unwrap_or(1).max(1);
        let width = (slot * 7 / 10).min(48);
        let column = |(at, bar): (usize, &Bar)| {
            let height = bar.count * HEIGHT / most;
            let x = i64::try_from(at).unwrap_or_default() * slot + (slot - width) / 2;
            let sign = if lettered { letter(at) } else { bar.label.clone() };
            let (y, tone) = (GROUND - height, tone(kind, &bar.value));
            Column { x, y, width, height, middle: x + width / 2, top: y - 5, sign, tone, bar: bar.clone() }
        };
        let said = figures.bars.iter().map(|it| format!("{}: {}", it.label, it.count)).collect::<Vec<_>>().join("; ");
        Some(BarChart {
            id,
            title: format!("How often each answer was given to “{title}”"),
            description: format!("{said}. Of {} answers.", figures.answers),
            columns: figures.bars.iter().enumerate().map(column).collect(),
            lettered,
        })
    }
}

/// `A`, `B`, … and numbers when these are used up.
fn letter(at: usize) -> String {
    u8::try_from(at).ok().filter(|it| *it < 26).map_or_else(|| (at + 1).to_string(), |it| char::from(b'A' + it).to_string())
}

/// Whether a value speaks for or against it.
fn tone(kind: QuestionKind, value: &str) -> &'static str {
    let number: i64 = value.parse().unwrap_or_default();
    match kind {
        QuestionKind::Rating => {
            if number >= 4 {
                "good"
            } else if number == 3 {
                "middling"
            } else {
                "bad"
            }
        }
        QuestionKind::Recommendation => {
            if number >= 9 {
                "good"
            } else if number >= 7 {
                "middling"
            } else {
                "bad"
            }
        }
        QuestionKind::YesNo | QuestionKind::OneOf | QuestionKind::ManyOf | QuestionKind::Text => "plain",
    }
}

/// What is said beside the headline of a question.
pub fn note(figures: &Figures) -> String {
    match &figures.measure {
        Measure::Ratings(it) => it.csat().map_or_else(String::new, |csat| format!("CSAT {csat} %: {} of {} ratings are 4 or 5.", it.satisfied, it.answers)),
        Measure::Recommendations(it) if it.answers > 0 => {
            let share = |part| percent(part, it.answers).unwrap_or_default();
            format!(
                "{} ({} %), {} ({} %), {} ({} %).",
                plural(it.promoters, "promoter"),
                share(it.promoters),
                plural(it.passives, "passive"),
                share(it.passives),
                plural(it.detractors, "detractor"),
                share(it.detractors)
            )
        }
        Measure::Recommendations(_) | Measure::Yes(_) | Measure::Shares | Measure::Texts => String::new(),
    }
}

/// A point of a line.
#[derive(Debug, Clone)]
pub struct Point {
    pub x: i64,
    pub y: i64,
    pub top: i64,
    pub said: String,
    pub sign: String,
}

/// A score from release to release.
#[derive(Debug, Clone)]
pub struct LineChart {
    pub id: String,
    pub title: String,
    pub description: String,
    pub points: Vec<Point>,
    /// The same for `<polyline>`.
    pub path: String,
    /// Where zero lies, if scores can be below it.
    pub zero: Option<i64>,
    pub tone: &'static str,
}

/// Which score a line shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Score {
    Csat,
    Nps,
}

impl Score {
    pub fn said(self, score: i64) -> String {
        match self {
            Score::Csat => format!("{score} %"),
            Score::Nps => signed(score),
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Score::Csat => "CSAT",
            Score::Nps => "NPS",
        }
    }
}

impl LineChart {
    /// From the earliest release to the newest, by their signs; `None` where there are less than two scores to connect.
    pub fn of(id: String, audience: &str, score: Score, scores: &[(String, Option<i64>)]) -> Option<LineChart> {
        let slot = WIDTH / i64::try_from(scores.len()).ok().filter(|it| *it > 0)?;
        // The range of the score fills the height.
        let y = |value: i64| match score {
            Score::Csat => GROUND - value * HEIGHT / 100,
            Score::Nps => GROUND - (value + 100) * HEIGHT / 200,
        };
        let point = |(at, (sign, value)): (usize, &(String, Option<i64>))| {
            let (x, value) = (i64::try_from(at).ok()? * slot + slot / 2, (*value)?);
            Some(Point { x, y: y(value), top: y(value) - 7, said: score.said(value), sign: sign.clone() })
        };
        let points: Vec<Point> = scores.iter().enumerate().filter_map(point).collect();
        if points.len() < 2 {
            return None;
        }
        Some(LineChart {
            id,
            title: format!("{} of {audience} from release to release", score.label()),
            description: points.iter().map(|it| format!("{}: {}", it.sign, it.said)).collect::<Vec<_>>().join("; "),
            path: points.iter().map(|it| format!("{},{}", it.x, it.y)).collect::<Vec<_>>().join(" "),
            zero: (score == Score::Nps).then(|| y(0)),
            tone: match score {
                Score::Csat => "csat",
                Score::Nps => "nps",
            },
            points,
        })
    }
}
