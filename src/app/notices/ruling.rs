//! Which notification rule counts for what is to be told.

use crate::domain::events::Event;
use crate::domain::ids::{UserId, WorkflowId};
use crate::domain::notices::Rule;
use crate::domain::notification_rules::{Circumstances, Occasion, most_specific};
use crate::domain::releases::Level;
use crate::domain::workflows::TransitionKind;
use crate::store::notification_rules::{self, Kept};
use crate::store::records::Full;
use crate::store::{PgConnection, workflows};
use chrono::{DateTime, Utc};
use diesel::QueryResult;
use std::collections::BTreeMap;

/// All rules, and the keys of the workflows that they speak of.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    all: Vec<Kept>,
    workflows: BTreeMap<WorkflowId, String>,
}

impl Rules {
    pub fn load(conn: &mut PgConnection) -> QueryResult<Rules> {
        let all = notification_rules::list(conn)?;
        let workflows = if all.is_empty() { BTreeMap::new() } else { workflows::keys(conn)? };
        Ok(Rules { all, workflows })
    }

    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// The keys of the groups that any of them names.
    pub fn groups(&self) -> impl Iterator<Item = &str> {
        self.all.iter().flat_map(|it| &it.rule.recipients.groups).map(String::as_str)
    }

    /// Everybody whom any of them names.
    pub fn people(&self) -> impl Iterator<Item = UserId> {
        self.all.iter().flat_map(|it| &it.rule.recipients.people).copied()
    }

    /// The one that counts in this phase; none where those hear who do by default.
    pub fn of(&self, event: Rule, workflow: WorkflowId, phase: &str, circumstances: Circumstances) -> Option<&Kept> {
        let workflow = self.workflows.get(&workflow)?;
        most_specific(&self.all, &Occasion { event, workflow, phase, circumstances })
    }

    /// The one that counts for an event of a record.
    pub fn of_event(&self, event: &Event, full: &Full, rule: Rule, now: DateTime<Utc>) -> Option<&Kept> {
        self.of(rule, full.record.workflow_id, phase_of(event, full), circumstances(full, Some(now)))
    }
}

/// What decides of a record whether a condition holds; without a time nothing is late.
pub fn circumstances(full: &Full, now: Option<DateTime<Utc>>) -> Circumstances {
    let (record, late) = (&full.record, now.is_some_and(|it| full.is_late(&it)));
    Circumstances { impact: record.impact, urgency: record.urgency, emergency: full.category.level == Level::Emergency, late }
}

/// The key of the phase in which an event happened: where a record goes away from a phase that one, where it enters one the new one.
#[expect(clippy::wildcard_enum_match_arm, reason = "everything else happens in the phase that the record is in")]
fn phase_of<'f>(event: &Event, full: &'f Full) -> &'f str {
    let name = match event {
        Event::PhaseEntered { transition: TransitionKind::BackOut, from, .. } | Event::RecordEnded { from, .. } => from,
        Event::PhaseEntered { to, .. } => to,
        _ => return &full.record.phase,
    };
    full.workflow.phases.iter().find(|it| it.name == *name).map_or(&full.record.phase, |it| &it.key)
}
