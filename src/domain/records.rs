//! What releases and RFCs have in common: both are records that go through a workflow.

use super::ids::RecordId;
use super::words::words;

words! {
    pub enum RecordKind {
        Release = "release" "release",
        Change = "change" "RFC",
    }
}

words! {
    /// Whether a record is still on its way, and if not, how it ended.
    pub enum RecordState {
        Open = "open" "Open",
        Closed = "closed" "Closed",
        BackedOut = "backed_out" "Backed out",
        Abandoned = "abandoned" "Abandoned",
        Rejected = "rejected" "Rejected",
        Withdrawn = "withdrawn" "Withdrawn",
    }
}

words! {
    /// How far a record has come, as its phase says. The order of the variants is the order of the work.
    pub enum Milestone {
        Registered = "registered" "Registered",
        Authorised = "authorised" "Authorised",
        Implemented = "implemented" "Implemented",
        Finished = "finished" "Finished",
    }
}

words! {
    /// How much, for impact, urgency, likelihood and risk.
    pub enum Grade {
        Low = "low" "Low",
        Medium = "medium" "Medium",
        High = "high" "High",
    }
}

impl RecordKind {
    /// Where pages of this kind live.
    pub const fn path(self) -> &'static str {
        match self {
            RecordKind::Release => "/releases",
            RecordKind::Change => "/changes",
        }
    }

    /// How a record of this kind may end.
    pub const fn outcomes(self) -> &'static [RecordState] {
        match self {
            RecordKind::Release => &[RecordState::Closed, RecordState::BackedOut, RecordState::Abandoned],
            RecordKind::Change => &[RecordState::Closed, RecordState::Rejected, RecordState::Withdrawn, RecordState::BackedOut],
        }
    }

    /// `REL-00042`, `RFC-00107`.
    pub fn number(self, id: RecordId) -> String {
        match self {
            RecordKind::Release => format!("REL-{:05}", id.0),
            RecordKind::Change => format!("RFC-{:05}", id.0),
        }
    }
}

/// The published risk rule: impact times likelihood, each counted 1 to 3; up to 2 is low, 3 and 4 medium, 6 and 9 high.
pub fn risk(impact: Option<Grade>, likelihood: Option<Grade>) -> Option<Grade> {
    Some(match weight(impact?) * weight(likelihood?) {
        ..=2 => Grade::Low,
        3..=4 => Grade::Medium,
        5.. => Grade::High,
    })
}

fn weight(grade: Grade) -> u8 {
    match grade {
        Grade::Low => 1,
        Grade::Medium => 2,
        Grade::High => 3,
    }
}

#[cfg(test)]
mod tests;
