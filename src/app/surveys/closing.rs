//! A survey closes: by hand, by its date, with the phase of its release, or at the end of the release.

use crate::app::Result;
use crate::app::approvals;
use crate::app::context::unchanged;
use crate::app::sheet::Sheet;
use crate::domain::events::{Aftercare, Event};
use crate::domain::ids::SurveyId;
use crate::domain::records::RecordState;
use crate::domain::surveys::SurveyState;
use crate::domain::surveys::timing::SurveyRefusal;
use crate::store::surveys::{self, Survey};
use crate::store::{Tx, events};

/// Returns how many follow-up actions it opened.
pub fn close(tx: &mut Tx<'_>, id: SurveyId, seen: i32) -> Result<usize> {
    let (_, survey) = super::lock(tx, id)?;
    survey.state.closes()?;
    unchanged(survey.version, seen)?;
    let opened = closed(tx, &survey)?;
    // Whoever approves the closure decides on what was said.
    approvals::refresh(tx, survey.record_id)?;
    Ok(opened)
}

/// What follows whenever an open survey closes, for whatever reason: it and its record are locked. Low scores open follow-up actions here;
/// how many.
pub(super) fn closed(tx: &mut Tx<'_>, survey: &Survey) -> Result<usize> {
    shut(tx, survey)?;
    super::low_scores::follow(tx, survey.id)
}

fn shut(tx: &mut Tx<'_>, survey: &Survey) -> Result<()> {
    surveys::set_closed(tx, survey.id)?;
    if survey.anonymous {
        surveys::mixing::mix_rest(tx, survey.id)?;
    }
    let count = surveys::count_of(tx.conn, survey.id)?;
    let closed = Aftercare::SurveyClosed { survey: survey.id, title: survey.title.clone(), answered: count.answered, invited: count.invited };
    Ok(events::record(tx, survey.record_id, &Event::Aftercare(closed))?)
}

/// Just before a release ends: what is open closes, what was never opened is discarded.
/// Low scores open follow-up actions while there is a release that can have them; where
/// those have to be settled first, the survey is closed by hand, so that somebody sees them. Nobody follows up what is given up.
pub fn before_end(tx: &mut Tx<'_>, sheet: &Sheet, end: RecordState, settles: bool) -> Result<()> {
    if sheet.full.release.is_none() {
        return Ok(());
    }
    let all = surveys::of_record(tx.conn, sheet.full.record.id)?;
    for draft in all.iter().filter(|it| it.state == SurveyState::Draft) {
        surveys::delete(tx, draft.id)?;
        events::record(tx, draft.record_id, &Event::Aftercare(Aftercare::SurveyDiscarded { title: draft.title.clone() }))?;
    }
    for it in all.iter().filter(|it| it.state == SurveyState::Open) {
        let survey = surveys::lock(tx, it.id)?;
        if end != RecordState::Closed {
            shut(tx, &survey)?;
        } else if closed(tx, &survey)? > 0 && settles {
            return Err(SurveyRefusal::LowScores(survey.title).into());
        }
    }
    Ok(())
}
