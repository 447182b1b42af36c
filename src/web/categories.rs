//! Categories: everybody reads them, those who configure the process shape them.

mod choices;

pub use choices::{USUAL, all_choices, model_choices};

use super::form::{Choice, Fields, Form};
use super::frame::Frame;
use super::page::{self, Answer};
use super::records::id_of;
use crate::app::categories::{self as actions, Around, Draft};
use crate::app::{self, Context, Error, FormErrors};
use crate::domain::categories::{PARTS, Usage, levels};
use crate::domain::events::FieldChange;
use crate::domain::handovers::Direction;
use crate::domain::ids::{CategoryId, ModelId};
use crate::domain::people::Action;
use crate::domain::records::RecordKind;
use crate::domain::releases::Level;
use crate::domain::text;
use crate::store::PgConnection;
use crate::store::categories::{self, Category};
use crate::store::policies;
use actix_web::HttpRequest;
use actix_web::web::Path;
use askama::Template;

/// A category as the list shows it.
struct Listed {
    category: Category,
    /// How many parts the versions of its releases have.
    parts: usize,
    usage: Usage,
    workflow: String,
    /// The preselected model: its newest version and name.
    model: Option<(ModelId, String)>,
    is_first: bool,
    is_last: bool,
}

#[derive(Template)]
#[template(path = "categories/index.html")]
struct Index {
    frame: Frame,
    kinds: Vec<(RecordKind, Vec<Listed>)>,
}

impl Index {
    fn may_edit(&self) -> bool {
        self.frame.may(Action::ConfigureProcess)
    }
}

fn listed(conn: &mut PgConnection, kind: RecordKind) -> app::Result<Vec<Listed>> {
    let (all, usage, around, policy) = (categories::all(conn, kind)?, categories::usage(conn)?, Around::load(conn, kind)?, policies::current(conn)?);
    let active = all.iter().filter(|it| it.retired_at.is_none()).count();
    let listed = all.into_iter().enumerate().map(|(at, category)| Listed {
        parts: policy.parts_of(&category.key, category.level),
        usage: usage.get(&category.id).copied().unwrap_or_default(),
        workflow: around.workflow_name(category.workflow_id),
        model: around.models.iter().find(|it| category.model_key.as_ref() == Some(&it.key)).map(|it| (it.id, it.name.clone())),
        is_first: at == 0,
        is_last: at + 1 >= active,
        category,
    });
    Ok(listed.collect())
}

pub async fn index(ctx: Context, req: HttpRequest) -> Answer {
    let frame = page::frame(&ctx, &req);
    page::show(&ctx, move |conn| {
        let mut kinds = Vec::new();
        for kind in RecordKind::ALL {
            kinds.push((*kind, listed(conn, *kind)?));
        }
        Ok(Index { frame, kinds })
    })
    .await
}

#[derive(Template)]
#[template(path = "categories/edit.html")]
struct Edit {
    frame: Frame,
    kind: RecordKind,
    /// None while it is being made.
    category: Option<Category>,
    usage: Usage,
    around: Around,
    form: Form,
    /// What somebody else saved while this was being edited: as it stands now, and as it was typed here.
    meanwhile: Vec<FieldChange>,
    stale: bool,
}

impl Edit {
    fn load(conn: &mut PgConnection, frame: Frame, kind: RecordKind, id: Option<CategoryId>, form: Form) -> app::Result<Edit> {
        let category = id.map(|id| categories::any(conn, id)).transpose()?;
        let usage = id.and_then(|id| categories::usage(conn).map(|mut it| it.remove(&id)).transpose()).transpose()?.unwrap_or_default();
        Ok(Edit { around: Around::load(conn, kind)?, frame, kind, category, usage, form, meanwhile: Vec::new(), stale: false })
    }

    fn action(&self) -> String {
        self.category.as_ref().map_or_else(|| "/categories".to_owned(), |it| format!("/categories/{}", it.id))
    }

    fn is_release(&self) -> bool {
        self.kind == RecordKind::Release
    }

    fn levels(&self) -> Vec<Choice> {
        Choice::list(levels(self.kind).iter().map(|it| (it.word(), it.label())))
    }

    fn level_hint(&self) -> &'static str {
        match self.kind {
            RecordKind::Release => {
                "Decides what a release supersedes when it closes: a major one the minor and emergency ones before it, a minor one the emergency ones."
            }
            RecordKind::Change => "Standard ones are decided beforehand, emergency ones in a hurry.",
        }
    }

    fn reason_hint(&self) -> &'static str {
        match self.kind {
            RecordKind::Release => "For the log. Asked for when the numbering changes.",
            RecordKind::Change => "For the log; can stay empty.",
        }
    }

    fn numberings(&self) -> Vec<Choice> {
        let examples = ["One part: v2", "Two parts: v1.3", "Three parts: v1.2.1"];
        Choice::list(PARTS.zip(examples))
    }

    fn workflows(&self) -> Vec<Choice> {
        let followable = self.around.followable(self.category.as_ref());
        let newest = |key: &str| followable.iter().filter(|it| it.key == key).map(|it| it.version).max();
        let words = |it: &&categories::Followed| {
            let stays = newest(&it.key) != Some(it.version);
            (it.id, if stays { format!("{}, as now", it.words()) } else { it.words() })
        };
        Choice::list(followable.iter().map(words))
    }

    fn models(&self) -> Vec<Choice> {
        let models = self.category.as_ref().map_or_else(Vec::new, |it| self.around.preselectable(it));
        Choice::list(models.into_iter().map(|it| (it.key.clone(), it.name.clone())))
    }

    fn owned_models(&self) -> usize {
        self.category.as_ref().map_or(0, |own| self.around.models.iter().filter(|it| it.category_id == own.id).count())
    }
}

fn permitted(ctx: &Context) -> app::Result<()> {
    if ctx.actor.may(Action::ConfigureProcess) { Ok(()) } else { Err(Error::Forbidden(Action::ConfigureProcess)) }
}

fn kind_of(fields: &Fields) -> RecordKind {
    RecordKind::from_word(fields.text("kind")).unwrap_or(RecordKind::Release)
}

pub async fn new(ctx: Context, req: HttpRequest) -> Answer {
    permitted(&ctx)?;
    let frame = page::frame(&ctx, &req);
    let query = Fields::of_query(req.query_string());
    let kind = kind_of(&query);
    page::show(&ctx, move |conn| {
        let mut fields = Fields::default();
        fields.set("workflow", query.text("workflow"));
        let level = if kind == RecordKind::Release { Level::Minor } else { Level::Normal };
        fields.set("level", level.word());
        fields.set("parts", level.parts().to_string());
        Edit::load(conn, frame, kind, None, Form::of(fields))
    })
    .await
}

pub async fn edit(ctx: Context, req: HttpRequest, id: Path<String>) -> Answer {
    permitted(&ctx)?;
    let id: CategoryId = id_of(&id)?;
    let frame = page::frame(&ctx, &req);
    page::show(&ctx, move |conn| {
        let category = categories::any(conn, id)?;
        let standing = actions::standing(conn, &category)?;
        Edit::load(conn, frame, category.record_kind, Some(id), Form::of(filled(&standing, category.version)))
    })
    .await
}

fn filled(standing: &Draft, version: i32) -> Fields {
    let mut fields = Fields::default();
    fields.set("name", &standing.name);
    fields.set("level", standing.level.word());
    fields.set("workflow", standing.workflow.to_string());
    fields.set("model", standing.model.clone().unwrap_or_default());
    fields.set("parts", standing.parts.map_or_else(String::new, |it| it.to_string()));
    fields.set("version", version.to_string());
    fields
}

fn parse(fields: &Fields, kind: RecordKind) -> Result<Draft, FormErrors> {
    let mut errors = FormErrors::default();
    let name = errors.check("name", text::line(fields.text("name")));
    let (level, workflow) = (fields.required("level", &mut errors), fields.required("workflow", &mut errors));
    let reason = errors.check("reason", text::prose(fields.text("reason")));
    let parts: Option<u8> = if kind == RecordKind::Release { fields.required("parts", &mut errors) } else { None };
    if parts.is_some_and(|it| !PARTS.contains(&usize::from(it))) {
        errors.about("parts", "A version has one to three parts.");
    }
    let model = Some(fields.text("model").to_owned()).filter(|it| !it.is_empty());
    match (name, level, workflow, reason) {
        (Some(name), Some(level), Some(workflow), Some(reason)) if errors.is_empty() => Ok(Draft { name, level, workflow, model, parts, reason }),
        _ => Err(errors),
    }
}

pub async fn create(ctx: Context, req: HttpRequest, fields: Fields) -> Answer {
    permitted(&ctx)?;
    let kind = kind_of(&fields);
    let done = match parse(&fields, kind) {
        Ok(draft) => ctx.write(move |tx| actions::create(tx, kind, &draft)).await,
        Err(errors) => Err(errors.into()),
    };
    match done {
        Ok(id) if kind == RecordKind::Release => {
            page::see_with(&format!("/categories#category-{id}"), "The category is saved. Next, make a model that brings its usual tasks.")
        }
        Ok(id) => page::see_with(&format!("/categories#category-{id}"), "The category is saved."),
        Err(error) => again(&ctx, &req, kind, None, fields, error).await,
    }
}

pub async fn update(ctx: Context, req: HttpRequest, id: Path<String>, fields: Fields) -> Answer {
    permitted(&ctx)?;
    let id: CategoryId = id_of(&id)?;
    let seen = fields.version();
    let kind = ctx.read(move |conn| Ok(categories::any(conn, id)?.record_kind)).await?;
    let done = match parse(&fields, kind) {
        Ok(draft) => ctx.write(move |tx| actions::edit(tx, id, seen, &draft)).await,
        Err(errors) => Err(errors.into()),
    };
    match done {
        Ok(()) => page::see_with(&format!("/categories#category-{id}"), "The category is saved. It counts for what is registered from now on."),
        Err(error) => again(&ctx, &req, kind, Some(id), fields, error).await,
    }
}

/// The form again, with what is wrong or beside what somebody else saved.
async fn again(ctx: &Context, req: &HttpRequest, kind: RecordKind, id: Option<CategoryId>, mut fields: Fields, error: Error) -> Answer {
    let frame = page::frame(ctx, req);
    match (error, id) {
        (Error::Invalid(errors), _) => {
            let page = ctx.read(move |conn| Edit::load(conn, frame, kind, id, Form::refused(fields, errors))).await?;
            page::unprocessable(&page)
        }
        (Error::Stale, Some(id)) => {
            let page = ctx.read(move |conn| {
                let now = categories::any(conn, id)?;
                fields.set("version", now.version.to_string());
                let (old, around) = (actions::standing(conn, &now)?, Around::load(conn, kind)?);
                let meanwhile = parse(&fields, kind).map(|typed| actions::changes(&old, &typed, &around)).unwrap_or_default();
                Ok(Edit { meanwhile, stale: true, ..Edit::load(conn, frame, kind, Some(id), Form::of(fields))? })
            });
            page::conflict(&page.await?)
        }
        (other, _) => Err(other.into()),
    }
}

pub async fn shift(ctx: Context, id: Path<String>, fields: Fields) -> Answer {
    let id: CategoryId = id_of(&id)?;
    let direction = Direction::from_word(fields.text("to")).ok_or(Error::NotFound)?;
    ctx.write(move |tx| actions::shift(tx, id, direction)).await?;
    page::see_with(&format!("/categories#category-{id}"), "Forms offer the categories in this order.")
}

pub async fn retire(ctx: Context, id: Path<String>, fields: Fields) -> Answer {
    let (id, seen) = (id_of(&id)?, fields.version());
    ctx.write(move |tx| actions::retire(tx, id, seen)).await?;
    page::see_with(&format!("/categories#category-{id}"), "The category is retired. It stays where it is used, and is not offered any more.")
}

pub async fn reinstate(ctx: Context, id: Path<String>, fields: Fields) -> Answer {
    let (id, seen) = (id_of(&id)?, fields.version());
    ctx.write(move |tx| actions::reinstate(tx, id, seen)).await?;
    page::see_with(&format!("/categories#category-{id}"), "The category is offered again.")
}

pub async fn destroy(ctx: Context, id: Path<String>, fields: Fields) -> Answer {
    let (id, seen) = (id_of(&id)?, fields.version());
    ctx.write(move |tx| actions::remove(tx, id, seen)).await?;
    page::see_with("/categories", "The category is deleted.")
}
