//! Readings that a program sends: each release has a key of its own, with which it signs them.

use super::{lock, readings};
use crate::app::links::Keys;
use crate::app::records::moving;
use crate::app::{Error, Result};
use crate::domain::early_life::{Line, Source};
use crate::domain::events::{Aftercare, Event, FieldChange};
use crate::domain::ids::RecordId;
use crate::store::early_life as plans;
use crate::store::records;
use crate::store::{PgConnection, Tx, events};
use chrono::{DateTime, Duration, Utc};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// How far the time of a signature may be from ours.
const LEEWAY: Duration = Duration::minutes(5);

/// What came with a body to show who sent it.
#[derive(Clone, Debug)]
pub struct Signature {
    /// Seconds since 1970, as they were written.
    timestamp: String,
    mac: Vec<u8>,
}

impl Signature {
    /// From the two headers; `None` if that is not what they hold.
    pub fn parse(timestamp: &str, signature: &str) -> Option<Signature> {
        let mac = hex::decode(signature.strip_prefix("sha256=")?).ok()?;
        timestamp.parse::<i64>().ok()?;
        Some(Signature { timestamp: timestamp.to_owned(), mac })
    }

    /// Whether it was made lately.
    pub fn is_fresh(&self, now: DateTime<Utc>) -> bool {
        let made = self.timestamp.parse().ok().and_then(|it| DateTime::from_timestamp(it, 0));
        made.is_some_and(|it| (now - it).abs() <= LEEWAY)
    }

    /// Whether this key signed this body; takes as long for a wrong one as for a nearly right one.
    fn fits(&self, key: &str, body: &[u8]) -> bool {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key.as_bytes()) else { return false };
        mac.update(self.timestamp.as_bytes());
        mac.update(b".");
        mac.update(body);
        mac.verify_slice(&self.mac).is_ok()
    }
}

/// The key with which a program signs the readings of a release.
pub fn key(keys: &Keys, salt: &[u8]) -> String {
    hex::encode(keys.hash(b"readings", salt))
}

/// Whether a body is signed with the key of this release. One that is not known is not found.
pub fn is_signed(conn: &mut PgConnection, keys: &Keys, id: RecordId, signature: &Signature, body: &[u8]) -> Result<bool> {
    if records::find(conn, id)?.kind != crate::domain::records::RecordKind::Release {
        return Err(Error::NotFound);
    }
    Ok(plans::plan(conn, id)?.is_some_and(|it| signature.fits(&key(keys, &it.salt), body)))
}

/// Records readings that were signed; the key is looked at again, as it may just have been renewed.
pub fn record(tx: &mut Tx<'_>, keys: &Keys, id: RecordId, signature: &Signature, body: &[u8], lines: &[Line]) -> Result<Option<readings::Taken>> {
    if !is_signed(tx.conn, keys, id, signature, body)? {
        return Ok(None);
    }
    readings::record(tx, id, Source::Http, lines, None).map(Some)
}

/// A new key; what is signed with the old one is refused from now on.
pub fn renew(tx: &mut Tx<'_>, id: RecordId) -> Result<()> {
    lock(tx, id, moving)?;
    plans::keep_plan(tx, id)?;
    plans::renew_salt(tx, id)?;
    let fields = vec![FieldChange { field: "Key for signed readings".into(), before: "the old one".into(), after: "a new one".into() }];
    Ok(events::record(tx, id, &Event::Aftercare(Aftercare::EarlyLifeEdited { fields }))?)
}
