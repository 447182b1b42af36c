//! Ruling how releases are made: every edit is the next version of the policy, with a reason and a day on which it is looked at again.

pub mod shipping;

use super::context::{permit, unchanged};
use super::{Error, FormErrors, Result};
use crate::domain::events::{Event, FieldChange};
use crate::domain::people::Action;
use crate::domain::policies::{self as rules, Kind, Policy};
use crate::domain::process::{Deed, Part};
use crate::domain::refusals::Refusal;
use crate::domain::requirements::Requirement;
use crate::store::policies::{self, Version};
use crate::store::{Tx, calendars, deadlines, events};
use chrono::NaiveDate;

/// The policy as somebody wants it.
#[derive(Clone, Debug)]
pub struct Draft {
    pub policy: Policy,
    pub reason: String,
    pub review_on: NaiveDate,
}

/// What the log calls it.
const NAME: &str = "of this installation";

/// Makes the next version. Whoever saved meanwhile is not overwritten.
pub fn edit(tx: &mut Tx<'_>, seen: i32, draft: &Draft) -> Result<()> {
    permit(tx, Action::ConfigureProcess)?;
    let before = policies::lock(tx)?;
    unchanged(before.version, seen)?;
    let today = tx.now.with_timezone(&calendars::of_item(tx.conn, None)?.zone()).date_naive();
    check(draft, today)?;
    let fields = changes(&before, &draft.policy, Some(draft.review_on), &policies::kinds(tx.conn)?);
    if fields.is_empty() {
        return Err(FormErrors::of("reason", "Nothing is changed. If it was looked at and is right, give it a new review date.").into());
    }
    write(tx, &before, &draft.policy, &draft.reason, Some(draft.review_on), fields)
}

/// Sets how many parts the versions of a category have.
pub fn set_numbering(tx: &mut Tx<'_>, category_key: &str, parts: u8, reason: &str) -> Result<()> {
    permit(tx, Action::ConfigureProcess)?;
    let before = policies::lock(tx)?;
    let kinds = policies::kinds(tx.conn)?;
    let kind = kinds.iter().find(|it| it.key == category_key).ok_or(Error::NotFound)?;
    if !(1..=3).contains(&parts) {
        return Err(FormErrors::of("parts", "A version has one to three parts.").into());
    }
    let mut policy = before.policy().clone();
    policy.number(category_key, kind.level, parts);
    let fields = changes(&before, &policy, before.review_on, &kinds);
    if fields.is_empty() {
        return Ok(());
    }
    if reason.is_empty() {
        return Err(FormErrors::of("reason", "Say why.").into());
    }
    write(tx, &before, &policy, reason, before.review_on, fields)
}

fn check(draft: &Draft, today: NaiveDate) -> Result<()> {
    let mut errors = FormErrors::default();
    for fault in draft.policy.faults() {
        errors.about(fault.field, fault.message);
    }
    if draft.reason.is_empty() {
        errors.about("reason", "Say why: it stands in the history.");
    }
    if draft.review_on <= today {
        errors.about("review_on", "Choose a day that is still to come.");
    }
    if errors.is_empty() { Ok(()) } else { Err(errors.into()) }
}

fn write(tx: &mut Tx<'_>, before: &Version, policy: &Policy, reason: &str, review_on: Option<NaiveDate>, fields: Vec<FieldChange>) -> Result<()> {
    if policy.security != before.policy().security {
        permit(tx, Action::SecureAccounts)?;
    }
    policies::insert(tx, before.version + 1, policy, reason, review_on).map_err(overtaken)?;
    deadlines::keep_review(tx, review_on)?;
    let event = Event::ProcessShaped { part: Part::Policy, name: NAME.to_owned(), deed: Deed::Edited, fields, reason: reason.to_owned() };
    Ok(events::record(tx, None, &event)?)
}

/// Makes the next version with this policy, where it differs, and keeps the review date.
pub fn replace(tx: &mut Tx<'_>, policy: &Policy, reason: &str) -> Result<()> {
    permit(tx, Action::ConfigureProcess)?;
    let before = policies::lock(tx)?;
    if policy == before.policy() {
        return Ok(());
    }
    let fields = changes(&before, policy, before.review_on, &policies::kinds(tx.conn)?);
    write(tx, &before, policy, reason, before.review_on, fields)
}

/// What differs between a version and a policy that somebody wants in its place.
pub fn changes(before: &Version, policy: &Policy, review_on: Option<NaiveDate>, kinds: &[Kind]) -> Vec<FieldChange> {
    let day = |it: Option<NaiveDate>| it.map_or_else(String::new, |it| it.to_string());
    let mut fields = rules::changes(before.policy(), policy, kinds);
    fields.extend(FieldChange::between("Review date", day(before.review_on), day(review_on)));
    fields
}

/// Somebody else was quicker with this version.
fn overtaken(error: diesel::result::Error) -> Error {
    if crate::store::is_duplicate(&error) { Error::Stale } else { error.into() }
}

/// May they go on without this requirement? Whoever may waive nothing at all is not let; anybody else is told who may.
pub(super) fn permit_waiver(tx: &mut Tx<'_>, requirement: Requirement) -> Result<()> {
    let policy = policies::current(tx.conn)?;
    if policy.may_waive(requirement, &tx.actor.roles) {
        return Ok(());
    }
    if !policy.may_waive_something(&tx.actor.roles) {
        return Err(Error::Forbidden(Action::Waive));
    }
    Err(Refusal::WaivedByOthers { requirement: requirement.label(), who: rules::listed(policy.waivers_of(requirement)) }.into())
}
