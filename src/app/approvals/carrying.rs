//! A round whose record goes on by another version of its workflow: answers in steps that are as before stand, other steps are dropped or asked.

use super::{add_step, awaited, settle};
use crate::app::Result;
use crate::app::sheet::Sheet;
use crate::domain::approvals::{ApprovalState, RoundState, StepState};
use crate::domain::events::Event;
use crate::domain::ids::{ApprovalId, RoundId};
use crate::domain::moving::{Comparison, Fate, compare};
use crate::domain::workflows::ApprovalStep;
use crate::store::approvals::{self, Asked, FullRound};
use crate::store::{Tx, events, policies};

/// Does with the round of the present visit what its fate says. `sheet` has the record as it goes on, `before` the steps that were asked.
pub fn carry(tx: &mut Tx<'_>, sheet: &Sheet, before: &[ApprovalStep], fate: &Fate, reason: &str) -> Result<()> {
    let Some(round) = sheet.round() else { return Ok(()) };
    match fate {
        Fate::Nothing | Fate::Kept => Ok(()),
        Fate::Withdrawn => drop_steps(tx, sheet, round, &round.steps.iter().collect::<Vec<_>>(), reason),
        Fate::Carried { .. } => carry_over(tx, sheet, round, before, reason),
    }
}

fn carry_over(tx: &mut Tx<'_>, sheet: &Sheet, round: &FullRound, before: &[ApprovalStep], reason: &str) -> Result<()> {
    let phase = sheet.full.phase()?.clone();
    let Comparison { same, gone: _, new } = compare(before, &phase.approvals);
    let mut others: Vec<&Asked> = round.steps.iter().collect();
    let mut kept: Vec<(&Asked, i32)> = Vec::new();
    for (was, is) in same {
        if let Some(at) = others.iter().position(|it| it.step.name == was.name && it.step.position == was.position) {
            kept.push((others.remove(at), is.position));
        }
    }
    let id = sheet.full.record.id;
    let goes_on = if others.is_empty() {
        round.round.id
    } else {
        drop_steps(tx, sheet, round, &others, reason)?;
        approvals::open_round(tx, id, &phase.key, sheet.full.record.visit)?
    };
    for (asked, position) in kept {
        approvals::take_over(tx, asked.step.id, goes_on, position)?;
    }
    ask_new(tx, sheet, goes_on, &new)?;
    settle(tx, id, goes_on)
}

/// Nobody needs to answer these steps any more; the round that they stay in is withdrawn, whatever it had come to.
fn drop_steps(tx: &mut Tx<'_>, sheet: &Sheet, round: &FullRound, dropped: &[&Asked], reason: &str) -> Result<()> {
    let spared: Vec<ApprovalId> = dropped.iter().flat_map(|it| awaited(it)).collect();
    for asked in dropped {
        if matches!(asked.step.state, StepState::Waiting | StepState::Open) {
            approvals::set_step(tx, &asked.step, StepState::NotNeeded, None)?;
        }
        approvals::set_undecided(tx, asked.step.id, &[ApprovalState::Waiting, ApprovalState::Pending], ApprovalState::NotNeeded)?;
    }
    approvals::set_round(tx, round.round.id, RoundState::Withdrawn)?;
    let event = Event::RoundWithdrawn { phase: sheet.full.record.phase_name.clone(), reason: reason.to_owned(), spared };
    Ok(events::record(tx, sheet.full.record.id, &event)?)
}

fn ask_new(tx: &mut Tx<'_>, sheet: &Sheet, round: RoundId, new: &[&ApprovalStep]) -> Result<()> {
    let policy = policies::current(tx.conn)?;
    let mut asked = Vec::new();
    for step in new {
        asked.extend(add_step(tx, sheet, round, step, &policy)?);
    }
    if asked.is_empty() {
        return Ok(());
    }
    asked.sort();
    asked.dedup();
    let phase = sheet.full.record.phase_name.clone();
    Ok(events::record(tx, sheet.full.record.id, &Event::ApprovalAsked { phase, approvers: asked })?)
}
