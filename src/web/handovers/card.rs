//! The handover at a glance, for the page of the release and that of its early life support: `handovers/_card.html` draws it, given `card`.

use crate::app::phases::asked_for;
use crate::app::sheet::Sheet;
use crate::app::{self};
use crate::domain::handovers::HandoverState;
use crate::domain::ids::{HandoverId, RecordId};
use crate::domain::requirements::Requirement;
use crate::domain::workflows::Section;
use crate::store::{PgConnection, handovers};

pub struct Card {
    pub record: RecordId,
    pub is_met: bool,
    pub sentence: String,
    pub done: usize,
    pub total: usize,
    /// What waits for an answer.
    pub asked: Option<HandoverId>,
}

impl Card {
    /// Nothing where the phase has nothing to do with it and nothing was ever written down.
    pub fn load(conn: &mut PgConnection, sheet: &Sheet) -> app::Result<Option<Card>> {
        let record = &sheet.full.record;
        let phase = sheet.full.phase()?;
        let asks = asked_for(phase, Requirement::HandoverAccepted);
        if !asks && sheet.checklist.is_empty() && !(record.is_open() && phase.shows(Section::EarlyLife)) {
            return Ok(None);
        }
        let (is_met, sentence) = if asks {
            sheet.facts().handed_over()
        } else {
            let accepted = handovers::of_record(conn, record.id)?.into_iter().find(|it| it.handover.state == HandoverState::Accepted);
            match accepted {
                Some(it) => sheet.handover_with(Some(&it)).verdict(),
                None if record.is_open() => (false, "The checklist can be prepared; who takes over is asked in early life support.".into()),
                None => (false, "Nobody accepted it here.".into()),
            }
        };
        Ok(Some(Card {
            record: record.id,
            is_met,
            sentence,
            done: sheet.checklist.iter().filter(|it| it.is_done()).count(),
            total: sheet.checklist.len(),
            asked: sheet.handover.as_ref().filter(|it| it.handover.is_asked()).map(|it| it.handover.id),
        }))
    }
}
