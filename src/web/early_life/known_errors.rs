//! Known errors of the release, one at a time, and that somebody accepts them.

use super::entries::{Entry, Shown};
use super::{path, permitted, release};
use crate::app::early_life::{known_errors as actions, supporting};
use crate::app::{self, Context, FormErrors};
use crate::domain::events::FieldChange;
use crate::domain::ids::{KnownErrorId, RecordId};
use crate::domain::text;
use crate::store::early_life::known_errors::{self, Draft, KnownError};
use crate::store::records::Full;
use crate::store::{PgConnection, Tx};
use crate::web::form::{Fields, Form};
use crate::web::frame::Frame;
use crate::web::page::{self, Answer};
use crate::web::records::id_of;
use actix_web::web::Path;
use askama::Template;

#[derive(Template)]
#[template(path = "early_life/known_error.html")]
pub struct Edit {
    frame: Frame,
    full: Full,
    error: Option<KnownErrorId>,
    form: Form,
    meanwhile: Vec<FieldChange>,
    stale: bool,
}

impl Edit {
    fn action(&self) -> String {
        self.error.map_or_else(|| format!("/records/{}/known-errors", self.full.record.id), |id| format!("/known-errors/{id}"))
    }
}

impl Entry for Edit {
    type Id = KnownErrorId;
    type Draft = Draft;
    type Row = KnownError;

    const PLACE: &'static str = "known-errors";
    const SAVED: &'static str = "Saved.";

    fn parse(fields: &Fields) -> Result<Draft, FormErrors> {
        let mut errors = FormErrors::default();
        let title = errors.check("title", text::line(fields.text("title")));
        let symptoms = errors.check("symptoms", text::prose(fields.text("symptoms")));
        let workaround = errors.check("workaround", text::prose(fields.text("workaround")));
        match (title, symptoms, workaround) {
            (Some(title), Some(symptoms), Some(workaround)) => Ok(Draft { title, symptoms, workaround }),
            _ => Err(errors),
        }
    }

    fn proposed() -> Fields {
        Fields::default()
    }

    fn filled(row: &KnownError) -> Fields {
        let mut fields = Fields::default();
        fields.set("title", &row.title);
        fields.set("symptoms", &row.symptoms);
        fields.set("workaround", &row.workaround);
        fields
    }

    fn find(conn: &mut PgConnection, id: KnownErrorId) -> app::Result<KnownError> {
        Ok(known_errors::find(conn, id)?)
    }

    fn record(row: &KnownError) -> RecordId {
        row.record_id
    }

    fn version(row: &KnownError) -> i32 {
        row.version
    }

    fn changes(row: &KnownError, draft: &Draft) -> Vec<FieldChange> {
        actions::changes(row, draft)
    }

    fn add(tx: &mut Tx<'_>, record: RecordId, draft: &Draft) -> app::Result<()> {
        actions::add(tx, record, draft).map(drop)
    }

    fn change(tx: &mut Tx<'_>, id: KnownErrorId, seen: i32, draft: &Draft) -> app::Result<()> {
        actions::edit(tx, id, seen, draft).map(drop)
    }

    fn page(conn: &mut PgConnection, frame: Frame, record: RecordId, error: Option<KnownErrorId>, shown: Shown) -> app::Result<Edit> {
        let full = release(conn, record)?;
        if let Some(actor) = &frame.actor {
            permitted(actor, &full, supporting)?;
        }
        let Shown { form, meanwhile, stale } = shown;
        Ok(Edit { frame, full, error, form, meanwhile, stale })
    }
}

pub async fn accept(ctx: Context, id: Path<String>, fields: Fields) -> Answer {
    let error: KnownErrorId = id_of(&id)?;
    let seen = fields.version();
    let id = ctx.write(move |tx| actions::accept(tx, error, seen)).await?;
    page::see_with(&format!("{}#known-errors", path(id)), "You have accepted the known error.")
}
