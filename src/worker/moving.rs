//! Moves the records that wait to go on by another version of their workflow: one after the other, so that a kill loses nothing.

use crate::app::moving::many::{self, Waiting};
use crate::app::{Error, Result};
use crate::domain::people::Actor;
use crate::store::Db;

/// How many are looked up at once.
const AT_ONCE: i64 = 100;

/// Goes on until nothing waits that no other instance has. What cannot be moved says why and keeps no other from it.
pub fn move_records(db: &Db) -> Result<()> {
    loop {
        let mut done = 0;
        for it in db.read_now(|conn| many::waiting(conn, AT_ONCE))? {
            done += usize::from(move_one(db, &it)?);
        }
        if done == 0 {
            return Ok(());
        }
    }
}

/// Whether anything became of it here.
fn move_one(db: &Db, it: &Waiting) -> Result<bool> {
    let (id, record) = (it.id, it.record);
    let Some(by) = it.by.clone() else { return pass_over(db, it, "Whoever ordered it has no account any more.") };
    match db.write_now(by, |tx| many::next(tx, id, record)) {
        Ok(moved) => Ok(moved),
        Err(Error::Outage(cause)) if cause.is_passing() => Err(Error::Outage(cause)),
        Err(cause) => {
            if let Error::Outage(cause) = &cause {
                tracing::error!(%cause, %record, "a record could not be moved to another version of its workflow");
            }
            pass_over(db, it, &many::reason(&cause))
        }
    }
}

fn pass_over(db: &Db, it: &Waiting, why: &str) -> Result<bool> {
    db.write_now(Actor::slipway(), |tx| many::pass_over(tx, it.id, it.record, why))
}
