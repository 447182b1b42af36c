//! What operations and a release agree on, and what they measure each day until it is back to normal.

use super::ReleaseRun;
use crate::app::early_life::{criteria, day_of, issues, known_errors, readings};
use crate::app::sheet::Sheet;
use crate::demo::times;
use crate::demo::world::World;
use crate::domain::early_life::{Better, Criterion, IssueKind, IssueState, Line, Severity, Source, written};
use crate::domain::releases::Level;
use crate::store::early_life::issues::Draft as Issue;
use crate::store::early_life::known_errors::Draft as KnownError;
use crate::store::early_life::metrics;
use chrono::{DateTime, Days, Utc};

const INCIDENTS: &str = "Incidents a day";
const ANSWERS: &str = "Response time";
const THERE: &str = "Availability";

impl ReleaseRun {
    /// Days in a row; an emergency is over sooner.
    fn days(&self) -> i32 {
        if self.story.level == Level::Emergency { 2 } else { 3 }
    }

    pub(super) fn agree_criteria(&mut self, world: &World, sheet: &Sheet) -> anyhow::Result<()> {
        let (id, days) = (self.id()?, self.days());
        let metric = |name: &str, unit: &str, normal, better, tolerance| Criterion { name: name.into(), unit: unit.into(), normal, better, tolerance, days };
        let wanted = [
            metric(INCIDENTS, "incidents", 2.0, Better::Down, 1.0),
            metric(ANSWERS, "ms", 400.0, Better::Down, 50.0),
            metric(THERE, "%", 99.9, Better::Up, 0.2),
        ];
        let known = !sheet.early_life.metrics.is_empty();
        world.act(self.lead, |tx| {
            for it in wanted.iter().filter(|_| !known) {
                criteria::add(tx, id, it)?;
            }
            let seen = criteria::shown(&metrics::list(tx.conn, id)?);
            criteria::agree(tx, id, &seen, "Jonas Brandt, operations")
        })
    }

    /// Records what was measured since they looked last; then it is up to tomorrow.
    pub(super) fn measure(&mut self, world: &World, sheet: &Sheet) -> anyhow::Result<DateTime<Utc>> {
        if !sheet.exit().is_agreed() {
            self.agree_criteria(world, sheet)?;
            return Ok(self.soon(world));
        }
        let id = self.id()?;
        let (began, today) = (day_of(self.seen.entered, &sheet.full), day_of(world.now(), &sheet.full));
        let known: Vec<_> = sheet.early_life.metrics.iter().map(|it| (it.criterion.name.clone(), sheet.early_life.readings(it))).collect();
        let is_first = known.iter().all(|(_, readings)| readings.is_empty());
        let calm = if self.story.level == Level::Emergency { 2.0 } else { 5.0 };
        let mut lines = Vec::new();
        for day in began.iter_days().take_while(|it| *it <= today) {
            let trouble = (1.0 - (day - began).num_days() as f64 / calm).max(0.0);
            for (name, _) in known.iter().filter(|(_, readings)| !readings.contains_key(&day)) {
                let value = self.value(name, trouble);
                lines.push(Line { place: lines.len() + 1, day: day.to_string(), metric: name.clone(), value: written(value) });
            }
        }
        if !lines.is_empty() {
            world.act(self.lead, |tx| readings::record(tx, id, Source::Form, &lines, None).map(|_| ()))?;
        }
        if is_first && self.story.level != Level::Emergency {
            self.note_troubles(world)?;
        }
        let tomorrow = today.checked_add_days(Days::new(1)).unwrap_or(today);
        let mut next = times::later(world.now(), 240);
        while day_of(next, &sheet.full) < tomorrow {
            next = times::later(next, 240);
        }
        Ok(next)
    }

    fn value(&mut self, metric: &str, trouble: f64) -> f64 {
        let mut dice = |low, high| self.dice.between(low, high) as f64;
        match metric {
            INCIDENTS => (2.0 + 6.0 * trouble).round() + dice(-1, 1),
            ANSWERS => (400.0 + 350.0 * trouble).round() + dice(-25, 25),
            _ => ((99.9 - 1.1 * trouble) * 100.0).round() / 100.0 + dice(0, 8) / 100.0,
        }
    }

    fn note_troubles(&mut self, world: &World) -> anyhow::Result<()> {
        let id = self.id()?;
        let number = format!("INC-{}", 40_000 + id.0 * 7);
        let issue = Issue {
            kind: IssueKind::Incident,
            link: format!("https://desk.demo.slipway.example/{number}"),
            number,
            title: "Slow first sign-in after the deployment".into(),
            severity: Severity::Medium,
            state: IssueState::Open,
        };
        let error = KnownError {
            title: "Old bookmarks lead to an error page".into(),
            symptoms: "Users see “page not found” when they use bookmarks from before the release.".into(),
            workaround: "Open the start page and set the bookmark anew.".into(),
        };
        world.act(self.lead, |tx| {
            issues::add(tx, id, &issue)?;
            let error = known_errors::add(tx, id, &error)?;
            known_errors::accept(tx, error, 0).map(|_| ())
        })
    }
}
