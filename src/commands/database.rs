//! The database that the settings mean: a given one, or a private one that this program runs.

use crate::clock::Clock;
use crate::config::Config;
use crate::store::embedded::{self, Server};
use crate::store::{Db, address, db, migrations};
use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::time::Duration;

/// Must outlive every connection; with it the private server stops.
pub struct Database {
    pub url: String,
    /// The private server, if this program runs it.
    _server: Option<Server>,
}

/// More than the pool takes, for the commands that come as guests.
const SPARE_CONNECTIONS: u32 = 12;

impl Database {
    /// For the program that serves: a private server is its own, and nobody else's.
    pub fn own(config: &Config) -> anyhow::Result<Database> {
        private_folder(config)?;
        if let Some(url) = &config.database_url {
            return Ok(Database { url: address::with_defaults(url), _server: None });
        }
        let settings = embedded::Settings {
            data_dir: config.data_dir.clone(),
            binaries: config.postgres_bin.clone(),
            quick: false,
            max_connections: config.db_pool + SPARE_CONNECTIONS,
        };
        let server = embedded::start(&settings)?;
        Ok(Database { url: server.url(embedded::DATABASE), _server: Some(server) })
    }

    /// For all other commands: as a guest, if a program that serves has the private server up.
    pub fn shared(config: &Config) -> anyhow::Result<Database> {
        let guest = || embedded::of_another(&config.data_dir, embedded::DATABASE);
        match config.database_url.is_none().then(guest).flatten() {
            Some(url) => Ok(Database { url, _server: None }),
            None => Database::own(config),
        }
    }

    /// With the schema that this program needs.
    pub fn migrated(&self, config: &Config, connections: u32) -> anyhow::Result<Db> {
        let done = migrations::run(&self.url)?;
        if done > 0 {
            tracing::info!(migrations = done, "the database schema is up to date now");
        }
        self.open(config, connections)
    }

    /// As it is.
    pub fn open(&self, config: &Config, connections: u32) -> anyhow::Result<Db> {
        let settings = db::Settings {
            url: self.url.clone(),
            connections,
            wait: Duration::from_secs(config.db_wait),
            statement_timeout: Duration::from_secs(config.db_statement_timeout),
        };
        Ok(Db::open(settings, Clock::default())?)
    }
}

/// Makes the data directory, if anything is to be kept there, such that only its owner can look inside.
fn private_folder(config: &Config) -> anyhow::Result<()> {
    if config.database_url.is_some() && config.secret_key.is_some() {
        return Ok(());
    }
    let made = DirBuilder::new().recursive(true).mode(0o700).create(&config.data_dir);
    made.map_err(|cause| anyhow::anyhow!("the data directory {} cannot be made: {cause}", config.data_dir.display()))
}
