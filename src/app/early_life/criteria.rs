//! Exit criteria, and operations' agreement to them, which any change takes back.

use super::{lock, look_again, span};
use crate::app::context::unchanged;
use crate::app::records::moving;
use crate::app::{Error, FormErrors, Result, handovers};
use crate::domain::early_life::{Criterion, written};
use crate::domain::events::{Aftercare, Event, FieldChange};
use crate::domain::ids::{MetricId, RecordId};
use crate::domain::people::Action;
use crate::domain::refusals::Refusal;
use crate::store::early_life::{self as plans, metrics};
use crate::store::records::Full;
use crate::store::{PgConnection, Tx, events, records, visits};

/// More than these nobody looks at each day.
const MOST: usize = 20;

/// Whether the rollout has begun: from then on nobody makes it easier for themselves without a word.
pub fn needs_reason(conn: &mut PgConnection, full: &Full) -> Result<bool> {
    Ok(span(full, &visits::list(conn, full.record.id)?, full.record.phase_entered_at).from.is_some())
}

fn reasoned(tx: &mut Tx<'_>, full: &Full, reason: &str) -> Result<()> {
    if reason.is_empty() && needs_reason(tx.conn, full)? {
        return Err(FormErrors::of("reason", "The rollout has begun: say why the criteria change now.").into());
    }
    Ok(())
}

/// `reason`: needed once the rollout has begun.
pub fn add(tx: &mut Tx<'_>, id: RecordId, new: &Criterion, reason: &str) -> Result<MetricId> {
    let full = lock(tx, id, moving)?;
    reasoned(tx, &full, reason)?;
    if metrics::list(tx.conn, id)?.len() >= MOST {
        return Err(FormErrors::of("name", "There are twenty metrics already. Remove one first.").into());
    }
    let metric = metrics::insert(tx, id, new).map_err(taken)?;
    changed(tx, id)?;
    events::record(tx, id, &Event::Aftercare(Aftercare::MetricAdded { name: new.name.clone(), criterion: new.sentence(), reason: reason.to_owned() }))?;
    look_again(tx, &full)?;
    Ok(metric)
}

pub fn edit(tx: &mut Tx<'_>, metric: MetricId, seen: i32, new: &Criterion, reason: &str) -> Result<RecordId> {
    let id = metrics::find(tx.conn, metric)?.record_id;
    let full = lock(tx, id, moving)?;
    let before = metrics::find(tx.conn, metric)?;
    unchanged(before.version, seen)?;
    let fields = changes(&before.criterion, new);
    if fields.is_empty() {
        return Ok(id);
    }
    reasoned(tx, &full, reason)?;
    metrics::update(tx, metric, new).map_err(taken)?;
    changed(tx, id)?;
    events::record(tx, id, &Event::Aftercare(Aftercare::MetricEdited { name: before.criterion.name, fields, reason: reason.to_owned() }))?;
    look_again(tx, &full)?;
    Ok(id)
}

/// With all that was read of it.
pub fn remove(tx: &mut Tx<'_>, metric: MetricId, reason: &str) -> Result<RecordId> {
    let id = metrics::find(tx.conn, metric)?.record_id;
    let full = lock(tx, id, moving)?;
    let before = metrics::find(tx.conn, metric)?;
    reasoned(tx, &full, reason)?;
    metrics::delete(tx, metric)?;
    changed(tx, id)?;
    events::record(tx, id, &Event::Aftercare(Aftercare::MetricRemoved { name: before.criterion.name, reason: reason.to_owned() }))?;
    look_again(tx, &full)?;
    Ok(id)
}

/// Somebody of the group that takes support over agrees to the criteria, as they were shown to them.
pub fn agree(tx: &mut Tx<'_>, id: RecordId, seen: &str) -> Result<()> {
    let full = lock(tx, id, |_, _| Action::Decide)?;
    let group = handovers::receiving_group(tx.conn, &full)?.map(|(_, name)| name).unwrap_or_default();
    if !handovers::receives(tx.conn, &tx.actor.clone(), &full)? {
        return Err(Refusal::NotReceiving(group).into());
    }
    let with = &format!("{}, {group}", tx.actor.name);
    let metrics = metrics::list(tx.conn, id)?;
    if shown(&metrics) != seen {
        return Err(Error::Stale);
    }
    if metrics.is_empty() {
        return Err(Refusal::NoExitCriteria.into());
    }
    plans::keep_plan(tx, id)?;
    plans::agree(tx, id, with)?;
    records::touch(tx, id)?;
    let criteria = metrics.iter().map(|it| format!("{}: {}", it.criterion.name, it.criterion.sentence())).collect();
    events::record(tx, id, &Event::Aftercare(Aftercare::ExitCriteriaAgreed { with: with.to_owned(), criteria }))?;
    look_again(tx, &full)
}

/// Names these very criteria, so that nobody agrees to others than those they saw.
pub fn shown(metrics: &[metrics::Metric]) -> String {
    metrics.iter().map(|it| format!("{}.{}", it.id, it.version)).collect::<Vec<_>>().join(" ")
}

/// What differs between a criterion as it stands and as somebody wants it.
pub fn changes(before: &Criterion, new: &Criterion) -> Vec<FieldChange> {
    let fields = [
        FieldChange::between("Name", &before.name, &new.name),
        FieldChange::between("Unit", &before.unit, &new.unit),
        FieldChange::between("Normal value", written(before.normal), written(new.normal)),
        FieldChange::between("Better", before.better.label(), new.better.label()),
        FieldChange::between("Tolerance", written(before.tolerance), written(new.tolerance)),
        FieldChange::between("Days in a row", before.days, new.days),
    ];
    fields.into_iter().flatten().collect()
}

/// The criteria are others now: nobody has agreed to them, and whoever looks at the record should look again.
fn changed(tx: &mut Tx<'_>, id: RecordId) -> Result<()> {
    plans::keep_plan(tx, id)?;
    plans::take_agreement_back(tx, id)?;
    Ok(records::touch(tx, id)?)
}

fn taken(error: diesel::result::Error) -> Error {
    if crate::store::is_duplicate(&error) { FormErrors::of("name", "This release has a metric of this name already.").into() } else { error.into() }
}
