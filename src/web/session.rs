//! Who is asking: the session behind the cookie, and the door that a handler with a [`Context`] stands behind.

use super::failure::Failure;
use super::frame::Frame;
use crate::app::Context;
use crate::domain::people::Actor;
use crate::store::Db;
use actix_session::SessionExt;
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use std::future::{Ready, ready};

/// The key under which the session store lays the signed-in actor, fresh from the database with every request.
pub const ACTOR: &str = "actor";

pub fn actor_of(req: &HttpRequest) -> Option<Actor> {
    req.get_session().get::<Actor>(ACTOR).ok().flatten()
}

pub fn db_of(req: &HttpRequest) -> Option<Db> {
    req.app_data::<web::Data<Db>>().map(|it| it.get_ref().clone())
}

/// What surrounds a page, whoever asks.
pub fn frame_of(req: &HttpRequest) -> Frame {
    let now = db_of(req).map_or_else(|| crate::clock::Clock::default().now(), |db| db.clock.now());
    let mut frame = Frame::outside(req, now);
    frame.actor = actor_of(req);
    frame
}

/// A handler that takes a [`Context`] is open only to people who signed in.
impl FromRequest for Context {
    type Error = Failure;
    type Future = Ready<Result<Context, Failure>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let context = db_of(req).zip(actor_of(req)).map(|(db, actor)| Context { db, actor });
        ready(context.ok_or(Failure::SignIn))
    }
}

/// How long sessions live, and how their cookie is marked.
#[derive(Clone)]
pub struct Settings {
    pub secret: String,
    pub https: bool,
    pub idle: chrono::Duration,
    pub life: chrono::Duration,
}

impl Settings {
    pub fn of(config: &crate::config::Config) -> Settings {
        Settings {
            secret: config.secret_key.clone().unwrap_or_default(),
            https: config.base_url().is_https(),
            idle: chrono::Duration::minutes(config.session_idle),
            life: chrono::Duration::hours(config.session_life),
        }
    }
}

/// TO BE REPLACED by the store in PostgreSQL.
pub fn middleware(_db: &Db, settings: &Settings) -> actix_session::SessionMiddleware<actix_session::storage::CookieSessionStore> {
    let key = actix_web::cookie::Key::derive_from(settings.secret.as_bytes());
    actix_session::SessionMiddleware::builder(actix_session::storage::CookieSessionStore::default(), key).cookie_secure(settings.https).build()
}
