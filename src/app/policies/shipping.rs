//! When a release may ship, by the policy: what it would break is refused beside the field, or warned of on the page.

use crate::app::{FormErrors, Result};
use crate::domain::ids::{ItemId, RecordId};
use crate::domain::policies::{Breach, Policy, Shipment};
use crate::store::categories::Category;
use crate::store::records::Full;
use crate::store::{PgConnection, calendars, policies};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;

/// A release that is to ship.
pub struct Plans<'a> {
    pub item: ItemId,
    /// None while it is being registered.
    pub record: Option<RecordId>,
    pub name: &'a str,
    pub category: &'a Category,
}

/// What a release would break that is to ship at this time.
pub fn breaches(conn: &mut PgConnection, policy: &Policy, plans: &Plans<'_>, start: Option<DateTime<Utc>>) -> Result<Vec<Breach>> {
    if start.is_none() || !policy.rules_dates_of(&plans.category.key) {
        return Ok(Vec::new());
    }
    let zone = calendars::of_item(conn, Some(plans.item))?.zone();
    in_zone(conn, policy, plans, start, zone)
}

/// [`breaches`] of a release that is registered.
pub fn breaches_of(conn: &mut PgConnection, policy: &Policy, full: &Full, start: Option<DateTime<Utc>>) -> Result<Vec<Breach>> {
    let Some(release) = &full.release else { return Ok(Vec::new()) };
    let plans = Plans { item: release.ci_id, record: Some(full.record.id), name: full.record.name(), category: &full.category };
    in_zone(conn, policy, &plans, start, full.calendar.zone())
}

/// Days are those of the zone in which the CI is worked on.
fn in_zone(conn: &mut PgConnection, policy: &Policy, plans: &Plans<'_>, start: Option<DateTime<Utc>>, zone: Tz) -> Result<Vec<Breach>> {
    let Some(start) = start.filter(|_| policy.rules_dates_of(&plans.category.key)) else { return Ok(Vec::new()) };
    let new = Shipment { name: plans.name.to_owned(), category: plans.category.key.clone(), on: start.with_timezone(&zone).date_naive() };
    let others = policies::shipments(conn, plans.item, plans.record, zone)?;
    Ok(policy.breaches(&new, &plans.category.name, &others))
}

/// Lets warnings pass; what the policy refuses stands beside the start.
pub fn allow(breaches: &[Breach]) -> Result<()> {
    let refused: Vec<&str> = breaches.iter().filter(|it| it.refuses()).map(|it| it.message.as_str()).collect();
    if refused.is_empty() { Ok(()) } else { Err(FormErrors::of("planned_start", refused.join(" ")).into()) }
}
