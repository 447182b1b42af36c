//! What saving a section sets off: whom it mails, and whose decision it reopens.

use super::sections::Part;
use crate::app;
use crate::app::notices::reach::Reach;
use crate::app::sheet::Sheet;
use crate::domain::approvals::{ApprovalState, RoundState};
use crate::domain::notices::Rule;
use crate::domain::people::Actor;
use crate::store::PgConnection;
use crate::store::records::Full;

pub struct Consequences {
    /// How many are mailed if the window moves.
    mails: usize,
    /// How many have decided on what the section says, and would be asked again.
    asked_again: usize,
}

impl Consequences {
    pub fn load(conn: &mut PgConnection, full: Full, part: Part, actor: &Actor) -> app::Result<Consequences> {
        let moves = part == Part::Window && full.record.planned_start.is_some();
        let sheet = Sheet::around(conn, full)?;
        let mails = if moves { Reach::load(conn, &sheet, actor.id)?.of_news(&sheet, Rule::WindowMoved) } else { 0 };
        let round = sheet.round().filter(|it| matches!(it.round.state, RoundState::Open | RoundState::Approved));
        let covering = round.into_iter().flat_map(|it| &it.steps).filter(|it| it.step.covers().iter().any(|covered| part.covered().contains(covered)));
        let decided = covering.flat_map(|it| &it.approvals).filter(|(it, _)| matches!(it.state, ApprovalState::Approved | ApprovalState::Denied));
        Ok(Consequences { mails, asked_again: decided.count() })
    }

    /// In sentences; empty if nothing follows.
    pub fn words(&self) -> String {
        let mails = match self.mails {
            0 => String::new(),
            1 => "Moving it mails one person. ".to_owned(),
            many => format!("Moving it mails {many} people. "),
        };
        let again = match self.asked_again {
            0 => String::new(),
            1 => "One decision was given on what stands here: a change asks that approver again, by mail.".to_owned(),
            many => format!("{many} decisions were given on what stands here: a change asks those approvers again, by mail."),
        };
        format!("{mails}{again}").trim().to_owned()
    }
}
