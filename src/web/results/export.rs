//! Results as CSV: every complete answer, streamed; and the figures. Of anonymous answers the same is left out as on the page.

use super::knows_who;
use crate::app::{Context, Error};
use crate::domain::ids::{ResponseId, SurveyId};
use crate::domain::surveys::figures::{Figures, Measure};
use crate::domain::surveys::results::{Group, said};
use crate::domain::surveys::{Audience, Question, QuestionKind};
use crate::store::results::{self, Outcome, Response, Wanted};
use crate::web::csv::{head, text, writer};
use crate::web::page::Answer;
use crate::web::records::id_of;
use actix_web::web::{Bytes, Path};
use futures_util::stream;
use std::sync::Arc;

const CHUNK: i64 = 1000;

/// How far the rows have come: which of the groups, and after which answer.
struct Place {
    group: usize,
    after: Option<ResponseId>,
    first: bool,
}

/// One row for each complete answer, group by group, in the random order of their ids.
pub async fn answers(ctx: Context, id: Path<String>) -> Answer {
    let id: SurveyId = id_of(&id)?;
    let outcome = load(&ctx, id).await?;
    let (actor, release) = (ctx.actor.clone(), outcome.survey.record_id);
    let named = !outcome.survey.anonymous && ctx.read(move |conn| knows_who(conn, &actor, release)).await?;
    let groups: Vec<Group> = outcome.results.shown().cloned().collect();
    let sheet = Arc::new(Sheet { survey: id, named, groups });
    let start = Place { group: 0, after: None, first: true };
    let chunks = stream::unfold(Some(start), move |place| {
        let (ctx, sheet) = (ctx.clone(), sheet.clone());
        async move {
            Some(match chunk(&ctx, sheet, place?).await {
                Ok((bytes, next)) => (Ok(bytes), next),
                Err(cause) => {
                    tracing::error!(%cause, "a CSV download broke off");
                    (Err(std::io::Error::other("the answers could not be read to their end")), None)
                }
            })
        }
    });
    Ok(head(&format!("survey-{id}-answers.csv")).streaming(Box::pin(chunks)))
}

async fn load(ctx: &Context, id: SurveyId) -> Result<Outcome, Error> {
    ctx.read(move |conn| {
        let survey = results::survey(conn, id)?;
        results::outcomes(conn, vec![survey])?.pop().ok_or(Error::NotFound)
    })
    .await
}

async fn chunk(ctx: &Context, sheet: Arc<Sheet>, place: Place) -> Result<(Bytes, Option<Place>), Error> {
    let wanted = sheet.groups.get(place.group).map(|it| Wanted { survey: sheet.survey, audience: it.audience, answering: None, after: place.after });
    let Some(wanted) = wanted else { return Ok((written(sheet.write(&place, &[])), None)) };
    let rows = ctx.read(move |conn| Ok(results::responses(conn, &wanted, CHUNK)?)).await?;
    let bytes = written(sheet.write(&place, &rows));
    let last = rows.last().map(|it| it.id).filter(|_| rows.len() as i64 == CHUNK);
    let next = match last {
        Some(id) => Some(Place { group: place.group, after: Some(id), first: false }),
        None if place.group + 1 < sheet.groups.len() => Some(Place { group: place.group + 1, after: None, first: false }),
        None => None,
    };
    Ok((bytes, next))
}

fn written(rows: Result<Vec<u8>, csv::Error>) -> Bytes {
    Bytes::from(rows.unwrap_or_default())
}

/// The columns: who, where that is known, then every question of every audience.
struct Sheet {
    survey: SurveyId,
    named: bool,
    groups: Vec<Group>,
}

impl Sheet {
    fn columns(&self) -> impl Iterator<Item = (Audience, &Question)> {
        self.groups.iter().flat_map(|group| group.questions.iter().map(move |it| (group.audience, it)))
    }

    fn write(&self, place: &Place, rows: &[Response]) -> Result<Vec<u8>, csv::Error> {
        let mut out = writer();
        if place.first {
            let people: &[&str] = if self.named { &["Name", "Address", "Audience"] } else { &["Audience"] };
            let several = self.groups.len() > 1;
            let question = |(audience, it): (Audience, &Question)| if several { format!("{}: {}", audience.label(), it.text) } else { it.text.clone() };
            out.write_record(people.iter().map(|it| (*it).to_owned()).chain(self.columns().map(question).map(|it| text(&it))))?;
        }
        let Some(group) = self.groups.get(place.group) else { return into_bytes(out) };
        for row in rows {
            let mut cells = Vec::new();
            if self.named {
                cells.extend([&row.name, &row.email].map(|it| text(it.as_deref().unwrap_or_default())));
            }
            cells.push(group.audience.label().to_owned());
            let answer = |(audience, question): (Audience, &Question)| {
                if audience == group.audience { text(&said(question, row.answers.get(&question.key))) } else { String::new() }
            };
            cells.extend(self.columns().map(answer));
            out.write_record(cells)?;
        }
        into_bytes(out)
    }
}

fn into_bytes(out: csv::Writer<Vec<u8>>) -> Result<Vec<u8>, csv::Error> {
    out.into_inner().map_err(|cause| csv::Error::from(cause.into_error()))
}

/// The figures of the page, one in each row.
pub async fn figures(ctx: Context, id: Path<String>) -> Answer {
    let id: SurveyId = id_of(&id)?;
    let outcome = load(&ctx, id).await?;
    let body = written(write_figures(&outcome));
    Ok(head(&format!("survey-{id}-figures.csv")).body(body))
}

const HEAD: [&str; 7] = ["Audience", "Question", "Kind", "Figure", "Value", "Percent", "Answers"];

fn write_figures(outcome: &Outcome) -> Result<Vec<u8>, csv::Error> {
    let (mut out, results) = (writer(), &outcome.results);
    out.write_record(HEAD)?;
    for group in &results.groups {
        let rate = group.rate().map_or(String::new(), |it| it.to_string());
        let (label, answered) = (group.audience.label(), group.answered.to_string());
        out.write_record([label, "", "", "Answered", &answered, &rate, &group.invited.to_string()])?;
        for (question, figures) in results.figures(group) {
            for (name, value) in scores(&figures) {
                let value = value.unwrap_or_default();
                out.write_record([label, &text(&question.text), question.kind.label(), name, &value, "", &figures.answers.to_string()])?;
            }
            for bar in &figures.bars {
                let share = bar.percent.map_or(String::new(), |it| it.to_string());
                let (count, answers) = (bar.count.to_string(), figures.answers.to_string());
                out.write_record([label, &text(&question.text), question.kind.label(), &text(&bar.label), &count, &share, &answers])?;
            }
            if question.kind == QuestionKind::Text {
                let answers = figures.answers.to_string();
                out.write_record([label, &text(&question.text), question.kind.label(), "Comments", &answers, "", &answers])?;
            }
        }
    }
    into_bytes(out)
}

fn scores(figures: &Figures) -> Vec<(&'static str, Option<String>)> {
    let number = |it: Option<i64>| it.map(|it| it.to_string());
    match figures.measure {
        Measure::Ratings(it) => vec![("Mean", it.mean()), ("CSAT", number(it.csat()))],
        Measure::Recommendations(it) => vec![
            ("NPS", number(it.nps())),
            ("Promoters", Some(it.promoters.to_string())),
            ("Passives", Some(it.passives.to_string())),
            ("Detractors", Some(it.detractors.to_string())),
        ],
        Measure::Yes(_) | Measure::Shares | Measure::Texts => Vec::new(),
    }
}
