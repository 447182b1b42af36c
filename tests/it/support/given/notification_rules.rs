//! Notification rules, as somebody would have made them.

use crate::support::TestApp;
use slipway::app::notification_rules;
use slipway::domain::ids::{NotificationRuleId, UserId};
use slipway::domain::notices::Rule;
use slipway::domain::notification_rules::{Condition, NotificationRule, Party, Recipients, Urgency};

/// A rule for this event, everywhere and always; nobody hears by it until it is said who.
pub fn rule(app: &TestApp, event: Rule) -> Ruling<'_> {
    let rule =
        NotificationRule { event, workflow: None, phase: None, condition: Condition::Always, recipients: Recipients::default(), urgency: Urgency::AsPreferred };
    Ruling { app, rule }
}

pub struct Ruling<'a> {
    app: &'a TestApp,
    rule: NotificationRule,
}

impl Ruling<'_> {
    pub fn of_phase(mut self, phase: &str) -> Self {
        self.rule.phase = Some(phase.to_owned());
        self
    }

    pub fn of_workflow(mut self, workflow: &str) -> Self {
        self.rule.workflow = Some(workflow.to_owned());
        self
    }

    pub fn when(mut self, condition: Condition) -> Self {
        self.rule.condition = condition;
        self
    }

    pub fn to(mut self, parties: &[Party]) -> Self {
        self.rule.recipients.parties = parties.to_vec();
        self
    }

    pub fn telling_group(mut self, key: &str) -> Self {
        self.rule.recipients.groups.push(key.to_owned());
        self
    }

    pub fn telling_person(mut self, user: UserId) -> Self {
        self.rule.recipients.people.push(user);
        self
    }

    pub fn urgency(mut self, urgency: Urgency) -> Self {
        self.rule.urgency = urgency;
        self
    }

    pub fn insert(self) -> NotificationRuleId {
        self.app.act(|tx| notification_rules::create(tx, &self.rule, "")).expect("it is taken")
    }
}
