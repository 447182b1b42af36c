//! Question sets: everybody reads them, those who configure the process edit them.

pub mod edit;
mod form;

pub use edit::{create, edit, new, update};

use super::form::Fields;
use super::frame::Frame;
use super::page::{self, Answer};
use super::public::questions::{Asked, asked};
use super::records::id_of;
use crate::app::{self, Context, Error};
use crate::domain::ids::QuestionSetId;
use crate::domain::people::Action;
use crate::domain::surveys::{Audience, Question};
use crate::store::question_sets::{self, QuestionSet, Use};
use actix_web::HttpRequest;
use actix_web::web::Path;
use askama::Template;
use std::collections::BTreeMap;

#[derive(Template)]
#[template(path = "question_sets/index.html")]
struct Index {
    frame: Frame,
    sets: Vec<QuestionSet>,
}

impl Index {
    fn may_edit(&self) -> bool {
        self.frame.may(Action::ConfigureProcess)
    }

    fn of(&self, audience: &Audience) -> Vec<&QuestionSet> {
        self.sets.iter().filter(|it| it.audience == *audience).collect()
    }
}

pub async fn index(ctx: Context, req: HttpRequest) -> Answer {
    let frame = page::frame(&ctx, &req);
    page::show(&ctx, move |conn| Ok(Index { frame, sets: question_sets::newest(conn)? })).await
}

#[derive(Template)]
#[template(path = "question_sets/show.html")]
struct Show {
    frame: Frame,
    set: QuestionSet,
    versions: Vec<QuestionSet>,
    uses: Vec<Use>,
    used: bool,
}

impl Show {
    fn is_newest(&self) -> bool {
        self.versions.first().is_some_and(|it| it.id == self.set.id)
    }

    fn may_edit(&self) -> bool {
        self.is_newest() && self.set.retired_at.is_none() && self.frame.may(Action::ConfigureProcess)
    }
}

pub async fn show(ctx: Context, req: HttpRequest, id: Path<String>) -> Answer {
    let id: QuestionSetId = id_of(&id)?;
    let frame = page::frame(&ctx, &req);
    page::show(&ctx, move |conn| {
        let set = question_sets::find(conn, id)?;
        let (versions, uses) = (question_sets::versions(conn, &set.key)?, question_sets::uses(conn, &set.key, 50)?);
        Ok(Show { used: question_sets::is_used(conn, id)?, frame, set, versions, uses })
    })
    .await
}

/// A set as those who are asked will see it.
#[derive(Template)]
#[template(path = "question_sets/preview.html")]
struct Preview {
    frame: Frame,
    name: String,
    intro: String,
    thanks: String,
    questions: Vec<Asked>,
}

impl Preview {
    fn of(frame: Frame, name: String, intro: String, thanks: String, questions: &[Question]) -> Preview {
        Preview { frame, name, intro, thanks, questions: asked(questions, &Fields::default(), &BTreeMap::new()) }
    }
}

pub async fn preview(ctx: Context, req: HttpRequest, id: Path<String>) -> Answer {
    let id: QuestionSetId = id_of(&id)?;
    let frame = page::frame(&ctx, &req);
    page::show(&ctx, move |conn| {
        let it = question_sets::find(conn, id)?;
        Ok(Preview::of(frame, it.name, it.intro, it.thanks, &it.questions.0))
    })
    .await
}

/// The preview of what was typed, saved or not.
pub async fn draw(ctx: Context, req: HttpRequest, fields: Fields) -> Answer {
    permitted(&ctx)?;
    let questions = form::shown(&form::questions(&fields));
    let text = |name: &str| fields.text(name).to_owned();
    page::html(&Preview::of(page::frame(&ctx, &req), text("name"), text("intro"), text("thanks"), &questions))
}

pub async fn retire(ctx: Context, id: Path<String>, fields: Fields) -> Answer {
    let id: QuestionSetId = id_of(&id)?;
    let seen = fields.version();
    ctx.write(move |tx| app::question_sets::retire(tx, id, seen)).await?;
    page::see_with(&format!("/question-sets/{id}"), "The question set is retired. Surveys that ask it go on.")
}

fn permitted(ctx: &Context) -> app::Result<()> {
    if ctx.actor.may(Action::ConfigureProcess) { Ok(()) } else { Err(Error::Forbidden(Action::ConfigureProcess)) }
}
