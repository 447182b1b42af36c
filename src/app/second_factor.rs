//! The second factor of one's account: switched on and off by its owner, reset by an administrator.

mod sealing;
pub mod signing_in;
mod taking;

pub use sealing::seal;
pub use taking::Taken;

use super::context::permit;
use super::credentials::{self, Credentials};
use super::links::Keys;
use super::{Context, Error, FormErrors, Result};
use crate::domain::events::Event;
use crate::domain::ids::UserId;
use crate::domain::people::{Action, Role};
use crate::domain::refusals::Refusal;
use crate::domain::second_factor::{FactorDeed, LENGTH, Proof, RECOVERY_CODES, Seed};
use crate::store::sessions::KeyHash;
use crate::store::users::{self, User};
use crate::store::{PgConnection, Tx, events, policies, second_factors, sessions};
use chrono::{DateTime, Duration, Utc};
use sha2::{Digest, Sha256};

/// For so long one may take to scan what was offered.
const OFFER: Duration = Duration::hours(1);

/// What somebody may put into their app: nothing is kept of it until they show its first code.
pub struct Offer {
    pub seed: Seed,
    /// The same for the form that brings it back; only this installation can read it.
    pub sealed: String,
}

/// A new one, made by chance.
pub fn offer(keys: &Keys, user: UserId, now: DateTime<Utc>) -> Offer {
    let seed = Seed::new(rand::random::<[u8; LENGTH]>());
    Offer { sealed: sealing::seal_offer(keys, user, &seed, now), seed }
}

/// The same again, when its form comes back; a new one if that is too old, or not ours.
pub fn offered(keys: &Keys, user: UserId, sealed: &str, now: DateTime<Utc>) -> Offer {
    match sealing::open_offer(keys, user, sealed, now - OFFER) {
        Some(seed) => Offer { seed, sealed: sealed.to_owned() },
        None => offer(keys, user, now),
    }
}

/// What somebody typed to change their second factor.
pub struct Typed {
    pub password: String,
    pub code: String,
}

/// Switches it on, for whoever knows the password and whose app shows the right code. All other sessions end. Returns the recovery codes, to be shown once.
pub async fn switch_on(ctx: &Context, credentials: &Credentials, keys: &Keys, sealed: &str, typed: Typed, session: Option<KeyHash>) -> Result<Vec<String>> {
    let (id, now) = (ctx.actor.id, ctx.now());
    let user = with_password(ctx, credentials, typed.password).await?;
    let Some(seed) = sealing::open_offer(keys, id, sealed, now - OFFER) else {
        return Err(FormErrors::of("code", "This page was open for too long. Scan the new picture and type its code.").into());
    };
    let step = match Proof::of(&typed.code) {
        Proof::Code(code) => seed.step_of(&code, now),
        Proof::Recovery(_) => None,
    };
    let Some(step) = step else {
        return Err(FormErrors::of("code", "This is not the code that the app shows now. Check that the clock of your device is right.").into());
    };
    let sealed = seal(keys, id, &seed);
    ctx.write(move |tx| {
        still_the_same(tx, &user)?;
        if second_factors::lock(tx, id)?.is_some() {
            return Err(Error::Stale);
        }
        second_factors::insert(tx, id, &sealed, step)?;
        let codes = recovery_codes(tx, id)?;
        sessions::delete_of(tx, id, session.as_ref())?;
        record(tx, &user, FactorDeed::SwitchedOn, String::new())?;
        Ok(codes)
    })
    .await
}

/// Switches it off, for whoever knows the password and has a code. All other sessions end. Who must have one keeps it.
pub async fn switch_off(ctx: &Context, credentials: &Credentials, keys: &Keys, typed: Typed, session: Option<KeyHash>) -> Result<()> {
    let proof = Proof::of(&typed.code);
    let user = with_password(ctx, credentials, typed.password).await?;
    let (keys, roles) = (keys.clone(), ctx.actor.roles.clone());
    let taken = ctx.write(move |tx| {
        still_the_same(tx, &user)?;
        if is_bound(tx.conn, &roles)? {
            return Err(Refusal::SecondFactorNeeded.into());
        }
        let taken = taking::take(tx, &keys, &user, &proof)?;
        if taken == Taken::Right {
            second_factors::delete(tx, user.id)?;
            sessions::delete_of(tx, user.id, session.as_ref())?;
            record(tx, &user, FactorDeed::SwitchedOff, String::new())?;
        }
        Ok(taken)
    });
    taken.await?.right()
}

/// Makes new recovery codes in the place of the old ones, for whoever knows the password and has a code.
pub async fn renew_codes(ctx: &Context, credentials: &Credentials, keys: &Keys, typed: Typed) -> Result<Vec<String>> {
    let proof = Proof::of(&typed.code);
    let user = with_password(ctx, credentials, typed.password).await?;
    let keys = keys.clone();
    let done = ctx.write(move |tx| {
        still_the_same(tx, &user)?;
        let taken = taking::take(tx, &keys, &user, &proof)?;
        let mut codes = Vec::new();
        if taken == Taken::Right {
            codes = recovery_codes(tx, user.id)?;
            record(tx, &user, FactorDeed::CodesRenewed, String::new())?;
        }
        Ok((taken, codes))
    });
    let (taken, codes) = done.await?;
    taken.right().map(|()| codes)
}

/// Takes it off somebody who can use neither app nor recovery codes. Their sessions end; with the password alone they sign in again.
pub fn reset(tx: &mut Tx<'_>, id: UserId, reason: &str) -> Result<()> {
    permit(tx, Action::ManageUsers)?;
    let user = users::lock(tx, id)?;
    if id == tx.actor.id {
        return Err(Refusal::OwnSecondFactor.into());
    }
    if reason.is_empty() {
        return Err(FormErrors::of("reason", "Say why, and how you know that it is them who ask.").into());
    }
    if !second_factors::delete(tx, id)? {
        return Err(Refusal::NoSecondFactor.into());
    }
    sessions::delete_of(tx, id, None)?;
    record(tx, &user, FactorDeed::Reset, reason.to_owned())
}

/// Whether the policy lets nobody with these roles be without one.
pub fn is_bound(conn: &mut PgConnection, roles: &[Role]) -> Result<bool> {
    Ok(policies::security(conn)?.second_factor.binds(roles))
}

/// The user who acts, if this is their password.
async fn with_password(ctx: &Context, credentials: &Credentials, password: String) -> Result<User> {
    let id = ctx.actor.id;
    let user = ctx.read(move |conn| Ok(users::find(conn, id)?)).await?;
    if credentials.verify(password, user.password_hash.clone()).await? {
        Ok(user)
    } else {
        Err(FormErrors::of("password", "This is not your current password.").into())
    }
}

/// Nobody changed the password while it was compared.
fn still_the_same(tx: &mut Tx<'_>, seen: &User) -> Result<()> {
    let now = users::lock(tx, seen.id)?;
    if now.password_hash == seen.password_hash && now.disabled_at.is_none() { Ok(()) } else { Err(Error::Stale) }
}

/// New ones, of which only hashes are kept: 125 random bits each, so that a plain hash is enough.
fn recovery_codes(tx: &mut Tx<'_>, user: UserId) -> Result<Vec<String>> {
    let codes: Vec<String> = (0..RECOVERY_CODES).map(|_| credentials::generate()).collect();
    let hashes: Vec<Vec<u8>> = codes.iter().map(|it| hash_of(&it.replace('-', ""))).collect();
    second_factors::replace_recovery(tx, user, &hashes)?;
    Ok(codes)
}

fn hash_of(code: &str) -> Vec<u8> {
    Sha256::digest(code.as_bytes()).to_vec()
}

fn record(tx: &mut Tx<'_>, user: &User, deed: FactorDeed, note: String) -> Result<()> {
    Ok(events::record(tx, None, &Event::SecondFactor { user: user.id, name: user.name.clone(), deed, note })?)
}
