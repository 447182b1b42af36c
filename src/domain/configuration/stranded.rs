//! What a file leaves on phases that go away with the workflows it brings: tasks of release models, and notification rules. None of it is
//! wrong, and all of it is worth knowing beforehand.

use super::{Around, Configuration, NamedModel, NamedWorkflow};
use crate::domain::notification_rules::NotificationRule;

/// Models with tasks in phases that their category goes through now, and would not afterwards; each with the titles of these tasks.
pub fn models<'a>(file: &'a Configuration, around: &Around<'_>) -> Vec<(&'a NamedModel, Vec<&'a str>)> {
    let lost = |model: &'a NamedModel| {
        let of = |it: &Configuration| it.categories.iter().find(|it| it.key == model.category).and_then(|category| around.followed(it, category));
        let (Some(before), Some(after)) = (of(around.now), of(file)) else { return Vec::new() };
        model.tasks.iter().filter(|it| it.is_in(&before) && !it.is_in(&after)).map(|it| it.title.as_str()).collect()
    };
    file.models.iter().filter(|it| !it.retired).map(|it| (it, lost(it))).filter(|(_, tasks)| !tasks.is_empty()).collect()
}

/// Rules about a phase that a workflow they are about has now, and none would have afterwards.
pub fn rules<'a>(file: &'a Configuration, around: &Around<'_>) -> Vec<&'a NotificationRule> {
    let left = || around.now.workflows.iter().filter(|old| !file.workflows.iter().any(|new| new.key == old.key));
    let applies = |rule: &NotificationRule, phase: &str, it: &NamedWorkflow| {
        rule.workflow.as_ref().is_none_or(|key| *key == it.key) && it.phases.iter().any(|it| it.key == phase)
    };
    let goes = |rule: &&NotificationRule| {
        rule.phase.as_ref().is_some_and(|phase| {
            let stands = file.workflows.iter().chain(left()).any(|it| applies(rule, phase, it));
            !stands && around.now.workflows.iter().any(|it| applies(rule, phase, it))
        })
    };
    file.notification_rules.iter().filter(goes).collect()
}
