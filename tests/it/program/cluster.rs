//! A PostgreSQL of the tests' own, with a database for each.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use slipway::store::embedded::{self, Server, Settings};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use tempfile::TempDir;

/// Runs while some test uses it.
struct Cluster {
    server: Server,
    /// Last, because the server works in it.
    _home: TempDir,
}

static SHARED: Mutex<Weak<Cluster>> = Mutex::new(Weak::new());
static COUNT: AtomicU32 = AtomicU32::new(0);

/// An empty database that goes away with the test.
pub struct Database {
    cluster: Arc<Cluster>,
    name: String,
}

impl Database {
    pub fn empty() -> Database {
        let cluster = cluster();
        let name = format!("test_{}", COUNT.fetch_add(1, Ordering::Relaxed));
        connect(&cluster.server.url("postgres")).batch_execute(&format!("CREATE DATABASE {name}")).expect("a new database");
        Database { cluster, name }
    }

    pub fn url(&self) -> String {
        self.cluster.server.url(&self.name)
    }

    pub fn name(&self) -> String {
        self.name.clone()
    }

    /// Does as a superuser would.
    pub fn run(&self, sql: &str) {
        connect(&self.url()).batch_execute(sql).expect(sql);
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        connect(&self.cluster.server.url("postgres")).batch_execute(&format!("DROP DATABASE {} WITH (FORCE)", self.name)).ok();
    }
}

fn connect(url: &str) -> PgConnection {
    PgConnection::establish(url).expect("the tests' own server answers")
}

fn cluster() -> Arc<Cluster> {
    let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
    shared.upgrade().unwrap_or_else(|| {
        let home = tempfile::tempdir().expect("a folder");
        let settings = Settings { data_dir: home.path().to_owned(), binaries: None, quick: true, max_connections: 100 };
        let cluster = Arc::new(Cluster { server: embedded::start(&settings).unwrap_or_else(|error| panic!("{error}")), _home: home });
        *shared = Arc::downgrade(&cluster);
        cluster
    })
}
