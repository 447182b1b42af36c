//! Surveys in the report: who was asked, what each question came to, and what people wrote.

use super::report::Table;
use crate::app::evidence::Evidence;
use crate::app::evidence::surveys::{Feedback, MOST_COMMENTS};
use crate::domain::surveys::QuestionKind;
use crate::domain::surveys::figures::{Figures, signed};
use crate::domain::surveys::results::{Group, Showing};

pub fn surveys(it: &Evidence) -> Vec<Table> {
    it.feedback.iter().flat_map(of_survey).collect()
}

fn of_survey(it: &Feedback) -> [Table; 3] {
    let (survey, results) = (&it.outcome.survey, &it.outcome.results);
    let title = format!("{} ({}, {})", survey.title, survey.moment.label(), survey.state.label().to_lowercase());
    let audiences = results.groups.iter().map(|group| audience(it, group)).collect();
    let questions = results.groups.iter().flat_map(|group| {
        let asked = results.figures(group).into_iter().filter(|(question, _)| question.kind != QuestionKind::Text);
        asked.map(|(question, figures)| vec![group.audience.label().to_owned(), question.text.clone(), result(&figures), each(&figures)])
    });
    let comments = it.comments.iter().map(|it| vec![it.audience.label().to_owned(), it.question.clone(), it.text.clone()]).collect();
    let wrote = format!("What people wrote in “{}” (at most {MOST_COMMENTS} of each audience)", survey.title);
    [
        Table::plain(title, vec!["Audience", "Invited", "Complete answers", "Response rate", "CSAT", "NPS"], audiences),
        Table::plain(String::new(), vec!["Audience", "Question", "Result", "Each answer"], questions.collect()),
        Table::plain(wrote, vec!["Audience", "Question", "Comment"], comments),
    ]
}

fn audience(it: &Feedback, group: &Group) -> Vec<String> {
    let results = &it.outcome.results;
    let percent = |it: Option<i64>| it.map_or_else(String::new, |it| format!("{it} %"));
    let (csat, nps) = (results.ratings(Some(group.audience)).csat(), results.recommendations(Some(group.audience)).nps());
    let row = |answered: String, rate: String| {
        vec![group.audience.label().to_owned(), group.invited.to_string(), answered, rate, percent(csat), nps.map_or_else(String::new, signed)]
    };
    match results.showing(group) {
        Showing::Shown => row(group.answered.to_string(), percent(group.rate())),
        Showing::NotYet => row("withheld until it closes".to_owned(), String::new()),
        Showing::TooFew => row("withheld: fewer than five".to_owned(), String::new()),
    }
}

fn result(figures: &Figures) -> String {
    let answers = if figures.answers == 1 { "one answer".to_owned() } else { format!("{} answers", figures.answers) };
    figures.headline().map_or_else(|| answers.clone(), |it| format!("{it}, {answers}"))
}

/// How often each value was given: `1: 0, 2: 3, …`.
fn each(figures: &Figures) -> String {
    figures.bars.iter().map(|it| format!("{}: {}", it.label, it.count)).collect::<Vec<_>>().join(", ")
}
