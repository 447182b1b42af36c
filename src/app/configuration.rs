//! The whole process as a file: written from what there is, compared with it, and taken over in one transaction.

mod taking;

use super::context::permit;
use super::{Error, FormErrors, Result};
use crate::domain::configuration::{Around, Category, Configuration, Difference, FORMAT, Group, NamedCalendar, NamedModel, NamedWorkflow, differences, faults};
use crate::domain::ids::UserId;
use crate::domain::people::Action;
use crate::domain::process::{Deed, Part};
use crate::domain::records::RecordKind;
use crate::domain::workflows::Workflow;
use crate::store::workflows::world;
use crate::store::{PgConnection, Tx, calendars, categories, configuration, groups, models, notification_rules, policies, workflows};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// The process as it is configured now.
pub fn current(conn: &mut PgConnection) -> Result<Configuration> {
    let newest = workflows::newest(conn)?;
    let all: Vec<categories::Category> =
        [RecordKind::Release, RecordKind::Change].into_iter().map(|kind| categories::all(conn, kind)).collect::<std::result::Result<Vec<_>, _>>()?.concat();
    let keys = workflows::keys(conn)?;
    let key_of: BTreeMap<_, _> = all.iter().map(|it| (it.id, it.key.clone())).collect();
    let category = |it: &categories::Category| Category {
        key: it.key.clone(),
        name: it.name.clone(),
        kind: it.record_kind,
        level: it.level,
        workflow: keys.get(&it.workflow_id).cloned().unwrap_or_default(),
        model: it.model_key.clone(),
        retired: it.retired_at.is_some(),
    };
    let model = |it: models::Named| NamedModel {
        category: key_of.get(&it.category_id).cloned().unwrap_or_default(),
        key: it.key,
        name: it.name,
        retired: it.retired_at.is_some(),
        texts: it.model.texts,
        tasks: it.model.tasks,
    };
    let mut found = Configuration {
        format: FORMAT,
        policy: policies::current(conn)?,
        people: BTreeMap::new(),
        groups: groups::list(conn)?.into_iter().map(|it| Group { key: it.key, name: it.name }).collect(),
        calendars: calendars::list(conn)?.into_iter().map(|it| NamedCalendar { name: it.name, is_default: it.is_default, calendar: it.calendar }).collect(),
        categories: all.iter().map(category).collect(),
        workflows: newest.into_iter().map(|it| NamedWorkflow { key: it.key, name: it.name, kind: it.kind, phases: it.workflow.phases }).collect(),
        models: models::newest(conn)?.into_iter().map(model).collect(),
        notification_rules: notification_rules::list(conn)?.into_iter().map(|it| it.rule).collect(),
    };
    let mut named: Vec<UserId> = Vec::new();
    found.turn_people(|it| named.push(*it));
    found.name_people(&configuration::addresses(conn, &named)?);
    Ok(found)
}

/// What taking a file over would do.
pub struct Plan {
    pub file: Configuration,
    pub differences: Vec<Difference>,
    /// Of the process as it was compared: whoever takes the file over later is told if it changed meanwhile.
    pub seen: String,
}

/// The file as people save it.
pub fn written(it: &Configuration) -> Result<String> {
    it.written().map_err(|cause| diesel::result::Error::SerializationError(cause.into()).into())
}

fn digest(it: &Configuration) -> Result<String> {
    Ok(Sha256::digest(written(it)?).iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Compares a file with the process as it is; or says everything that is wrong with it, a sentence each. Nothing is changed.
pub fn plan(conn: &mut PgConnection, text: &str) -> Result<std::result::Result<Plan, Vec<String>>> {
    let now = current(conn)?;
    let file = match Configuration::read(text) {
        Ok(file) => file,
        Err(fault) => return Ok(Err(vec![fault])),
    };
    let addresses: Vec<String> = file.people.values().map(|it| it.to_lowercase()).collect();
    let file = match file.at_home(&configuration::people(conn, &addresses)?) {
        Ok(file) => file,
        Err(strangers) => return Ok(Err(strangers)),
    };
    let missing = file.groups.iter().filter(|it| !now.groups.iter().any(|other| other.key == it.key));
    let mut found: Vec<String> = missing.map(|it| format!("There is no group “{}” ({}) here. Create it first, with its members.", it.name, it.key)).collect();
    let mut around = Around {
        worlds: [world::load(conn, RecordKind::Release)?, world::load(conn, RecordKind::Change)?],
        ground: models::ground_of(conn, Workflow { phases: Vec::new() })?,
    };
    // The workflows of the file will stand beside its own policy.
    around.worlds.iter_mut().for_each(|it| it.self_approval = file.policy.self_approval);
    found.extend(faults(&file, &around));
    found.extend(unusable(conn, &now, &file)?);
    if found.is_empty() { Ok(Ok(Plan { differences: differences(&now, &file), seen: digest(&now)?, file })) } else { Ok(Err(found)) }
}

/// What is in use here, and would become something else.
fn unusable(conn: &mut PgConnection, now: &Configuration, file: &Configuration) -> Result<Vec<String>> {
    let mut found = Vec::new();
    let used = categories::usage(conn)?;
    for kind in [RecordKind::Release, RecordKind::Change] {
        for it in categories::all(conn, kind)? {
            let Some(new) = file.categories.iter().find(|new| new.key == it.key) else { continue };
            if new.kind != kind {
                found.push(format!("Category {}: here it is for {}s.", new.name, kind.label()));
            } else if new.level != it.level && used.get(&it.id).is_some_and(|it| it.is_used()) {
                found.push(format!("Category {}: its level is {} here, and records have it already.", new.name, it.level.label()));
            }
        }
    }
    let other = |it: &&NamedWorkflow| now.workflows.iter().any(|old| old.key == it.key && old.kind != it.kind);
    found.extend(file.workflows.iter().filter(other).map(|it| format!("Workflow {}: here it is for other records.", it.name)));
    Ok(found)
}

/// Takes a file over, all of it or nothing. Running records stay on their versions.
pub fn import(tx: &mut Tx<'_>, text: &str, seen: &str, reason: &str) -> Result<Vec<Difference>> {
    permit(tx, Action::ConfigureProcess)?;
    configuration::hold(tx)?;
    let plan = plan(tx.conn, text)?.map_err(|found| FormErrors::of("file", found.join(" ")))?;
    if plan.seen != seen {
        return Err(Error::Stale);
    }
    if reason.is_empty() {
        return Err(FormErrors::of("reason", "Say why: it stands in the log beside every change.").into());
    }
    if plan.file.policy.security != policies::current(tx.conn)?.security && !tx.actor.may(Action::SecureAccounts) {
        let words = "The file changes how accounts are kept safe, which only an administrator may. Leave its part policy.security as it is here, or ask one.";
        return Err(FormErrors::of("file", words).into());
    }
    if plan.differences.is_empty() {
        return Err(FormErrors::of("file", "Nothing differs: both agree already.").into());
    }
    taking::take(tx, &plan, reason)?;
    Ok(plan.differences)
}

/// The deed in words: “edited the workflow Major release”.
pub fn sentence(it: &Difference) -> String {
    let deed = match (it.part, it.deed) {
        (Part::Workflow, Deed::Created | Deed::Edited) => Deed::Published,
        (_, deed) => deed,
    };
    format!("{} the {} {}", deed.label(), it.part.label(), it.name)
}
