//! A low score opens a follow-up action, so that the review cannot overlook it.

use crate::app::Result;
use crate::domain::events::{Aftercare, Event};
use crate::domain::ids::SurveyId;
use crate::domain::reviews::Point;
use crate::store::follow_ups::{self, Draft};
use crate::store::{Tx, events, records, results};

/// Working days to do something about it.
const DAYS: u32 = 10;

/// Opens a follow-up action for each low score of a survey that is being closed; once, however often it is called. Returns how many it
/// opened. Part of closing, which has permitted and locked.
pub fn follow(tx: &mut Tx<'_>, survey: SurveyId) -> Result<usize> {
    let survey = results::survey(tx.conn, survey)?;
    let full = records::full(tx.conn, survey.record_id)?;
    if !full.record.is_open() {
        return Ok(0);
    }
    let mut opened = 0;
    let (id, limits, title) = (survey.id, survey.limits(), survey.title.clone());
    let assignee = full.record.coordinator_id.unwrap_or(full.record.owner_id);
    let due_at = full.calendar.due(tx.now, DAYS);
    for outcome in results::outcomes(tx.conn, vec![survey])? {
        for low in outcome.results.low_scores(&limits) {
            let origin = format!("survey {id} {} {}", low.audience.word(), low.question);
            let action = Draft {
                point: Point::Feedback,
                description: format!("In the survey “{title}”: {}. [All results](/surveys/{id}/results#{})", low.figures, low.audience.word()),
                title: low.title,
                assignee_id: Some(assignee),
                due_at: Some(due_at),
            };
            if let Some(follow_up) = follow_ups::insert(tx, full.record.id, &action, Some(&origin))? {
                opened += 1;
                events::record(tx, full.record.id, &Event::Aftercare(Aftercare::FollowUpAdded { follow_up, title: action.title, assignee: Some(assignee) }))?;
            }
        }
    }
    Ok(opened)
}
