//! Making, editing and removing notification rules.

mod known;

pub use known::Known;

use super::context::{permit, unchanged};
use super::{Error, FormErrors, Result};
use crate::domain::events::{Event, FieldChange};
use crate::domain::ids::NotificationRuleId;
use crate::domain::notification_rules::NotificationRule;
use crate::domain::people::Action;
use crate::domain::process::{Deed, Part};
use crate::store::{Tx, events, notification_rules};

pub fn create(tx: &mut Tx<'_>, rule: &NotificationRule, reason: &str) -> Result<NotificationRuleId> {
    permit(tx, Action::ConfigureProcess)?;
    let known = takes(tx, rule)?;
    let id = notification_rules::insert(tx, rule).map_err(taken)?;
    record(tx, known.title(rule), Deed::Created, known.changes(None, Some(rule)), reason)?;
    Ok(id)
}

pub fn edit(tx: &mut Tx<'_>, id: NotificationRuleId, seen: i32, rule: &NotificationRule, reason: &str) -> Result<()> {
    permit(tx, Action::ConfigureProcess)?;
    let before = notification_rules::lock(tx, id)?;
    unchanged(before.version, seen)?;
    let known = takes(tx, rule)?;
    let fields = known.changes(Some(&before.rule), Some(rule));
    if fields.is_empty() {
        return Ok(());
    }
    notification_rules::update(tx, id, rule).map_err(taken)?;
    record(tx, known.title(&before.rule), Deed::Edited, fields, reason)
}

/// From then on those hear who do by default, or by a rule that says less.
pub fn remove(tx: &mut Tx<'_>, id: NotificationRuleId, seen: i32, reason: &str) -> Result<()> {
    permit(tx, Action::ConfigureProcess)?;
    let before = notification_rules::lock(tx, id)?;
    unchanged(before.version, seen)?;
    let known = Known::load(tx.conn)?;
    notification_rules::delete(tx, id)?;
    record(tx, known.title(&before.rule), Deed::Removed, known.changes(Some(&before.rule), None), reason)
}

/// What the rule can speak of, if it can be made.
fn takes(tx: &mut Tx<'_>, rule: &NotificationRule) -> Result<Known> {
    rule.check().map_err(|it| FormErrors::of(it.field(), it.to_string()))?;
    let known = Known::load(tx.conn)?;
    let errors = known.strangers(rule);
    if errors.is_empty() { Ok(known) } else { Err(errors.into()) }
}

fn record(tx: &mut Tx<'_>, name: String, deed: Deed, fields: Vec<FieldChange>, reason: &str) -> Result<()> {
    let event = Event::ProcessShaped { part: Part::Notification, name, deed, fields, reason: reason.to_owned() };
    Ok(events::record(tx, None, &event)?)
}

fn taken(error: diesel::result::Error) -> Error {
    if crate::store::is_duplicate(&error) {
        FormErrors::of("condition", "There is a rule for this event, this place and this condition already. Edit that one.").into()
    } else {
        error.into()
    }
}
