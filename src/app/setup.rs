//! The first start: a link in the log makes the first administrator, once.

use super::users::Draft;
use super::{Error, Result};
use crate::domain::events::Event;
use crate::domain::ids::UserId;
use crate::domain::people::Role;
use crate::domain::refusals::Refusal;
use crate::store::setup_links::Link;
use crate::store::users::NewUser;
use crate::store::{Tx, events, setup_links, users};
use base64::Engine;
use chrono::{DateTime, Duration, Utc};
use diesel::pg::PgConnection;
use sha2::{Digest, Sha256};

/// How long a link is good.
const LIFE: Duration = Duration::hours(24);

/// A new link's secret, while there are no users. Links of other instances stay good.
pub fn offer(tx: &mut Tx<'_>) -> Result<Option<String>> {
    if users::exist(tx.conn)? {
        return Ok(None);
    }
    let token = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>());
    setup_links::insert(tx, &hash(&token), LIFE)?;
    Ok(Some(token))
}

/// Whether the link still makes an administrator.
pub fn check(conn: &mut PgConnection, token: &str, now: DateTime<Utc>) -> Result<()> {
    let link = setup_links::find(conn, &hash(token))?;
    good(link, users::exist(conn)?, now)
}

/// Uses the link up and makes the administrator.
pub fn accept(tx: &mut Tx<'_>, token: &str, draft: &Draft, password_hash: &str) -> Result<UserId> {
    let link = setup_links::lock(tx, &hash(token))?;
    good(link, users::exist(tx.conn)?, tx.now)?;
    let roles = [Role::Administrator];
    let new = NewUser { email: draft.email.as_str(), name: &draft.name, password_hash: Some(password_hash), time_zone: draft.zone.name(), roles: &roles };
    let id = users::insert(tx, &new)?;
    setup_links::use_up(tx, &hash(token))?;
    events::record(tx, None, &Event::UserCreated { user: id, name: draft.name.clone(), roles: roles.to_vec() })?;
    Ok(id)
}

fn good(link: Option<Link>, users_exist: bool, now: DateTime<Utc>) -> Result<()> {
    let link = link.ok_or(Error::NotFound)?;
    if link.used_at.is_some() || link.expires_at <= now || users_exist { Err(Refusal::LinkSpent.into()) } else { Ok(()) }
}

fn hash(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}
