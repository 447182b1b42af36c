//! Approvals: rounds, ordered steps, five rules, and decisions that are bound to what was seen.

use super::differences::{Piece, between};
use super::words::words;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

words! {
    /// What has become of a round.
    pub enum RoundState {
        Open = "open" "Open",
        Approved = "approved" "Approved",
        Denied = "denied" "Denied",
        Withdrawn = "withdrawn" "Withdrawn",
    }
}

words! {
    pub enum StepState {
        /// An earlier step is not settled yet.
        Waiting = "waiting" "Waiting for its turn",
        Open = "open" "Open",
        Approved = "approved" "Approved",
        Denied = "denied" "Denied",
        NotNeeded = "not_needed" "No longer needed",
    }
}

words! {
    /// One approver's answer.
    pub enum ApprovalState {
        Waiting = "waiting" "Not asked yet",
        Pending = "pending" "Awaited",
        Approved = "approved" "Approved",
        Denied = "denied" "Denied",
        NotNeeded = "not_needed" "No longer needed",
        /// Became owner or coordinator meanwhile, and so may not decide.
        Excluded = "excluded" "No longer asked",
    }
}

words! {
    pub enum RuleWord {
        All = "all" "all must approve",
        AllImmediateDenial = "all_immediate_denial" "all must approve, first denial denies",
        One = "one" "one must approve",
        Quorum = "quorum" "more than half must approve",
        Percentage = "percentage" "a percentage must approve",
    }
}

words! {
    /// Why somebody denies.
    pub enum DenialReason {
        Financial = "financial" "Financial",
        InsufficientInformation = "insufficient_information" "Insufficient information",
        NotAuthorised = "not_authorised" "Not authorised",
        Technical = "technical" "Technical",
        ResourceAvailability = "resource_availability" "Resource availability",
        NotAlignedWithStrategy = "not_aligned_with_strategy" "Not aligned with strategy",
        IncompleteImpactAssessment = "incomplete_impact_assessment" "Incomplete impact assessment",
    }
}

/// When a step is settled, given the answers of those asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    All,
    AllImmediateDenial,
    One,
    Quorum,
    /// 1 to 100.
    Percentage(u8),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Open,
    Approved,
    Denied,
}

/// How many of those asked said what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub asked: usize,
    pub approved: usize,
    pub denied: usize,
}

impl Tally {
    pub fn of(answers: impl IntoIterator<Item = ApprovalState>) -> Tally {
        let mut tally = Tally::default();
        for answer in answers.into_iter().filter(|it| *it != ApprovalState::Excluded) {
            tally.asked += 1;
            match answer {
                ApprovalState::Approved => tally.approved += 1,
                ApprovalState::Denied => tally.denied += 1,
                ApprovalState::Waiting | ApprovalState::Pending | ApprovalState::NotNeeded | ApprovalState::Excluded => {}
            }
        }
        tally
    }
}

impl Rule {
    /// Whether it is approved should all approve who are still asked.
    pub fn may_still_approve(self, tally: Tally) -> bool {
        self.verdict(Tally { approved: tally.asked.saturating_sub(tally.denied), ..tally }) == Verdict::Approved
    }

    pub fn verdict(self, tally: Tally) -> Verdict {
        let Tally { asked, approved, denied } = tally;
        match self {
            Rule::All if asked > 0 && approved == asked => Verdict::Approved,
            Rule::All if denied > 0 && approved + denied == asked => Verdict::Denied,
            Rule::AllImmediateDenial if denied > 0 => Verdict::Denied,
            Rule::AllImmediateDenial if asked > 0 && approved == asked => Verdict::Approved,
            Rule::One => at_least(1, tally),
            Rule::Quorum => at_least(asked / 2 + 1, tally),
            Rule::Percentage(percent) => at_least((asked * usize::from(percent)).div_ceil(100).max(1), tally),
            Rule::All | Rule::AllImmediateDenial => Verdict::Open,
        }
    }

    pub const fn word(self) -> RuleWord {
        match self {
            Rule::All => RuleWord::All,
            Rule::AllImmediateDenial => RuleWord::AllImmediateDenial,
            Rule::One => RuleWord::One,
            Rule::Quorum => RuleWord::Quorum,
            Rule::Percentage(_) => RuleWord::Percentage,
        }
    }

    pub const fn percent(self) -> Option<i32> {
        match self {
            Rule::Percentage(percent) => Some(percent as i32),
            Rule::All | Rule::AllImmediateDenial | Rule::One | Rule::Quorum => None,
        }
    }

    /// A rule read back from its two columns.
    pub fn of_row(word: RuleWord, percent: Option<i32>) -> Rule {
        match word {
            RuleWord::All => Rule::All,
            RuleWord::AllImmediateDenial => Rule::AllImmediateDenial,
            RuleWord::One => Rule::One,
            RuleWord::Quorum => Rule::Quorum,
            RuleWord::Percentage => Rule::Percentage(percent.and_then(|it| u8::try_from(it).ok()).unwrap_or(100)),
        }
    }

    pub fn words(self) -> String {
        match self {
            Rule::Percentage(percent) => format!("{percent} % must approve"),
            Rule::All | Rule::AllImmediateDenial | Rule::One | Rule::Quorum => self.word().label().to_owned(),
        }
    }
}

/// Approved at `needed` approvals; denied once so many denied that they can no longer be reached.
fn at_least(needed: usize, tally: Tally) -> Verdict {
    if tally.asked > 0 && tally.approved >= needed {
        Verdict::Approved
    } else if tally.denied > 0 && tally.asked - tally.denied < needed {
        Verdict::Denied
    } else {
        Verdict::Open
    }
}

/// What approvers decide on: each covered part of the record, as text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Content(pub BTreeMap<String, String>);

/// A part of the content that is not what the approver decided on before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    pub part: String,
    pub before: String,
    pub after: String,
}

impl Difference {
    /// Both texts as one, with the words that were taken out and put in.
    pub fn pieces(&self) -> Vec<Piece> {
        between(&self.before, &self.after)
    }
}

impl Content {
    /// SHA-256 over the parts in order of their names, each length-prefixed so that no two contents read the same.
    pub fn digest(&self) -> String {
        let mut hash = Sha256::new();
        for (part, text) in &self.0 {
            for piece in [part, text] {
                hash.update((piece.len() as u64).to_be_bytes());
                hash.update(piece.as_bytes());
            }
        }
        hex::encode(hash.finalize())
    }

    pub fn differences(&self, before: &Content) -> Vec<Difference> {
        let parts: std::collections::BTreeSet<&String> = self.0.keys().chain(before.0.keys()).collect();
        let text = |content: &Content, part: &String| content.0.get(part).cloned().unwrap_or_default();
        parts
            .into_iter()
            .map(|part| Difference { part: part.clone(), before: text(before, part), after: text(self, part) })
            .filter(|it| it.before != it.after)
            .collect()
    }
}

/// Where a step stands in its round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StepVerdict {
    pub position: i32,
    pub verdict: Verdict,
}

/// The state of each step and of the round: lower positions first, equal ones side by side; a denied step denies the round.
/// A round without a step stays open: nobody was asked, so nobody approved.
pub fn round(steps: &[StepVerdict]) -> (RoundState, Vec<StepState>) {
    let denied = steps.iter().any(|it| it.verdict == Verdict::Denied && reached(steps, it.position));
    let state = if denied {
        RoundState::Denied
    } else if !steps.is_empty() && steps.iter().all(|it| it.verdict == Verdict::Approved) {
        RoundState::Approved
    } else {
        RoundState::Open
    };
    let of_step = |it: &StepVerdict| match it.verdict {
        _ if !reached(steps, it.position) => {
            if denied {
                StepState::NotNeeded
            } else {
                StepState::Waiting
            }
        }
        Verdict::Approved => StepState::Approved,
        Verdict::Denied => StepState::Denied,
        Verdict::Open => {
            if denied {
                StepState::NotNeeded
            } else {
                StepState::Open
            }
        }
    };
    (state, steps.iter().map(of_step).collect())
}

/// Whether all earlier steps approved.
fn reached(steps: &[StepVerdict], position: i32) -> bool {
    steps.iter().filter(|it| it.position < position).all(|it| it.verdict == Verdict::Approved)
}

#[cfg(test)]
mod tests;
