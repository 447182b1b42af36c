//! How often somebody may try to sign in, per account and per address, known or not; and to decide behind a mailed link.

use super::failure::Failure;
use crate::app;
use crate::clock::Clock;
use crate::domain::policies::Security;
use crate::store::{Db, policies};
use actix_web::HttpRequest;
use governor::clock::Clock as Ticks;
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};
use std::collections::HashMap;
use std::hash::Hash;
use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// An address takes more: a whole office, or all that comes through a proxy, may stand behind it.
const ADDRESS: (u32, Duration) = (60, Duration::from_secs(1));
/// With this many keys in memory, those that are not needed any more are dropped.
const MANY: usize = 10_000;

/// Our clock, as governor reads it: evenly, or a clock that is set back would keep everybody out until it is as late again.
#[derive(Clone)]
pub struct Since(Clock);

impl Ticks for Since {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.0.steady()
    }
}

type Limiter<K> = RateLimiter<K, DefaultKeyedStateStore<K>, Since, NoOpMiddleware<Duration>>;

pub struct Throttle {
    clock: Clock,
    accounts: Mutex<Accounts>,
    addresses: Limiter<String>,
    /// Codes of mailed links, by address.
    codes: Limiter<String>,
}

/// The tries of accounts: so many in a row, then one each time, as the policy said when it was asked last. Another policy counts anew.
struct Accounts {
    tries: u32,
    minutes: u32,
    limiter: Limiter<String>,
    /// How often each account was entered: whoever gives the right password begins to count anew.
    entered: HashMap<String, u64>,
}

impl Accounts {
    fn of(security: &Security, clock: &Clock) -> Accounts {
        let (tries, minutes) = (security.sign_in_attempts, security.lock_minutes.max(1));
        Accounts { tries, minutes, limiter: limiter((tries, Duration::from_secs(60 * u64::from(minutes))), clock), entered: HashMap::new() }
    }

    fn go_by(&self, security: &Security) -> bool {
        self.tries == security.sign_in_attempts && self.minutes == security.lock_minutes.max(1)
    }
}

impl Throttle {
    pub fn new(clock: &Clock) -> Throttle {
        let accounts = Mutex::new(Accounts::of(&Security::default(), clock));
        Throttle { clock: clock.clone(), accounts, addresses: limiter(ADDRESS, clock), codes: limiter(ADDRESS, clock) }
    }

    /// Counts a try to give this account's password, and refuses it if there were too many.
    pub async fn admit(&self, req: &HttpRequest, db: &Db, account: &str) -> Result<(), Failure> {
        take(&self.addresses, address(req))?;
        let security = db.read(|conn| Ok::<_, app::Error>(policies::security(conn)?)).await?;
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        if !accounts.go_by(&security) {
            *accounts = Accounts::of(&security, &self.clock);
        }
        let account = name_of(account);
        let round = accounts.entered.get(&account).copied().unwrap_or_default();
        let taken = take(&accounts.limiter, format!("{round} {account}"));
        taken.map_err(|_| Failure::Throttled(accounts.minutes))
    }

    /// The account's own password was given: what was tried before counts no more.
    pub fn forgive(&self, account: &str) {
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        if accounts.entered.len() > MANY {
            accounts.entered.clear();
        }
        *accounts.entered.entry(name_of(account)).or_default() += 1;
    }

    /// Counts a form that was sent behind a mailed link, and refuses it if there were too many. The link itself counts its wrong codes.
    /// Counted per link, not per address: behind a proxy all have the same one, and a stranger must not shut everybody out.
    pub fn admit_code(&self, token: &str) -> Result<(), Failure> {
        take(&self.codes, token.chars().take(64).collect())
    }
}

fn name_of(account: &str) -> String {
    account.trim().to_ascii_lowercase().chars().take(200).collect()
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
    limiter.check_key(&key).map_err(|_| Failure::Throttled(1))
}
