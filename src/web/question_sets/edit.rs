//! Making and editing a question set.

use super::form::{self, Drawn};
use super::permitted;
use crate::app::question_sets::{self as actions, QUESTIONS};
use crate::app::{self, Context, Error, FormErrors};
use crate::domain::events::FieldChange;
use crate::domain::ids::QuestionSetId;
use crate::domain::surveys::{Audience, QuestionKind, questions};
use crate::store::question_sets::{self, QuestionSet};
use crate::web::form::{Choice, Fields, Form};
use crate::web::frame::Frame;
use crate::web::page::{self, Answer};
use crate::web::records::id_of;
use actix_web::HttpRequest;
use actix_web::web::Path;
use askama::Template;
use std::collections::BTreeMap;

#[derive(Template)]
#[template(path = "question_sets/edit.html")]
struct Edit {
    frame: Frame,
    /// None while it is being made.
    set: Option<QuestionSet>,
    used: bool,
    form: Form,
    questions: Vec<Drawn>,
    /// What somebody else saved while this was being edited: as it stands now, and as it was typed here.
    meanwhile: Vec<FieldChange>,
    stale: bool,
}

impl Edit {
    fn of(frame: Frame, set: Option<(QuestionSet, bool)>, form: Form, wrong: &BTreeMap<usize, String>) -> Edit {
        let (set, used) = set.map_or((None, false), |(set, used)| (Some(set), used));
        Edit { questions: form::drawn(&form.fields, wrong), frame, set, used, form, meanwhile: Vec::new(), stale: false }
    }

    fn action(&self) -> String {
        self.set.as_ref().map_or_else(|| "/question-sets".to_owned(), |it| format!("/question-sets/{}", it.id))
    }

    fn audiences(&self) -> Vec<Choice> {
        Choice::list(Audience::ALL.iter().map(|it| (it.word(), it.label())))
    }

    fn kinds(&self) -> &'static [QuestionKind] {
        QuestionKind::ALL
    }

    fn may_add(&self) -> bool {
        self.questions.len() < questions::MOST
    }
}

async fn found(ctx: &Context, id: QuestionSetId) -> app::Result<(QuestionSet, bool)> {
    ctx.read(move |conn| Ok((question_sets::find(conn, id)?, question_sets::is_used(conn, id)?))).await
}

pub async fn new(ctx: Context, req: HttpRequest) -> Answer {
    permitted(&ctx)?;
    let mut fields = form::blank();
    if let Some(audience) = Audience::from_word(Fields::of_query(req.query_string()).text("audience")) {
        fields.set("audience", audience.word());
    }
    page::html(&Edit::of(page::frame(&ctx, &req), None, Form::of(fields), &BTreeMap::new()))
}

pub async fn edit(ctx: Context, req: HttpRequest, id: Path<String>) -> Answer {
    permitted(&ctx)?;
    let set = found(&ctx, id_of(&id)?).await?;
    let fields = form::filled(&set.0);
    page::html(&Edit::of(page::frame(&ctx, &req), Some(set), Form::of(fields), &BTreeMap::new()))
}

pub async fn create(ctx: Context, req: HttpRequest, mut fields: Fields) -> Answer {
    permitted(&ctx)?;
    if form::turn(&mut fields) {
        return page::html(&Edit::of(page::frame(&ctx, &req), None, Form::of(fields), &BTreeMap::new()));
    }
    let done = match form::read(&fields) {
        Ok(draft) => ctx.write(move |tx| actions::create(tx, &draft)).await,
        Err(errors) => Err(errors.into()),
    };
    answer(&ctx, &req, None, fields, done).await
}

pub async fn update(ctx: Context, req: HttpRequest, id: Path<String>, mut fields: Fields) -> Answer {
    permitted(&ctx)?;
    let id: QuestionSetId = id_of(&id)?;
    let set = found(&ctx, id).await?;
    fields.set("audience", set.0.audience.word());
    if form::turn(&mut fields) {
        return page::html(&Edit::of(page::frame(&ctx, &req), Some(set), Form::of(fields), &BTreeMap::new()));
    }
    let seen = fields.version();
    let done = match form::read(&fields) {
        Ok(draft) => ctx.write(move |tx| actions::edit(tx, id, seen, &draft)).await,
        Err(errors) => Err(errors.into()),
    };
    answer(&ctx, &req, Some(set), fields, done).await
}

/// On to the set, or the form again with what is in the way.
async fn answer(ctx: &Context, req: &HttpRequest, set: Option<(QuestionSet, bool)>, mut fields: Fields, done: app::Result<QuestionSetId>) -> Answer {
    let frame = page::frame(ctx, req);
    match (done, set) {
        (Ok(id), before) => {
            let renewed = before.is_some_and(|(it, _)| it.id != id);
            let notice = if renewed { "Saved as a new version: surveys that ask the one before go on with it." } else { "The question set is saved." };
            page::see_with(&format!("/question-sets/{id}"), notice)
        }
        (Err(Error::Invalid(mut errors)), set) => {
            let wrong = form::wrong(&fields);
            if !wrong.is_empty() {
                let places: Vec<String> = wrong.keys().map(|it| (it + 1).to_string()).collect();
                errors.about(QUESTIONS, format!("Look at question {}.", places.join(", ")));
            }
            page::unprocessable(&Edit::of(frame, set, Form::refused(fields, errors), &wrong))
        }
        (Err(Error::Stale), Some((set, _))) => {
            let now = ctx.read(move |conn| Ok(question_sets::versions(conn, &set.key)?.into_iter().next())).await?.ok_or(Error::NotFound)?;
            let now = found(ctx, now.id).await?;
            fields.set("version", now.0.edits.to_string());
            let meanwhile = meanwhile(&now.0, &fields).unwrap_or_default();
            page::conflict(&Edit { meanwhile, stale: true, ..Edit::of(frame, Some(now), Form::of(fields), &BTreeMap::new()) })
        }
        (Err(Error::Stale), None) => {
            let errors = FormErrors::of("name", "Somebody just created a question set of this name. Choose another one.");
            page::unprocessable(&Edit::of(frame, None, Form::refused(fields, errors), &BTreeMap::new()))
        }
        (Err(other), _) => Err(other.into()),
    }
}

fn meanwhile(now: &QuestionSet, fields: &Fields) -> Result<Vec<FieldChange>, FormErrors> {
    let typed = form::read(fields)?;
    let settled = questions::settle(&typed.questions, std::slice::from_ref(&now.questions.0)).map_err(actions::unaskable)?;
    Ok(actions::changes(now, &typed, &settled))
}
