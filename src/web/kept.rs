//! What somebody typed into a form, kept for the page that must tell them that it could not be saved.

use super::failure::holds_secret;
use super::form::Body;
use super::session;
use actix_web::body::MessageBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::error::PayloadError;
use actix_web::http::{Method, header};
use actix_web::middleware::Next;
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use futures_util::stream::{Stream, once};
use std::future::ready;
use std::pin::Pin;

/// A page does not carry more than this.
const MOST: usize = 1024 * 1024;

/// Nor more fields than these: each takes more room there than in the body.
const FIELDS: usize = 2_000;

/// The body of a form as it came.
struct Typed(Bytes);

/// What can be sent again as it was.
pub struct Kept {
    /// Where to; empty behind a mailed link, where the page has that address itself and does not repeat it.
    pub action: String,
    pub fields: Vec<(String, String)>,
}

impl Kept {
    /// What this request brought, unless it cannot be sent again by a page: files, or a password, which never comes back.
    pub fn of(req: &HttpRequest) -> Option<Kept> {
        let extensions = req.extensions();
        let Typed(body) = extensions.get::<Typed>()?;
        let fields: Vec<(String, String)> = url::form_urlencoded::parse(body).into_owned().take(FIELDS + 1).collect();
        let is_secret = fields.iter().any(|(name, _)| name.contains("password")) || is_sign_in(req);
        let can_be = !fields.is_empty() && fields.len() <= FIELDS && !is_secret;
        can_be.then(|| Kept { action: if holds_secret(req.path()) { String::new() } else { req.uri().to_string() }, fields })
    }

    /// Whether it counts once, even if it arrived already.
    pub fn is_once(&self) -> bool {
        self.fields.iter().any(|(name, value)| name == "once" && !value.is_empty())
    }

    /// Those of the fields that are words somebody wrote.
    pub fn written(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(|(_, value)| value.as_str()).filter(|it| it.trim().contains(char::is_whitespace))
    }
}

/// Remembers the body of a form while its request is worked on.
pub fn remember(req: &HttpRequest, body: &Bytes) {
    if is_form(req) && body.len() <= MOST {
        req.extensions_mut().insert(Typed(body.clone()));
    }
}

/// Middleware: reads the body of a form that no handler will read, because nobody is found to have sent it: signed out meanwhile, or the
/// database is away.
pub async fn read_ahead(mut req: ServiceRequest, next: Next<impl MessageBody>) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    if is_form(req.request()) && is_nobodys(req.request()) {
        let (http, mut payload) = req.into_parts();
        let read = Body::from_request(&http, &mut payload).await;
        req = ServiceRequest::from_parts(http, read.map_or(payload, |body| again(body.0)));
    }
    next.call(req).await
}

/// A body that was read, to be read once more.
fn again(body: Bytes) -> Payload {
    let stream: Pin<Box<dyn Stream<Item = Result<Bytes, PayloadError>>>> = Box::pin(once(ready(Ok(body))));
    Payload::from(stream)
}

/// Whether it is sent to a page for people who are signed in, by nobody who is.
fn is_nobodys(req: &HttpRequest) -> bool {
    session::is_out(req) || (session::actor_of(req).is_none() && !holds_secret(req.path()) && !is_sign_in(req))
}

fn is_sign_in(req: &HttpRequest) -> bool {
    req.path().starts_with("/session")
}

fn is_form(req: &HttpRequest) -> bool {
    let kind = req.headers().get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok()).unwrap_or_default();
    *req.method() == Method::POST && kind.starts_with("application/x-www-form-urlencoded")
}
