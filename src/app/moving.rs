//! Moving running records to another version of their workflow: looked at first, then one by one or many through the worker.

pub mod many;

use super::context::{permit, unchanged};
use super::records::lock_open;
use super::sheet::Sheet;
use super::{Error, FormErrors, Result, approvals, handovers, phases, tasks};
use crate::domain::events::{Event, FieldChange};
use crate::domain::ids::{RecordId, WorkflowId};
use crate::domain::moving::{Changes, Fate, Mapping, Misplaced, MovingRefusal, changes};
use crate::domain::people::Action;
use crate::domain::records::{RecordKind, RecordState};
use crate::domain::requirements::Requirement;
use crate::store::moving::running::{self, Running};
use crate::store::moving::versions::{self, Version};
use crate::store::records::Record;
use crate::store::{PgConnection, Tx, events, moving, records};
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;

/// Under this name a form shows that a phase has no place.
pub const MAPPING: &str = "mapping";

/// From which version to which, and where each phase goes.
#[derive(Clone, Debug)]
pub struct Way {
    pub from: Version,
    pub to: Version,
    pub mapping: Mapping,
}

/// Two versions that records can be moved between.
pub fn pair(conn: &mut PgConnection, from: WorkflowId, to: WorkflowId) -> Result<(Version, Version)> {
    let (from, to) = (versions::find(conn, from)?, versions::find(conn, to)?);
    if from.kind == to.kind && from.id != to.id { Ok((from, to)) } else { Err(Error::NotFound) }
}

impl Way {
    /// As somebody chose; beside each phase that has no place stands why.
    pub fn chosen(from: Version, to: Version, chosen: &BTreeMap<String, String>) -> std::result::Result<Way, BTreeMap<String, Misplaced>> {
        let mapping = Mapping::chosen(&from.workflow, &to.workflow, chosen)?;
        Ok(Way { from, to, mapping })
    }

    /// What moving this record now would change.
    fn changes(&self, it: &Running, now: DateTime<Utc>) -> Result<Changes> {
        let facts = it.facts();
        Ok(changes(&facts, &self.from.workflow, &self.to.workflow, &self.mapping, now)?)
    }
}

/// A running record with what moving it would change, or why it cannot be moved.
pub struct Preview {
    pub record: Record,
    pub changes: std::result::Result<Changes, MovingRefusal>,
}

/// The records that run by the version after this one, with what moving each would change.
pub fn preview(conn: &mut PgConnection, way: &Way, after: Option<RecordId>, limit: i64, now: DateTime<Utc>) -> Result<Vec<Preview>> {
    Ok(running::page(conn, way.from.id, after, limit)?.into_iter().map(|it| look_at(way, it, now)).collect())
}

/// The same for one record; nothing if it does not run by the version any more.
pub fn preview_one(conn: &mut PgConnection, way: &Way, id: RecordId, now: DateTime<Utc>) -> Result<Vec<Preview>> {
    let it = running::one(conn, id)?;
    let runs = it.record.is_open() && it.record.workflow_id == way.from.id;
    Ok(if runs { vec![look_at(way, it, now)] } else { Vec::new() })
}

fn look_at(way: &Way, it: Running, now: DateTime<Utc>) -> Preview {
    let changes = changes(&it.facts(), &way.from.workflow, &way.to.workflow, &way.mapping, now);
    Preview { changes, record: it.record }
}

/// An order to move records, as somebody filled it in.
#[derive(Clone, Debug)]
pub struct Order {
    pub from: WorkflowId,
    pub to: WorkflowId,
    pub chosen: BTreeMap<String, String>,
    pub reason: String,
}

/// The way that an order goes.
fn way(conn: &mut PgConnection, order: &Order) -> Result<Way> {
    let (from, to) = pair(conn, order.from, order.to)?;
    Way::chosen(from, to, &order.chosen).map_err(|_| FormErrors::of(MAPPING, "Say for each phase where its records go.").into())
}

/// Moves one record, if it is still as it was seen.
pub fn one(tx: &mut Tx<'_>, id: RecordId, seen: i32, order: &Order) -> Result<()> {
    permit(tx, Action::ConfigureProcess)?;
    let way = way(tx.conn, order)?;
    carry_out(tx, id, seen, &way, &order.reason)
}

/// Takes an open record along: its phase, what was asked of approvers, its tasks, its surveys, its due times.
fn carry_out(tx: &mut Tx<'_>, id: RecordId, seen: i32, way: &Way, reason: &str) -> Result<()> {
    let full = lock_open(tx, id, |_, _| Action::ConfigureProcess)?;
    if full.record.workflow_id != way.from.id {
        return Err(MovingRefusal::Elsewhere.into());
    }
    unchanged(full.record.version, seen)?;
    let sheet = Sheet::around(tx.conn, full)?;
    let record = &sheet.full.record;
    let changes = way.changes(&running::one(tx.conn, id)?, tx.now)?;
    events::record(tx, id, &event(way, &changes, reason))?;
    let why = format!("The record goes on by {}.", way.to.label());
    // Before a new visit begins: that one is in a phase of the other version already.
    moving::follow(tx, id, &way.mapping)?;
    if changes.keeps_visit() {
        records::stay_in_phase(tx, record, &changes.to, changes.due_after)?;
    } else {
        approvals::withdraw_open(tx, &sheet, &why)?;
        handovers::withdraw_open(tx, &sheet, &why)?;
        records::enter_phase(tx, record, &changes.to, RecordState::Open, changes.due_after)?;
    }
    records::set_workflow(tx, id, way.to.id)?;
    let after = Sheet::load(tx.conn, id)?;
    if changes.keeps_visit() {
        approvals::carrying::carry(tx, &after, &changes.from.approvals, &changes.round, &why)?;
        tasks::settle_all(tx, &after.full)?;
    } else {
        tasks::enter_phase(tx, id)?;
    }
    handovers::enter_phase(tx, &after, &changes.to)?;
    if record.kind == RecordKind::Change { phases::tell_release(tx, id, record.milestone) } else { Ok(()) }
}

fn event(way: &Way, changes: &Changes, reason: &str) -> Event {
    let same = way.from.key == way.to.key;
    Event::WorkflowChanged {
        workflow: if same { way.to.name.clone() } else { format!("{}, before that {}", way.to.name, way.from.name) },
        from_version: way.from.version,
        to_version: way.to.version,
        fields: fields(changes),
        reason: reason.to_owned(),
    }
}

/// What changes for a record, as the activity log keeps it.
fn fields(changes: &Changes) -> Vec<FieldChange> {
    let asked = |all: &[Requirement]| all.iter().map(|it| it.label()).collect::<Vec<_>>().join(", ");
    let due = |at: Option<DateTime<Utc>>| at.map_or_else(String::new, |it| it.format("%Y-%m-%d %H:%M UTC").to_string());
    let (round_before, round_after) = match &changes.round {
        Fate::Nothing | Fate::Kept => (String::new(), String::new()),
        Fate::Carried { dropped, anew } => (dropped.join(", "), anew.join(", ")),
        Fate::Withdrawn => ("asked".to_owned(), "withdrawn".to_owned()),
    };
    let again: Vec<Requirement> = changes.asked_newly.iter().chain(&changes.asked_again).copied().collect();
    let fields = [
        FieldChange::between("Phase", &changes.from.name, &changes.to.name),
        FieldChange::between("Due", due(changes.due_before), due(changes.due_after)),
        FieldChange::between("Asked to go on", asked(&changes.asked_no_more), asked(&again)),
        FieldChange::between("Approval", round_before, round_after),
    ];
    fields.into_iter().flatten().collect()
}
