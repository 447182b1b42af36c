//! What was decided on generated records: a round for each phase behind them that asks people to approve.

use super::crew::{Crew, Person};
use super::life::{Life, Stay};
use super::log::Log;
use crate::app;
use crate::demo::times::Dice;
use crate::domain::approvals::{ApprovalState, Content, RoundState, StepState};
use crate::domain::events::Event;
use crate::domain::ids::{ApprovalId, RecordId, RoundId, StepId, UserId};
use crate::domain::workflows::{ApprovalStep, Approvers, Phase};
use crate::store::Tx;
use crate::store::bulk::{ApprovalRow, Batch, ContentRow, RoundRow, StepRow};
use chrono::{DateTime, Duration, Utc};
use std::collections::BTreeSet;

/// The rows of rounds, and the numbers that they have come to.
#[derive(Default)]
pub struct Rounds<'a> {
    contents: Batch<ContentRow>,
    rounds: Batch<RoundRow<'a>>,
    steps: Batch<StepRow<'a>>,
    approvals: Batch<ApprovalRow<'a>>,
    round: i64,
    step: i64,
    approval: i64,
}

/// A record whose rounds are written.
pub struct Subject<'a> {
    pub id: RecordId,
    pub title: &'a str,
    pub scope: &'a str,
    pub coordinator: UserId,
}

impl<'a> Rounds<'a> {
    /// Everything that was decided before the current phase.
    pub fn write(&mut self, tx: &mut Tx<'_>, crew: &'a Crew, subject: &Subject<'_>, life: &Life<'a>, log: &mut Log, dice: &mut Dice) -> app::Result<()> {
        let mut kept = BTreeSet::new();
        let begun: Vec<_> = life.begun().collect();
        for pair in begun.windows(2) {
            let [(visit, stay, _), (_, next, _)] = pair else { continue };
            let passed = next.phase.milestone >= stay.phase.milestone && next.by != crate::domain::workflows::TransitionKind::Abandon;
            if passed && !stay.phase.approvals.is_empty() {
                self.decided(tx, crew, subject, (*visit, stay, next.from), &mut kept, log, dice)?;
            }
        }
        Ok(())
    }

    #[expect(clippy::too_many_arguments, reason = "the round of one stay needs the record, the stay, and where its rows and events go")]
    fn decided(
        &mut self,
        tx: &mut Tx<'_>,
        crew: &'a Crew,
        subject: &Subject<'_>,
        (visit, stay, until): (i32, &Stay<'a>, DateTime<Utc>),
        kept: &mut BTreeSet<String>,
        log: &mut Log,
        dice: &mut Dice,
    ) -> app::Result<()> {
        let phase: &'a Phase = stay.phase;
        let (opened, settled) = (stay.from + (until - stay.from) / 2, until - (until - stay.from) / 20);
        self.round += 1;
        self.rounds.push(
            tx,
            RoundRow {
                id: RoundId(self.round),
                record_id: subject.id,
                phase: &phase.key,
                visit,
                state: RoundState::Approved,
                opened_at: opened,
                opened_by: subject.coordinator,
                settled_at: Some(settled),
            },
        )?;
        let mut asked = Vec::new();
        for step in &phase.approvals {
            let content = content(subject, step);
            let digest = content.digest();
            if kept.insert(digest.clone()) {
                let content = serde_json::to_value(&content).unwrap_or_default();
                self.contents.push(tx, ContentRow { record_id: subject.id, digest: digest.clone(), content, at: opened })?;
            }
            let people = deciders(crew, step, dice);
            asked.extend(people.iter().map(|it| it.name.clone()));
            self.step(tx, subject, step, (people, &digest), (opened, settled), log)?;
        }
        log.note(opened, subject.coordinator, subject.id, Event::ApprovalAsked { phase: phase.name.clone(), approvers: asked });
        log.note(
            settled,
            subject.coordinator,
            subject.id,
            Event::RoundSettled { phase: phase.name.clone(), state: RoundState::Approved, spared: Vec::new(), denials: Vec::new() },
        );
        Ok(())
    }

    fn step(
        &mut self,
        tx: &mut Tx<'_>,
        subject: &Subject<'_>,
        step: &'a ApprovalStep,
        (people, digest): (&'a [Person], &str),
        (opened, settled): (DateTime<Utc>, DateTime<Utc>),
        log: &mut Log,
    ) -> app::Result<()> {
        self.step += 1;
        let id = StepId(self.step);
        self.steps.push(
            tx,
            StepRow {
                id,
                round_id: RoundId(self.round),
                record_id: subject.id,
                position: step.position,
                name: &step.name,
                rule: step.rule.word(),
                percent: step.rule.percent(),
                covers: step.covers.iter().copied().map(Some).collect(),
                state: StepState::Approved,
                digest: digest.to_owned(),
                days: i32::try_from(step.days).unwrap_or(0),
                opened_at: Some(opened),
                due_at: Some(opened + Duration::days(i64::from(step.days) + 2)),
                settled_at: Some(settled),
            },
        )?;
        for person in people {
            self.approval += 1;
            let decided = opened + (settled - opened) * 3 / 4;
            let row = ApprovalRow {
                id: ApprovalId(self.approval),
                step_id: id,
                record_id: subject.id,
                approver_id: person.id,
                asked_as: asked_as(step),
                state: ApprovalState::Approved,
                decided_by: Some(person.id),
                decided_at: Some(decided),
                comment: "Approved as presented.",
                seen_digest: Some(digest.to_owned()),
                by_link: self.approval % 3 == 0,
                pending_at: Some(opened),
            };
            let event = Event::ApprovalDecided {
                step: step.name.clone(),
                decision: ApprovalState::Approved,
                reason: None,
                comment: row.comment.to_owned(),
                digest: digest.to_owned(),
                approval: Some(row.id),
                by_link: row.by_link,
                dooms: false,
            };
            log.note(decided, person.id, subject.id, event);
            self.approvals.push(tx, row)?;
        }
        Ok(())
    }

    pub fn flush(&mut self, tx: &mut Tx<'_>) -> app::Result<()> {
        self.contents.flush(tx)?;
        self.rounds.flush(tx)?;
        self.steps.flush(tx)?;
        Ok(self.approvals.flush(tx)?)
    }
}

/// What was decided on: the text, without what only the whole page knows.
fn content(subject: &Subject<'_>, step: &ApprovalStep) -> Content {
    let text = format!("{}\n\nScope:\n\n{}", subject.title, subject.scope);
    Content(step.covers.iter().map(|it| (it.label().to_owned(), text.clone())).collect())
}

/// One or two of those whom the step asks.
fn deciders<'a>(crew: &'a Crew, step: &ApprovalStep, dice: &mut Dice) -> &'a [Person] {
    let all = match &step.approvers {
        Approvers::Role(crate::domain::people::Role::ReleaseManager) => &crew.managers,
        Approvers::Role(_) | Approvers::Group(_) | Approvers::Users(_) => &crew.approvers,
    };
    let many = if step.position == 1 && step.covers.len() > 3 { 2 } else { 1 };
    let from = usize::try_from(dice.between(0, 1)).unwrap_or(0);
    &all[from..from + many]
}

fn asked_as(step: &ApprovalStep) -> &str {
    match &step.approvers {
        Approvers::Role(role) => role.label(),
        Approvers::Group(key) => key,
        Approvers::Users(_) => "named",
    }
}
