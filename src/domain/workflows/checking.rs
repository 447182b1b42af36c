//! What is wrong with a workflow before anybody follows it: each finding with the place to mend it.

use super::world::World;
use super::{Phase, Transition, Workflow};
use std::fmt;

mod approving;
mod asking;
mod defects;
mod ways;
mod words;

pub use asking::never_met;
pub use defects::{Defect, Why};
pub use ways::reachable;

/// Where in a workflow something is mended.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    Workflow,
    /// By its key.
    Phase(String),
    /// By the keys of the phase and of the transition.
    Transition(String, String),
    /// By the key of the phase, and which of its steps it is, counted from 0.
    Approval(String, usize),
}

/// Something to mend before the workflow can be published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub place: Place,
    pub defect: Defect,
    /// What is wrong and what to do about it.
    pub message: String,
}

impl Place {
    fn of(phase: &Phase) -> Place {
        Place::Phase(phase.key.clone())
    }

    fn way(phase: &Phase, transition: &Transition) -> Place {
        Place::Transition(phase.key.clone(), transition.key.clone())
    }

    /// The key of the phase that it is in.
    pub fn phase(&self) -> Option<&str> {
        match self {
            Place::Workflow => None,
            Place::Phase(key) | Place::Transition(key, _) | Place::Approval(key, _) => Some(key),
        }
    }

    /// The place as people name it: "Build and test, “Start the rollout”".
    pub fn name(&self, workflow: &Workflow) -> String {
        let phase = |key: &str| workflow.phase(key).map_or_else(|| key.to_owned(), |it| it.name.clone());
        match self {
            Place::Workflow => "The workflow".to_owned(),
            Place::Phase(key) => phase(key),
            Place::Transition(key, way) => {
                let label = workflow.phase(key).and_then(|it| it.transition(way)).map_or(way.as_str(), |it| it.label.as_str());
                format!("{}, “{label}”", phase(key))
            }
            Place::Approval(key, at) => {
                let step = workflow.phase(key).and_then(|it| it.approvals.get(*at)).map_or("", |it| it.name.as_str());
                format!("{}, approval “{step}”", phase(key))
            }
        }
    }
}

impl Finding {
    fn new(place: Place, defect: Defect) -> Finding {
        Finding { place, message: defect.to_string(), defect }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.place, self.message)
    }
}

/// Everything to mend in a workflow, in the order of its phases; a workflow without findings can be published.
pub fn findings(workflow: &Workflow, world: &World) -> Vec<Finding> {
    if workflow.phases.is_empty() {
        return vec![Finding::new(Place::Workflow, Defect::NoPhase)];
    }
    let mut found = words::findings(workflow, world.kind);
    found.extend(ways::findings(workflow, world.kind));
    found.extend(asking::findings(workflow, world));
    found.extend(approving::findings(workflow, world));
    let position = |it: &Finding| it.place.phase().and_then(|key| workflow.position(key)).map_or(0, |at| at + 1);
    found.sort_by_key(position);
    found
}

#[cfg(test)]
mod kinds;
#[cfg(test)]
pub mod random;
#[cfg(test)]
mod tests;
