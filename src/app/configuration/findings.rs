//! What is wrong with a file here: by its own rules, and by whom and what it names.

use crate::app::Result;
use crate::app::notification_rules::Known;
use crate::domain::configuration::{Around, Configuration, faults};
use crate::domain::people::{Action, Actor};
use crate::domain::records::RecordKind;
use crate::domain::workflows::Workflow;
use crate::store::workflows::world;
use crate::store::{PgConnection, categories, models, workflow_drafts, workflows};
use std::collections::BTreeMap;

pub fn of(conn: &mut PgConnection, around: &Around<'_>, file: &Configuration, actor: &Actor) -> Result<Vec<String>> {
    let now = around.now;
    let mut found = faults(file, around);
    found.extend(rules(conn, now, file)?);
    if file.policy.security != now.policy.security && !actor.may(Action::SecureAccounts) {
        let words =
            "Policy, security: the file changes how accounts are kept safe, which only an administrator may. Leave this part as it is here, or ask one.";
        found.push(words.to_owned());
    }
    Ok(found)
}

/// What the file stands on here.
pub fn around<'a>(conn: &mut PgConnection, now: &'a Configuration) -> Result<Around<'a>> {
    let used = categories::usage(conn)?;
    let (mut usage, mut earlier) = (BTreeMap::new(), BTreeMap::new());
    for kind in RecordKind::ALL {
        for it in categories::all(conn, *kind)? {
            usage.insert(it.key.clone(), used.get(&it.id).copied().unwrap_or_default());
            if now.categories.iter().any(|category| category.key == it.key && category.workflow_version.is_some()) {
                earlier.insert(it.key, workflows::find(conn, it.workflow_id)?);
            }
        }
    }
    Ok(Around {
        now,
        worlds: [world::load(conn, RecordKind::Release)?, world::load(conn, RecordKind::Change)?],
        ground: models::ground_of(conn, Workflow { phases: Vec::new() })?,
        usage,
        earlier,
        drafts: workflow_drafts::taken(conn)?,
    })
}

/// Notification rules that are new or changed: what they say, and what they name.
fn rules(conn: &mut PgConnection, now: &Configuration, file: &Configuration) -> Result<Vec<String>> {
    let mut known = Known::load(conn)?;
    file.workflows.iter().for_each(|it| known.add(&it.key, &it.name, it.kind, &it.phases));
    let mut found = Vec::new();
    for it in file.notification_rules.iter().filter(|it| !now.notification_rules.contains(it)) {
        let mut about = |fault: &str| found.push(format!("Notification rule {}: {fault}", known.title(it)));
        if let Err(refusal) = it.check() {
            about(&refusal.to_string());
        }
        known.strangers(it).iter().for_each(|(_, fault)| about(fault));
    }
    Ok(found)
}
