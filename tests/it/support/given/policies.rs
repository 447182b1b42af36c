//! A policy that somebody shaped before the story begins.

use crate::support::{TestApp, noon};
use slipway::app::policies::{Draft, edit};
use slipway::domain::policies::{Frequency, Policy, Spacing, Strictness};
use slipway::store::policies;

/// The policy, shaped like this.
#[track_caller]
pub fn policy(app: &TestApp, shape: impl FnOnce(&mut Policy)) {
    let now = app.read(policies::newest);
    let mut policy = now.policy().clone();
    shape(&mut policy);
    let review_on = noon().date_naive() + chrono::Days::new(365);
    let draft = Draft { policy, reason: "The board wished it".into(), review_on };
    app.act(|tx| edit(tx, now.version, &draft)).unwrap_or_else(|error| panic!("{error:?}"));
}

/// Releases of a category ship once in so many days.
pub fn at_most_once_in(app: &TestApp, category: &str, days: u32, strictness: Strictness) {
    policy(app, |it| {
        it.frequency.insert(category.to_owned(), Frequency { count: 1, days, strictness });
    });
}

/// Planned releases are so many days apart; emergency ones ship in between.
pub fn apart(app: &TestApp, days: u32, strictness: Strictness) {
    policy(app, |it| it.spacing = Spacing { days, between: vec!["emergency".into()], strictness });
}
