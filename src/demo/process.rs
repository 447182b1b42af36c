//! How the organisation shapes its process: days off, who hears of what, and a draft that somebody is at.

use super::people::Who;
use super::times::ZONE;
use super::world::World;
use crate::app::{self, Error, FormErrors, calendars, notification_rules, workflow_drafts};
use crate::domain::calendars::Calendar;
use crate::domain::ids::WorkflowDraftId;
use crate::domain::notices::Rule;
use crate::domain::notification_rules::{Condition, NotificationRule, Party, Recipients, Urgency};
use crate::domain::workflows::editing::{Details, Edit};
use crate::store::{Tx, calendars as rows, workflow_drafts as drafts, workflows};
use chrono::{DateTime, Datelike, NaiveDate, Utc};
use chrono_tz::Tz;
use std::collections::BTreeMap;

/// What is shaped, in the order in which that happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shaping {
    Calendars,
    Rules,
    Draft,
}

impl Shaping {
    pub const ALL: [Shaping; 3] = [Shaping::Calendars, Shaping::Rules, Shaping::Draft];

    /// How many days from today.
    pub fn starts(self) -> i64 {
        match self {
            Shaping::Calendars => -371,
            Shaping::Rules => -61,
            Shaping::Draft => -1,
        }
    }

    pub fn carry_out(self, world: &World) -> anyhow::Result<()> {
        match self {
            Shaping::Calendars => calendars_with_days_off(world),
            Shaping::Rules => rules(world),
            Shaping::Draft => draft(world),
        }
    }
}

/// Days off on the same date of every year, from this year on.
fn yearly(since: DateTime<Utc>, dates: &[(u32, u32, &str)]) -> BTreeMap<NaiveDate, String> {
    let years = since.year()..=since.year() + 3;
    let day = |year: i32, (month, day, name): &(u32, u32, &str)| Some((NaiveDate::from_ymd_opt(year, *month, *day)?, (*name).to_owned()));
    years.flat_map(|year| dates.iter().filter_map(move |it| day(year, it))).collect()
}

fn calendars_with_days_off(world: &World) -> anyhow::Result<()> {
    let german =
        [(1, 1, "New Year’s Day"), (5, 1, "Labour Day"), (10, 3, "Day of German Unity"), (12, 25, "Christmas Day"), (12, 26, "Second Day of Christmas")];
    let english = [(1, 1, "New Year’s Day"), (12, 25, "Christmas Day"), (12, 26, "Boxing Day")];
    let berlin = yearly(world.now(), &german);
    let london = Calendar::office(Tz::Europe__London).with_holidays(&yearly(world.now(), &english))?;
    world.act(Who::Ines, |tx| {
        let usual = rows::list(tx.conn)?.into_iter().find(|it| it.is_default).ok_or(Error::NotFound)?;
        let calendar = Calendar::office(ZONE).with_holidays(&berlin).map_err(|it| FormErrors::of("holidays", it.to_string()))?;
        calendars::edit(tx, usual.id, usual.version, &calendars::Draft { name: usual.name, calendar, is_default: true })?;
        calendars::create(tx, &calendars::Draft { name: "London office".into(), calendar: london, is_default: false })?;
        Ok(())
    })
}

fn rules(world: &World) -> anyhow::Result<()> {
    let late = NotificationRule {
        event: Rule::DeadlineMissed,
        workflow: Some("release-major".into()),
        phase: Some("rollout".into()),
        condition: Condition::Always,
        recipients: Recipients { parties: vec![Party::Owner, Party::Coordinator, Party::Managers], ..Recipients::default() },
        urgency: Urgency::AtOnce,
    };
    let emergency = NotificationRule {
        event: Rule::DeploymentDone,
        workflow: None,
        phase: None,
        condition: Condition::Emergency,
        recipients: Recipients {
            parties: vec![Party::Owner, Party::Coordinator, Party::Watchers, Party::Managers],
            groups: vec!["service_desk".into()],
            ..Recipients::default()
        },
        urgency: Urgency::AtOnce,
    };
    world.act(Who::Ines, |tx| {
        notification_rules::create(tx, &late, "A rollout that runs late was noticed on the next morning only.")?;
        notification_rules::create(tx, &emergency, "The service desk is called first, and should know why.")?;
        Ok(())
    })
}

/// The next version of what minor releases go through, begun and not published yet.
fn draft(world: &World) -> anyhow::Result<()> {
    world.act(Who::Tomasz, |tx| {
        let minor = workflows::newest(tx.conn)?.into_iter().find(|it| it.key == "release-minor").ok_or(Error::NotFound)?;
        let (id, _) = workflow_drafts::revise(tx, minor.id)?;
        edit(tx, id, "early_life", |it| it.target_days = Some(15))?;
        edit(tx, id, "review", |it| {
            it.target_days = Some(10);
            it.group = Some("service_desk".into());
        })
    })
}

fn edit(tx: &mut Tx<'_>, id: WorkflowDraftId, phase: &str, change: impl FnOnce(&mut Details)) -> app::Result<()> {
    let draft = drafts::find(tx.conn, id)?;
    let mut details = Details::of(draft.workflow.phase(phase).ok_or(Error::NotFound)?);
    change(&mut details);
    workflow_drafts::edit(tx, id, draft.version, &Edit::EditPhase { key: phase.to_owned(), details })
}
