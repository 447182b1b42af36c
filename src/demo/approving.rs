//! How people of the demo ask for approvals and answer.

use super::people::Who;
use super::times::Dice;
use super::words;
use super::world::World;
use crate::app::approvals::{self, Answer};
use crate::app::sheet::Sheet;
use crate::domain::approvals::{ApprovalState, DenialReason, RoundState, StepState};

pub fn ask(world: &World, who: Who, sheet: &Sheet) -> anyhow::Result<()> {
    world.act(who, |tx| approvals::ask(tx, sheet.full.record.id))
}

pub fn state(sheet: &Sheet) -> Option<RoundState> {
    sheet.round().map(|it| it.round.state)
}

/// How many have answered in the step of this name, if it is open.
pub fn answered(sheet: &Sheet, step: &str) -> Option<usize> {
    let steps = &sheet.round()?.steps;
    let asked = steps.iter().find(|it| it.step.name == step && it.step.state == StepState::Open)?;
    Some(asked.approvals.iter().filter(|(it, _)| matches!(it.state, ApprovalState::Approved | ApprovalState::Denied)).count())
}

/// Whether somebody has approved in this visit.
pub fn has_approved(sheet: &Sheet) -> bool {
    sheet.round().is_some_and(|it| it.steps.iter().flat_map(|step| &step.approvals).any(|(it, _)| it.state == ApprovalState::Approved))
}

/// Whether somebody has denied in the present round.
pub fn has_denied(sheet: &Sheet) -> bool {
    sheet.round().is_some_and(|it| it.steps.iter().flat_map(|step| &step.approvals).any(|(it, _)| it.state == ApprovalState::Denied))
}

pub type Denial = (DenialReason, &'static str);

/// Lets one of those who are asked answer. `denies` may turn it into a denial, by who and step.
/// Returns who answered, and whether they denied; nobody, if nobody is awaited.
pub fn answer(world: &World, sheet: &Sheet, dice: &mut Dice, mut denies: impl FnMut(Who, &str) -> Option<Denial>) -> anyhow::Result<Option<(Who, bool)>> {
    let Some(round) = sheet.round() else { return Ok(None) };
    let mut pending = Vec::new();
    for asked in &round.steps {
        for (approval, _) in asked.approvals.iter().filter(|(it, _)| it.state == ApprovalState::Pending) {
            pending.push((asked, approval.id, world.who(approval.approver_id)?));
        }
    }
    let Some((asked, id, who)) = dice.pick(&pending) else { return Ok(None) };
    let denial = denies(who, &asked.step.name);
    let answer = match denial {
        Some((reason, comment)) => Answer::Deny { reason: Some(reason), comment: comment.to_owned() },
        None => Answer::Approve { comment: remark(sheet, who, &asked.step.name).to_owned() },
    };
    world.act(who, |tx| approvals::decide(tx, id, &asked.step.digest, &answer))?;
    Ok(Some((who, denial.is_some())))
}

/// No two of a round say the same.
fn remark(sheet: &Sheet, who: Who, step: &str) -> &'static str {
    let known = words::approval(step);
    let index = usize::try_from(sheet.full.record.id.0).unwrap_or_default() + who as usize;
    known.get(index % known.len().max(1)).copied().unwrap_or_default()
}

/// Takes back what somebody approved in the open round. Returns whether there was anything.
pub fn retract(world: &World, sheet: &Sheet, who: Who) -> anyhow::Result<bool> {
    let Some(round) = sheet.round().filter(|it| it.round.state == RoundState::Open) else { return Ok(false) };
    let theirs = round.steps.iter().filter(|it| it.step.state == StepState::Open).flat_map(|it| &it.approvals);
    let given = theirs.filter(|(it, _)| it.state == ApprovalState::Approved && it.approver_id == world.id(who)).map(|(it, _)| it.id).next();
    let Some(id) = given else { return Ok(false) };
    world.act(who, |tx| approvals::retract(tx, id))?;
    Ok(true)
}
