//! How far an order to move many has come; the page looks again by itself until it is done.

use crate::app::Context;
use crate::app::moving::many;
use crate::domain::ids::{MoveId, WorkflowId};
use crate::domain::moving::MoveState;
use crate::domain::people::Action;
use crate::store::moving::versions;
use crate::store::moving::{self as rows, Move, Moved};
use crate::store::users;
use crate::web::frame::Frame;
use crate::web::page::{self, Answer, wants_fragment};
use crate::web::records::id_of;
use actix_web::HttpRequest;
use actix_web::web::Path;
use askama::Template;
use chrono::{DateTime, Utc};

/// As many of those that were passed over are listed.
const LISTED: i64 = 200;

#[derive(Template)]
#[template(path = "moving/progress.html", blocks = ["progress"])]
struct Progress {
    frame: Frame,
    it: Move,
    from: String,
    to: String,
    waiting: i64,
    moved: i64,
    skipped: i64,
    /// How many stay because somebody stopped the order; when, and who did.
    left: i64,
    stopped: Option<(DateTime<Utc>, String)>,
    passed_over: Vec<Moved>,
}

impl Progress {
    fn total(&self) -> i64 {
        self.waiting + self.done()
    }

    fn done(&self) -> i64 {
        self.moved + self.skipped + self.left
    }

    fn may_order(&self) -> bool {
        self.frame.may(Action::ConfigureProcess)
    }

    fn source(&self) -> WorkflowId {
        self.it.from
    }
}

pub async fn show(ctx: Context, req: HttpRequest, id: Path<String>) -> Answer {
    let id: MoveId = id_of(&id)?;
    let frame = page::frame(&ctx, &req);
    let page = ctx
        .read(move |conn| {
            let it = rows::find(conn, id)?;
            let counts = rows::counts(conn, &[id])?;
            let count = |state| counts.get(&(id, state)).copied().unwrap_or_default();
            let stopped = match it.stopped {
                Some((at, by)) => Some((at, users::find(conn, by)?.name)),
                None => None,
            };
            Ok(Progress {
                left: count(MoveState::Stopped),
                stopped,
                from: versions::find(conn, it.from)?.label(),
                to: versions::find(conn, it.to)?.label(),
                passed_over: rows::records(conn, id, MoveState::Skipped, LISTED)?,
                waiting: count(MoveState::Waiting),
                moved: count(MoveState::Moved),
                skipped: count(MoveState::Skipped),
                frame,
                it,
            })
        })
        .await?;
    if wants_fragment(&req) { page::html(&page.as_progress()) } else { page::html(&page) }
}

/// Stops it: what waits stays where it is.
pub async fn stop(ctx: Context, id: Path<String>) -> Answer {
    let id: MoveId = id_of(&id)?;
    let said = match ctx.write(move |tx| many::stop(tx, id)).await? {
        1 => "The order is stopped. One record stays where it is.".to_owned(),
        left => format!("The order is stopped. {left} records stay where they are."),
    };
    page::see_with(&format!("/workflow-moves/{id}"), &said)
}
