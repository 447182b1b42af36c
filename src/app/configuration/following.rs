//! What follows from the workflows that a file publishes: categories whose new records go over to them, and what stands on phases that go away.

use crate::app::Result;
use crate::app::notification_rules::Known;
use crate::domain::configuration::{Around, Configuration, Difference, stranded};
use crate::domain::events::FieldChange;
use crate::domain::process::Part;
use crate::store::{PgConnection, workflows};
use std::collections::BTreeMap;

/// Says beside each workflow which categories go over to its new version, as publishing a draft does.
pub fn tell(conn: &mut PgConnection, now: &Configuration, file: &Configuration, differences: &mut [Difference]) -> Result<()> {
    let newest: BTreeMap<String, i32> = workflows::newest(conn)?.into_iter().map(|it| (it.key, it.version)).collect();
    let version = |key: &str| newest.get(key).copied().unwrap_or_default();
    let name = |key: &str| now.workflows.iter().find(|it| it.key == key).map_or("", |it| it.name.as_str());
    for difference in differences.iter_mut().filter(|it| it.part == Part::Workflow) {
        let Some(workflow) = file.workflows.iter().find(|it| it.name == difference.name) else { continue };
        let called = format!("{}, version {}", workflow.name, version(&workflow.key) + 1);
        for it in file.categories.iter().filter(|it| it.workflow == workflow.key && it.workflow_version.is_none()) {
            let Some(before) = now.categories.iter().find(|old| old.key == it.key) else { continue };
            let followed = format!("{}, version {}", name(&before.workflow), before.workflow_version.unwrap_or_else(|| version(&before.workflow)));
            difference.fields.extend(FieldChange::between(&format!("Category {}", before.name), followed, &called));
        }
    }
    Ok(())
}

/// What would stand on phases that go away, a sentence each.
pub fn left_behind(conn: &mut PgConnection, file: &Configuration, around: &Around<'_>) -> Result<Vec<String>> {
    let known = Known::load(conn)?;
    let models = stranded::models(file, around).into_iter().map(|(model, tasks)| {
        let category = file.categories.iter().find(|it| it.key == model.category).map_or("", |it| it.name.as_str());
        let count = if tasks.len() == 1 { "one task is".to_owned() } else { format!("{} tasks are", tasks.len()) };
        let titles: Vec<String> = tasks.into_iter().map(|it| format!("“{it}”")).collect();
        let name = &model.name;
        format!("Release model {name} ({category}): {count} left out when it is applied to a release that begins afterwards: {}.", titles.join(", "))
    });
    let rules = stranded::rules(file, around).into_iter().map(|rule| {
        let title = known.title(rule);
        format!("Notification rule {title}: it goes on for records under way on earlier versions, and applies to no new one.")
    });
    Ok(models.chain(rules).collect())
}
