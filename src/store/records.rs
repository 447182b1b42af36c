//! Records: the part that releases and RFCs share.

use super::Tx;
use super::categories::Category;
use super::releases::Release;
use super::schema::{calendars, categories, configuration_items, records, releases, users, workflows};
use crate::domain::calendars::Calendar;
use crate::domain::ids::{CategoryId, ItemId, RecordId, UserId, WorkflowId};
use crate::domain::records::{Grade, Milestone, RecordKind, RecordState};
use crate::domain::workflows::{Grades, Phase, Workflow};
use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;

#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = records, check_for_backend(diesel::pg::Pg))]
pub struct Record {
    pub id: RecordId,
    pub kind: RecordKind,
    pub category_id: CategoryId,
    pub workflow_id: WorkflowId,
    pub phase: String,
    pub phase_name: String,
    pub visit: i32,
    pub phase_entered_at: DateTime<Utc>,
    pub phase_due_at: Option<DateTime<Utc>>,
    pub state: RecordState,
    pub milestone: Milestone,
    pub identifier: Option<String>,
    pub title: String,
    pub scope: String,
    pub reason: String,
    pub ci_id: Option<ItemId>,
    pub owner_id: UserId,
    pub coordinator_id: Option<UserId>,
    pub impact: Option<Grade>,
    pub urgency: Option<Grade>,
    pub likelihood: Option<Grade>,
    pub planned_start: Option<DateTime<Utc>>,
    pub planned_end: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub ended_at: Option<DateTime<Utc>>,
    /// Grows with every change; a form sends it back so that no one overwrites another's work.
    pub version: i32,
}

impl Record {
    pub fn number(&self) -> String {
        self.kind.number(self.id)
    }

    pub fn path(&self) -> String {
        format!("{}/{}", self.kind.path(), self.id)
    }

    /// Whether somebody owns or coordinates it, and so decides nothing about it.
    pub fn is_run_by(&self, user: UserId) -> bool {
        self.owner_id == user || self.coordinator_id == Some(user)
    }

    pub fn is_open(&self) -> bool {
        self.state == RecordState::Open
    }

    pub fn grades(&self) -> Grades {
        Grades { impact: self.impact, urgency: self.urgency }
    }

    pub fn is_phase_late(&self, now: &DateTime<Utc>) -> bool {
        self.is_open() && self.phase_due_at.is_some_and(|due| due < *now)
    }

    /// What it is called in lists and mails: the identifier of a release, the title of an RFC.
    pub fn name(&self) -> &str {
        self.identifier.as_deref().unwrap_or(&self.title)
    }
}

/// A record with everything around it that its page and its rules need, in one query.
#[derive(Debug, Clone)]
pub struct Full {
    pub record: Record,
    pub release: Option<Release>,
    pub category: Category,
    pub workflow: Workflow,
    pub item: Option<String>,
    pub owner: String,
    /// In which the record's due times are reckoned: that of its service, or the default one.
    pub calendar: Calendar,
    pub coordinator: Option<String>,
}

impl Full {
    /// Whether its work should have begun by now.
    pub fn is_start_late(&self, now: &DateTime<Utc>) -> bool {
        let record = &self.record;
        record.is_open() && record.planned_start.is_some_and(|it| it < *now) && self.workflow.awaits_start(&record.phase)
    }

    /// Whether its work should be done by now.
    pub fn is_end_late(&self, now: &DateTime<Utc>) -> bool {
        let record = &self.record;
        record.is_open() && record.planned_end.is_some_and(|it| it < *now) && self.workflow.awaits_end(&record.phase)
    }

    /// Whether one of its tasks should be done by now.
    pub fn is_task_late(&self, task: &super::tasks::Task, now: &DateTime<Utc>) -> bool {
        self.record.is_open() && task.is_late(now)
    }

    pub fn is_late(&self, now: &DateTime<Utc>) -> bool {
        self.record.is_phase_late(now) || self.is_start_late(now) || self.is_end_late(now)
    }

    pub fn phase(&self) -> QueryResult<&Phase> {
        self.workflow.phase(&self.record.phase).ok_or(diesel::result::Error::NotFound)
    }
}

pub fn find(conn: &mut PgConnection, id: RecordId) -> QueryResult<Record> {
    Record::query().filter(records::id.eq(id)).first(conn)
}

pub fn full(conn: &mut PgConnection, id: RecordId) -> QueryResult<Full> {
    let (owner, coordinator) = diesel::alias!(users as owner, users as coordinator);
    let own = calendars::id.nullable().eq(configuration_items::calendar_id);
    let (record, release, category, definition, item, owner, calendar, coordinator) = records::table
        .inner_join(categories::table)
        .inner_join(workflows::table.on(workflows::id.eq(records::workflow_id)))
        .inner_join(owner.on(owner.field(users::id).eq(records::owner_id)))
        .left_join(releases::table.on(releases::record_id.eq(records::id)))
        .left_join(configuration_items::table.on(configuration_items::id.nullable().eq(records::ci_id)))
        .left_join(calendars::table.on(own.or(configuration_items::calendar_id.is_null().and(calendars::is_default))))
        .left_join(coordinator.on(coordinator.field(users::id).nullable().eq(records::coordinator_id)))
        .filter(records::id.eq(id))
        .select((
            Record::as_select(),
            Option::<Release>::as_select(),
            Category::as_select(),
            workflows::definition,
            configuration_items::name.nullable(),
            owner.field(users::name),
            calendars::definition.nullable(),
            coordinator.field(users::name).nullable(),
        ))
        .first::<(Record, Option<Release>, Category, serde_json::Value, Option<String>, String, Option<serde_json::Value>, Option<String>)>(conn)?;
    let calendar = calendar.map(super::calendars::parse).transpose()?.unwrap_or_default();
    Ok(Full { record, release, category, workflow: super::workflows::parse(definition)?, item, owner, calendar, coordinator })
}

/// [`full`], holding the row until the transaction ends.
pub fn lock(tx: &mut Tx<'_>, id: RecordId) -> QueryResult<Full> {
    records::table.find(id).select(records::id).for_no_key_update().first::<RecordId>(tx.conn)?;
    full(tx.conn, id)
}

pub struct NewRecord<'a> {
    pub kind: RecordKind,
    pub category: &'a Category,
    pub phase: &'a Phase,
    pub phase_due_at: Option<DateTime<Utc>>,
    pub identifier: Option<&'a str>,
    pub ci_id: Option<ItemId>,
    pub details: &'a Details,
    pub scope: &'a Scope,
    pub window: &'a Window,
}

/// Who and how grave: one section of the record, edited together.
#[derive(Debug, Clone, AsChangeset)]
#[diesel(table_name = records, treat_none_as_null = true)]
pub struct Details {
    pub title: String,
    pub owner_id: UserId,
    pub coordinator_id: Option<UserId>,
    pub impact: Option<Grade>,
    pub urgency: Option<Grade>,
    pub likelihood: Option<Grade>,
}

/// What and why.
#[derive(Debug, Clone, Default, AsChangeset)]
#[diesel(table_name = records)]
pub struct Scope {
    pub scope: String,
    pub reason: String,
}

/// When.
#[derive(Debug, Clone, Default, AsChangeset)]
#[diesel(table_name = records, treat_none_as_null = true)]
pub struct Window {
    pub planned_start: Option<DateTime<Utc>>,
    pub planned_end: Option<DateTime<Utc>>,
}

pub fn insert(tx: &mut Tx<'_>, new: &NewRecord<'_>) -> QueryResult<RecordId> {
    let id: RecordId = diesel::insert_into(records::table)
        .values((
            (
                records::kind.eq(new.kind),
                records::category_id.eq(new.category.id),
                records::workflow_id.eq(new.category.workflow_id),
                records::phase.eq(&new.phase.key),
                records::phase_name.eq(&new.phase.name),
                records::phase_entered_at.eq(tx.now),
                records::phase_due_at.eq(new.phase_due_at),
                records::state.eq(RecordState::Open),
                records::milestone.eq(new.phase.milestone),
                records::identifier.eq(new.identifier),
                records::title.eq(&new.details.title),
                records::scope.eq(&new.scope.scope),
                records::reason.eq(&new.scope.reason),
            ),
            (
                records::ci_id.eq(new.ci_id),
                records::owner_id.eq(new.details.owner_id),
                records::coordinator_id.eq(new.details.coordinator_id),
                records::impact.eq(new.details.impact),
                records::urgency.eq(new.details.urgency),
                records::likelihood.eq(new.details.likelihood),
                records::planned_start.eq(new.window.planned_start),
                records::planned_end.eq(new.window.planned_end),
                records::created_at.eq(tx.now),
                records::created_by.eq(tx.actor.id),
            ),
        ))
        .returning(records::id)
        .get_result(tx.conn)?;
    super::visits::enter(tx, id, 1, new.phase, new.phase_due_at)?;
    Ok(id)
}

/// Writes one section. The version grows with it.
pub fn set<C>(tx: &mut Tx<'_>, id: RecordId, section: C) -> QueryResult<()>
where
    C: diesel::AsChangeset<Target = records::table>,
    C::Changeset: diesel::query_builder::QueryFragment<diesel::pg::Pg>,
{
    diesel::update(records::table.find(id)).set(section).execute(tx.conn)?;
    touch(tx, id)
}

/// Makes forms that were shown before this moment stale.
pub fn touch(tx: &mut Tx<'_>, id: RecordId) -> QueryResult<()> {
    diesel::update(records::table.find(id)).set(records::version.eq(records::version + 1)).execute(tx.conn)?;
    Ok(())
}

/// The record, taken into a phase: a new visit begins, and at an end the record has ended.
pub fn enter_phase(tx: &mut Tx<'_>, record: &Record, phase: &Phase, state: RecordState, due: Option<DateTime<Utc>>) -> QueryResult<()> {
    let visit = record.visit + 1;
    diesel::update(records::table.find(record.id))
        .set((
            records::phase.eq(&phase.key),
            records::phase_name.eq(&phase.name),
            records::visit.eq(visit),
            records::phase_entered_at.eq(tx.now),
            records::phase_due_at.eq(due),
            records::state.eq(state),
            records::milestone.eq(phase.milestone),
            records::ended_at.eq((state != RecordState::Open).then_some(tx.now)),
            records::version.eq(records::version + 1),
        ))
        .execute(tx.conn)?;
    super::visits::leave(tx, record.id, record.visit)?;
    super::visits::enter(tx, record.id, visit, phase, due)
}

/// The record stays where it is, in the same phase of another version of its workflow.
pub fn stay_in_phase(tx: &mut Tx<'_>, record: &Record, phase: &Phase, due: Option<DateTime<Utc>>) -> QueryResult<()> {
    diesel::update(records::table.find(record.id))
        .set((
            records::phase_name.eq(&phase.name),
            records::phase_due_at.eq(due),
            records::milestone.eq(phase.milestone),
            records::version.eq(records::version + 1),
        ))
        .execute(tx.conn)?;
    super::visits::stay(tx, record.id, record.visit, phase, due)
}

pub fn set_workflow(tx: &mut Tx<'_>, id: RecordId, workflow: WorkflowId) -> QueryResult<()> {
    diesel::update(records::table.find(id)).set(records::workflow_id.eq(workflow)).execute(tx.conn)?;
    Ok(())
}
