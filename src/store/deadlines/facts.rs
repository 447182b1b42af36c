//! What is known around deadlines whose time has come, in a fixed number of statements however many they are.

use super::Due;
use crate::domain::deadlines::Subject;
use crate::domain::ids::{ApprovalId, CategoryId, FollowUpId, RecordId, StepId, SurveyId, TaskId, UserId, WorkflowId};
use crate::domain::people::Role;
use crate::domain::records::{Grade, RecordKind};
use crate::domain::releases::Level;
use crate::domain::workflows::Workflow;
use crate::store::audience::{self, Asked, Doer};
use crate::store::notification_rules;
use crate::store::schema::{approval_steps, approvals, categories, follow_ups, records, surveys, tasks, watchers, workflows};
use crate::store::users;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// A record, as far as its deadlines speak of it.
#[derive(Debug, Clone, Queryable)]
pub struct Around {
    pub id: RecordId,
    pub kind: RecordKind,
    pub identifier: Option<String>,
    pub title: String,
    pub phase: String,
    pub phase_name: String,
    pub owner_id: UserId,
    pub coordinator_id: Option<UserId>,
    pub workflow_id: WorkflowId,
    pub category_id: CategoryId,
    pub impact: Option<Grade>,
    pub urgency: Option<Grade>,
}

/// Everything around some deadlines.
#[derive(Debug, Default)]
pub struct Facts {
    records: BTreeMap<RecordId, Around>,
    workflows: BTreeMap<WorkflowId, Workflow>,
    watchers: Vec<(RecordId, UserId)>,
    /// Title and phase of each task.
    pub tasks: BTreeMap<TaskId, (String, String)>,
    pub doers: Vec<Doer>,
    /// Title and assignee of each follow-up action.
    pub follow_ups: BTreeMap<FollowUpId, (String, Option<UserId>)>,
    /// The title of each survey.
    pub surveys: BTreeMap<SurveyId, String>,
    /// Each approval's step, and its name.
    pub steps: BTreeMap<ApprovalId, (StepId, String)>,
    pub asked: Vec<Asked>,
    members: Vec<(String, UserId)>,
    /// Everybody who is a release manager.
    pub managers: Vec<UserId>,
    /// Everybody who is an administrator, where the policy is to be looked at.
    pub administrators: Vec<UserId>,
    /// Who asked for the RFCs of each release, if a notification rule could let them hear.
    requesters: Vec<(RecordId, UserId)>,
    /// Who is in the groups that notification rules name.
    pub named: Vec<(String, UserId)>,
    emergencies: BTreeSet<CategoryId>,
}

impl Facts {
    pub fn load(conn: &mut PgConnection, all: &[Due], now: chrono::DateTime<chrono::Utc>) -> QueryResult<Facts> {
        let of = |subject: Subject| all.iter().filter(move |it| it.subject == subject).map(|it| it.subject_id);
        let task_ids: Vec<TaskId> = of(Subject::Task).map(TaskId).collect();
        let approval_ids: Vec<ApprovalId> = of(Subject::Approval).map(ApprovalId).collect();
        let record_ids: Vec<RecordId> = all.iter().filter_map(|it| it.record_id).collect::<BTreeSet<_>>().into_iter().collect();
        let mut facts = Facts { records: around(conn, &record_ids)?, ..Facts::default() };
        facts.workflows = followed(conn, facts.records.values().map(|it| it.workflow_id).collect())?;
        facts.watchers = watchers::table.filter(watchers::record_id.eq_any(&record_ids)).select((watchers::record_id, watchers::user_id)).load(conn)?;
        let titles: Vec<(TaskId, String, String)> =
            tasks::table.filter(tasks::id.eq_any(&task_ids)).select((tasks::id, tasks::title, tasks::phase)).load(conn)?;
        facts.tasks = titles.into_iter().map(|(id, title, phase)| (id, (title, phase))).collect();
        facts.doers = audience::doers(conn, &task_ids)?;
        let steps = approvals::table.inner_join(approval_steps::table).filter(approvals::id.eq_any(&approval_ids));
        let named: Vec<(ApprovalId, StepId, String)> = steps.select((approvals::id, approval_steps::id, approval_steps::name)).load(conn)?;
        facts.steps = named.into_iter().map(|(id, step, name)| (id, (step, name))).collect();
        facts.asked = audience::asked(conn, &approval_ids, now)?;
        let keys: Vec<&str> =
            facts.workflows.values().flat_map(|it| &it.phases).filter_map(|it| it.group.as_deref()).collect::<BTreeSet<_>>().into_iter().collect();
        facts.members = audience::members_of_all(conn, &keys, &[])?.into_iter().map(|(_, key, user)| (key, user)).collect();
        facts.follow_ups = follow_ups_of(conn, of(Subject::FollowUp).map(FollowUpId).collect())?;
        facts.surveys = surveys_of(conn, of(Subject::Survey).map(SurveyId).collect())?;
        facts.managers = users::holders(conn, Role::ReleaseManager)?;
        if of(Subject::PolicyReview).next().is_some() {
            facts.administrators = users::holders(conn, Role::Administrator)?;
        }
        Ok(facts)
    }

    /// Besides what notification rules look at and whom they name: the keys of these groups.
    pub fn add_ruled(&mut self, conn: &mut PgConnection, groups: &[&str]) -> QueryResult<()> {
        let ids: Vec<RecordId> = self.records.keys().copied().collect();
        self.requesters = notification_rules::requesters(conn, &ids)?;
        self.named = audience::members_of_all(conn, groups, &[])?.into_iter().map(|(_, key, user)| (key, user)).collect();
        let emergencies: Vec<CategoryId> = categories::table.filter(categories::level.eq(Level::Emergency)).select(categories::id).load(conn)?;
        self.emergencies = emergencies.into_iter().collect();
        Ok(())
    }

    /// As if a record were in this phase: to see beforehand who would hear there.
    pub fn imagine(&mut self, record: RecordId, phase: &str, name: &str) {
        if let Some(it) = self.records.get_mut(&record) {
            (it.phase, it.phase_name) = (phase.to_owned(), name.to_owned());
        }
    }

    pub fn is_emergency(&self, record: &Around) -> bool {
        self.emergencies.contains(&record.category_id)
    }

    pub fn requesters(&self, record: RecordId) -> Vec<UserId> {
        self.requesters.iter().filter(|(it, _)| *it == record).map(|(_, user)| *user).collect()
    }

    pub fn record(&self, id: RecordId) -> Option<&Around> {
        self.records.get(&id)
    }

    pub fn watchers(&self, record: RecordId) -> Vec<UserId> {
        self.watchers.iter().filter(|(it, _)| *it == record).map(|(_, user)| *user).collect()
    }

    /// Who is in the group that a phase of the record's workflow names.
    pub fn group_of(&self, record: &Around, phase: &str) -> Vec<UserId> {
        let key = self.workflows.get(&record.workflow_id).and_then(|it| it.phase(phase)).and_then(|it| it.group.as_ref());
        self.members.iter().filter(|(it, _)| Some(it) == key).map(|(_, user)| *user).collect()
    }
}

fn follow_ups_of(conn: &mut PgConnection, ids: Vec<FollowUpId>) -> QueryResult<BTreeMap<FollowUpId, (String, Option<UserId>)>> {
    let rows: Vec<(FollowUpId, String, Option<UserId>)> =
        follow_ups::table.filter(follow_ups::id.eq_any(ids)).select((follow_ups::id, follow_ups::title, follow_ups::assignee_id)).load(conn)?;
    Ok(rows.into_iter().map(|(id, title, assignee)| (id, (title, assignee))).collect())
}

fn surveys_of(conn: &mut PgConnection, ids: Vec<SurveyId>) -> QueryResult<BTreeMap<SurveyId, String>> {
    let rows: Vec<(SurveyId, String)> = surveys::table.filter(surveys::id.eq_any(ids)).select((surveys::id, surveys::title)).load(conn)?;
    Ok(rows.into_iter().collect())
}

fn around(conn: &mut PgConnection, ids: &[RecordId]) -> QueryResult<BTreeMap<RecordId, Around>> {
    let rows: Vec<Around> = records::table
        .filter(records::id.eq_any(ids))
        .select((
            records::id,
            records::kind,
            records::identifier,
            records::title,
            records::phase,
            records::phase_name,
            records::owner_id,
            records::coordinator_id,
            records::workflow_id,
            records::category_id,
            records::impact,
            records::urgency,
        ))
        .load(conn)?;
    Ok(rows.into_iter().map(|it| (it.id, it)).collect())
}

fn followed(conn: &mut PgConnection, ids: BTreeSet<WorkflowId>) -> QueryResult<BTreeMap<WorkflowId, Workflow>> {
    let ids: Vec<WorkflowId> = ids.into_iter().collect();
    let rows: Vec<(WorkflowId, serde_json::Value)> =
        workflows::table.filter(workflows::id.eq_any(ids)).select((workflows::id, workflows::definition)).load(conn)?;
    rows.into_iter().map(|(id, definition)| Ok((id, crate::store::workflows::parse(definition)?))).collect()
}
