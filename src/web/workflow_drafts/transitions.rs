//! Ways out of a phase of a draft.

use super::desk::{Desk, again, answer, desk, permitted};
use super::phases::direction;
use crate::app::workflow_drafts as actions;
use crate::app::{self, Context, Error, FormErrors};
use crate::domain::ids::WorkflowDraftId;
use crate::domain::records::{RecordKind, RecordState};
use crate::domain::text;
use crate::domain::workflows::checking::{Finding, Place};
use crate::domain::workflows::editing::{self, Edit, Way};
use crate::domain::workflows::{Phase, PhaseKind, Transition, TransitionKind, Workflow};
use crate::web::form::{Choice, Fields, Form};
use crate::web::frame::Frame;
use crate::web::page::{self, Answer};
use actix_web::HttpRequest;
use actix_web::web::Path;
use askama::Template;

#[derive(Template)]
#[template(path = "workflow_drafts/transition.html")]
struct Page {
    frame: Frame,
    desk: Desk,
    /// The phase that it leads out of.
    phase: String,
    /// None while it is being added.
    key: Option<String>,
    form: Form,
}

impl Page {
    fn phase_name(&self) -> String {
        self.desk.phase_name(&self.phase)
    }

    /// As it stands in the draft; None also where somebody has just removed it.
    fn transition(&self) -> Option<&Transition> {
        self.key.as_deref().and_then(|key| self.desk.workflow().phase(&self.phase)?.transition(key))
    }

    fn marked(&self) -> Option<&str> {
        Some(&self.phase)
    }

    fn concerning(&self) -> Vec<&Finding> {
        let place = self.key.as_ref().map(|key| Place::Transition(self.phase.clone(), key.clone()));
        place.map(|it| self.desk.findings_at(&it)).unwrap_or_default()
    }

    fn reasons(&self) -> Vec<Choice> {
        Choice::list([("yes", "Yes"), ("no", "No")])
    }

    fn action(&self) -> String {
        let transition = self.key.as_ref().map_or_else(String::new, |key| format!("/{key}"));
        format!("{}/phases/{}/transitions{transition}", self.desk.address(), self.phase)
    }

    fn kinds(&self) -> Vec<Choice> {
        Choice::list(TransitionKind::ALL.iter().map(|it| (it.word(), it.label())))
    }

    fn sources(&self) -> Vec<Choice> {
        self.desk.phases(|it| !it.is_end())
    }

    fn targets(&self) -> Vec<Choice> {
        self.desk.phases(|_| true)
    }

    fn requirements(&self) -> Vec<Choice> {
        let mut all = editing::requirements(self.desk.kind());
        let kept = self.transition().map(|it| it.requirements.clone()).unwrap_or_default();
        all.extend(kept.into_iter().filter(|it| !editing::requirements(self.desk.kind()).contains(it)));
        Choice::list(all.iter().map(|it| (it.word(), it.label())))
    }

    fn outcomes(&self) -> Vec<Choice> {
        let usual = self.desk.kind().outcomes();
        let mut all = usual.to_vec();
        all.extend(self.transition().and_then(|it| it.outcome).filter(|it| !usual.contains(it)));
        Choice::list(all.iter().map(|it| (it.word(), it.label())))
    }
}

fn filled(desk: &Desk, phase: &str, it: &Transition) -> Fields {
    let mut fields = Fields::default();
    fields.set("version", desk.draft.version.to_string());
    fields.set("from", phase);
    fields.set("to", &it.to);
    fields.set("kind", it.kind.word());
    fields.set("label", &it.label);
    fields.set("asks_reason", if it.asks_reason { "yes" } else { "no" });
    fields.set("outcome", it.outcome.map_or("", RecordState::word));
    fields.set_all("requirements", it.requirements.iter().map(|it| it.word().to_owned()).collect());
    fields
}

/// Where it leads out of, and what it is.
fn read(fields: &Fields) -> Result<(String, Way), FormErrors> {
    let mut errors = FormErrors::default();
    let label = errors.check("label", text::line(fields.text("label")));
    let kind = fields.required("kind", &mut errors);
    let to: Option<String> = fields.required("to", &mut errors);
    let from: Option<String> = fields.required("from", &mut errors);
    let requirements = fields.several("requirements", &mut errors);
    let outcome = fields.optional("outcome", &mut errors);
    match (label.zip(kind), to.zip(from)) {
        (Some((label, kind)), Some((to, from))) if errors.is_empty() => {
            let asks_reason = match fields.text("asks_reason") {
                "" => editing::usually_asks(kind),
                said => said == "yes",
            };
            Ok((from, Way { kind, to, label, requirements, asks_reason, outcome }))
        }
        (Some(_) | None, Some(_) | None) => Err(errors),
    }
}

/// Most phases lead on to the next one of the main way, and the last main one to the end; a side phase is entered by backing out only.
fn propose(fields: &mut Fields, workflow: &Workflow, kind: RecordKind, phase: &str) {
    let mut behind = workflow.phases.iter().skip_while(|it| it.key != phase).skip(1);
    let on = |it: &Phase| (TransitionKind::Advance, it.key.clone(), format!("Go on to {}", it.name));
    let close = |it: &Phase| (TransitionKind::Close, it.key.clone(), format!("Close the {}", kind.label()));
    let next = behind.find(|it| it.kind == PhaseKind::Main).map(on);
    let is_main = workflow.phase(phase).is_some_and(|it| it.kind == PhaseKind::Main);
    let end = || workflow.phases.iter().find(|it| it.is_end() && is_main).map(close);
    let Some((way, to, label)) = next.or_else(end) else { return };
    if way == TransitionKind::Close {
        fields.set("outcome", editing::usual_outcome(way, kind).word());
    }
    fields.set("kind", way.word());
    fields.set("to", to);
    fields.set("label", label);
}

pub async fn new(ctx: Context, req: HttpRequest, path: Path<(String, String)>) -> Answer {
    permitted(&ctx)?;
    let (id, phase) = (parsed(&path.0)?, path.1.clone());
    let desk = desk(&ctx, id, None).await?;
    let source = desk.phase(&phase)?;
    let mut fields = Fields::default();
    fields.set("version", desk.draft.version.to_string());
    fields.set("from", &phase);
    if source.advance().is_none() {
        propose(&mut fields, desk.workflow(), desk.kind(), &phase);
    }
    page::html(&Page { frame: page::frame(&ctx, &req), desk, phase, key: None, form: Form::of(fields) })
}

pub async fn edit(ctx: Context, req: HttpRequest, path: Path<(String, String, String)>) -> Answer {
    permitted(&ctx)?;
    let (id, phase, key) = (parsed(&path.0)?, path.1.clone(), path.2.clone());
    let desk = desk(&ctx, id, None).await?;
    let mut fields = filled(&desk, &phase, desk.phase(&phase)?.transition(&key).ok_or(Error::NotFound)?);
    // From the page of a phase that nothing leads to yet.
    let query = Fields::of_query(req.query_string());
    if let Some(goal) = desk.workflow().phase(query.text("to")).filter(|it| !it.is_end()) {
        fields.set("kind", TransitionKind::Advance.word());
        fields.set("to", &goal.key);
        fields.set("label", format!("Go on to {}", goal.name));
        fields.set("outcome", "");
    }
    page::html(&Page { frame: page::frame(&ctx, &req), desk, phase, key: Some(key), form: Form::of(fields) })
}

pub async fn create(ctx: Context, req: HttpRequest, path: Path<(String, String)>, mut fields: Fields) -> Answer {
    permitted(&ctx)?;
    let (id, phase) = (parsed(&path.0)?, path.1.clone());
    if !fields.has("from") {
        fields.set("from", &phase);
    }
    let read = read(&fields);
    let asks = fields.text("asks_reason").is_empty() && read.as_ref().is_ok_and(|(_, way)| way.asks_reason);
    let edit = read.map(|(from, way)| Edit::AddTransition { from, way });
    let done = carry_out(&ctx, id, &fields, edit).await;
    let said = if asks { "The way out is added. It asks for a reason, as such ways usually do." } else { "The way out is added." };
    let Err(error) = done else { return on(id, fields.text("from"), said) };
    again(&ctx, id, fields, error).await?.answer(|desk, form| Page { frame: page::frame(&ctx, &req), desk, phase, key: None, form })
}

pub async fn update(ctx: Context, req: HttpRequest, path: Path<(String, String, String)>, fields: Fields) -> Answer {
    permitted(&ctx)?;
    let (id, phase, key) = (parsed(&path.0)?, path.1.clone(), path.2.clone());
    let edit = read(&fields).map(|(from, way)| Edit::EditTransition { phase: phase.clone(), key: key.clone(), from, way });
    let done = carry_out(&ctx, id, &fields, edit).await;
    let Err(error) = done else { return on(id, fields.text("from"), "The way out is saved.") };
    again(&ctx, id, fields, error).await?.answer(|desk, form| Page { frame: page::frame(&ctx, &req), desk, phase, key: Some(key), form })
}

pub async fn shift(ctx: Context, req: HttpRequest, path: Path<(String, String, String)>, fields: Fields) -> Answer {
    permitted(&ctx)?;
    let (id, phase, key) = (parsed(&path.0)?, path.1.clone(), path.2.clone());
    let to = direction(&fields)?;
    let place = ways(id, &phase);
    let done = carry_out(&ctx, id, &fields, Ok(Edit::MoveTransition { phase, key, to })).await;
    answer(&ctx, &req, id, fields.version(), done, (place, "The order is saved.")).await
}

pub async fn destroy(ctx: Context, req: HttpRequest, path: Path<(String, String, String)>, fields: Fields) -> Answer {
    permitted(&ctx)?;
    let (id, phase, key) = (parsed(&path.0)?, path.1.clone(), path.2.clone());
    let place = ways(id, &phase);
    let done = carry_out(&ctx, id, &fields, Ok(Edit::RemoveTransition { phase, key })).await;
    answer(&ctx, &req, id, fields.version(), done, (place, "The way out is removed.")).await
}

/// One edit of the draft, as long as its form can be read.
pub(super) async fn carry_out(ctx: &Context, id: WorkflowDraftId, fields: &Fields, edit: Result<Edit, FormErrors>) -> app::Result<()> {
    let (seen, edit) = (fields.version(), edit?);
    ctx.write(move |tx| actions::edit(tx, id, seen, &edit)).await
}

fn on(id: WorkflowDraftId, phase: &str, notice: &str) -> Answer {
    page::see_with(&ways(id, phase), notice)
}

fn ways(id: WorkflowDraftId, phase: &str) -> String {
    format!("/workflow-drafts/{id}/phases/{phase}#ways")
}

pub(super) fn parsed<T: std::str::FromStr>(text: &str) -> app::Result<T> {
    text.parse().map_err(|_| Error::NotFound)
}
