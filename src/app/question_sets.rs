//! Making and editing question sets. A version that a survey asks never changes: an edit is the next version.

use super::context::{permit, unchanged};
use super::{Error, FormErrors, Result};
use crate::domain::events::{Aftercare, Event, FieldChange};
use crate::domain::ids::QuestionSetId;
use crate::domain::keys;
use crate::domain::people::Action;
use crate::domain::surveys::questions::{self, Draft as Question, SetRefusal, written};
use crate::domain::surveys::timing::SurveyRefusal;
use crate::domain::surveys::{Audience, Question as Settled};
use crate::store::question_sets::{self, QuestionSet, Wording};
use crate::store::{Tx, events};

/// A question set as somebody wants it.
#[derive(Clone, Debug)]
pub struct Draft {
    pub audience: Audience,
    pub name: String,
    pub intro: String,
    pub thanks: String,
    pub questions: Vec<Question>,
}

impl Draft {
    fn wording<'a>(&'a self, questions: &'a [Settled]) -> Wording<'a> {
        Wording { name: &self.name, intro: &self.intro, thanks: &self.thanks, questions }
    }
}

/// Under this name a form shows what is wrong with the questions.
pub const QUESTIONS: &str = "questions";

pub fn create(tx: &mut Tx<'_>, draft: &Draft) -> Result<QuestionSetId> {
    permit(tx, Action::ConfigureProcess)?;
    let questions = questions::settle(&draft.questions, &[]).map_err(unaskable)?;
    free_name(tx, draft, None)?;
    let key = keys::fresh(&draft.name, "question_set", &question_sets::keys(tx)?);
    let id = question_sets::insert(tx, &key, 1, draft.audience, &draft.wording(&questions)).map_err(overtaken)?;
    events::record(tx, None, &Event::Aftercare(Aftercare::QuestionSetCreated { name: draft.name.clone() }))?;
    Ok(id)
}

/// Edits a version that nobody asks yet, or makes the next one. Which version stands now.
pub fn edit(tx: &mut Tx<'_>, id: QuestionSetId, seen: i32, draft: &Draft) -> Result<QuestionSetId> {
    permit(tx, Action::ConfigureProcess)?;
    let before = lock_newest(tx, id, seen)?;
    let history: Vec<Vec<Settled>> = question_sets::versions(tx.conn, &before.key)?.into_iter().map(|it| it.questions.0).collect();
    let questions = questions::settle(&draft.questions, &history).map_err(unaskable)?;
    free_name(tx, draft, Some(&before.key))?;
    let fields = changes(&before, draft, &questions);
    if fields.is_empty() && questions == before.questions.0 {
        return Ok(id);
    }
    let (id, version) = if question_sets::is_used(tx.conn, id)? {
        let version = before.version + 1;
        (question_sets::insert(tx, &before.key, version, before.audience, &draft.wording(&questions)).map_err(overtaken)?, version)
    } else {
        question_sets::update(tx, id, &draft.wording(&questions))?;
        (id, before.version)
    };
    events::record(tx, None, &Event::Aftercare(Aftercare::QuestionSetEdited { name: before.name, version, fields }))?;
    Ok(id)
}

/// Takes a set out of what new surveys can ask. Those that ask it go on.
pub fn retire(tx: &mut Tx<'_>, id: QuestionSetId, seen: i32) -> Result<()> {
    permit(tx, Action::ConfigureProcess)?;
    let set = lock_newest(tx, id, seen)?;
    question_sets::retire(tx, id)?;
    Ok(events::record(tx, None, &Event::Aftercare(Aftercare::QuestionSetRetired { name: set.name }))?)
}

/// The newest version of a set, locked, as whoever edits it saw it.
fn lock_newest(tx: &mut Tx<'_>, id: QuestionSetId, seen: i32) -> Result<QuestionSet> {
    let set = question_sets::lock(tx, id)?;
    let newest = question_sets::versions(tx.conn, &set.key)?.first().map(|it| it.id);
    if newest != Some(id) {
        return Err(Error::Stale);
    }
    unchanged(set.edits, seen)?;
    if set.retired_at.is_some() { Err(SurveyRefusal::RetiredAlready.into()) } else { Ok(set) }
}

/// What differs between a version and what somebody wants in its place.
pub fn changes(before: &QuestionSet, draft: &Draft, questions: &[Settled]) -> Vec<FieldChange> {
    let fields = [
        FieldChange::between("Name", &before.name, &draft.name),
        FieldChange::between("Introduction", &before.intro, &draft.intro),
        FieldChange::between("Thanks", &before.thanks, &draft.thanks),
        FieldChange::between("Questions", written(&before.questions.0), written(questions)),
    ];
    fields.into_iter().flatten().collect()
}

/// Two sets of one audience with the same name could not be told apart.
fn free_name(tx: &mut Tx<'_>, draft: &Draft, own: Option<&str>) -> Result<()> {
    let taken = |it: &QuestionSet| it.audience == draft.audience && it.name == draft.name && it.retired_at.is_none() && own != Some(&it.key);
    if question_sets::newest(tx.conn)?.iter().any(taken) {
        return Err(FormErrors::of("name", "Another question set of this audience has this name already.").into());
    }
    Ok(())
}

pub fn unaskable(refusal: SetRefusal) -> FormErrors {
    FormErrors::of(QUESTIONS, refusal.to_string())
}

/// Somebody else was quicker with a set of this name, or with this version.
fn overtaken(error: diesel::result::Error) -> Error {
    if crate::store::is_duplicate(&error) { Error::Stale } else { error.into() }
}
