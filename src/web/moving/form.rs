//! The form that says where each phase goes, and which records.

use crate::app::FormErrors;
use crate::domain::ids::{RecordId, WorkflowId};
use crate::domain::moving::{Mapping, Misplaced, open_phases};
use crate::store::moving::versions::{Target, Version};
use crate::web::form::{Choice, Fields};
use std::collections::BTreeMap;

/// The fields of phases begin like this; the key follows.
const PHASE: &str = "phase-";

/// A phase of the version that is left, and where its records go.
pub struct Place {
    pub key: String,
    pub name: String,
    pub goal: String,
    pub choices: Vec<Choice>,
    /// Whether the other version has no phase of its key.
    pub gone: bool,
    pub error: Option<String>,
}

impl Place {
    pub fn is_goal(&self, choice: &Choice) -> bool {
        self.goal == choice.value
    }

    pub fn field(&self) -> String {
        format!("{PHASE}{}", self.key)
    }
}

/// Which records a form moves.
pub enum Chosen {
    All,
    One(RecordId, i32),
    Some(Vec<(RecordId, i32)>),
}

/// Where records are to go: as chosen, or to the newest version of the same workflow.
pub fn target(fields: &Fields, from: &Version, targets: &[Target], errors: &mut FormErrors) -> Option<WorkflowId> {
    if !fields.is_set("to") {
        return targets.iter().find(|it| it.key == from.key && it.version > from.version).map(|it| it.id);
    }
    let found = targets.iter().find(|it| it.id.to_string() == fields.text("to")).map(|it| it.id);
    if found.is_none() {
        errors.about("to", "This version cannot be chosen here. Choose again.");
    }
    found
}

/// The phases as the form has them; as proposed, if it has them for another version or not at all.
pub fn chosen(fields: &Fields, from: &Version, to: &Version) -> BTreeMap<String, String> {
    let typed = places_of(fields);
    if !typed.is_empty() && fields.text("for") == to.id.to_string() {
        return typed;
    }
    let proposed = Mapping::proposed(&from.workflow, &to.workflow);
    open_phases(&from.workflow).filter_map(|it| Some((it.key.clone(), proposed.goal(&it.key)?.to_owned()))).collect()
}

pub fn places_of(fields: &Fields) -> BTreeMap<String, String> {
    fields.starting_with(PHASE).into_iter().filter_map(|(key, values)| Some((key, values.into_iter().next()?))).collect()
}

pub fn places(from: &Version, to: &Version, chosen: &BTreeMap<String, String>, wrong: Option<&BTreeMap<String, Misplaced>>) -> Vec<Place> {
    let choices = Choice::list(open_phases(&to.workflow).map(|it| (it.key.clone(), it.name.clone())));
    let place = |it: &crate::domain::workflows::Phase| Place {
        key: it.key.clone(),
        name: it.name.clone(),
        goal: chosen.get(&it.key).cloned().unwrap_or_default(),
        choices: choices.clone(),
        gone: to.workflow.phase(&it.key).is_none(),
        error: wrong.and_then(|all| all.get(&it.key)).map(ToString::to_string),
    };
    open_phases(&from.workflow).map(place).collect()
}

/// The fields with the version that the phases are chosen for.
pub fn with_target(mut fields: Fields, to: Option<&Version>) -> Fields {
    if let Some(to) = to {
        fields.set("to", to.id.to_string());
        fields.set("for", to.id.to_string());
    }
    fields
}

/// Whoever goes on to the next page takes along what they typed; what they ticked was for the page before.
pub fn turned(mut fields: Fields) -> Fields {
    if fields.is_set("next") {
        let next = fields.text("next").to_owned();
        fields.set("after", next);
    }
    fields
}

/// The order as it was looked at, for the form that gives it.
pub fn hidden(fields: &Fields, to: Option<&Version>, places: &[Place]) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for name in ["only", "after"] {
        if fields.is_set(name) {
            all.push((name.to_owned(), fields.text(name).to_owned()));
        }
    }
    if let Some(to) = to {
        all.extend(["to", "for"].map(|it| (it.to_owned(), to.id.to_string())));
    }
    all.extend(places.iter().map(|it| (it.field(), it.goal.clone())));
    all
}

/// The address of the page that looks at the records after this one, with these phases chosen.
pub fn address(id: WorkflowId, to: &str, places: &BTreeMap<String, String>, after: &str) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("to", to).append_pair("for", to);
    for (key, goal) in places {
        query.append_pair(&format!("{PHASE}{key}"), goal);
    }
    if !after.is_empty() {
        query.append_pair("after", after);
    }
    format!("/workflows/{id}/moving?{}", query.finish())
}

/// Back to the page that an order was given on.
pub fn back(id: WorkflowId, fields: &Fields) -> String {
    address(id, fields.text("to"), &places_of(fields), fields.text("after"))
}

/// The records that the form moves: all, that of the button that was pressed, or those that are ticked.
pub fn records(fields: &Fields, errors: &mut FormErrors) -> Option<Chosen> {
    if fields.is_set("one") {
        let one = seen(fields.text("one"));
        if one.is_none() {
            errors.about("record", "This record cannot be chosen here.");
        }
        return one.map(|(record, version)| Chosen::One(record, version));
    }
    if fields.text("do") == "all" {
        return Some(Chosen::All);
    }
    let ticked: Option<Vec<_>> = fields.all("record").iter().map(|it| seen(it)).collect();
    match ticked {
        None => errors.about("record", "One of these records cannot be chosen here."),
        Some(all) if all.is_empty() => errors.about("record", "Tick at least one record, or move all of them."),
        Some(all) => return Some(Chosen::Some(all)),
    }
    None
}

/// "7:12": the record, and the version in which it was seen.
fn seen(text: &str) -> Option<(RecordId, i32)> {
    let (record, version) = text.split_once(':')?;
    Some((record.parse().ok()?, version.parse().ok()?))
}
