//! Incidents and problems that a release caused, as the service desk's system knows them.

use super::{lock, supporting};
use crate::app::context::unchanged;
use crate::app::{Error, FormErrors, Result, approvals};
use crate::domain::events::{Aftercare, Event, FieldChange};
use crate::domain::ids::{IssueId, RecordId};
use crate::store::early_life::issues::{self, Draft, Issue};
use crate::store::{Tx, events};

pub fn add(tx: &mut Tx<'_>, id: RecordId, new: &Draft) -> Result<IssueId> {
    lock(tx, id, supporting)?;
    let issue = issues::insert(tx, id, new).map_err(taken)?;
    let event = Aftercare::IssueRecorded { issue: new.kind, number: new.number.clone(), title: new.title.clone(), severity: new.severity };
    events::record(tx, id, &Event::Aftercare(event))?;
    approvals::refresh(tx, id)?;
    Ok(issue)
}

pub fn edit(tx: &mut Tx<'_>, issue: IssueId, seen: i32, new: &Draft) -> Result<RecordId> {
    let id = issues::find(tx.conn, issue)?.record_id;
    lock(tx, id, supporting)?;
    let before = issues::find(tx.conn, issue)?;
    unchanged(before.version, seen)?;
    let fields = changes(&before, new);
    if !fields.is_empty() {
        issues::update(tx, &before, new).map_err(taken)?;
        events::record(tx, id, &Event::Aftercare(Aftercare::IssueEdited { number: before.number, fields }))?;
        approvals::refresh(tx, id)?;
    }
    Ok(id)
}

/// What differs between an issue as it stands and as somebody wants it.
pub fn changes(before: &Issue, new: &Draft) -> Vec<FieldChange> {
    let fields = [
        FieldChange::between("Kind", before.kind.label(), new.kind.label()),
        FieldChange::between("Number", &before.number, &new.number),
        FieldChange::between("Title", &before.title, &new.title),
        FieldChange::between("Link", &before.link, &new.link),
        FieldChange::between("Severity", before.severity.label(), new.severity.label()),
        FieldChange::between("State", before.state.label(), new.state.label()),
    ];
    fields.into_iter().flatten().collect()
}

fn taken(error: diesel::result::Error) -> Error {
    if crate::store::is_duplicate(&error) { FormErrors::of("number", "This number is noted here already.").into() } else { error.into() }
}
