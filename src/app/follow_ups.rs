//! Follow-up actions of a release: added, edited, done, handed on.

use super::context::{permit, unchanged};
use super::error::FormErrors;
use super::tasks::{managing, working};
use super::{Error, Result, approvals};
use crate::domain::events::{Aftercare, Event, FieldChange};
use crate::domain::follow_ups::FollowUpState;
use crate::domain::ids::{FollowUpId, RecordId, UserId};
use crate::domain::records::RecordKind;
use crate::domain::refusals::Refusal;
use crate::store::follow_ups::{self, Draft, FollowUp};
use crate::store::records::{self, Full};
use crate::store::{Tx, events, users};
use chrono::{DateTime, Utc};

pub fn add(tx: &mut Tx<'_>, record: RecordId, draft: &Draft) -> Result<FollowUpId> {
    lock_open(tx, record)?;
    assignee_exists(tx, draft.assignee_id)?;
    is_to_come(tx, draft.due_at, None)?;
    let id = follow_ups::insert(tx, record, draft, None)?.ok_or(Error::NotFound)?;
    records::touch(tx, record)?;
    let event = Aftercare::FollowUpAdded { follow_up: id, title: draft.title.clone(), assignee: draft.assignee_id };
    events::record(tx, record, &Event::Aftercare(event))?;
    approvals::refresh(tx, record)?;
    Ok(id)
}

pub fn edit(tx: &mut Tx<'_>, id: FollowUpId, seen: i32, draft: &Draft) -> Result<RecordId> {
    let record = follow_ups::find(tx.conn, id)?.record_id;
    lock_open(tx, record)?;
    let before = follow_ups::find(tx.conn, id)?;
    unchanged(before.version, seen)?;
    if before.state != FollowUpState::Open {
        return Err(Refusal::FollowUpSettled.into());
    }
    assignee_exists(tx, draft.assignee_id)?;
    is_to_come(tx, draft.due_at, before.due_at)?;
    let fields = changes(tx, &before, draft)?;
    if fields.is_empty() {
        return Ok(record);
    }
    follow_ups::update(tx, id, draft)?;
    let assignee = draft.assignee_id.filter(|_| draft.assignee_id != before.assignee_id);
    events::record(tx, record, &Event::Aftercare(Aftercare::FollowUpEdited { follow_up: id, title: draft.title.clone(), assignee, fields }))?;
    approvals::refresh(tx, record)?;
    Ok(record)
}

/// Says that it is done, that somebody else has it from now on, or that it is open after all. Whoever it is assigned to may.
pub fn take(tx: &mut Tx<'_>, id: FollowUpId, to: FollowUpState, note: &str) -> Result<RecordId> {
    let record = follow_ups::find(tx.conn, id)?.record_id;
    let full = records::lock(tx, record)?;
    let action = follow_ups::find(tx.conn, id)?;
    permit(tx, working(&tx.actor, &full.record, action.assignee_id == Some(tx.actor.id)))?;
    if !full.record.is_open() {
        return Err(Refusal::Ended.into());
    }
    match (action.state, to) {
        (FollowUpState::Open, FollowUpState::Open) => return Err(Refusal::FollowUpOpen.into()),
        (FollowUpState::Done | FollowUpState::HandedOn, FollowUpState::Done | FollowUpState::HandedOn) => return Err(Refusal::FollowUpSettled.into()),
        (FollowUpState::Open, FollowUpState::HandedOn) if note.is_empty() => {
            return Err(FormErrors::of("note", "Say to whom it is handed on, and under which number it is found there.").into());
        }
        (FollowUpState::Open, FollowUpState::Done) if note.is_empty() => {
            return Err(FormErrors::of("note", "Say what came of it.").into());
        }
        (FollowUpState::Open, FollowUpState::Done | FollowUpState::HandedOn) | (FollowUpState::Done | FollowUpState::HandedOn, FollowUpState::Open) => {}
    }
    follow_ups::set_state(tx, id, to, note)?;
    records::touch(tx, record)?;
    events::record(tx, record, &Event::Aftercare(Aftercare::FollowUpMoved { title: action.title, to, note: note.to_owned() }))?;
    approvals::refresh(tx, record)?;
    Ok(record)
}

/// The release, locked, open, and one whose work this actor may plan.
fn lock_open(tx: &mut Tx<'_>, record: RecordId) -> Result<Full> {
    let full = super::records::lock_open(tx, record, managing)?;
    if full.record.kind == RecordKind::Release { Ok(full) } else { Err(Error::NotFound) }
}

/// Nothing new is to be done by a time that is over.
fn is_to_come(tx: &Tx<'_>, due: Option<DateTime<Utc>>, before: Option<DateTime<Utc>>) -> Result<()> {
    match due {
        Some(time) if time < tx.now && due != before => Err(FormErrors::of("due_at", "This time is over already.").into()),
        Some(_) | None => Ok(()),
    }
}

fn assignee_exists(tx: &mut Tx<'_>, assignee: Option<UserId>) -> Result<()> {
    match assignee {
        Some(user) if users::active_name(tx.conn, user)?.is_none() => Err(FormErrors::of("assignee", "This person cannot be chosen any more.").into()),
        Some(_) | None => Ok(()),
    }
}

fn changes(tx: &mut Tx<'_>, before: &FollowUp, draft: &Draft) -> Result<Vec<FieldChange>> {
    let mut name = |user: Option<UserId>| -> Result<String> { Ok(user.map(|it| users::find(tx.conn, it)).transpose()?.map_or_else(String::new, |it| it.name)) };
    let (old, new) = (name(before.assignee_id)?, name(draft.assignee_id)?);
    let pairs = [
        FieldChange::between("Point", before.point.label(), draft.point.label()),
        FieldChange::between("Title", &before.title, &draft.title),
        FieldChange::between("Description", &before.description, &draft.description),
        FieldChange::between("Assignee", old, new),
        FieldChange::between("Due", time(before.due_at), time(draft.due_at)),
    ];
    Ok(pairs.into_iter().flatten().collect())
}

fn time(time: Option<DateTime<Utc>>) -> String {
    time.map_or_else(String::new, |it| it.format("%Y-%m-%d %H:%M UTC").to_string())
}
