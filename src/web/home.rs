//! What waits for me: decisions, tasks, and records of mine that are stuck; the overdue first.

use super::frame::Frame;
use super::page::{self, Answer};
use crate::app::Context;
use crate::domain::people::Action;
use crate::domain::records::RecordState;
use crate::store::approvals::{self, Inbox};
use crate::store::lists::{self, Filter, Order, Row};
use crate::store::tasks::{self, Mine};
use crate::store::{choices, follow_ups, handovers};
use actix_web::HttpRequest;
use askama::Template;

/// How much of each is shown here; the lists behind show the rest.
const EACH: i64 = 10;

#[derive(Template)]
#[template(path = "home/show.html")]
struct Show {
    frame: Frame,
    decisions: Vec<Inbox>,
    handovers: Vec<handovers::Inbox>,
    tasks: Vec<Mine>,
    follow_ups: Vec<follow_ups::Mine>,
    records: Vec<Row>,
}

impl Show {
    fn is_empty(&self) -> bool {
        self.decisions.is_empty() && self.handovers.is_empty() && self.tasks.is_empty() && self.follow_ups.is_empty() && self.records.is_empty()
    }

    fn first_name(&self) -> &str {
        self.frame.actor_name().split_whitespace().next().unwrap_or_default()
    }

    fn overdue(&self) -> usize {
        let now = &self.frame.now;
        self.decisions.iter().filter(|it| it.is_late(now)).count()
            + self.tasks.iter().filter(|it| it.task.is_late(now)).count()
            + self.follow_ups.iter().filter(|it| it.action.is_late(now)).count()
            + self.records.iter().filter(|it| it.is_late(now)).count()
    }
}

pub async fn show(ctx: Context, req: HttpRequest) -> Answer {
    let (frame, me) = (page::frame(&ctx, &req), ctx.actor.id);
    let may_decide = ctx.actor.may(Action::Decide);
    page::show(&ctx, move |conn| {
        let groups = choices::groups_of(conn, me)?;
        let mine = Filter { mine: Some(me), state: Some(RecordState::Open), order: Order::Due, ..Filter::default() };
        Ok(Show {
            decisions: approvals::inbox(conn, me, frame.now, false, EACH)?,
            handovers: if may_decide { handovers::inbox(conn, me, EACH)? } else { Vec::new() },
            tasks: tasks::waiting_for(conn, me, &groups, EACH)?,
            follow_ups: follow_ups::waiting_for(conn, me, EACH)?,
            records: lists::list(conn, &mine, EACH)?,
            frame,
        })
    })
    .await
}
