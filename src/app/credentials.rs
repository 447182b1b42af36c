//! Hashing of passwords: argon2id, on threads of its own, a few at a time, never while a transaction is open.

use super::Result;
use crate::domain::passwords::Password;
use crate::store::db::Outage;
use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

/// What OWASP asks for: 19 MiB, two passes, one lane.
const MEMORY: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Hashes at the same time: each takes a core and 19 MiB.
const AT_ONCE: usize = 2;
const WAIT: Duration = Duration::from_secs(10);

/// The hash of nobody's password, so that a stranger's sign-in takes as long as a known one's.
const NOBODYS: &str = "$argon2id$v=19$m=19456,t=2,p=1$ChGvvT8EWbqlp6MC29xsjg$dM3Q08xCLRKrk6LpL4ckMptCya4YJinbx9WRHQk6VYo";

/// Hashes and compares passwords.
#[derive(Clone)]
pub struct Credentials {
    turns: Arc<Semaphore>,
}

impl Default for Credentials {
    fn default() -> Self {
        Credentials { turns: Arc::new(Semaphore::new(AT_ONCE)) }
    }
}

impl Credentials {
    /// The PHC string to store.
    pub async fn hash(&self, password: Password) -> Result<String> {
        self.in_turn(move || hash(&password)).await
    }

    /// Whether this is the password behind the hash. Without a hash it takes as long and is not.
    pub async fn verify(&self, typed: String, stored: Option<String>) -> Result<bool> {
        self.in_turn(move || {
            let right = matches(&typed, stored.as_deref().unwrap_or(NOBODYS));
            right && stored.is_some()
        })
        .await
    }

    async fn in_turn<T: Send + 'static>(&self, f: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let turn = tokio::time::timeout(WAIT, self.turns.clone().acquire_owned()).await;
        let Ok(Ok(turn)) = turn else { return Err(Outage::Crowded(WAIT).into()) };
        let done = tokio::task::spawn_blocking(move || {
            let answer = f();
            drop(turn);
            answer
        });
        Ok(done.await.map_err(Outage::from)?)
    }
}

/// For callers that have a thread of their own, such as the command line.
pub fn hash(password: &Password) -> String {
    argon2().hash_password(password.as_bytes()).expect("these parameters and a random salt are always taken").to_string()
}

/// A password that nobody chose: five groups of five letters and digits that are not mistaken for one another.
pub fn generate() -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let letter = || char::from(LETTERS[usize::from(rand::random::<u8>()) % LETTERS.len()]);
    let group = || (0..5).map(|_| letter()).collect::<String>();
    (0..5).map(|_| group()).collect::<Vec<_>>().join("-")
}

fn matches(typed: &str, stored: &str) -> bool {
    PasswordHash::new(stored).is_ok_and(|stored| argon2().verify_password(typed.as_bytes(), &stored).is_ok())
}

fn argon2() -> Argon2<'static> {
    let params = Params::new(MEMORY, PASSES, LANES, None).expect("constant parameters are in range");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_fits_its_password_only_and_says_how_it_was_made() {
        let password = Password::parse("correct tugboat lantern", "ines@example.org", 15).expect("a good one");
        let hash = hash(&password);
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(matches("correct tugboat lantern", &hash));
        assert!(!matches("correct tugboat lanterns", &hash));
    }

    #[test]
    fn a_generated_password_is_taken_and_never_the_same() {
        let (one, other) = (generate(), generate());
        assert!(Password::parse(&one, "ines@example.org", 28).is_ok(), "{one}: whatever a policy may ask for");
        assert_ne!(one, other);
    }

    #[test]
    fn the_hash_for_strangers_costs_as_much_as_a_real_one() {
        let nobodys = PasswordHash::new(NOBODYS).expect("it is a hash");
        assert_eq!(Params::try_from(&nobodys).expect("it has parameters"), Params::new(MEMORY, PASSES, LANES, Some(32)).expect("in range"));
    }
}
