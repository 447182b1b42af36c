//! Who is asking: the session behind the cookie, and the door that a handler with a [`Context`] stands behind.

mod code;
mod pages;
mod store;

pub use code::{ask, finish};
pub use pages::{create, end, new};

use super::failure::Failure;
use super::frame::Frame;
use crate::app::sessions::{Limits, Owed, SessionKey};
use crate::app::{Context, Error};
use crate::domain::people::Actor;
use crate::store::Db;
use crate::store::db::Outage;
use crate::store::sessions::{KeyHash, Visitor};
use actix_session::config::CookieContentSecurity;
use actix_session::{SessionExt, SessionMiddleware};
use actix_web::cookie::{Key, SameSite};
use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, web};
use std::future::{Ready, ready};

/// The key under which the session store lays the signed-in actor, fresh from the database with every request.
pub const ACTOR: &str = "actor";
/// The hash of the session's key, in hex.
const SESSION: &str = "session";
/// How many notices they have not read.
const UNREAD: &str = "unread";
/// Set instead of an actor when the session could not be looked up.
const OUTAGE: &str = "outage";
/// Why no mail is sent, if it is paused.
const PAUSED: &str = "paused";
/// What they have to do before anything else, if there is something.
const OWES: &str = "owes";
/// Where a sign-in leaves the key for the cookie.
const KEY: &str = "key";

pub fn actor_of(req: &HttpRequest) -> Option<Actor> {
    req.get_session().get::<Actor>(ACTOR).ok().flatten()
}

/// How many notices whoever asks has not read.
pub fn unread_of(req: &HttpRequest) -> i64 {
    req.get_session().get::<i64>(UNREAD).ok().flatten().unwrap_or_default()
}

/// Why no mail is sent, as the session store found it.
pub fn paused_of(req: &HttpRequest) -> Option<String> {
    req.get_session().get::<String>(PAUSED).ok().flatten()
}

/// What whoever asks has to do before anything else.
pub fn owed_by(req: &HttpRequest) -> Option<Owed> {
    req.get_session().get::<Owed>(OWES).ok().flatten()
}

/// The hash of the key of the session that this request belongs to.
pub fn key_hash_of(req: &HttpRequest) -> Option<KeyHash> {
    let text = req.get_session().get::<String>(SESSION).ok().flatten()?;
    hex::decode(text).ok()
}

pub fn db_of(req: &HttpRequest) -> Option<Db> {
    req.app_data::<web::Data<Db>>().map(|it| it.get_ref().clone())
}

/// From where a request comes: the peer, whatever headers say, because anybody can write those.
pub fn visitor_of(req: &HttpRequest) -> Visitor {
    let address = req.peer_addr().map_or_else(String::new, |it| it.ip().to_string());
    let agent = req.headers().get(header::USER_AGENT).and_then(|it| it.to_str().ok()).unwrap_or_default();
    Visitor { address, agent: agent.chars().take(300).collect() }
}

/// What surrounds a page, whoever asks.
pub fn frame_of(req: &HttpRequest) -> Frame {
    let now = db_of(req).map_or_else(|| crate::clock::Clock::default().now(), |db| db.clock.now());
    let mut frame = Frame::outside(req, now);
    frame.actor = actor_of(req);
    frame
}

/// A handler that takes a [`Context`] is open only to people who signed in, and who owe nothing that comes first.
impl FromRequest for Context {
    type Error = Failure;
    type Future = Ready<Result<Context, Failure>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(owed_by(req).map_or_else(|| signed_in(req), |owed| Err(Failure::Owed(owed))))
    }
}

/// The door to the pages where a password is chosen or a second factor set up: open also to those who may do nothing else until then.
pub struct Enrolling(pub Context);

impl FromRequest for Enrolling {
    type Error = Failure;
    type Future = Ready<Result<Enrolling, Failure>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(signed_in(req).map(Enrolling))
    }
}

fn signed_in(req: &HttpRequest) -> Result<Context, Failure> {
    let context = db_of(req).zip(actor_of(req)).map(|(db, actor)| Context { db, actor });
    context.ok_or_else(|| why_not(req))
}

/// Whether the session could not be looked up.
pub fn is_out(req: &HttpRequest) -> bool {
    req.get_session().get::<String>(OUTAGE).ok().flatten().is_some()
}

fn why_not(req: &HttpRequest) -> Failure {
    match req.get_session().get::<String>(OUTAGE).ok().flatten() {
        Some(cause) => Failure::App(Error::Outage(Outage::Session(cause))),
        None => Failure::SignIn,
    }
}

/// Puts the browser into the session that a sign-in began.
fn enter(req: &HttpRequest, key: &SessionKey) -> Result<(), Failure> {
    let session = req.get_session();
    session.renew();
    session.insert(KEY, &key.0).map_err(|cause| Failure::App(Error::Outage(Outage::Session(cause.to_string()))))
}

/// Makes the browser forget its session, which the caller has ended.
pub fn leave(req: &HttpRequest) {
    req.get_session().purge();
}

/// How long sessions live, and how their cookie is marked.
#[derive(Clone)]
pub struct Settings {
    pub secret: String,
    pub https: bool,
    /// What sessions last at most.
    pub limits: Limits,
}

impl Settings {
    pub fn of(config: &crate::config::Config) -> Settings {
        Settings { secret: config.secret_key.clone().unwrap_or_default(), https: config.base_url().is_https(), limits: Limits::of(config) }
    }

    /// The name under which browsers keep the cookie. With `__Host-` no other host of the domain can set it, but only https may use that.
    pub fn cookie_name(&self) -> &'static str {
        if self.https { "__Host-slipway" } else { "slipway" }
    }
}

pub fn middleware(db: &Db, settings: &Settings) -> SessionMiddleware<store::Sessions> {
    let key = Key::derive_from(settings.secret.as_bytes());
    SessionMiddleware::builder(store::Sessions { db: db.clone(), limits: settings.limits }, key)
        .cookie_name(settings.cookie_name().to_owned())
        .cookie_secure(settings.https)
        .cookie_http_only(true)
        .cookie_same_site(SameSite::Lax)
        .cookie_content_security(CookieContentSecurity::Signed)
        .build()
}
