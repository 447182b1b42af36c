//! Moving many: somebody orders it, the worker carries it out, each record in a transaction of its own.

use super::{Order, Way, carry_out, way};
use crate::app::context::permit;
use crate::app::{Error, Result};
use crate::domain::events::{Event, FieldChange};
use crate::domain::ids::{MoveId, RecordId};
use crate::domain::moving::{MoveState, MovingRefusal};
use crate::domain::people::{Action, Actor};
use crate::domain::process::{Deed, Part};
use crate::store::moving::versions;
use crate::store::{PgConnection, Tx, events, moving, users};

/// Which records an order moves.
#[derive(Clone, Debug)]
pub enum Which {
    /// All that run by the version now.
    All,
    /// These, each as it was seen.
    These(Vec<(RecordId, i32)>),
}

/// Orders that records are moved. The worker does it; whatever changes meanwhile is passed over.
pub fn order(tx: &mut Tx<'_>, order: &Order, which: &Which) -> Result<MoveId> {
    permit(tx, Action::ConfigureProcess)?;
    let way = way(tx.conn, order)?;
    let id = moving::insert(tx, way.from.id, way.to.id, &way.mapping, &order.reason)?;
    let count = match which {
        Which::All => moving::add_all(tx, id, way.from.id)?,
        Which::These(seen) if seen.is_empty() => return Err(MovingRefusal::NothingChosen.into()),
        Which::These(seen) => moving::add(tx, id, seen).map_err(unknown)?,
    };
    if count == 0 {
        return Err(MovingRefusal::NothingToMove.into());
    }
    let event = Event::ProcessShaped {
        part: Part::Workflow,
        name: way.from.name.clone(),
        deed: Deed::Moved,
        fields: fields(&way, count),
        reason: order.reason.clone(),
    };
    events::record(tx, None, &event)?;
    Ok(id)
}

/// Stops an order that is not done yet: what has not been moved stays on the version it has.
pub fn stop(tx: &mut Tx<'_>, id: MoveId) -> Result<usize> {
    permit(tx, Action::ConfigureProcess)?;
    let ordered = moving::find(tx.conn, id)?;
    let left = moving::stop(tx, id)?;
    if left == 0 {
        return Err(MovingRefusal::NothingToStop.into());
    }
    let (from, to) = (versions::find(tx.conn, ordered.from)?, versions::find(tx.conn, ordered.to)?);
    let fields = [FieldChange::between("Version", from.label(), to.label()), FieldChange::between("Records that stay", "", left)];
    let event = Event::ProcessShaped {
        part: Part::Workflow,
        name: from.name,
        deed: Deed::Stopped,
        fields: fields.into_iter().flatten().collect(),
        reason: String::new(),
    };
    events::record(tx, None, &event)?;
    Ok(left)
}

fn fields(way: &Way, count: usize) -> Vec<FieldChange> {
    let name = |workflow: &crate::domain::workflows::Workflow, key: &str| workflow.phase(key).map_or_else(|| key.to_owned(), |it| it.name.clone());
    let mut fields = vec![FieldChange::between("Version", way.from.label(), way.to.label()), FieldChange::between("Records to move", "", count)];
    fields.extend(way.mapping.renamed().map(|(from, to)| FieldChange::between("Phase", name(&way.from.workflow, from), name(&way.to.workflow, to))));
    fields.into_iter().flatten().collect()
}

/// A form that names a record which does not exist.
fn unknown(error: diesel::result::Error) -> Error {
    if crate::store::is_dangling(&error) { Error::NotFound } else { error.into() }
}

/// A record that waits to be moved, and who ordered it; nobody if they are not with us any more.
pub struct Waiting {
    pub id: MoveId,
    pub record: RecordId,
    pub by: Option<Actor>,
}

/// Some of the records that wait.
pub fn waiting(conn: &mut PgConnection, limit: i64) -> Result<Vec<Waiting>> {
    let mut known: Vec<(MoveId, Option<Actor>)> = Vec::new();
    let mut all = Vec::new();
    for (id, record) in moving::waiting(conn, limit)? {
        if !known.iter().any(|(it, _)| *it == id) {
            let by = moving::find(conn, id)?.by;
            known.push((id, users::actor(conn, by)?));
        }
        let by = known.iter().find(|(it, _)| *it == id).and_then(|(_, by)| by.clone());
        all.push(Waiting { id, record, by });
    }
    Ok(all)
}

/// Moves a record that waits, in the name of whoever ordered it. False if another instance has it, or it waits no more.
pub fn next(tx: &mut Tx<'_>, id: MoveId, record: RecordId) -> Result<bool> {
    permit(tx, Action::ConfigureProcess)?;
    let Some(seen) = moving::claim(tx, id, record)? else { return Ok(false) };
    let ordered = moving::find(tx.conn, id)?;
    let (from, to) = (versions::find(tx.conn, ordered.from)?, versions::find(tx.conn, ordered.to)?);
    carry_out(tx, record, seen, &Way { from, to, mapping: ordered.mapping }, &ordered.reason)?;
    moving::settle(tx, id, record, MoveState::Moved, "")?;
    Ok(true)
}

/// Passes a record over that cannot be moved, and notes why. False if another instance has it.
pub fn pass_over(tx: &mut Tx<'_>, id: MoveId, record: RecordId, why: &str) -> Result<bool> {
    let waits = moving::claim(tx, id, record)?.is_some();
    if waits {
        moving::settle(tx, id, record, MoveState::Skipped, why)?;
    }
    Ok(waits)
}

/// Why a record was passed over, as its page says it.
pub fn reason(cause: &Error) -> String {
    match cause {
        Error::Stale => "Somebody changed it after the order was given. Look at it again, then move it.".to_owned(),
        Error::Refused(refusal) => refusal.to_string(),
        Error::Forbidden(_) => "Whoever ordered it may not move records any more.".to_owned(),
        Error::NotFound | Error::Invalid(_) => "It cannot be found as it was ordered.".to_owned(),
        Error::Outage(_) => "Something broke, and nothing of it was changed. It has been logged.".to_owned(),
    }
}
