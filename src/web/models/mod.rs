//! Release models: everybody reads them, those who configure the process shape them.

pub mod edit;
mod form;
mod preview;

pub use edit::{create, edit, new, update};
pub use preview::{draw, preview};

use super::form::Fields;
use super::frame::Frame;
use super::page::{self, Answer};
use super::records::id_of;
use crate::app::{self, Context, Error};
use crate::domain::events::FieldChange;
use crate::domain::ids::ModelId;
use crate::domain::models::{Ground, ModelTask, differences};
use crate::domain::people::Action;
use crate::domain::records::RecordKind;
use crate::store::categories::{self, Category};
use crate::store::models::{self, Named, Use};
use actix_web::HttpRequest;
use actix_web::web::Path;
use askama::Template;

#[derive(Template)]
#[template(path = "models/index.html")]
struct Index {
    frame: Frame,
    categories: Vec<Category>,
    models: Vec<Named>,
}

impl Index {
    fn may_edit(&self) -> bool {
        self.frame.may(Action::ConfigureProcess)
    }

    /// The models of a category, the preselected one first and retired ones last.
    fn of(&self, category: &Category) -> Vec<&Named> {
        let mut models: Vec<&Named> = self.models.iter().filter(|it| it.category_id == category.id).collect();
        models.sort_by_key(|it| (it.retired_at.is_some(), !it.is_usual, it.name.to_lowercase()));
        models
    }
}

pub async fn index(ctx: Context, req: HttpRequest) -> Answer {
    let frame = page::frame(&ctx, &req);
    page::show(&ctx, move |conn| {
        let models = models::newest(conn)?;
        let mut categories = categories::all(conn, RecordKind::Release)?;
        categories.retain(|it| it.retired_at.is_none() || models.iter().any(|model| model.category_id == it.id));
        Ok(Index { categories, models, frame })
    })
    .await
}

#[derive(Template)]
#[template(path = "models/show.html")]
struct Show {
    frame: Frame,
    model: Named,
    ground: Ground,
    versions: Vec<Named>,
    uses: Vec<Use>,
    /// The version that this one is compared with, and what differs: there before, here after.
    compared: Option<(Named, Vec<FieldChange>)>,
}

impl Show {
    fn newest(&self) -> &Named {
        self.versions.first().unwrap_or(&self.model)
    }

    fn is_newest(&self) -> bool {
        self.newest().id == self.model.id
    }

    fn is_retired(&self) -> bool {
        self.newest().retired_at.is_some()
    }

    fn may_shape(&self) -> bool {
        self.is_newest() && self.frame.may(Action::ConfigureProcess)
    }

    fn may_edit(&self) -> bool {
        self.may_shape() && !self.is_retired()
    }

    fn title_of(&self, key: &str) -> &str {
        self.model.model.tasks.iter().find(|it| it.key == key).map_or("–", |it| it.title.as_str())
    }

    /// Tasks that are left out when it is applied: the workflow of its category does not have their phases.
    fn left_out(&self) -> usize {
        self.model.model.tasks.iter().filter(|it| self.ground.phase(&it.phase).is_none()).count()
    }

    /// Tasks that nobody does any more.
    fn orphans(&self) -> Vec<&ModelTask> {
        self.model.model.tasks.iter().filter(|it| self.ground.gone(it).is_some()).collect()
    }
}

pub async fn show(ctx: Context, req: HttpRequest, id: Path<String>) -> Answer {
    let id: ModelId = id_of(&id)?;
    let frame = page::frame(&ctx, &req);
    let with: Option<ModelId> = Fields::of_query(req.query_string()).text("with").parse().ok();
    page::show(&ctx, move |conn| {
        let model = models::find(conn, id)?;
        let (versions, uses) = (models::versions(conn, &model.key)?, models::uses(conn, &model.key, 50)?);
        let ground = models::ground(conn, model.workflow_id)?;
        let before = versions.iter().find(|it| with.map_or(it.version + 1 == model.version, |with| it.id == with && it.id != id));
        let compared = before.map(|it| (it.clone(), changes(it, &model, &ground)));
        Ok(Show { frame, model, ground, versions, uses, compared })
    })
    .await
}

fn changes(before: &Named, model: &Named, ground: &Ground) -> Vec<FieldChange> {
    let mut fields: Vec<FieldChange> = FieldChange::between("Name", &before.name, &model.name).into_iter().collect();
    fields.extend(differences(&before.model, &model.model, ground));
    fields
}

pub async fn retire(ctx: Context, id: Path<String>, fields: Fields) -> Answer {
    let id: ModelId = id_of(&id)?;
    let seen = fields.version();
    ctx.write(move |tx| app::models::shaping::retire(tx, id, seen)).await?;
    page::see_with(&format!("/models/{id}"), "The model is retired. What it brought stays where it is.")
}

pub async fn reinstate(ctx: Context, id: Path<String>, fields: Fields) -> Answer {
    let id: ModelId = id_of(&id)?;
    let seen = fields.version();
    ctx.write(move |tx| app::models::shaping::reinstate(tx, id, seen)).await?;
    page::see_with(&format!("/models/{id}"), "The model is back: it can be applied again.")
}

fn permitted(ctx: &Context) -> app::Result<()> {
    if ctx.actor.may(Action::ConfigureProcess) { Ok(()) } else { Err(Error::Forbidden(Action::ConfigureProcess)) }
}
