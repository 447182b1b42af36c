//! Connections to PostgreSQL that wait for their next use. How many are in use at most is decided by the turns that are taken before.

use super::db::Settings;
use super::outage::{Outage, is_lost};
use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::result::ConnectionError;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long one is used: names may mean other servers by then, and servers keep what they remember for each.
const LIFE: Duration = Duration::from_secs(30 * 60);

/// Between two tries to reach a server that is just being started again.
const PAUSE: Duration = Duration::from_millis(100);

pub(super) struct Pool {
    settings: Settings,
    shared: Mutex<Shared>,
}

#[derive(Default)]
struct Shared {
    idle: Vec<Link>,
    /// Connections of earlier generations are not used again.
    generation: u64,
    /// Since when no connection could be made.
    down_since: Option<Instant>,
}

/// A connection in use. Dropped, it is closed, and what was not committed is rolled back.
pub(super) struct Link {
    pub conn: PgConnection,
    generation: u64,
    made: Instant,
}

/// Whether a transaction is to write.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// On one snapshot of the data.
    Read,
    Write,
}

impl Purpose {
    fn begin(self) -> &'static str {
        match self {
            Purpose::Read => "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY",
            Purpose::Write => "BEGIN",
        }
    }
}

impl Pool {
    pub fn new(settings: Settings) -> Pool {
        Pool { settings, shared: Mutex::default() }
    }

    /// Makes a first connection.
    pub fn warm_up(&self, until: Instant) -> Result<(), Outage> {
        let link = self.connect(until)?;
        self.give_back(link);
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A connection in a transaction that has just begun. Until then nothing has happened: a dead connection, or one to a server that
    /// takes no writes any more, is replaced by another without anybody's noticing.
    pub fn begin(&self, purpose: Purpose, until: Instant) -> Result<Link, Outage> {
        loop {
            let mut link = self.take(until)?;
            let begun = AnsiTransactionManager::begin_transaction_sql(&mut link.conn, purpose.begin());
            let begun = begun.and_then(|()| Ok(purpose == Purpose::Read || !is_read_only(&mut link.conn)?));
            let failure = match begun {
                Ok(true) => return Ok(link),
                Ok(false) => Outage::ReadOnly,
                Err(cause) if is_lost(&cause) => Outage::Query(cause),
                Err(cause) => return Err(cause.into()),
            };
            self.renew(link.generation);
            let was_new = link.made.elapsed() < PAUSE;
            drop(link);
            if was_new && (Instant::now() >= until || matches!(failure, Outage::ReadOnly)) {
                return Err(failure);
            }
        }
    }

    /// One that waits, or else a new one.
    fn take(&self, until: Instant) -> Result<Link, Outage> {
        let waiting = {
            let mut shared = self.lock();
            let generation = shared.generation;
            shared.idle.retain(|it| it.generation == generation && it.made.elapsed() < LIFE);
            shared.idle.pop()
        };
        match waiting {
            Some(link) => Ok(link),
            None => self.connect(until),
        }
    }

    /// A new one. While the server has been gone for a moment only, most likely it is being started again, and that is worth waiting for.
    fn connect(&self, until: Instant) -> Result<Link, Outage> {
        loop {
            let generation = self.lock().generation;
            let cause = match self.establish() {
                Ok(conn) => {
                    self.lock().down_since = None;
                    return Ok(Link { conn, generation, made: Instant::now() });
                }
                Err(cause) => cause,
            };
            let down_for = self.lock().down_since.get_or_insert_with(Instant::now).elapsed();
            if down_for >= self.settings.wait || Instant::now() + PAUSE >= until {
                return Err(cause.into());
            }
            std::thread::sleep(PAUSE);
        }
    }

    fn establish(&self) -> Result<PgConnection, ConnectionError> {
        let mut conn = PgConnection::establish(&self.settings.url)?;
        let milliseconds = self.settings.statement_timeout.as_millis();
        // What a search finds is sorted and compared in memory; compiling a query takes longer than any of ours.
        let limits = format!(
            "SET work_mem = '32MB'; SET jit = off; SET statement_timeout = {milliseconds}; SET lock_timeout = {milliseconds}; SET idle_in_transaction_session_timeout = {milliseconds}; \
             SELECT set_config('lc_messages', 'C', false) FROM pg_roles WHERE rolname = current_user AND rolsuper"
        );
        conn.batch_execute(&limits).map_err(ConnectionError::CouldntSetupConfiguration)?;
        Ok(conn)
    }

    /// Keeps a connection for its next use, unless something happened to it or to its server.
    pub fn give_back(&self, mut link: Link) {
        let is_free = matches!(AnsiTransactionManager::transaction_manager_status_mut(&mut link.conn).transaction_depth(), Ok(None));
        let mut shared = self.lock();
        if is_free && link.generation == shared.generation && shared.idle.len() < self.settings.connections as usize {
            shared.idle.push(link);
        }
    }

    /// Uses no connection of this generation any more: what happened to one happened to its server. Those that wait are closed.
    fn renew(&self, generation: u64) {
        let mut shared = self.lock();
        if shared.generation == generation {
            shared.generation += 1;
            let closed = std::mem::take(&mut shared.idle);
            drop(shared);
            drop(closed);
        }
    }
}

#[diesel::declare_sql_function]
extern "SQL" {
    fn current_setting(name: diesel::sql_types::Text) -> diesel::sql_types::Text;
}

fn is_read_only(conn: &mut PgConnection) -> QueryResult<bool> {
    let setting: String = diesel::select(current_setting("transaction_read_only")).get_result(conn)?;
    Ok(setting == "on")
}
