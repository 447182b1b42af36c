//! Giving a decision, in one's own name or in that of somebody who is away; taking it back.

use super::{exclude_own, refresh, settle};
use crate::app::context::permit;
use crate::app::{Error, Result};
use crate::domain::approvals::{ApprovalState, DenialReason, RoundState};
use crate::domain::events::Event;
use crate::domain::ids::{ApprovalId, UserId};
use crate::domain::links::may_take_back;
use crate::domain::people::Action;
use crate::domain::refusals::Refusal;
use crate::store::approvals::{self, Approval, Asked, Decision, FullRound, Round};
use crate::store::records::Record;
use crate::store::{PgConnection, Tx, delegations, events, records};

/// What an approver answers.
#[derive(Clone, Debug)]
pub enum Answer {
    Approve { comment: String },
    Deny { reason: Option<DenialReason>, comment: String },
}

/// Gives a decision on what one was shown, which its digest names.
pub fn decide(tx: &mut Tx<'_>, id: ApprovalId, seen_digest: &str, answer: &Answer) -> Result<()> {
    decide_by(tx, id, seen_digest, answer, false)
}

/// [`decide`] from the mail.
pub fn decide_by_link(tx: &mut Tx<'_>, id: ApprovalId, seen_digest: &str, answer: &Answer) -> Result<()> {
    decide_by(tx, id, seen_digest, answer, true)
}

fn decide_by(tx: &mut Tx<'_>, id: ApprovalId, seen_digest: &str, answer: &Answer, by_link: bool) -> Result<()> {
    let Locked { approval, step, round, .. } = lock(tx, id, false)?;
    if !matches!(approval.state, ApprovalState::Pending) {
        return Err(not_pending(&approval, &step, &round).into());
    }
    if step.step.digest != seen_digest {
        return Err(Refusal::ContentChanged.into());
    }
    let (state, reason, comment) = match answer {
        Answer::Approve { comment } => (ApprovalState::Approved, None, comment),
        Answer::Deny { reason: Some(reason), comment } if !comment.is_empty() => (ApprovalState::Denied, Some(*reason), comment),
        Answer::Deny { .. } => return Err(Refusal::DenialNeedsReason.into()),
    };
    approvals::decide(tx, id, &Decision { state, reason, comment, seen_digest, by_link })?;
    let decided = approvals::find_round(tx.conn, round.round.id)?;
    let dooms = state == ApprovalState::Denied && decided.steps.iter().any(|it| it.step.id == approval.step_id && it.is_doomed());
    let event = Event::ApprovalDecided {
        step: step.step.name.clone(),
        decision: state,
        reason,
        comment: comment.clone(),
        digest: seen_digest.to_owned(),
        approval: Some(id),
        by_link,
        dooms,
    };
    events::record_for(tx, approval.record_id, stood_for(tx, &approval), &event)?;
    settle(tx, approval.record_id, round.round.id)
}

/// Takes a decision back: while the round is open, and for ten minutes even when it is settled.
pub fn retract(tx: &mut Tx<'_>, id: ApprovalId) -> Result<()> {
    let Locked { record, approval, step, round } = lock(tx, id, true)?;
    if !matches!(approval.state, ApprovalState::Approved | ApprovalState::Denied) {
        return Err(Refusal::NothingToRetract.into());
    }
    // A substitute takes back what they decided, not what the approver did.
    if approval.approver_id != tx.actor.id && approval.decided_by != Some(tx.actor.id) {
        return Err(Refusal::NothingToRetract.into());
    }
    let current = is_current(tx.conn, &record, &round.round)?;
    if !may_take_back(round.round.state, current, approval.decided_at, tx.now) {
        let moved_on = round.round.state != RoundState::Withdrawn && !current;
        return Err(if moved_on { Refusal::MovedOn } else { Refusal::Settled(round.round.state.label().to_lowercase()) }.into());
    }
    // Whoever decided late stays late.
    if step.step.due_at.is_some_and(|due| approval.decided_at.is_some_and(|at| at >= due)) {
        approvals::undecide(tx, id)?;
    } else {
        approvals::ask_anew(tx, id)?;
    }
    let after = approvals::find_round(tx.conn, round.round.id)?;
    let after = after.steps.iter().find(|it| it.step.id == approval.step_id);
    let (is_lost, is_denied) = (after.is_some_and(Asked::is_lost), after.is_some_and(Asked::is_denied));
    let (revives, reopens) = (step.is_lost() && !is_lost, step.is_denied() && !is_denied);
    let event = Event::ApprovalRetracted { step: step.step.name.clone(), revives, reopens };
    events::record_for(tx, approval.record_id, stood_for(tx, &approval), &event)?;
    settle(tx, record.id, round.round.id)?;
    if round.round.state == RoundState::Open {
        return Ok(());
    }
    // What happened while a denied round was settled was nobody's to decide; now it is again.
    exclude_own(tx, record.id)?;
    refresh(tx, record.id)
}

/// Whether this is the newest round of the record, which is still on the visit that it was asked for.
pub fn is_current(conn: &mut PgConnection, record: &Record, round: &Round) -> Result<bool> {
    Ok(record.is_open() && record.visit == round.visit && approvals::newest_round(conn, record.id)? == Some(round.id))
}

/// In whose place the actor decides, if it is not their own.
fn stood_for(tx: &Tx<'_>, approval: &Approval) -> Option<UserId> {
    (approval.approver_id != tx.actor.id).then_some(approval.approver_id)
}

fn not_pending(approval: &Approval, step: &Asked, round: &FullRound) -> Refusal {
    match approval.state {
        ApprovalState::Waiting if round.round.state == RoundState::Open => Refusal::NotYourTurn,
        ApprovalState::Approved | ApprovalState::Denied => Refusal::Settled(match step.decider(approval) {
            Some(name) => format!("decided by {name} already"),
            None => "decided by you already".into(),
        }),
        ApprovalState::Excluded => step.replacement(&approval.id).map_or(Refusal::OwnRecord, |name| Refusal::AskedInstead(name.to_owned())),
        ApprovalState::Waiting | ApprovalState::NotNeeded | ApprovalState::Pending => Refusal::Settled(round.round.state.label().to_lowercase()),
    }
}

struct Locked {
    record: Record,
    approval: Approval,
    step: Asked,
    round: FullRound,
}

/// The approval with its step and round, its record locked. For others than whom it asks and who stands in for them there is none;
/// whoever decided may take that back, even when they stand in no longer.
fn lock(tx: &mut Tx<'_>, id: ApprovalId, takes_back: bool) -> Result<Locked> {
    let (approval, _) = approvals::find(tx.conn, id)?;
    let me = tx.actor.id;
    let decided = takes_back && approval.decided_by == Some(me);
    if approval.approver_id != me && !decided && !delegations::stands_in(tx.conn, me, approval.approver_id, tx.now)? {
        return Err(Error::NotFound);
    }
    permit(tx, Action::Decide)?;
    let record = records::lock(tx, approval.record_id)?.record;
    // Read again: it may have changed while the lock was waited for.
    let (approval, round_id) = approvals::find(tx.conn, id)?;
    let round = approvals::find_round(tx.conn, round_id)?;
    let step = round.steps.iter().find(|it| it.step.id == approval.step_id).cloned().ok_or(Error::NotFound)?;
    if record.is_run_by(me) && !step.step.own_may_decide {
        return Err(Refusal::OwnRecord.into());
    }
    Ok(Locked { record, approval, step, round })
}
