//! What may be done to a survey, by its state.

use super::SurveyState;
use crate::domain::ids::SurveyId;

/// Why a survey is left as it is. The sentence says what to do instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SurveyRefusal {
    #[error("It is open already.")]
    OpenAlready,
    #[error("It is closed: nothing of it can be changed any more. Create another survey to ask again.")]
    Closed,
    #[error("It is not open, so it cannot be closed. Discard it if it is not wanted.")]
    NotOpen,
    #[error("The survey “{0}” is still open, and has low scores. Close it, and settle the follow-up actions that it opens.")]
    LowScores(String),
    #[error("It has been opened, so it stays on record. Close it instead.")]
    NotDraft,
    #[error("Nobody is on its list yet. Add people first.")]
    Nobody,
    #[error("They were invited already, so they stay on the list.")]
    InvitedAlready,
    #[error("The question set was retired meanwhile. Choose another one.")]
    SetRetired,
    #[error("The question set is retired, so it stays as it is. Create a new one.")]
    RetiredAlready,
}

impl SurveyState {
    /// May it be opened, with this many people on its list?
    pub fn opens(self, listed: i64) -> Result<(), SurveyRefusal> {
        match self {
            SurveyState::Draft if listed == 0 => Err(SurveyRefusal::Nobody),
            SurveyState::Draft => Ok(()),
            SurveyState::Open => Err(SurveyRefusal::OpenAlready),
            SurveyState::Closed => Err(SurveyRefusal::Closed),
        }
    }

    pub fn closes(self) -> Result<(), SurveyRefusal> {
        match self {
            SurveyState::Open => Ok(()),
            SurveyState::Draft => Err(SurveyRefusal::NotOpen),
            SurveyState::Closed => Err(SurveyRefusal::Closed),
        }
    }

    /// May its dates and thresholds be edited, and people be added?
    pub fn edits(self) -> Result<(), SurveyRefusal> {
        match self {
            SurveyState::Draft | SurveyState::Open => Ok(()),
            SurveyState::Closed => Err(SurveyRefusal::Closed),
        }
    }

    pub fn discards(self) -> Result<(), SurveyRefusal> {
        match self {
            SurveyState::Draft => Ok(()),
            SurveyState::Open | SurveyState::Closed => Err(SurveyRefusal::NotDraft),
        }
    }
}

/// Which surveys a step of the record from one phase to another opens and which it closes: each with its state and the phase that it follows.
pub fn follow(surveys: &[(SurveyId, SurveyState, Option<&str>)], from: &str, to: &str) -> (Vec<SurveyId>, Vec<SurveyId>) {
    let closes = |phase: Option<&str>| phase == Some(from) && to != from;
    let of = |wanted: SurveyState| surveys.iter().filter(move |(_, state, _)| *state == wanted);
    let opened = of(SurveyState::Draft).filter(|(_, _, phase)| *phase == Some(to)).map(|(id, ..)| *id).collect();
    let closed = of(SurveyState::Open).filter(|(_, _, phase)| closes(*phase)).map(|(id, ..)| *id).collect();
    (opened, closed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn surveys_open_and_close_with_their_phase() {
        use SurveyState::{Closed, Draft, Open};
        let (a, b, c, d) = (SurveyId(1), SurveyId(2), SurveyId(3), SurveyId(4));
        let surveys = [(a, Draft, Some("review")), (b, Open, Some("rollout")), (c, Open, None), (d, Closed, Some("review")), (SurveyId(5), Draft, None)];
        assert_eq!(follow(&surveys, "rollout", "review"), (vec![a], vec![b]));
        assert_eq!(follow(&surveys, "plan", "build"), (vec![], vec![]));
        assert_eq!(follow(&surveys, "rollout", "rollout"), (vec![], vec![]));
    }

    #[test]
    fn what_is_not_a_draft_is_not_discarded_and_what_is_closed_stays_so() {
        for state in SurveyState::ALL {
            assert_eq!(state.discards().is_ok(), *state == SurveyState::Draft);
            assert_eq!(state.edits().is_ok(), *state != SurveyState::Closed);
            assert_eq!(state.closes().is_ok(), *state == SurveyState::Open);
            assert_eq!(state.opens(1).is_ok(), *state == SurveyState::Draft);
        }
        assert_eq!(SurveyState::Draft.opens(0), Err(SurveyRefusal::Nobody));
    }
}
