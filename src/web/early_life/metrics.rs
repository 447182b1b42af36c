//! Exit criteria, one metric at a time.

use super::{path, permitted, release};
use crate::app::early_life::criteria;
use crate::app::{self, Context, Error, FormErrors};
use crate::domain::early_life::{Better, Criterion, number, written};
use crate::domain::events::FieldChange;
use crate::domain::ids::{MetricId, RecordId};
use crate::domain::text;
use crate::store::PgConnection;
use crate::store::early_life::metrics;
use crate::store::records::Full;
use crate::web::form::{Choice, Fields, Form};
use crate::web::frame::Frame;
use crate::web::page::{self, Answer};
use crate::web::records::id_of;
use actix_web::HttpRequest;
use actix_web::web::Path;
use askama::Template;

#[derive(Template)]
#[template(path = "early_life/metric.html")]
struct Edit {
    frame: Frame,
    full: Full,
    metric: Option<MetricId>,
    form: Form,
    meanwhile: Vec<FieldChange>,
    stale: bool,
    /// Whether a change takes an agreement back.
    is_agreed: bool,
}

impl Edit {
    fn load(conn: &mut PgConnection, frame: Frame, id: RecordId, metric: Option<MetricId>, form: Form) -> app::Result<Edit> {
        let full = release(conn, id)?;
        if let Some(actor) = &frame.actor {
            permitted(actor, &full, app::records::moving)?;
        }
        let is_agreed = crate::store::early_life::plan(conn, id)?.is_some_and(|it| it.agreed_at.is_some());
        Ok(Edit { frame, full, metric, form, meanwhile: Vec::new(), stale: false, is_agreed })
    }

    fn directions(&self) -> Vec<Choice> {
        Choice::list(Better::ALL.iter().map(|it| (it.word(), it.label())))
    }

    fn action(&self) -> String {
        self.metric.map_or_else(|| format!("/records/{}/metrics", self.full.record.id), |id| format!("/exit-metrics/{id}"))
    }
}

fn parse(fields: &Fields) -> Result<Criterion, FormErrors> {
    let mut errors = FormErrors::default();
    let name = errors.check("name", text::line(fields.text("name")));
    let unit = errors.check("unit", text::optional_line(fields.text("unit")));
    let normal = errors.check("normal", number(fields.text("normal")));
    let better = fields.required("better", &mut errors);
    let tolerance = if fields.is_set("tolerance") { errors.check("tolerance", number(fields.text("tolerance"))) } else { Some(0.0) };
    if tolerance.is_some_and(|it| it < 0.0) {
        errors.about("tolerance", "A tolerance is not negative.");
    }
    let days = fields.text("days").trim().parse().ok().filter(|it| (1..=90).contains(it));
    if days.is_none() {
        errors.about("days", "Write a number of days from 1 to 90.");
    }
    match (name, unit, normal, better, tolerance, days) {
        (Some(name), Some(unit), Some(normal), Some(better), Some(tolerance), Some(days)) if errors.is_empty() => {
            Ok(Criterion { name, unit, normal, better, tolerance, days })
        }
        _ => Err(errors),
    }
}

fn filled(criterion: &Criterion, version: i32) -> Fields {
    let mut fields = Fields::default();
    fields.set("name", &criterion.name);
    fields.set("unit", &criterion.unit);
    fields.set("normal", written(criterion.normal));
    fields.set("better", criterion.better.word());
    fields.set("tolerance", written(criterion.tolerance));
    fields.set("days", criterion.days.to_string());
    fields.set("version", version.to_string());
    fields
}

pub async fn new(ctx: Context, req: HttpRequest, id: Path<String>) -> Answer {
    let id: RecordId = id_of(&id)?;
    let frame = page::frame(&ctx, &req);
    let mut fields = Fields::default();
    fields.set("better", Better::Down.word());
    fields.set("days", "3");
    page::show(&ctx, move |conn| Edit::load(conn, frame, id, None, Form::of(fields))).await
}

pub async fn edit(ctx: Context, req: HttpRequest, id: Path<String>) -> Answer {
    let id: MetricId = id_of(&id)?;
    let frame = page::frame(&ctx, &req);
    page::show(&ctx, move |conn| {
        let it = metrics::find(conn, id)?;
        Edit::load(conn, frame, it.record_id, Some(id), Form::of(filled(&it.criterion, it.version)))
    })
    .await
}

pub async fn create(ctx: Context, req: HttpRequest, id: Path<String>, fields: Fields) -> Answer {
    let id: RecordId = id_of(&id)?;
    let answer = match parse(&fields) {
        Ok(new) => ctx.write(move |tx| criteria::add(tx, id, &new)).await.map(|_| id),
        Err(errors) => Err(errors.into()),
    };
    reply(&ctx, &req, (id, None), fields, answer).await
}

pub async fn update(ctx: Context, req: HttpRequest, id: Path<String>, fields: Fields) -> Answer {
    let metric: MetricId = id_of(&id)?;
    let id = ctx.read(move |conn| Ok(metrics::find(conn, metric)?.record_id)).await?;
    let seen = fields.version();
    let answer = match parse(&fields) {
        Ok(new) => ctx.write(move |tx| criteria::edit(tx, metric, seen, &new)).await,
        Err(errors) => Err(errors.into()),
    };
    reply(&ctx, &req, (id, Some(metric)), fields, answer).await
}

pub async fn destroy(ctx: Context, id: Path<String>) -> Answer {
    let metric: MetricId = id_of(&id)?;
    let id = ctx.write(move |tx| criteria::remove(tx, metric)).await?;
    page::see_with(&format!("{}#criteria", path(id)), "The metric is removed, with its readings.")
}

async fn reply(ctx: &Context, req: &HttpRequest, (id, metric): (RecordId, Option<MetricId>), mut fields: Fields, answer: app::Result<RecordId>) -> Answer {
    let (errors, stale) = match answer {
        Ok(id) => return page::see_with(&format!("{}#criteria", path(id)), "The exit criterion is saved."),
        Err(Error::Invalid(errors)) => (errors, false),
        Err(Error::Stale) => (FormErrors::default(), true),
        Err(other) => return Err(other.into()),
    };
    let frame = page::frame(ctx, req);
    let again = ctx.read(move |conn| {
        let mut meanwhile = Vec::new();
        if let Some(metric) = metric.filter(|_| stale) {
            let now = metrics::find(conn, metric)?;
            fields.set("version", now.version.to_string());
            meanwhile = parse(&fields).map(|typed| criteria::changes(&now.criterion, &typed)).unwrap_or_default();
        }
        Ok(Edit { meanwhile, stale, ..Edit::load(conn, frame, id, metric, Form::refused(fields, errors))? })
    });
    let again = again.await?;
    if stale { page::conflict(&again) } else { page::unprocessable(&again) }
}
