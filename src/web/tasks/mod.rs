//! Tasks: mine, a record's board, and one by one.

pub mod board;
pub mod bulk;
pub mod plan;
pub mod state;

use super::attachments::Attached;
use super::form::Choice;
use super::frame::Frame;
use super::page::{self, Answer};
use super::records::id_of;
use crate::app::{self, Context, tasks as actions};
use crate::domain::attachments::Target;
use crate::domain::ids::TaskId;
use crate::store::PgConnection;
use crate::store::records::{self, Full};
use crate::store::tasks::{self, Mine, Named};
use crate::store::{choices, users};
use actix_web::HttpRequest;
use actix_web::web::Path;
use askama::Template;

/// How many of one's own tasks are shown; whoever has more sees the most urgent ones.
const MINE: i64 = 200;

#[derive(Template)]
#[template(path = "tasks/index.html")]
struct Index {
    frame: Frame,
    /// Assigned to the reader.
    mine: Vec<Mine>,
    /// Of the reader's groups, and nobody's yet.
    unclaimed: Vec<Mine>,
}

pub async fn index(ctx: Context, req: HttpRequest) -> Answer {
    let (frame, me) = (page::frame(&ctx, &req), ctx.actor.id);
    page::show(&ctx, move |conn| {
        let groups = choices::groups_of(conn, me)?;
        let (mine, unclaimed) = tasks::waiting_for(conn, me, &groups, MINE)?.into_iter().partition(|it| it.task.assignee_id.is_some());
        Ok(Index { frame, mine, unclaimed })
    })
    .await
}

#[derive(Template)]
#[template(path = "tasks/show.html")]
struct Show {
    frame: Frame,
    full: Full,
    it: Named,
    phase: String,
    before: Vec<Named>,
    after: Vec<Named>,
    people: Vec<Choice>,
    may_work: bool,
    may_plan: bool,
    may_claim: bool,
    attached: Attached,
}

impl Show {
    fn load(conn: &mut PgConnection, frame: Frame, actor: &crate::domain::people::Actor, id: TaskId) -> app::Result<Show> {
        let record = tasks::record_of(conn, id)?;
        let full = records::full(conn, record)?;
        let all = tasks::of_record(conn, record)?;
        let known = tasks::predecessors(conn, record)?;
        let waits = |task: TaskId, other: TaskId| known.get(&task).is_some_and(|set| set.contains(&other));
        let it = all.iter().find(|it| it.task.id == id).cloned().ok_or(app::Error::NotFound)?;
        let groups = choices::groups_of(conn, actor.id)?;
        let mine = it.task.assignee_id == Some(actor.id) || it.task.is_unclaimed_of(&groups);
        let open = full.record.is_open();
        let may_plan = open && actor.may(actions::managing(actor, &full.record));
        Ok(Show {
            phase: full.workflow.phase(&it.task.phase).map_or_else(String::new, |it| it.name.clone()),
            before: all.iter().filter(|other| waits(id, other.task.id)).cloned().collect(),
            after: all.iter().filter(|other| waits(other.task.id, id)).cloned().collect(),
            may_work: open && actor.may(actions::working(actor, &full.record, mine)),
            may_claim: open
                && mine
                && it.task.assignee_id != Some(actor.id)
                && it.task.state.is_open()
                && actor.may(actions::working(actor, &full.record, true)),
            people: if may_plan { Choice::list(users::people(conn)?.into_iter().map(|it| (it.id, it.name))) } else { Vec::new() },
            may_plan,
            attached: Attached::load(conn, &frame, actor, &full.record, Target::Task(id))?,
            frame,
            full,
            it,
        })
    }

    fn is_assigned_to(&self, value: &str) -> bool {
        self.it.task.assignee_id.is_some_and(|it| it.to_string() == value)
    }
}

pub async fn show(ctx: Context, req: HttpRequest, id: Path<String>) -> Answer {
    let id: TaskId = id_of(&id)?;
    let (frame, actor) = (page::frame(&ctx, &req), ctx.actor.clone());
    page::show(&ctx, move |conn| Show::load(conn, frame, &actor, id)).await
}
