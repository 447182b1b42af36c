//! The whole activity log, for administrators.

use super::form::{Choice, Fields, Form};
use super::frame::Frame;
use super::page::{self, Answer};
use super::records::activity::{Asked, asked, older};
use crate::app::{Context, Error};
use crate::domain::people::Action;
use crate::store::events::{self, Entry};
use actix_web::HttpRequest;
use askama::Template;

const PAGE: i64 = 100;

#[derive(Template)]
#[template(path = "activity/index.html")]
struct Index {
    frame: Frame,
    form: Form,
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
        let Asked { filter, ids, fields, errors } = asked(conn, fields)?;
        let mut events = events::list(conn, &filter, PAGE + 1)?;
        let before = if events.len() as i64 > PAGE { events.pop().and(events.last()).map(|it| it.id) } else { None };
        let more = before.map(|it| older("/activity", &ids, it));
        Ok(Index {
            kinds: Choice::list(events::kinds(conn)?.into_iter().map(|it| (it.clone(), it.replace('_', " ")))),
            form: Form::refused(fields, errors),
            frame,
            events,
            more,
        })
    })
    .await
}
