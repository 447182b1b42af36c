//! Who would hear of an event, why and how, and what they would read: looked at beforehand, with a record as it stands.

mod samples;

use super::ruling::Rules;
use super::{Scene, of_telling};
use crate::app::mails::Sample;
use crate::app::sheet::Sheet;
use crate::app::{Error, Result, deadlines};
use crate::domain::approvals::{ApprovalState, RoundState};
use crate::domain::deadlines::{Stage, Subject};
use crate::domain::ids::{ApprovalId, DeadlineId, NoticeId, RecordId, SLIPWAY, UserId};
use crate::domain::notices::Rule;
use crate::domain::notices::catalogue::{Telling, tellings};
use crate::domain::notification_rules::{Circumstances, How};
use crate::domain::people::Actor;
use crate::store::deadlines::Due;
use crate::store::events::Followed;
use crate::store::mails::around::{About, Reader, Told};
use crate::store::notices::NewNotice;
use crate::store::notification_rules::Kept;
use crate::store::records::{self, Full};
use crate::store::{PgConnection, audience, preferences, users};
use chrono::{DateTime, Duration, Utc};

/// Somebody who would hear.
#[derive(Clone, Debug)]
pub struct Heard {
    pub name: String,
    pub how: How,
    pub notice: NewNotice,
}

/// What would be told of a record, and to whom.
#[derive(Clone, Debug)]
pub struct Outlook {
    pub event: Rule,
    /// The record, in the phase that it is looked at in.
    pub full: Full,
    /// The rule that counts; without one the default does.
    pub ruling: Option<Kept>,
    pub heard: Vec<Heard>,
}

impl Outlook {
    /// As if the event happened now, in this phase if one is named. Who does it themselves is not known yet, and so not left out.
    pub fn load(conn: &mut PgConnection, record: RecordId, event: Rule, phase: Option<&str>, now: DateTime<Utc>) -> Result<Outlook> {
        if !event.may_be_ruled() {
            return Err(Error::NotFound);
        }
        let full = in_phase(records::full(conn, record)?, phase)?;
        let rules = Rules::load(conn)?;
        let sheet = Sheet::around(conn, full)?;
        let (notices, ruling) = match stage(event) {
            Some(stage) => of_deadline(conn, &sheet, stage, &rules, now)?,
            None => of_event(conn, &sheet, event, &rules, now)?,
        };
        let people: Vec<UserId> = notices.iter().map(|it| it.user).collect();
        let (names, wishes) = (audience::names(conn, &people)?, preferences::of_active(conn, &people)?);
        let heard = |notice: NewNotice| {
            let wish = wishes.of(notice.user, event).map(|it| notice.urgency.delivery(it, notice.concerned));
            Heard { name: names.get(&notice.user).cloned().unwrap_or_default(), how: wish.map_or(How::Closed, How::of), notice }
        };
        Ok(Outlook { event, heard: notices.into_iter().map(heard).collect(), full: sheet.full, ruling })
    }

    /// The mail to one of those who would hear, to be put into words; to the first who hears by mail if nobody is named.
    pub fn sample(&self, conn: &mut PgConnection, to: Option<UserId>, now: DateTime<Utc>) -> Result<Option<(String, Sample)>> {
        let mailed = |it: &&Heard| matches!(it.how, How::AtOnce | How::Digest);
        let heard = match to {
            Some(user) => self.heard.iter().find(|it| it.notice.user == user),
            None => self.heard.iter().find(mailed).or(self.heard.first()),
        };
        let Some(Heard { name, notice, .. }) = heard else { return Ok(None) };
        let reader = users::find(conn, notice.user)?;
        let record = &self.full.record;
        let sample = Sample {
            told: told(notice, now),
            reader: Reader {
                id: reader.id,
                email: reader.email,
                name: reader.name,
                zone: reader.time_zone.parse().unwrap_or_default(),
                disabled: reader.disabled_at.is_some(),
            },
            about: About { id: record.id, kind: record.kind, identifier: record.identifier.clone(), title: record.title.clone() },
            expires: now + Duration::days(14),
        };
        Ok(Some((name.clone(), sample)))
    }
}

fn told(notice: &NewNotice, now: DateTime<Utc>) -> Told {
    Told {
        id: NoticeId(0),
        mail_id: None,
        rule: notice.rule,
        record_id: notice.record,
        user_id: notice.user,
        why: notice.why,
        headline: notice.headline.clone(),
        facts: serde_json::json!(notice.facts),
        path: notice.path.clone(),
        approval_id: notice.approval,
        handover_id: notice.handover,
        occurrence: notice.occurrence.clone(),
        at: now,
    }
}

fn in_phase(mut full: Full, phase: Option<&str>) -> Result<Full> {
    if let Some(key) = phase {
        let name = full.workflow.phase(key).ok_or(Error::NotFound)?.name.clone();
        (full.record.phase, full.record.phase_name) = (key.to_owned(), name);
    }
    Ok(full)
}

/// What would be told, and by which rule.
type Prospect = (Vec<NewNotice>, Option<Kept>);

fn of_event(conn: &mut PgConnection, sheet: &Sheet, rule: Rule, rules: &Rules, now: DateTime<Utc>) -> Result<Prospect> {
    let full = &sheet.full;
    let event = samples::event(rule, sheet).ok_or(Error::NotFound)?;
    let actor = Actor::slipway();
    let happened = Followed { id: 0, at: now, actor_id: SLIPWAY, actor: actor.name, for_id: None, record: Some(full.record.id), event: None };
    let scene = Scene { happened: &happened, event: &event, full: Some(full) };
    let found = tellings(&event).into_iter().find(|it| it.rule == rule);
    let mut telling = found.unwrap_or(Telling { rule, audience: Vec::new() });
    telling.audience.retain(samples::is_there);
    let ruling = rules.of_event(&event, full, rule, now).cloned();
    Ok((of_telling(conn, now, &scene, &telling, rules)?, ruling))
}

/// The stage of a deadline by which a rule tells; none if it tells of an event.
fn stage(rule: Rule) -> Option<Stage> {
    Stage::ALL.iter().copied().find(|it| it.rule() == rule)
}

fn of_deadline(conn: &mut PgConnection, sheet: &Sheet, stage: Stage, rules: &Rules, now: DateTime<Utc>) -> Result<Prospect> {
    let record = &sheet.full.record;
    let asked = pending(sheet).first().map(|it| it.0).filter(|_| stage.rule() == Rule::ApprovalReminded);
    let late = matches!(stage.rule(), Rule::DeadlineMissed | Rule::DeadlineEscalated | Rule::DeadlineRepeated);
    let due_at = if late { now - Duration::hours(1) } else { now + Duration::days(1) };
    let due = Due {
        id: DeadlineId(0),
        record_id: Some(record.id),
        subject: asked.map_or(Subject::Phase, |_| Subject::Approval),
        subject_id: asked.unwrap_or(i64::from(record.visit)),
        starts_at: record.phase_entered_at,
        due_at,
        occurrence: 0,
        calendar_id: None,
    };
    let all = [due];
    let mut facts = deadlines::facts(conn, &all, rules, now)?;
    facts.imagine(record.id, &record.phase, &record.phase_name);
    let circumstances = super::ruling::circumstances(&sheet.full, Some(now));
    let circumstances = Circumstances { late, ..circumstances };
    let ruling = rules.of(stage.rule(), record.workflow_id, &record.phase, circumstances).cloned();
    Ok((deadlines::told_by(conn, &facts, rules, &[(&all[0], stage)], now)?, ruling))
}

/// The approvals that are awaited now.
fn pending(sheet: &Sheet) -> Vec<ApprovalId> {
    let open = sheet.round().filter(|it| it.round.state == RoundState::Open);
    let asked = open.into_iter().flat_map(|it| &it.steps).flat_map(|it| &it.approvals);
    asked.filter(|(it, _)| it.state == ApprovalState::Pending).map(|(it, _)| it.id).collect()
}
