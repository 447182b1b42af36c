//! Surveys side by side: the moments of one release, and the releases of one CI. What one of them may not show, the comparison does not.

use super::charts::{LineChart, Score};
use crate::domain::surveys::Audience;
use crate::domain::surveys::results::{Group, Showing};
use crate::store::results::Outcome;

/// A figure of one survey, or why there is none.
#[derive(Debug, Clone)]
pub struct Cell {
    pub said: String,
    /// How many answers it is from.
    pub answers: Option<i64>,
}

impl Cell {
    fn of(said: Option<String>, answers: i64) -> Cell {
        match said {
            Some(said) => Cell { said, answers: Some(answers) },
            None => Cell::without("no answer"),
        }
    }

    fn without(why: &str) -> Cell {
        Cell { said: why.to_owned(), answers: None }
    }
}

/// Why a group says nothing here, if that is so.
fn silence(outcome: &Outcome, group: Option<&Group>) -> Option<Cell> {
    let Some(group) = group else { return Some(Cell::without("not asked")) };
    match outcome.results.showing(group) {
        Showing::Shown => None,
        Showing::NotYet => Some(Cell::without("not shown before it closes")),
        Showing::TooFew => Some(Cell::without("fewer than five")),
    }
}

/// The column of one survey.
#[derive(Debug, Clone)]
pub struct Head {
    pub label: String,
    pub address: String,
    pub title: String,
    /// Whether it is the survey of this page.
    pub here: bool,
}

/// One line: a question, or a score.
#[derive(Debug, Clone)]
pub struct Line {
    pub label: String,
    pub cells: Vec<Cell>,
}

/// One audience of it.
#[derive(Debug, Clone)]
pub struct Part {
    pub label: &'static str,
    pub lines: Vec<Line>,
    pub charts: Vec<LineChart>,
}

#[derive(Debug, Clone)]
pub struct Comparison {
    pub heads: Vec<Head>,
    pub parts: Vec<Part>,
}

/// The moments of one release: the same question, asked by the same set. `None` when there is nothing to compare.
pub fn of_moments(own: &Outcome, others: &[Outcome]) -> Option<Comparison> {
    // Two of the same moment are no comparison of moments.
    let mut all: Vec<&Outcome> = others.iter().filter(|it| it.survey.moment != own.survey.moment).chain([own]).collect();
    all.sort_by_key(|it| (it.survey.moment, it.survey.id));
    let head = |it: &&Outcome| head(it, own, it.survey.moment.label().to_owned());
    let parts: Vec<Part> = own.results.groups.iter().filter_map(|group| moments_of(group, &all)).collect();
    (!parts.is_empty()).then(|| Comparison { heads: all.iter().map(head).collect(), parts })
}

fn moments_of(own: &Group, all: &[&Outcome]) -> Option<Part> {
    let same = |outcome: &&Outcome| outcome.results.groups.iter().position(|it| it.audience == own.audience && it.set == own.set);
    if all.iter().filter(|it| same(it).is_some()).count() < 2 {
        return None;
    }
    let line = |question: &crate::domain::surveys::Question| {
        let cell = |outcome: &&Outcome| {
            let group = same(outcome).and_then(|at| outcome.results.groups.get(at));
            silence(outcome, group).unwrap_or_else(|| {
                let figures = group.map(|it| outcome.results.figures(it)).unwrap_or_default();
                let found = figures.into_iter().find(|(it, _)| it.key == question.key && it.kind == question.kind);
                found.map_or_else(|| Cell::without("not asked"), |(_, it)| Cell::of(it.headline(), it.answers))
            })
        };
        Line { label: question.text.clone(), cells: all.iter().map(cell).collect() }
    };
    let lines: Vec<Line> = own.questions.iter().filter(|it| it.kind.is_compared()).map(line).collect();
    (!lines.is_empty()).then(|| Part { label: own.audience.label(), lines, charts: Vec::new() })
}

/// This release against earlier ones, which come newest first. `None` when there is none.
pub fn of_releases(own: &Outcome, earlier: &[Outcome]) -> Option<Comparison> {
    if earlier.is_empty() {
        return None;
    }
    let all: Vec<&Outcome> = earlier.iter().rev().chain([own]).collect();
    let head = |it: &&Outcome| head(it, own, it.survey.release());
    let parts = own.results.groups.iter().map(|it| releases_of(it.audience, &all)).collect();
    Some(Comparison { heads: all.iter().map(head).collect(), parts })
}

fn releases_of(audience: Audience, all: &[&Outcome]) -> Part {
    let mut part = Part { label: audience.label(), lines: Vec::new(), charts: Vec::new() };
    for score in [Score::Csat, Score::Nps] {
        let found = |outcome: &&Outcome| match score {
            Score::Csat => {
                let it = outcome.results.ratings(Some(audience));
                (it.csat(), it.answers)
            }
            Score::Nps => {
                let it = outcome.results.recommendations(Some(audience));
                (it.nps(), it.answers)
            }
        };
        let cell = |outcome: &&Outcome| {
            let group = outcome.results.groups.iter().find(|it| it.audience == audience);
            let (value, answers) = found(outcome);
            silence(outcome, group).unwrap_or_else(|| Cell::of(value.map(|it| score.said(it)), answers))
        };
        let scores: Vec<(String, Option<i64>)> = all.iter().map(|it| (version(it), found(it).0)).collect();
        part.lines.push(Line { label: score.label().to_owned(), cells: all.iter().map(cell).collect() });
        part.charts.extend(LineChart::of(format!("{}-{}", audience.word(), score.label().to_lowercase()), audience.label(), score, &scores));
    }
    part
}

/// What distinguishes a release from those before: the last word of its identifier.
fn version(outcome: &Outcome) -> String {
    let name = outcome.survey.release();
    name.rsplit(' ').next().unwrap_or_default().to_owned()
}

fn head(it: &Outcome, own: &Outcome, label: String) -> Head {
    Head { label, address: format!("/surveys/{}/results", it.survey.id), title: it.survey.title.clone(), here: it.survey.id == own.survey.id }
}
