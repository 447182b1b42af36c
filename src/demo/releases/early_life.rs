//! What operations and a release agree on, and what they measure each day until it is back to normal.

use super::ReleaseRun;
use crate::app::early_life::{criteria, day_of, readings, team};
use crate::app::sheet::Sheet;
use crate::demo::people::Who;
use crate::demo::times;
use crate::demo::world::World;
use crate::domain::early_life::{Better, Criterion, Line, Source, written};
use crate::domain::releases::Level;
use crate::store::early_life::metrics;
use chrono::{DateTime, Days, Utc};

mod troubles;

pub use troubles::Noted;

const INCIDENTS: &str = "Incidents a day";
const ANSWERS: &str = "Response time";
const THERE: &str = "Availability";

impl ReleaseRun {
    /// Days in a row; an emergency is over sooner.
    fn days(&self) -> i32 {
        if self.story.level == Level::Emergency { 2 } else { 3 }
    }

    /// The day on which all is normal again, counted from the first.
    fn settled_on(&self) -> i64 {
        self.story.settles.unwrap_or(if self.story.level == Level::Emergency { 2 } else { 5 })
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
        let team = self.team(world);
        let room = self.service.name.to_lowercase().replace(' ', "-");
        let contacts = format!("Chat room `#early-life-{room}`; by day the service desk at extension 4400, at night the on-call phone of operations.");
        world.act(self.lead, |tx| {
            if !known {
                for it in &wanted {
                    criteria::add(tx, id, it, "")?;
                }
                for member in &team {
                    team::add(tx, id, member)?;
                }
                let plan = crate::store::early_life::keep_plan(tx, id)?;
                team::set_contacts(tx, id, plan.version, &contacts)?;
            }
            Ok(())
        })?;
        let by = world.at_work(&[Who::Jonas, Who::Elena, Who::Marcus], &mut self.dice)?;
        world.act(by, |tx| {
            let seen = criteria::shown(&metrics::list(tx.conn, id)?);
            criteria::agree(tx, id, &seen)
        })
    }

    fn team(&mut self, world: &World) -> Vec<team::NewMember> {
        let builder = self.dice.pick(self.service.builders).unwrap_or(self.lead);
        let member = |who: Who, role: &str, extension: &str| team::NewMember {
            user: Some(world.id(who)),
            name: String::new(),
            role: role.to_owned(),
            contact: format!("extension {extension}"),
        };
        let mut team = vec![member(self.lead, "Leads early life support", "4210"), member(Who::Lucia, "Service desk", "4400")];
        if builder != self.lead {
            team.insert(1, member(builder, "Corrections", "4237"));
        }
        team
    }

    /// Whether nobody has measured yet on this day.
    pub(super) fn measures_today(&self, world: &World, sheet: &Sheet) -> bool {
        self.measured != Some(day_of(world.now(), &sheet.full))
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
        let settled = self.settled_on() as f64;
        let mut lines = Vec::new();
        for day in began.iter_days().take_while(|it| *it <= today) {
            let trouble = (1.0 - (day - began).num_days() as f64 / settled).max(0.0);
            for (name, _) in known.iter().filter(|(_, readings)| !readings.contains_key(&day)) {
                let value = self.value(name, trouble);
                lines.push(Line { place: lines.len() + 1, day: day.to_string(), metric: name.clone(), value: written(value) });
            }
        }
        if !lines.is_empty() {
            world.act(self.lead, |tx| readings::record(tx, id, Source::Form, &lines, None).map(|_| ()))?;
        }
        self.measured = Some(today);
        self.note_troubles(world, (today - began).num_days())?;
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
}
