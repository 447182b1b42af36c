//! Taking a code: each once, and after too many wrong ones none for a while.

use super::{hash_of, record, sealing};
use crate::app::links::Keys;
use crate::app::{FormErrors, Result};
use crate::domain::people::Actor;
use crate::domain::second_factor::{FactorDeed, Proof};
use crate::store::second_factors::SecondFactor;
use crate::store::users::User;
use crate::store::{Tx, policies, second_factors};

/// What came of a code. All of it is to be kept: a wrong one counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    Right,
    Wrong,
    /// For so many minutes none is looked at.
    Locked(u32),
    /// There is no second factor any more.
    Gone,
}

impl Taken {
    /// What is said beside the field, if it was not right.
    pub fn right(self) -> Result<()> {
        let message = match self {
            Taken::Right => return Ok(()),
            Taken::Wrong => "This code is not right, or was used before.".to_owned(),
            Taken::Locked(1) => "Too many wrong codes. Wait a minute, then try again.".to_owned(),
            Taken::Locked(minutes) => format!("Too many wrong codes. Wait {minutes} minutes, then try again."),
            Taken::Gone => "The second factor is switched off by now. Load the page again.".to_owned(),
        };
        Err(FormErrors::of("code", message).into())
    }
}

/// Looks at a code of this user.
pub fn take(tx: &mut Tx<'_>, keys: &Keys, user: &User, proof: &Proof) -> Result<Taken> {
    let Some(factor) = second_factors::lock(tx, user.id)? else { return Ok(Taken::Gone) };
    let security = policies::security(tx.conn)?;
    if factor.guard().is_locked(tx.now) {
        return Ok(Taken::Locked(security.lock_minutes));
    }
    if is_right(tx, keys, user, &factor, proof)? {
        return Ok(Taken::Right);
    }
    let guard = factor.guard().after_wrong(&security, tx.now);
    second_factors::set_guard(tx, user.id, guard)?;
    let locked = guard.is_locked(tx.now);
    refuse(tx, user, if locked { FactorDeed::Locked } else { FactorDeed::Refused })?;
    Ok(if locked { Taken::Locked(security.lock_minutes) } else { Taken::Wrong })
}

/// In the program's name: whoever typed a wrong code may be anybody.
fn refuse(tx: &mut Tx<'_>, user: &User, deed: FactorDeed) -> Result<()> {
    tx.actor = Actor::slipway();
    record(tx, user, deed, String::new())
}

fn is_right(tx: &mut Tx<'_>, keys: &Keys, user: &User, factor: &SecondFactor, proof: &Proof) -> Result<bool> {
    match proof {
        Proof::Code(code) => {
            let Some(seed) = sealing::open(keys, user.id, &factor.sealed) else {
                tracing::error!(user = user.id.0, "a second factor cannot be read: the secret key is another than when it was switched on");
                return Ok(false);
            };
            let Some(step) = seed.step_of(code, tx.now).filter(|it| *it > factor.last_step) else { return Ok(false) };
            second_factors::take(tx, user.id, step)?;
            Ok(true)
        }
        Proof::Recovery(code) => {
            if !second_factors::use_recovery(tx, user.id, &hash_of(code))? {
                return Ok(false);
            }
            second_factors::take(tx, user.id, factor.last_step)?;
            let left = second_factors::recovery_left(tx.conn, user.id)?;
            record(tx, user, FactorDeed::CodeUsed, format!("{left} left"))?;
            Ok(true)
        }
    }
}
