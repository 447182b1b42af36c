//! Taking a file over, part by part in the order in which they stand on each other.

use super::Plan;
use crate::app::{Error, FormErrors, Result, calendars as calendar_actions, policies as policy_actions};
use crate::domain::configuration::Difference;
use crate::domain::events::Event;
use crate::domain::ids::{CategoryId, WorkflowId};
use crate::domain::models::Model;
use crate::domain::process::{Deed, Part};
use crate::domain::records::RecordKind;
use crate::domain::workflows::Workflow;
use crate::store::categories::{self, Category, Shape};
use crate::store::db::Outage;
use crate::store::{Tx, calendars, events, models, notification_rules, workflows};
use std::collections::BTreeMap;

pub fn take(tx: &mut Tx<'_>, plan: &Plan, reason: &str) -> Result<()> {
    take_calendars(tx, plan)?;
    let versions = take_workflows(tx, plan, reason)?;
    let known = take_categories(tx, plan, &versions).map_err(named_twice)?;
    take_models(tx, plan, &known)?;
    take_rules(tx, plan)?;
    policy_actions::replace(tx, &plan.file.policy, reason)?;
    for it in &plan.differences {
        note(tx, it, reason)?;
    }
    Ok(())
}

/// One entry of the log for each thing that differs; policy and calendars write theirs themselves.
fn note(tx: &mut Tx<'_>, it: &Difference, reason: &str) -> Result<()> {
    let deed = match it.part {
        Part::Policy | Part::Calendar => return Ok(()),
        Part::Workflow => Deed::Published,
        Part::Category | Part::Model | Part::Notification | Part::Draft | Part::Configuration => it.deed,
    };
    let event = Event::ProcessShaped { part: it.part, name: it.name.clone(), deed, fields: it.fields.clone(), reason: reason.to_owned() };
    Ok(events::record(tx, None, &event)?)
}

/// The default one first: there is always one.
fn take_calendars(tx: &mut Tx<'_>, plan: &Plan) -> Result<()> {
    let mut wanted: Vec<_> = plan.file.calendars.iter().collect();
    wanted.sort_by_key(|it| !it.is_default);
    for it in wanted {
        let draft = calendar_actions::Draft { name: it.name.clone(), calendar: it.calendar.clone(), is_default: it.is_default };
        match calendars::list(tx.conn)?.into_iter().find(|known| known.name == it.name) {
            Some(known) if known.calendar == it.calendar && known.is_default == it.is_default => {}
            Some(known) => calendar_actions::edit(tx, known.id, known.version, &draft)?,
            None => calendar_actions::create(tx, &draft).map(|_| ())?,
        }
    }
    Ok(())
}

fn named_twice(error: Error) -> Error {
    if let Error::Outage(Outage::Query(cause)) = &error
        && crate::store::is_duplicate(cause)
    {
        return FormErrors::of("file", "Two categories would have one name. Names of retired ones count as well.").into();
    }
    error
}

/// Publishes what differs. Returns the newest version of each workflow, also of those that the file leaves alone.
fn take_workflows(tx: &mut Tx<'_>, plan: &Plan, reason: &str) -> Result<BTreeMap<String, WorkflowId>> {
    let mut versions: BTreeMap<String, WorkflowId> = workflows::newest(tx.conn)?.into_iter().map(|it| (it.key, it.id)).collect();
    for it in &plan.file.workflows {
        let workflow = Workflow { phases: it.phases.clone() };
        let newest = workflows::versions(tx.conn, &it.key)?.into_iter().next();
        let id = match newest {
            Some(known) if known.workflow == workflow && known.name == it.name => known.id,
            other => {
                let version = other.map_or(1, |it| it.version + 1);
                let new = workflows::New { key: &it.key, version, kind: it.kind, name: &it.name, workflow: &workflow, note: reason };
                workflows::insert(tx, &new)?
            }
        };
        versions.insert(it.key.clone(), id);
    }
    Ok(versions)
}

/// Returns the categories by their keys. One that the file leaves on an earlier version stays on the one that it follows.
fn take_categories(tx: &mut Tx<'_>, plan: &Plan, versions: &BTreeMap<String, WorkflowId>) -> Result<BTreeMap<String, CategoryId>> {
    let mut known = BTreeMap::new();
    for kind in [RecordKind::Release, RecordKind::Change] {
        let present = categories::lock_all(tx, kind)?;
        let mut order = Vec::new();
        free_names(tx, plan, &present)?;
        for it in plan.file.categories.iter().filter(|it| it.kind == kind) {
            let newest = *versions.get(&it.workflow).ok_or(Error::NotFound)?;
            let own = present.iter().find(|own| own.key == it.key);
            let followed = own.filter(|_| it.workflow_version.is_some()).map(|own| own.workflow_id);
            let shape = Shape { name: it.name.clone(), level: it.level, workflow_id: followed.unwrap_or(newest), model_key: it.model.clone() };
            let id = match own {
                Some(own) => {
                    if shape != shape_of(own) {
                        categories::update(tx, own.id, &shape)?;
                    }
                    own.id
                }
                None => categories::insert(tx, kind, &it.key, &shape)?,
            };
            if own.is_some_and(|own| own.retired_at.is_some()) != it.retired {
                let at = it.retired.then_some(tx.now);
                categories::set_retired(tx, id, at)?;
            }
            known.insert(it.key.clone(), id);
            order.push(id);
        }
        for it in present.iter().filter(|it| !known.contains_key(&it.key)) {
            if it.retired_at.is_none() {
                let now = tx.now;
                categories::set_retired(tx, it.id, Some(now))?;
            }
            order.push(it.id);
        }
        categories::arrange(tx, &order)?;
    }
    Ok(known)
}

/// Those that change their name let go of it first: else two that swap names could not both be renamed. Nobody can type the sign behind the key.
fn free_names(tx: &mut Tx<'_>, plan: &Plan, present: &[Category]) -> Result<()> {
    for own in present.iter().filter(|own| plan.file.categories.iter().any(|it| it.key == own.key && it.name != own.name)) {
        categories::update(tx, own.id, &Shape { name: format!("{}\u{1f}", own.key), ..shape_of(own) })?;
    }
    Ok(())
}

fn shape_of(it: &Category) -> Shape {
    Shape { name: it.name.clone(), level: it.level, workflow_id: it.workflow_id, model_key: it.model_key.clone() }
}

fn take_models(tx: &mut Tx<'_>, plan: &Plan, known: &BTreeMap<String, CategoryId>) -> Result<()> {
    let present = models::newest(tx.conn)?;
    for it in &plan.file.models {
        let category = *known.get(&it.category).ok_or(Error::NotFound)?;
        let model = Model { tasks: it.tasks.clone(), texts: it.texts.clone() };
        let own = present.iter().find(|own| own.key == it.key);
        let same = own.filter(|own| own.model == model && own.name == it.name && own.category_id == category);
        let (id, retired) = match same {
            Some(own) => (own.id, own.retired_at.is_some()),
            None => (models::insert(tx, &it.key, own.map_or(1, |own| own.version + 1), category, &it.name, &model)?, false),
        };
        if retired != it.retired {
            let at = it.retired.then_some(tx.now);
            models::set_retired(tx, id, at)?;
        }
    }
    for it in present.iter().filter(|it| it.retired_at.is_none() && !plan.file.models.iter().any(|new| new.key == it.key)) {
        let now = tx.now;
        models::set_retired(tx, it.id, Some(now))?;
    }
    Ok(())
}

fn take_rules(tx: &mut Tx<'_>, plan: &Plan) -> Result<()> {
    let present = notification_rules::list(tx.conn)?;
    for it in present.iter().filter(|it| !plan.file.notification_rules.iter().any(|new| new.place() == it.rule.place())) {
        notification_rules::delete(tx, it.id)?;
    }
    for it in &plan.file.notification_rules {
        match present.iter().find(|own| own.rule.place() == it.place()) {
            Some(own) if own.rule == *it => {}
            Some(own) => notification_rules::update(tx, own.id, it)?,
            None => notification_rules::insert(tx, it).map(|_| ())?,
        }
    }
    Ok(())
}
