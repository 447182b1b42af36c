//! Asking, withdrawing and settling; and what an edit does to decisions given before it.

pub(super) mod carrying;
mod deciding;
mod reassigning;

pub use deciding::{Answer, decide, decide_by_link, is_current, retract};
pub use reassigning::{can_replace, reassign};

use super::records::{lock_sheet, moving};
use super::sheet::Sheet;
use super::{Result, content};
use crate::domain::approvals::{ApprovalState, RoundState, StepState, StepVerdict, round as settle_round};
use crate::domain::calendars::Calendar;
use crate::domain::events::Event;
use crate::domain::ids::{ApprovalId, RecordId, RoundId, UserId};
use crate::domain::policies::Policy;
use crate::domain::refusals::Refusal;
use crate::domain::workflows::ApprovalStep;
use crate::store::approvals::{self, Approval, Asked, NewStep};
use crate::store::users::Person;
use crate::store::{PgConnection, Tx, calendars, choices, delegations, events, policies, records};
use chrono::{DateTime, Utc};
use std::collections::BTreeSet;

/// Opens a round: asks the approvers of the phase, once.
pub fn ask(tx: &mut Tx<'_>, id: RecordId) -> Result<()> {
    let sheet = lock_sheet(tx, id, moving)?;
    let phase = sheet.full.phase()?.clone();
    if phase.approvals.is_empty() {
        return Err(Refusal::NoApproval.into());
    }
    match sheet.round().map(|it| it.round.state) {
        Some(RoundState::Open) => return Err(Refusal::AskedAlready.into()),
        Some(RoundState::Approved) => return Err(Refusal::ApprovedAlready.into()),
        Some(RoundState::Denied | RoundState::Withdrawn) | None => {}
    }
    let round = approvals::open_round(tx, id, &phase.key, sheet.full.record.visit)?;
    let policy = policies::current(tx.conn)?;
    let mut asked = Vec::new();
    for step in &phase.approvals {
        asked.extend(add_step(tx, &sheet, round, step, &policy)?);
    }
    asked.sort();
    asked.dedup();
    records::touch(tx, id)?;
    events::record(tx, id, &Event::ApprovalAsked { phase: phase.name.clone(), approvers: asked })?;
    settle(tx, id, round)
}

/// Who is left to ask in a step: those who own or coordinate the record only where step and policy say so.
fn askable(conn: &mut PgConnection, sheet: &Sheet, step: &ApprovalStep, policy: &Policy) -> Result<(String, Vec<Person>)> {
    let record = &sheet.full.record;
    let own_may = step.self_approval.allows(policy.self_approval);
    let (asked_as, people) = choices::approvers(conn, &step.approvers)?;
    Ok((asked_as, people.into_iter().filter(|it| own_may || !record.is_run_by(it.id)).collect()))
}

/// How many people a round would ask, those who stand in for somebody included.
pub fn would_ask(conn: &mut PgConnection, sheet: &Sheet, policy: &Policy, now: DateTime<Utc>) -> Result<usize> {
    let record = &sheet.full.record;
    let mut people = BTreeSet::new();
    for step in &sheet.full.phase()?.approvals {
        let asked: Vec<UserId> = askable(conn, sheet, step, policy)?.1.into_iter().map(|it| it.id).collect();
        let own_may = step.self_approval.allows(policy.self_approval);
        let substitutes = delegations::substitutes(conn, &asked, now)?;
        people.extend(substitutes.into_values().filter(|it| own_may || !record.is_run_by(*it)));
        people.extend(asked);
    }
    Ok(people.len())
}

fn add_step(tx: &mut Tx<'_>, sheet: &Sheet, round: RoundId, step: &ApprovalStep, policy: &Policy) -> Result<Vec<String>> {
    let id = sheet.full.record.id;
    let (asked_as, people) = askable(tx.conn, sheet, step, policy)?;
    if people.is_empty() {
        return Err(Refusal::NobodyToAsk { step: step.name.clone(), who: asked_as }.into());
    }
    let digest = approvals::keep_content(tx, id, &content::of(sheet, &step.covers))?;
    let approvers: Vec<UserId> = people.iter().map(|it| it.id).collect();
    let new = NewStep {
        position: step.position,
        name: &step.name,
        rule: step.rule,
        covers: &step.covers,
        digest: &digest,
        days: i32::try_from(step.days).unwrap_or(i32::MAX),
        asked_as: &asked_as,
        approvers: &approvers,
        own_may_decide: step.self_approval.allows(policy.self_approval),
    };
    approvals::add_step(tx, id, round, &new)?;
    Ok(people.into_iter().map(|it| it.name).collect())
}

/// Withdraws the open round: nobody needs to answer any more.
pub fn withdraw(tx: &mut Tx<'_>, id: RecordId, reason: &str) -> Result<()> {
    let sheet = lock_sheet(tx, id, moving)?;
    if reason.is_empty() {
        return Err(Refusal::NeedsReason.into());
    }
    if withdraw_open(tx, &sheet, reason)? { Ok(records::touch(tx, id)?) } else { Err(Refusal::NoOpenRound.into()) }
}

/// Returns whether there was one to withdraw.
pub(super) fn withdraw_open(tx: &mut Tx<'_>, sheet: &Sheet, reason: &str) -> Result<bool> {
    let Some(open) = sheet.rounds.iter().find(|it| it.round.state == RoundState::Open) else { return Ok(false) };
    let spared = open.steps.iter().flat_map(awaited).collect();
    for asked in &open.steps {
        if matches!(asked.step.state, StepState::Waiting | StepState::Open) {
            approvals::set_step(tx, &asked.step, StepState::NotNeeded, None)?;
        }
        approvals::set_undecided(tx, asked.step.id, &[ApprovalState::Waiting, ApprovalState::Pending], ApprovalState::NotNeeded)?;
    }
    approvals::set_round(tx, open.round.id, RoundState::Withdrawn)?;
    let phase = sheet.full.record.phase_name.clone();
    events::record(tx, sheet.full.record.id, &Event::RoundWithdrawn { phase, reason: reason.to_owned(), spared })?;
    Ok(true)
}

/// After an edit: decisions whose step covers what changed are asked anew.
pub(super) fn refresh(tx: &mut Tx<'_>, id: RecordId) -> Result<()> {
    let sheet = Sheet::load(tx.conn, id)?;
    let Some(round) = sheet.round().filter(|it| matches!(it.round.state, RoundState::Open | RoundState::Approved)) else { return Ok(()) };
    let mut reopened = false;
    for asked in &round.steps {
        let now = content::of(&sheet, &asked.step.covers());
        if now.digest() == asked.step.digest {
            continue;
        }
        let before = approvals::content(tx.conn, id, &asked.step.digest)?;
        let changed: Vec<String> = now.differences(&before).into_iter().map(|it| it.part).collect();
        let digest = approvals::keep_content(tx, id, &now)?;
        approvals::set_digest(tx, asked.step.id, &digest)?;
        for (approval, approver) in asked.approvals.iter().filter(|(it, _)| matches!(it.state, ApprovalState::Approved | ApprovalState::Denied)) {
            approvals::ask_anew(tx, approval.id)?;
            let event =
                Event::ApprovalReopened { step: asked.step.name.clone(), approver: approver.clone(), changed: changed.clone(), approval: Some(approval.id) };
            events::record(tx, id, &event)?;
        }
        reopened = true;
    }
    if reopened { settle(tx, id, round.round.id) } else { Ok(()) }
}

/// Whoever became owner or coordinator is asked no longer, and what they decided does not count; except in steps where they may decide.
pub(super) fn exclude_own(tx: &mut Tx<'_>, id: RecordId) -> Result<()> {
    let sheet = Sheet::load(tx.conn, id)?;
    let record = &sheet.full.record;
    let own = |it: &Approval| record.is_run_by(it.approver_id);
    let Some(round) = sheet.round().filter(|it| matches!(it.round.state, RoundState::Open | RoundState::Approved)) else { return Ok(()) };
    let mut excluded = false;
    for asked in round.steps.iter().filter(|it| !it.step.own_may_decide) {
        for (approval, approver) in asked.approvals.iter().filter(|(it, _)| own(it) && it.state != ApprovalState::Excluded) {
            approvals::exclude(tx, approval.id)?;
            events::record(tx, id, &Event::ApprovalExcluded { step: asked.step.name.clone(), approver: approver.clone() })?;
            excluded = true;
        }
    }
    if excluded { settle(tx, id, round.round.id) } else { Ok(()) }
}

/// Brings the round, its steps and those asked to where the answers put them.
fn settle(tx: &mut Tx<'_>, record: RecordId, round: RoundId) -> Result<()> {
    let full = approvals::find_round(tx.conn, round)?;
    let calendar = records::full(tx.conn, record)?.calendar;
    let verdicts: Vec<StepVerdict> = full.steps.iter().map(verdict).collect();
    let (state, steps) = settle_round(&verdicts);
    let mut spared: Vec<ApprovalId> = Vec::new();
    for (asked, step_state) in full.steps.iter().zip(&steps) {
        if !matches!(step_state, StepState::Approved | StepState::Open | StepState::Waiting | StepState::Denied) {
            spared.extend(awaited(asked));
        }
    }
    for (asked, step_state) in full.steps.iter().zip(steps) {
        settle_step(tx, record, &calendar, asked, step_state)?;
    }
    if state != full.round.state {
        approvals::set_round(tx, round, state)?;
        if state != RoundState::Open {
            let phase = records::find(tx.conn, record)?.phase_name;
            events::record(tx, record, &Event::RoundSettled { phase, state, spared, denials: full.steps.iter().flat_map(denials).collect() })?;
        }
        records::touch(tx, record)?;
    }
    Ok(())
}

/// Each denial in a line: `Ines Kovač for Paul Schreiber, financial: Too dear`.
fn denials(asked: &Asked) -> Vec<String> {
    let reason = |it: &Approval| it.reason.map_or_else(String::new, |it| format!(", {}", it.label().to_lowercase()));
    asked.denials().map(|(who, it)| format!("{who}{}: {}", reason(it), it.comment)).collect()
}

fn verdict(asked: &Asked) -> StepVerdict {
    StepVerdict { position: asked.step.position, verdict: asked.step.rule().verdict(asked.tally()) }
}

fn settle_step(tx: &mut Tx<'_>, record: RecordId, calendar: &Calendar, asked: &Asked, state: StepState) -> Result<()> {
    use ApprovalState::{NotNeeded, Pending, Waiting};
    let step = asked.step.id;
    match state {
        StepState::Waiting => approvals::set_undecided(tx, step, &[Pending, NotNeeded], Waiting)?,
        StepState::Open => approvals::set_undecided(tx, step, &[Waiting, NotNeeded], Pending)?,
        StepState::Approved | StepState::Denied | StepState::NotNeeded => approvals::set_undecided(tx, step, &[Waiting, Pending], NotNeeded)?,
    }
    if state == StepState::Open {
        tell_opened(tx, record, asked)?;
    }
    let due = if state == StepState::Open && begins_anew(asked, tx.now) { Some(step_due(tx, calendar, asked)?) } else { None };
    if state != asked.step.state || due.is_some() {
        approvals::set_step(tx, &asked.step, state, due)?;
        if matches!(state, StepState::Approved | StepState::Denied) {
            events::record(tx, record, &Event::StepSettled { step: asked.step.name.clone(), state, spared: awaited(asked).collect() })?;
        }
    }
    Ok(())
}

/// Whether the time of an open step counts from now: it opens for the first time, or somebody is asked who was not while there was time.
fn begins_anew(asked: &Asked, now: DateTime<Utc>) -> bool {
    let Some(due) = asked.step.due_at else { return asked.step.opened_at.is_none() };
    let too_late = |it: &Approval| match it.state {
        ApprovalState::Waiting | ApprovalState::NotNeeded => true,
        ApprovalState::Pending => it.pending_at.is_some_and(|at| at >= due),
        ApprovalState::Approved | ApprovalState::Denied | ApprovalState::Excluded => false,
    };
    due <= now && asked.approvals.iter().any(|(it, _)| too_late(it))
}

/// When a step that opens now should be settled, in the calendar of the group it asks, or that of the record.
fn step_due(tx: &mut Tx<'_>, calendar: &Calendar, asked: &Asked) -> Result<DateTime<Utc>> {
    let days = u32::try_from(asked.step.days).unwrap_or(0);
    let own = match asked.approvals.first() {
        Some((first, _)) => calendars::of_group_named(tx.conn, &first.asked_as)?,
        None => None,
    };
    Ok(own.as_ref().unwrap_or(calendar).due(tx.now, days))
}

/// The approvals of a step that wait for an answer.
fn awaited(asked: &Asked) -> impl Iterator<Item = ApprovalId> {
    asked.approvals.iter().filter(|(it, _)| it.state == ApprovalState::Pending).map(|(it, _)| it.id)
}

/// Notes whose answers are awaited from now on.
fn tell_opened(tx: &mut Tx<'_>, record: RecordId, asked: &Asked) -> Result<()> {
    let new: Vec<_> = asked.approvals.iter().filter(|(it, _)| matches!(it.state, ApprovalState::Waiting | ApprovalState::NotNeeded)).collect();
    if new.is_empty() {
        return Ok(());
    }
    let (approvals, approvers) = new.into_iter().map(|(it, name)| (it.id, name.clone())).unzip();
    Ok(events::record(tx, record, &Event::StepOpened { step: asked.step.name.clone(), approvals, approvers })?)
}
