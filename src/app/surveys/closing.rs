//! A survey closes: by hand, by its date, with the phase of its release, or at the end of the release.

use crate::app::Result;
use crate::app::context::unchanged;
use crate::app::sheet::Sheet;
use crate::domain::events::{Aftercare, Event};
use crate::domain::ids::SurveyId;
use crate::domain::records::RecordState;
use crate::domain::surveys::SurveyState;
use crate::domain::surveys::timing::SurveyRefusal;
use crate::store::surveys::{self, Survey};
use crate::store::{Tx, events};

pub fn close(tx: &mut Tx<'_>, id: SurveyId, seen: i32) -> Result<()> {
    let (_, survey) = super::lock(tx, id)?;
    survey.state.closes()?;
    unchanged(survey.version, seen)?;
    closed(tx, &survey).map(drop)
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

/// Just before a release ends: what is open closes. Low scores open follow-up actions while there is a release that can have them; where
/// those have to be settled first, the survey is closed by hand, so that somebody sees them. Nobody follows up what is given up.
pub fn before_end(tx: &mut Tx<'_>, sheet: &Sheet, end: RecordState, settles: bool) -> Result<()> {
    if sheet.full.release.is_none() {
        return Ok(());
    }
    for it in surveys::of_record(tx.conn, sheet.full.record.id)?.iter().filter(|it| it.state == SurveyState::Open) {
        let survey = surveys::lock(tx, it.id)?;
        if end != RecordState::Closed {
            shut(tx, &survey)?;
        } else if closed(tx, &survey)? > 0 && settles {
            return Err(SurveyRefusal::LowScores(survey.title).into());
        }
    }
    Ok(())
}
