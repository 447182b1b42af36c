//! All tasks of a record, phase by phase.

use crate::app::{self, Context};
use crate::domain::ids::{GroupId, RecordId};
use crate::domain::people::Actor;
use crate::store::PgConnection;
use crate::store::records::{self, Full};
use crate::store::tasks::{self, Named};
use crate::store::{choices, users};
use crate::web::form::Choice;
use crate::web::frame::Frame;
use crate::web::page::{self, Answer};
use crate::web::records::id_of;
use actix_web::HttpRequest;
use actix_web::web::Path;
use askama::Template;

struct Column {
    name: String,
    here: bool,
    tasks: Vec<Named>,
}

#[derive(Template)]
#[template(path = "tasks/board.html")]
struct Board {
    frame: Frame,
    full: Full,
    columns: Vec<Column>,
    people: Vec<Choice>,
    my_groups: Vec<GroupId>,
    may_plan: bool,
}

impl Board {
    fn load(conn: &mut PgConnection, frame: Frame, actor: &Actor, id: RecordId) -> app::Result<Board> {
        let full = records::full(conn, id)?;
        let mut all = tasks::of_record(conn, id)?;
        let may_plan = full.record.is_open() && actor.may(app::tasks::managing(actor, &full.record));
        let mut columns = Vec::new();
        for phase in full.workflow.phases.iter().filter(|it| !it.is_end()) {
            let (tasks, rest): (Vec<_>, Vec<_>) = all.into_iter().partition(|it| it.task.phase == phase.key);
            all = rest;
            let here = phase.key == full.record.phase;
            if here || !tasks.is_empty() {
                columns.push(Column { name: phase.name.clone(), here, tasks });
            }
        }
        Ok(Board {
            columns,
            may_plan,
            people: if may_plan { Choice::list(users::people(conn)?.into_iter().map(|it| (it.id, it.name))) } else { Vec::new() },
            my_groups: choices::groups_of(conn, actor.id)?,
            frame,
            full,
        })
    }

    fn is_late(&self, it: &Named) -> bool {
        self.full.is_task_late(&it.task, &self.frame.now)
    }

    fn may_work(&self, it: &Named) -> bool {
        let Some(actor) = &self.frame.actor else { return false };
        let mine = it.task.assignee_id == Some(actor.id) || it.task.is_unclaimed_of(&self.my_groups);
        self.full.record.is_open() && actor.may(app::tasks::working(actor, &self.full.record, mine))
    }

    fn picks(&self) -> bool {
        self.may_plan
    }

    fn is_empty(&self) -> bool {
        self.columns.iter().all(|it| it.tasks.is_empty())
    }
}

pub async fn show(ctx: Context, req: HttpRequest, id: Path<String>) -> Answer {
    let id: RecordId = id_of(&id)?;
    let (frame, actor) = (page::frame(&ctx, &req), ctx.actor.clone());
    page::show(&ctx, move |conn| Board::load(conn, frame, &actor, id)).await
}
