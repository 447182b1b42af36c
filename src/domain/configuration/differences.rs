//! What differs between two process configurations, part by part and value by value.

use super::Configuration;
use crate::domain::events::FieldChange;
use crate::domain::process::{Deed, Part};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// One thing that would be made, changed or taken away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    pub part: Part,
    pub name: String,
    pub deed: Deed,
    pub fields: Vec<FieldChange>,
}

/// What has to happen to `before` so that it is as `after`. Calendars that only `before` has stay: groups and services use them. Groups are not compared: they must be there already.
pub fn differences(before: &Configuration, after: &Configuration) -> Vec<Difference> {
    let mut all = Vec::new();
    all.extend(changed(Part::Policy, "of this installation", &before.policy, &after.policy));
    let calendars = |it: &Configuration| keyed(&it.calendars, |it| it.name.clone(), |it| it.name.clone());
    all.extend(of(Part::Calendar, calendars(before), calendars(after), None));
    let workflows = |it: &Configuration| keyed(&it.workflows, |it| it.key.clone(), |it| it.name.clone());
    all.extend(of(Part::Workflow, workflows(before), workflows(after), None));
    let categories = |it: &Configuration| keyed(&it.categories, |it| it.key.clone(), |it| it.name.clone());
    all.extend(of(Part::Category, categories(before), categories(after), Some(Deed::Retired)));
    let models = |it: &Configuration| keyed(&it.models, |it| it.key.clone(), |it| it.name.clone());
    all.extend(of(Part::Model, models(before), models(after), Some(Deed::Retired)));
    let rules = |it: &Configuration| keyed(&it.notification_rules, |it| format!("{:?}", it.place()), |it| it.event.label().to_owned());
    all.extend(of(Part::Notification, rules(before), rules(after), Some(Deed::Removed)));
    all
}

/// By its key: what it is called, and what it says.
type Keyed = BTreeMap<String, (String, BTreeMap<String, String>)>;

fn keyed<T: Serialize>(all: &[T], key: impl Fn(&T) -> String, name: impl Fn(&T) -> String) -> Keyed {
    all.iter().map(|it| (key(it), (name(it), values(it)))).collect()
}

/// `gone`: what happens to those that are only in `before`; nothing, if none is given.
fn of(part: Part, before: Keyed, after: Keyed, gone: Option<Deed>) -> Vec<Difference> {
    let nothing = BTreeMap::new();
    let mut all = Vec::new();
    for (key, (name, new)) in &after {
        let (deed, old) = before.get(key).map_or((Deed::Created, &nothing), |(_, old)| (Deed::Edited, old));
        let fields = between(old, new);
        if !fields.is_empty() {
            all.push(Difference { part, name: name.clone(), deed, fields });
        }
    }
    if let Some(deed) = gone {
        let is_retired = |values: &BTreeMap<String, String>| values.get("retired").is_some_and(|it| it == "yes");
        let left = before.iter().filter(|(key, (_, values))| !after.contains_key(*key) && !is_retired(values));
        // What it said is told as well: else nobody could look it up afterwards.
        all.extend(left.map(|(_, (name, said))| Difference { part, name: name.clone(), deed, fields: between(said, &nothing) }));
    }
    all
}

fn changed<T: Serialize>(part: Part, name: &str, before: &T, after: &T) -> Option<Difference> {
    let fields = between(&values(before), &values(after));
    (!fields.is_empty()).then(|| Difference { part, name: name.to_owned(), deed: Deed::Edited, fields })
}

fn between(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) -> Vec<FieldChange> {
    let of = |values: &BTreeMap<String, String>, name: &str| values.get(name).cloned().unwrap_or_default();
    let mut names: Vec<&String> = before.keys().chain(after.keys()).collect();
    names.sort();
    names.dedup();
    names.into_iter().filter_map(|name| FieldChange::between(name, of(before, name), of(after, name))).collect()
}

/// Every value with the way to it: “phases, plan, transitions, advance, label”.
fn values<T: Serialize>(it: &T) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    collect(&serde_json::to_value(it).unwrap_or_default(), &mut Vec::new(), &mut found);
    found
}

fn collect(value: &Value, way: &mut Vec<String>, found: &mut BTreeMap<String, String>) {
    let words = match value {
        Value::Null => return,
        Value::Object(fields) => {
            for (name, value) in fields {
                into(name.replace('_', " "), value, way, found);
            }
            return;
        }
        Value::Array(all) if all.iter().any(|it| it.is_object() || it.is_array()) => {
            for (place, value) in (1..).zip(all) {
                let own = ["key", "name"].iter().find_map(|it| value.get(it)).and_then(Value::as_str);
                into(own.map_or_else(|| format!("{place}"), str::to_owned), value, way, found);
            }
            // Their order counts as well.
            let order = all.iter().filter_map(|it| it.get("key")).filter_map(Value::as_str).collect::<Vec<_>>().join(", ");
            if !order.is_empty() {
                into("order".to_owned(), &Value::String(order), way, found);
            }
            return;
        }
        Value::Array(all) => all.iter().map(plain).collect::<Vec<_>>().join(", "),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => plain(value),
    };
    if !words.is_empty() {
        found.insert(way.join(", "), words);
    }
}

fn into(step: String, value: &Value, way: &mut Vec<String>, found: &mut BTreeMap<String, String>) {
    way.push(step);
    collect(value, way, found);
    way.pop();
}

fn plain(value: &Value) -> String {
    match value {
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::String(text) => text.clone(),
        Value::Null | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}
