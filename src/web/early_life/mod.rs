//! Early life support of a release: how it stands, its charts, and the forms with which it is kept.

mod chart;
pub mod entries;
pub mod export;
pub mod issues;
pub mod known_errors;
pub mod metrics;
pub mod readings;
pub mod team;

use super::form::{Fields, Form};
use super::frame::Frame;
use super::page::{self, Answer};
use super::records::id_of;
use crate::app::early_life::{self as actions, EarlyLife, criteria, day_of, signing};
use crate::app::links::Keys;
use crate::app::{self, Context, Error, FormErrors, records};
use crate::config::BaseUrl;
use crate::domain::early_life::{Course, Exit, Fault, Outlook, Span};
use crate::domain::ids::RecordId;
use crate::domain::people::{Action, Actor};
use crate::domain::records::RecordKind;
use crate::domain::requirements::Requirement;
use crate::store::PgConnection;
use crate::store::early_life::issues::Issue;
use crate::store::early_life::known_errors::KnownError;
use crate::store::early_life::metrics::Metric;
use crate::store::early_life::team::Member;
use crate::store::early_life::{issues as issue_rows, known_errors as error_rows, team as team_rows};
use crate::store::records::{Full, full};
use crate::store::visits;
use actix_web::HttpRequest;
use actix_web::web::{Data, Path};
use askama::Template;
use chart::Chart;
use chrono::{Datelike, NaiveDate};

/// A metric with how it stands and where it goes.
pub struct Shown {
    pub metric: Metric,
    pub course: Course,
    pub outlook: String,
    pub is_late: bool,
    pub chart: Option<Chart>,
}

impl Shown {
    /// The field for its reading of a day.
    pub fn field(&self) -> String {
        field_of(&self.metric)
    }
}

fn field_of(metric: &Metric) -> String {
    format!("value-{}", metric.id)
}

/// The forms of the page, as they were typed.
#[derive(Default)]
struct Forms {
    /// The readings of a day.
    day: Form,
    /// Many readings.
    table: Form,
    agreement: Form,
    /// What is wrong with readings, one by one.
    faults: Vec<Fault>,
}

#[derive(Template)]
#[template(path = "early_life/show.html")]
struct Show {
    frame: Frame,
    full: Full,
    life: EarlyLife,
    exit: Exit,
    shown: Vec<Shown>,
    span: Span,
    end: Option<NaiveDate>,
    issues: Vec<Issue>,
    known_errors: Vec<KnownError>,
    team: Vec<Member>,
    may_move: bool,
    may_support: bool,
    may_accept: bool,
    /// The group that agrees to the criteria and takes support over, and whether the reader stands for it.
    receiving: String,
    may_agree: bool,
    /// Whether this phase is left by exiting early life support.
    asks_exit: bool,
    forms: Forms,
    /// What a program signs its readings with, for those who may know.
    key: Option<String>,
    /// Where a program sends them.
    address: String,
    /// The criteria as they are shown.
    criteria: String,
}

impl Show {
    fn load(conn: &mut PgConnection, frame: Frame, actor: &Actor, id: RecordId, mut forms: Forms, place: &Place) -> app::Result<Show> {
        let full = release(conn, id)?;
        let visits = visits::list(conn, id)?;
        let life = EarlyLife::load(conn, &full, &visits)?;
        let span = actions::span(&full, &visits, frame.now);
        let asks_exit = full.record.is_open() && app::phases::asked_for(full.phase()?, Requirement::ExitCriteriaMet);
        let end = full.record.phase_due_at.filter(|_| life.has_begun() && asks_exit).map(|it| day_of(it, &full));
        let shown = life.metrics.iter().map(|it| shown(&life, it, span.today, end)).collect();
        let may_move = full.record.is_open() && actor.may(records::moving(actor, &full.record));
        if !forms.day.is_set("day") {
            forms.day.fields.set("day", span.today.to_string());
        }
        let day = forms.day.text("day").parse().unwrap_or(span.today);
        prefill(&mut forms.day, &life, day);
        Ok(Show {
            exit: life.exit(Some(span.today)),
            criteria: criteria::shown(&life.metrics),
            key: life.plan.as_ref().filter(|_| may_move).map(|it| signing::key(&place.keys, &it.salt)),
            address: place.base.join(&format!("/api/releases/{id}/readings")),
            issues: issue_rows::list(conn, id)?,
            known_errors: error_rows::list(conn, id)?,
            team: team_rows::list(conn, id)?,
            may_support: full.record.is_open() && actor.may(actions::supporting(actor, &full.record)),
            may_accept: full.record.is_open() && app::early_life::known_errors::may_accept(conn, actor, &full)?,
            receiving: app::handovers::receiving_group(conn, &full)?.map_or_else(|| "the group that takes over".into(), |(_, name)| name),
            may_agree: full.record.is_open() && app::handovers::receives(conn, actor, &full)?,
            asks_exit,
            may_move,
            shown,
            span,
            end,
            life,
            forms,
            full,
            frame,
        })
    }

    fn met(&self) -> usize {
        self.exit.met()
    }

    /// The days of which something is known, newest first; each can be corrected.
    fn days(&self) -> Vec<NaiveDate> {
        let known = self.shown.iter().filter_map(|it| it.chart.as_ref()).flat_map(|it| it.points.iter().map(|it| it.day));
        known.collect::<std::collections::BTreeSet<_>>().into_iter().rev().take(7).collect()
    }

    fn open_issues(&self) -> usize {
        self.issues.iter().filter(|it| it.state == crate::domain::early_life::IssueState::Open).count()
    }

    fn takes_readings(&self) -> bool {
        self.may_support && self.span.from.is_some() && !self.shown.is_empty()
    }

    /// An example of what a program sends.
    fn example(&self) -> String {
        let name = self.shown.first().map_or("Calls a day", |it| it.metric.criterion.name.as_str());
        let body = serde_json::json!({ "readings": [{ "day": self.span.today, "metric": name, "value": 12.5 }] });
        body.to_string().replace('\'', "'\\''")
    }
}

/// What is known of the day, where nothing was typed yet; and what was known when it was shown.
fn prefill(form: &mut Form, life: &EarlyLife, day: NaiveDate) {
    if form.fields.has("seen") {
        return;
    }
    form.fields.set("seen", crate::app::early_life::readings::shown(life, day));
    form.fields.set("seen_day", day.to_string());
    for metric in &life.metrics {
        if let Some(value) = life.readings(metric).get(&day) {
            form.fields.set(&field_of(metric), crate::domain::early_life::written(*value));
        }
    }
}

/// A release, or nothing that is found here.
fn release(conn: &mut PgConnection, id: RecordId) -> app::Result<Full> {
    let full = full(conn, id)?;
    match full.record.kind {
        RecordKind::Release => Ok(full),
        RecordKind::Change => Err(Error::NotFound),
    }
}

fn shown(life: &EarlyLife, metric: &Metric, today: NaiveDate, end: Option<NaiveDate>) -> Shown {
    let outlook = life.outlook(metric);
    let readings = life.readings(metric);
    Shown {
        course: life.course(metric, Some(today)),
        outlook: said(outlook, today, end),
        is_late: match outlook {
            Outlook::On(day) => end.is_some_and(|end| day > end),
            Outlook::Never => true,
            Outlook::Met | Outlook::Unknown => false,
        },
        chart: Chart::of(&metric.criterion, &readings, end),
        metric: metric.clone(),
    }
}

/// Where a metric goes, as a sentence; empty if it is there.
fn said(outlook: Outlook, today: NaiveDate, end: Option<NaiveDate>) -> String {
    let written = |day: NaiveDate| day.format(if day.year() == today.year() { "%-d %B" } else { "%-d %B %Y" }).to_string();
    match outlook {
        Outlook::Met => String::new(),
        Outlook::Unknown => "Three readings show a trend.".to_owned(),
        Outlook::Never => "By its trend it does not get better.".to_owned(),
        Outlook::On(day) if day < today => format!("By its trend it was to be normal on {}: record how it is today.", written(day)),
        Outlook::On(day) => match end.map(|end| (day - end).num_days()) {
            Some(1) => format!("By its trend it will be normal on {}, one day too late.", written(day)),
            Some(late @ 2..) => format!("By its trend it will be normal on {}, {late} days too late.", written(day)),
            Some(_) => format!("By its trend it will be normal on {}, in time.", written(day)),
            None => format!("By its trend it will be normal on {}.", written(day)),
        },
    }
}

/// What of the installation the page speaks of.
struct Place {
    keys: Keys,
    base: BaseUrl,
}

impl Place {
    fn of(req: &HttpRequest) -> app::Result<Place> {
        let keys = req.app_data::<Data<Keys>>().ok_or(Error::NotFound)?;
        let base = req.app_data::<Data<BaseUrl>>().ok_or(Error::NotFound)?;
        Ok(Place { keys: keys.get_ref().clone(), base: base.get_ref().clone() })
    }
}

pub async fn show(ctx: Context, req: HttpRequest, id: Path<String>) -> Answer {
    let id: RecordId = id_of(&id)?;
    let query = Fields::of_query(req.query_string());
    let mut forms = Forms::default();
    if let Ok(day) = query.text("day").parse::<NaiveDate>() {
        forms.day.fields.set("day", day.to_string());
    }
    let (frame, actor, place) = (page::frame(&ctx, &req), ctx.actor.clone(), Place::of(&req)?);
    page::show(&ctx, move |conn| Show::load(conn, frame, &actor, id, forms, &place)).await
}

/// The page again, with what was typed and what is wrong with it.
async fn again(ctx: &Context, req: &HttpRequest, id: RecordId, forms: Forms) -> app::Result<Show> {
    let (frame, actor, place) = (page::frame(ctx, req), ctx.actor.clone(), Place::of(req)?);
    ctx.read(move |conn| Show::load(conn, frame, &actor, id, forms, &place)).await
}

fn path(id: RecordId) -> String {
    format!("/records/{id}/early-life")
}

/// Somebody of the group that takes over agrees to the criteria.
pub async fn agree(ctx: Context, req: HttpRequest, id: Path<String>, fields: Fields) -> Answer {
    let id: RecordId = id_of(&id)?;
    let seen = fields.text("criteria").to_owned();
    match ctx.write(move |tx| criteria::agree(tx, id, &seen)).await {
        Ok(()) => page::see_with(&format!("{}#criteria", path(id)), "The agreement is recorded."),
        Err(Error::Stale) => {
            let errors = FormErrors::of("criteria", "The criteria changed while you looked at them. Look again, then record the agreement.");
            page::conflict(&again(&ctx, &req, id, Forms { agreement: Form::refused(fields, errors), ..Forms::default() }).await?)
        }
        Err(other) => Err(other.into()),
    }
}

/// Whether this actor may do something with an open release; else why not.
fn permitted(actor: &Actor, full: &Full, action: fn(&Actor, &crate::store::records::Record) -> Action) -> app::Result<()> {
    let action = action(actor, &full.record);
    if !actor.may(action) {
        return Err(Error::Forbidden(action));
    }
    if full.record.is_open() { Ok(()) } else { Err(crate::domain::refusals::Refusal::Ended.into()) }
}
