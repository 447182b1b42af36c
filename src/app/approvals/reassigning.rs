//! Asking somebody else in an approver's place.

use super::settle;
use crate::app::context::permit;
use crate::app::{Error, Result};
use crate::domain::approvals::{ApprovalState, RoundState};
use crate::domain::events::Event;
use crate::domain::ids::{ApprovalId, UserId};
use crate::domain::people::Action;
use crate::domain::refusals::Refusal;
use crate::store::approvals::{self, Asked};
use crate::store::records::Record;
use crate::store::users::Person;
use crate::store::{PgConnection, Tx, choices, events, records};

/// Who can be asked in a step in somebody's place: whoever may decide, is not asked there already, and neither owns nor coordinates the record.
pub fn replacements(conn: &mut PgConnection, record: &Record, step: &Asked) -> Result<Vec<Person>> {
    let fits = |it: &Person| {
        it.id != record.owner_id && Some(it.id) != record.coordinator_id && !step.approvals.iter().any(|(approval, _)| approval.approver_id == it.id)
    };
    Ok(choices::deciders(conn)?.into_iter().filter(fits).collect())
}

/// Asks somebody else instead of an approver whose answer is awaited, now or once the step's turn comes.
pub fn reassign(tx: &mut Tx<'_>, id: ApprovalId, to: UserId, reason: &str) -> Result<ApprovalId> {
    permit(tx, Action::Reassign)?;
    let (asked, _) = approvals::find(tx.conn, id)?;
    let record = records::lock(tx, asked.record_id)?.record;
    // Read again: it may have changed while the lock was waited for.
    let (asked, round) = approvals::find(tx.conn, id)?;
    let round = approvals::find_round(tx.conn, round)?;
    if round.round.state != RoundState::Open || !matches!(asked.state, ApprovalState::Waiting | ApprovalState::Pending) {
        return Err(Refusal::NotAwaited.into());
    }
    if reason.is_empty() {
        return Err(Refusal::NeedsReason.into());
    }
    let step = round.steps.iter().find(|it| it.step.id == asked.step_id).ok_or(Error::NotFound)?;
    let from = step.approvals.iter().find(|(it, _)| it.id == id).map(|(_, name)| name.clone()).ok_or(Error::NotFound)?;
    let Some(to) = replacements(tx.conn, &record, step)?.into_iter().find(|it| it.id == to) else {
        let name = crate::store::users::active_name(tx.conn, to)?;
        return Err(Refusal::CannotBeAsked(name.unwrap_or_else(|| "This person".into())).into());
    };
    let new = approvals::replace(tx, &asked, to.id)?;
    records::touch(tx, record.id)?;
    let event = Event::ApprovalReassigned { step: step.step.name.clone(), from, to: to.name, reason: reason.to_owned(), approval: new };
    events::record(tx, record.id, &event)?;
    settle(tx, record.id, round.round.id)?;
    Ok(new)
}
