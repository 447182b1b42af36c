//! Drafts that are no more: whoever still types in one is told what became of it, and keeps what they typed.

use crate::app::{Context, Error};
use crate::domain::ids::WorkflowDraftId;
use crate::domain::text::moment;
use crate::store::workflow_drafts;
use crate::web::failure::{Ended, Failure};
use crate::web::filters::field_name;
use crate::web::form::Fields;

/// What is answered where a draft was not found: what became of it, if it ever was.
pub async fn ended(ctx: &Context, id: WorkflowDraftId, typed: &Fields) -> Failure {
    let zone = ctx.actor.zone;
    let typed = written(typed);
    let found = ctx.read(move |conn| Ok(workflow_drafts::ended(conn, id)?)).await;
    let it = match found {
        Ok(it) => it,
        Err(error) => return error.into(),
    };
    let (what, way_on) = match it.published {
        Some(version) => ("published", ("Look at what was published", format!("/workflows/{version}"))),
        None => ("discarded", ("Look at the workflows", "/workflows".to_owned())),
    };
    let kept = if typed.is_empty() { "" } else { " Nothing of this form was saved; what you typed stands below, so that you can copy it." };
    let sentence = format!("The draft “{}” was {what} by {}, {}.{kept}", it.name, it.by, moment(it.at, zone));
    Failure::Ended(Box::new(Ended { sentence, typed, way_on }))
}

/// The same in place of a draft that is not found; any other error as it is.
pub async fn or_ended(ctx: &Context, id: WorkflowDraftId, typed: &Fields, error: Error) -> Failure {
    match error {
        Error::NotFound => ended(ctx, id, typed).await,
        other @ (Error::Forbidden(_) | Error::Refused(_) | Error::Stale | Error::Invalid(_) | Error::Outage(_)) => other.into(),
    }
}

/// What a form sent, a field in each line.
fn written(fields: &Fields) -> String {
    let typed = fields.starting_with("").into_iter().filter(|(name, _)| name != "version");
    let lines = typed.filter_map(|(name, values)| {
        let values: Vec<String> = values.into_iter().filter(|it| !it.trim().is_empty()).collect();
        (!values.is_empty()).then(|| format!("{}: {}", field_name(&name), values.join(", ")))
    });
    lines.collect::<Vec<_>>().join("\n")
}
