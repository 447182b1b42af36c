//! Notification rules: everybody reads them, those who configure the process edit them and try them out.

pub mod edit;
pub mod recipients;

use super::form::{Choice, Fields, Form};
use super::frame::Frame;
use super::page::{self, Answer};
use crate::app::notification_rules::Known;
use crate::app::{self, Context, Error};
use crate::domain::notices::Rule;
use crate::domain::people::Action;
use crate::store::notification_rules::{self, Kept};
use actix_web::HttpRequest;
use askama::Template;

/// An event: who hears of it by default, and the rules that say otherwise.
struct Row {
    event: Rule,
    usual: Vec<String>,
    lines: Vec<Line>,
}

/// A rule in words.
struct Line {
    kept: Kept,
    place: String,
    recipients: Vec<String>,
}

#[derive(Template)]
#[template(path = "notification_rules/index.html")]
struct Index {
    frame: Frame,
    form: Form,
    workflows: Vec<Choice>,
    phases: Vec<Choice>,
    rows: Vec<Row>,
    /// How many rules there are, shown or not.
    count: usize,
}

impl Index {
    fn may_edit(&self) -> bool {
        self.frame.may(Action::ConfigureProcess)
    }

    fn is_filtered(&self) -> bool {
        self.form.is_set("workflow") || self.form.is_set("phase")
    }

    /// Where a new rule for this event begins: in the place that is looked at.
    fn address(&self, event: &Rule) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("event", event.word());
        for name in ["workflow", "phase"] {
            if self.form.is_set(name) {
                query.append_pair(name, self.form.text(name));
            }
        }
        format!("/notification-rules/new?{}", query.finish())
    }
}

/// Who hears of an event by default, each as some words.
fn usual(event: Rule) -> Vec<String> {
    let usual = event.usual();
    usual.concerned.into_iter().chain(usual.parties.iter().map(|it| it.label())).map(str::to_owned).collect()
}

/// The events that a rule can be about, to choose from.
fn events() -> Vec<Choice> {
    Choice::list(Rule::ALL.iter().filter(|it| it.may_be_ruled()).map(|it| (it.word(), it.label())))
}

fn workflows(known: &Known) -> Vec<Choice> {
    Choice::list(known.workflows.iter().map(|it| (&it.key, &it.name)))
}

fn phases(known: &Known) -> Vec<Choice> {
    Choice::list(known.phases())
}

pub async fn index(ctx: Context, req: HttpRequest) -> Answer {
    let frame = page::frame(&ctx, &req);
    let form = Form::of(Fields::of_query(req.query_string()));
    page::show(&ctx, move |conn| {
        let (known, all) = (Known::load(conn)?, notification_rules::list(conn)?);
        let (workflow, phase) = (form.text("workflow"), form.text("phase"));
        let is_of = |own: &Option<String>, wanted: &str| wanted.is_empty() || own.as_deref().is_none_or(|it| it == wanted);
        let row = |event: Rule| {
            let counts = |it: &&Kept| it.rule.event == event && is_of(&it.rule.workflow, workflow) && is_of(&it.rule.phase, phase);
            let line = |it: &Kept| Line { place: known.place(&it.rule), recipients: known.recipients(&it.rule.recipients), kept: it.clone() };
            Row { event, usual: usual(event), lines: all.iter().filter(counts).map(line).collect() }
        };
        let rows = Rule::ALL.iter().copied().filter(|it| it.may_be_ruled()).map(row).collect();
        Ok(Index { workflows: workflows(&known), phases: phases(&known), rows, count: all.len(), frame, form })
    })
    .await
}

fn permitted(ctx: &Context) -> app::Result<()> {
    if ctx.actor.may(Action::ConfigureProcess) { Ok(()) } else { Err(Error::Forbidden(Action::ConfigureProcess)) }
}
