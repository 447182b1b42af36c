//! The surveys of a release: create, edit, discard. Whoever may move the release may ask about it.

use super::context::unchanged;
use super::records::{lock_open, moving};
use super::{Error, FormErrors, Result};
use crate::domain::events::{Aftercare, Event, FieldChange};
use crate::domain::ids::{QuestionSetId, RecordId, SurveyId};
use crate::domain::surveys::timing::SurveyRefusal;
use crate::domain::surveys::{Audience, SurveyState};
use crate::domain::text::moment;
use crate::store::records::Full;
use crate::store::surveys::people;
use crate::store::surveys::{self, Asked, Survey, Terms};
use crate::store::{Tx, events, question_sets};

pub mod answering;
pub mod closing;
pub mod invited;
pub mod inviting;
pub mod low_scores;
pub mod opening;
pub mod refusing;

/// A survey as somebody wants it.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    pub terms: Terms,
    /// Who is asked, and with which version of which set.
    pub audiences: Vec<(Audience, QuestionSetId)>,
}

pub fn create(tx: &mut Tx<'_>, record: RecordId, draft: &Draft) -> Result<SurveyId> {
    let full = lock_open(tx, record, moving)?;
    if full.release.is_none() {
        return Err(Error::NotFound);
    }
    check(tx, &full, draft, &[], None)?;
    let id = surveys::insert(tx, record, &draft.terms)?;
    surveys::set_audiences(tx, id, &draft.audiences)?;
    events::record(tx, record, &Event::Aftercare(Aftercare::SurveyCreated { title: draft.terms.title.clone() }))?;
    Ok(id)
}

/// Changes what a draft asks; once it is open, only dates, thresholds and reminders.
pub fn edit(tx: &mut Tx<'_>, id: SurveyId, seen: i32, draft: &Draft) -> Result<()> {
    let (full, before) = lock(tx, id)?;
    before.state.edits()?;
    unchanged(before.version, seen)?;
    let asked = surveys::audiences(tx.conn, id)?;
    let draft = &permitted(&before, &asked, draft);
    let kept = before.phase.as_ref().filter(|_| before.state == SurveyState::Open);
    check(tx, &full, draft, &asked, kept)?;
    for it in asked.iter().filter(|it| !draft.audiences.iter().any(|(audience, _)| *audience == it.audience)) {
        if people::listed(tx.conn, id, it.audience)? > 0 {
            let message = format!("There are people of “{}” on the list. Take them off it first.", it.audience.label());
            return Err(FormErrors::of(field_of(it.audience), message).into());
        }
    }
    surveys::update(tx, id, &draft.terms)?;
    if before.state == SurveyState::Draft {
        surveys::set_audiences(tx, id, &draft.audiences)?;
    }
    let now = surveys::audiences(tx.conn, id)?;
    let fields = changes(&full, (&terms_of(&before), &asked), (&draft.terms, &now));
    if !fields.is_empty() {
        events::record(tx, before.record_id, &Event::Aftercare(Aftercare::SurveyEdited { title: before.title, fields }))?;
    }
    Ok(())
}

pub fn discard(tx: &mut Tx<'_>, id: SurveyId, seen: i32) -> Result<RecordId> {
    let (_, survey) = lock(tx, id)?;
    survey.state.discards()?;
    unchanged(survey.version, seen)?;
    surveys::delete(tx, id)?;
    events::record(tx, survey.record_id, &Event::Aftercare(Aftercare::SurveyDiscarded { title: survey.title }))?;
    Ok(survey.record_id)
}

/// A survey and its record, both locked, in this order; the record open, and one that this actor may move.
pub(super) fn lock(tx: &mut Tx<'_>, id: SurveyId) -> Result<(Full, Survey)> {
    let record = surveys::find(tx.conn, id)?.record_id;
    let full = lock_open(tx, record, moving)?;
    Ok((full, surveys::lock(tx, id)?))
}

pub fn terms_of(survey: &Survey) -> Terms {
    Terms {
        moment: survey.moment,
        title: survey.title.clone(),
        anonymous: survey.anonymous,
        opens_at: survey.opens_at,
        closes_at: survey.closes_at,
        phase: survey.phase.clone(),
        low_rating: survey.low_rating,
        low_nps: survey.low_nps,
        reminders: survey.reminders,
    }
}

/// What of an edit counts: an open survey goes on asking what it asked, whom it asked, named or not.
fn permitted(before: &Survey, asked: &[Asked], draft: &Draft) -> Draft {
    match before.state {
        SurveyState::Draft => draft.clone(),
        SurveyState::Open | SurveyState::Closed => {
            let (phase, opens_at, closes_at) = (draft.terms.phase.clone(), before.opens_at, draft.terms.closes_at);
            let Terms { low_rating, low_nps, reminders, .. } = draft.terms;
            let terms = Terms { phase, opens_at, closes_at, low_rating, low_nps, reminders, ..terms_of(before) };
            Draft { terms, audiences: asked.iter().map(|it| (it.audience, it.set)).collect() }
        }
    }
}

/// The field in which the set of an audience is chosen.
pub const fn field_of(audience: Audience) -> &'static str {
    match audience {
        Audience::Users => "set_users",
        Audience::Customers => "set_customers",
        Audience::Suppliers => "set_suppliers",
        Audience::ServiceDesk => "set_service_desk",
        Audience::Network => "set_network",
    }
}

/// What a form cannot know by itself. `asked` is what the survey asks already: that may go on, retired or not; as may the phase that it
/// was opened with.
fn check(tx: &mut Tx<'_>, full: &Full, draft: &Draft, asked: &[Asked], kept: Option<&String>) -> Result<()> {
    let (mut errors, terms) = (FormErrors::default(), &draft.terms);
    if draft.audiences.is_empty() {
        errors.about("set_users", "Ask at least one audience.");
    }
    for (audience, set) in draft.audiences.iter().filter(|(_, set)| !asked.iter().any(|it| it.set == *set)) {
        let fits = question_sets::find(tx.conn, *set).ok().filter(|it| it.audience == *audience && it.retired_at.is_none());
        if fits.is_none() {
            errors.about(field_of(*audience), SurveyRefusal::SetRetired.to_string());
        }
    }
    if let Some(phase) = &terms.phase
        && full.workflow.phase(phase).is_none_or(|it| it.is_end())
    {
        errors.about("phase", "This phase cannot be chosen here. Choose again.");
    }
    // What is open, and asks in a phase that it was opened with, goes on.
    if let Some(phase) = &terms.phase
        && !full.workflow.is_still_to_come(phase, &full.record.phase)
        && kept != Some(phase)
    {
        errors.about("phase", "The release is past this phase already, so the survey would never open. Choose a later one, or none and open it by hand.");
    }
    if terms.phase.is_some() && terms.opens_at.is_some() {
        errors.about("opens_at", "It opens with the phase, or at a time: leave one of the two empty.");
    }
    if terms.closes_at.is_some_and(|it| it <= tx.now) {
        errors.about("closes_at", "This time has passed. Choose a later one.");
    }
    if let (Some(opens), Some(closes)) = (terms.opens_at, terms.closes_at)
        && closes <= opens
    {
        errors.about("closes_at", "It must close after it opens.");
    }
    if errors.is_empty() { Ok(()) } else { Err(errors.into()) }
}

/// What differs between two states of a survey.
pub fn changes(full: &Full, (old, asked): (&Terms, &[Asked]), (new, asks): (&Terms, &[Asked])) -> Vec<FieldChange> {
    let yes = |it: bool| if it { "yes" } else { "no" };
    let at = |it: Option<_>| it.map_or_else(String::new, |it| moment(it, full.calendar.zone()));
    let phase = |it: &Terms| it.phase.as_ref().map_or_else(String::new, |key| full.workflow.phase(key).map_or_else(|| key.clone(), |it| it.name.clone()));
    let fields = [
        FieldChange::between("Title", &old.title, &new.title),
        FieldChange::between("Moment", old.moment.label(), new.moment.label()),
        FieldChange::between("Anonymous", yes(old.anonymous), yes(new.anonymous)),
        FieldChange::between("Opens", at(old.opens_at), at(new.opens_at)),
        FieldChange::between("Closes", at(old.closes_at), at(new.closes_at)),
        FieldChange::between("With the phase", phase(old), phase(new)),
        FieldChange::between("Low rating", old.low_rating, new.low_rating),
        FieldChange::between("Low net promoter score", old.low_nps, new.low_nps),
        FieldChange::between("Reminders", old.reminders, new.reminders),
    ];
    let set = |all: &[Asked], audience| all.iter().find(|it| it.audience == audience).map_or_else(String::new, written);
    let sets = Audience::ALL.iter().map(|it| FieldChange::between(it.label(), set(asked, *it), set(asks, *it)));
    fields.into_iter().chain(sets).flatten().collect()
}

fn written(asked: &Asked) -> String {
    format!("{}, version {}", asked.name, asked.version)
}
