//! The one door to PostgreSQL: a fair queue, connections behind it, and two ways in, to read and to write.

use super::events::Happened;
use super::outage::is_lost;
pub use super::outage::{Outage, Unready};
use super::pool::{Pool, Purpose};
use super::turns::Turns;
use crate::clock::Clock;
use crate::domain::people::Actor;
use chrono::{DateTime, Utc};
use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::pg::PgConnection;
use diesel::result::Error as QueryError;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, Instant};

/// How the database is reached, and how long one waits for it.
#[derive(Clone, Debug)]
pub struct Settings {
    pub url: String,
    pub connections: u32,
    /// How long a request waits for its turn.
    pub wait: Duration,
    pub statement_timeout: Duration,
}

#[derive(Clone)]
pub struct Db {
    pool: Arc<Pool>,
    /// Callers wait here, in order, before they take a thread or a connection.
    turns: Turns,
    /// Whoever asks how the database is does not stand in line with those who work.
    probes: Turns,
    wait: Duration,
    /// How long a request goes without a sign of what it asked for.
    patience: Duration,
    pub clock: Clock,
}

/// A write in progress: the connection inside a transaction, who is writing, and when.
pub struct Tx<'c> {
    pub conn: &'c mut PgConnection,
    pub actor: Actor,
    pub now: DateTime<Utc>,
    /// What happened so far; written to the log as the last thing before the commit, so that its head is held only briefly.
    pub(super) happened: Vec<Happened>,
}

/// What becomes of a write that somebody waits for: either it is committed, or they gave it up before that; never both.
#[derive(Clone, Default)]
struct Fate(Arc<AtomicU8>);

impl Fate {
    const COMMITTED: u8 = 1;
    const GIVEN_UP: u8 = 2;

    fn decide(&self, fate: u8) -> bool {
        self.0.compare_exchange(0, fate, Ordering::SeqCst, Ordering::SeqCst).is_ok()
    }
}

impl Db {
    /// With a first connection made, so that an address that cannot work is noticed now.
    pub fn open(settings: Settings, clock: Clock) -> Result<Db, Outage> {
        let (wait, patience) = (settings.wait, settings.wait + settings.statement_timeout);
        let turns = Turns::new(settings.connections as usize, wait);
        let pool = Pool::new(settings);
        pool.warm_up(Instant::now() + wait)?;
        Ok(Db { pool: Arc::new(pool), turns, probes: Turns::new(1, wait), wait, patience, clock })
    }

    /// Runs `f` off the async threads, on one snapshot of the data.
    pub async fn read<T, E, F>(&self, f: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Outage> + From<QueryError> + Send + 'static,
        F: FnOnce(&mut PgConnection) -> Result<T, E> + Send + 'static,
    {
        self.in_turn(move |db, _| db.look(f)).await
    }

    /// Runs `f` off the async threads, in one transaction: every row it writes is kept, or none.
    pub async fn write<T, E, F>(&self, actor: Actor, f: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Outage> + From<QueryError> + Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        let now = self.clock.now();
        self.in_turn(move |db, fate| db.transact(fate, actor, |_| Ok(now), f)).await
    }

    /// Whether the database takes writes and has the schema this program was built with, right now.
    pub async fn probe(&self) -> Result<(), Unready> {
        let _turn = self.probes.take().await?;
        let db = self.clone();
        let asked = tokio::task::spawn_blocking(move || {
            let mut link = db.pool.begin(Purpose::Write, Instant::now())?;
            let current = super::migrations::is_current(&mut link.conn);
            AnsiTransactionManager::rollback_transaction(&mut link.conn).map_err(Outage::from)?;
            db.pool.give_back(link);
            if current? { Ok(()) } else { Err(Unready::OldSchema) }
        });
        match tokio::time::timeout(self.wait, asked).await {
            Ok(answer) => answer.map_err(Outage::from)?,
            Err(_) => Err(Outage::Silent(self.wait).into()),
        }
    }

    /// Waits for a turn and then for the answer, neither for too long. What was given up is not written later.
    async fn in_turn<T, E, F>(&self, f: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Outage> + Send + 'static,
        F: FnOnce(&Db, &Fate) -> Result<T, E> + Send + 'static,
    {
        let turn = self.turns.take().await?;
        let (db, fate, begun) = (self.clone(), Fate::default(), Instant::now());
        let decided = fate.clone();
        let mut asked = tokio::task::spawn_blocking(move || {
            let answer = f(&db, &decided);
            drop(turn);
            answer
        });
        if let Ok(answer) = tokio::time::timeout(self.wait, &mut asked).await {
            return answer.map_err(Outage::from)?;
        }
        // Either much is to be done, or the database says nothing any more: then nobody needs to wait longer.
        let left = if self.answers().await { self.patience.saturating_sub(begun.elapsed()) } else { Duration::ZERO };
        match tokio::time::timeout(left, asked).await {
            Ok(answer) => answer.map_err(Outage::from)?,
            Err(_) if fate.decide(Fate::GIVEN_UP) => Err(Outage::Silent(begun.elapsed()).into()),
            Err(_) => Err(Outage::InDoubt.into()),
        }
    }

    /// Whether anything comes back from the database.
    async fn answers(&self) -> bool {
        match self.probe().await {
            Ok(()) | Err(Unready::OldSchema | Unready::Schema(_) | Unready::Outage(Outage::ReadOnly)) => true,
            Err(Unready::Outage(_)) => false,
        }
    }

    /// [`Db::read`] for callers that have a thread of their own.
    pub fn read_now<T, E>(&self, f: impl FnOnce(&mut PgConnection) -> Result<T, E>) -> Result<T, E>
    where
        E: From<Outage> + From<QueryError>,
    {
        let _turn = self.turns.take_now()?;
        self.look(f)
    }

    /// [`Db::write`] for callers that have a thread of their own.
    pub fn write_now<T, E>(&self, actor: Actor, f: impl FnOnce(&mut Tx<'_>) -> Result<T, E>) -> Result<T, E>
    where
        E: From<Outage> + From<QueryError>,
    {
        let _turn = self.turns.take_now()?;
        let now = self.clock.now();
        self.transact(&Fate::default(), actor, |_| Ok(now), f)
    }

    /// [`Db::write_now`], at the time that the database has: for work that several instances share, whose own clocks may differ.
    /// A standing clock stays the time.
    pub fn write_by_database_time<T, E>(&self, actor: Actor, f: impl FnOnce(&mut Tx<'_>) -> Result<T, E>) -> Result<T, E>
    where
        E: From<Outage> + From<QueryError>,
    {
        let _turn = self.turns.take_now()?;
        let standing = self.clock.standing();
        self.transact(&Fate::default(), actor, |conn| standing.map_or_else(|| database_time(conn), Ok), f)
    }

    /// Runs a statement outside a transaction, however long it takes: for what cannot run within one.
    pub fn run_alone(&self, statement: &str) -> Result<(), Outage> {
        let _turn = self.turns.take_now()?;
        let mut link = self.pool.begin(Purpose::Write, self.deadline())?;
        AnsiTransactionManager::rollback_transaction(&mut link.conn)?;
        link.conn.batch_execute("SET statement_timeout = 0; SET lock_timeout = 0")?;
        // The connection is not used again, since its limits are gone.
        Ok(link.conn.batch_execute(statement)?)
    }

    /// Until when a server that is gone is waited for.
    fn deadline(&self) -> Instant {
        Instant::now() + self.wait
    }

    fn look<T, E>(&self, f: impl FnOnce(&mut PgConnection) -> Result<T, E>) -> Result<T, E>
    where
        E: From<Outage> + From<QueryError>,
    {
        let mut link = self.pool.begin(Purpose::Read, self.deadline())?;
        let answer = f(&mut link.conn);
        let ended = AnsiTransactionManager::rollback_transaction(&mut link.conn);
        self.pool.give_back(link);
        let answer = answer?;
        ended?;
        Ok(answer)
    }

    fn transact<T, E>(
        &self,
        fate: &Fate,
        actor: Actor,
        time: impl FnOnce(&mut PgConnection) -> Result<DateTime<Utc>, QueryError>,
        f: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E>
    where
        E: From<Outage> + From<QueryError>,
    {
        let mut link = self.pool.begin(Purpose::Write, self.deadline())?;
        let conn = &mut link.conn;
        let answer: Result<T, E> = (|| {
            let now = time(conn)?;
            let mut tx = Tx { conn, actor, now, happened: Vec::new() };
            let answer = f(&mut tx)?;
            super::deadlines::keep(&mut tx)?;
            super::events::append(&mut tx)?;
            if fate.decide(Fate::COMMITTED) { Ok(answer) } else { Err(Outage::Silent(self.patience).into()) }
        })();
        let ended = match &answer {
            Ok(_) => AnsiTransactionManager::commit_transaction(&mut link.conn).map_err(|cause| if is_lost(&cause) { Outage::InDoubt } else { cause.into() }),
            // The error that led here says more than one about taking it back.
            Err(_) => AnsiTransactionManager::rollback_transaction(&mut link.conn).or(Ok(())),
        };
        self.pool.give_back(link);
        let answer = answer?;
        ended?;
        Ok(answer)
    }
}

fn database_time(conn: &mut PgConnection) -> Result<DateTime<Utc>, QueryError> {
    use diesel::prelude::*;
    diesel::select(diesel::dsl::now.into_sql::<diesel::sql_types::Timestamptz>()).get_result(conn)
}
