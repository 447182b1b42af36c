//! What differs between two policies, in words.

use super::shipping::{days_of, often};
use super::{Frequency, Policy, Spacing, waivable};
use crate::domain::events::FieldChange;
use crate::domain::people::Role;
use crate::domain::releases::Level;

/// A category of releases that a policy speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kind {
    pub key: String,
    pub name: String,
    pub level: Level,
}

/// Every field that differs. Categories that are not among the kinds are called by their keys.
pub fn changes(before: &Policy, after: &Policy, kinds: &[Kind]) -> Vec<FieldChange> {
    let mut fields = Vec::new();
    for kind in kinds {
        let parts = |it: &Policy| parts_of(it.parts_of(&kind.key, kind.level));
        fields.push(FieldChange::between(&format!("Numbering of {}", kind.name), parts(before), parts(after)));
        let frequency = |it: &Policy| it.frequency.get(&kind.key).map_or_else(|| "any number".to_owned(), frequency);
        fields.push(FieldChange::between(&format!("Frequency of {}", kind.name), frequency(before), frequency(after)));
    }
    fields.push(FieldChange::between("Planned releases apart", gap(&before.spacing), gap(&after.spacing)));
    let between = |it: &Policy| it.spacing.between.iter().map(|key| named(key, kinds)).collect::<Vec<_>>().join(", ");
    fields.push(FieldChange::between("May ship in between", between(before), between(after)));
    for requirement in waivable() {
        let who = |it: &Policy| listed(it.waivers_of(requirement));
        fields.push(FieldChange::between(&format!("Waiving “{}”", requirement.label()), who(before), who(after)));
    }
    let own = |it: &Policy| if it.self_approval { "may be decided on" } else { "is decided on by others" };
    fields.push(FieldChange::between("What one owns or coordinates", own(before), own(after)));
    let (old, new) = (&before.security, &after.security);
    fields.push(FieldChange::between("Minutes until an unused session ends", old.session_idle, new.session_idle));
    fields.push(FieldChange::between("Hours until a session ends", old.session_life, new.session_life));
    fields.push(FieldChange::between("Shortest password", old.shortest_password, new.shortest_password));
    fields.push(FieldChange::between("Tries to sign in", old.sign_in_attempts, new.sign_in_attempts));
    fields.push(FieldChange::between("Minutes until the next try", old.lock_minutes, new.lock_minutes));
    fields.push(FieldChange::between("Second factor", old.second_factor.label(), new.second_factor.label()));
    fields.into_iter().flatten().collect()
}

fn parts_of(count: usize) -> String {
    if count == 1 { "one part".into() } else { format!("{count} parts") }
}

fn frequency(it: &Frequency) -> String {
    format!("{}, else {}", often(it.count, it.days), it.strictness.label())
}

fn gap(it: &Spacing) -> String {
    if it.days == 0 { "as you like".into() } else { format!("{}, else {}", days_of(it.days), it.strictness.label()) }
}

fn named(key: &str, kinds: &[Kind]) -> String {
    kinds.iter().find(|it| it.key == key).map_or_else(|| key.to_owned(), |it| it.name.clone())
}

/// "Administrator, Release Manager"; "nobody".
pub fn listed(roles: &[Role]) -> String {
    if roles.is_empty() { "nobody".into() } else { roles.iter().map(|it| it.label()).collect::<Vec<_>>().join(", ") }
}
