//! How far an order to move many has come; the page looks again by itself until it is done.

use crate::app::Context;
use crate::domain::ids::{MoveId, WorkflowId};
use crate::domain::moving::MoveState;
use crate::store::moving::versions;
use crate::store::moving::{self as rows, Move, Moved};
use crate::web::frame::Frame;
use crate::web::page::{self, Answer, wants_fragment};
use crate::web::records::id_of;
use actix_web::HttpRequest;
use actix_web::web::Path;
use askama::Template;

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
    passed_over: Vec<Moved>,
}

impl Progress {
    fn total(&self) -> i64 {
        self.waiting + self.moved + self.skipped
    }

    fn done(&self) -> i64 {
        self.moved + self.skipped
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
            Ok(Progress {
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
