//! A whole walk from its choices, phase by phase: what came of each, and where it stopped.

use super::{Act, Ground, Sample, Stop, asked};
use crate::domain::records::Grade;
use crate::domain::requirements::Requirement;

/// What is chosen in one visit of a phase.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choices {
    pub impact: Option<Grade>,
    pub urgency: Option<Grade>,
    pub met: Vec<Requirement>,
    pub waived: Vec<Requirement>,
    /// By the place of the step in its phase: whether it approves.
    pub answers: Vec<(usize, bool)>,
    /// The key of the transition to take, if one is taken.
    pub take: Option<String>,
}

/// A visit that was left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passage {
    pub phase: String,
    pub label: String,
    pub to: String,
    /// Names of the optional phases that were passed over on the way.
    pub passed_over: Vec<String>,
    pub met: Vec<Requirement>,
    pub waived: Vec<Requirement>,
    /// Names of the steps that answered, and whether they approved.
    pub answers: Vec<(String, bool)>,
}

/// Where a walk has come to.
#[derive(Clone, Debug)]
pub struct Step {
    pub sample: Sample,
    pub passages: Vec<Passage>,
    /// Why it went no further than here, if it should have.
    pub stop: Option<Stop>,
}

/// Follows the choices from the start as far as they go; `None` if there is no phase to start in.
pub fn walk(ground: &Ground<'_>, visits: &[Choices]) -> Option<Step> {
    let mut step = Step { sample: ground.start(Grade::Medium, Grade::Medium)?, passages: Vec::new(), stop: None };
    for choices in visits {
        step.sample = chosen(ground, &step.sample, choices);
        let Some(key) = &choices.take else { break };
        match ground.act(&step.sample, &Act::Take(key.clone())) {
            Ok(after) => {
                step.passages.extend(passage(ground, &step.sample, key, choices));
                step.sample = after;
            }
            Err(stop) => {
                step.stop = Some(stop);
                break;
            }
        }
    }
    Some(step)
}

/// The sample after the choices of a visit, but for the way out. What cannot be chosen is left out: the page shows that it is not met.
fn chosen(ground: &Ground<'_>, sample: &Sample, choices: &Choices) -> Sample {
    let mut sample = sample.clone();
    let (impact, urgency) = (choices.impact.unwrap_or(sample.impact), choices.urgency.unwrap_or(sample.urgency));
    // An RFC joins before it is looked at how far it is, and criteria are agreed before they are met: that is the order of the words.
    let mut met = choices.met.clone();
    met.sort_by_key(|it| !super::facts::BESIDES.contains(it));
    let mut answers = choices.answers.clone();
    answers.sort_by_key(|(step, _)| ground.phase(&sample).and_then(|it| it.approvals.get(*step)).map(|it| it.position));
    let acts = std::iter::once(Act::Grade { impact, urgency })
        .chain(met.into_iter().map(Act::Meet))
        .chain(answers.into_iter().map(|(step, approves)| Act::Answer { step, approves }))
        .chain(choices.waived.iter().map(|it| Act::Waive(*it)));
    for act in acts {
        if let Ok(after) = ground.act(&sample, &act) {
            sample = after;
        }
    }
    sample
}

fn passage(ground: &Ground<'_>, sample: &Sample, key: &str, choices: &Choices) -> Option<Passage> {
    let phase = ground.phase(sample)?;
    let transition = phase.transition(key)?;
    let was_met = |it: &Requirement| choices.met.contains(it) && !sample.waived.contains(it);
    let step = |at: usize| phase.approvals.get(at).map_or("", |it| it.name.as_str()).to_owned();
    Some(Passage {
        phase: phase.name.clone(),
        label: transition.label.clone(),
        to: ground.destination(sample, transition)?.name.clone(),
        passed_over: ground.passed_over(sample, transition).into_iter().map(|it| it.name.clone()).collect(),
        met: asked(phase).into_iter().filter(was_met).collect(),
        waived: sample.waived.iter().copied().collect(),
        answers: sample.answers.iter().map(|(at, approves)| (step(*at), *approves)).collect(),
    })
}
