//! A PostgreSQL of the tests' own, with a database for each test: empty, or copied from a template that is made once.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use slipway::store::embedded::{self, Server, Settings};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use tempfile::TempDir;

const TEMPLATE: &str = "template_migrated";

/// Runs while some test uses it.
struct Cluster {
    server: Server,
    /// Whether the template is there. Locked while it is copied, too: a template that is in use cannot be.
    template: Mutex<bool>,
    /// Last, because the server works in it.
    _home: TempDir,
}

static SHARED: Mutex<Weak<Cluster>> = Mutex::new(Weak::new());
static COUNT: AtomicU32 = AtomicU32::new(0);

/// A database that goes away with the test.
pub struct Database {
    cluster: Arc<Cluster>,
    name: String,
}

impl Database {
    /// With the schema in it.
    pub fn create() -> Database {
        let cluster = cluster();
        let mut made = cluster.template.lock().unwrap_or_else(PoisonError::into_inner);
        if !*made {
            cluster.run(&format!("CREATE DATABASE {TEMPLATE}"));
            slipway::store::migrations::run(&cluster.server.url(TEMPLATE)).expect("the migrations run");
            *made = true;
        }
        let name = next_name();
        cluster.run(&format!("CREATE DATABASE {name} TEMPLATE {TEMPLATE}"));
        drop(made);
        Database { cluster, name }
    }

    /// With nothing in it.
    pub fn empty() -> Database {
        let (cluster, name) = (cluster(), next_name());
        cluster.run(&format!("CREATE DATABASE {name}"));
        Database { cluster, name }
    }

    pub fn url(&self) -> String {
        self.cluster.server.url(&self.name)
    }

    pub fn name(&self) -> String {
        self.name.clone()
    }

    /// A connection of the test's own.
    pub fn connect(&self) -> PgConnection {
        connect(&self.url())
    }

    /// What the server wrote into its log so far, for all databases.
    pub fn log(&self) -> String {
        let bytes = std::fs::read(self.cluster.server.log()).expect("there is a log");
        String::from_utf8_lossy(&bytes).into_owned()
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

impl Cluster {
    fn run(&self, sql: &str) {
        connect(&self.server.url("postgres")).batch_execute(sql).expect(sql);
    }
}

fn next_name() -> String {
    format!("test_{}", COUNT.fetch_add(1, Ordering::Relaxed))
}

fn connect(url: &str) -> PgConnection {
    PgConnection::establish(url).expect("the tests' own server answers")
}

fn cluster() -> Arc<Cluster> {
    let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
    shared.upgrade().unwrap_or_else(|| {
        let home = tempfile::tempdir().expect("a folder");
        let settings = Settings { data_dir: home.path().to_owned(), binaries: None, quick: true, max_connections: 100 };
        let server = embedded::start(&settings).unwrap_or_else(|error| panic!("{error}"));
        let cluster = Arc::new(Cluster { server, template: Mutex::new(false), _home: home });
        *shared = Arc::downgrade(&cluster);
        cluster
    })
}
