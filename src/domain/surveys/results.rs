//! The results of a survey, and what of them may be shown: of anonymous answers nothing that tells whose they are.

use super::figures::{Figures, Measure, Ratings, Recommendations, Tally, percent, signed};
use super::{Audience, Moment, Question, QuestionKind, SurveyState};
use serde_json::Value;
use std::collections::BTreeMap;

/// An anonymous group with fewer complete answers is not shown.
pub const FEWEST: i64 = 5;
/// A named group acts from the first answer on: somebody said it, by name.
const FEWEST_TO_ACT: i64 = 1;

/// How many complete answers of a group it takes until a low score opens a follow-up action.
pub const fn fewest_to_act(anonymous: bool) -> i64 {
    if anonymous { FEWEST } else { FEWEST_TO_ACT }
}

/// Whether the answers of a group may be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Showing {
    Shown,
    /// Whoever looks before and after an answer would know what it was.
    NotYet,
    /// So few that they could be told by their answers.
    TooFew,
}

/// One audience of a survey: what it was asked, and how often each value was given.
#[derive(Clone, Debug)]
pub struct Group {
    pub audience: Audience,
    /// The key of the question set, the same through all its versions.
    pub set: String,
    pub questions: Vec<Question>,
    pub invited: i64,
    /// Those who answered the whole.
    pub answered: i64,
    /// By question. Read only through [`Results`], which knows what may be shown.
    tallies: BTreeMap<String, Tally>,
}

impl Group {
    /// What is tallied under no question is the number of complete answers.
    pub fn new(audience: Audience, set: String, questions: Vec<Question>, invited: i64, mut tallies: BTreeMap<String, Tally>) -> Group {
        let answered = tallies.remove("").unwrap_or_default().total();
        Group { audience, set, questions, invited, answered, tallies }
    }

    pub fn rate(&self) -> Option<i64> {
        percent(self.answered, self.invited)
    }

    fn figures(&self, question: &Question) -> Figures {
        static NONE: Tally = Tally::none();
        Figures::of(question, self.tallies.get(&question.key).unwrap_or(&NONE), self.answered)
    }

    fn tallies_of(&self, kind: QuestionKind) -> impl Iterator<Item = &Tally> {
        self.questions.iter().filter(move |it| it.kind == kind).filter_map(|it| self.tallies.get(&it.key))
    }
}

/// What a survey came to.
#[derive(Clone, Debug)]
pub struct Results {
    pub moment: Moment,
    pub anonymous: bool,
    pub state: SurveyState,
    /// In the order of the audiences.
    pub groups: Vec<Group>,
}

impl Results {
    pub fn invited(&self) -> i64 {
        self.groups.iter().map(|it| it.invited).sum()
    }

    pub fn answered(&self) -> i64 {
        self.groups.iter().map(|it| it.answered).sum()
    }

    pub fn rate(&self) -> Option<i64> {
        percent(self.answered(), self.invited())
    }

    pub fn showing(&self, group: &Group) -> Showing {
        if !self.anonymous {
            Showing::Shown
        } else if self.state != SurveyState::Closed {
            Showing::NotYet
        } else if group.answered < FEWEST {
            Showing::TooFew
        } else {
            Showing::Shown
        }
    }

    /// The groups whose answers may be shown. Whatever is reckoned over several groups is reckoned over these alone: nothing can be
    /// subtracted from it to find the others.
    pub fn shown(&self) -> impl Iterator<Item = &Group> {
        self.groups.iter().filter(|it| self.showing(it) == Showing::Shown)
    }

    /// Whether figures over all leave out somebody who answered.
    pub fn leaves_out(&self) -> bool {
        self.groups.iter().any(|it| it.answered > 0 && self.showing(it) != Showing::Shown)
    }

    /// The questions of a group with their figures; none if it is not shown.
    pub fn figures<'a>(&self, group: &'a Group) -> Vec<(&'a Question, Figures)> {
        match self.showing(group) {
            Showing::Shown => group.questions.iter().map(|it| (it, group.figures(it))).collect(),
            Showing::NotYet | Showing::TooFew => Vec::new(),
        }
    }

    /// All ratings of the groups that are shown, or of one of them.
    pub fn ratings(&self, of: Option<Audience>) -> Ratings {
        let tallies = self.shown().filter(|it| of.is_none_or(|of| it.audience == of)).flat_map(|it| it.tallies_of(QuestionKind::Rating));
        tallies.map(Ratings::of).fold(Ratings::default(), Ratings::and)
    }

    /// All recommendations of the groups that are shown, or of one of them.
    pub fn recommendations(&self, of: Option<Audience>) -> Recommendations {
        let tallies = self.shown().filter(|it| of.is_none_or(|of| it.audience == of)).flat_map(|it| it.tallies_of(QuestionKind::Recommendation));
        tallies.map(Recommendations::of).fold(Recommendations::default(), Recommendations::and)
    }

    /// The questions that people answered badly, once the survey is closed.
    pub fn low_scores(&self, limits: &Limits) -> Vec<LowScore> {
        let fewest = fewest_to_act(self.anonymous);
        let enough = self.groups.iter().filter(|it| !self.anonymous || it.answered >= FEWEST);
        let asked = enough.flat_map(|group| group.questions.iter().map(move |question| (group, question, group.figures(question))));
        asked.filter(|(.., it)| it.answers >= fewest && limits.are_missed(it)).filter_map(|(group, question, it)| LowScore::of(group, question, &it)).collect()
    }
}

/// Below which a score is low.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    pub rating: f64,
    pub nps: i32,
}

impl Limits {
    fn are_missed(&self, figures: &Figures) -> bool {
        match figures.measure {
            Measure::Ratings(it) => it.are_below(self.rating),
            Measure::Recommendations(it) => it.are_below(self.nps),
            Measure::Yes(_) | Measure::Shares | Measure::Texts => false,
        }
    }
}

/// A question that people answered badly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LowScore {
    pub audience: Audience,
    pub question: String,
    pub title: String,
    pub figures: String,
}

impl LowScore {
    fn of(group: &Group, question: &Question, figures: &Figures) -> Option<LowScore> {
        let (label, text) = (group.audience.label(), shortened(&question.text));
        let (title, said) = match figures.measure {
            Measure::Ratings(it) => {
                let (mean, csat) = (it.mean()?, it.csat()?);
                (format!("{label} rate “{text}” {mean} of 5"), format!("{mean} of 5 on average, CSAT {csat} %, from {}", plural(it.answers, "answer")))
            }
            Measure::Recommendations(it) => {
                let nps = signed(it.nps()?);
                let who = [plural(it.promoters, "promoter"), plural(it.passives, "passive"), plural(it.detractors, "detractor")].join(", ");
                (format!("{label} answer “{text}” with NPS {nps}"), format!("NPS {nps} from {}: {who}", plural(it.answers, "answer")))
            }
            Measure::Yes(_) | Measure::Shares | Measure::Texts => return None,
        };
        Some(LowScore { audience: group.audience, question: question.key.clone(), title, figures: said })
    }
}

/// "1 promoter", "3 promoters".
pub fn plural(count: i64, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}

/// So much of a question as a title can hold.
fn shortened(text: &str) -> String {
    const MOST: usize = 80;
    if text.chars().count() <= MOST { text.to_owned() } else { text.chars().take(MOST - 1).chain(['…']).collect() }
}

/// What somebody answered, as people read it; empty if nothing.
pub fn said(question: &Question, answer: Option<&Value>) -> String {
    let label = |key: &str| match question.kind {
        QuestionKind::YesNo if key == "yes" => "Yes".to_owned(),
        QuestionKind::YesNo if key == "no" => "No".to_owned(),
        QuestionKind::OneOf | QuestionKind::ManyOf => question.options.iter().find(|it| it.key == key).map_or(key, |it| &it.label).to_owned(),
        QuestionKind::Rating | QuestionKind::Recommendation | QuestionKind::YesNo | QuestionKind::Text => key.to_owned(),
    };
    match answer {
        Some(Value::String(text)) => label(text),
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).map(label).collect::<Vec<_>>().join("; "),
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::Null | Value::Bool(_) | Value::Object(_)) | None => String::new(),
    }
}

#[cfg(test)]
mod tests;
