//! Exit criteria and readings.

use super::journey::sheet;
use crate::support::TestApp;
use slipway::app::early_life::readings::{self, Taken};
use slipway::app::early_life::team::NewMember;
use slipway::app::early_life::{criteria, day_of};
use slipway::app::early_life::{issues, known_errors, team};
use slipway::domain::early_life::{Better, Criterion, IssueKind, IssueState, Line, Severity, Source, written};
use slipway::domain::ids::{IssueId, KnownErrorId, MemberId, MetricId, RecordId};
use slipway::store::early_life as plans;
use slipway::store::early_life::{issues::Draft as Issue, known_errors::Draft as KnownError, metrics, team::list as members};

/// Calls a day: at most 10, for so many days in a row.
pub fn metric(app: &TestApp, id: RecordId, name: &str, days: i32) -> MetricId {
    let new = Criterion { name: name.into(), unit: "calls".into(), normal: 10.0, better: Better::Down, tolerance: 0.0, days };
    app.act(|tx| criteria::add(tx, id, &new, "The story needs it")).expect("added")
}

/// Operations agrees to the criteria; if there are none, to a metric that must be normal for a day.
pub fn agreed(app: &TestApp, id: RecordId) {
    if app.read(|conn| metrics::list(conn, id)).is_empty() {
        metric(app, id, "Calls a day", 1);
    }
    // Straight into the database: most stories have nobody in operations.
    app.write(|tx| {
        plans::keep_plan(tx, id)?;
        plans::agree(tx, id, "Kim, Operations")
    });
}

/// Every metric is normal today.
pub fn back_to_normal(app: &TestApp, id: RecordId) {
    if !sheet(app, id).exit().is_agreed() {
        agreed(app, id);
    }
    for metric in app.read(|conn| metrics::list(conn, id)) {
        reading(app, id, &metric.criterion.name, 0, metric.criterion.normal);
    }
}

/// What was measured so many days ago.
#[track_caller]
pub fn reading(app: &TestApp, id: RecordId, metric: &str, days_ago: i64, value: f64) {
    let day = day_of(app.clock.now(), &sheet(app, id).full) - chrono::Duration::days(days_ago);
    let line = Line { place: 1, day: day.to_string(), metric: metric.into(), value: written(value) };
    let taken = app.act(|tx| readings::record(tx, id, Source::Form, &[line], None)).expect("it is open");
    assert!(matches!(taken, Taken::All { .. }), "{taken:?}");
}

/// One of each that early life support works with.
pub struct EarlyLife {
    pub metric: MetricId,
    pub issue: IssueId,
    pub known_error: KnownErrorId,
    pub member: MemberId,
}

pub fn early_life(app: &TestApp, id: RecordId) -> EarlyLife {
    let (number, title, link) = ("INC-1".into(), "Slow sign-in".into(), "https://desk.example/INC-1".into());
    let issue = Issue { kind: IssueKind::Incident, number, title, link, severity: Severity::High, state: IssueState::Open };
    let error = KnownError { title: "Old bookmarks fail".into(), symptoms: String::new(), workaround: "Make new ones".into() };
    let member = NewMember { user: None, name: "Night shift".into(), role: "Support".into(), contact: "1234".into() };
    app.act(|tx| team::add(tx, id, &member)).expect("added");
    EarlyLife {
        metric: metric(app, id, "Calls a day", 3),
        issue: app.act(|tx| issues::add(tx, id, &issue)).expect("added"),
        known_error: app.act(|tx| known_errors::add(tx, id, &error)).expect("added"),
        member: app.read(|conn| members(conn, id))[0].id,
    }
}

/// An open incident, and a known error that nobody accepted: the latter.
pub fn early_life_left(app: &TestApp, id: RecordId) -> KnownErrorId {
    let (number, title) = ("INC-1".into(), "Slow sign-in".into());
    let issue = Issue { kind: IssueKind::Incident, number, title, link: String::new(), severity: Severity::High, state: IssueState::Open };
    let error = KnownError { title: "Old bookmarks fail".into(), symptoms: String::new(), workaround: "Make new ones".into() };
    app.act(|tx| issues::add(tx, id, &issue)).expect("added");
    app.act(|tx| known_errors::add(tx, id, &error)).expect("added")
}
