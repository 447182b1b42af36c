//! Seeds as they are kept: encrypted for one user, by a key that follows from the installation's secret key.

use crate::app::links::Keys;
use crate::domain::ids::UserId;
use crate::domain::second_factor::{LENGTH, Seed};
use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, KeyInit, Nonce};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};

/// Bytes before what is encrypted, by which no two are alike.
const NONCE: usize = 12;

/// What a sealed seed is for: one cannot stand in the place of the other.
const KEPT: &str = "kept";
const OFFERED: &str = "offered";

/// For the database.
pub fn seal(keys: &Keys, user: UserId, seed: &Seed) -> Vec<u8> {
    encrypt(keys, KEPT, user, seed.as_bytes())
}

/// None if it is not this user's, or the secret key is another by now.
pub fn open(keys: &Keys, user: UserId, sealed: &[u8]) -> Option<Seed> {
    decrypt(keys, KEPT, user, sealed)?.try_into().ok().map(Seed::new)
}

/// For the form by which a seed is confirmed, with the time at which it was offered.
pub fn seal_offer(keys: &Keys, user: UserId, seed: &Seed, now: DateTime<Utc>) -> String {
    let plain = [seed.as_bytes(), &now.timestamp().to_be_bytes()].concat();
    URL_SAFE_NO_PAD.encode(encrypt(keys, OFFERED, user, &plain))
}

/// None if it is not this user's, or was offered before then.
pub fn open_offer(keys: &Keys, user: UserId, text: &str, earliest: DateTime<Utc>) -> Option<Seed> {
    let plain = decrypt(keys, OFFERED, user, &URL_SAFE_NO_PAD.decode(text).ok()?)?;
    let (seed, time) = plain.split_at_checked(LENGTH)?;
    let offered = i64::from_be_bytes(time.try_into().ok()?);
    (offered >= earliest.timestamp()).then(|| seed.try_into().ok().map(Seed::new)).flatten()
}

fn cipher(keys: &Keys) -> Aes256Gcm {
    Aes256Gcm::new_from_slice(&keys.hash(b"second factor", b"")).expect("the hash is as long as the key")
}

fn about(purpose: &str, user: UserId) -> Vec<u8> {
    format!("{purpose} {user}").into_bytes()
}

fn encrypt(keys: &Keys, purpose: &str, user: UserId, plain: &[u8]) -> Vec<u8> {
    let nonce = rand::random::<[u8; NONCE]>();
    let payload = Payload { msg: plain, aad: &about(purpose, user) };
    let sealed = cipher(keys).encrypt(Nonce::from_slice(&nonce), payload).expect("a few bytes can always be encrypted");
    [nonce.as_slice(), &sealed].concat()
}

fn decrypt(keys: &Keys, purpose: &str, user: UserId, sealed: &[u8]) -> Option<Vec<u8>> {
    let (nonce, sealed) = sealed.split_at_checked(NONCE)?;
    cipher(keys).decrypt(Nonce::from_slice(nonce), Payload { msg: sealed, aad: &about(purpose, user) }).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).expect("a time")
    }

    #[test]
    fn only_the_same_installation_reads_it_and_only_for_the_same_user() {
        let (keys, seed) = (Keys::new(b"secret"), Seed::new([7; LENGTH]));
        let sealed = seal(&keys, UserId(3), &seed);
        assert_ne!(sealed, seal(&keys, UserId(3), &seed), "never the same twice");
        assert!(!sealed.windows(LENGTH).any(|it| it == seed.as_bytes()));
        assert_eq!(open(&keys, UserId(3), &sealed), Some(seed.clone()));
        assert_eq!(open(&keys, UserId(4), &sealed), None);
        assert_eq!(open(&Keys::new(b"another"), UserId(3), &sealed), None);
        let mut spoilt = sealed;
        spoilt[20] ^= 1;
        assert_eq!(open(&keys, UserId(3), &spoilt), None);
        assert_eq!(open(&keys, UserId(3), b"short"), None);
    }

    #[test]
    fn what_was_offered_is_good_for_a_while_and_is_not_what_is_kept() {
        let (keys, seed) = (Keys::new(b"secret"), Seed::new([7; LENGTH]));
        let offer = seal_offer(&keys, UserId(3), &seed, at(1000));
        assert_eq!(open_offer(&keys, UserId(3), &offer, at(1000)), Some(seed.clone()));
        assert_eq!(open_offer(&keys, UserId(3), &offer, at(1001)), None);
        assert_eq!(open_offer(&keys, UserId(4), &offer, at(0)), None);
        let kept = URL_SAFE_NO_PAD.encode(seal(&keys, UserId(3), &seed));
        assert_eq!(open_offer(&keys, UserId(3), &kept, at(0)), None);
        assert_eq!(open_offer(&keys, UserId(3), "no such thing", at(0)), None);
    }
}
