//! Reviews of releases, and what remains after them.

use super::journey::sheet;
use crate::support::TestApp;
use slipway::app::early_life::{issues, known_errors};
use slipway::app::{follow_ups, reviews, tasks};
use slipway::domain::early_life::IssueState;
use slipway::domain::follow_ups::FollowUpState;
use slipway::domain::ids::{FollowUpId, RecordId, UserId};
use slipway::domain::reviews::{Point, PointOutcome};
use slipway::domain::tasks::TaskStep;
use slipway::store::early_life::issues::Draft as Issue;
use slipway::store::follow_ups::Draft as Action;
use slipway::store::reviews::Draft;

/// Writes about every point that nobody wrote about yet: all in order.
pub fn review(app: &TestApp, id: RecordId) {
    for point in Point::ALL.iter().copied().filter(|point| sheet(app, id).review.iter().all(|it| it.point != *point)) {
        point_is(app, id, point, PointOutcome::Met);
    }
}

/// Says in the review what a point came to, owned by whoever owns the release.
#[track_caller]
pub fn point_is(app: &TestApp, id: RecordId, point: Point, outcome: PointOutcome) {
    let it = sheet(app, id);
    let seen = it.review.iter().find(|it| it.point == point).map_or(0, |it| it.version);
    let draft = Draft { outcome: Some(outcome), owner_id: Some(it.full.record.owner_id), finding: "As it is.".into(), evidence: String::new() };
    app.act(|tx| reviews::write(tx, id, point, seen, &draft)).expect("written");
}

/// A follow-up action, given to somebody and due in ten days.
#[track_caller]
pub fn follow_up(app: &TestApp, id: RecordId, title: &str, assignee: Option<UserId>) -> FollowUpId {
    let due_at = Some(app.clock.now() + chrono::Duration::days(10));
    let draft = Action { point: Point::Actions, title: title.into(), description: String::new(), assignee_id: assignee, due_at };
    app.act(|tx| follow_ups::add(tx, id, &draft)).expect("added")
}

/// Finishes what is open of a release: tasks of all phases, follow-up actions, incidents and problems; and accepts its known errors.
pub fn settle(app: &TestApp, id: RecordId) {
    for it in sheet(app, id).follow_ups.iter().filter(|it| it.action.state == FollowUpState::Open) {
        app.act(|tx| follow_ups::take(tx, it.action.id, FollowUpState::Done, "It is done")).expect("done");
    }
    for it in sheet(app, id).tasks.iter().filter(|it| it.task.state.is_open()) {
        app.act(|tx| tasks::step(tx, it.task.id, TaskStep::Skip, "No longer needed")).expect("skipped");
    }
    for it in sheet(app, id).issues.into_iter().filter(|it| it.state == IssueState::Open) {
        let solved = Issue { kind: it.kind, number: it.number, title: it.title, link: it.link, severity: it.severity, state: IssueState::Resolved };
        app.act(|tx| issues::edit(tx, it.id, it.version, &solved)).expect("resolved");
    }
    for it in sheet(app, id).known_errors.into_iter().filter(|it| it.accepted_at.is_none()) {
        app.act(|tx| known_errors::accept(tx, it.id, it.version)).expect("accepted");
    }
}
