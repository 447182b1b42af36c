//! Where one actor works: everything read or written there is read or written in their name.

use super::{Error, Result};
use crate::domain::people::{Action, Actor};
use crate::store::{Db, Tx};
use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;

#[derive(Clone)]
pub struct Context {
    pub db: Db,
    pub actor: Actor,
}

impl Context {
    pub async fn read<T: Send + 'static>(&self, f: impl FnOnce(&mut PgConnection) -> Result<T> + Send + 'static) -> Result<T> {
        self.db.read(f).await
    }

    pub async fn write<T: Send + 'static>(&self, f: impl FnOnce(&mut Tx<'_>) -> Result<T> + Send + 'static) -> Result<T> {
        self.db.write(self.actor.clone(), f).await
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.db.clock.now()
    }
}

/// May they? The first line of every action.
pub(super) fn permit(tx: &Tx<'_>, action: Action) -> Result<()> {
    if tx.actor.may(action) { Ok(()) } else { Err(Error::Forbidden(action)) }
}

/// Is it still what they saw when they decided?
pub(super) fn unchanged(version: i32, seen: i32) -> Result<()> {
    if version == seen { Ok(()) } else { Err(Error::Stale) }
}
