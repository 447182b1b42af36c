//! How a failed request is shown: a page, a notice for htmx, or a problem document, whichever was asked for.

use super::frame::Frame;
use super::kept::Kept;
use super::page::wants_fragment;
use super::public;
use super::routes::{Door, ROUTES};
use super::session;
use crate::app;
use crate::app::sessions::Owed;
use crate::store::db::Outage;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, StatusCode, header};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpResponse, ResponseError};
use askama::Template;
use tracing_actix_web::RequestId;

#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error("not signed in")]
    SignIn,
    /// They have to do this before anything else.
    #[error("something else comes first")]
    Owed(Owed),
    #[error("the request came from another site")]
    CrossSite,
    #[error("the body is too large")]
    TooLarge,
    #[error("the body took too long to arrive")]
    TooSlow,
    #[error("the body broke off or cannot be read")]
    Garbled,
    /// With what a program can do about it.
    #[error("the body cannot be read: {0}")]
    Unreadable(String),
    #[error("the body is no JSON")]
    NotJson,
    #[error("not signed: {0}")]
    Unsigned(&'static str),
    /// So many minutes from now it is taken again.
    #[error("too many attempts")]
    Throttled(u32),
    #[error("what it is about has ended")]
    Ended(Box<Ended>),
    #[error(transparent)]
    App(#[from] app::Error),
}

/// What somebody wanted to work on is no more.
#[derive(Debug)]
pub struct Ended {
    /// What became of it.
    pub sentence: String,
    /// What was typed for it, to be copied; empty if nothing was.
    pub typed: String,
    /// Where to go from here: label and address.
    pub way_on: (&'static str, String),
}

/// What the reader is told: a heading, and one sentence about what to do next.
struct Words {
    title: &'static str,
    sentence: String,
}

impl Failure {
    fn status(&self) -> StatusCode {
        match self {
            Failure::SignIn | Failure::Unsigned(_) => StatusCode::UNAUTHORIZED,
            Failure::CrossSite | Failure::Owed(_) | Failure::App(app::Error::Forbidden(_)) => StatusCode::FORBIDDEN,
            Failure::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Failure::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Failure::Garbled | Failure::Unreadable(_) => StatusCode::BAD_REQUEST,
            Failure::NotJson => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Failure::Throttled(_) => StatusCode::TOO_MANY_REQUESTS,
            Failure::Ended(_) => StatusCode::GONE,
            Failure::App(app::Error::NotFound) => StatusCode::NOT_FOUND,
            Failure::App(app::Error::Refused(_) | app::Error::Stale) => StatusCode::CONFLICT,
            Failure::App(app::Error::Invalid(_)) => StatusCode::UNPROCESSABLE_ENTITY,
            Failure::App(app::Error::Outage(outage)) if outage.is_passing() => StatusCode::SERVICE_UNAVAILABLE,
            Failure::App(app::Error::Outage(_)) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn words(&self) -> Words {
        let words = |title, sentence: &str| Words { title, sentence: sentence.to_owned() };
        match self {
            Failure::SignIn => words("Please sign in", "Your session has ended, so nothing was saved. Sign in, then send it again."),
            Failure::Owed(Owed::OwnPassword) => words("Choose a password of your own first", "Somebody else chose the one that you have. Nothing was changed."),
            Failure::Owed(Owed::SecondFactor) => words("Set up a second factor first", "The policy asks you for one. Nothing was changed."),
            Failure::CrossSite => words("Not from here", "This request came from another site, so it was not carried out. Open Slipway itself and try again."),
            Failure::TooLarge => words("Too large", "What was sent is larger than is taken here. Shorten it and send it again."),
            Failure::TooSlow => words("Too slow", "The request took too long to arrive. Try again."),
            Failure::Garbled => words("Not understood", "This request cannot be read. Go back and try again."),
            Failure::Unreadable(cause) => Words { title: "Not understood", sentence: format!("The body cannot be read: {cause}.") },
            Failure::NotJson => words("Not JSON", "Send JSON, with the header Content-Type: application/json."),
            Failure::Unsigned(sentence) => words("Not signed", sentence),
            Failure::Throttled(1) => words("Too many attempts", "Wait a minute, then try again."),
            Failure::Throttled(minutes) => Words { title: "Too many attempts", sentence: format!("Wait {minutes} minutes, then try again.") },
            Failure::Ended(it) => words("Not there any more", &it.sentence),
            Failure::App(app::Error::NotFound) => words("Not here", "This page does not exist, or is not open to you."),
            Failure::App(app::Error::Forbidden(action)) => {
                Words { title: "Not allowed", sentence: format!("Your role may not {}. Ask {}.", action.words(), action.who_may()) }
            }
            Failure::App(app::Error::Refused(refusal)) => Words { title: refusal.title(), sentence: refusal.to_string() },
            Failure::App(app::Error::Stale) => {
                words("Changed meanwhile", "Somebody changed this while you looked at it. Look at it as it is now, then try again.")
            }
            Failure::App(app::Error::Invalid(errors)) => {
                Words { title: "Something is missing", sentence: errors.iter().map(|(_, message)| message.as_str()).collect::<Vec<_>>().join(" ") }
            }
            Failure::App(app::Error::Outage(Outage::Crowded(_) | Outage::Queue(_))) => {
                words("Very busy", "Too much is going on just now, so nothing was changed. Try again in a moment.")
            }
            Failure::App(app::Error::Outage(Outage::InDoubt)) => words(
                "Perhaps saved",
                "The database was lost while this was being saved, so it may be saved or not. Look whether it is there before you send it again.",
            ),
            Failure::App(app::Error::Outage(outage)) if outage.is_passing() => {
                words("Not just now", "The database cannot be reached right now, or takes nothing new. Nothing was changed. Try again in a moment.")
            }
            Failure::App(app::Error::Outage(_)) => words("Our fault", "Something broke, and nothing was changed. It has been logged."),
        }
    }
}

impl ResponseError for Failure {
    fn status_code(&self) -> StatusCode {
        self.status()
    }

    /// Bare: [`show`] gives it a body once it knows who asked, and how.
    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status())
    }
}

#[derive(Template)]
#[template(path = "failures/show.html", blocks = ["alert"])]
struct FailurePage {
    title: &'static str,
    sentence: String,
    reference: Option<String>,
    /// Where to go from here: label and address.
    way_on: Option<(&'static str, String)>,
    /// What was typed and could not be saved, to be copied.
    typed: String,
    /// What was typed, where sending it again is worth a try.
    kept: Option<Kept>,
    /// Whether the way on opens beside this page, which keeps what was typed.
    goes_beside: bool,
    frame: Frame,
}

/// The same behind a mailed link, where nothing leads into the application and the address is not repeated.
#[derive(Template)]
#[template(path = "public/failure.html")]
struct PublicFailure {
    title: &'static str,
    sentence: String,
    reference: Option<String>,
    kept: Option<Kept>,
    frame: Frame,
}

/// Middleware: turns a handler's [`Failure`], and a bare 404 or 405, into what was asked for.
pub async fn show(req: ServiceRequest, next: Next<impl MessageBody + 'static>) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let response = next.call(req).await?.map_into_boxed_body();
    if let Some(page) = page_of_form(&response) {
        return Ok(response.into_response(HttpResponse::SeeOther().insert_header((header::LOCATION, page)).finish()).map_into_boxed_body());
    }
    let failure = response.response().error().and_then(|error| error.as_error::<Failure>());
    let (status, words) = match failure {
        Some(failure) => (failure.status(), failure.words()),
        None if response.status().is_client_error() || response.status().is_server_error() => match bare(&response) {
            Some(words) => (response.status(), words),
            None => return Ok(response),
        },
        None => return Ok(response),
    };
    if status.is_server_error() {
        let cause = response.response().error().map(ToString::to_string).unwrap_or_default();
        tracing::error!(%cause, %status, "request failed");
    }
    if let Some(failure) = failure {
        note_refusal(response.request(), failure);
    }
    let about = match failure {
        Some(Failure::SignIn) => About::Detour(Detour::SignIn),
        Some(Failure::Owed(owed)) => About::Detour(Detour::First(*owed)),
        Some(Failure::Ended(it)) => About::Ended { typed: it.typed.clone(), way_on: it.way_on.clone() },
        Some(_) | None => About::Other,
    };
    Ok(reply(response, status, words, about))
}

/// What a page about a failure has besides its words.
enum About {
    Detour(Detour),
    Ended { typed: String, way_on: (&'static str, String) },
    Other,
}

/// Whoever tries what they may not stands in the log, with where they came from.
fn note_refusal(req: &actix_web::HttpRequest, failure: &Failure) {
    let refused = matches!(failure, Failure::CrossSite | Failure::Unsigned(_) | Failure::Throttled(_) | Failure::App(app::Error::Forbidden(_)));
    if refused {
        let address = session::visitor_of(req).address;
        let user = session::actor_of(req).map(|it| it.id.0);
        tracing::warn!(user, address, cause = %failure, "refused");
    }
}

/// Where the form is that sends to an address behind a mailed link, for whoever opens that address itself: it stood in their browser.
fn page_of_form(response: &ServiceResponse) -> Option<String> {
    let is_looked_at = response.status() == StatusCode::METHOD_NOT_ALLOWED && response.request().method().is_safe();
    let mut parts = response.request().path().split('/').skip(1);
    let (folder, token) = (parts.next()?, parts.next()?);
    (is_looked_at && matches!(folder, "a" | "h" | "s")).then(|| format!("/{folder}/{token}"))
}

fn bare(response: &ServiceResponse) -> Option<Words> {
    let empty = matches!(response.response().body().size(), actix_web::body::BodySize::None | actix_web::body::BodySize::Sized(0));
    let errored = response.response().error().is_some();
    if !empty && !errored {
        return None;
    }
    Some(match response.status() {
        StatusCode::NOT_FOUND => Words { title: "Not here", sentence: "This page does not exist, or is not open to you.".into() },
        StatusCode::METHOD_NOT_ALLOWED => {
            Words { title: "Not that way", sentence: "Nothing is shown at this address: a form sends to it. Go back to the page with the form.".into() }
        }
        StatusCode::PAYLOAD_TOO_LARGE => Failure::TooLarge.words(),
        StatusCode::REQUEST_TIMEOUT => Failure::TooSlow.words(),
        status if status.is_server_error() => Words { title: "Our fault", sentence: "Something broke, and nothing was changed. It has been logged.".into() },
        _ => Failure::Garbled.words(),
    })
}

/// Where one has to go before one gets what was asked for.
#[derive(Clone, Copy)]
enum Detour {
    SignIn,
    First(Owed),
}

impl Detour {
    /// On the way to a page.
    fn address(self, req: &actix_web::HttpRequest) -> String {
        match self {
            Detour::SignIn => format!("/session/new?to={}", encoded(&req.uri().to_string())),
            Detour::First(Owed::OwnPassword) => "/profile/password".to_owned(),
            Detour::First(Owed::SecondFactor) => "/profile/second-factor".to_owned(),
        }
    }

    /// From the page whose form was sent: label and address.
    fn way_on(self, req: &actix_web::HttpRequest) -> (&'static str, String) {
        match self {
            Detour::SignIn => ("Sign in", sign_in_from(req)),
            Detour::First(Owed::OwnPassword) => ("Choose it", self.address(req)),
            Detour::First(Owed::SecondFactor) => ("Set it up", self.address(req)),
        }
    }
}

fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

fn reply(response: ServiceResponse, status: StatusCode, words: Words, about: About) -> ServiceResponse {
    let req = response.request().clone();
    let allow = response.headers().get(header::ALLOW).cloned();
    let reference = status.is_server_error().then(|| req.extensions().get::<RequestId>().map(ToString::to_string)).flatten();
    let mut reply = HttpResponse::build(status);
    reply.insert_header((header::CACHE_CONTROL, "no-store"));
    if let Some(allow) = allow {
        reply.insert_header((header::ALLOW, allow));
    }
    if matches!(status, StatusCode::PAYLOAD_TOO_LARGE | StatusCode::REQUEST_TIMEOUT) {
        // The rest of the body may still come, and nobody wants it.
        reply.force_close();
    }
    if status == StatusCode::SERVICE_UNAVAILABLE {
        reply.insert_header((header::RETRY_AFTER, "2"));
    }
    if status == StatusCode::TOO_MANY_REQUESTS {
        reply.insert_header((header::RETRY_AFTER, "60"));
    }
    if let About::Detour(detour) = about
        && !wants_fragment(&req)
        && matches!(*req.method(), Method::GET | Method::HEAD)
    {
        let there =
            HttpResponse::SeeOther().insert_header((header::LOCATION, detour.address(&req))).insert_header((header::CACHE_CONTROL, "no-store")).finish();
        return ServiceResponse::new(req, there);
    }
    if req.path().starts_with("/api/") {
        let problem = serde_json::json!({ "title": words.title, "detail": words.sentence, "status": status.as_u16(), "reference": reference });
        return ServiceResponse::new(req, reply.insert_header((header::CONTENT_TYPE, "application/problem+json")).body(problem.to_string()));
    }
    let is_signed_out = matches!(about, About::Detour(Detour::SignIn));
    let kept = if status == StatusCode::SERVICE_UNAVAILABLE || is_signed_out { Kept::of(&req) } else { None };
    let goes_beside = is_signed_out && kept.is_some();
    if public::FOLDERS.iter().any(|it| req.path().starts_with(it)) {
        let known = status != StatusCode::NOT_FOUND;
        let title = if known { words.title } else { "This link is not known" };
        let sentence = if known { words.sentence } else { "It may have been cut off on its way. Open it from the mail again, or copy all of it.".to_owned() };
        let page = PublicFailure { title, sentence, reference, kept, frame: Frame::outside(&req, session::frame_of(&req).now) };
        return ServiceResponse::new(req, reply.insert_header(header::ContentType::html()).body(page.render().unwrap_or_default()));
    }
    let (way_on, typed) = match about {
        About::Detour(detour) => (Some(detour.way_on(&req)), String::new()),
        About::Ended { typed, way_on } => (Some(way_on), typed),
        About::Other => (back_to(&req), String::new()),
    };
    let page = FailurePage { title: words.title, sentence: words.sentence, reference, way_on, typed, kept, goes_beside, frame: session::frame_of(&req) };
    let fragment = wants_fragment(&req);
    let reply = if fragment {
        reply.insert_header(("HX-Retarget", "#notices")).insert_header(("HX-Reswap", "innerHTML")).insert_header(header::ContentType::html());
        reply.body(page.as_alert().render().unwrap_or_default())
    } else {
        reply.insert_header(header::ContentType::html()).body(page.render().unwrap_or_default())
    };
    ServiceResponse::new(req, reply)
}

/// The path of the page that the reader came from, if it is one of ours and holds no secret.
pub(super) fn came_from(req: &actix_web::HttpRequest) -> Option<String> {
    let referer = req.headers().get(header::REFERER)?.to_str().ok()?;
    let url = url::Url::parse(referer).ok()?;
    let host = req.headers().get(header::HOST)?.to_str().ok()?;
    let own = url.host_str().map(|name| url.port().map_or_else(|| name.to_owned(), |port| format!("{name}:{port}")));
    (own.as_deref() == Some(host) && !url.path().starts_with("//") && !holds_secret(url.path())).then(|| url.path().to_owned())
}

/// Whether an address is itself a key: what stands behind a mailed link.
pub(super) fn holds_secret(path: &str) -> bool {
    ROUTES.iter().filter(|it| it.door == Door::Link).any(|it| it.path.split_once('{').is_some_and(|(folder, _)| path.starts_with(folder)))
}

fn back_to(req: &actix_web::HttpRequest) -> Option<(&'static str, String)> {
    match came_from(req) {
        Some(path) if path != req.path() => Some(("Back to where you were", path)),
        Some(_) | None => Some(("Go to my work", "/".to_owned())),
    }
}

/// To the sign-in, and from there back to the page whose form was sent.
fn sign_in_from(req: &actix_web::HttpRequest) -> String {
    let back = came_from(req).map(|it| encoded(&it)).unwrap_or_default();
    if back.is_empty() { "/session/new".to_owned() } else { format!("/session/new?to={back}") }
}
