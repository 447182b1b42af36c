//! Handing support over: the group that takes over is asked, and somebody of it accepts or declines, here or from a mail.

pub mod checklist;
pub mod links;
mod offer;

pub use offer::{Offer, changed_since};

use super::context::permit;
use super::phases::asked_for;
use super::records::{lock_sheet, moving};
use super::sheet::Sheet;
use super::{Error, FormErrors, Result};
use crate::domain::events::{Aftercare, Event};
use crate::domain::handovers::{HandoverState, Receiver, SHIPPED};
use crate::domain::ids::{GroupId, HandoverId, RecordId};
use crate::domain::people::{Action, Actor};
use crate::domain::refusals::Refusal;
use crate::domain::requirements::Requirement;
use crate::domain::workflows::Phase;
use crate::store::handovers::{self, Named, NewHandover};
use crate::store::records::{Full, Record};
use crate::store::users::Person;
use crate::store::{PgConnection, Tx, choices, events, records};

/// What whoever takes over says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// `seen` names what was shown as open, as [`Offer::seen`] says it.
    Accept {
        note: String,
        seen: String,
    },
    Decline {
        reason: String,
    },
}

/// Asks a group to take over, once the checklist is done.
pub fn ask(tx: &mut Tx<'_>, id: RecordId, group: GroupId, note: &str) -> Result<HandoverId> {
    let sheet = lock_sheet(tx, id, moving)?;
    if !asked_for(sheet.full.phase()?, Requirement::HandoverAccepted) {
        return Err(Refusal::NotAsked(Requirement::HandoverAccepted.label()).into());
    }
    may_be_asked(&sheet)?;
    let name = choices::groups(tx.conn)?.into_iter().find(|(it, _)| *it == group).map(|(_, name)| name);
    let group_name = name.ok_or_else(|| FormErrors::of("group", "This group cannot be chosen any more."))?;
    if askable(tx.conn, &sheet.full.record, group)?.is_empty() {
        return Err(Refusal::NobodyToTakeOver(group_name).into());
    }
    let visit = sheet.full.record.visit;
    let handover = handovers::insert(tx, &NewHandover { record: id, visit, group, note })?;
    records::touch(tx, id)?;
    events::record(tx, id, &Event::Aftercare(Aftercare::HandoverAsked { handover, group, group_name, note: note.to_owned() }))?;
    Ok(handover)
}

/// What of the request and the checklist stands in the way of asking.
fn may_be_asked(sheet: &Sheet) -> std::result::Result<(), Refusal> {
    if sheet.facts().handed_over().0 {
        return Err(Refusal::HandedOverAlready);
    }
    if let Some(asked) = sheet.handover.as_ref().filter(|it| it.handover.is_asked()) {
        return Err(Refusal::HandoverAskedAlready(asked.group.clone()));
    }
    if sheet.checklist.is_empty() {
        return Err(Refusal::ChecklistEmpty);
    }
    let open: Vec<String> = sheet.checklist.iter().filter(|it| !it.is_done()).map(|it| it.title.clone()).collect();
    if open.is_empty() { Ok(()) } else { Err(Refusal::ChecklistOpen(open)) }
}

/// Those of a group who may accept: never who owns or coordinates the release.
pub fn askable(conn: &mut PgConnection, record: &Record, group: GroupId) -> Result<Vec<Person>> {
    Ok(handovers::receivers(conn, group)?.into_iter().filter(|it| !record.is_run_by(it.id)).collect())
}

/// Withdraws the question: nobody needs to answer any more.
pub fn withdraw(tx: &mut Tx<'_>, id: RecordId, reason: &str) -> Result<()> {
    let sheet = lock_sheet(tx, id, moving)?;
    if reason.is_empty() {
        return Err(Refusal::NeedsReason.into());
    }
    if withdraw_open(tx, &sheet, reason)? { Ok(records::touch(tx, id)?) } else { Err(Refusal::NoOpenHandover.into()) }
}

/// Returns whether there was a question to withdraw.
pub(super) fn withdraw_open(tx: &mut Tx<'_>, sheet: &Sheet, reason: &str) -> Result<bool> {
    let Some(open) = sheet.handover.as_ref().filter(|it| it.handover.is_asked()) else { return Ok(false) };
    handovers::settle(tx, open.handover.id, HandoverState::Withdrawn, reason, false)?;
    let event = Aftercare::HandoverWithdrawn { group_name: open.group.clone(), reason: reason.to_owned() };
    events::record(tx, sheet.full.record.id, &Event::Aftercare(event))?;
    Ok(true)
}

/// A release that enters the phase in which support is handed over gets the shipped checklist, unless it has one.
pub(super) fn enter_phase(tx: &mut Tx<'_>, sheet: &Sheet, to: &Phase) -> Result<()> {
    if asked_for(to, Requirement::HandoverAccepted) && sheet.checklist.is_empty() {
        handovers::items::append(tx, sheet.full.record.id, &SHIPPED)?;
    }
    Ok(())
}

/// Accepts or declines, as somebody who signed in.
pub fn answer(tx: &mut Tx<'_>, id: HandoverId, answer: &Answer) -> Result<()> {
    settle(tx, id, answer, false)
}

/// The first answer settles it. Whoever answers later learns who was first.
fn settle(tx: &mut Tx<'_>, id: HandoverId, answer: &Answer, by_link: bool) -> Result<()> {
    permit(tx, Action::Decide)?;
    let record = handovers::find(tx.conn, id)?.handover.record_id;
    let record = records::lock(tx, record)?.record;
    let Named { handover, group, settled_by, .. } = handovers::find(tx.conn, id)?;
    match handover.state {
        HandoverState::Asked => {}
        HandoverState::Accepted | HandoverState::Declined => {
            let who = settled_by.unwrap_or_default();
            return Err(Refusal::HandoverSettled { who, answer: handover.state.label().to_lowercase() }.into());
        }
        HandoverState::Withdrawn => return Err(Refusal::HandoverWithdrawn.into()),
    }
    if !is_current(&record, handover.visit) {
        return Err(Refusal::HandoverWithdrawn.into());
    }
    match receiver(tx.conn, Some(&tx.actor), &record, handover.group_id)? {
        Receiver::May => {}
        Receiver::Own => return Err(Refusal::OwnRecord.into()),
        Receiver::Closed | Receiver::NoRight | Receiver::NoMember => return Err(Refusal::NotReceiving(group).into()),
    }
    let (state, said) = match answer {
        Answer::Accept { note, seen } => {
            let legacy = handovers::legacy(tx.conn, record.id)?;
            if offer::seen(&legacy) != *seen {
                return Err(Error::Stale);
            }
            handovers::set_taken(tx, id, &offer::left(&legacy).join("\n"))?;
            (HandoverState::Accepted, note)
        }
        Answer::Decline { reason } if reason.is_empty() => return Err(Refusal::NeedsReason.into()),
        Answer::Decline { reason } => (HandoverState::Declined, reason),
    };
    handovers::settle(tx, id, state, said, by_link)?;
    records::touch(tx, record.id)?;
    let event = Aftercare::HandoverAnswered { handover: id, state, group_name: group, note: said.clone(), by_link, asked_by: handover.asked_by };
    Ok(events::record(tx, record.id, &Event::Aftercare(event))?)
}

/// Whether the release is still in the visit of the phase in which it was asked.
pub fn is_current(record: &Record, visit: i32) -> bool {
    record.is_open() && record.visit == visit
}

/// Whether this person may answer for the group; nobody stands for an account that is closed.
pub fn receiver(conn: &mut PgConnection, actor: Option<&Actor>, record: &Record, group: GroupId) -> Result<Receiver> {
    let Some(actor) = actor else { return Ok(Receiver::Closed) };
    Ok(if !actor.may(Action::Decide) {
        Receiver::NoRight
    } else if record.is_run_by(actor.id) {
        Receiver::Own
    } else if handovers::is_member(conn, group, actor.id)? {
        Receiver::May
    } else {
        Receiver::NoMember
    })
}

/// The group that takes support over: that is asked or accepted, else the one that the phase names in which it is handed over.
pub fn receiving_group(conn: &mut PgConnection, full: &Full) -> Result<Option<(GroupId, String)>> {
    let phase = full.workflow.phases.iter().find(|it| asked_for(it, Requirement::HandoverAccepted));
    let group = match handovers::asked_group(conn, full.record.id)? {
        Some(asked) => Some(asked),
        None => choices::group_by_key(conn, phase.and_then(|it| it.group.as_deref()).unwrap_or("operations"))?,
    };
    Ok(choices::groups(conn)?.into_iter().find(|(it, _)| Some(*it) == group))
}

/// Whether this actor stands for the group that takes support over: a member of it who may decide and does not run the release.
pub fn receives(conn: &mut PgConnection, actor: &Actor, full: &Full) -> Result<bool> {
    let Some((group, _)) = receiving_group(conn, full)? else { return Ok(false) };
    Ok(receiver(conn, Some(actor), &full.record, group)? == Receiver::May)
}
