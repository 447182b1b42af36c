//! What does not go by the book: denials, postponements, failed tests, second thoughts, the end before the end.

use super::ReleaseRun;
use crate::app::phases;
use crate::app::records::{self, Edit};
use crate::app::sheet::Sheet;
use crate::demo::approving::{self, Denial};
use crate::demo::people::Who;
use crate::demo::story::Incident;
use crate::demo::working::Trouble;
use crate::demo::world::World;
use crate::domain::approvals::RoundState;
use crate::domain::requirements::Requirement;
use crate::store::records::{Scope, Window};
use chrono::Duration;

impl ReleaseRun {
    /// The first incident of this kind that has not happened yet: marks it as happened.
    pub(super) fn happens<T>(&mut self, mut of_kind: impl FnMut(&'static Incident) -> Option<T>) -> Option<T> {
        let left = self.story.incidents.iter().enumerate().filter(|(index, _)| !self.used.contains(index));
        let (index, found) = left.filter_map(|(index, it)| Some((index, of_kind(it)?))).next()?;
        self.used.insert(index);
        Some(found)
    }

    pub(super) fn trouble_with(&mut self, title: &str) -> Option<Trouble> {
        let skipped = |it: &'static Incident| if let Incident::TaskSkipped(task, why) = it { (*task == title).then_some(Trouble::Skip(why)) } else { None };
        let failed = |it: &'static Incident| if let Incident::TaskFailed(task, why) = it { (*task == title).then_some(Trouble::Fail(why)) } else { None };
        self.happens(skipped).or_else(|| self.happens(failed))
    }

    pub(super) fn waiver_of(&mut self, requirement: Requirement) -> Option<&'static str> {
        self.happens(|it| if let Incident::Waived(what, why) = it { (*what == requirement).then_some(*why) } else { None })
    }

    pub(super) fn denial_of(&mut self, who: Who, asked: &str) -> Option<Denial> {
        let (denial, fix) = self.happens(|it| {
            if let Incident::Denied { step, by, reason, comment, fix } = it {
                (*step == asked && *by == who).then_some(((*reason, *comment), *fix))
            } else {
                None
            }
        })?;
        self.fix = Some(fix);
        Some(denial)
    }

    /// What happens without being asked for. Returns whether something did.
    pub(super) fn incident(&mut self, world: &World, sheet: &Sheet) -> anyhow::Result<bool> {
        let (steps, phase) = (self.steps, sheet.full.record.phase.as_str());
        let given_up = self
            .happens(|it| if let Incident::Abandoned { phase: at, after, reason } = it { (*at == phase && steps >= *after).then_some(*reason) } else { None });
        if let Some(reason) = given_up {
            self.take(world, sheet, self.owner, "abandon", reason)?;
            return Ok(true);
        }
        let unfinished = sheet.full.phase()?.approvals.iter().any(|it| it.name == "Plan") && steps >= 9 && !sheet.facts().open_tasks.is_empty();
        if unfinished && let Some(why) = self.waiver_of(Requirement::TasksDone) {
            world.act(self.owner, |tx| phases::waive(tx, sheet.full.record.id, Requirement::TasksDone, why))?;
            return Ok(true);
        }
        if phase != "build_test" || !approving::has_approved(sheet) || approving::state(sheet) != Some(RoundState::Open) {
            return Ok(false);
        }
        if let Some(more) = self.happens(|it| if let Incident::Rescoped(more) = it { Some(*more) } else { None }) {
            let record = &sheet.full.record;
            let scope = Scope { scope: format!("{}\n{more}", record.scope), reason: record.reason.clone() };
            self.edit(world, sheet, &Edit::Scope(scope))?;
            return Ok(true);
        }
        if let Some(days) = self.happens(|it| if let Incident::Postponed(days) = it { Some(*days) } else { None }) {
            self.move_window(world, sheet, days)?;
            return Ok(true);
        }
        self.second_thoughts(world, sheet)
    }

    fn second_thoughts(&mut self, world: &World, sheet: &Sheet) -> anyhow::Result<bool> {
        let next = self
            .story
            .incidents
            .iter()
            .enumerate()
            .find_map(|(index, it)| if let Incident::SecondThoughts(who) = it { (!self.used.contains(&index)).then_some((index, *who)) } else { None });
        let Some((index, who)) = next else { return Ok(false) };
        let retracted = approving::retract(world, sheet, who)?;
        if retracted {
            self.used.insert(index);
        }
        Ok(retracted)
    }

    pub(super) fn edit(&mut self, world: &World, sheet: &Sheet, edit: &Edit) -> anyhow::Result<()> {
        let record = &sheet.full.record;
        world.act(self.lead, |tx| records::edit(tx, record.id, record.version, edit))
    }

    /// So many days later than it was planned.
    pub(super) fn move_window(&mut self, world: &World, sheet: &Sheet, days: i64) -> anyhow::Result<()> {
        self.seen.window = self.seen.window.map(|(start, end)| (start + Duration::days(days), end + Duration::days(days)));
        self.set_window(world, sheet)
    }

    pub(super) fn set_window(&mut self, world: &World, sheet: &Sheet) -> anyhow::Result<()> {
        let window = Window { planned_start: self.seen.window.map(|it| it.0), planned_end: self.seen.window.map(|it| it.1) };
        self.edit(world, sheet, &Edit::Window(window))
    }

    pub(super) fn take(&mut self, world: &World, sheet: &Sheet, who: Who, transition: &str, reason: &str) -> anyhow::Result<()> {
        world.take(who, sheet, (transition, reason), &mut self.seen)
    }
}
