//! Opening again what has ended: by an administrator, with a reason, and on the record.

use super::context::{permit, unchanged};
use super::records::phase_due;
use super::{Result, tasks};
use crate::domain::events::Event;
use crate::domain::ids::RecordId;
use crate::domain::people::Action;
use crate::domain::records::{RecordKind, RecordState};
use crate::domain::refusals::Refusal;
use crate::store::{Tx, events, records, related, releases, visits};

/// Takes a record that has ended back into the phase that it ended from, as a new visit: what was confirmed and approved there is asked anew.
pub fn reopen(tx: &mut Tx<'_>, id: RecordId, seen: i32, reason: &str) -> Result<()> {
    permit(tx, Action::Reopen)?;
    let full = records::lock(tx, id)?;
    unchanged(full.record.version, seen)?;
    if full.record.is_open() {
        return Err(Refusal::NotEnded.into());
    }
    if reason.is_empty() {
        return Err(Refusal::NeedsReason.into());
    }
    let before = visits::list(tx.conn, id)?.into_iter().rev().find_map(|it| full.workflow.phase(&it.phase).filter(|it| !it.is_end()));
    let phase = before.ok_or(Refusal::NoPhaseToReopen)?;
    let due = phase_due(tx, &full.calendar, phase);
    records::enter_phase(tx, &full.record, phase, RecordState::Open, due)?;
    events::record(tx, id, &Event::RecordReopened { phase: phase.name.clone(), reason: reason.to_owned() })?;
    if full.record.kind == RecordKind::Release {
        reinstate(tx, &full)?;
        take_back_changes(tx, id)?;
    }
    tasks::enter_phase(tx, id)
}

/// The releases whose place it took when it closed are superseded no longer: it takes it again when it closes again.
fn reinstate(tx: &mut Tx<'_>, full: &records::Full) -> Result<()> {
    let name = full.record.name().to_owned();
    for older in releases::reinstate(tx, full.record.id)? {
        events::record(tx, older, &Event::ReleaseReinstated { by: name.clone() })?;
    }
    Ok(())
}

/// The RFCs that were set free when it ended belong to it again; those that joined another release meanwhile stay there.
fn take_back_changes(tx: &mut Tx<'_>, id: RecordId) -> Result<()> {
    let gone = related::bind_again(tx, id)?;
    let release = RecordKind::Release.number(id);
    for change in gone {
        events::record(tx, id, &Event::ChangeUnrelated { release: release.clone(), change: RecordKind::Change.number(change) })?;
    }
    Ok(())
}
