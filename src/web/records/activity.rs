//! The activity of one record.

use super::id_of;
use crate::app::{self, Context, FormErrors};
use crate::domain::ids::RecordId;
use crate::domain::text;
use crate::store::PgConnection;
use crate::store::events::{self, Entry, Filter};
use crate::store::named::Named;
use crate::store::records::{self, Record};
use crate::web::form::{Choice, Fields, Form};
use crate::web::frame::Frame;
use crate::web::named::{self, Given};
use crate::web::page::{self, Answer};
use actix_web::HttpRequest;
use actix_web::web::Path;
use askama::Template;

const PAGE: i64 = 50;

#[derive(Template)]
#[template(path = "records/activity.html")]
struct Index {
    frame: Frame,
    record: Record,
    form: Form,
    kinds: Vec<Choice>,
    events: Vec<Entry>,
    /// The address of the next page.
    more: Option<String>,
}

pub async fn index(ctx: Context, req: HttpRequest, id: Path<String>) -> Answer {
    let id: RecordId = id_of(&id)?;
    let fields = Fields::of_query(req.query_string());
    let frame = page::frame(&ctx, &req);
    page::show(&ctx, move |conn| {
        let record = records::find(conn, id)?;
        let Asked { filter, ids, fields, errors } = asked(conn, fields)?;
        let filter = Filter { record: Some(id), ..filter };
        let mut events = events::list(conn, &filter, PAGE + 1)?;
        let before = if events.len() as i64 > PAGE { events.pop().and(events.last()).map(|it| it.id) } else { None };
        Ok(Index {
            more: before.map(|it| older(&format!("/records/{id}/activity"), &ids, it)),
            kinds: Choice::list(events::kinds_of(conn, id)?.into_iter().map(|it| (it.clone(), it.replace('_', " ")))),
            form: Form::refused(fields, errors),
            frame,
            record,
            events,
        })
    })
    .await
}

/// Which events an address asks for.
pub struct Asked {
    pub filter: Filter,
    /// With ids, as links have them.
    pub ids: Fields,
    /// With names, as the form shows it again.
    pub fields: Fields,
    pub errors: FormErrors,
}

pub fn asked(conn: &mut PgConnection, fields: Fields) -> app::Result<Asked> {
    let Given { ids, shown, mut errors } = named::read(conn, fields, &[("actor", Named::People)])?;
    let kind = errors.check("kind", text::optional_line(ids.text("kind"))).filter(|it| !it.is_empty());
    let filter = Filter { record: None, actor: ids.optional("actor", &mut errors), kind, before: ids.text("before").parse().ok() };
    Ok(Asked { filter, ids, fields: shown, errors })
}

/// The address of the events before this one.
pub fn older(path: &str, fields: &Fields, before: i64) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("actor", fields.text("actor")).append_pair("kind", fields.text("kind")).append_pair("before", &before.to_string());
    format!("{path}?{}", query.finish())
}
