//! What people were told.

use super::TestApp;
use slipway::domain::ids::UserId;
use slipway::domain::notices::Rule;
use slipway::store::notices::{self, Told};
use slipway::worker::timetable;

impl TestApp {
    /// Tells all that happened so far, as the worker does.
    pub fn tell(&self) {
        timetable::tell(&self.db).expect("it is told");
    }

    /// What this person was told up to now, the oldest first.
    pub fn told(&self, user: UserId) -> Vec<Told> {
        self.tell();
        let mut told = self.read(|conn| notices::list(conn, user, false, None, 1000));
        told.reverse();
        told
    }

    /// The headlines of one kind that this person was told.
    pub fn told_of(&self, user: UserId, rule: Rule) -> Vec<String> {
        self.told(user).into_iter().filter(|it| it.rule == rule).map(|it| it.headline).collect()
    }

    /// To whom mails are queued, in the order in which they were.
    pub fn outbox(&self) -> Vec<String> {
        use diesel::prelude::*;
        use slipway::store::schema::mails;
        self.tell();
        self.read(|conn| mails::table.filter(mails::state.eq("queued")).order(mails::id).select(mails::recipient).load(conn))
    }
}
