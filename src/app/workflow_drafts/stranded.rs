//! What stands on phases that a new version has no more: tasks of release models, and notification rules.

use crate::app::Result;
use crate::app::notification_rules::Known;
use crate::domain::ids::{CategoryId, ModelId, NotificationRuleId, WorkflowId};
use crate::domain::models::ModelTask;
use crate::domain::workflows::Workflow;
use crate::store::models::Named;
use crate::store::workflows::{Follower, Published};
use crate::store::{PgConnection, models, notification_rules, workflows};
use std::collections::BTreeMap;

/// A release model of a category that may follow the new version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StrandedModel {
    pub id: ModelId,
    pub name: String,
    pub category: CategoryId,
    pub category_name: String,
    /// The titles of its tasks whose phase goes away: they are left out when it is applied.
    pub tasks: Vec<String>,
}

/// A rule that no new record comes to any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StrandedRule {
    pub id: NotificationRuleId,
    pub title: String,
}

/// The models of these categories with tasks in phases that their category goes through now, and would not after it.
pub fn models_of(conn: &mut PgConnection, followers: &[Follower], after: &Workflow) -> Result<Vec<StrandedModel>> {
    let mut followed: BTreeMap<WorkflowId, Workflow> = BTreeMap::new();
    for it in followers {
        followed.insert(it.workflow, workflows::find(conn, it.workflow)?);
    }
    let loses = |it: &Named, task: &ModelTask| followed.get(&it.workflow_id).is_some_and(|before| task.is_in(before)) && !task.is_in(after);
    let stranded = |it: Named| {
        let tasks: Vec<String> = it.model.tasks.iter().filter(|task| loses(&it, task)).map(|task| task.title.clone()).collect();
        StrandedModel { id: it.id, name: it.name, category: it.category_id, category_name: it.category, tasks }
    };
    Ok(models::list(conn)?.into_iter().map(stranded).filter(|it| !it.tasks.is_empty()).collect())
}

/// The rules about phases that the newest version has, the next one has not, and no other workflow that they are about.
pub fn rules(conn: &mut PgConnection, before: Option<&Published>, after: &Workflow) -> Result<Vec<StrandedRule>> {
    let Some(before) = before else { return Ok(Vec::new()) };
    let others: Vec<Published> = workflows::newest(conn)?.into_iter().filter(|it| it.key != before.key).collect();
    let known = Known::load(conn)?;
    let goes = |phase: &str| before.workflow.phase(phase).is_some() && after.phase(phase).is_none();
    let mut stranded = Vec::new();
    for it in notification_rules::list(conn)? {
        let Some(phase) = it.rule.phase.as_deref().filter(|it| goes(it)) else { continue };
        let is_of_it = match it.rule.workflow.as_deref() {
            Some(key) => key == before.key,
            None => !others.iter().any(|other| other.workflow.phase(phase).is_some()),
        };
        if is_of_it {
            stranded.push(StrandedRule { id: it.id, title: known.title(&it.rule) });
        }
    }
    Ok(stranded)
}
