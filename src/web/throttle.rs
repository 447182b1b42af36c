//! How often somebody may try to sign in, per account and per address, known or not; and to decide behind a mailed link.

use super::failure::Failure;
use crate::clock::Clock;
use actix_web::HttpRequest;
use governor::clock::Clock as Ticks;
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};
use std::hash::Hash;
use std::num::NonZeroU32;
use std::time::Duration;

/// An account takes ten tries in a row, then one each minute.
const ACCOUNT: (u32, Duration) = (10, Duration::from_secs(60));
/// An address takes more: a whole office, or all that comes through a proxy, may stand behind it.
const ADDRESS: (u32, Duration) = (60, Duration::from_secs(1));
/// With this many keys in memory, those that are not needed any more are dropped.
const MANY: usize = 10_000;

/// Our clock, as governor reads it: time since 1970.
#[derive(Clone)]
pub struct Since(Clock);

impl Ticks for Since {
    type Instant = Duration;

    fn now(&self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.now().timestamp_micros()).unwrap_or_default())
    }
}

type Limiter<K> = RateLimiter<K, DefaultKeyedStateStore<K>, Since, NoOpMiddleware<Duration>>;

pub struct Throttle {
    accounts: Limiter<String>,
    addresses: Limiter<String>,
    /// Codes of mailed links, by address.
    codes: Limiter<String>,
}

impl Throttle {
    pub fn new(clock: &Clock) -> Throttle {
        Throttle { accounts: limiter(ACCOUNT, clock), addresses: limiter(ADDRESS, clock), codes: limiter(ADDRESS, clock) }
    }

    /// Counts a try to give this account's password, and refuses it if there were too many.
    pub fn admit(&self, req: &HttpRequest, account: &str) -> Result<(), Failure> {
        take(&self.addresses, address(req))?;
        take(&self.accounts, account.trim().to_ascii_lowercase().chars().take(200).collect())
    }

    /// Counts a form that was sent behind a mailed link, and refuses it if there were too many. The link itself counts its wrong codes.
    /// Counted per link, not per address: behind a proxy all have the same one, and a stranger must not shut everybody out.
    pub fn admit_code(&self, token: &str) -> Result<(), Failure> {
        take(&self.codes, token.chars().take(64).collect())
    }
}

fn address(req: &HttpRequest) -> String {
    req.peer_addr().map_or_else(String::new, |it| it.ip().to_string())
}

fn limiter<K: Hash + Eq + Clone>((burst, every): (u32, Duration), clock: &Clock) -> Limiter<K> {
    let quota = Quota::with_period(every).expect("a constant period is longer than nothing");
    let quota = quota.allow_burst(NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN));
    RateLimiter::new(quota, DefaultKeyedStateStore::default(), Since(clock.clone()))
}

fn take<K: Hash + Eq + Clone>(limiter: &Limiter<K>, key: K) -> Result<(), Failure> {
    if limiter.len() > MANY {
        limiter.retain_recent();
        limiter.shrink_to_fit();
    }
    limiter.check_key(&key).map_err(|_| Failure::Throttled)
}
