//! Deciding from a mail, without signing in: the link, its code, and what they open.

use super::{Error, Result};
use crate::config::Config;
use crate::domain::ids::{ApprovalId, MailId, UserId};
use crate::domain::links::{Code, DAYS};
use crate::store::approval_links::{self, Link, NewLink};
use crate::store::{Tx, approvals};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::Duration;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// What makes the secrets of links: the installation's secret key.
#[derive(Clone)]
pub struct Keys {
    key: Vec<u8>,
    /// How long a new link is good.
    life: Duration,
}

/// What stands in the mail, and nowhere else.
#[derive(Clone, PartialEq, Eq)]
pub struct Secrets {
    /// The path of the link: `/a/` and the token.
    pub path: String,
    /// Six digits.
    pub code: String,
}

impl Keys {
    pub fn new(secret: &[u8]) -> Keys {
        Keys { key: secret.to_owned(), life: Duration::days(DAYS) }
    }

    /// As the settings say.
    pub fn of(config: &Config) -> Keys {
        Keys::new(config.secret_key.as_deref().unwrap_or_default().as_bytes()).for_days(config.link_days)
    }

    /// With links that are good for so many days.
    pub fn for_days(self, days: i64) -> Keys {
        Keys { life: Duration::days(days), ..self }
    }

    pub(super) fn hash(&self, purpose: &[u8], salt: &[u8]) -> Vec<u8> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).expect("a key of any length does");
        mac.update(purpose);
        mac.update(salt);
        mac.finalize().into_bytes().to_vec()
    }

    fn token(&self, salt: &[u8]) -> String {
        URL_SAFE_NO_PAD.encode(self.hash(b"token", salt))
    }

    fn code(&self, salt: &[u8]) -> Code {
        Code::of_hash(&self.hash(b"code", salt))
    }

    pub(super) fn secrets(&self, salt: &[u8]) -> Secrets {
        Secrets { path: format!("/a/{}", self.token(salt)), code: self.code(salt).to_string() }
    }
}

/// The link of a mail: made when it is asked for first, the same ever after.
pub fn for_mail(tx: &mut Tx<'_>, keys: &Keys, mail: MailId, approval: ApprovalId, user: UserId) -> Result<Secrets> {
    let known = |tx: &mut Tx<'_>| approval_links::of_mail(tx.conn, mail);
    if let Some(link) = known(tx)? {
        return good(keys, &link, approval, user);
    }
    match insert(tx, keys, Some(mail), approval, user)? {
        Some(secrets) => Ok(secrets),
        // Somebody else made it at the same moment.
        None => good(keys, &known(tx)?.ok_or(Error::NotFound)?, approval, user),
    }
}

/// A link that no mail carries.
pub fn offer(tx: &mut Tx<'_>, keys: &Keys, approval: ApprovalId, user: UserId) -> Result<Secrets> {
    insert(tx, keys, None, approval, user)?.ok_or(Error::NotFound)
}

fn good(keys: &Keys, link: &Link, approval: ApprovalId, user: UserId) -> Result<Secrets> {
    if link.approval_id == approval && link.user_id == user { Ok(keys.secrets(&link.salt)) } else { Err(Error::NotFound) }
}

fn insert(tx: &mut Tx<'_>, keys: &Keys, mail: Option<MailId>, approval: ApprovalId, user: UserId) -> Result<Option<Secrets>> {
    let (asked, round) = approvals::find(tx.conn, approval)?;
    let round = approvals::find_round(tx.conn, round)?;
    let step = round.steps.iter().find(|it| it.step.id == asked.step_id).ok_or(Error::NotFound)?;
    let salt = rand::random::<[u8; 32]>();
    let new = NewLink { approval, user, mail, salt: &salt, token_hash: &hash(&keys.token(&salt)), digest: &step.step.digest, expires_at: tx.now + keys.life };
    Ok(approval_links::insert(tx, &new)?.then(|| keys.secrets(&salt)))
}

fn hash(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}
