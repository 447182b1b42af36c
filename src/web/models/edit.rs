//! Making and editing a model.

use super::form::{self, Section};
use super::permitted;
use crate::app::models::shaping as actions;
use crate::app::{self, Context, Error, FormErrors};
use crate::domain::events::FieldChange;
use crate::domain::ids::{CategoryId, ModelId, RecordId};
use crate::domain::models::{Anchor, FARTHEST, Ground, MOST, ModelRefusal, ModelTask};
use crate::domain::records::RecordKind;
use crate::store::PgConnection;
use crate::store::categories::{self, Category};
use crate::store::models::{self, Named};
use crate::web::form::{Choice, Fields, Form};
use crate::web::frame::Frame;
use crate::web::page::{self, Answer};
use crate::web::records::id_of;
use actix_web::HttpRequest;
use actix_web::web::Path;
use askama::Template;
use std::collections::BTreeMap;

/// What is edited: a version of a model, or what a new one is for.
struct Subject {
    category: Category,
    ground: Ground,
    /// None while it is being made.
    model: Option<Named>,
    used: bool,
    history: Vec<Vec<ModelTask>>,
}

impl Subject {
    fn new(conn: &mut PgConnection, category: CategoryId) -> app::Result<Subject> {
        let category = categories::find(conn, RecordKind::Release, category)?;
        let ground = models::ground(conn, category.workflow_id)?;
        Ok(Subject { category, ground, model: None, used: false, history: Vec::new() })
    }

    fn found(conn: &mut PgConnection, id: ModelId) -> app::Result<Subject> {
        let model = models::find(conn, id)?;
        let category = categories::any(conn, model.category_id)?;
        let history = models::versions(conn, &model.key)?.into_iter().map(|it| it.model.tasks).collect();
        let (ground, used) = (models::ground(conn, model.workflow_id)?, models::is_applied(conn, id)?);
        Ok(Subject { category, ground, used, history, model: Some(model) })
    }

    /// Only the newest version is edited, and not while the model is retired.
    fn may_be_edited(&self, conn: &mut PgConnection) -> app::Result<()> {
        let Some(model) = &self.model else { return Ok(()) };
        match models::versions(conn, &model.key)?.first() {
            Some(newest) if newest.retired_at.is_some() => Err(ModelRefusal::Retired.into()),
            Some(newest) if newest.id != model.id => Err(ModelRefusal::Renewed.into()),
            Some(_) | None => Ok(()),
        }
    }
}

#[derive(Template)]
#[template(path = "models/edit.html")]
struct Edit {
    frame: Frame,
    subject: Subject,
    form: Form,
    sections: Vec<Section>,
    groups: Vec<Choice>,
    people: Vec<Choice>,
    /// What somebody else saved while this was being edited: as it stands now, and as it was typed here.
    meanwhile: Vec<FieldChange>,
    stale: bool,
}

impl Edit {
    fn of(frame: Frame, subject: Subject, form: Form, wrong: &BTreeMap<usize, String>) -> Edit {
        let (groups, people) = form::doers(&subject.ground);
        let sections = form::sections(&form.fields, &subject.ground, wrong);
        Edit { frame, subject, form, sections, groups, people, meanwhile: Vec::new(), stale: false }
    }

    fn action(&self) -> String {
        self.subject.model.as_ref().map_or_else(|| "/models".to_owned(), |it| format!("/models/{}", it.id))
    }

    fn count(&self) -> usize {
        self.sections.iter().map(|it| it.tasks.len()).sum()
    }

    fn may_add(&self) -> bool {
        self.count() < MOST
    }

    /// The name of somebody who is still named though their account is closed.
    fn closed(&self, doer: &str) -> Option<&String> {
        let id = doer.strip_prefix("user:")?.parse().ok()?;
        self.subject.ground.closed.get(&id)
    }

    fn anchors(&self) -> &'static [Anchor] {
        Anchor::ALL
    }
}

/// Without a category there is nothing to plan for yet: it is asked first.
#[derive(Template)]
#[template(path = "models/new.html")]
struct Choose {
    frame: Frame,
    form: Form,
    categories: Vec<Choice>,
}

pub async fn new(ctx: Context, req: HttpRequest) -> Answer {
    permitted(&ctx)?;
    let frame = page::frame(&ctx, &req);
    let query = Fields::of_query(req.query_string());
    if let Ok(release) = query.text("release").parse::<RecordId>() {
        return of_release(&ctx, frame, release).await;
    }
    let Ok(category) = query.text("category").parse::<CategoryId>() else {
        return page::show(&ctx, move |conn| {
            let categories = Choice::list(categories::list(conn, RecordKind::Release)?.into_iter().map(|it| (it.id, it.name)));
            Ok(Choose { frame, form: Form::of(query), categories })
        })
        .await;
    };
    page::show(&ctx, move |conn| {
        let subject = Subject::new(conn, category)?;
        let fields = form::filled("", &Default::default(), &subject.ground);
        Ok(Edit::of(frame, subject, Form::of(fields), &BTreeMap::new()))
    })
    .await
}

/// A new model that begins with the plan of a release.
async fn of_release(ctx: &Context, frame: Frame, release: RecordId) -> Answer {
    page::show(ctx, move |conn| {
        let (category, name, model) = actions::of_release(conn, release)?;
        let subject = Subject::new(conn, category)?;
        let mut fields = form::filled(&format!("As {name}"), &model, &subject.ground);
        fields.set("reason", format!("Made of {name}."));
        let wrong = form::wrong(&fields, &[], &subject.ground);
        Ok(Edit::of(frame, subject, Form::of(fields), &wrong))
    })
    .await
}

pub async fn edit(ctx: Context, req: HttpRequest, id: Path<String>) -> Answer {
    permitted(&ctx)?;
    let id: ModelId = id_of(&id)?;
    let frame = page::frame(&ctx, &req);
    page::show(&ctx, move |conn| {
        let subject = Subject::found(conn, id)?;
        subject.may_be_edited(conn)?;
        let fields = subject.model.as_ref().map(|it| {
            let mut fields = form::filled(&it.name, &it.model, &subject.ground);
            fields.set("version", it.edits.to_string());
            fields
        });
        let fields = fields.unwrap_or_default();
        let wrong = form::wrong(&fields, &subject.history, &subject.ground);
        Ok(Edit::of(frame, subject, Form::of(fields), &wrong))
    })
    .await
}

pub async fn create(ctx: Context, req: HttpRequest, mut fields: Fields) -> Answer {
    permitted(&ctx)?;
    let category: CategoryId = fields.text("category").parse().map_err(|_| Error::NotFound)?;
    let subject = ctx.read(move |conn| Subject::new(conn, category)).await?;
    if form::turn(&mut fields, &subject.ground) {
        return page::html(&Edit::of(page::frame(&ctx, &req), subject, Form::of(fields), &BTreeMap::new()));
    }
    form::arrange(&mut fields, &subject.ground);
    let done = match form::read(&fields) {
        Ok(draft) => ctx.write(move |tx| actions::create(tx, category, &draft)).await,
        Err(errors) => Err(errors.into()),
    };
    answer(&ctx, &req, subject, fields, done).await
}

pub async fn update(ctx: Context, req: HttpRequest, id: Path<String>, mut fields: Fields) -> Answer {
    permitted(&ctx)?;
    let id: ModelId = id_of(&id)?;
    let subject = ctx.read(move |conn| Subject::found(conn, id)).await?;
    if form::turn(&mut fields, &subject.ground) {
        return page::html(&Edit::of(page::frame(&ctx, &req), subject, Form::of(fields), &BTreeMap::new()));
    }
    form::arrange(&mut fields, &subject.ground);
    let seen = fields.version();
    let done = match form::read(&fields) {
        Ok(draft) => ctx.write(move |tx| actions::edit(tx, id, seen, &draft)).await,
        Err(errors) => Err(errors.into()),
    };
    answer(&ctx, &req, subject, fields, done).await
}

/// On to the model, or the form again with what is in the way.
async fn answer(ctx: &Context, req: &HttpRequest, subject: Subject, fields: Fields, done: app::Result<ModelId>) -> Answer {
    let frame = page::frame(ctx, req);
    match (done, subject.model.as_ref().map(|it| (it.id, it.key.clone()))) {
        (Ok(id), before) => {
            let renewed = before.is_some_and(|(it, _)| it != id);
            let notice = if renewed { "Saved as a new version: what the one before brought stays as it is." } else { "The model is saved." };
            page::see_with(&format!("/models/{id}"), notice)
        }
        (Err(Error::Invalid(errors)), _) => {
            let wrong = form::wrong(&fields, &subject.history, &subject.ground);
            page::unprocessable(&Edit::of(frame, subject, Form::refused(fields, errors), &wrong))
        }
        (Err(Error::Stale), Some((_, key))) => stale(ctx, frame, key, fields).await,
        (Err(Error::Stale), None) => {
            let errors = FormErrors::of("name", "Somebody just created a model of this name. Choose another one.");
            page::unprocessable(&Edit::of(frame, subject, Form::refused(fields, errors), &BTreeMap::new()))
        }
        (Err(other), _) => Err(other.into()),
    }
}

/// The form beside what somebody else saved meanwhile; it is sent to the newest version from now on.
async fn stale(ctx: &Context, frame: Frame, key: String, mut fields: Fields) -> Answer {
    let page = ctx.read(move |conn| {
        let newest = models::versions(conn, &key)?.into_iter().next().ok_or(Error::NotFound)?;
        let subject = Subject::found(conn, newest.id)?;
        fields.set("version", newest.edits.to_string());
        let meanwhile = form::read(&fields)
            .and_then(|typed| Ok((actions::settle(&typed, &subject.history, &subject.ground)?, typed)))
            .map(|(model, typed)| actions::changes(&newest, &typed.name, &model, &subject.ground));
        let wrong = form::wrong(&fields, &subject.history, &subject.ground);
        Ok(Edit { meanwhile: meanwhile.unwrap_or_default(), stale: true, ..Edit::of(frame, subject, Form::of(fields), &wrong) })
    });
    page::conflict(&page.await?)
}
