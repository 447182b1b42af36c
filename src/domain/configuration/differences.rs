//! What differs between two process configurations, part by part and value by value.

use super::{Category, Configuration};
use crate::domain::events::FieldChange;
use crate::domain::process::{Deed, Part};
use crate::domain::records::RecordKind;
use serde::Serialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

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
    let policy = between(&values(&before.policy, before), &values(&after.policy, after));
    all.extend((!policy.is_empty()).then(|| Difference { part: Part::Policy, name: "of this installation".to_owned(), deed: Deed::Edited, fields: policy }));
    let calendars = |it: &Configuration| keyed(it, &it.calendars, |it| it.name.clone(), |it| it.name.clone());
    all.extend(of(Part::Calendar, calendars(before), calendars(after), None));
    let workflows = |it: &Configuration| keyed(it, &it.workflows, |it| it.key.clone(), |it| it.name.clone());
    all.extend(of(Part::Workflow, workflows(before), workflows(after), None));
    all.extend(of(Part::Category, categories(before, after), categories(after, before), Some(Deed::Retired)));
    let models = |it: &Configuration| keyed(it, &it.models, |it| it.key.clone(), |it| it.name.clone());
    all.extend(of(Part::Model, models(before), models(after), Some(Deed::Retired)));
    let rules = |it: &Configuration| keyed(it, &it.notification_rules, |it| format!("{:?}", it.place()), |it| it.event.label().to_owned());
    all.extend(of(Part::Notification, rules(before), rules(after), Some(Deed::Removed)));
    all
}

/// By its key: what it is called, and what it says.
type Keyed = BTreeMap<String, (String, BTreeMap<String, String>)>;

fn keyed<T: Serialize>(from: &Configuration, all: &[T], key: impl Fn(&T) -> String, name: impl Fn(&T) -> String) -> Keyed {
    all.iter().map(|it| (key(it), (name(it), values(it, from)))).collect()
}

/// The categories of one side. Those that both sides offer also say their place among these: one that comes or goes moves none of the others.
fn categories(own: &Configuration, other: &Configuration) -> Keyed {
    let mut all = keyed(own, &own.categories, |it| it.key.clone(), |it| it.name.clone());
    let offered = |it: &Category| !it.retired && other.categories.iter().any(|twin| twin.key == it.key && !twin.retired);
    for kind in RecordKind::ALL {
        for (place, it) in (1..).zip(own.categories.iter().filter(|it| it.kind == *kind && offered(it))) {
            if let Some((_, values)) = all.get_mut(&it.key) {
                values.insert("place".to_owned(), format!("{place}"));
            }
        }
    }
    all
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

fn between(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) -> Vec<FieldChange> {
    let of = |values: &BTreeMap<String, String>, name: &str| values.get(name).cloned().unwrap_or_default();
    let mut names: Vec<&String> = before.keys().chain(after.keys()).collect();
    names.sort();
    names.dedup();
    names.into_iter().filter_map(|name| FieldChange::between(name, of(before, name), of(after, name))).collect()
}

/// Every value with the way to it: “phases, plan, transitions, advance, label”. People are told by their addresses.
fn values<T: Serialize>(it: &T, from: &Configuration) -> BTreeMap<String, String> {
    let mut found = Found { people: &from.people, way: Vec::new(), said: BTreeMap::new() };
    found.collect(&serde_json::to_value(it).unwrap_or_default());
    found.said
}

/// By what the elements of a list are told apart: the first of these that they have. Holidays of several years have one name.
const APART: [&str; 3] = ["key", "day", "name"];
/// Under these names stand numbers of people.
const PEOPLE: [&str; 3] = ["users", "assignee", "people"];

struct Found<'a> {
    /// Addresses by numbers.
    people: &'a BTreeMap<String, String>,
    way: Vec<String>,
    said: BTreeMap<String, String>,
}

impl Found<'_> {
    fn collect(&mut self, value: &Value) {
        let words = match value {
            Value::Null => return,
            Value::Object(fields) => {
                for (name, value) in fields {
                    self.into(name.replace('_', " "), value);
                }
                return;
            }
            Value::Array(all) if all.iter().any(|it| it.is_object() || it.is_array()) => return self.list(all),
            Value::Array(all) => all.iter().map(|it| self.plain(it)).collect::<Vec<_>>().join(", "),
            Value::Bool(_) | Value::Number(_) | Value::String(_) => self.plain(value),
        };
        if !words.is_empty() {
            self.said.insert(self.way.join(", "), words);
        }
    }

    fn list(&mut self, all: &[Value]) {
        let mut taken = BTreeSet::new();
        for (place, value) in (1..).zip(all) {
            let own = APART.iter().find_map(|it| value.get(it)).and_then(Value::as_str);
            let mut step = own.map_or_else(|| format!("{place}"), str::to_owned);
            while !taken.insert(step.clone()) {
                step = format!("{step} ({place})");
            }
            self.into(step, value);
        }
        // Their order counts as well.
        let order = all.iter().filter_map(|it| it.get("key")).filter_map(Value::as_str).collect::<Vec<_>>().join(", ");
        if !order.is_empty() {
            self.into("order".to_owned(), &Value::String(order));
        }
    }

    fn into(&mut self, step: String, value: &Value) {
        self.way.push(step);
        self.collect(value);
        self.way.pop();
    }

    fn plain(&self, value: &Value) -> String {
        match value {
            Value::Bool(true) => "yes".to_owned(),
            Value::Bool(false) => "no".to_owned(),
            Value::String(text) => text.clone(),
            Value::Number(number) => self.person(number.to_string()),
            Value::Null | Value::Array(_) | Value::Object(_) => value.to_string(),
        }
    }

    /// The address, where the number is one of a person.
    fn person(&self, number: String) -> String {
        let is_person = self.way.last().is_some_and(|it| PEOPLE.contains(&it.as_str()));
        self.people.get(&number).filter(|_| is_person).cloned().unwrap_or(number)
    }
}
