//! Known errors with their workaround, and who accepted to live with them.

use super::{lock, supporting};
use crate::app::context::unchanged;
use crate::app::handovers::receives;
use crate::app::records::moving;
use crate::app::{Error, Result, approvals};
use crate::domain::events::{Aftercare, Event, FieldChange};
use crate::domain::ids::{KnownErrorId, RecordId};
use crate::domain::people::Actor;
use crate::domain::refusals::Refusal;
use crate::store::early_life::known_errors::{self, Draft, KnownError};
use crate::store::records::Full;
use crate::store::{PgConnection, Tx, events};

pub fn add(tx: &mut Tx<'_>, id: RecordId, new: &Draft) -> Result<KnownErrorId> {
    lock(tx, id, supporting)?;
    let error = known_errors::insert(tx, id, new)?;
    events::record(tx, id, &Event::Aftercare(Aftercare::KnownErrorRecorded { title: new.title.clone() }))?;
    approvals::refresh(tx, id)?;
    Ok(error)
}

/// Whoever accepted it is asked again.
pub fn edit(tx: &mut Tx<'_>, error: KnownErrorId, seen: i32, new: &Draft) -> Result<RecordId> {
    let id = known_errors::find(tx.conn, error)?.record_id;
    lock(tx, id, supporting)?;
    let before = known_errors::find(tx.conn, error)?;
    unchanged(before.version, seen)?;
    let mut fields = changes(&before, new);
    if !fields.is_empty() {
        fields.extend(FieldChange::between("Accepted by", before.accepted_by.clone().unwrap_or_default(), ""));
        known_errors::update(tx, error, new)?;
        events::record(tx, id, &Event::Aftercare(Aftercare::KnownErrorEdited { title: before.title, fields }))?;
        approvals::refresh(tx, id)?;
    }
    Ok(id)
}

/// Somebody accepts to live with it: whoever moves the release, or is in the group that takes support over.
pub fn accept(tx: &mut Tx<'_>, error: KnownErrorId, seen: i32) -> Result<RecordId> {
    let id = known_errors::find(tx.conn, error)?.record_id;
    let full = lock(tx, id, |_, _| crate::domain::people::Action::Watch)?;
    if !may_accept(tx.conn, &tx.actor.clone(), &full)? {
        return Err(Error::Forbidden(moving(&tx.actor, &full.record)));
    }
    let before = known_errors::find(tx.conn, error)?;
    unchanged(before.version, seen)?;
    if before.accepted_at.is_some() {
        return Err(Refusal::AcceptedAlready.into());
    }
    known_errors::accept(tx, error)?;
    events::record(tx, id, &Event::Aftercare(Aftercare::KnownErrorAccepted { title: before.title }))?;
    approvals::refresh(tx, id)?;
    Ok(id)
}

pub fn may_accept(conn: &mut PgConnection, actor: &Actor, full: &Full) -> Result<bool> {
    Ok(actor.may(moving(actor, &full.record)) || receives(conn, actor, full)?)
}

/// What differs between a known error as it stands and as somebody wants it.
pub fn changes(before: &KnownError, new: &Draft) -> Vec<FieldChange> {
    let fields = [
        FieldChange::between("Title", &before.title, &new.title),
        FieldChange::between("Symptoms", &before.symptoms, &new.symptoms),
        FieldChange::between("Workaround", &before.workaround, &new.workaround),
    ];
    fields.into_iter().flatten().collect()
}
