//! What other forms and lists let one choose of categories and of their models.

use crate::app;
use crate::domain::ids::CategoryId;
use crate::domain::records::RecordKind;
use crate::store::PgConnection;
use crate::store::categories::{self, Category};
use crate::store::models;
use crate::web::form::{Choice, Form};

/// The word by which a form leaves the model to the category.
pub const USUAL: &str = "usual";

/// Every category of a kind, for lists: what is retired is said to be.
pub fn all_choices(conn: &mut PgConnection, kind: RecordKind) -> app::Result<Vec<Choice>> {
    let label = |it: &Category| if it.retired_at.is_some() { format!("{} (retired)", it.name) } else { it.name.clone() };
    Ok(categories::all(conn, kind)?.iter().map(|it| Choice::new(it.id, label(it))).collect())
}

/// What the form of a release lets one choose as its model. Before a category is chosen, whatever that category usually has.
pub fn model_choices(conn: &mut PgConnection, form: &mut Form, offered: &[Category]) -> app::Result<Vec<Choice>> {
    let chosen = form.text("category").parse::<CategoryId>().ok();
    let models: Vec<models::Named> = models::list(conn)?.into_iter().filter(|it| offered.iter().any(|category| category.id == it.category_id)).collect();
    let label = |it: &models::Named| format!("{} ({} tasks)", it.name, it.model.tasks.len());
    let Some(category) = chosen else {
        if !form.fields.has("model") {
            form.fields.set("model", USUAL);
        }
        let all = models.iter().map(|it| Choice::new(it.id, format!("{}: {}", it.category, label(it))));
        return Ok(std::iter::once(Choice::new(USUAL, "As usual for the category")).chain(all).collect());
    };
    let fitting: Vec<&models::Named> = models.iter().filter(|it| it.category_id == category).collect();
    let kept = form.fields.has("model") && (!form.is_set("model") || fitting.iter().any(|it| it.id.to_string() == form.text("model")));
    if form.text("model") == USUAL || (!kept && form.errors.is_empty()) {
        let usual = fitting.iter().find(|it| it.is_usual).map(|it| it.id.to_string());
        form.fields.set("model", usual.unwrap_or_default());
    }
    Ok(fitting.into_iter().map(|it| Choice::new(it.id, label(it))).collect())
}
