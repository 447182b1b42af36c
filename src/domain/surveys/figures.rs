//! What the answers to one question come to, reckoned from how often each value was given.

use super::{Question, QuestionKind};
use std::collections::BTreeMap;

/// How often each value was given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally(BTreeMap<String, i64>);

impl Tally {
    pub const fn none() -> Tally {
        Tally(BTreeMap::new())
    }

    /// Counts `count` more answers of this value.
    pub fn add(&mut self, value: &str, count: i64) {
        *self.0.entry(value.to_owned()).or_default() += count;
    }

    /// Takes in the answers of another group.
    pub fn merge(&mut self, other: &Tally) {
        for (value, count) in &other.0 {
            self.add(value, *count);
        }
    }

    pub fn count(&self, value: &str) -> i64 {
        self.0.get(value).copied().unwrap_or_default()
    }

    pub fn total(&self) -> i64 {
        self.0.values().sum()
    }

    fn count_of(&self, values: impl IntoIterator<Item = i64>) -> i64 {
        values.into_iter().map(|it| self.count(&it.to_string())).sum()
    }
}

impl<'a> FromIterator<&'a str> for Tally {
    fn from_iter<I: IntoIterator<Item = &'a str>>(values: I) -> Tally {
        let mut tally = Tally::default();
        values.into_iter().for_each(|it| tally.add(it, 1));
        tally
    }
}

/// A whole number of percent, rounded half away from zero. Of nothing there is no share.
pub fn percent(part: i64, whole: i64) -> Option<i64> {
    rounded(part * 100, whole)
}

/// `number / parts` to the next whole number, halves away from zero.
fn rounded(number: i64, parts: i64) -> Option<i64> {
    (parts > 0).then(|| (2 * number + parts * number.signum()) / (2 * parts))
}

/// Ratings from 1 to 5.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ratings {
    pub answers: i64,
    sum: i64,
    /// Of 4 or 5.
    pub satisfied: i64,
}

impl Ratings {
    pub fn of(tally: &Tally) -> Ratings {
        Ratings { answers: tally.count_of(1..=5), sum: (1..=5).map(|it| it * tally.count_of([it])).sum(), satisfied: tally.count_of(4..=5) }
    }

    pub fn and(self, other: Ratings) -> Ratings {
        Ratings { answers: self.answers + other.answers, sum: self.sum + other.sum, satisfied: self.satisfied + other.satisfied }
    }

    /// To one decimal: `3.7`.
    pub fn mean(&self) -> Option<String> {
        rounded(self.sum * 10, self.answers).map(|it| format!("{}.{}", it / 10, it % 10))
    }

    /// Customer satisfaction: the ratings of 4 and 5 out of all, in percent.
    pub fn csat(&self) -> Option<i64> {
        percent(self.satisfied, self.answers)
    }

    /// Whether they are below this on average, before any rounding.
    pub fn are_below(&self, limit: f64) -> bool {
        self.answers > 0 && (self.sum as f64) < limit * self.answers as f64
    }
}

/// Recommendations from 0 to 10.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recommendations {
    pub answers: i64,
    /// 9 or 10.
    pub promoters: i64,
    /// 7 or 8.
    pub passives: i64,
    /// 0 to 6.
    pub detractors: i64,
}

impl Recommendations {
    pub fn of(tally: &Tally) -> Recommendations {
        let (promoters, passives, detractors) = (tally.count_of(9..=10), tally.count_of(7..=8), tally.count_of(0..=6));
        Recommendations { answers: promoters + passives + detractors, promoters, passives, detractors }
    }

    pub fn and(self, other: Recommendations) -> Recommendations {
        Recommendations {
            answers: self.answers + other.answers,
            promoters: self.promoters + other.promoters,
            passives: self.passives + other.passives,
            detractors: self.detractors + other.detractors,
        }
    }

    /// The net promoter score: the percentage of promoters less that of detractors, rounded once at the end.
    pub fn nps(&self) -> Option<i64> {
        percent(self.promoters - self.detractors, self.answers)
    }

    /// Whether the score is below this, before any rounding.
    pub fn are_below(&self, limit: i32) -> bool {
        self.answers > 0 && (self.promoters - self.detractors) * 100 < i64::from(limit) * self.answers
    }
}

/// `+12`, `0`, `-30`: a score with its sign.
pub fn signed(score: i64) -> String {
    if score > 0 { format!("+{score}") } else { score.to_string().replace('-', "−") }
}

impl QuestionKind {
    /// Whether one figure says it, so that it can be set beside others.
    pub fn is_compared(self) -> bool {
        match self {
            QuestionKind::Rating | QuestionKind::Recommendation | QuestionKind::YesNo => true,
            QuestionKind::OneOf | QuestionKind::ManyOf | QuestionKind::Text => false,
        }
    }
}

/// One value that could be given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bar {
    pub value: String,
    pub label: String,
    pub count: i64,
    pub percent: Option<i64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    Ratings(Ratings),
    Recommendations(Recommendations),
    /// How many said yes.
    Yes(i64),
    /// Shares alone say it.
    Shares,
    /// Nothing to reckon.
    Texts,
}

/// What the answers to one question come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figures {
    /// How many answers the shares are of.
    pub answers: i64,
    /// In the order of the question; none for texts.
    pub bars: Vec<Bar>,
    pub measure: Measure,
}

impl Figures {
    /// `complete` is how many answered the whole; of those that many choose from, the shares are of them.
    pub fn of(question: &Question, tally: &Tally, complete: i64) -> Figures {
        let numbers = |all: std::ops::RangeInclusive<i64>| all.map(|it| (it.to_string(), it.to_string())).collect::<Vec<_>>();
        let options = || question.options.iter().map(|it| (it.key.clone(), it.label.clone())).collect();
        let (values, measure) = match question.kind {
            QuestionKind::Rating => (numbers(1..=5), Measure::Ratings(Ratings::of(tally))),
            QuestionKind::Recommendation => (numbers(0..=10), Measure::Recommendations(Recommendations::of(tally))),
            QuestionKind::YesNo => (vec![("yes".into(), "Yes".into()), ("no".into(), "No".into())], Measure::Yes(tally.count("yes"))),
            QuestionKind::OneOf | QuestionKind::ManyOf => (options(), Measure::Shares),
            QuestionKind::Text => (Vec::new(), Measure::Texts),
        };
        let given = values.iter().map(|(value, _)| tally.count(value)).sum();
        let answers = match question.kind {
            QuestionKind::ManyOf => complete,
            QuestionKind::Text => tally.total(),
            QuestionKind::Rating | QuestionKind::Recommendation | QuestionKind::YesNo | QuestionKind::OneOf => given,
        };
        let bar = |(value, label): (String, String)| {
            let count = tally.count(&value);
            Bar { value, label, count, percent: percent(count, answers) }
        };
        Figures { answers, bars: values.into_iter().map(bar).collect(), measure }
    }

    /// The one figure that says it: `3.7 of 5`, `NPS +12`, `80 % yes`.
    pub fn headline(&self) -> Option<String> {
        match &self.measure {
            Measure::Ratings(it) => it.mean().map(|mean| format!("{mean} of 5")),
            Measure::Recommendations(it) => it.nps().map(|nps| format!("NPS {}", signed(nps))),
            Measure::Yes(yes) => percent(*yes, self.answers).map(|it| format!("{it} % yes")),
            Measure::Shares | Measure::Texts => None,
        }
    }
}

#[cfg(test)]
mod tests;
