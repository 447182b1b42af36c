//! Attachments: the card on the pages of records, tasks and reviews, all of a record, sending, removing and downloading.

pub mod download;
pub mod receive;

pub use download::show;

use super::failure::{Failure, came_from};
use super::form::Fields;
use super::frame::Frame;
use super::page::{self, Answer};
use super::records::{id_of, path_of};
use crate::app::attachments::{self as actions, Storage};
use crate::app::{self, Context, Error, FormErrors};
use crate::domain::attachments::{AT_ONCE, Target};
use crate::domain::ids::{AttachmentId, RecordId};
use crate::domain::people::Actor;
use crate::domain::reviews::Point;
use crate::domain::text;
use crate::store::PgConnection;
use crate::store::attachments::{self, Named, Total};
use crate::store::records::{self, Record};
use actix_multipart::Multipart;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

/// An attachment as a list shows it.
pub struct Shown {
    pub it: Named,
    pub may_remove: bool,
}

/// The attachments of a record, a task or a point of a review, as a card shows them (`templates/attachments/_list.html`).
pub struct Attached {
    pub record: RecordId,
    pub target: Target,
    pub list: Vec<Shown>,
    /// Of the whole record.
    pub total: Total,
    pub may_attach: bool,
    pub megabytes: u64,
    /// What is wrong with what was sent.
    pub errors: FormErrors,
}

impl Attached {
    pub fn load(conn: &mut PgConnection, frame: &Frame, actor: &Actor, record: &Record, target: Target) -> app::Result<Attached> {
        let all = attachments::of_record(conn, record.id)?;
        Ok(Attached::of(all, frame, actor, record, target))
    }

    /// Out of all that a record has: for a page with several cards.
    pub fn of(all: Vec<Named>, frame: &Frame, actor: &Actor, record: &Record, target: Target) -> Attached {
        let kept: Vec<Named> = all.into_iter().filter(|it| it.attachment.is_kept()).collect();
        let total = Total { count: kept.len() as i64, size: kept.iter().map(|it| it.attachment.size).sum() };
        let list = kept.into_iter().filter(|it| it.attachment.is_of(target));
        Attached {
            record: record.id,
            target,
            list: list.map(|it| Shown { may_remove: actions::may_remove(actor, record, &it.attachment), it }).collect(),
            total,
            may_attach: record.is_open() && actor.may(actions::attaching(actor, record)),
            megabytes: frame.megabytes,
            errors: FormErrors::default(),
        }
    }

    /// Names the card: a page may have several.
    pub fn id(&self) -> String {
        name_of(self.target)
    }

    /// How many of the record's are not in this list.
    pub fn elsewhere(&self) -> i64 {
        self.total.count - self.list.len() as i64
    }

    pub fn at_once(&self) -> usize {
        AT_ONCE
    }
}

fn name_of(target: Target) -> String {
    match target {
        Target::Record => "attachments".to_owned(),
        Target::Task(task) => format!("attachments-{task}"),
        Target::Point(point) => format!("attachments-{}", point.word()),
    }
}

/// The attachments of one place, with what the place is called.
struct Card {
    name: String,
    attached: Attached,
}

/// A removal that was refused: of what, what was typed, and why it did not do.
struct Refused {
    id: AttachmentId,
    message: String,
}

#[derive(Template)]
#[template(path = "attachments/index.html")]
struct Index {
    frame: Frame,
    record: Record,
    /// One for the record itself, and one for each of its places where something is attached.
    cards: Vec<Card>,
    removed: Vec<Named>,
    total: Total,
    refused: Option<Refused>,
}

impl Index {
    fn load(conn: &mut PgConnection, frame: Frame, actor: &Actor, id: RecordId, sent: Option<(Target, FormErrors)>) -> app::Result<Index> {
        let record = records::find(conn, id)?;
        let all = attachments::of_record(conn, id)?;
        let mut targets = vec![Target::Record];
        let sent_to = sent.iter().map(|(target, _)| *target);
        for target in all.iter().filter(|it| it.attachment.is_kept()).map(|it| place_of(&it.attachment)).chain(sent_to) {
            if !targets.contains(&target) {
                targets.push(target);
            }
        }
        let mut cards = Vec::new();
        for target in targets {
            cards.push(Card { name: described(conn, target)?, attached: Attached::of(all.clone(), &frame, actor, &record, target) });
        }
        if let Some((target, errors)) = sent
            && let Some(card) = cards.iter_mut().find(|it| it.attached.target == target)
        {
            card.attached.errors = errors;
        }
        Ok(Index {
            total: cards.first().map(|it| it.attached.total).unwrap_or_default(),
            cards,
            removed: all.into_iter().filter(|it| !it.attachment.is_kept()).collect(),
            refused: None,
            frame,
            record,
        })
    }
}

fn described(conn: &mut PgConnection, target: Target) -> app::Result<String> {
    Ok(match target {
        Target::Record => "The record itself".to_owned(),
        Target::Task(task) => format!("Task “{}”", crate::store::tasks::find(conn, task)?.title),
        Target::Point(point) => format!("Review: {}", point.label()),
    })
}

/// All attachments of a record, its tasks and its review, and what was removed.
pub async fn index(ctx: Context, req: HttpRequest, id: Path<String>) -> Answer {
    let id: RecordId = id_of(&id)?;
    let (frame, actor) = (page::frame(&ctx, &req), ctx.actor.clone());
    page::show(&ctx, move |conn| Index::load(conn, frame, &actor, id, None)).await
}

/// Attaches what is sent, all of it or nothing.
pub async fn create(ctx: Context, req: HttpRequest, id: Path<String>, body: Multipart, storage: Data<Storage>) -> Answer {
    let id: RecordId = id_of(&id)?;
    let actor = ctx.actor.clone();
    if let Err(error) = ctx.read(move |conn| actions::check(conn, &actor, id)).await {
        receive::nothing(&req, body, &storage).await;
        return Err(error.into());
    }
    let sent = receive::all(&req, body, &storage).await?;
    let (target, count, large) = (sent.target, sent.files.len(), sent.large);
    let answer = match sent.errors.is_empty() {
        true => ctx.write(move |tx| actions::add(tx, id, target, sent.files, &storage)).await.map(drop),
        false => Err(sent.errors.into()),
    };
    match answer {
        Ok(()) => {
            let notice = if count == 1 { "The file is attached.".to_owned() } else { format!("{count} files are attached.") };
            let came_from = came_from(&req);
            page::see_with(&ctx.read(move |conn| home(conn, id, target, came_from)).await?, &notice)
        }
        Err(Error::Invalid(errors)) => {
            let (frame, actor) = (page::frame(&ctx, &req), ctx.actor.clone());
            let page = ctx.read(move |conn| Index::load(conn, frame, &actor, id, Some((target, errors)))).await?;
            let mut reply = page::unprocessable(&page)?;
            if large {
                *reply.status_mut() = StatusCode::PAYLOAD_TOO_LARGE;
            }
            Ok(reply)
        }
        Err(error) => Err(error.into()),
    }
}

/// Where somebody goes on who attached or removed something: where they came from, if that is the page of all attachments.
fn home(conn: &mut PgConnection, record: RecordId, target: Target, came_from: Option<String>) -> app::Result<String> {
    let all = format!("/records/{record}/attachments");
    if came_from.is_some_and(|it| it == all) {
        return Ok(format!("{all}#{}", name_of(target)));
    }
    let page = match target {
        Target::Record => path_of(conn, record)?,
        Target::Task(task) => format!("/tasks/{task}"),
        Target::Point(_) => format!("/records/{record}/review"),
    };
    Ok(format!("{page}#{}", name_of(target)))
}

/// Takes one off.
pub async fn destroy(ctx: Context, req: HttpRequest, id: Path<String>, fields: Fields, storage: Data<Storage>) -> Answer {
    let id: AttachmentId = id_of(&id)?;
    let reason = text::prose(fields.text("reason")).map_err(|cause| Error::from(FormErrors::of("reason", cause.to_string())));
    let answer = match reason {
        Ok(reason) => ctx.write(move |tx| actions::remove(tx, id, &reason)).await,
        Err(error) => Err(error),
    };
    match answer {
        Ok(it) => {
            let target = place_of(&it);
            let came_from = came_from(&req);
            let place = ctx.read(move |conn| home(conn, it.record_id, target, came_from).inspect(|_| actions::discard(&it, &storage))).await?;
            page::see_with(&place, "The attachment is removed.")
        }
        Err(Error::Invalid(errors)) => refused(&ctx, &req, id, &errors).await,
        Err(error) => Err(error.into()),
    }
}

fn place_of(it: &attachments::Attachment) -> Target {
    it.task_id.map(Target::Task).or(it.point.map(Target::Point)).unwrap_or(Target::Record)
}

async fn refused(ctx: &Context, req: &HttpRequest, id: AttachmentId, errors: &FormErrors) -> Result<HttpResponse, Failure> {
    let message = errors.get("reason").unwrap_or_default().to_owned();
    let (frame, actor) = (page::frame(ctx, req), ctx.actor.clone());
    let load = move |conn: &mut PgConnection| {
        let record = attachments::find(conn, id)?.record_id;
        let page = Index::load(conn, frame, &actor, record, None)?;
        Ok(Index { refused: Some(Refused { id, message }), ..page })
    };
    page::unprocessable(&ctx.read(load).await?)
}

/// A target as the fields of a form name it.
pub fn target_of(task: &str, point: &str) -> app::Result<Target> {
    match (task, point) {
        ("", "") => Ok(Target::Record),
        (task, "") => task.parse().map(Target::Task).map_err(|_| Error::NotFound),
        (_, point) => point.parse::<Point>().map(Target::Point).map_err(|_| Error::NotFound),
    }
}
