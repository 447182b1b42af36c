//! What a survey came to: figures, charts, comments, comparisons. Whoever reads the release reads them; what may be shown of
//! anonymous answers is decided by `domain::surveys::results`.

mod charts;
mod comparison;
pub mod export;

use super::form::Fields;
use super::frame::Frame;
use super::page::{self, Answer};
use super::records::id_of;
use crate::app::{self, Context, Error};
use crate::domain::ids::{RecordId, ResponseId, SurveyId};
use crate::domain::people::Actor;
use crate::domain::surveys::figures::{Figures, signed};
use crate::domain::surveys::results::{Group, Results, Showing, said};
use crate::domain::surveys::{Audience, Question, QuestionKind, SurveyState};
use crate::store::PgConnection;
use crate::store::records;
use crate::store::results::{self, Outcome, Response, Survey, Wanted};
use actix_web::HttpRequest;
use actix_web::web::Path;
use askama::Template;
use charts::BarChart;
use comparison::Comparison;

/// Comments on one page.
const PAGE: i64 = 50;
/// Earlier releases to compare with.
const EARLIER: i64 = 5;

#[derive(Template)]
#[template(path = "surveys/results.html")]
struct Show {
    frame: Frame,
    survey: Survey,
    results: Results,
    sections: Vec<Section>,
    comments: Option<Comments>,
    moments: Option<Comparison>,
    releases: Option<Comparison>,
}

/// One audience.
struct Section {
    audience: Audience,
    answered: i64,
    invited: i64,
    rate: Option<i64>,
    showing: Showing,
    questions: Vec<Asked>,
    scores: Scores,
}

/// CSAT and NPS, each with the number of answers.
struct Scores {
    csat: Option<(i64, i64)>,
    nps: Option<(String, i64)>,
}

/// A question with its figures.
struct Asked {
    text: String,
    kind: QuestionKind,
    figures: Figures,
    note: String,
    chart: Option<BarChart>,
}

/// One page of what an audience wrote.
struct Comments {
    audience: Audience,
    /// Those who wrote something.
    audiences: Vec<Audience>,
    list: Vec<Comment>,
    /// The address of the next page.
    more: Option<String>,
}

struct Comment {
    who: Option<String>,
    /// Question and text.
    texts: Vec<(String, String)>,
}

pub async fn show(ctx: Context, req: HttpRequest, id: Path<String>) -> Answer {
    let id: SurveyId = id_of(&id)?;
    let (frame, actor) = (page::frame(&ctx, &req), ctx.actor.clone());
    let fields = Fields::of_query(req.query_string());
    page::show(&ctx, move |conn| Show::load(conn, frame, &actor, id, &fields)).await
}

/// Whether this actor reads who it was that answered: whoever moves the release does, for nobody else answers were given by name.
pub fn knows_who(conn: &mut PgConnection, actor: &Actor, release: RecordId) -> app::Result<bool> {
    Ok(actor.may(crate::app::records::moving(actor, &records::find(conn, release)?)))
}

impl Show {
    fn load(conn: &mut PgConnection, frame: Frame, actor: &Actor, id: SurveyId, fields: &Fields) -> app::Result<Show> {
        let survey = results::survey(conn, id)?;
        let named = knows_who(conn, actor, survey.record_id)?;
        let siblings = results::siblings(conn, &survey)?;
        let earlier = results::earlier(conn, &survey, EARLIER)?;
        let others = siblings.len();
        let all = std::iter::once(survey).chain(siblings).chain(earlier).collect();
        let mut outcomes = results::outcomes(conn, all)?;
        let own = outcomes.remove(0);
        let earlier = outcomes.split_off(others);
        let comments = Comments::load(conn, &own, fields, named)?;
        let sections = own.results.groups.iter().map(|it| Section::of(&own.results, it)).collect();
        let (moments, releases) = (comparison::of_moments(&own, &outcomes), comparison::of_releases(&own, &earlier));
        Ok(Show { frame, survey: own.survey, results: own.results, sections, comments, moments, releases })
    }

    fn scores(&self) -> Scores {
        Scores::of(&self.results, None)
    }

    /// Whether an anonymous survey still keeps its answers to itself.
    fn is_waiting(&self) -> bool {
        self.survey.anonymous && !self.is_closed()
    }

    fn is_closed(&self) -> bool {
        self.survey.state == SurveyState::Closed
    }

    fn is_draft(&self) -> bool {
        self.survey.state == SurveyState::Draft
    }
}

impl Scores {
    fn of(results: &Results, audience: Option<Audience>) -> Scores {
        let (ratings, recommendations) = (results.ratings(audience), results.recommendations(audience));
        Scores { csat: ratings.csat().map(|it| (it, ratings.answers)), nps: recommendations.nps().map(|it| (signed(it), recommendations.answers)) }
    }

    fn is_empty(&self) -> bool {
        self.csat.is_none() && self.nps.is_none()
    }
}

impl Section {
    fn of(results: &Results, group: &Group) -> Section {
        let asked = |(at, (question, figures)): (usize, (&Question, Figures))| Asked {
            text: question.text.clone(),
            kind: question.kind,
            note: charts::note(&figures),
            chart: BarChart::of(format!("{}-{at}", group.audience.word()), &question.text, question.kind, &figures),
            figures,
        };
        Section {
            audience: group.audience,
            answered: group.answered,
            invited: group.invited,
            rate: group.rate(),
            showing: results.showing(group),
            questions: results.figures(group).into_iter().enumerate().map(asked).collect(),
            scores: Scores::of(results, Some(group.audience)),
        }
    }

    fn is_waiting(&self) -> bool {
        self.showing == Showing::NotYet
    }

    fn is_too_small(&self) -> bool {
        self.showing == Showing::TooFew
    }
}

impl Asked {
    fn is_text(&self) -> bool {
        self.kind == QuestionKind::Text
    }
}

impl Comments {
    /// What the audience of the address wrote, or the first one that wrote anything; `None` where nothing was written or nothing may be shown.
    fn load(conn: &mut PgConnection, own: &Outcome, fields: &Fields, named: bool) -> app::Result<Option<Comments>> {
        let wrote = |group: &&Group| own.results.figures(group).iter().any(|(it, figures)| it.kind == QuestionKind::Text && figures.answers > 0);
        let groups: Vec<&Group> = own.results.shown().filter(wrote).collect();
        let chosen: Option<Audience> = match fields.text("audience") {
            "" => None,
            word => Some(word.parse().map_err(|_| Error::NotFound)?),
        };
        let Some(group) = groups.iter().find(|it| chosen.is_none_or(|chosen| it.audience == chosen)) else { return Ok(None) };
        let after: Option<ResponseId> = match fields.text("after") {
            "" => None,
            id => Some(id.parse().map_err(|_| Error::NotFound)?),
        };
        let questions: Vec<&Question> = group.questions.iter().filter(|it| it.kind == QuestionKind::Text).collect();
        let keys = questions.iter().map(|it| it.key.clone()).collect();
        let wanted = Wanted { survey: own.survey.id, audience: group.audience, answering: Some(keys), after };
        let mut found = results::responses(conn, &wanted, PAGE + 1)?;
        let is_last = found.len() as i64 <= PAGE;
        found.truncate(PAGE as usize);
        let last = found.last().filter(|_| !is_last).map(|it| it.id);
        let more = last.map(|it| format!("/surveys/{}/results?audience={}&after={it}#comments", own.survey.id, group.audience.word()));
        let list = found.into_iter().map(|it| Comment::of(it, &questions, named)).collect();
        Ok(Some(Comments { audience: group.audience, audiences: groups.iter().map(|it| it.audience).collect(), list, more }))
    }
}

impl Comment {
    fn of(response: Response, questions: &[&Question], named: bool) -> Comment {
        let text = |question: &&Question| (question.text.clone(), said(question, response.answers.get(&question.key)));
        let texts = questions.iter().map(text).filter(|(_, it)| !it.is_empty()).collect();
        Comment { who: response.name.filter(|it| !it.is_empty()).or(response.email).filter(|_| named), texts }
    }
}
