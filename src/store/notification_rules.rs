//! Notification rules' rows.

use super::Tx;
use super::schema::{notification_rules, records, release_changes, workflows};
use crate::domain::ids::{NotificationRuleId, RecordId, UserId, WorkflowId};
use crate::domain::notices::Rule;
use crate::domain::notification_rules::{Condition, NotificationRule, Recipients, Urgency};
use crate::domain::records::{RecordKind, RecordState};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::result::Error;

/// A rule as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    pub id: NotificationRuleId,
    pub version: i32,
    pub rule: NotificationRule,
}

impl AsRef<NotificationRule> for Kept {
    fn as_ref(&self) -> &NotificationRule {
        &self.rule
    }
}

type Row = (NotificationRuleId, Rule, Option<String>, Option<String>, Condition, serde_json::Value, Urgency, i32);

fn kept((id, event, workflow, phase, condition, recipients, urgency, version): Row) -> QueryResult<Kept> {
    let recipients: Recipients = serde_json::from_value(recipients).map_err(|cause| Error::DeserializationError(cause.into()))?;
    Ok(Kept { id, version, rule: NotificationRule { event, workflow, phase, condition, recipients, urgency } })
}

/// All of them; they are few.
pub fn list(conn: &mut PgConnection) -> QueryResult<Vec<Kept>> {
    let rows: Vec<Row> = notification_rules::table
        .order((notification_rules::workflow.asc().nulls_first(), notification_rules::phase.asc().nulls_first(), notification_rules::condition))
        .load(conn)?;
    rows.into_iter().map(kept).collect()
}

pub fn find(conn: &mut PgConnection, id: NotificationRuleId) -> QueryResult<Kept> {
    kept(notification_rules::table.find(id).first(conn)?)
}

/// A rule that nobody else may change until the transaction ends.
pub fn lock(tx: &mut Tx<'_>, id: NotificationRuleId) -> QueryResult<Kept> {
    kept(notification_rules::table.find(id).for_no_key_update().first(tx.conn)?)
}

fn words(recipients: &Recipients) -> QueryResult<serde_json::Value> {
    serde_json::to_value(recipients).map_err(|cause| Error::SerializationError(cause.into()))
}

pub fn insert(tx: &mut Tx<'_>, rule: &NotificationRule) -> QueryResult<NotificationRuleId> {
    diesel::insert_into(notification_rules::table)
        .values((
            notification_rules::event.eq(rule.event),
            notification_rules::workflow.eq(&rule.workflow),
            notification_rules::phase.eq(&rule.phase),
            notification_rules::condition.eq(rule.condition),
            notification_rules::recipients.eq(words(&rule.recipients)?),
            notification_rules::urgency.eq(rule.urgency),
        ))
        .returning(notification_rules::id)
        .get_result(tx.conn)
}

pub fn update(tx: &mut Tx<'_>, id: NotificationRuleId, rule: &NotificationRule) -> QueryResult<()> {
    diesel::update(notification_rules::table.find(id))
        .set((
            notification_rules::event.eq(rule.event),
            notification_rules::workflow.eq(&rule.workflow),
            notification_rules::phase.eq(&rule.phase),
            notification_rules::condition.eq(rule.condition),
            notification_rules::recipients.eq(words(&rule.recipients)?),
            notification_rules::urgency.eq(rule.urgency),
            notification_rules::version.eq(notification_rules::version + 1),
        ))
        .execute(tx.conn)?;
    Ok(())
}

pub fn delete(tx: &mut Tx<'_>, id: NotificationRuleId) -> QueryResult<()> {
    diesel::delete(notification_rules::table.find(id)).execute(tx.conn)?;
    Ok(())
}

/// Who asked for the RFCs of these releases, each with the release.
pub fn requesters(conn: &mut PgConnection, releases: &[RecordId]) -> QueryResult<Vec<(RecordId, UserId)>> {
    release_changes::table
        .inner_join(records::table.on(records::id.eq(release_changes::change_id)))
        .filter(release_changes::release_id.eq_any(releases))
        .order(records::id)
        .select((release_changes::release_id, records::owner_id))
        .load(conn)
}

/// As many of the newest records are looked through, so that a rare workflow costs no more than a common one.
const LOOKED_THROUGH: i64 = 1000;

/// A recent record to try a rule with: best one that is in this phase now, then one that is open, then any; of the workflow that is named, if one is.
/// Each is found by an index, however many records there are.
pub fn recent(conn: &mut PgConnection, workflow: Option<&str>, phase: Option<&str>) -> QueryResult<Option<RecordId>> {
    let versions: Option<Vec<WorkflowId>> = workflow.map(|key| workflows::table.filter(workflows::key.eq(key)).select(workflows::id).load(conn)).transpose()?;
    let in_phase = phase.map(|phase| newest(conn, versions.as_deref(), Some(phase))).transpose()?.flatten();
    if in_phase.is_some() {
        return Ok(in_phase);
    }
    let open = versions.as_ref().map(|all| newest_open(conn, all)).transpose()?.flatten();
    if open.is_some() { Ok(open) } else { newest(conn, versions.as_deref(), None) }
}

/// The newest record, releases first, that goes by one of these versions.
fn newest(conn: &mut PgConnection, versions: Option<&[WorkflowId]>, phase: Option<&str>) -> QueryResult<Option<RecordId>> {
    for kind in RecordKind::ALL {
        let mut query = records::table.filter(records::kind.eq(*kind)).select((records::id, records::workflow_id)).into_boxed();
        if let Some(key) = phase {
            query = query.filter(records::phase.eq(key.to_owned()));
        }
        let most = if versions.is_some() { LOOKED_THROUGH } else { 1 };
        let all: Vec<(RecordId, WorkflowId)> = query.order(records::id.desc()).limit(most).load(conn)?;
        let found = all.into_iter().find(|(_, follows)| versions.is_none_or(|it| it.contains(follows)));
        if let Some((id, _)) = found {
            return Ok(Some(id));
        }
    }
    Ok(None)
}

fn newest_open(conn: &mut PgConnection, versions: &[WorkflowId]) -> QueryResult<Option<RecordId>> {
    let open = records::table.filter(records::workflow_id.eq_any(versions)).filter(records::state.eq(RecordState::Open));
    open.select(diesel::dsl::max(records::id)).first(conn)
}
