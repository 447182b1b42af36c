//! A sample record that walks through a workflow, as far as its choices let it: nothing is kept, nobody is asked.

use super::world::World;
use super::{Grades, Phase, Transition, Workflow};
use crate::domain::approvals::{RoundState, StepState, StepVerdict, Verdict, round};
use crate::domain::readiness::{Check, readiness};
use crate::domain::records::{Grade, RecordState};
use crate::domain::requirements::Requirement;
use std::collections::{BTreeMap, BTreeSet};

mod facts;
mod walking;

pub use walking::{Choices, Passage, Step, walk};

/// The ground that samples walk on.
#[derive(Clone, Copy, Debug)]
pub struct Ground<'a> {
    pub workflow: &'a Workflow,
    pub world: &'a World,
}

/// A record that does not exist.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sample {
    /// The key of the phase that it is in.
    pub phase: String,
    pub state: RecordState,
    pub impact: Grade,
    pub urgency: Grade,
    /// What stays met when it leaves the phase, such as a plan.
    kept: BTreeSet<Requirement>,
    /// What was met in this visit of the phase only, such as a confirmation.
    met: BTreeSet<Requirement>,
    waived: BTreeSet<Requirement>,
    /// Whether each step, by its place in the phase, approved.
    answers: BTreeMap<usize, bool>,
}

/// Something that can be done with a sample.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    Meet(Requirement),
    Waive(Requirement),
    /// A step of the approval round approves or denies.
    Answer {
        step: usize,
        approves: bool,
    },
    /// After a denial.
    AskAgain,
    Grade {
        impact: Grade,
        urgency: Grade,
    },
    /// A transition, by its key.
    Take(String),
}

/// Why something cannot be done with the sample.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Stop {
    #[error("The sample has reached an end.")]
    Ended,
    #[error("“{0}” is not a way out of this phase.")]
    NoSuchTransition(String),
    #[error("“{0}” does not lead anywhere: look at where it leads.")]
    Nowhere(String),
    #[error("Not yet: {}", .0.join(" "))]
    NotReady(Vec<String>),
    #[error("“{0}” is not asked for in this phase.")]
    NotAsked(&'static str),
    #[error("“{0}” cannot be met in this phase.")]
    CannotBeMet(&'static str),
    #[error("“{0}” cannot be waived: without an approval nobody has decided.")]
    NotWaivable(&'static str),
    #[error("“{0}” is met already, so there is nothing to waive.")]
    NothingToWaive(&'static str),
    #[error("It is not the turn of this step.")]
    NotItsTurn,
    #[error("Nobody is left to ask in “{0}”.")]
    NobodyToAsk(String),
    #[error("Nobody denied, so there is no reason to ask again.")]
    NotDenied,
}

impl<'a> Ground<'a> {
    /// A new record, of these grades; `None` if there is no phase to start in.
    pub fn start(&self, impact: Grade, urgency: Grade) -> Option<Sample> {
        let phase = self.workflow.first()?.key.clone();
        let (kept, met, waived, answers) = Default::default();
        Some(Sample { phase, state: RecordState::Open, impact, urgency, kept, met, waived, answers })
    }

    pub fn phase(&self, sample: &Sample) -> Option<&'a Phase> {
        self.workflow.phase(&sample.phase)
    }

    /// The requirements of a transition, evaluated as for a real record.
    pub fn checks(&self, sample: &Sample, transition: &Transition) -> Vec<Check> {
        readiness(transition, &self.facts(sample))
    }

    /// Where a transition leads this sample.
    pub fn destination(&self, sample: &Sample, transition: &Transition) -> Option<&'a Phase> {
        self.workflow.destination(transition, sample.grades())
    }

    /// The optional phases that it passes over on the way.
    pub fn passed_over(&self, sample: &Sample, transition: &Transition) -> Vec<&'a Phase> {
        let mut passed = Vec::new();
        let mut next = self.workflow.phase(&transition.to);
        while let Some(phase) = next.filter(|it| !it.applies(sample.grades()) && passed.len() < self.workflow.phases.len()) {
            passed.push(phase);
            next = phase.advance().and_then(|it| self.workflow.phase(&it.to));
        }
        passed
    }

    /// Where the approval round and its steps stand; `None` before anybody answered.
    pub fn round(&self, sample: &Sample) -> Option<(RoundState, Vec<StepState>)> {
        let steps = &self.phase(sample)?.approvals;
        (!sample.answers.is_empty() && !steps.is_empty()).then(|| {
            let verdict = |at: usize| match sample.answers.get(&at) {
                Some(true) => Verdict::Approved,
                Some(false) => Verdict::Denied,
                None => Verdict::Open,
            };
            round(&steps.iter().enumerate().map(|(at, it)| StepVerdict { position: it.position, verdict: verdict(at) }).collect::<Vec<_>>())
        })
    }

    /// Everything that can be done with the sample now, but for other grades.
    pub fn acts(&self, sample: &Sample) -> Vec<Act> {
        let Some(phase) = self.phase(sample).filter(|_| sample.state == RecordState::Open) else { return Vec::new() };
        let wanted: BTreeSet<Requirement> = asked(phase).into_iter().chain(facts::BESIDES).collect();
        let meets = wanted.iter().map(|it| Act::Meet(*it));
        let waives = wanted.iter().map(|it| Act::Waive(*it));
        let answers = (0..phase.approvals.len()).flat_map(|step| [true, false].map(|approves| Act::Answer { step, approves }));
        let takes = phase.transitions.iter().map(|it| Act::Take(it.key.clone()));
        let all = meets.chain(waives).chain(answers).chain([Act::AskAgain]).chain(takes);
        all.filter(|it| self.act(sample, it).is_ok_and(|after| after != *sample)).collect()
    }

    /// The sample after something was done with it.
    pub fn act(&self, sample: &Sample, act: &Act) -> Result<Sample, Stop> {
        let phase = self.phase(sample).filter(|_| sample.state == RecordState::Open).ok_or(Stop::Ended)?;
        let mut after = sample.clone();
        match act {
            Act::Grade { impact, urgency } => (after.impact, after.urgency) = (*impact, *urgency),
            Act::Meet(requirement) => self.meet(&mut after, phase, *requirement)?,
            Act::Waive(requirement) => self.waive(&mut after, phase, *requirement)?,
            Act::Answer { step, approves } => self.answer(&mut after, phase, *step, *approves)?,
            Act::AskAgain => match self.round(sample) {
                Some((RoundState::Denied, _)) => after.answers.clear(),
                Some((RoundState::Open | RoundState::Approved | RoundState::Withdrawn, _)) | None => return Err(Stop::NotDenied),
            },
            Act::Take(key) => {
                let transition = phase.transition(key).ok_or_else(|| Stop::NoSuchTransition(key.clone()))?;
                self.take(&mut after, transition)?;
            }
        }
        Ok(after)
    }

    fn meet(&self, sample: &mut Sample, phase: &Phase, requirement: Requirement) -> Result<(), Stop> {
        if !asked(phase).contains(&requirement) && !facts::BESIDES.contains(&requirement) {
            return Err(Stop::NotAsked(requirement.label()));
        }
        if !self.can_meet(sample, phase, requirement) {
            return Err(Stop::CannotBeMet(requirement.label()));
        }
        if facts::lasts(requirement, self.world.kind) {
            sample.kept.insert(requirement)
        } else {
            sample.met.insert(requirement)
        };
        Ok(())
    }

    fn waive(&self, sample: &mut Sample, phase: &Phase, requirement: Requirement) -> Result<(), Stop> {
        if requirement == Requirement::Approved {
            return Err(Stop::NotWaivable(requirement.label()));
        }
        let asking = phase.transitions.iter().find(|it| it.requirements.contains(&requirement)).ok_or(Stop::NotAsked(requirement.label()))?;
        if !self.checks(sample, asking).iter().any(|it| it.requirement == requirement && it.blocks()) {
            return Err(Stop::NothingToWaive(requirement.label()));
        }
        sample.waived.insert(requirement);
        Ok(())
    }

    /// A round asks all of its steps or none, like a real one; a step answers when those before it approved.
    fn answer(&self, sample: &mut Sample, phase: &Phase, step: usize, approves: bool) -> Result<(), Stop> {
        if let Some(nobody) = phase.approvals.iter().find(|it| !self.can_approve(it)) {
            return Err(Stop::NobodyToAsk(nobody.name.clone()));
        }
        let open = match self.round(sample) {
            None => phase.approvals.iter().map(|it| it.position).min() == phase.approvals.get(step).map(|it| it.position),
            Some((_, states)) => states.get(step) == Some(&StepState::Open),
        };
        if !open || phase.approvals.get(step).is_none() {
            return Err(Stop::NotItsTurn);
        }
        sample.answers.insert(step, approves);
        Ok(())
    }

    fn take(&self, sample: &mut Sample, transition: &Transition) -> Result<(), Stop> {
        let blockers: Vec<String> = self.checks(sample, transition).into_iter().filter(Check::blocks).map(|it| it.why).collect();
        if !blockers.is_empty() {
            return Err(Stop::NotReady(blockers));
        }
        let to = self.destination(sample, transition).ok_or_else(|| Stop::Nowhere(transition.label.clone()))?;
        sample.phase.clone_from(&to.key);
        sample.state = if to.is_end() { transition.outcome.unwrap_or(RecordState::Closed) } else { RecordState::Open };
        sample.met.clear();
        sample.waived.clear();
        sample.answers.clear();
        Ok(())
    }
}

impl Sample {
    pub fn grades(&self) -> Grades {
        Grades { impact: Some(self.impact), urgency: Some(self.urgency) }
    }

    pub fn has_ended(&self) -> bool {
        self.state != RecordState::Open
    }

    pub fn answer(&self, step: usize) -> Option<bool> {
        self.answers.get(&step).copied()
    }
}

/// What any way out of a phase asks for, each once, in the order to show.
pub fn asked(phase: &Phase) -> Vec<Requirement> {
    let mut asked = Vec::new();
    for requirement in phase.transitions.iter().flat_map(|it| &it.requirements) {
        if !asked.contains(requirement) {
            asked.push(*requirement);
        }
    }
    asked
}

#[cfg(test)]
mod tests;
