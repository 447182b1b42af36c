//! The whole program on a port of its own, with a clock that stands until the test moves it.

use super::browser::Browser;
use super::cluster::Database;
use super::given::{self, Somebody};
use actix_web::cookie::{Cookie, CookieJar, Key};
use actix_web::dev::ServerHandle;
use chrono::{DateTime, TimeZone, Utc};
use clap::Parser;
use slipway::app::sessions::SessionKey;
use slipway::clock::Clock;
use slipway::config::Config;
use slipway::domain::people::{Actor, Role};
use slipway::store::sessions::{self, Visitor};
use slipway::store::{Db, Tx, db};
use slipway::web::health::Draining;
use std::time::Duration;

const SECRET: &str = "the tests sign their cookies with this, which is long enough to be taken";

#[derive(Parser)]
struct Flags {
    #[command(flatten)]
    config: Config,
}

pub struct TestApp {
    pub db: Db,
    pub clock: Clock,
    pub config: Config,
    pub address: String,
    server: ServerHandle,
    database_url: String,
    /// The database, if it is the story's own. Last, because the others hold connections to it.
    _database: Option<Database>,
}

impl TestApp {
    pub async fn start() -> TestApp {
        TestApp::start_with(&[]).await
    }

    /// Started with these flags besides.
    pub async fn start_with(flags: &[&str]) -> TestApp {
        TestApp::start_in(tokio::task::spawn_blocking(Database::create).await.expect("a database"), flags)
    }

    /// Started on this database.
    pub fn start_in(database: Database, flags: &[&str]) -> TestApp {
        TestApp::begin(database.url(), Some(database), Clock::standing_at(noon()), flags)
    }

    /// On this database, which has the schema in it and is the story's own or kept by somebody else; by this clock.
    pub fn begin(url: String, database: Option<Database>, clock: Clock, flags: &[&str]) -> TestApp {
        let settings = db::Settings { url: url.clone(), connections: 3, wait: Duration::from_secs(20), statement_timeout: Duration::from_secs(20) };
        let db = Db::open(settings, clock.clone()).expect("it opens");
        let mut config = Flags::parse_from(["slipway", "--workers", "1", "--secret-key", SECRET].iter().chain(flags)).config;
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("it listens");
        config.listen = address;
        let server = slipway::web::server::start(listener, db.clone(), &config, Draining::default(), slipway::mail::compose::sample).expect("it starts");
        let handle = server.handle();
        tokio::spawn(server);
        TestApp { db, clock, config, address: format!("http://{address}"), server: handle, database_url: url, _database: database }
    }

    /// Where another program finds the same database.
    pub fn database_url(&self) -> String {
        self.database_url.clone()
    }

    /// The same database as another instance of the program has it open.
    pub fn another_db(&self) -> Db {
        let settings = db::Settings { url: self.database_url(), connections: 3, wait: Duration::from_secs(20), statement_timeout: Duration::from_secs(20) };
        Db::open(settings, self.clock.clone()).expect("it opens")
    }

    /// A browser in which nobody is signed in.
    pub fn browser(&self) -> Browser {
        Browser::new(&self.address)
    }

    /// A browser in which somebody with this role is signed in.
    pub fn signed_in(&self, role: Role) -> Browser {
        let somebody = given::user(self, role.label(), &[role]);
        self.browser_of(&somebody)
    }

    /// A browser in which this user is signed in.
    pub fn browser_of(&self, somebody: &Somebody) -> Browser {
        self.browser().with_cookie(&self.session_of(somebody).to_string())
    }

    /// The cookie of a session of this user, which is laid into the database, as signing in would.
    pub fn session_of(&self, somebody: &Somebody) -> Cookie<'static> {
        let key = hex::encode(rand::random::<[u8; 32]>());
        let hash = SessionKey(key.clone()).hash();
        let life = chrono::Duration::hours(self.config.session_life.unwrap_or(168));
        self.write(|tx| sessions::insert(tx, &hash, somebody.id, life, &Visitor::default()));
        let mut jar = CookieJar::new();
        jar.signed_mut(&Key::derive_from(SECRET.as_bytes())).add(Cookie::new("slipway", key));
        jar.get("slipway").expect("it was added").clone()
    }

    /// Writes rows straight into the database.
    pub fn write<T>(&self, f: impl FnOnce(&mut Tx<'_>) -> diesel::QueryResult<T>) -> T {
        self.db.write_now::<T, slipway::app::Error>(Actor::slipway(), |tx| Ok(f(tx)?)).expect("it is written")
    }

    /// Does as the program itself what people do by pages.
    pub fn act<T>(&self, f: impl FnOnce(&mut Tx<'_>) -> slipway::app::Result<T>) -> slipway::app::Result<T> {
        self.db.write_now(Actor::slipway(), f)
    }

    /// Does as this person what they do by pages.
    pub fn act_as<T>(&self, who: Actor, f: impl FnOnce(&mut Tx<'_>) -> slipway::app::Result<T>) -> slipway::app::Result<T> {
        self.db.write_now(who, f)
    }

    /// Reads rows straight from the database.
    pub fn read<T>(&self, f: impl FnOnce(&mut diesel::PgConnection) -> diesel::QueryResult<T>) -> T {
        self.db.read_now::<T, slipway::app::Error>(|conn| Ok(f(conn)?)).expect("it is read")
    }

    /// The kinds of all events so far, the oldest first.
    pub fn log(&self) -> Vec<String> {
        let mut kinds: Vec<String> = self.read(|conn| slipway::store::events::list(conn, &Default::default(), 1000)).into_iter().map(|it| it.kind).collect();
        kinds.reverse();
        kinds
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        drop(self.server.stop(false));
    }
}

/// When every test begins: a Monday.
pub fn noon() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 2, 12, 0, 0).single().expect("there is such a moment")
}
