//! The checklist of the handover: its points are edited by whoever moves the release, and ticked off by whoever supports it.

use crate::app::context::unchanged;
use crate::app::records::{lock_open, moving};
use crate::app::{Error, Result};
use crate::domain::events::{Aftercare, Event, FieldChange};
use crate::domain::handovers::{Direction, HandoverState, MOST_ITEMS, SHIPPED};
use crate::domain::ids::{HandoverItemId, RecordId};
use crate::domain::people::{Action, Actor};
use crate::domain::records::RecordKind;
use crate::domain::refusals::Refusal;
use crate::store::handovers::items::{self, Item};
use crate::store::records::Record;
use crate::store::{Tx, events, handovers};

/// The permission to tick points off.
pub fn supporting(actor: &Actor, record: &Record) -> Action {
    Action::Support(actor.standing(record.owner_id, record.coordinator_id))
}

/// Lays the shipped list down where there is none.
pub fn lay_down(tx: &mut Tx<'_>, record: RecordId) -> Result<()> {
    let list = lock(tx, record, moving)?;
    if !list.is_empty() {
        return Err(Refusal::ChecklistThere.into());
    }
    items::append(tx, record, &SHIPPED)?;
    let fields = SHIPPED.iter().filter_map(|it| FieldChange::between("Point", "", it)).collect();
    note(tx, record, "the shipped list", fields)
}

/// Adds a point at the end.
pub fn add(tx: &mut Tx<'_>, record: RecordId, title: &str) -> Result<()> {
    let list = lock(tx, record, moving)?;
    if list.len() >= MOST_ITEMS {
        return Err(Refusal::ChecklistFull.into());
    }
    items::append(tx, record, &[title])?;
    note(tx, record, title, FieldChange::between("Point", "", title).into_iter().collect())
}

pub fn rename(tx: &mut Tx<'_>, id: HandoverItemId, seen: i32, title: &str) -> Result<RecordId> {
    let (record, list) = lock_with(tx, id, moving)?;
    let item = seen_in(&list, id, seen)?;
    let Some(change) = FieldChange::between("Title", &item.title, title) else { return Ok(record) };
    items::rename(tx, id, title)?;
    note(tx, record, title, vec![change])?;
    Ok(record)
}

/// One place up or down; what is at the end already stays there.
pub fn shift(tx: &mut Tx<'_>, id: HandoverItemId, direction: Direction) -> Result<RecordId> {
    let (record, list) = lock_with(tx, id, moving)?;
    let mut order: Vec<HandoverItemId> = list.iter().map(|it| it.id).collect();
    let from = order.iter().position(|it| *it == id).ok_or(Error::NotFound)?;
    let to = match direction {
        Direction::Up => from.saturating_sub(1),
        Direction::Down => (from + 1).min(order.len() - 1),
    };
    let Some(change) = FieldChange::between("Place", from + 1, to + 1) else { return Ok(record) };
    order.swap(from, to);
    items::arrange(tx, &order)?;
    note(tx, record, &list[from].title, vec![change])?;
    Ok(record)
}

pub fn remove(tx: &mut Tx<'_>, id: HandoverItemId, seen: i32) -> Result<RecordId> {
    let (record, list) = lock_with(tx, id, moving)?;
    let item = seen_in(&list, id, seen)?;
    items::remove(tx, id)?;
    note(tx, record, &item.title, FieldChange::between("Point", &item.title, "").into_iter().collect())?;
    Ok(record)
}

/// Ticks a point off, or opens it again; twice is once.
pub fn tick(tx: &mut Tx<'_>, id: HandoverItemId, seen: i32, done: bool) -> Result<RecordId> {
    let (record, list) = lock_with(tx, id, supporting)?;
    let item = list.iter().find(|it| it.id == id).ok_or(Error::NotFound)?;
    if item.is_done() == done {
        return Ok(record);
    }
    unchanged(item.version, seen)?;
    items::set_done(tx, id, done)?;
    let yes = |it: bool| if it { "yes" } else { "no" };
    note(tx, record, &item.title, FieldChange::between("Done", yes(!done), yes(done)).into_iter().collect())?;
    Ok(record)
}

fn note(tx: &mut Tx<'_>, record: RecordId, title: &str, fields: Vec<FieldChange>) -> Result<()> {
    Ok(events::record(tx, record, &Event::Aftercare(Aftercare::HandoverItemEdited { title: title.to_owned(), fields }))?)
}

fn seen_in(list: &[Item], id: HandoverItemId, seen: i32) -> Result<&Item> {
    let item = list.iter().find(|it| it.id == id).ok_or(Error::NotFound)?;
    unchanged(item.version, seen)?;
    Ok(item)
}

fn lock_with(tx: &mut Tx<'_>, id: HandoverItemId, action: fn(&Actor, &Record) -> Action) -> Result<(RecordId, Vec<Item>)> {
    let record = items::record_of(tx.conn, id)?;
    Ok((record, lock(tx, record, action)?))
}

/// The checklist of a release that is locked. While a group is asked, and once it accepted, the list stays as it was shown.
fn lock(tx: &mut Tx<'_>, record: RecordId, action: fn(&Actor, &Record) -> Action) -> Result<Vec<Item>> {
    let full = lock_open(tx, record, action)?;
    if full.record.kind != RecordKind::Release {
        return Err(Error::NotFound);
    }
    if let Some(asked) = handovers::of_visit(tx.conn, record, full.record.visit)? {
        match asked.handover.state {
            HandoverState::Asked => return Err(Refusal::ChecklistFixed(asked.group).into()),
            HandoverState::Accepted => return Err(Refusal::ChecklistAccepted.into()),
            HandoverState::Declined | HandoverState::Withdrawn => {}
        }
    }
    Ok(items::list(tx.conn, record)?)
}
