//! The whole activity log, for administrators.

use super::form::{Choice, Fields, Form};
use super::frame::Frame;
use super::page::{self, Answer};
use crate::app::{Context, Error, FormErrors};
use crate::domain::people::Action;
use crate::domain::text;
use crate::store::events::{self, Entry, Filter};
use crate::store::users;
use actix_web::HttpRequest;
use askama::Template;

const PAGE: i64 = 100;

#[derive(Template)]
#[template(path = "activity/index.html")]
struct Index {
    frame: Frame,
    form: Form,
    people: Vec<Choice>,
    kinds: Vec<Choice>,
    events: Vec<Entry>,
    more: Option<String>,
}

pub async fn index(ctx: Context, req: HttpRequest) -> Answer {
    if !ctx.actor.may(Action::ReadLog) {
        return Err(Error::NotFound.into());
    }
    let frame = page::frame(&ctx, &req);
    let fields = Fields::of_query(req.query_string());
    page::show(&ctx, move |conn| {
        let mut errors = FormErrors::default();
        let kind = errors.check("kind", text::optional_line(fields.text("kind"))).filter(|it| !it.is_empty());
        let filter = Filter { record: None, actor: fields.optional("actor", &mut errors), kind, before: fields.text("before").parse().ok() };
        let mut events = events::list(conn, &filter, PAGE + 1)?;
        let before = if events.len() as i64 > PAGE { events.pop().and(events.last()).map(|it| it.id) } else { None };
        let more = before.map(|before| {
            let mut query = url::form_urlencoded::Serializer::new(String::new());
            query.append_pair("actor", fields.text("actor")).append_pair("kind", fields.text("kind")).append_pair("before", &before.to_string());
            format!("/activity?{}", query.finish())
        });
        Ok(Index {
            people: Choice::list(users::people(conn)?.into_iter().map(|it| (it.id, it.name))),
            kinds: Choice::list(events::kinds(conn)?.into_iter().map(|it| (it.clone(), it.replace('_', " ")))),
            form: Form::refused(fields, errors),
            frame,
            events,
            more,
        })
    })
    .await
}
