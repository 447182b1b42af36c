//! Somebody whose account has a second factor.

use super::Somebody;
use crate::support::TestApp;
use sha2::Digest;
use slipway::app::credentials;
use slipway::app::links::Keys;
use slipway::app::second_factor::seal;
use slipway::domain::second_factor::Seed;
use slipway::store::second_factors;

/// What its owner has.
pub struct Factor {
    pub seed: Seed,
    pub codes: Vec<String>,
}

/// As if it had been set up the day before.
pub fn second_factor(app: &TestApp, who: &Somebody) -> Factor {
    laid(app, who, &Keys::of(&app.config))
}

/// Set up while the installation had this secret key.
pub fn second_factor_sealed_by(app: &TestApp, who: &Somebody, key: &[u8]) -> Factor {
    laid(app, who, &Keys::new(key))
}

fn laid(app: &TestApp, who: &Somebody, keys: &Keys) -> Factor {
    let seed = Seed::new([7; 20]);
    let codes: Vec<String> = (0..10).map(|_| credentials::generate()).collect();
    let hashes: Vec<Vec<u8>> = codes.iter().map(|it| sha2::Sha256::digest(it.replace('-', "")).to_vec()).collect();
    let sealed = seal(keys, who.id, &seed);
    app.write(|tx| second_factors::insert(tx, who.id, &sealed, 0));
    app.write(|tx| second_factors::replace_recovery(tx, who.id, &hashes));
    Factor { seed, codes }
}

/// The seed that a page shows as text: base 32, as RFC 4648 has it.
pub fn seed_of(text: &str) -> Seed {
    let mut bits = Vec::new();
    for letter in text.bytes().filter(|it| !it.is_ascii_whitespace()) {
        let value = match letter {
            b'A'..=b'Z' => letter - b'A',
            _ => letter - b'2' + 26,
        };
        bits.extend((0..5).rev().map(|it| (value >> it) & 1));
    }
    let bytes: Vec<u8> = bits.chunks_exact(8).map(|it| it.iter().fold(0, |byte, bit| (byte << 1) | bit)).collect();
    Seed::new(bytes.try_into().expect("twenty bytes"))
}
