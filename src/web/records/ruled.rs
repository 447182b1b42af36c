//! What the policy says about a record, for its page.

use crate::app;
use crate::app::policies::shipping;
use crate::domain::ids::RecordId;
use crate::domain::people::{Actor, Role};
use crate::domain::policies::{Breach, Policy, Shipment, listed, written};
use crate::domain::requirements::Requirement;
use crate::store::records::{self, Full};
use crate::store::{PgConnection, policies};
use chrono::{DateTime, NaiveDate, Utc};

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

    /// What is ruled about when it ships, in a sentence each, and which others of its CI ship around then.
    pub fn rules(&self, conn: &mut PgConnection, full: &Full, now: DateTime<Utc>) -> app::Result<Vec<String>> {
        let mut rules = self.policy.rules_of(&full.category.key, &full.category.name);
        if let Some(release) = full.release.as_ref().filter(|_| !rules.is_empty()) {
            let zone = full.calendar.zone();
            let about = full.record.planned_start.unwrap_or(now).with_timezone(&zone).date_naive();
            rules.extend(shipping_around(policies::shipments(conn, release.ci_id, Some(full.record.id), zone)?, about));
        }
        Ok(rules)
    }
}

/// `Around then: Payroll v4 on Wed 1 Apr 2026.`
fn shipping_around(mut others: Vec<Shipment>, about: NaiveDate) -> Option<String> {
    const NAMED: usize = 4;
    others.sort_by_key(|it| (it.on - about).num_days().abs());
    others.truncate(NAMED);
    others.sort_by_key(|it| it.on);
    let named: Vec<String> = others.iter().map(|it| format!("{} on {}", it.name, written(it.on))).collect();
    (!named.is_empty()).then(|| format!("Around then: {}.", named.join(", ")))
}

/// Whether the policy advises against the time at which a record is to start.
pub fn is_warned(conn: &mut PgConnection, actor: &Actor, id: RecordId) -> app::Result<bool> {
    let full = records::full(conn, id)?;
    Ok(!Ruled::load(conn, actor, &full)?.breaches.is_empty())
}
