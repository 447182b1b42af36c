//! Releases: their list, their page, and registering one.

use super::categories::{USUAL, model_choices};
use super::csv;
use super::form::{Choice, Fields, Form};
use super::frame::Frame;
use super::page::{self, Answer};
use super::records::{self, id_of, ruled, sections};
use crate::app::releases::{ItemChoice, NewRelease};
use crate::app::{self, Context, Error, FormErrors, registrations};
use crate::domain::ids::{CategoryId, ItemId, RecordId};
use crate::domain::people::Action;
use crate::domain::records::{Grade, RecordKind};
use crate::domain::releases::{Distribution, Strategy, Version};
use crate::store::PgConnection;
use crate::store::{categories, items, policies, related, users};
use actix_web::HttpRequest;
use actix_web::web::Path;
use askama::Template;

pub async fn index(ctx: Context, req: HttpRequest) -> Answer {
    records::index::index(ctx, req, RecordKind::Release).await
}

pub async fn export(ctx: Context, req: HttpRequest) -> Answer {
    csv::show(ctx, req, RecordKind::Release).await
}

pub async fn show(ctx: Context, req: HttpRequest, id: Path<String>) -> Answer {
    let id: RecordId = id_of(&id)?;
    records::show(ctx, req, id, RecordKind::Release).await
}

#[derive(Template)]
#[template(path = "releases/new.html", blocks = ["version"])]
struct New {
    frame: Frame,
    form: Form,
    categories: Vec<Choice>,
    items: Vec<Choice>,
    people: Vec<Choice>,
    models: Vec<Choice>,
    changes: Vec<Choice>,
    /// The version that would be given if none is written.
    proposed: Option<Version>,
}

impl New {
    fn load(conn: &mut PgConnection, frame: Frame, mut form: Form) -> app::Result<New> {
        let categories = categories::list(conn, RecordKind::Release)?;
        let models = model_choices(conn, &mut form, &categories)?;
        let policy = policies::current(conn)?;
        let ruled = |it: &categories::Category| {
            let parts = match policy.parts_of(&it.key, it.level) {
                1 => "One part: v2",
                2 => "Two parts: v1.3",
                _ => "Three parts: v1.2.1",
            };
            std::iter::once(format!("{parts}.")).chain(policy.rules_of(&it.key, &it.name)).collect::<Vec<_>>().join(" ")
        };
        let chosen = form.text("category").parse::<CategoryId>().ok().zip(form.text("item").parse::<ItemId>().ok());
        let proposed = chosen.and_then(|(category, item)| app::releases::propose(conn, category, item).ok());
        Ok(New {
            categories: categories.iter().map(|it| Choice::new(it.id, it.name.clone()).hint(ruled(it))).collect(),
            items: Choice::list(items::list(conn)?.into_iter().map(|it| (it.id, it.name))),
            people: Choice::list(users::people(conn)?.into_iter().map(|it| (it.id, it.name))),
            models,
            changes: super::records::related::choices(related::candidates(conn)?.newest),
            proposed,
            frame,
            form,
        })
    }

    fn strategies(&self) -> Vec<Choice> {
        Choice::list(Strategy::ALL.iter().map(|it| (it.word(), it.label())))
    }

    fn distributions(&self) -> Vec<Choice> {
        Choice::list(Distribution::ALL.iter().map(|it| (it.word(), it.label())))
    }

    /// Whether the plan was begun, so that it is shown.
    fn plans(&self) -> bool {
        ["strategy", "distribution", "deployment_plan", "communication_plan", "back_out_plan", "resources", "affected_users"]
            .iter()
            .any(|it| self.form.is_set(it))
    }

    fn grades(&self) -> Vec<Choice> {
        Choice::list(Grade::ALL.iter().map(|it| (it.word(), it.label())))
    }
}

fn permitted(ctx: &Context) -> app::Result<()> {
    if ctx.actor.may(Action::RegisterRelease) { Ok(()) } else { Err(Error::Forbidden(Action::RegisterRelease)) }
}

pub async fn new(ctx: Context, req: HttpRequest) -> Answer {
    permitted(&ctx)?;
    let frame = page::frame(&ctx, &req);
    let mut fields = Fields::of_query(req.query_string());
    if !fields.has("owner") {
        fields.set("owner", ctx.actor.id.to_string());
    }
    fields.mark();
    let fragment = page::wants_fragment(&req);
    let page = ctx.read(move |conn| New::load(conn, frame, Form::of(fields))).await?;
    if fragment { page::html(&page.as_version()) } else { page::html(&page) }
}

pub async fn create(ctx: Context, req: HttpRequest, fields: Fields) -> Answer {
    permitted(&ctx)?;
    let (usual, form) = (fields.text("model") == USUAL, fields.once());
    let answer = match parse(&fields, &ctx) {
        Ok(mut new) => {
            ctx.write(move |tx| {
                registrations::once(tx, form.as_deref(), |tx| {
                    if usual {
                        new.model = app::releases::usual_model(tx.conn, new.category)?;
                    }
                    app::releases::register(tx, &new)
                })
            })
            .await
        }
        Err(errors) => Err(errors.into()),
    };
    match answer {
        Ok(id) => {
            let actor = ctx.actor.clone();
            let warned = ctx.read(move |conn| ruled::is_warned(conn, &actor, id)).await?;
            let notice = if warned {
                "The release is registered, though the policy advises against its time: see beside the window."
            } else {
                "The release is registered."
            };
            page::see_with(&format!("/releases/{id}"), notice)
        }
        Err(Error::Invalid(errors)) => {
            let frame = page::frame(&ctx, &req);
            let page = ctx.read(move |conn| New::load(conn, frame, Form::refused(fields, errors))).await?;
            page::unprocessable(&page)
        }
        Err(Error::Refused(refusal)) => {
            let frame = page::frame(&ctx, &req);
            let form = Form::refused(fields, FormErrors::of("category", refusal.to_string()));
            let page = ctx.read(move |conn| New::load(conn, frame, form)).await?;
            page::unprocessable(&page)
        }
        Err(other) => Err(other.into()),
    }
}

fn parse(fields: &Fields, ctx: &Context) -> Result<NewRelease, FormErrors> {
    let mut errors = FormErrors::default();
    let category = fields.required("category", &mut errors);
    let item = item(fields, &mut errors);
    let version = match fields.text("version").trim() {
        "" => None,
        text => errors.check("version", Version::parse(text)),
    };
    let details = sections::details(fields, &mut errors);
    let scope = sections::scope(fields, &mut errors);
    let window = sections::window(fields, ctx, &mut errors);
    let plan = sections::plan(fields, &mut errors);
    let model = if fields.text("model") == USUAL { None } else { fields.optional("model", &mut errors) };
    let changes = fields.several("change", &mut errors);
    match (category, item, details, scope, plan) {
        (Some(category), Some(item), Some(details), Some(scope), Some(plan)) if errors.is_empty() => {
            Ok(NewRelease { category, item, version, details, scope, window, plan, model, changes })
        }
        _ => Err(errors),
    }
}

/// A CI that exists, or the name of a new one.
fn item(fields: &Fields, errors: &mut FormErrors) -> Option<ItemChoice> {
    match (fields.optional("item", errors), fields.text("new_item").trim()) {
        (Some(_), name) if !name.is_empty() => {
            errors.about("new_item", "Either choose a CI above or name a new one here, not both.");
            None
        }
        (Some(id), _) => Some(ItemChoice::Existing(id)),
        (None, "") => {
            errors.about("item", "Choose the service or CI that is released, or name a new one.");
            None
        }
        (None, name) => errors.check("new_item", crate::domain::text::line(name)).map(ItemChoice::New),
    }
}
