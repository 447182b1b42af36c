//! Taking a record through its workflow: advance, rework, back out, abandon, close; confirmations and waivers on the way.

use super::context::unchanged;
use super::records::{lock_sheet, moving, phase_due};
use super::sheet::Sheet;
use super::{Result, approvals, handovers, policies, reviews, surveys, tasks};
use crate::domain::events::Event;
use crate::domain::ids::RecordId;
use crate::domain::readiness::{Check, Standing};
use crate::domain::records::{Milestone, RecordKind, RecordState};
use crate::domain::refusals::Refusal;
use crate::domain::releases::supersedes;
use crate::domain::requirements::{Outcome, Requirement};
use crate::domain::workflows::{Phase, Transition};
use crate::store::confirmations::{self, NewConfirmation};
use crate::store::{Tx, events, records, related, releases, waivers};

/// Takes the record through a transition, when its requirements are met or waived.
pub fn take(tx: &mut Tx<'_>, id: RecordId, seen: i32, key: &str, reason: &str) -> Result<()> {
    let sheet = lock_sheet(tx, id, moving)?;
    let record = &sheet.full.record;
    unchanged(record.version, seen)?;
    let phase = sheet.full.phase()?;
    let transition = phase.transition(key).ok_or_else(|| Refusal::NoSuchTransition(key.to_owned()))?;
    let blockers: Vec<String> = sheet.checks(transition).into_iter().filter(Check::blocks).map(|it| it.why).collect();
    if !blockers.is_empty() {
        return Err(Refusal::NotReady(blockers).into());
    }
    if transition.asks_reason && reason.is_empty() {
        return Err(Refusal::NeedsReason.into());
    }
    let to = sheet.full.workflow.destination(transition, record.grades()).ok_or_else(|| Refusal::Nowhere(transition.label.clone()))?;
    let state = if to.is_end() { transition.outcome.unwrap_or(RecordState::Closed) } else { RecordState::Open };
    approvals::withdraw_open(tx, &sheet, "The record left the phase.")?;
    handovers::withdraw_open(tx, &sheet, "The record left the phase.")?;
    let due = phase_due(tx, &sheet.full.calendar, to);
    records::enter_phase(tx, record, to, state, due)?;
    let summary = if state == RecordState::Closed { reviews::summary(tx.conn, &sheet)? } else { Vec::new() };
    events::record(tx, id, &event(transition, phase, to, state, reason, summary))?;
    surveys::opening::follow_phase(tx, &sheet, (state == RecordState::Open).then_some(to.key.as_str()))?;
    if state == RecordState::Open {
        handovers::enter_phase(tx, &sheet, to)?;
        tasks::enter_phase(tx, id)?
    } else {
        end(tx, &sheet, state)?
    }
    if record.kind == RecordKind::Change {
        tell_release(tx, id, record.milestone)?
    }
    Ok(())
}

fn event(transition: &Transition, from: &Phase, to: &Phase, state: RecordState, reason: &str, summary: Vec<(String, String)>) -> Event {
    let (transition, from, reason) = (transition.kind, from.name.clone(), reason.to_owned());
    if state == RecordState::Open {
        Event::PhaseEntered { transition, from, to: to.name.clone(), reason }
    } else {
        Event::RecordEnded { transition, from, outcome: state.label().to_owned(), reason, summary }
    }
}

/// What follows when a release has ended: a closed one supersedes earlier ones, any other frees its RFCs.
fn end(tx: &mut Tx<'_>, sheet: &Sheet, state: RecordState) -> Result<()> {
    let id = sheet.full.record.id;
    let Some(release) = &sheet.full.release else { return Ok(()) };
    if state != RecordState::Closed {
        related::release_all(tx, id)?;
        return Ok(());
    }
    related::release_open(tx, id)?;
    let (level, version) = (sheet.full.category.level, release.version());
    for (older, other_level, number) in releases::closed_of(tx.conn, release.ci_id)? {
        if supersedes((level, &version), (other_level, &number)) {
            releases::supersede(tx, older, id)?;
            events::record(tx, older, &Event::ReleaseSuperseded { by: sheet.full.record.name().to_owned() })?;
        } else if supersedes((other_level, &number), (level, &version)) {
            // A larger one closed while this one was still on its way.
            releases::supersede(tx, id, older)?;
            events::record(tx, id, &Event::ReleaseSuperseded { by: RecordKind::Release.number(older) })?;
        }
    }
    Ok(())
}

/// Notes on the release an RFC is bound to that all of its RFCs got as far as authorised, or implemented.
fn tell_release(tx: &mut Tx<'_>, change: RecordId, before: Milestone) -> Result<()> {
    match related::bound_to(tx.conn, change)? {
        Some(release) => tell_progress(tx, release, before),
        None => Ok(()),
    }
}

/// Whether the RFC that was the last to lag behind, at `lagged`, no longer does: it went on, was rejected, or was taken off.
pub(super) fn tell_progress(tx: &mut Tx<'_>, release: RecordId, lagged: Milestone) -> Result<()> {
    related::one_at_a_time(tx, release)?;
    let changes: Vec<_> = related::of_release(tx.conn, release)?.into_iter().filter(|it| it.counts()).collect();
    let all = |milestone| lagged < milestone && !changes.is_empty() && changes.iter().all(|it| it.milestone >= milestone);
    if all(Milestone::Authorised) {
        events::record(tx, release, &Event::ChangesAllAuthorised { count: changes.len() })?;
    }
    if all(Milestone::Implemented) {
        events::record(tx, release, &Event::ChangesAllImplemented { count: changes.len() })?;
    }
    Ok(())
}

/// Records what somebody vouches for, where the phase asks for it.
pub fn confirm(tx: &mut Tx<'_>, id: RecordId, new: &NewConfirmation<'_>) -> Result<()> {
    let sheet = lock_sheet(tx, id, moving)?;
    let requirement = new.subject.requirement();
    if !asked_for(sheet.full.phase()?, requirement) {
        return Err(Refusal::NotAsked(requirement.label()).into());
    }
    if new.subject.is_replaced(sheet.full.record.kind) {
        return Err(Refusal::AskedElsewhere(requirement.label()).into());
    }
    if new.outcome == Outcome::NotApplicable && new.note.is_empty() {
        return Err(Refusal::NotApplicableNeedsNote.into());
    }
    confirmations::insert(tx, id, sheet.full.record.visit, new)?;
    records::touch(tx, id)?;
    let event = Event::ConfirmationRecorded { subject: new.subject, outcome: new.outcome, note: new.note.to_owned(), link: new.link.to_owned() };
    Ok(events::record(tx, id, &event)?)
}

/// Goes on without a requirement, for this visit of the phase.
pub fn waive(tx: &mut Tx<'_>, id: RecordId, requirement: Requirement, reason: &str) -> Result<()> {
    let sheet = lock_sheet(tx, id, moving)?;
    if requirement == Requirement::Approved {
        return Err(Refusal::NotWaivable(requirement.label()).into());
    }
    policies::permit_waiver(tx, requirement)?;
    let phase = sheet.full.phase()?;
    let check = phase.transitions.iter().flat_map(|it| sheet.checks(it)).find(|it| it.requirement == requirement);
    match check.map(|it| it.standing) {
        None => return Err(Refusal::NotAsked(requirement.label()).into()),
        Some(Standing::Met | Standing::Waived) => return Err(Refusal::NothingToWaive(requirement.label()).into()),
        Some(Standing::NotMet) if reason.is_empty() => return Err(Refusal::NeedsReason.into()),
        Some(Standing::NotMet) => {}
    }
    write_waiver(tx, &sheet, requirement, reason)
}

pub(super) fn write_waiver(tx: &mut Tx<'_>, sheet: &Sheet, requirement: Requirement, reason: &str) -> Result<()> {
    let record = &sheet.full.record;
    waivers::insert(tx, record.id, record.visit, requirement, reason)?;
    records::touch(tx, record.id)?;
    Ok(events::record(tx, record.id, &Event::RequirementWaived { requirement, reason: reason.to_owned() })?)
}

/// Whether some way out of this phase asks for a requirement.
pub fn asked_for(phase: &Phase, requirement: Requirement) -> bool {
    phase.transitions.iter().any(|it| it.requirements.contains(&requirement))
}
