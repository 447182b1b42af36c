//! The second half of signing in, for those who have a second factor.

use super::taking::{Taken, take};
use crate::app::links::Keys;
use crate::app::sessions::{Limits, SessionKey, enter};
use crate::app::{Error, Result};
use crate::domain::people::Actor;
use crate::domain::second_factor::Proof;
use crate::store::sessions::{self, KeyHash, Visitor};
use crate::store::{Db, Tx, users};

/// What came of a code that was typed to sign in.
pub enum Outcome {
    In(SessionKey),
    /// It was not taken; why.
    Not(Taken),
}

/// The address of whoever gave their password in this session, and not yet the code.
pub async fn waiting(db: &Db, session: Option<KeyHash>) -> Result<Option<String>> {
    let (Some(session), now) = (session, db.clock.now()) else { return Ok(None) };
    db.read(move |conn| Ok::<_, Error>(sessions::waiting(conn, &session, now)?.map(|(_, email)| email))).await
}

/// Begins the session in full, under another key, when the code is right.
pub async fn finish(db: &Db, keys: &Keys, limits: Limits, waiting: KeyHash, proof: Proof, visitor: Visitor) -> Result<Outcome> {
    let keys = keys.clone();
    db.write(Actor::slipway(), move |tx| try_code(tx, &keys, limits, &waiting, &proof, &visitor)).await
}

fn try_code(tx: &mut Tx<'_>, keys: &Keys, limits: Limits, waiting: &KeyHash, proof: &Proof, visitor: &Visitor) -> Result<Outcome> {
    let Some((id, _)) = sessions::waiting(tx.conn, waiting, tx.now)? else { return Ok(Outcome::Not(Taken::Gone)) };
    let user = users::lock(tx, id)?;
    tx.actor = users::actor(tx.conn, id)?.ok_or(Error::NotFound)?;
    let taken = take(tx, keys, &user, proof)?;
    if taken != Taken::Right {
        return Ok(Outcome::Not(taken));
    }
    // Two tabs may finish at the same moment: whoever ends the waiting session begins the other.
    if sessions::delete(tx, waiting)? == 0 {
        return Ok(Outcome::Not(Taken::Gone));
    }
    let life = limits.lifetime(tx.conn)?.life;
    Ok(Outcome::In(enter(tx, id, life, visitor)?))
}
