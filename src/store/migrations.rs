//! Brings the schema up to date, one instance at a time.

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
    #[error("cannot reach the database: {0}")]
    Connection(#[from] ConnectionError),
    #[error(transparent)]
    Query(#[from] diesel::result::Error),
    #[error("the database has schema {found}, newer than {known}, which is the newest this program knows. Start a newer Slipway.")]
    Newer { found: String, known: String },
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
    let mut conn = PgConnection::establish(url)?;
    conn.batch_execute(&format!("SELECT pg_advisory_lock({LOCK})"))?;
    refuse_newer(&mut conn)?;
    let done = conn.run_pending_migrations(MIGRATIONS).map_err(MigrationError::failed)?;
    Ok(done.len())
}

/// Whether the schema is exactly the one this program was built with.
pub fn is_current(conn: &mut PgConnection) -> Result<bool, MigrationError> {
    refuse_newer(conn)?;
    Ok(!conn.has_pending_migration(MIGRATIONS).map_err(MigrationError::failed)?)
}

fn refuse_newer(conn: &mut PgConnection) -> Result<(), MigrationError> {
    let known = newest(MIGRATIONS.migrations().map_err(MigrationError::failed)?.iter().map(|it: &Box<dyn Migration<Pg>>| it.name().version().as_owned()));
    let found = newest(conn.applied_migrations().map_err(MigrationError::failed)?);
    if found > known { Err(MigrationError::Newer { found, known }) } else { Ok(()) }
}

fn newest(versions: impl IntoIterator<Item = MigrationVersion<'static>>) -> String {
    versions.into_iter().map(|it| it.to_string()).max().unwrap_or_default()
}
