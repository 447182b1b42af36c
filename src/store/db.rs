//! The one door to PostgreSQL: a fair queue, a pool behind it, and two ways in, to read and to write.

use super::events::Happened;
use crate::clock::Clock;
use crate::domain::people::Actor;
use chrono::{DateTime, Utc};
use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;
use diesel::r2d2::{ConnectionManager, CustomizeConnection, Pool, PooledConnection};
use diesel::result::{DatabaseErrorKind, Error as QueryError};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::sync::Semaphore;

type Manager = ConnectionManager<PgConnection>;

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
    settings: Arc<Settings>,
    pool: Arc<RwLock<Pool<Manager>>>,
    /// Requests wait here, in order, before they take a thread: waiting for the pool itself is unfair.
    turns: Arc<Semaphore>,
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

#[derive(Debug, thiserror::Error)]
pub enum Outage {
    #[error("no turn at the database within {0:?}")]
    Crowded(Duration),
    #[error("no database connection: {0}")]
    Pool(#[from] diesel::r2d2::PoolError),
    #[error("the database task ended early: {0}")]
    Cancelled(#[from] tokio::task::JoinError),
    #[error("the session could not be looked up: {0}")]
    Session(String),
    #[error("could not draw the page: {0}")]
    Render(String),
    #[error("a file could not be read or written: {0}")]
    File(#[from] std::io::Error),
    #[error(transparent)]
    Query(#[from] QueryError),
}

/// Why the database cannot be worked with.
#[derive(Debug, thiserror::Error)]
pub enum Unready {
    #[error(transparent)]
    Outage(#[from] Outage),
    #[error("the database takes no writes")]
    ReadOnly,
    #[error("the schema is older than this program")]
    OldSchema,
    #[error(transparent)]
    Schema(#[from] super::migrations::MigrationError),
}

impl Outage {
    /// Whether the same request may well succeed a little later.
    pub fn is_passing(&self) -> bool {
        match self {
            Outage::Crowded(_) | Outage::Pool(_) | Outage::Session(_) => true,
            Outage::Query(QueryError::DatabaseError(kind, _)) => matches!(kind, DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::ReadOnlyTransaction),
            Outage::Query(QueryError::BrokenTransactionManager) => true,
            Outage::Query(_) | Outage::Cancelled(_) | Outage::Render(_) | Outage::File(_) => false,
        }
    }

    /// Whether it comes from one thing that cannot be read or drawn; everything else works, the transaction too.
    pub fn is_of_one_thing(&self) -> bool {
        match self {
            Outage::Render(_) | Outage::File(_) | Outage::Query(QueryError::DeserializationError(_)) => true,
            Outage::Crowded(_) | Outage::Pool(_) | Outage::Cancelled(_) | Outage::Session(_) | Outage::Query(_) => false,
        }
    }
}

#[derive(Debug)]
struct Limits(Duration);

impl CustomizeConnection<PgConnection, diesel::r2d2::Error> for Limits {
    fn on_acquire(&self, conn: &mut PgConnection) -> Result<(), diesel::r2d2::Error> {
        let milliseconds = self.0.as_millis();
        conn.batch_execute(&format!(
            "SET statement_timeout = {milliseconds}; SET lock_timeout = {milliseconds}; SET idle_in_transaction_session_timeout = {milliseconds}; SET TIME ZONE 'UTC'"
        ))
        .map_err(diesel::r2d2::Error::QueryError)
    }
}

impl Settings {
    fn pool(&self) -> Result<Pool<Manager>, diesel::r2d2::PoolError> {
        Pool::builder()
            .max_size(self.connections)
            .min_idle(Some(1.min(self.connections)))
            .connection_timeout(self.wait)
            .test_on_check_out(false)
            .connection_customizer(Box::new(Limits(self.statement_timeout)))
            .build(Manager::new(&self.url))
    }
}

impl Db {
    pub fn open(settings: Settings, clock: Clock) -> Result<Db, diesel::r2d2::PoolError> {
        let pool = Arc::new(RwLock::new(settings.pool()?));
        let turns = Arc::new(Semaphore::new(settings.connections as usize));
        Ok(Db { settings: Arc::new(settings), pool, turns, clock })
    }

    /// Runs `f` off the async threads, on one snapshot of the data.
    pub async fn read<T, E, F>(&self, f: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Outage> + From<QueryError> + Send + 'static,
        F: FnOnce(&mut PgConnection) -> Result<T, E> + Send + 'static,
    {
        self.in_turn(move |db| db.read_now(f)).await
    }

    /// Runs `f` off the async threads, in one transaction: every row it writes is kept, or none.
    pub async fn write<T, E, F>(&self, actor: Actor, f: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Outage> + From<QueryError> + Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        self.in_turn(move |db| db.write_now(actor, f)).await
    }

    /// Whether the database takes writes and has the schema this program was built with.
    pub async fn probe(&self) -> Result<(), Unready> {
        self.in_turn(|db| {
            let mut conn = db.connection().map_err(Unready::from)?;
            if is_read_only(&mut conn).map_err(Outage::from)? {
                db.renew();
                return Err(Unready::ReadOnly);
            }
            if super::migrations::is_current(&mut conn)? { Ok(()) } else { Err(Unready::OldSchema) }
        })
        .await
    }

    async fn in_turn<T, E, F>(&self, f: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Outage> + Send + 'static,
        F: FnOnce(&Db) -> Result<T, E> + Send + 'static,
    {
        let turn = tokio::time::timeout(self.settings.wait, self.turns.clone().acquire_owned()).await;
        let Ok(Ok(turn)) = turn else { return Err(Outage::Crowded(self.settings.wait).into()) };
        let db = self.clone();
        let done = tokio::task::spawn_blocking(move || {
            let answer = f(&db);
            drop(turn);
            answer
        });
        done.await.map_err(Outage::from)?
    }

    /// [`Db::read`] for callers that have a thread of their own.
    pub fn read_now<T, E>(&self, f: impl FnOnce(&mut PgConnection) -> Result<T, E>) -> Result<T, E>
    where
        E: From<Outage> + From<QueryError>,
    {
        let mut conn = self.connection()?;
        conn.build_transaction().read_only().repeatable_read().run(f)
    }

    /// [`Db::write`] for callers that have a thread of their own.
    pub fn write_now<T, E>(&self, actor: Actor, f: impl FnOnce(&mut Tx<'_>) -> Result<T, E>) -> Result<T, E>
    where
        E: From<Outage> + From<QueryError>,
    {
        let now = self.clock.now();
        self.transact(actor, |_| Ok(now), f)
    }

    /// [`Db::write_now`], at the time that the database has: for work that several instances share, whose own clocks may differ.
    /// A standing clock stays the time.
    pub fn write_by_database_time<T, E>(&self, actor: Actor, f: impl FnOnce(&mut Tx<'_>) -> Result<T, E>) -> Result<T, E>
    where
        E: From<Outage> + From<QueryError>,
    {
        let standing = self.clock.standing();
        self.transact(actor, |conn| standing.map_or_else(|| database_time(conn), Ok), f)
    }

    fn transact<T, E>(
        &self,
        actor: Actor,
        time: impl FnOnce(&mut PgConnection) -> Result<DateTime<Utc>, QueryError>,
        f: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E>
    where
        E: From<Outage> + From<QueryError>,
    {
        let mut conn = self.connection()?;
        let mut demoted = false;
        let answer = conn.build_transaction().run(|conn| {
            demoted = is_read_only(conn)?;
            let now = time(conn)?;
            let mut tx = Tx { conn, actor, now, happened: Vec::new() };
            let answer = f(&mut tx)?;
            super::deadlines::keep(&mut tx)?;
            super::events::append(&mut tx)?;
            Ok(answer)
        });
        if demoted {
            self.renew();
        }
        answer
    }

    fn connection(&self) -> Result<PooledConnection<Manager>, Outage> {
        let pool = self.pool.read().unwrap_or_else(PoisonError::into_inner).clone();
        Ok(pool.get()?)
    }

    /// Drops all connections: the server behind them no longer takes writes, another one may.
    fn renew(&self) {
        match self.settings.pool() {
            Ok(pool) => *self.pool.write().unwrap_or_else(PoisonError::into_inner) = pool,
            Err(cause) => tracing::error!(%cause, "the database turned read-only, and no other was found"),
        }
    }
}

#[diesel::declare_sql_function]
extern "SQL" {
    fn current_setting(name: diesel::sql_types::Text) -> diesel::sql_types::Text;
}

fn database_time(conn: &mut PgConnection) -> Result<DateTime<Utc>, QueryError> {
    use diesel::prelude::*;
    diesel::select(diesel::dsl::now.into_sql::<diesel::sql_types::Timestamptz>()).get_result(conn)
}

fn is_read_only(conn: &mut PgConnection) -> Result<bool, QueryError> {
    use diesel::prelude::*;
    let setting: String = diesel::select(current_setting("transaction_read_only")).get_result(conn)?;
    Ok(setting == "on")
}
