//! Signing in and out: who may, and what the log says of it.

use super::credentials::Credentials;
use super::{Error, FormErrors, Result};
use crate::config::Config;
use crate::domain::events::Event;
use crate::domain::ids::UserId;
use crate::domain::people::{Actor, EmailAddress};
use crate::domain::policies::Security;
use crate::store::sessions::{KeyHash, Lifetime, Resumed, Visitor};
use crate::store::{Db, PgConnection, Tx, events, policies, second_factors, sessions, users};
use base64::Engine;
use chrono::Duration;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// In use is noted this often at most: reading pages should not mean writing rows.
const TOUCH: Duration = Duration::minutes(5);

/// What the settings of the program let sessions last at most; the policy may ask for less.
#[derive(Clone, Copy, Debug, Default)]
pub struct Limits {
    pub idle: Option<Duration>,
    pub life: Option<Duration>,
}

impl Limits {
    pub fn of(config: &Config) -> Limits {
        Limits { idle: config.session_idle.map(Duration::minutes), life: config.session_life.map(Duration::hours) }
    }

    /// How long sessions last now: as the policy says, and no longer than this.
    pub fn lifetime(&self, conn: &mut PgConnection) -> Result<Lifetime> {
        Ok(self.lifetime_by(&policies::security(conn)?))
    }

    fn lifetime_by(&self, security: &Security) -> Lifetime {
        let Security { session_idle, session_life, .. } = *security;
        let (idle, life) = (Duration::minutes(session_idle.into()), Duration::hours(session_life.into()));
        Lifetime { idle: self.idle.map_or(idle, |it| it.min(idle)), life: self.life.map_or(life, |it| it.min(life)) }
    }
}

/// The secret in the cookie: 256 random bits.
pub struct SessionKey(pub String);

impl SessionKey {
    fn random() -> SessionKey {
        SessionKey(base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>()))
    }

    pub fn hash(&self) -> KeyHash {
        Sha256::digest(self.0.as_bytes()).to_vec()
    }
}

/// What somebody typed to sign in, and from where.
pub struct Attempt {
    pub email: String,
    pub password: String,
    pub visitor: Visitor,
    /// The session that this browser was in, which ends.
    pub previous: Option<KeyHash>,
}

/// What a right password opens.
pub enum Entrance {
    Open(SessionKey),
    /// Nothing yet: the code of the second factor is asked for.
    AwaitsCode(SessionKey),
}

/// How long one may take to give the code.
const WAITING: Duration = Duration::minutes(10);

/// Begins a session, if e-mail and password are those of an active account. Otherwise the answer is the same whatever is wrong, and takes as long.
pub async fn sign_in(db: &Db, credentials: &Credentials, limits: Limits, attempt: Attempt) -> Result<Entrance> {
    let email = attempt.email.trim().to_ascii_lowercase();
    // What is no address is nobody's; the database would choke on some of it.
    let wanted = EmailAddress::parse(&email).map_or_else(|_| String::new(), |it| it.as_str().to_owned());
    let found = db.read(move |conn| Ok::<_, Error>(users::find_by_email(conn, &wanted)?)).await?;
    let hash = found.as_ref().and_then(|user| user.password_hash.clone());
    let right = credentials.verify(attempt.password, hash.clone()).await?;
    let found = found.filter(|user| right && user.disabled_at.is_none());
    let (previous, visitor) = (attempt.previous, attempt.visitor);
    let Some(user) = found else {
        db.write(Actor::slipway(), move |tx| Ok::<_, Error>(events::record(tx, None, &refused(&email, &visitor))?)).await?;
        return Err(FormErrors::of("email", "E-mail or password is not right.").into());
    };
    let actor = db.read(move |conn| Ok::<_, Error>(users::actor(conn, user.id)?)).await?.ok_or(Error::NotFound)?;
    db.write(actor, move |tx| begin(tx, user.id, hash, limits, &visitor, previous)).await
}

fn refused(email: &str, visitor: &Visitor) -> Event {
    Event::SignInRefused { email: email.chars().filter(|c| !c.is_control()).take(200).collect(), address: visitor.address.clone() }
}

/// The second half of signing in, if the account is still as it was when the password was compared.
fn begin(tx: &mut Tx<'_>, user: UserId, checked: Option<String>, limits: Limits, visitor: &Visitor, previous: Option<KeyHash>) -> Result<Entrance> {
    let user = users::lock(tx, user)?;
    if user.disabled_at.is_some() || user.password_hash != checked {
        return Err(FormErrors::of("email", "E-mail or password is not right.").into());
    }
    let lifetime = limits.lifetime(tx.conn)?;
    if let Some(previous) = previous {
        sessions::delete(tx, &previous)?;
    }
    sessions::delete_ended(tx, lifetime)?;
    if second_factors::find(tx.conn, user.id)?.is_some() {
        let key = SessionKey::random();
        sessions::insert_waiting(tx, &key.hash(), user.id, WAITING, visitor)?;
        return Ok(Entrance::AwaitsCode(key));
    }
    Ok(Entrance::Open(enter(tx, user.id, lifetime.life, visitor)?))
}

/// Begins a session under a new key.
pub(super) fn enter(tx: &mut Tx<'_>, user: UserId, life: Duration, visitor: &Visitor) -> Result<SessionKey> {
    let key = SessionKey::random();
    sessions::insert(tx, &key.hash(), user, life, visitor)?;
    events::record(tx, None, &Event::SignedIn { address: visitor.address.clone() })?;
    Ok(key)
}

/// Who acts in a session.
pub struct Visit {
    pub resumed: Resumed,
    /// What they have to do first; until then nothing else is open.
    pub owes: Option<Owed>,
}

/// What somebody has to do before anything else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Owed {
    /// Somebody else chose their password: set one of their own.
    OwnPassword,
    /// The policy asks for a second factor: set it up.
    SecondFactor,
}

impl Owed {
    fn of(it: &Resumed, security: &Security) -> Option<Owed> {
        let unguarded = !it.has_second_factor && security.second_factor.binds(&it.actor.roles);
        if it.password_given { Some(Owed::OwnPassword) } else { unguarded.then_some(Owed::SecondFactor) }
    }
}

/// Who acts in the session of this key, if it has not ended. Notes now and then that it is in use.
pub async fn resume(db: &Db, key: KeyHash, limits: Limits) -> Result<Option<Visit>> {
    let (now, wanted) = (db.clock.now(), key.clone());
    let looked = db.read(move |conn| {
        let security = policies::security(conn)?;
        let lasts = limits.lifetime_by(&security);
        let resumed = sessions::resume(conn, &wanted, now, lasts)?;
        Ok::<_, Error>(resumed.map(|it| (Visit { owes: Owed::of(&it, &security), resumed: it }, lasts.idle)))
    });
    let Some((visit, idle)) = looked.await? else { return Ok(None) };
    let resumed = &visit.resumed;
    if now - resumed.seen_at >= TOUCH.min(idle / 4) {
        let noted = db.write(resumed.actor.clone(), move |tx| Ok::<_, Error>(sessions::touch(tx, &key)?)).await;
        if let Err(cause) = noted {
            tracing::warn!(%cause, "could not note that a session is in use");
        }
    }
    Ok(Some(visit))
}

/// Clears away what has ended by itself.
pub fn clear_ended(tx: &mut Tx<'_>, limits: Limits) -> Result<usize> {
    let lifetime = limits.lifetime(tx.conn)?;
    Ok(sessions::delete_ended(tx, lifetime)?)
}

/// Ends this session.
pub fn sign_out(tx: &mut Tx<'_>, key: &KeyHash) -> Result<()> {
    if sessions::delete(tx, key)? > 0 {
        events::record(tx, None, &Event::SignedOut {})?;
    }
    Ok(())
}

/// Ends one of one's own sessions, by its handle.
pub fn end_one(tx: &mut Tx<'_>, handle: &str, limits: Limits) -> Result<()> {
    let lasts = limits.lifetime(tx.conn)?;
    let own = sessions::list(tx.conn, tx.actor.id, tx.now, lasts)?;
    let session = own.iter().find(|it| it.handle() == handle).ok_or(Error::NotFound)?;
    sessions::delete(tx, &session.key_hash)?;
    Ok(events::record(tx, None, &Event::SessionsEnded { count: 1, name: String::new() })?)
}

/// Ends all of one's own sessions, or all but this one.
pub fn end_own(tx: &mut Tx<'_>, except: Option<&KeyHash>) -> Result<usize> {
    let user = tx.actor.id;
    let count = sessions::delete_of(tx, user, except)?;
    events::record(tx, None, &Event::SessionsEnded { count, name: String::new() })?;
    Ok(count)
}
