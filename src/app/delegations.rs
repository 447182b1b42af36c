//! Noting who is away and who decides in their place; ending it early.

use super::context::permit;
use super::{FormErrors, Result};
use crate::domain::delegations::{Absence, check};
use crate::domain::events::Event;
use crate::domain::ids::{DelegationId, UserId};
use crate::domain::people::Action;
use crate::domain::refusals::Refusal;
use crate::store::delegations::{Listed, Whose};
use crate::store::{PgConnection, Tx, choices, delegations, events, users};
use chrono::{DateTime, Utc};
use std::collections::BTreeSet;

/// Notes that somebody is away: oneself, or somebody else by a release manager.
pub fn give(tx: &mut Tx<'_>, absence: &Absence, note: &str) -> Result<DelegationId> {
    permit(tx, Action::Delegate { own: absence.user == tx.actor.id })?;
    let candidates = choices::deciders(tx.conn)?;
    let known = |id: UserId| candidates.iter().find(|it| it.id == id).map(|it| it.name.clone());
    let Some(name) = known(absence.user) else { return Err(FormErrors::of("user", "Choose somebody who may decide approvals.").into()) };
    let substitute_name = match absence.substitute {
        None => String::new(),
        Some(id) => known(id).ok_or_else(|| FormErrors::of("substitute", "Choose somebody who may decide approvals."))?,
    };
    // One at a time for each person, so that no two overlap, and nobody stands in for whoever stands in for them.
    let both: BTreeSet<UserId> = absence.substitute.into_iter().chain([absence.user]).collect();
    for id in both {
        users::lock(tx, id)?;
    }
    let times = delegations::times(tx.conn, absence.user, tx.now)?;
    let others = absence.substitute.map(|it| delegations::times(tx.conn, it, tx.now)).transpose()?.unwrap_or_default();
    check(absence, &times, &others, tx.now).map_err(|refusal| FormErrors::of(refusal.field(), refusal.to_string()))?;
    let id = delegations::insert(tx, absence, note)?;
    let left_alone: Vec<UserId> = left_alone(tx.conn, absence, tx.now)?.into_iter().map(|it| it.delegation.user_id).collect();
    let Absence { user, substitute, starts_at: from, ends_at: until } = *absence;
    events::record(tx, None, &Event::DelegationGiven { user, name, substitute, substitute_name, from, until, left_alone })?;
    Ok(id)
}

/// For whom nobody stands in on some of these days, because whoever would is away now, too.
pub fn left_alone(conn: &mut PgConnection, absence: &Absence, now: DateTime<Utc>) -> Result<Vec<Listed>> {
    let stood_for = delegations::list(conn, Whose::Substituted(absence.user), now)?;
    Ok(stood_for.into_iter().filter(|it| absence.overlaps(&(it.delegation.starts_at, it.delegation.ends_at))).collect())
}

/// Ends an absence that has begun, or takes back one that has not.
pub fn end(tx: &mut Tx<'_>, id: DelegationId) -> Result<()> {
    let delegation = delegations::lock(tx, id)?;
    permit(tx, Action::Delegate { own: delegation.user_id == tx.actor.id })?;
    if delegation.ended_at.is_some() || delegation.ends_at <= tx.now {
        return Err(Refusal::BackAlready.into());
    }
    delegations::end(tx, id)?;
    let name = users::find(tx.conn, delegation.user_id)?.name;
    let substitute_name = match delegation.substitute_id {
        Some(substitute) => users::find(tx.conn, substitute)?.name,
        None => String::new(),
    };
    let event = Event::DelegationEnded { user: delegation.user_id, name, substitute: delegation.substitute_id, substitute_name };
    Ok(events::record(tx, None, &event)?)
}
