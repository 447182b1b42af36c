//! A database for each test, copied from a template that is made once.

use diesel::prelude::*;
use sha2::{Digest, Sha256};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

/// The server that the tests use, as the URL of its maintenance database.
fn cluster() -> String {
    std::env::var("SLIPWAY_TEST_DATABASE").unwrap_or_else(|_| "postgres://app@%2Ftmp%2Fpg/postgres".to_owned())
}

fn url(database: &str) -> String {
    let mut url = url::Url::parse(&cluster()).expect("SLIPWAY_TEST_DATABASE is a URL");
    url.set_path(database);
    url.to_string()
}

fn run(sql: &str) {
    let mut conn = PgConnection::establish(&cluster()).expect("the test database server runs");
    diesel::sql_query(sql).execute(&mut conn).expect(sql);
}

/// One at a time: a template that is being copied may not be in use.
static TURN: Mutex<()> = Mutex::new(());
static TEMPLATE: OnceLock<String> = OnceLock::new();
static COUNT: AtomicU32 = AtomicU32::new(0);

fn name() -> String {
    format!("slipway_test_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

/// Goes away with the test.
pub struct Database(String);

impl Database {
    pub fn create() -> Database {
        let name = name();
        let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        run(&format!("CREATE DATABASE {name} TEMPLATE {}", TEMPLATE.get_or_init(template)));
        Database(name)
    }

    /// Without a schema.
    pub fn empty() -> Database {
        let name = name();
        run(&format!("CREATE DATABASE {name}"));
        Database(name)
    }

    pub fn url(&self) -> String {
        url(&self.0)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        run(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.0));
    }
}

/// Named after what the migrations say, so that it is made anew when they change.
fn template() -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations");
    let mut files: Vec<_> = std::fs::read_dir(folder).expect("migrations").map(|it| it.expect("a folder").path().join("up.sql")).collect();
    files.sort();
    let hash = files.iter().fold(Sha256::new(), |hash, file| hash.chain_update(std::fs::read(file).expect("up.sql")));
    let name = format!("slipway_template_{}", &hex::encode(hash.finalize())[..16]);
    let mut conn = PgConnection::establish(&cluster()).expect("the test database server runs");
    diesel::sql_query("SELECT pg_advisory_lock(19110)").execute(&mut conn).expect("one test run at a time makes it");
    let there: i64 = diesel::select(diesel::dsl::sql::<diesel::sql_types::BigInt>(&format!("(SELECT count(*) FROM pg_database WHERE datname = '{name}')")))
        .get_result(&mut conn)
        .expect("a count");
    if there == 0 {
        let draft = format!("{name}_draft");
        run(&format!("DROP DATABASE IF EXISTS {draft} WITH (FORCE)"));
        run(&format!("CREATE DATABASE {draft}"));
        slipway::store::migrations::run(&url(&draft)).expect("the migrations run");
        run(&format!("ALTER DATABASE {draft} RENAME TO {name}"));
    }
    name
}
