//! Approval steps of a phase of a draft.

use super::desk::{Again, Desk, again, answer, desk, permitted};
use super::phases::days;
use super::transitions::{carry_out, parsed};
use crate::app::workflow_drafts as actions;
use crate::app::{Context, Error, FormErrors};
use crate::domain::approvals::{Rule, RuleWord};
use crate::domain::people::Role;
use crate::domain::text;
use crate::domain::workflows::checking::{self, Finding};
use crate::domain::workflows::editing::Edit;
use crate::domain::workflows::{ApprovalStep, Approvers, Covered, SelfApproval};
use crate::store::choices;
use crate::web::form::{Choice, Fields, Form};
use crate::web::frame::Frame;
use crate::web::page::{self, Answer};
use actix_web::HttpRequest;
use actix_web::web::Path;
use askama::Template;

#[derive(Template)]
#[template(path = "workflow_drafts/approval.html")]
struct Page {
    frame: Frame,
    desk: Desk,
    phase: String,
    /// Its place among the steps of the phase; None while it is being added.
    at: Option<usize>,
    form: Form,
    /// Everybody who may decide.
    people: Vec<Choice>,
}

impl Page {
    fn phase_name(&self) -> String {
        self.desk.phase_name(&self.phase)
    }

    fn marked(&self) -> Option<&str> {
        Some(&self.phase)
    }

    fn concerning(&self) -> Vec<&Finding> {
        let place = self.at.map(|at| checking::Place::Approval(self.phase.clone(), at));
        place.map(|it| self.desk.findings_at(&it)).unwrap_or_default()
    }

    fn action(&self) -> String {
        let step = self.at.map_or_else(String::new, |at| format!("/{at}"));
        format!("{}/phases/{}/approvals{step}", self.desk.address(), self.phase)
    }

    fn kinds_of_approvers(&self) -> Vec<Choice> {
        Choice::list([("group", "The members of a group"), ("role", "Everybody with a role"), ("users", "Certain people")])
    }

    fn roles(&self) -> Vec<Choice> {
        Choice::list(Role::ALL.iter().filter(|it| **it != Role::Viewer).map(|it| (it.word(), it.label())))
    }

    fn rules(&self) -> Vec<Choice> {
        Choice::list(RuleWord::ALL.iter().map(|it| (it.word(), it.label())))
    }

    fn parts(&self) -> Vec<Choice> {
        Choice::list(Covered::ALL.iter().map(|it| (it.word(), it.label())))
    }

    fn own(&self) -> Vec<Choice> {
        Choice::list(SelfApproval::ALL.iter().map(|it| (it.word(), it.label())))
    }
}

async fn draw(ctx: &Context, req: &HttpRequest, desk: Desk, phase: String, at: Option<usize>, form: Form) -> crate::app::Result<Page> {
    let chosen: Vec<String> = form.fields.all("users").to_vec();
    let mut people = Choice::list(ctx.read(|conn| Ok(choices::deciders(conn)?)).await?.into_iter().map(|it| (it.id, it.name)));
    // Somebody who may not decide any more stays in sight as long as they are chosen.
    let known = desk.names.people.iter().map(|(id, name)| Choice::new(id, name).hint("May not decide any more"));
    let others: Vec<Choice> = known.filter(|it| chosen.contains(&it.value) && !people.iter().any(|other| other.value == it.value)).collect();
    people.extend(others);
    Ok(Page { frame: page::frame(ctx, req), desk, phase, at, form, people })
}

fn filled(desk: &Desk, step: &ApprovalStep) -> Fields {
    let mut fields = Fields::default();
    fields.set("version", desk.draft.version.to_string());
    fields.set("name", &step.name);
    fields.set("position", step.position.to_string());
    match &step.approvers {
        Approvers::Group(key) => {
            fields.set("who", "group");
            fields.set("group", key);
        }
        Approvers::Role(role) => {
            fields.set("who", "role");
            fields.set("role", role.word());
        }
        Approvers::Users(people) => {
            fields.set("who", "users");
            fields.set_all("users", people.iter().map(ToString::to_string).collect());
        }
    }
    fields.set("rule", step.rule.word().word());
    fields.set("percent", step.rule.percent().map_or_else(String::new, |it| it.to_string()));
    fields.set("days", step.days.to_string());
    fields.set("self_approval", step.self_approval.word());
    fields.set_all("covers", step.covers.iter().map(|it| it.word().to_owned()).collect());
    fields
}

fn read(fields: &Fields) -> Result<ApprovalStep, FormErrors> {
    let mut errors = FormErrors::default();
    let name = errors.check("name", text::line(fields.text("name")));
    let position = errors.check("position", fields.text("position").trim().parse().map_err(|_| "Write a number from 1 to 99."));
    let approvers = approvers(fields, &mut errors);
    let rule = rule(fields, &mut errors);
    let covers = fields.several("covers", &mut errors);
    let days = days(fields, "days", &mut errors);
    if days.is_none() {
        errors.about("days", "Write how many working days they have; 0 for the same day.");
    }
    let own = fields.required("self_approval", &mut errors);
    match (name.zip(position), approvers.zip(rule), days.zip(own)) {
        (Some((name, position)), Some((approvers, rule)), Some((days, self_approval))) if errors.is_empty() => {
            Ok(ApprovalStep { position, name, rule, approvers, covers, days, self_approval })
        }
        (Some(_) | None, Some(_) | None, Some(_) | None) => Err(errors),
    }
}

/// Only what belongs to the chosen kind counts; the rest of the form may say what it likes.
fn approvers(fields: &Fields, errors: &mut FormErrors) -> Option<Approvers> {
    match fields.text("who") {
        "group" => Some(Approvers::Group(fields.required("group", errors)?)),
        "role" => Some(Approvers::Role(fields.required("role", errors)?)),
        "users" => Some(Approvers::Users(fields.several("users", errors))),
        _ => {
            errors.about("who", "Choose who is asked.");
            None
        }
    }
}

fn rule(fields: &Fields, errors: &mut FormErrors) -> Option<Rule> {
    Some(match fields.required("rule", errors)? {
        RuleWord::All => Rule::All,
        RuleWord::AllImmediateDenial => Rule::AllImmediateDenial,
        RuleWord::One => Rule::One,
        RuleWord::Quorum => Rule::Quorum,
        RuleWord::Percentage => {
            Rule::Percentage(errors.check("percent", fields.text("percent").trim().parse().map_err(|_| "Write a percentage from 1 to 100."))?)
        }
    })
}

pub async fn new(ctx: Context, req: HttpRequest, path: Path<(String, String)>) -> Answer {
    permitted(&ctx)?;
    let (id, phase) = (parsed(&path.0)?, path.1.clone());
    let desk = desk(&ctx, id, None).await?;
    let last = desk.phase(&phase)?.approvals.last().map_or(0, |it| it.position);
    let mut fields = Fields::default();
    fields.set("version", desk.draft.version.to_string());
    fields.set("position", (last + 1).to_string());
    fields.set("who", "group");
    fields.set("rule", RuleWord::All.word());
    fields.set("days", "3");
    fields.set("self_approval", SelfApproval::ByPolicy.word());
    fields.set_all("covers", vec![Covered::Scope.word().to_owned()]);
    page::html(&draw(&ctx, &req, desk, phase, None, Form::of(fields)).await?)
}

pub async fn edit(ctx: Context, req: HttpRequest, path: Path<(String, String, String)>) -> Answer {
    permitted(&ctx)?;
    let (id, phase, at) = (parsed(&path.0)?, path.1.clone(), parsed(&path.2)?);
    let desk = desk(&ctx, id, None).await?;
    let fields = filled(&desk, desk.phase(&phase)?.approvals.get(at).ok_or(Error::NotFound)?);
    page::html(&draw(&ctx, &req, desk, phase, Some(at), Form::of(fields)).await?)
}

pub async fn create(ctx: Context, req: HttpRequest, path: Path<(String, String)>, fields: Fields) -> Answer {
    permitted(&ctx)?;
    let (id, phase) = (parsed(&path.0)?, path.1.clone());
    let edit = read(&fields).map(|step| Edit::AddStep { phase: phase.clone(), step });
    answer_form(&ctx, &req, (id, phase, None), fields, edit, "The approval step is added.").await
}

pub async fn update(ctx: Context, req: HttpRequest, path: Path<(String, String, String)>, fields: Fields) -> Answer {
    permitted(&ctx)?;
    let (id, phase, at) = (parsed(&path.0)?, path.1.clone(), parsed(&path.2)?);
    let edit = read(&fields).map(|step| Edit::EditStep { phase: phase.clone(), at, step });
    answer_form(&ctx, &req, (id, phase, Some(at)), fields, edit, "The approval step is saved.").await
}

pub async fn destroy(ctx: Context, req: HttpRequest, path: Path<(String, String, String)>, fields: Fields) -> Answer {
    permitted(&ctx)?;
    let (id, phase, at) = (parsed(&path.0)?, path.1.clone(), parsed(&path.2)?);
    let place = steps(id, &phase);
    let done = carry_out(&ctx, id, &fields, Ok(Edit::RemoveStep { phase, at })).await;
    answer(&ctx, &req, id, fields.version(), done, (place, "The approval step is removed.")).await
}

type Place = (crate::domain::ids::WorkflowDraftId, String, Option<usize>);

async fn answer_form(ctx: &Context, req: &HttpRequest, (id, phase, at): Place, fields: Fields, edit: Result<Edit, FormErrors>, notice: &str) -> Answer {
    let Err(error) = carry_out(ctx, id, &fields, edit).await else { return page::see_with(&steps(id, &phase), notice) };
    let seen = fields.version();
    let mut it = again(ctx, id, fields, error).await?;
    let stale = it.desk.meanwhile.is_some();
    let at = match at {
        Some(at) if stale => place_now(ctx, &mut it, seen, &phase, at).await?,
        Some(_) | None => at,
    };
    let page = draw(ctx, req, it.desk, phase, at, it.form).await?;
    if stale { page::conflict(&page) } else { page::unprocessable(&page) }
}

/// After a conflict the step may stand elsewhere: what is sent again is for the same one. If it is gone, what was typed can be added anew.
async fn place_now(ctx: &Context, it: &mut Again, seen: i32, phase: &str, at: usize) -> crate::app::Result<Option<usize>> {
    let (draft, phase) = (it.desk.draft.clone(), phase.to_owned());
    let place = ctx.read(move |conn| Ok(actions::place_now(conn, &draft, seen, &phase, at)?)).await?;
    if place.is_none() {
        it.form.errors.about("name", "This approval step was removed meanwhile. Add it anew as it stands here, or leave it.");
    }
    Ok(place)
}

fn steps(id: crate::domain::ids::WorkflowDraftId, phase: &str) -> String {
    format!("/workflow-drafts/{id}/phases/{phase}#approvals")
}
