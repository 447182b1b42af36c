//! A survey closes: by hand, by its date, with the phase of its release, or at the end of the release.

use crate::app::Result;
use crate::app::context::unchanged;
use crate::domain::events::{Aftercare, Event};
use crate::domain::ids::SurveyId;
use crate::store::surveys::{self, Survey};
use crate::store::{Tx, events};

pub fn close(tx: &mut Tx<'_>, id: SurveyId, seen: i32) -> Result<()> {
    let (_, survey) = super::lock(tx, id)?;
    survey.state.closes()?;
    unchanged(survey.version, seen)?;
    closed(tx, &survey)
}

/// What follows whenever an open survey closes, for whatever reason: it and its record are locked. Low scores open follow-up actions here.
pub(super) fn closed(tx: &mut Tx<'_>, survey: &Survey) -> Result<()> {
    surveys::set_closed(tx, survey.id)?;
    if survey.anonymous {
        surveys::mixing::mix_rest(tx, survey.id)?;
    }
    let count = surveys::count_of(tx.conn, survey.id)?;
    let closed = Aftercare::SurveyClosed { survey: survey.id, title: survey.title.clone(), answered: count.answered, invited: count.invited };
    events::record(tx, survey.record_id, &Event::Aftercare(closed))?;
    super::low_scores::follow(tx, survey.id)
}
