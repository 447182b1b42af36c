//! A survey opens: by hand, by its date, or with the phase of its release. The worker then mails those on its list.

use super::closing;
use crate::app::Result;
use crate::app::approvals;
use crate::app::context::unchanged;
use crate::app::sheet::Sheet;
use crate::domain::events::{Aftercare, Event};
use crate::domain::ids::SurveyId;
use crate::domain::surveys::SurveyState;
use crate::domain::surveys::timing::follow;
use crate::store::surveys::{self, Survey};
use crate::store::{Tx, events, records};
use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;

pub fn open(tx: &mut Tx<'_>, id: SurveyId, seen: i32) -> Result<()> {
    let (_, survey) = super::lock(tx, id)?;
    survey.state.opens(surveys::count_of(tx.conn, id)?.listed)?;
    unchanged(survey.version, seen)?;
    opened(tx, &survey)
}

fn opened(tx: &mut Tx<'_>, survey: &Survey) -> Result<()> {
    surveys::set_open(tx, survey.id)?;
    let listed = surveys::count_of(tx.conn, survey.id)?.listed;
    let invited = usize::try_from(listed).unwrap_or_default();
    Ok(events::record(tx, survey.record_id, &Event::Aftercare(Aftercare::SurveyOpened { survey: survey.id, title: survey.title.clone(), invited }))?)
}

/// Opens by itself what has somebody to ask. What has nobody stays a draft: its page says so to whoever made it.
fn opened_with_people(tx: &mut Tx<'_>, survey: &Survey) -> Result<()> {
    if surveys::count_of(tx.conn, survey.id)?.listed == 0 { Ok(()) } else { opened(tx, survey) }
}

/// The surveys that their dates open or close by now.
pub fn due(conn: &mut PgConnection, now: DateTime<Utc>, limit: i64) -> Result<Vec<SurveyId>> {
    let mut due = surveys::to_close(conn, now, limit)?;
    due.extend(surveys::to_open(conn, now, limit)?);
    Ok(due)
}

/// Opens or closes a survey whose time has come. Another instance may have been quicker.
pub fn by_date(tx: &mut Tx<'_>, id: SurveyId) -> Result<()> {
    let record = surveys::find(tx.conn, id)?.record_id;
    let full = records::lock(tx, record)?;
    let survey = surveys::lock(tx, id)?;
    let has_come = |it: Option<DateTime<Utc>>| it.is_some_and(|it| it <= tx.now);
    match survey.state {
        SurveyState::Open if has_come(survey.closes_at) => {
            closing::closed(tx, &survey)?;
            approvals::refresh(tx, record)
        }
        SurveyState::Draft if has_come(survey.opens_at) && full.record.is_open() => opened_with_people(tx, &survey),
        SurveyState::Draft | SurveyState::Open | SurveyState::Closed => Ok(()),
    }
}

/// When a release goes on: what follows the phase that it enters opens, what follows the one that it left closes.
pub fn follow_phase(tx: &mut Tx<'_>, sheet: &Sheet, to: &str) -> Result<()> {
    if sheet.full.release.is_none() {
        return Ok(());
    }
    let all = surveys::of_record(tx.conn, sheet.full.record.id)?;
    let facts: Vec<_> = all.iter().map(|it| (it.id, it.state, it.phase.as_deref())).collect();
    let (open, close) = follow(&facts, &sheet.full.record.phase, to);
    for id in close {
        let survey = surveys::lock(tx, id)?;
        closing::closed(tx, &survey)?;
    }
    for id in open {
        let survey = surveys::lock(tx, id)?;
        opened_with_people(tx, &survey)?;
    }
    Ok(())
}
