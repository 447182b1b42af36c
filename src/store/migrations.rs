//! Brings the schema up to date, one instance at a time.

use super::condition;
use super::embedded::OLDEST_MAJOR;
use diesel::connection::SimpleConnection;
use diesel::migration::{Migration, MigrationSource, MigrationVersion};
use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");

/// Any number will do, as long as all instances lock the same one.
const LOCK: i64 = 0x51_19_3A_11;

#[derive(Debug, thiserror::Error)]
pub enum MigrationError {
    #[error("cannot reach the database: {}", .0.to_string().split_whitespace().collect::<Vec<_>>().join(" "))]
    Connection(ConnectionError),
    #[error(transparent)]
    Query(#[from] diesel::result::Error),
    #[error("the database has schema {found}, newer than {known}, which is the newest this program knows. Start a newer Slipway.")]
    Newer { found: String, known: String },
    #[error("the database runs PostgreSQL {0}; Slipway needs {OLDEST_MAJOR} or newer")]
    OldServer(String),
    #[error("a migration failed: {0}")]
    Failed(String),
}

impl MigrationError {
    fn failed(cause: impl std::fmt::Display) -> MigrationError {
        MigrationError::Failed(cause.to_string())
    }
}

/// Runs what is missing, and says how many that were. Holds an advisory lock meanwhile, because several instances may start at once.
pub fn run(url: &str) -> Result<usize, MigrationError> {
    let mut conn = connect(url)?;
    conn.batch_execute(&format!("SELECT pg_advisory_lock({LOCK})"))?;
    refuse_newer(&mut conn)?;
    let done = conn.run_pending_migrations(MIGRATIONS).map_err(MigrationError::failed)?;
    Ok(done.len())
}

/// A connection outside the pool, to a server that is new enough.
pub fn connect(url: &str) -> Result<PgConnection, MigrationError> {
    let mut conn = PgConnection::establish(url).map_err(MigrationError::Connection)?;
    let (major, version) = condition::version(&mut conn)?;
    if major < OLDEST_MAJOR { Err(MigrationError::OldServer(version)) } else { Ok(conn) }
}

/// The newest schema that this program knows.
pub fn known() -> Result<String, MigrationError> {
    let all: Vec<Box<dyn Migration<Pg>>> = MIGRATIONS.migrations().map_err(MigrationError::failed)?;
    Ok(newest(all.iter().map(|it| it.name().version().as_owned())))
}

/// Whether the schema is exactly the one this program was built with.
pub fn is_current(conn: &mut PgConnection) -> Result<bool, MigrationError> {
    refuse_newer(conn)?;
    Ok(!conn.has_pending_migration(MIGRATIONS).map_err(MigrationError::failed)?)
}

fn refuse_newer(conn: &mut PgConnection) -> Result<(), MigrationError> {
    let known = known()?;
    let found = newest(conn.applied_migrations().map_err(MigrationError::failed)?);
    if found > known { Err(MigrationError::Newer { found, known }) } else { Ok(()) }
}

fn newest(versions: impl IntoIterator<Item = MigrationVersion<'static>>) -> String {
    versions.into_iter().map(|it| it.to_string()).max().unwrap_or_default()
}
