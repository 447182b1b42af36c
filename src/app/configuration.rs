//! The whole process as a file: written from what there is, compared with it, and taken over in one transaction.

mod findings;
mod following;
mod taking;

use super::context::permit;
use super::{Error, FormErrors, Result};
use crate::domain::configuration::{Category, Configuration, Difference, FORMAT, Group, NamedCalendar, NamedModel, NamedWorkflow, differences};
use crate::domain::ids::UserId;
use crate::domain::people::{Action, Actor};
use crate::domain::process::{Deed, Part};
use crate::domain::records::RecordKind;
use crate::store::workflow_drafts::{self, Draft};
use crate::store::{PgConnection, Tx, calendars, categories, configuration, groups, models, notification_rules, policies, workflows};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// The process as it is configured now.
pub fn current(conn: &mut PgConnection) -> Result<Configuration> {
    let newest = workflows::newest(conn)?;
    let all: Vec<categories::Category> =
        [RecordKind::Release, RecordKind::Change].into_iter().map(|kind| categories::all(conn, kind)).collect::<std::result::Result<Vec<_>, _>>()?.concat();
    let versions: BTreeMap<_, _> = workflows::list(conn)?.into_iter().map(|it| (it.id, (it.key, it.version))).collect();
    let followed = |id| versions.get(&id).cloned().unwrap_or_default();
    let is_newest = |id| newest.iter().any(|it| it.id == id);
    let key_of: BTreeMap<_, _> = all.iter().map(|it| (it.id, it.key.clone())).collect();
    let category = |it: &categories::Category| Category {
        key: it.key.clone(),
        name: it.name.clone(),
        kind: it.record_kind,
        level: it.level,
        workflow: followed(it.workflow_id).0,
        workflow_version: Some(followed(it.workflow_id).1).filter(|_| !is_newest(it.workflow_id)),
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
    Ok(found.tidied())
}

/// What taking a file over would do.
pub struct Plan {
    pub file: Configuration,
    pub differences: Vec<Difference>,
    /// Of workflows that the file would publish: they would have to be published over it.
    pub drafts: Vec<Draft>,
    /// What would stand on phases that go away, a sentence each.
    pub stranded: Vec<String>,
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
pub fn plan(conn: &mut PgConnection, actor: &Actor, text: &str) -> Result<std::result::Result<Plan, Vec<String>>> {
    let now = current(conn)?;
    let file = match Configuration::read(text) {
        Ok(file) => file.tidied(),
        Err(fault) => return Ok(Err(vec![fault])),
    };
    let addresses: Vec<String> = file.people.values().map(|it| it.to_lowercase()).collect();
    let file = match file.at_home(&configuration::people(conn, &addresses)?) {
        Ok(file) => file,
        Err(strangers) => return Ok(Err(strangers)),
    };
    let around = findings::around(conn, &now)?;
    let found = findings::of(conn, &around, &file, actor)?;
    if !found.is_empty() {
        return Ok(Err(found));
    }
    let published = |key: &str| file.workflows.iter().any(|it| it.key == key && !now.workflows.contains(it));
    let drafts = workflow_drafts::list(conn)?.into_iter().map(|(it, ..)| it).filter(|it| published(&it.key)).collect();
    let mut differences = differences(&now, &file);
    following::tell(conn, &now, &file, &mut differences)?;
    Ok(Ok(Plan { stranded: following::left_behind(conn, &file, &around)?, differences, seen: digest(&now)?, drafts, file }))
}

/// Takes a file over, all of it or nothing. Running records stay on their versions.
pub fn import(tx: &mut Tx<'_>, text: &str, seen: &str, reason: &str) -> Result<Vec<Difference>> {
    permit(tx, Action::ConfigureProcess)?;
    configuration::hold(tx)?;
    let actor = tx.actor.clone();
    let plan = plan(tx.conn, &actor, text)?.map_err(|found| FormErrors::of("file", found.join(" ")))?;
    if plan.seen != seen {
        return Err(Error::Stale);
    }
    if reason.is_empty() {
        return Err(FormErrors::of("reason", "Say why: it stands in the log beside every change.").into());
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
