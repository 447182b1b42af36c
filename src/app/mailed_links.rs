//! Links in mails by which people answer without signing in: made once for a mail, opened by their token, used with the code that the mail holds.

use super::links::{Keys, Secrets, hash};
use super::{Error, Result};
use crate::domain::ids::{MailId, UserId};
use crate::domain::links::{Code, Knock};
use crate::store::mailed_links::{self, Link, NewLink, Target};
use crate::store::{PgConnection, Tx};
use chrono::{DateTime, Utc};

/// The folder under which the links to such a thing stand.
const fn folder(target: Target) -> &'static str {
    match target {
        Target::Invitation(_) => "/s/",
        Target::Handover(_) => "/h/",
    }
}

/// The link of a mail: made when it is asked for first, the same ever after.
pub fn for_mail(tx: &mut Tx<'_>, keys: &Keys, mail: MailId, target: Target, user: Option<UserId>, expires_at: Option<DateTime<Utc>>) -> Result<Secrets> {
    if let Some(known) = mailed_links::of_mail(tx.conn, mail)? {
        return known.salt.map(|salt| keys.secrets_in(folder(target), &salt)).ok_or(Error::NotFound);
    }
    offer(tx, keys, Some(mail), target, user, expires_at)
}

/// What stands in the mail of a link.
pub(super) fn secrets(keys: &Keys, target: Target, salt: &[u8]) -> Secrets {
    keys.secrets_in(folder(target), salt)
}

/// What stands in a mail that has a link already. Nothing is changed by that.
pub fn known(conn: &mut PgConnection, keys: &Keys, mail: MailId) -> Result<Option<Secrets>> {
    let Some(link) = mailed_links::of_mail(conn, mail)? else { return Ok(None) };
    let target = link.handover_id.map(Target::Handover).or(link.invitation_id.map(Target::Invitation));
    Ok(target.zip(link.salt).map(|(target, salt)| secrets(keys, target, &salt)))
}

/// A new link; without a mail it is one that no mail carries.
pub fn offer(tx: &mut Tx<'_>, keys: &Keys, mail: Option<MailId>, target: Target, user: Option<UserId>, expires_at: Option<DateTime<Utc>>) -> Result<Secrets> {
    let salt = rand::random::<[u8; 32]>();
    let secrets = keys.secrets_in(folder(target), &salt);
    let kept = mailed_links::insert(tx, &NewLink { target, user, mail, salt: &salt, token_hash: &hash(&keys.token(&salt)), expires_at })?;
    if kept { Ok(secrets) } else { Err(Error::NotFound) }
}

/// The link of a token. Nothing is changed by that.
pub fn find(conn: &mut PgConnection, token: &str) -> Result<Link> {
    mailed_links::find(conn, &hash(token))?.ok_or(Error::NotFound)
}

/// The link of a token, held until the transaction ends.
pub fn lock(tx: &mut Tx<'_>, token: &str) -> Result<Link> {
    mailed_links::lock(tx, &hash(token))?.ok_or(Error::NotFound)
}

/// Tries a code at a locked link, and keeps count of the wrong ones. What comes of it is to be kept: the transaction must not be given up.
/// The code follows from the token, so it can be told even where the salt is wiped.
pub fn knock(tx: &mut Tx<'_>, keys: &Keys, link: &Link, token: &str, code: Code) -> Result<Knock> {
    let (knock, guard) = link.guard().knock(keys.code_of(token) == code, tx.now);
    if guard != link.guard() {
        mailed_links::set_guard(tx, link.id, guard)?;
    }
    if knock == Knock::Locked {
        tracing::warn!(link = link.id.0, "locked after too many wrong codes");
    }
    Ok(knock)
}
