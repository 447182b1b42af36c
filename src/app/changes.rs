//! Registering RFCs.

use super::context::permit;
use super::error::FormErrors;
use super::records::{insert, items_exist, people_exist, phase_due, window_is_sane};
use super::{Result, releases};
use crate::domain::events::Event;
use crate::domain::ids::{CategoryId, ItemId, RecordId};
use crate::domain::people::Action;
use crate::domain::records::RecordKind;
use crate::domain::refusals::Refusal;
use crate::store::records::{Details, NewRecord, Scope, Window};
use crate::store::{Tx, calendars, categories, events, items, workflows};

#[derive(Clone, Debug)]
pub struct NewChange {
    pub category: CategoryId,
    pub details: Details,
    pub scope: Scope,
    pub window: Window,
    pub items: Vec<ItemId>,
    /// The release that it joins at once.
    pub release: Option<RecordId>,
}

/// Registers an RFC, and relates it to its release if one is named.
pub fn register(tx: &mut Tx<'_>, new: &NewChange) -> Result<RecordId> {
    permit(tx, Action::RegisterChange)?;
    let mut errors = FormErrors::default();
    people_exist(tx, &new.details, &mut errors)?;
    items_exist(tx, &new.items, &[], &mut errors)?;
    window_is_sane(&new.window, &mut errors);
    if !errors.is_empty() {
        return Err(errors.into());
    }
    let category = categories::hold(tx, RecordKind::Change, new.category).map_err(|_| FormErrors::of("category", "This type cannot be chosen any more."))?;
    let workflow = workflows::find(tx.conn, category.workflow_id)?;
    let phase = workflow.first().ok_or_else(|| Refusal::Nowhere(category.name.clone()))?;
    let calendar = calendars::of_item(tx.conn, None)?;
    let record = NewRecord {
        kind: RecordKind::Change,
        category: &category,
        phase,
        phase_due_at: phase_due(tx, &calendar, phase),
        identifier: None,
        ci_id: None,
        details: &new.details,
        scope: &new.scope,
        window: &new.window,
    };
    let id = insert(tx, &record)?;
    items::set_affected(tx, id, &new.items)?;
    events::record(tx, id, &Event::ChangeRegistered { title: new.details.title.clone(), category: category.name.clone() })?;
    if let Some(release) = new.release {
        releases::relate(tx, release, id, "")?;
    }
    Ok(id)
}
