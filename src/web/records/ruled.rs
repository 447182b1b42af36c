//! What the policy says about a record, for its page.

use crate::app;
use crate::app::policies::shipping;
use crate::domain::ids::RecordId;
use crate::domain::people::{Actor, Role};
use crate::domain::policies::{Breach, Policy, listed};
use crate::domain::requirements::Requirement;
use crate::store::records::{self, Full};
use crate::store::{PgConnection, policies};

pub struct Ruled {
    pub policy: Policy,
    /// What the planned start breaks, as long as it lies ahead.
    pub breaches: Vec<Breach>,
    /// Those of the reader.
    roles: Vec<Role>,
}

impl Ruled {
    pub fn load(conn: &mut PgConnection, actor: &Actor, full: &Full) -> app::Result<Ruled> {
        let policy = policies::current(conn)?;
        let ahead = full.record.is_open() && full.workflow.awaits_start(&full.record.phase);
        let start = full.record.planned_start.filter(|_| ahead);
        Ok(Ruled { breaches: shipping::breaches_of(conn, &policy, full, start)?, policy, roles: actor.roles.clone() })
    }

    pub fn may_waive(&self, requirement: Requirement) -> bool {
        self.policy.may_waive(requirement, &self.roles)
    }

    /// Who may go on although build began.
    pub fn thawers(&self) -> String {
        listed(self.policy.waivers_of(Requirement::ScopeFrozen))
    }

    /// What is ruled about when it ships, in a sentence each.
    pub fn rules(&self, full: &Full) -> Vec<String> {
        self.policy.rules_of(&full.category.key, &full.category.name)
    }
}

/// Whether the policy advises against the time at which a record is to start.
pub fn is_warned(conn: &mut PgConnection, actor: &Actor, id: RecordId) -> app::Result<bool> {
    let full = records::full(conn, id)?;
    Ok(!Ruled::load(conn, actor, &full)?.breaches.is_empty())
}
