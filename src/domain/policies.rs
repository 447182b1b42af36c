//! The policy: how releases are numbered, how often and how close they ship, who goes on without what, and how accounts are kept.

use super::people::Role;
use super::releases::Level;
use super::requirements::Requirement;
use super::second_factor::Duty;
use super::words::words;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

mod differences;
mod shipping;
pub use differences::{Kind, changes, listed};
pub use shipping::{Breach, Shipment, written};

words! {
    /// What follows when a rule about dates is broken.
    #[derive(Default)]
    pub enum Strictness {
        #[default]
        Warn = "warn" "warn",
        Refuse = "refuse" "refuse",
    }
}

/// Everything that is ruled for the whole installation. What a map does not name goes by what its function says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Policy {
    /// How many parts versions have, by the key of the category.
    pub numbering: BTreeMap<String, u8>,
    /// How often releases of a category may ship, by its key.
    pub frequency: BTreeMap<String, Frequency>,
    pub spacing: Spacing,
    /// Who may go on without a requirement.
    pub waivers: BTreeMap<Requirement, Vec<Role>>,
    /// Whether those who own or coordinate a record may decide on it.
    pub self_approval: bool,
    pub security: Security,
}

/// So many releases of a category in so many days, of one CI.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Frequency {
    pub count: u32,
    pub days: u32,
    pub strictness: Strictness,
}

/// How far planned releases of one CI are apart, and what may ship between them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spacing {
    /// 0: it does not matter.
    pub days: u32,
    /// The keys of the categories that need no distance from others.
    pub between: Vec<String>,
    pub strictness: Strictness,
}

impl Default for Spacing {
    fn default() -> Spacing {
        Spacing { days: 0, between: vec![Level::Emergency.word().to_owned()], strictness: Strictness::Warn }
    }
}

/// How accounts are kept safe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Security {
    /// Minutes without a request after which a session ends.
    pub session_idle: u32,
    /// Hours after which a session ends in any case.
    pub session_life: u32,
    /// Characters that a new password has at least.
    pub shortest_password: u32,
    /// How often one may try to sign in to an account, in a row.
    pub sign_in_attempts: u32,
    /// Minutes after which one may try once more.
    pub lock_minutes: u32,
    /// Who needs a second factor.
    #[serde(default)]
    pub second_factor: Duty,
}

impl Default for Security {
    fn default() -> Security {
        Security { session_idle: 480, session_life: 168, shortest_password: 15, sign_in_attempts: 10, lock_minutes: 1, second_factor: Duty::Voluntary }
    }
}

/// The roles that a policy may let waive: those that take records through their phases.
pub const WAIVING: [Role; 3] = [Role::Administrator, Role::ReleaseManager, Role::ReleaseCoordinator];

/// Who may waive what the policy does not name.
const USUALLY: [Role; 2] = [Role::Administrator, Role::ReleaseManager];

/// What can be waived at all: without an approval nobody has decided.
pub fn waivable() -> impl Iterator<Item = Requirement> {
    Requirement::ALL.iter().copied().filter(|it| *it != Requirement::Approved)
}

/// Why a policy is not taken: the field it is about, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Fault {
    pub field: &'static str,
    pub message: String,
}

impl Policy {
    /// How many parts a version of this category has: as its level has, unless the policy says otherwise.
    pub fn parts_of(&self, category: &str, level: Level) -> usize {
        self.numbering.get(category).map_or(level.parts(), |it| usize::from(*it))
    }

    /// Sets how many parts versions of a category have.
    pub fn number(&mut self, category: &str, level: Level, parts: u8) {
        if usize::from(parts) == level.parts() {
            self.numbering.remove(category);
        } else {
            self.numbering.insert(category.to_owned(), parts);
        }
    }

    /// The roles that may go on without a requirement.
    pub fn waivers_of(&self, requirement: Requirement) -> &[Role] {
        if requirement == Requirement::Approved { &[] } else { self.waivers.get(&requirement).map_or(&USUALLY, Vec::as_slice) }
    }

    /// Sets who may go on without a requirement.
    pub fn let_waive(&mut self, requirement: Requirement, roles: &[Role]) {
        let roles: Vec<Role> = WAIVING.into_iter().filter(|it| roles.contains(it)).collect();
        if roles == USUALLY {
            self.waivers.remove(&requirement);
        } else {
            self.waivers.insert(requirement, roles);
        }
    }

    /// Whether somebody with these roles may go on without a requirement.
    pub fn may_waive(&self, requirement: Requirement, roles: &[Role]) -> bool {
        self.waivers_of(requirement).iter().any(|it| roles.contains(it))
    }

    /// Whether somebody with these roles may go on without anything at all.
    pub fn may_waive_something(&self, roles: &[Role]) -> bool {
        waivable().any(|it| self.may_waive(it, roles))
    }

    /// What is wrong with it, the first thing of each field.
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        let mut about = |fine: bool, field, message: String| {
            if !fine {
                faults.push(Fault { field, message });
            }
        };
        about(self.numbering.values().all(|it| (1..=3).contains(it)), "numbering", "A version has one to three parts.".into());
        let often = |it: &Frequency| (1..=MOST_SHIPPED).contains(&it.count) && (1..=LONGEST_DAYS).contains(&it.days);
        let words = format!("Write how many releases, 1 to {MOST_SHIPPED}, and in how many days, 1 to {LONGEST_DAYS}.");
        about(self.frequency.values().all(often), "frequency", words);
        about(self.spacing.days <= LONGEST_DAYS, "gap", format!("Write 0 to {LONGEST_DAYS} days."));
        for (field, value, least, most, unit) in self.security.limits() {
            about((least..=most).contains(&value), field, format!("Write {least} to {most} {unit}."));
        }
        let lives = self.security.session_idle <= self.security.session_life.saturating_mul(60);
        about(lives, "session_idle", "It is longer than a session lasts at all.".into());
        faults
    }
}

const MOST_SHIPPED: u32 = 100;
/// Two years.
const LONGEST_DAYS: u32 = 730;

impl Security {
    /// Each setting by the name of its field, with the least and the most that it may be. A password that the program
    /// makes has 29 characters, and the lists of common ones begin at 15.
    fn limits(&self) -> [(&'static str, u32, u32, u32, &'static str); 5] {
        [
            ("session_idle", self.session_idle, 5, 43_200, "minutes"),
            ("session_life", self.session_life, 1, 8_760, "hours"),
            ("shortest_password", self.shortest_password, 15, 28, "characters"),
            ("sign_in_attempts", self.sign_in_attempts, 3, 100, "tries"),
            ("lock_minutes", self.lock_minutes, 1, 1_440, "minutes"),
        ]
    }
}

#[cfg(test)]
mod tests;
