//! Brings the schema up to date, one instance at a time.

use super::condition;
use super::embedded::OLDEST_MAJOR;
use diesel::connection::SimpleConnection;
use diesel::migration::{Migration, MigrationSource};
use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::sql_types::Bool;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use std::collections::BTreeSet;

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
    Ok(newest(&versions()?))
}

/// Whether the schema is exactly the one this program was built with. Writes nothing, so that it works on a server that takes no writes.
pub fn is_current(conn: &mut PgConnection) -> Result<bool, MigrationError> {
    let applied = refuse_newer(conn)?;
    Ok(versions()?.is_subset(&applied))
}

/// Answers what was applied so far.
fn refuse_newer(conn: &mut PgConnection) -> Result<BTreeSet<String>, MigrationError> {
    let applied = applied(conn)?;
    let (found, known) = (newest(&applied), known()?);
    if found > known { Err(MigrationError::Newer { found, known }) } else { Ok(applied) }
}

/// The migrations in this program.
fn versions() -> Result<BTreeSet<String>, MigrationError> {
    let all: Vec<Box<dyn Migration<Pg>>> = MIGRATIONS.migrations().map_err(MigrationError::failed)?;
    Ok(all.iter().map(|it| it.name().version().to_string()).collect())
}

/// The migrations in the database. Diesel's own question would make the table that they are kept in.
fn applied(conn: &mut PgConnection) -> QueryResult<BTreeSet<String>> {
    let there: bool = diesel::select(diesel::dsl::sql::<Bool>("to_regclass('__diesel_schema_migrations') IS NOT NULL")).get_result(conn)?;
    if !there {
        return Ok(BTreeSet::new());
    }
    let rows: Vec<String> = __diesel_schema_migrations::table.select(__diesel_schema_migrations::version).load(conn)?;
    Ok(rows.into_iter().collect())
}

fn newest(versions: &BTreeSet<String>) -> String {
    versions.last().cloned().unwrap_or_default()
}

diesel::table! {
    __diesel_schema_migrations (version) {
        version -> VarChar,
    }
}
