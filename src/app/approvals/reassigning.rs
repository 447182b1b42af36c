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
use crate::store::{Tx, choices, events, records, users};

/// Whether somebody who may decide can be asked in a step in another's place: they are not asked there already, and
/// neither own nor coordinate the record, unless the step lets them.
pub fn can_replace(record: &Record, step: &Asked, who: UserId) -> bool {
    (step.step.own_may_decide || !record.is_run_by(who)) && !step.approvals.iter().any(|(it, _)| it.approver_id == who)
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
    let Some(to) = choices::deciders(tx.conn)?.into_iter().find(|it| it.id == to && can_replace(&record, step, to)) else {
        let name = users::active_name(tx.conn, to)?;
        return Err(Refusal::CannotBeAsked(name.unwrap_or_else(|| "This person".into())).into());
    };
    let new = approvals::replace(tx, &asked, to.id)?;
    records::touch(tx, record.id)?;
    let event = Event::ApprovalReassigned { step: step.step.name.clone(), from, to: to.name, reason: reason.to_owned(), approval: new };
    events::record(tx, record.id, &event)?;
    settle(tx, record.id, round.round.id)?;
    Ok(new)
}
