//! The personal links in mails by which an approval is decided without signing in.

use super::Result;
use crate::domain::ids::{ApprovalId, MailId, UserId};
use crate::store::{Tx, links};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// How long a link can be used.
pub const LIFE_DAYS: i64 = 14;

/// What tokens and codes are made with: the secret key of the installation. Without it, the rows of the database open nothing.
#[derive(Clone)]
pub struct Keys(Vec<u8>);

/// What only the mail says: where to decide, and the code to type there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secrets {
    /// Such as `/a/…`.
    pub path: String,
    /// Six digits.
    pub code: String,
}

impl Keys {
    pub fn new(secret: &[u8]) -> Keys {
        Keys(secret.to_vec())
    }

    pub(super) fn derive(&self, purpose: &str, salt: &[u8]) -> [u8; 32] {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes a key of any length");
        mac.update(purpose.as_bytes());
        mac.update(salt);
        mac.finalize().into_bytes().into()
    }

    pub fn token(&self, salt: &[u8]) -> String {
        URL_SAFE_NO_PAD.encode(self.derive("token", salt))
    }

    pub fn code(&self, salt: &[u8]) -> String {
        let bytes = self.derive("code", salt);
        let number = bytes[..8].iter().fold(0u64, |number, byte| number << 8 | u64::from(*byte));
        format!("{:06}", number % 1_000_000)
    }
}

/// The link and the code of a mail: made at the first call, the same at every later one.
pub fn for_mail(tx: &mut Tx<'_>, keys: &Keys, mail: MailId, approval: ApprovalId, user: UserId) -> Result<Secrets> {
    let salt = match links::salt_of_mail(tx.conn, mail)? {
        Some(salt) => salt,
        None => {
            let salt: [u8; 32] = rand::random();
            let hash = hash(&keys.token(&salt));
            links::insert(tx, mail, approval, user, &salt, &hash, tx.now + chrono::Duration::days(LIFE_DAYS))?
        }
    };
    Ok(Secrets { path: format!("/a/{}", keys.token(&salt)), code: keys.code(&salt) })
}

/// What is stored of a token.
pub fn hash(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}
