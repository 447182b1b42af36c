//! What becomes of an approval round when the steps of its phase are others.

use crate::domain::approvals::RoundState;
use crate::domain::workflows::ApprovalStep;

/// What becomes of the round of the present visit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Nobody is asked right now, and no decision is lost.
    Nothing,
    /// It goes on as it is: every step is as before.
    Kept,
    /// Steps that are as before keep their answers; the others, by name, are dropped, or asked now.
    Carried { dropped: Vec<String>, anew: Vec<String> },
    /// Nothing of it is as before: it is withdrawn, and can be asked for anew.
    Withdrawn,
}

impl Fate {
    pub fn changes(&self) -> bool {
        match self {
            Fate::Nothing | Fate::Kept => false,
            Fate::Carried { .. } | Fate::Withdrawn => true,
        }
    }

    /// Whether somebody has to approve who was not asked before, or all have to anew.
    pub fn asks_again(&self) -> bool {
        match self {
            Fate::Nothing | Fate::Kept => false,
            Fate::Carried { anew, .. } => !anew.is_empty(),
            Fate::Withdrawn => true,
        }
    }
}

/// The steps of a phase in two versions, side by side.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison<'a> {
    /// The same but for their position: before, after.
    pub same: Vec<(&'a ApprovalStep, &'a ApprovalStep)>,
    pub gone: Vec<&'a ApprovalStep>,
    pub new: Vec<&'a ApprovalStep>,
}

/// Which steps are as before: who is asked, by which rule, about what, within which time. Only their order may differ.
pub fn compare<'a>(before: &'a [ApprovalStep], after: &'a [ApprovalStep]) -> Comparison<'a> {
    let mut new: Vec<&ApprovalStep> = after.iter().collect();
    let mut found = Comparison::default();
    for step in before {
        let alike = |it: &&ApprovalStep| ApprovalStep { position: step.position, ..(*it).clone() } == *step;
        match new.iter().position(alike) {
            Some(at) => found.same.push((step, new.remove(at))),
            None => found.gone.push(step),
        }
    }
    found.new = new;
    found
}

/// What becomes of a round in this state. In another visit it only counts as history.
pub fn fate(before: &[ApprovalStep], after: &[ApprovalStep], state: Option<RoundState>, kept: bool) -> Fate {
    match state {
        None | Some(RoundState::Denied | RoundState::Withdrawn) => Fate::Nothing,
        Some(RoundState::Open) if !kept => Fate::Withdrawn,
        Some(RoundState::Approved) if !kept => Fate::Nothing,
        Some(RoundState::Open | RoundState::Approved) if before == after => Fate::Kept,
        Some(RoundState::Approved) if after.is_empty() => Fate::Kept,
        Some(RoundState::Open | RoundState::Approved) => {
            let found = compare(before, after);
            let names = |steps: &[&ApprovalStep]| steps.iter().map(|it| it.name.clone()).collect();
            if found.same.is_empty() { Fate::Withdrawn } else { Fate::Carried { dropped: names(&found.gone), anew: names(&found.new) } }
        }
    }
}
