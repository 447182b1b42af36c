//! Exit criteria, one metric at a time.

use super::entries::{Entry, Shown};
use super::{path, permitted, release};
use crate::app::early_life::criteria;
use crate::app::{self, Context, FormErrors};
use crate::domain::early_life::{Better, Criterion, number, written};
use crate::domain::events::FieldChange;
use crate::domain::ids::{MetricId, RecordId};
use crate::domain::text;
use crate::store::early_life::metrics::{self, Metric};
use crate::store::records::Full;
use crate::store::{PgConnection, Tx};
use crate::web::form::{Choice, Fields, Form};
use crate::web::frame::Frame;
use crate::web::page::{self, Answer};
use crate::web::records::id_of;
use actix_web::web::Path;
use askama::Template;

#[derive(Template)]
#[template(path = "early_life/metric.html")]
pub struct Edit {
    frame: Frame,
    full: Full,
    metric: Option<MetricId>,
    form: Form,
    meanwhile: Vec<FieldChange>,
    stale: bool,
    /// Whether a change takes an agreement back.
    is_agreed: bool,
    /// Whether the rollout has begun, so that a change needs a reason.
    needs_reason: bool,
}

/// A criterion as somebody wants it, and why.
pub struct Draft {
    criterion: Criterion,
    reason: String,
}

impl Edit {
    fn directions(&self) -> Vec<Choice> {
        Choice::list(Better::ALL.iter().map(|it| (it.word(), it.label())))
    }

    fn action(&self) -> String {
        self.metric.map_or_else(|| format!("/records/{}/metrics", self.full.record.id), |id| format!("/exit-metrics/{id}"))
    }
}

impl Entry for Edit {
    type Id = MetricId;
    type Draft = Draft;
    type Row = Metric;

    const PLACE: &'static str = "criteria";
    const SAVED: &'static str = "The exit criterion is saved.";

    fn parse(fields: &Fields) -> Result<Draft, FormErrors> {
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
        let reason = errors.check("reason", text::prose(fields.text("reason"))).unwrap_or_default();
        match (name, unit, normal, better, tolerance, days) {
            (Some(name), Some(unit), Some(normal), Some(better), Some(tolerance), Some(days)) if errors.is_empty() => {
                Ok(Draft { criterion: Criterion { name, unit, normal, better, tolerance, days }, reason })
            }
            _ => Err(errors),
        }
    }

    fn proposed() -> Fields {
        let mut fields = Fields::default();
        fields.set("better", Better::Down.word());
        fields.set("days", "3");
        fields
    }

    fn filled(row: &Metric) -> Fields {
        let (mut fields, it) = (Fields::default(), &row.criterion);
        fields.set("name", &it.name);
        fields.set("unit", &it.unit);
        fields.set("normal", written(it.normal));
        fields.set("better", it.better.word());
        fields.set("tolerance", written(it.tolerance));
        fields.set("days", it.days.to_string());
        fields
    }

    fn find(conn: &mut PgConnection, id: MetricId) -> app::Result<Metric> {
        Ok(metrics::find(conn, id)?)
    }

    fn record(row: &Metric) -> RecordId {
        row.record_id
    }

    fn version(row: &Metric) -> i32 {
        row.version
    }

    fn changes(row: &Metric, draft: &Draft) -> Vec<FieldChange> {
        criteria::changes(&row.criterion, &draft.criterion)
    }

    fn add(tx: &mut Tx<'_>, record: RecordId, draft: &Draft) -> app::Result<()> {
        criteria::add(tx, record, &draft.criterion, &draft.reason).map(drop)
    }

    fn change(tx: &mut Tx<'_>, id: MetricId, seen: i32, draft: &Draft) -> app::Result<()> {
        criteria::edit(tx, id, seen, &draft.criterion, &draft.reason).map(drop)
    }

    fn page(conn: &mut PgConnection, frame: Frame, record: RecordId, metric: Option<MetricId>, shown: Shown) -> app::Result<Edit> {
        let full = release(conn, record)?;
        if let Some(actor) = &frame.actor {
            permitted(actor, &full, app::records::moving)?;
        }
        let is_agreed = crate::store::early_life::plan(conn, record)?.is_some_and(|it| it.agreed_at.is_some());
        let needs_reason = criteria::needs_reason(conn, &full)?;
        let Shown { form, meanwhile, stale } = shown;
        Ok(Edit { frame, full, metric, form, meanwhile, stale, is_agreed, needs_reason })
    }
}

pub async fn destroy(ctx: Context, id: Path<String>, fields: Fields) -> Answer {
    let metric: MetricId = id_of(&id)?;
    let reason = text::prose(fields.text("reason")).map_err(|refusal| app::Error::from(FormErrors::of("reason", refusal.to_string())))?;
    let id = ctx.write(move |tx| criteria::remove(tx, metric, &reason)).await?;
    page::see_with(&format!("{}#criteria", path(id)), "The metric is removed, with its readings.")
}
