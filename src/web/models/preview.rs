//! What applying a model would give: the dates of its tasks for a release that begins and is deployed at given times.

use super::form;
use super::permitted;
use crate::app::models::shaping as actions;
use crate::app::{self, Context, FormErrors};
use crate::domain::calendars::Calendar;
use crate::domain::ids::{CategoryId, GroupId, ItemId, ModelId};
use crate::domain::models::{self as rules, Foreseen, Given, Ground, Model, ModelTask};
use crate::store::PgConnection;
use crate::store::{calendars, categories, groups, items, models};
use crate::web::filters::local_input;
use crate::web::form::{Choice, Fields, Form, local_time};
use crate::web::frame::Frame;
use crate::web::page::{self, Answer};
use crate::web::records::id_of;
use actix_web::HttpRequest;
use actix_web::web::Path;
use askama::Template;
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;

/// The tasks of a phase, and when it would begin.
struct Stage<'a> {
    name: String,
    condition: &'static str,
    begins: Option<DateTime<Utc>>,
    tasks: Vec<Foreseen<'a>>,
}

#[derive(Template)]
#[template(path = "models/preview.html")]
struct Preview<'a> {
    frame: Frame,
    name: String,
    category: String,
    form: Form,
    /// Of a saved model, its address; otherwise everything that was typed goes along in the form.
    model: Option<ModelId>,
    typed: Vec<(String, String)>,
    /// What a release can be of, because its calendar counts.
    services: Vec<Choice>,
    stages: Vec<Stage<'a>>,
    ground: &'a Ground,
}

impl Preview<'_> {
    fn answer(&self) -> Answer {
        if self.form.errors.is_empty() { page::html(self) } else { page::unprocessable(self) }
    }
}

/// In which calendar each group works, by its key; everything else goes by that of the service, or by the default one.
struct Calendars {
    of_groups: BTreeMap<String, Calendar>,
    default: Calendar,
}

impl Calendars {
    /// As they count for a release of this service, or of any that has no calendar of its own.
    fn load(conn: &mut PgConnection, service: Option<ItemId>) -> app::Result<Calendars> {
        let all = groups::list(conn)?;
        let ids: Vec<GroupId> = all.iter().map(|it| it.id).collect();
        let mut known = calendars::of_groups(conn, &ids)?;
        let of_groups = all.into_iter().filter_map(|it| Some((it.key, known.remove(&it.id)?))).collect();
        Ok(Calendars { of_groups, default: calendars::of_item(conn, service)? })
    }

    fn of(&self, task: &ModelTask) -> &Calendar {
        task.group.as_ref().and_then(|it| self.of_groups.get(it)).unwrap_or(&self.default)
    }
}

/// What a release can be of.
fn services(conn: &mut PgConnection) -> app::Result<Vec<Choice>> {
    Ok(Choice::list(items::list(conn)?.into_iter().map(|it| (it.id, it.name))))
}

/// The times that were asked for; where nothing was, now, and the day on which the rollout would be over.
fn given(fields: &mut Fields, frame: &Frame, ground: &Ground, calendar: &Calendar, errors: &mut FormErrors) -> Given {
    let asked = fields.has("start");
    let start = local_time(fields, "start", frame.zone(), errors).unwrap_or(frame.now);
    let mut deployment = local_time(fields, "deployment", frame.zone(), errors);
    if !asked {
        let begins = rules::begins(ground, Given { start, deployment: None }, calendar);
        let mut reckoned = ground.phases().filter(|it| begins.contains_key(&it.key)).skip_while(|it| ground.workflow.awaits_start(&it.key));
        let rollout = reckoned.next();
        deployment = reckoned.next().or(rollout).and_then(|it| begins.get(&it.key)).copied();
        fields.set("start", local_input(Some(start), frame.zone()));
        fields.set("deployment", local_input(deployment, frame.zone()));
    }
    if deployment.is_some_and(|it| it < start) {
        errors.about("deployment", "The deployment lies before the release begins.");
    }
    Given { start, deployment }
}

fn stages<'a>(model: &'a Model, ground: &Ground, given: Given, calendars: &'a Calendars) -> Vec<Stage<'a>> {
    let begins = rules::begins(ground, given, &calendars.default);
    let mut foreseen = rules::forecast(model, ground, given, &begins, |it| calendars.of(it));
    let mut stages = Vec::new();
    for phase in ground.phases() {
        let (tasks, rest) = foreseen.into_iter().partition(|it| it.task.phase == phase.key);
        foreseen = rest;
        let condition = phase.condition.map_or("", |it| it.label());
        stages.push(Stage { name: phase.name.clone(), condition, begins: begins.get(&phase.key).copied(), tasks });
    }
    stages.push(Stage { name: "In no phase of this workflow".to_owned(), condition: "", begins: None, tasks: foreseen });
    stages.retain(|it| !it.tasks.is_empty());
    stages
}

pub async fn preview(ctx: Context, req: HttpRequest, id: Path<String>) -> Answer {
    let id: ModelId = id_of(&id)?;
    let frame = page::frame(&ctx, &req);
    let mut fields = Fields::of_query(req.query_string());
    let mut errors = FormErrors::default();
    let service = fields.optional("service", &mut errors);
    let (model, ground, calendars, services) = ctx
        .read(move |conn| {
            let model = models::find(conn, id)?;
            Ok((model.clone(), models::ground(conn, model.workflow_id)?, Calendars::load(conn, service)?, services(conn)?))
        })
        .await?;
    let given = given(&mut fields, &frame, &ground, &calendars.default, &mut errors);
    let stages = stages(&model.model, &ground, given, &calendars);
    let form = Form::refused(fields, errors);
    Preview { frame, name: model.name, category: model.category, form, model: Some(id), typed: Vec::new(), services, stages, ground: &ground }.answer()
}

/// The preview of what was typed, saved or not.
pub async fn draw(ctx: Context, req: HttpRequest, mut fields: Fields) -> Answer {
    permitted(&ctx)?;
    // Nothing of it is to be saved.
    let frame = Frame { is_answer: false, ..page::frame(&ctx, &req) };
    let category: CategoryId = fields.text("category").parse().map_err(|_| app::Error::NotFound)?;
    let service = fields.optional("service", &mut FormErrors::default());
    let (category, ground, calendars, services) = ctx
        .read(move |conn| {
            let category = categories::any(conn, category)?;
            Ok((category.name, models::ground(conn, category.workflow_id)?, Calendars::load(conn, service)?, services(conn)?))
        })
        .await?;
    form::arrange(&mut fields, &ground);
    let settled = form::read(&fields).and_then(|draft| actions::settle(&draft, &[], &ground));
    let (model, mut errors) = settled.map_or_else(|errors| (Model::default(), errors), |model| (model, FormErrors::default()));
    let given = given(&mut fields, &frame, &ground, &calendars.default, &mut errors);
    let stages = stages(&model, &ground, given, &calendars);
    let kept = |name: &String| !["start", "deployment", "service", "do"].contains(&name.as_str());
    let typed = fields.starting_with("").into_iter().filter(|(name, _)| kept(name));
    let typed = typed.flat_map(|(name, values)| values.into_iter().map(move |it| (name.clone(), it))).collect();
    let (name, form) = (fields.text("name").to_owned(), Form::refused(fields, errors));
    Preview { frame, name, category, form, model: None, typed, services, stages, ground: &ground }.answer()
}
