//! How many people an action would mail, so that its page can say so before.

use super::ruling::{Rules, circumstances};
use crate::app::sheet::Sheet;
use crate::domain::approvals::{ApprovalState, RoundState};
use crate::domain::ids::{GroupId, UserId};
use crate::domain::notices::{Delivery, Rule};
use crate::domain::notification_rules::Party;
use crate::domain::people::Role;
use crate::domain::tasks::TaskState;
use crate::domain::workflows::{Phase, TransitionKind};
use crate::store::preferences::{self, Wishes};
use crate::store::{PgConnection, audience, notification_rules, users};
use diesel::QueryResult;
use std::collections::{BTreeMap, BTreeSet};

/// The people around a record, and how each wants to be told.
pub struct Reach {
    me: UserId,
    around: BTreeSet<UserId>,
    by_key: BTreeMap<String, BTreeSet<UserId>>,
    by_id: BTreeMap<GroupId, BTreeSet<UserId>>,
    wishes: Wishes,
    rules: Rules,
    /// Looked up only if there are rules.
    managers: Vec<UserId>,
    requesters: Vec<UserId>,
}

impl Reach {
    /// In a few queries, however many people and groups there are.
    pub fn load(conn: &mut PgConnection, sheet: &Sheet, me: UserId) -> QueryResult<Reach> {
        let record = &sheet.full.record;
        let rules = Rules::load(conn)?;
        let keys: Vec<&str> = sheet.full.workflow.phases.iter().filter_map(|it| it.group.as_deref()).chain(rules.groups()).collect();
        let groups: Vec<GroupId> = sheet.tasks.iter().filter_map(|it| it.task.group_id).collect();
        let (mut by_key, mut by_id): (BTreeMap<String, BTreeSet<UserId>>, BTreeMap<GroupId, BTreeSet<UserId>>) = Default::default();
        for (id, key, user) in audience::members_of_all(conn, &keys, &groups)? {
            by_key.entry(key).or_default().insert(user);
            by_id.entry(id).or_default().insert(user);
        }
        let mut around: BTreeSet<UserId> = sheet.watchers.iter().map(|it| it.id).collect();
        around.extend([Some(record.owner_id), record.coordinator_id].into_iter().flatten());
        let mut people = around.clone();
        people.extend(by_id.values().flatten());
        people.extend(sheet.tasks.iter().filter_map(|it| it.task.assignee_id));
        people.extend(awaited(sheet));
        people.extend(rules.people());
        let (managers, requesters) = if rules.is_empty() {
            Default::default()
        } else {
            let requesters = notification_rules::requesters(conn, &[record.id])?;
            (users::holders(conn, Role::ReleaseManager)?, requesters.into_iter().map(|(_, it)| it).collect::<Vec<_>>())
        };
        people.extend(managers.iter().chain(&requesters));
        let wishes = preferences::of_active(conn, &people.into_iter().collect::<Vec<_>>())?;
        Ok(Reach { me, around, by_key, by_id, wishes, rules, managers, requesters })
    }

    /// Whom a way out of the phase mails: those who hear of the new phase, whose tasks begin, and whose answer is needed no longer.
    pub fn of_transition(&self, sheet: &Sheet, kind: TransitionKind, to: &Phase) -> usize {
        let rule = match kind {
            TransitionKind::BackOut => Rule::BackedOut,
            TransitionKind::Abandon => Rule::Abandoned,
            TransitionKind::Close => Rule::Closed,
            TransitionKind::Advance | TransitionKind::Rework => Rule::PhaseEntered,
        };
        // Where a record goes away from a phase, that one counts.
        let counts = if rule.is_of_leaving() { sheet.full.record.phase.as_str() } else { to.key.as_str() };
        let mut mailed = self.news(sheet, rule, counts, Some(to));
        mailed.extend(self.mailed(Rule::TaskReady, self.doers(sheet, to)));
        mailed.extend(self.mailed(Rule::ApprovalNotNeeded, &awaited(sheet)));
        mailed.len()
    }

    /// Whom it mails that something happened to the record in its present phase.
    pub fn of_news(&self, sheet: &Sheet, rule: Rule) -> usize {
        self.news(sheet, rule, &sheet.full.record.phase, sheet.full.phase().ok()).len()
    }

    /// Whom it mails that something happened: whom the notification rule that counts names, or else those around and the group of the phase.
    fn news(&self, sheet: &Sheet, rule: Rule, counts: &str, phase: Option<&Phase>) -> BTreeSet<UserId> {
        let record = &sheet.full.record;
        let group = phase.into_iter().flat_map(|it| self.group(it));
        let Some(ruling) = self.rules.of(rule, record.workflow_id, counts, circumstances(&sheet.full, sheet.now)) else {
            return self.mailed(rule, self.around.iter().chain(group));
        };
        let named = &ruling.rule.recipients;
        let mut people: BTreeSet<UserId> = named.people.iter().copied().collect();
        people.extend(named.groups.iter().filter_map(|key| self.by_key.get(key)).flatten());
        for party in &named.parties {
            match party {
                Party::Owner => people.extend([record.owner_id]),
                Party::Coordinator => people.extend(record.coordinator_id),
                Party::Watchers => people.extend(sheet.watchers.iter().map(|it| it.id)),
                Party::GroupOfPhase => people.extend(phase.into_iter().flat_map(|it| self.group(it))),
                Party::Managers => people.extend(&self.managers),
                Party::Requesters => people.extend(&self.requesters),
            }
        }
        let mailed =
            |user: &UserId| *user != self.me && self.wishes.of(*user, rule).map(|it| ruling.rule.urgency.delivery(it, false)) == Some(Delivery::AtOnce);
        people.into_iter().filter(mailed).collect()
    }

    fn group(&self, phase: &Phase) -> impl Iterator<Item = &UserId> {
        phase.group.as_ref().and_then(|key| self.by_key.get(key)).into_iter().flatten()
    }

    /// Those whose tasks can be started once the phase begins.
    fn doers<'a>(&'a self, sheet: &'a Sheet, phase: &'a Phase) -> impl Iterator<Item = &'a UserId> {
        let settled = |id| sheet.tasks.iter().any(|it| it.task.id == id && it.task.state.is_settled());
        let begins = move |it: &&crate::store::tasks::Named| {
            let free = sheet.predecessors.get(&it.task.id).is_none_or(|before| before.iter().all(|id| settled(*id)));
            it.task.phase == phase.key && it.task.state == TaskState::Planned && free
        };
        let of_task = |it: &'a crate::store::tasks::Named| {
            let group = it.task.group_id.filter(|_| it.task.assignee_id.is_none()).and_then(|id| self.by_id.get(&id));
            it.task.assignee_id.iter().chain(group.into_iter().flatten())
        };
        sheet.tasks.iter().filter(begins).flat_map(of_task)
    }

    fn mailed<'a>(&self, rule: Rule, people: impl IntoIterator<Item = &'a UserId>) -> BTreeSet<UserId> {
        let at_once = |user: &&UserId| self.wishes.of(**user, rule) == Some(Delivery::AtOnce);
        people.into_iter().filter(|user| **user != self.me || rule.tells_the_actor()).filter(at_once).copied().collect()
    }
}

/// Whose answer is awaited.
fn awaited(sheet: &Sheet) -> Vec<UserId> {
    let open = sheet.round().filter(|it| it.round.state == RoundState::Open);
    let asked = open.into_iter().flat_map(|it| &it.steps).flat_map(|it| &it.approvals);
    asked.filter(|(it, _)| it.state == ApprovalState::Pending).map(|(it, _)| it.approver_id).collect()
}
