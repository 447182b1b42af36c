//! The data that is measured on: what `slipway demo generate` writes, and the sessions of those whose pages are measured.

use actix_web::cookie::{Cookie, CookieJar, Key};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use slipway::app::sessions::SessionKey;
use slipway::app::{self, Error};
use slipway::clock::Clock;
use slipway::config::Config;
use slipway::demo::generated::{Order, generate};
use slipway::domain::ids::UserId;
use slipway::domain::people::{Actor, Role};
use slipway::store::embedded::Server;
use slipway::store::sessions::{self, KeyHash, Visitor};
use slipway::store::users::{self, NewUser};
use slipway::store::{Db, db, migrations};
use std::time::Duration;

pub type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// A database of its own with nothing in it yet.
pub fn database(server: &Server, name: &str, connections: u32) -> Outcome<(Db, String)> {
    PgConnection::establish(&server.url("postgres"))?.batch_execute(&format!("CREATE DATABASE {name}"))?;
    let url = server.url(name);
    migrations::run(&url)?;
    Ok((again(&url, connections)?, url))
}

/// Another way into the same database.
pub fn again(url: &str, connections: u32) -> Outcome<Db> {
    let settings = db::Settings { url: url.to_owned(), connections, wait: Duration::from_secs(10), statement_timeout: Duration::from_secs(60) };
    Ok(Db::open(settings, Clock::default())?)
}

pub fn remove(server: &Server, name: &str) -> Outcome<()> {
    Ok(PgConnection::establish(&server.url("postgres"))?.batch_execute(&format!("DROP DATABASE {name} WITH (FORCE)"))?)
}

/// So many releases with all that belongs to them.
pub fn releases(db: &Db, url: &str, releases: u64) -> Outcome<()> {
    generate(db, Order { releases, seed: 1 }, |_| {}).map_err(|cause| cause.to_string())?;
    Ok(PgConnection::establish(url)?.batch_execute("VACUUM")?)
}

/// Twenty people and nothing for them to do.
pub fn people(db: &Db) -> app::Result<()> {
    db.write_now::<_, Error>(Actor::slipway(), |tx| {
        for nth in 1..=20 {
            let roles: &[Role] = if nth == 1 { &[Role::ReleaseManager] } else { &[Role::ReleaseCoordinator, Role::ReleaseApprover] };
            let (email, name) = (format!("person{nth}@example.org"), format!("Person {nth}"));
            users::insert(tx, &NewUser { email: &email, name: &name, password_hash: None, time_zone: "Europe/Berlin", roles })?;
        }
        Ok(())
    })
}

/// Somebody who is signed in.
#[derive(Clone)]
pub struct Reader {
    pub actor: Actor,
    pub key: KeyHash,
    pub cookie: String,
}

/// Signs somebody in.
pub fn reader(db: &Db, config: &Config, id: UserId) -> Outcome<Reader> {
    let key = hex::encode(rand::random::<[u8; 32]>());
    let hash = SessionKey(key.clone()).hash();
    let actor = db.read_now::<_, Error>(|conn| Ok(users::actor(conn, id)?))?.ok_or("nobody")?;
    db.write_now::<_, Error>(Actor::slipway(), |tx| Ok(sessions::insert(tx, &hash, id, chrono::Duration::hours(100), &Visitor::default())?))?;
    let mut jar = CookieJar::new();
    jar.signed_mut(&Key::derive_from(config.secret_key.clone().unwrap_or_default().as_bytes())).add(Cookie::new("slipway", key));
    Ok(Reader { actor, key: hash, cookie: jar.get("slipway").ok_or("no cookie")?.to_string() })
}
