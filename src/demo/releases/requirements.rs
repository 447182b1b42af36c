//! Meets, one by one, what a phase asks before it may be left; then leaves it.

use super::{Next, ReleaseRun};
use crate::app::handovers::{self, Answer, checklist};
use crate::app::records::Edit;
use crate::app::sheet::Sheet;
use crate::app::{phases, tasks};
use crate::demo::people::Who;
use crate::demo::story::Incident;
use crate::demo::world::{Done, World};
use crate::demo::{approving, times, words};
use crate::domain::approvals::RoundState;
use crate::domain::early_life::IssueState;
use crate::domain::readiness::Check;
use crate::domain::releases::Level;
use crate::domain::requirements::{Confirmation, Outcome, Requirement};
use crate::domain::tasks::{TaskState, TaskStep};
use crate::domain::workflows::Transition;
use crate::store::choices;
use crate::store::confirmations::NewConfirmation;
use crate::store::releases::Plan;
use crate::store::tasks::Plan as TaskPlan;
use anyhow::anyhow;
use chrono::{DateTime, Duration, DurationRound, Utc};

impl ReleaseRun {
    /// Does the next thing that the way out of the phase asks for. With tasks still to come, `None` means: nothing but them.
    pub(super) fn require(&mut self, world: &World, sheet: &Sheet, tasks_to_come: bool) -> anyhow::Result<Option<DateTime<Utc>>> {
        if let Some(next) = self.replan(world, sheet)? {
            return Ok(Some(next));
        }
        let transition = self.way_out(sheet)?;
        let mut blocking: Vec<Requirement> = sheet.checks(&transition).into_iter().filter(Check::blocks).map(|it| it.requirement).collect();
        // The checklist is worked through while the metrics come back to normal.
        blocking.sort_by_key(|it| *it != Requirement::HandoverAccepted);
        for requirement in blocking.iter().copied() {
            if let Some(why) = self.waiver_of(requirement) {
                let id = self.id()?;
                world.act(self.owner, |tx| phases::waive(tx, id, requirement, why))?;
                return Ok(Some(self.soon(world)));
            }
        }
        if blocking.contains(&Requirement::ExitCriteriaMet) && self.measures_today(world, sheet) {
            self.measure(world, sheet)?;
            return Ok(Some(self.soon(world)));
        }
        for requirement in blocking.iter().copied() {
            if let Some(next) = self.meet(world, sheet, requirement)? {
                return Ok(Some(next));
            }
        }
        // An approval is asked for last, when everything else is there to be seen.
        if blocking == [Requirement::Approved] {
            return self.approve(world, sheet);
        }
        if !blocking.is_empty() {
            return if tasks_to_come { Ok(None) } else { self.wait(world) };
        }
        if tasks_to_come && matches!(self.seen.phase.as_str(), "rollout" | "early_life" | "training") {
            return Ok(None);
        }
        self.leave(world, sheet, &transition)
    }

    fn way_out(&self, sheet: &Sheet) -> anyhow::Result<Transition> {
        let phase = sheet.full.phase()?;
        let again = |it: &Incident| matches!(it, Incident::BackedOut { again: true, .. });
        let found = match self.seen.phase.as_str() {
            "back_out" => phase.transition(if self.story.incidents.iter().any(again) { "rework" } else { "close" }),
            _ => phase.advance(),
        };
        found.cloned().ok_or_else(|| anyhow!("{} has no way out", phase.name))
    }

    /// After going back, or a denial: the plan is put right first.
    fn replan(&mut self, world: &World, sheet: &Sheet) -> Next {
        if self.replans && matches!(self.seen.phase.as_str(), "plan" | "build_test") {
            self.replans = false;
            let days = if self.story.level == Level::Emergency { 1 } else { 21 };
            self.seen.window = self.seen.window.map(|(start, end)| {
                let weeks = Duration::days(((world.now() - start).num_days() / 7 + 1).max(0) * 7);
                if days == 1 {
                    (world.now() + Duration::hours(3), world.now() + Duration::hours(4))
                } else {
                    (start + weeks + Duration::days(14), end + weeks + Duration::days(14))
                }
            });
            self.set_window(world, sheet)?;
            return Ok(Some(self.soon(world)));
        }
        let may_fix = approving::state(sheet) == Some(RoundState::Denied);
        if let Some(fix) = self.fix.take_if(|_| may_fix) {
            let mut plan = plan_of(sheet);
            plan.back_out_plan = format!("{}\n\n{fix}", plan.back_out_plan);
            self.edit(world, sheet, &Edit::Plan(plan))?;
            return Ok(Some(self.soon(world)));
        }
        Ok(None)
    }

    /// Meets a requirement, if that can be done now by somebody's hand.
    fn meet(&mut self, world: &World, sheet: &Sheet, requirement: Requirement) -> Next {
        match requirement {
            Requirement::DetailsComplete | Requirement::RiskAssessed => {
                self.edit(world, sheet, &Edit::Details(self.details(world, true)))?;
            }
            Requirement::PlanComplete | Requirement::BackOutPlanWritten => {
                self.edit(world, sheet, &Edit::Plan(self.plan()))?;
            }
            Requirement::WindowSet => {
                if self.seen.window.is_none() {
                    let start = (world.now() + Duration::minutes(self.dice.between(100, 200))).duration_trunc(Duration::minutes(30))?;
                    self.seen.window = Some((start, start + Duration::hours(1)));
                }
                self.set_window(world, sheet)?;
            }
            Requirement::FeedbackConsidered | Requirement::ReviewComplete => return self.review(world, sheet),
            Requirement::FollowUpsSettled => return self.settle_follow_ups(world, sheet),
            Requirement::NothingOpen => return self.skip_leftovers(world, sheet),
            Requirement::ExitCriteriaAgreed => self.agree_criteria(world, sheet)?,
            Requirement::ExitCriteriaMet => return self.measure(world, sheet).map(Some),
            Requirement::HandoverAccepted if self.is_offered(sheet) => return Ok(None),
            Requirement::HandoverAccepted => self.hand_over(world, sheet)?,
            Requirement::TestsPassed
            | Requirement::DeploymentDone
            | Requirement::VerificationPassed
            | Requirement::BackOutFacts
            | Requirement::ImplementationDone
            | Requirement::LogAndCmsCurrent => return self.confirm(world, sheet, requirement),
            Requirement::ChangesRelated
            | Requirement::ChangesAuthorised
            | Requirement::ChangesImplemented
            | Requirement::ChangesClosed
            | Requirement::ItemsNamed
            | Requirement::Assigned
            | Requirement::TasksDone
            | Requirement::ScopeFrozen
            | Requirement::Approved => return Ok(None),
        }
        Ok(Some(self.soon(world)))
    }

    /// What a phase asked for that the release did not come through.
    fn skip_leftovers(&mut self, world: &World, sheet: &Sheet) -> Next {
        let left = sheet.tasks.iter().filter(|it| it.task.mandatory && it.task.state.is_open());
        let left: Vec<_> = left.filter(|it| it.task.phase != self.seen.phase).map(|it| it.task.id).collect();
        if left.is_empty() && (sheet.issues.iter().any(|it| it.state == IssueState::Open) || sheet.known_errors.iter().any(|it| it.accepted_at.is_none())) {
            // What was still open when early life support ended is solved by now.
            self.settle_troubles(world)?;
            return Ok(Some(self.soon(world)));
        }
        if left.is_empty() {
            return Ok(None);
        }
        let why = "The release came through without it; nothing of it is needed any more.";
        world.act(self.lead, |tx| left.iter().try_for_each(|it| tasks::step(tx, *it, TaskStep::Skip, why).map(drop)))?;
        Ok(Some(self.soon(world)))
    }

    /// The next thing to be done for the handover: a point of the checklist, the question, the answer.
    fn hand_over(&mut self, world: &World, sheet: &Sheet) -> anyhow::Result<()> {
        let id = self.id()?;
        let open: Vec<_> = sheet.checklist.iter().filter(|it| !it.is_done()).take(3).collect();
        if !open.is_empty() {
            return world.act(self.lead, |tx| open.iter().try_for_each(|it| checklist::tick(tx, it.id, it.version, true).map(drop)));
        }
        if let Some(asked) = sheet.handover.as_ref().filter(|it| it.handover.is_asked()) {
            let by = world.at_work(&[Who::Jonas, Who::Elena, Who::Marcus], &mut self.dice)?;
            let note = self.dice.pick(words::confirmation(Confirmation::HandoverAccepted)).unwrap_or_default().to_owned();
            return world.act(by, |tx| {
                let seen = handovers::Offer::load(tx.conn, id, tx.now)?.seen();
                handovers::answer(tx, asked.handover.id, &Answer::Accept { note, seen })
            });
        }
        world.act(self.lead, |tx| match choices::group_by_key(tx.conn, "operations")? {
            Some(group) => {
                handovers::ask(tx, id, group, "The runbook was walked through with the shift; the team stays reachable for two more weeks.").map(drop)
            }
            None => Ok(()),
        })
    }

    fn plan(&self) -> Plan {
        let plan = &self.service.plan;
        Plan {
            strategy: Some(plan.strategy),
            distribution: Some(plan.distribution),
            deployment_plan: plan.deployment.to_owned(),
            communication_plan: plan.communication.to_owned(),
            back_out_plan: plan.back_out.to_owned(),
            resources: plan.resources.to_owned(),
            affected_users: plan.affected_users.to_owned(),
        }
    }

    /// The earliest time at which something can be vouched for.
    fn earliest(&self, subject: Confirmation) -> DateTime<Utc> {
        let entered = self.seen.entered;
        let (_, end) = self.seen.window.unwrap_or((entered, entered));
        let emergency = self.story.level == Level::Emergency;
        match subject {
            Confirmation::DeploymentDone => end,
            Confirmation::VerificationPassed if emergency => end + Duration::minutes(30),
            Confirmation::VerificationPassed => times::at_work(end + Duration::hours(10)),
            Confirmation::TestsPassed if !emergency => times::later(entered, 3 * 480),
            Confirmation::TestsPassed
            | Confirmation::BackOutFacts
            | Confirmation::ExitCriteriaMet
            | Confirmation::HandoverAccepted
            | Confirmation::FeedbackConsidered
            | Confirmation::ReviewComplete
            | Confirmation::FollowUpsSettled
            | Confirmation::LogAndCmsCurrent
            | Confirmation::ImplementationDone => entered,
        }
    }

    fn confirm(&mut self, world: &World, sheet: &Sheet, requirement: Requirement) -> Next {
        let Some(subject) = requirement.confirmation() else { return Ok(None) };
        let earliest = self.earliest(subject);
        if earliest > world.now() {
            let time = earliest + Duration::minutes(self.dice.between(3, 25));
            return self.wait_until(time);
        }
        let failed_before = sheet.facts().confirmations.get(&subject) == Some(&Outcome::Failed);
        if failed_before && self.go_back(world, sheet, subject)? {
            return Ok(Some(self.soon(world)));
        }
        let (outcome, note) = match self.failure(subject) {
            Some(note) if !failed_before => (Outcome::Failed, note),
            Some(_) | None => (Outcome::Passed, self.facts_or_note(subject)),
        };
        let link = if subject == Confirmation::TestsPassed { "https://tests.demo.slipway.example/reports/latest" } else { "" };
        let id = self.id()?;
        world.act(self.lead, |tx| phases::confirm(tx, id, &NewConfirmation { subject, outcome, note, link }))?;
        self.done = Done::Confirmation;
        if subject == Confirmation::DeploymentDone {
            self.seen.deployed = true;
        }
        Ok(Some(self.soon(world)))
    }

    /// Whether it will be recorded as failed, and with which note. The incident itself happens when the release goes back.
    fn failure(&self, subject: Confirmation) -> Option<&'static str> {
        let left = self.story.incidents.iter().enumerate().filter(|(index, _)| !self.used.contains(index));
        let mut notes = left.filter_map(|(_, it)| {
            if let Incident::TestFailed { note, .. } = it {
                (subject == Confirmation::TestsPassed).then_some(*note)
            } else if let Incident::BackedOut { seen, .. } = it {
                (subject == Confirmation::VerificationPassed).then_some(*seen)
            } else {
                None
            }
        });
        notes.next()
    }

    fn facts_or_note(&mut self, subject: Confirmation) -> &'static str {
        let told = self.story.incidents.iter().find_map(|it| if let Incident::BackedOut { facts, .. } = it { Some(*facts) } else { None });
        match told {
            Some(facts) if subject == Confirmation::BackOutFacts => facts,
            Some(_) | None => self.dice.pick(words::confirmation(subject)).unwrap_or_default(),
        }
    }

    /// A failed test leads to rework, a failed verification to the back-out.
    fn go_back(&mut self, world: &World, sheet: &Sheet, subject: Confirmation) -> anyhow::Result<bool> {
        if subject == Confirmation::TestsPassed {
            let Some(reason) = self.happens(|it| if let Incident::TestFailed { reason, .. } = it { Some(*reason) } else { None }) else { return Ok(false) };
            self.take(world, sheet, self.lead, "rework", reason)?;
            self.replans = true;
            return Ok(true);
        }
        let Some(reason) = self.happens(|it| if let Incident::BackedOut { reason, .. } = it { Some(*reason) } else { None }) else { return Ok(false) };
        self.take(world, sheet, self.owner, "back_out", reason)?;
        (self.seen.in_trouble, self.seen.deployed) = (false, false);
        Ok(true)
    }

    /// The work of going back, as a task of its own.
    pub(super) fn plan_back_out(&mut self, world: &World) -> anyhow::Result<()> {
        let id = self.id()?;
        world.act(self.lead, |tx| {
            let group_id = choices::group_by_key(tx.conn, "operations")?;
            let plan = TaskPlan {
                phase: "back_out".into(),
                title: "Restore the previous baseline".into(),
                description: "By the back-out plan; verify with the key users.".into(),
                group_id,
                due_at: Some(tx.now + Duration::hours(6)),
                mandatory: true,
                ..TaskPlan::default()
            };
            tasks::add(tx, id, &plan, &[]).map(|_| ())
        })
    }

    fn approve(&mut self, world: &World, sheet: &Sheet) -> Next {
        match approving::state(sheet) {
            Some(RoundState::Open) => {
                let mut dice = self.dice;
                approving::answer(world, sheet, &mut dice, |who, step| self.denial_of(who, step))?;
                (self.dice, self.done) = (dice, Done::Approval);
            }
            Some(RoundState::Approved | RoundState::Denied | RoundState::Withdrawn) | None => {
                let start = self.seen.window.map_or(world.now(), |it| it.0);
                if self.seen.phase == "build_test" && start < world.now() + Duration::days(if self.is_brisk() { 0 } else { 3 }) {
                    let days = if self.is_brisk() { 1 } else { 7 };
                    self.move_window(world, sheet, days)?;
                } else {
                    approving::ask(world, self.lead, sheet)?;
                    self.done = Done::Approval;
                }
            }
        }
        Ok(Some(self.soon(world)))
    }

    /// Everything is met: on to the next phase, but not into the rollout weeks before its window.
    fn leave(&mut self, world: &World, sheet: &Sheet, transition: &Transition) -> Next {
        let (start, end) = self.seen.window.unwrap_or((world.now(), world.now()));
        let next = sheet.full.workflow.destination(transition, sheet.full.record.grades()).map(|it| it.key.clone()).unwrap_or_default();
        let before = match next.as_str() {
            "rollout" if !self.is_brisk() => Duration::days(4),
            "training" => Duration::days(21),
            _ => Duration::days(365),
        };
        if start - before > world.now() {
            return self.wait_until(times::at_work(start - before));
        }
        if next == "rollout" && end < world.now() {
            self.move_window(world, sheet, 7)?;
            return Ok(Some(self.soon(world)));
        }
        let again = self.seen.phase == "back_out" && next != "closed";
        if again {
            self.reopen(world, sheet)?;
        }
        let leads = if next == "closed" { self.owner } else { self.lead };
        self.take(world, sheet, leads, &transition.key, "")?;
        self.replans = again;
        Ok(if next == "closed" { None } else { Some(self.soon(world)) })
    }

    /// What was deployed and taken back has to be deployed once more.
    fn reopen(&self, world: &World, sheet: &Sheet) -> anyhow::Result<()> {
        for it in sheet.tasks.iter().filter(|it| it.task.title == "Update the systems" && it.task.state == TaskState::Done) {
            world.act(self.lead, |tx| tasks::step(tx, it.task.id, TaskStep::Reopen, "").map(|_| ()))?;
        }
        Ok(())
    }
}

/// The plan as it stands.
fn plan_of(sheet: &Sheet) -> Plan {
    sheet.full.release.as_ref().map_or_else(Plan::default, |it| Plan {
        strategy: it.strategy,
        distribution: it.distribution,
        deployment_plan: it.deployment_plan.clone(),
        communication_plan: it.communication_plan.clone(),
        back_out_plan: it.back_out_plan.clone(),
        resources: it.resources.clone(),
        affected_users: it.affected_users.clone(),
    })
}
