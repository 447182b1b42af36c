//! From an audience to the people in it, each once, with what they are to the matter.

use super::Scene;
use crate::app::Result;
use crate::domain::approvals::ApprovalState;
use crate::domain::ids::{ApprovalId, HandoverId, SLIPWAY, TaskId, UserId};
use crate::domain::notices::catalogue::Audience;
use crate::domain::notices::{Rule, Why};
use crate::domain::people::Role;
use crate::store::audience::{self, Asked, Doer};
use crate::store::users::{self, Person};
use crate::store::{PgConnection, handovers, notification_rules, watchers};
use chrono::{DateTime, Utc};

/// Somebody who hears of an event.
#[derive(Clone, Debug)]
pub struct Listener {
    pub user: UserId,
    pub why: Why,
    /// Whether it is a matter of their own.
    pub concerned: bool,
    /// The approval that asks them.
    pub approval: Option<ApprovalId>,
    pub stands_in_for: Option<String>,
    /// The handover that asks their group.
    pub handover: Option<HandoverId>,
    pub step: Option<String>,
    pub due_at: Option<DateTime<Utc>>,
    /// The tasks that are theirs to do.
    pub tasks: Vec<(TaskId, String, Option<DateTime<Utc>>)>,
}

impl Listener {
    fn new(user: UserId, why: Why) -> Listener {
        Listener { user, why, concerned: true, approval: None, handover: None, stands_in_for: None, step: None, due_at: None, tasks: Vec::new() }
    }

    /// Adds them to those who hear, once: somebody who is several things hears it as the first. Different approvals are different matters,
    /// but nobody hears besides of what is a matter of their own.
    pub fn join(self, heard: &mut Vec<Listener>) {
        let knows = !self.concerned && heard.iter().any(|it| it.user == self.user);
        if self.user == SLIPWAY || knows {
            return;
        }
        match heard.iter_mut().find(|it| it.user == self.user && it.approval == self.approval) {
            Some(already) => already.tasks.extend(self.tasks),
            None => heard.push(self),
        }
    }
}

/// Everybody in an audience, in its order.
pub fn listeners(conn: &mut PgConnection, now: DateTime<Utc>, scene: &Scene<'_>, rule: Rule, audience: &[Audience]) -> Result<Vec<Listener>> {
    let mut all = Vec::new();
    for audience in audience {
        let concerned = audience.is_concerned();
        all.extend(of_audience(conn, now, scene, rule, audience)?.into_iter().map(|it| Listener { concerned, ..it }));
    }
    Ok(all)
}

fn of_audience(conn: &mut PgConnection, now: DateTime<Utc>, scene: &Scene<'_>, rule: Rule, audience: &Audience) -> Result<Vec<Listener>> {
    let record = scene.full.map(|it| &it.record);
    let one = |user: Option<UserId>, why| user.map(|it| Listener::new(it, why)).into_iter().collect();
    Ok(match audience {
        Audience::Owner => one(record.map(|it| it.owner_id), Why::Owner),
        Audience::Coordinator => one(record.and_then(|it| it.coordinator_id), Why::Coordinator),
        Audience::Actor => one(Some(scene.happened.actor_id), Why::Actor),
        Audience::Represented => one(scene.happened.for_id, Why::Approver),
        Audience::Person(user) if rule == Rule::Account => one(Some(*user), Why::Holder),
        Audience::Person(user) => one(Some(*user), if record.is_some() { Why::Assignee } else { Why::Actor }),
        Audience::Watchers => match record {
            Some(record) => watchers::list(conn, record.id)?.into_iter().map(|it| Listener::new(it.id, Why::Watcher)).collect(),
            None => Vec::new(),
        },
        Audience::GroupOfPhase => match scene.full.and_then(|it| it.phase().ok()).and_then(|it| it.group.as_deref()) {
            Some(key) => audience::members(conn, key)?.into_iter().map(|it| Listener::new(it, Why::Group)).collect(),
            None => Vec::new(),
        },
        Audience::Approvers(ids) => {
            // Whoever is asked later hears of it then; whoever answered already need not hear.
            let awaited = |it: &Asked| rule != Rule::ApprovalAsked || it.state == ApprovalState::Pending;
            audience::asked(conn, ids, now)?.into_iter().filter(awaited).map(asked).collect()
        }
        Audience::Replaced(id) => match audience::replaced(conn, *id)? {
            Some(before) => audience::asked(conn, &[before], now)?.into_iter().map(asked).collect(),
            None => Vec::new(),
        },
        Audience::Receivers(handover, group) => {
            // Whom an answer given meanwhile spares is not asked.
            let asked = handovers::find(conn, *handover)?.handover.is_asked();
            let receivers = if asked { handovers::receivers(conn, *group)? } else { Vec::new() };
            let may = |it: &Person| !record.is_some_and(|record| record.is_run_by(it.id));
            receivers.into_iter().filter(may).map(|it| Listener { handover: Some(*handover), ..Listener::new(it.id, Why::Group) }).collect()
        }
        Audience::Asker(user) => one(Some(*user), Why::Actor),
        Audience::Managers => users::holders(conn, Role::ReleaseManager)?.into_iter().map(|it| Listener::new(it, Why::Manager)).collect(),
        Audience::Requesters => match record {
            Some(record) => notification_rules::requesters(conn, &[record.id])?.into_iter().map(|(_, it)| Listener::new(it, Why::Requester)).collect(),
            None => Vec::new(),
        },
        Audience::Members(key) => audience::members(conn, key)?.into_iter().map(|it| Listener::new(it, Why::Named)).collect(),
        Audience::Named(user) => one(Some(*user), Why::Named),
        Audience::Doers(ids) => audience::doers(conn, ids)?.into_iter().map(doer).collect(),
    })
}

fn asked(it: Asked) -> Listener {
    let why = if it.stands_in_for.is_some() { Why::Substitute } else { Why::Approver };
    Listener { approval: Some(it.approval), stands_in_for: it.stands_in_for, step: Some(it.step), due_at: it.due_at, ..Listener::new(it.user, why) }
}

fn doer(it: Doer) -> Listener {
    let why = if it.by_group { Why::Group } else { Why::Assignee };
    Listener { tasks: vec![(it.task, it.title, it.due_at)], ..Listener::new(it.user, why) }
}
