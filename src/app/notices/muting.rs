//! Muting from a mail: a link that says for whom and what, signed, so that nothing is kept for it.

use crate::app::links::Keys;
use crate::app::{Error, Result};
use crate::domain::ids::UserId;
use crate::domain::notices::{Delivery, Rule};
use crate::store::{PgConnection, Tx, preferences, users};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// What a link mutes: one kind of notice, or the whole digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Muted {
    Rule(Rule),
    Digest,
}

impl Muted {
    fn word(self) -> &'static str {
        match self {
            Muted::Rule(rule) => rule.word(),
            Muted::Digest => "digest",
        }
    }

    fn of_word(word: &str) -> Option<Muted> {
        if word == "digest" { Some(Muted::Digest) } else { Rule::from_word(word).filter(|it| it.may_be_muted()).map(Muted::Rule) }
    }

    pub fn label(self) -> &'static str {
        match self {
            Muted::Rule(rule) => rule.label(),
            Muted::Digest => "Daily digest",
        }
    }
}

/// The path of the link in a mail to this person.
pub fn path(keys: &Keys, user: UserId, muted: Muted) -> String {
    let words = format!("{user}.{}", muted.word());
    let mark = URL_SAFE_NO_PAD.encode(&keys.hash(b"mute", words.as_bytes())[..16]);
    format!("/mute/{words}.{mark}")
}

/// Whom and what a link mutes, if it is one of ours.
pub fn read(keys: &Keys, token: &str) -> Result<(UserId, Muted)> {
    let mut parts = token.splitn(3, '.');
    let user = parts.next().and_then(|it| it.parse().ok()).ok_or(Error::NotFound)?;
    let muted = parts.next().and_then(Muted::of_word).ok_or(Error::NotFound)?;
    let ours = path(keys, user, muted);
    let same = ours.strip_prefix("/mute/").is_some_and(|it| same(it.as_bytes(), token.as_bytes()));
    if same { Ok((user, muted)) } else { Err(Error::NotFound) }
}

/// Compares in a time that does not tell how much was right.
fn same(ours: &[u8], theirs: &[u8]) -> bool {
    ours.len() == theirs.len() && ours.iter().zip(theirs).fold(0, |differs, (a, b)| differs | (a ^ b)) == 0
}

/// How this person has it at present.
pub fn present(conn: &mut PgConnection, user: UserId, muted: Muted) -> Result<Delivery> {
    let wishes = preferences::of_active(conn, &[user])?;
    match muted {
        Muted::Rule(rule) => wishes.of(user, rule).ok_or(Error::NotFound),
        Muted::Digest => Ok(Delivery::Digest),
    }
}

/// Does what the link is for. The digest is muted by muting all that is in it.
pub fn mute(tx: &mut Tx<'_>, user: UserId, muted: Muted, delivery: Delivery) -> Result<()> {
    users::active_name(tx.conn, user)?.ok_or(Error::NotFound)?;
    let rules: Vec<(Rule, Delivery)> = match muted {
        Muted::Rule(rule) => vec![(rule, delivery)],
        Muted::Digest => {
            let wishes = preferences::of_active(tx.conn, &[user])?;
            let in_digest = |rule: &&Rule| wishes.of(user, **rule) == Some(Delivery::Digest);
            Rule::ALL.iter().filter(in_digest).map(|rule| (*rule, delivery)).collect()
        }
    };
    preferences::set(tx, user, &rules)?;
    Ok(())
}
