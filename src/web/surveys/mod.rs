//! The surveys of a release, and the page of one: what it asks, when, whom, and who has answered.

pub mod edit;
pub mod invited;
pub mod state;

pub use edit::{create, edit, new, update};

use super::form::Fields;
use super::frame::Frame;
use super::page::{self, Answer};
use super::records::id_of;
use super::results::knows_who;
use crate::app::notices::reach::Reach;
use crate::app::sheet::Sheet;
use crate::app::{self, Context, Error, records as actions};
use crate::domain::ids::{InvitationId, RecordId, SurveyId};
use crate::domain::notices::Rule;
use crate::domain::people::Actor;
use crate::domain::surveys::{Audience, SurveyState};
use crate::domain::workflows::Workflow;
use crate::store::PgConnection;
use crate::store::records::{self, Full, Record};
use crate::store::surveys::people::{self, Invitation};
use crate::store::surveys::{self, Asked, Count, Survey};
use actix_web::HttpRequest;
use actix_web::web::Path;
use askama::Template;
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;

const PAGE: i64 = 100;

/// Whether somebody may ask about a release: whoever may move it, while it is open.
fn may_ask(actor: &Actor, record: &Record) -> bool {
    record.is_open() && actor.may(actions::moving(actor, record))
}

/// The permission, for pages that only lead to an action.
fn permitted(actor: &Actor, record: &Record) -> app::Result<()> {
    let action = actions::moving(actor, record);
    if !actor.may(action) {
        return Err(Error::Forbidden(action));
    }
    if record.is_open() { Ok(()) } else { Err(crate::domain::refusals::Refusal::Ended.into()) }
}

/// A survey in a list, with how many were asked and have answered.
pub struct Listed {
    pub survey: Survey,
    pub count: Count,
}

/// The surveys of a release, oldest first; two queries.
pub fn listed(conn: &mut PgConnection, record: RecordId) -> app::Result<Vec<Listed>> {
    let all = surveys::of_record(conn, record)?;
    let ids: Vec<SurveyId> = all.iter().map(|it| it.id).collect();
    let counts = if ids.is_empty() { BTreeMap::new() } else { surveys::counts(conn, &ids)? };
    let count = |id: SurveyId| counts.iter().filter(|((it, _), _)| *it == id).fold(Count::default(), |sum, (_, count)| sum.and(*count));
    Ok(all.into_iter().map(|it| Listed { count: count(it.id), survey: it }).collect())
}

/// When a survey opens or closes, in words that a time may follow.
pub struct Dates {
    pub opens: String,
    pub opens_at: Option<DateTime<Utc>>,
    pub closes: String,
    pub closes_at: Option<DateTime<Utc>>,
}

pub fn dates(survey: &Survey, workflow: &Workflow) -> Dates {
    let phase = survey.phase.as_ref().map(|key| workflow.phase(key).map_or(key.clone(), |it| it.name.clone()));
    let opens = match (survey.opened_at, survey.opens_at, &phase) {
        (Some(_), _, _) => "Opened".to_owned(),
        (None, Some(_), _) => "Opens".to_owned(),
        (None, None, Some(phase)) => format!("Opens when {phase} begins"),
        (None, None, None) => "Opens by hand".to_owned(),
    };
    let closes = match (survey.closed_at, survey.closes_at, &phase) {
        (Some(_), _, _) => "Closed".to_owned(),
        (None, Some(_), Some(phase)) => format!("Closes when {phase} ends, at the latest"),
        (None, Some(_), None) => "Closes".to_owned(),
        (None, None, Some(phase)) => format!("Closes when {phase} ends"),
        (None, None, None) => "Closes by hand, at the latest with the release".to_owned(),
    };
    Dates { opens, opens_at: survey.opened_at.or(survey.opens_at), closes, closes_at: survey.closed_at.or(survey.closes_at) }
}

#[derive(Template)]
#[template(path = "surveys/index.html")]
struct Index {
    frame: Frame,
    full: Full,
    surveys: Vec<Listed>,
    may_ask: bool,
}

impl Index {
    fn dates(&self, survey: &Survey) -> Dates {
        dates(survey, &self.full.workflow)
    }
}

pub async fn index(ctx: Context, req: HttpRequest, id: Path<String>) -> Answer {
    let id: RecordId = id_of(&id)?;
    let (frame, actor) = (page::frame(&ctx, &req), ctx.actor.clone());
    page::show(&ctx, move |conn| {
        let full = records::full(conn, id)?;
        if full.release.is_none() {
            return Err(Error::NotFound);
        }
        Ok(Index { surveys: listed(conn, id)?, may_ask: may_ask(&actor, &full.record), frame, full })
    })
    .await
}

#[derive(Template)]
#[template(path = "surveys/show.html")]
struct Show {
    frame: Frame,
    sheet: Sheet,
    survey: Survey,
    asked: Vec<(Asked, Count)>,
    people: Vec<Invitation>,
    /// The audience whose people are shown, if it is one.
    only: Option<Audience>,
    /// The address of the next page of people.
    more: Option<String>,
    may_ask: bool,
    /// Whether the reader is told who is on the list.
    knows_who: bool,
    /// How many people it mails that the survey is closed.
    closing_mails: usize,
}

impl Show {
    fn total(&self) -> Count {
        self.asked.iter().fold(Count::default(), |sum, (_, count)| sum.and(*count))
    }

    fn dates(&self) -> Dates {
        dates(&self.survey, &self.sheet.full.workflow)
    }

    fn is_draft(&self) -> bool {
        self.survey.state == SurveyState::Draft
    }

    fn is_open(&self) -> bool {
        self.survey.state == SurveyState::Open
    }

    /// Why it did not open by itself when it should have, if nobody was on its list.
    fn missed(&self) -> Option<&'static str> {
        if self.missed_phase() {
            Some("The release has come to the phase that it opens with")
        } else {
            self.survey.has_missed_opening(self.frame.now).then_some("Its time to open has come")
        }
    }

    /// Whether it waits for a phase that the release is in already.
    fn missed_phase(&self) -> bool {
        self.is_draft() && self.survey.phase.as_ref() == Some(&self.sheet.full.record.phase)
    }
}

pub async fn show(ctx: Context, req: HttpRequest, id: Path<String>) -> Answer {
    let id: SurveyId = id_of(&id)?;
    let query = Fields::of_query(req.query_string());
    let only = Audience::from_word(query.text("audience"));
    let after: Option<InvitationId> = query.text("after").parse().ok();
    let (frame, actor) = (page::frame(&ctx, &req), ctx.actor.clone());
    page::show(&ctx, move |conn| {
        let survey = surveys::find(conn, id)?;
        let sheet = Sheet::load(conn, survey.record_id)?;
        let counts = surveys::counts(conn, &[id])?;
        let asked = surveys::audiences(conn, id)?;
        let asked = asked.into_iter().map(|it| (it.clone(), counts.get(&(id, it.audience)).copied().unwrap_or_default())).collect();
        let knows_who = knows_who(conn, &actor, survey.record_id)?;
        let mut people = if knows_who { people::page(conn, id, only, after, PAGE + 1)? } else { Vec::new() };
        let last = if people.len() as i64 > PAGE { people.pop().and(people.last()).map(|it| it.id) } else { None };
        let more = last.map(|it| format!("/surveys/{id}?audience={}&after={it}#people", only.map_or("", Audience::word)));
        let closing_mails = Reach::load(conn, &sheet, actor.id)?.of_news(&sheet, Rule::SurveyClosed);
        Ok(Show { may_ask: may_ask(&actor, &sheet.full.record), frame, sheet, survey, asked, people, only, more, knows_who, closing_mails })
    })
    .await
}
