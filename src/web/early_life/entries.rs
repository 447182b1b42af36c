//! What early life support keeps one at a time (criteria, issues, known errors): their forms are shown, sent and shown again in one way.

use super::path;
use crate::app::{self, Context, Error, FormErrors};
use crate::domain::events::FieldChange;
use crate::domain::ids::RecordId;
use crate::store::{PgConnection, Tx};
use crate::web::form::{Fields, Form};
use crate::web::frame::Frame;
use crate::web::page::{self, Answer};
use crate::web::records::id_of;
use actix_web::HttpRequest;
use actix_web::web::Path;
use askama::Template;
use std::str::FromStr;

/// A kind of entry, named by the page that edits one.
pub trait Entry: Template + Sized + Send + 'static {
    type Id: Copy + FromStr + Send + 'static;
    /// One as somebody wants it.
    type Draft: Send + 'static;
    /// One as it stands.
    type Row;

    /// Where on the page they stand.
    const PLACE: &'static str;
    const SAVED: &'static str;

    fn parse(fields: &Fields) -> Result<Self::Draft, FormErrors>;
    /// What a new one begins with.
    fn proposed() -> Fields;
    fn filled(row: &Self::Row) -> Fields;

    fn find(conn: &mut PgConnection, id: Self::Id) -> app::Result<Self::Row>;
    fn record(row: &Self::Row) -> RecordId;
    fn version(row: &Self::Row) -> i32;
    fn changes(row: &Self::Row, draft: &Self::Draft) -> Vec<FieldChange>;

    fn add(tx: &mut Tx<'_>, record: RecordId, draft: &Self::Draft) -> app::Result<()>;
    fn change(tx: &mut Tx<'_>, id: Self::Id, seen: i32, draft: &Self::Draft) -> app::Result<()>;

    /// The page, for whoever may use it.
    fn page(conn: &mut PgConnection, frame: Frame, record: RecordId, id: Option<Self::Id>, shown: Shown) -> app::Result<Self>;
}

/// A form, and what somebody else made of the entry since it was shown.
#[derive(Default)]
pub struct Shown {
    pub form: Form,
    pub meanwhile: Vec<FieldChange>,
    pub stale: bool,
}

impl Shown {
    fn of(fields: Fields) -> Shown {
        Shown { form: Form::of(fields), ..Shown::default() }
    }
}

pub async fn new<E: Entry>(ctx: Context, req: HttpRequest, record: Path<String>) -> Answer {
    let record: RecordId = id_of(&record)?;
    let frame = page::frame(&ctx, &req);
    page::show(&ctx, move |conn| E::page(conn, frame, record, None, Shown::of(E::proposed()))).await
}

pub async fn edit<E: Entry>(ctx: Context, req: HttpRequest, id: Path<String>) -> Answer {
    let id: E::Id = id_of(&id)?;
    let frame = page::frame(&ctx, &req);
    page::show(&ctx, move |conn| {
        let row = E::find(conn, id)?;
        let mut fields = E::filled(&row);
        fields.set("version", E::version(&row).to_string());
        E::page(conn, frame, E::record(&row), Some(id), Shown::of(fields))
    })
    .await
}

pub async fn create<E: Entry>(ctx: Context, req: HttpRequest, record: Path<String>, fields: Fields) -> Answer {
    let record: RecordId = id_of(&record)?;
    let answer = match E::parse(&fields) {
        Ok(draft) => ctx.write(move |tx| E::add(tx, record, &draft)).await,
        Err(errors) => Err(errors.into()),
    };
    reply::<E>(&ctx, &req, (record, None), fields, answer).await
}

pub async fn update<E: Entry>(ctx: Context, req: HttpRequest, id: Path<String>, fields: Fields) -> Answer {
    let id: E::Id = id_of(&id)?;
    let record = ctx.read(move |conn| Ok(E::record(&E::find(conn, id)?))).await?;
    let seen = fields.version();
    let answer = match E::parse(&fields) {
        Ok(draft) => ctx.write(move |tx| E::change(tx, id, seen, &draft)).await,
        Err(errors) => Err(errors.into()),
    };
    reply::<E>(&ctx, &req, (record, Some(id)), fields, answer).await
}

async fn reply<E: Entry>(ctx: &Context, req: &HttpRequest, (record, id): (RecordId, Option<E::Id>), mut fields: Fields, answer: app::Result<()>) -> Answer {
    let (errors, stale) = match answer {
        Ok(()) => return page::see_with(&format!("{}#{}", path(record), E::PLACE), E::SAVED),
        Err(Error::Invalid(errors)) => (errors, false),
        Err(Error::Stale) => (FormErrors::default(), true),
        Err(other) => return Err(other.into()),
    };
    let frame = page::frame(ctx, req);
    let again = ctx.read(move |conn| {
        let mut meanwhile = Vec::new();
        if let Some(id) = id.filter(|_| stale) {
            let now = E::find(conn, id)?;
            fields.set("version", E::version(&now).to_string());
            meanwhile = E::parse(&fields).map(|typed| E::changes(&now, &typed)).unwrap_or_default();
        }
        E::page(conn, frame, record, id, Shown { form: Form::refused(fields, errors), meanwhile, stale })
    });
    let again = again.await?;
    if stale { page::conflict(&again) } else { page::unprocessable(&again) }
}
