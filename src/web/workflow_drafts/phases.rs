//! Phases of a draft: added, edited, put in another order, removed.

use super::desk::{Desk, again, answer, desk, desk_of, permitted};
use crate::app::workflow_drafts as actions;
use crate::app::{self, Context, Error, FormErrors};
use crate::domain::ids::WorkflowDraftId;
use crate::domain::records::Milestone;
use crate::domain::text;
use crate::domain::workflows::checking::Finding;
use crate::domain::workflows::editing::{self, Details, Direction, Edit};
use crate::domain::workflows::{Condition, Phase, PhaseKind, Transition};
use crate::web::form::{Choice, Fields, Form};
use crate::web::frame::Frame;
use crate::web::page::{self, Answer};
use crate::web::records::id_of;
use actix_web::HttpRequest;
use actix_web::web::Path;
use askama::Template;

#[derive(Template)]
#[template(path = "workflow_drafts/phase.html")]
struct Page {
    frame: Frame,
    desk: Desk,
    /// None while it is being added.
    key: Option<String>,
    form: Form,
}

impl Page {
    /// As it stands in the draft; None also where somebody has just removed it.
    fn phase(&self) -> Option<&Phase> {
        self.key.as_deref().and_then(|key| self.desk.workflow().phase(key))
    }

    fn marked(&self) -> Option<&str> {
        self.key.as_deref()
    }

    fn concerning(&self) -> Vec<&Finding> {
        self.key.as_deref().map(|it| self.desk.findings_in(it)).unwrap_or_default()
    }

    /// Where nothing leads to a main phase that is not the first: the one before it, with the way on that could lead here.
    fn leader(&self) -> Option<(&Phase, &Transition)> {
        let phase = self.phase().filter(|it| it.kind == PhaseKind::Main && self.arrivals().is_empty())?;
        let mut main = self.desk.workflow().phases.iter().filter(|it| it.kind == PhaseKind::Main);
        let before = main.by_ref().take_while(|it| it.key != phase.key).last()?;
        Some((before, before.advance()?))
    }

    fn action(&self) -> String {
        let phase = self.key.as_ref().map_or_else(String::new, |key| format!("/{key}"));
        format!("{}/phases{phase}", self.desk.address())
    }

    fn kinds(&self) -> Vec<Choice> {
        PhaseKind::ALL.iter().map(|it| Choice::new(it.word(), it.label()).hint(meaning(*it))).collect()
    }

    fn milestones(&self) -> Vec<Choice> {
        Choice::list(Milestone::ALL.iter().map(|it| (it.word(), it.label())))
    }

    fn conditions(&self) -> Vec<Choice> {
        Choice::list(Condition::ALL.iter().map(|it| (it.word(), format!("Only {}", it.label()))))
    }

    fn sections(&self) -> Vec<Choice> {
        let mut sections = editing::sections(self.desk.kind());
        let chosen = self.phase().map(|it| it.sections.clone()).unwrap_or_default();
        sections.extend(chosen.into_iter().filter(|it| !editing::sections(self.desk.kind()).contains(it)));
        Choice::list(sections.iter().map(|it| (it.word(), it.label())))
    }

    fn places(&self) -> Vec<Choice> {
        self.desk.phases(|_| true).into_iter().map(|it| Choice { label: format!("After {}", it.label), ..it }).collect()
    }

    /// The phases that can take over what leads here.
    fn heirs(&self) -> Vec<Choice> {
        self.desk.phases(|it| Some(it.key.as_str()) != self.key.as_deref())
    }

    /// Labels of the ways that lead here, each with the phase that it leads out of.
    fn arrivals(&self) -> Vec<String> {
        let here = |it: &&Transition| Some(it.to.as_str()) == self.key.as_deref();
        let of_phase = |phase: &Phase| phase.transitions.iter().filter(here).map(|it| format!("“{}” in {}", it.label, phase.name)).collect::<Vec<_>>();
        self.desk.workflow().phases.iter().flat_map(of_phase).collect()
    }
}

const fn meaning(kind: PhaseKind) -> &'static str {
    match kind {
        PhaseKind::Main => "On the way that records usually take",
        PhaseKind::Side => "Beside it, such as a back-out",
        PhaseKind::End => "Nothing follows: records end here",
    }
}

fn filled(desk: &Desk, phase: &Phase) -> Fields {
    let mut fields = Fields::default();
    let of = Details::of(phase);
    fields.set("version", desk.draft.version.to_string());
    fields.set("name", of.name);
    fields.set("kind", of.kind.word());
    fields.set("milestone", of.milestone.word());
    fields.set("condition", of.condition.map_or("", Condition::word));
    fields.set("target_days", of.target_days.map_or_else(String::new, |it| it.to_string()));
    fields.set("group", of.group.unwrap_or_default());
    fields.set("scope_frozen", if of.scope_frozen { "yes" } else { "" });
    fields.set_all("sections", of.sections.iter().map(|it| it.word().to_owned()).collect());
    fields
}

fn read(fields: &Fields) -> Result<Details, FormErrors> {
    let mut errors = FormErrors::default();
    let name = errors.check("name", text::line(fields.text("name")));
    let kind = fields.required("kind", &mut errors);
    let milestone = fields.required("milestone", &mut errors);
    let sections = fields.several("sections", &mut errors);
    let condition = fields.optional("condition", &mut errors);
    let target_days = days(fields, "target_days", &mut errors);
    let group = Some(fields.text("group").to_owned()).filter(|it| !it.is_empty());
    match (name.zip(kind), milestone) {
        (Some((name, kind)), Some(milestone)) if errors.is_empty() => {
            Ok(Details { name, kind, milestone, scope_frozen: fields.is_set("scope_frozen"), sections, target_days, group, condition })
        }
        (Some(_) | None, Some(_) | None) => Err(errors),
    }
}

/// A number of working days, if one was written.
pub(super) fn days(fields: &Fields, name: &'static str, errors: &mut FormErrors) -> Option<u32> {
    let text = fields.text(name).trim();
    if text.is_empty() { None } else { errors.check(name, text.parse().map_err(|_| "Write a whole number, such as 5.")) }
}

pub async fn new(ctx: Context, req: HttpRequest, id: Path<String>) -> Answer {
    permitted(&ctx)?;
    let desk = desk(&ctx, id_of(&id)?, None).await?;
    let mut fields = Fields::default();
    fields.set("version", desk.draft.version.to_string());
    fields.set("kind", PhaseKind::Main.word());
    // Behind the one that was just looked at; else where most are added, as the last one before the ends.
    let query = Fields::of_query(req.query_string());
    let behind = desk.workflow().phase(query.text("after")).filter(|it| it.kind == PhaseKind::Main);
    if let Some(phase) = behind.or_else(|| desk.workflow().phases.iter().rfind(|it| it.kind == PhaseKind::Main)) {
        fields.set("after", &phase.key);
        fields.set("milestone", phase.milestone.word());
        fields.set_all("sections", phase.sections.iter().map(|it| it.word().to_owned()).collect());
    }
    page::html(&Page { frame: page::frame(&ctx, &req), desk, key: None, form: Form::of(fields) })
}

pub async fn edit(ctx: Context, req: HttpRequest, path: Path<(String, String)>) -> Answer {
    permitted(&ctx)?;
    let (id, key) = ids(&path)?;
    let desk = desk(&ctx, id, None).await?;
    let fields = filled(&desk, desk.phase(&key)?);
    page::html(&Page { frame: page::frame(&ctx, &req), desk, key: Some(key), form: Form::of(fields) })
}

pub async fn create(ctx: Context, req: HttpRequest, id: Path<String>, fields: Fields) -> Answer {
    permitted(&ctx)?;
    let id: WorkflowDraftId = id_of(&id)?;
    let before = desk_of(&ctx, id, None, &fields).await?;
    let seen = fields.version();
    let after = Some(fields.text("after").to_owned()).filter(|it| !it.is_empty());
    let key = editing::new_key(before.workflow(), fields.text("name"));
    let done = match read(&fields) {
        Ok(details) => ctx.write(move |tx| actions::edit(tx, id, seen, &Edit::AddPhase { details, after })).await,
        Err(errors) => Err(errors.into()),
    };
    if let Err(error) = done {
        return again(&ctx, id, fields, error).await?.answer(|desk, form| Page { frame: page::frame(&ctx, &req), desk, key: None, form });
    }
    page::see_with(&format!("/workflow-drafts/{id}/phases/{key}#ways"), "The phase is added. Say now where it leads.")
}

pub async fn update(ctx: Context, req: HttpRequest, path: Path<(String, String)>, fields: Fields) -> Answer {
    permitted(&ctx)?;
    let (id, key) = ids(&path)?;
    let seen = fields.version();
    let edit = read(&fields).map(|details| Edit::EditPhase { key: key.clone(), details });
    let done = match edit {
        Ok(edit) => ctx.write(move |tx| actions::edit(tx, id, seen, &edit)).await,
        Err(errors) => Err(errors.into()),
    };
    if let Err(error) = done {
        return again(&ctx, id, fields, error).await?.answer(|desk, form| Page { frame: page::frame(&ctx, &req), desk, key: Some(key), form });
    }
    page::see_with(&format!("/workflow-drafts/{id}#phase-{key}"), "The phase is saved.")
}

pub async fn shift(ctx: Context, req: HttpRequest, path: Path<(String, String)>, fields: Fields) -> Answer {
    permitted(&ctx)?;
    let (id, key) = ids(&path)?;
    let (seen, to) = (fields.version(), direction(&fields)?);
    let place = format!("/workflow-drafts/{id}#phase-{key}");
    let done = ctx.write(move |tx| actions::edit(tx, id, seen, &Edit::MovePhase { key, to })).await;
    answer(&ctx, &req, id, seen, done, (place, "The order is saved.")).await
}

pub async fn destroy(ctx: Context, req: HttpRequest, path: Path<(String, String)>, fields: Fields) -> Answer {
    permitted(&ctx)?;
    let (id, key) = ids(&path)?;
    let seen = fields.version();
    let heir = Some(fields.text("heir").to_owned()).filter(|it| !it.is_empty());
    let done = ctx.write(move |tx| actions::edit(tx, id, seen, &Edit::RemovePhase { key, heir })).await;
    answer(&ctx, &req, id, seen, done, (format!("/workflow-drafts/{id}#phases"), "The phase is removed.")).await
}

pub(super) fn direction(fields: &Fields) -> app::Result<Direction> {
    Direction::from_word(fields.text("to")).ok_or_else(|| FormErrors::of("to", "Choose up or down.").into())
}

fn ids(path: &Path<(String, String)>) -> app::Result<(WorkflowDraftId, String)> {
    let (id, key) = &**path;
    Ok((id.parse().map_err(|_| Error::NotFound)?, key.clone()))
}
