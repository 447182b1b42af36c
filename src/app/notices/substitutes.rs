//! Whoever stands in for somebody is asked about what waited for them already, once their absence begins.

use super::words::called;
use crate::app::Result;
use crate::domain::notices::{Rule, Why};
use crate::domain::notification_rules::Urgency;
use crate::domain::text::moment;
use crate::store::notices::NewNotice;
use crate::store::{Tx, audience, delegations, notices, records};
use chrono_tz::Tz;

/// Asks up to `limit` of them. Returns how many were asked anew.
pub fn ask(tx: &mut Tx<'_>, limit: i64) -> Result<usize> {
    let waiting = delegations::untold(tx.conn, tx.now, limit)?;
    let mut told = Vec::new();
    for it in audience::asked(tx.conn, &waiting, tx.now)? {
        let Some(approver) = &it.stands_in_for else { continue };
        let record = records::find(tx.conn, it.record)?;
        let zone = audience::zones(tx.conn, &[it.user])?.get(&it.user).copied().unwrap_or(Tz::UTC);
        let due = it.due_at.map(|due| ("Answer by".to_owned(), moment(due, zone)));
        told.push(NewNotice {
            rule: Rule::ApprovalAsked,
            record: Some(it.record),
            occurrence: format!("approval {}, in place of its approver", it.approval),
            user: it.user,
            why: Why::Substitute,
            headline: format!("Your decision on {} in place of {approver}: {}", called(&record), it.step),
            facts: due.into_iter().collect(),
            path: format!("/approvals/{}", it.approval),
            approval: Some(it.approval),
            handover: None,
            urgency: Urgency::AsPreferred,
            concerned: true,
        });
    }
    Ok(notices::add_all(tx, &told)?)
}
