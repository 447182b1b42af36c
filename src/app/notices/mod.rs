//! Telling people: the activity log is read on, and whom an event concerns gets a notice. Reading them, and how one wants them.

mod accounts;
mod audience;
mod bystanders;
pub mod muting;
pub mod outlook;
pub mod reach;
pub mod reading;
pub mod ruling;
pub mod substitutes;
mod words;

use super::Result;
use crate::domain::events::Event;
use crate::domain::ids::{RecordId, UserId};
use crate::domain::notices::catalogue::{Telling, tellings};
use crate::domain::notification_rules::Urgency;
use crate::store::events::Followed;
use crate::store::notices::NewNotice;
use crate::store::records::Full;
use crate::store::{PgConnection, Tx, audience as people, cursors, events, notices, records};
use audience::{Listener, listeners};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use ruling::Rules;
use std::collections::BTreeMap;

const CURSOR: &str = "notices";

/// Reads up to `limit` more events of the activity log and tells whom they concern. Returns how many were read;
/// none if there are none, or if another instance is at it.
pub fn tell(tx: &mut Tx<'_>, limit: i64) -> Result<usize> {
    let Some(position) = cursors::claim(tx, CURSOR)? else { return Ok(0) };
    let happened = events::after(tx.conn, position, limit)?;
    let Some(last) = happened.last().map(|it| it.id) else { return Ok(0) };
    let rules = Rules::load(tx.conn)?;
    let mut known = BTreeMap::new();
    let mut told = Vec::new();
    for it in &happened {
        if let Some(event) = &it.event {
            told.extend(of_event(tx, it, event, &rules, &mut known)?);
        }
    }
    notices::add_all(tx, &told)?;
    cursors::advance(tx, CURSOR, last)?;
    Ok(happened.len())
}

/// Tells what happened since then; what was before is not told.
pub fn tell_since(tx: &mut Tx<'_>, time: DateTime<Utc>) -> Result<()> {
    let last = events::last_before(tx.conn, time)?;
    Ok(cursors::advance(tx, CURSOR, last)?)
}

/// An event with the record it is about.
pub(super) struct Scene<'a> {
    pub happened: &'a Followed,
    pub event: &'a Event,
    pub full: Option<&'a Full>,
}

fn of_event(tx: &mut Tx<'_>, happened: &Followed, event: &Event, rules: &Rules, known: &mut BTreeMap<RecordId, Full>) -> Result<Vec<NewNotice>> {
    let tellings = tellings(event);
    if tellings.is_empty() {
        return Ok(Vec::new());
    }
    if let Some(id) = happened.record
        && let std::collections::btree_map::Entry::Vacant(free) = known.entry(id)
    {
        free.insert(records::full(tx.conn, id)?);
    }
    let scene = Scene { happened, event, full: happened.record.and_then(|id| known.get(&id)) };
    let mut told = Vec::new();
    for telling in &tellings {
        told.extend(of_telling(tx.conn, tx.now, &scene, telling, rules)?);
    }
    Ok(told)
}

/// The notices by which one thing is told: to whom the rule that counts names, or else the catalogue.
fn of_telling(conn: &mut PgConnection, now: DateTime<Utc>, scene: &Scene<'_>, telling: &Telling, rules: &Rules) -> Result<Vec<NewNotice>> {
    let ruling = scene.full.and_then(|full| rules.of_event(scene.event, full, telling.rule, now));
    let audience = ruling.map_or_else(|| telling.audience.clone(), |it| it.rule.audience(&telling.audience));
    let urgency = ruling.map_or(Urgency::AsPreferred, |it| it.rule.urgency);
    let mut heard: Vec<Listener> = Vec::new();
    for listener in listeners(conn, now, scene, telling.rule, &audience)? {
        let tells_the_actor = listener.concerned && telling.rule.tells_the_actor();
        if listener.user != scene.happened.actor_id || tells_the_actor {
            listener.join(&mut heard);
        }
    }
    let ids: Vec<UserId> = heard.iter().map(|it| it.user).collect();
    let zones = people::zones(conn, &ids)?;
    let notice = |it: Listener| words::notice(scene, telling.rule, &it, urgency, zones.get(&it.user).copied().unwrap_or(Tz::UTC));
    Ok(heard.into_iter().map(notice).collect())
}
