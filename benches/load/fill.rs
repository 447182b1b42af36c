//! The data that is measured on: written with plain SQL, because it is many rows, in the shapes the program writes.

use actix_web::cookie::{Cookie, CookieJar, Key};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use slipway::app::sessions::SessionKey;
use slipway::app::{self, Error};
use slipway::config::Config;
use slipway::domain::ids::{RecordId, TaskId, UserId};
use slipway::domain::people::{Actor, Role};
use slipway::domain::tasks::TaskState;
use slipway::store::Db;
use slipway::store::schema::{records, tasks};
use slipway::store::sessions::{self, KeyHash, Visitor};
use slipway::store::users::{self, NewUser};

const KEY: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// Twenty people; the first is a release manager and the busy coordinator whose pages are measured.
pub fn people(db: &Db) -> app::Result<()> {
    db.write_now::<_, Error>(Actor::slipway(), |tx| {
        for nth in 1..=20 {
            let roles: &[Role] = if nth == 1 { &[Role::ReleaseManager] } else { &[Role::ReleaseCoordinator, Role::ReleaseApprover] };
            let (email, name) = (format!("person{nth}@example.org"), format!("Person {nth}"));
            users::insert(tx, &NewUser { email: &email, name: &name, password_hash: None, time_zone: "Europe/Berlin", roles })?;
        }
        sessions::insert(tx, &SessionKey(KEY.into()).hash(), UserId(1), chrono::Duration::hours(100), &Visitor::default())?;
        Ok(())
    })
}

pub fn key_of(db: &Db) -> app::Result<(KeyHash, Actor)> {
    let actor = db.read_now::<_, Error>(|conn| Ok(users::actor(conn, UserId(1))?))?.ok_or(Error::NotFound)?;
    Ok((SessionKey(KEY.into()).hash(), actor))
}

/// The cookie that a sign-in would have set.
pub fn cookie(_: &Db, config: &Config) -> Result<String, Box<dyn std::error::Error>> {
    let mut jar = CookieJar::new();
    let secret = config.secret_key.clone().unwrap_or_default();
    jar.signed_mut(&Key::derive_from(secret.as_bytes())).add(Cookie::new("slipway", KEY));
    Ok(jar.get("slipway").ok_or("no cookie")?.to_string())
}

pub fn some_releases(db: &Db, count: i64) -> app::Result<Vec<RecordId>> {
    use slipway::domain::records::RecordKind;
    db.read_now(|conn| Ok(records::table.filter(records::kind.eq(RecordKind::Release)).order(records::id).limit(count).select(records::id).load(conn)?))
}

/// Tasks of the phase their releases are in, which are ready at first.
pub fn some_tasks(db: &Db, count: i64) -> app::Result<Vec<TaskId>> {
    db.read_now(|conn| Ok(some(count).load(conn)?))
}

#[diesel::dsl::auto_type]
fn some(count: i64) -> _ {
    tasks::table.filter(tasks::title.eq("Task 4 of this release")).order(tasks::id.desc()).limit(count).select(tasks::id)
}

pub fn ready_again(db: &Db) -> app::Result<()> {
    db.write_now(Actor::slipway(), |tx| {
        let ids: Vec<TaskId> = some(64).load(tx.conn)?;
        diesel::update(tasks::table.filter(tasks::id.eq_any(ids))).set(tasks::state.eq(TaskState::Ready)).execute(tx.conn)?;
        Ok(())
    })
}

/// Fills up to `count` releases: a twentieth is open, as in an organisation that has worked for years.
pub fn records(url: &str, count: i64) -> Result<(), Box<dyn std::error::Error>> {
    let mut conn = PgConnection::establish(url)?;
    let script = include_str!("fill.sql").replace(":count", &count.to_string());
    conn.batch_execute(&script)?;
    // What is due gets its deadlines as at an upgrade.
    let deadlines = include_str!("../../migrations/2026-11-21-130310_fill_deadlines/up.sql").split_once("-- One row").ok_or("no such part")?.1;
    conn.batch_execute(&format!("DELETE FROM deadlines; --{deadlines}"))?;
    conn.batch_execute("VACUUM ANALYZE")?;
    Ok(())
}
