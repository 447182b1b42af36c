//! Answers that are HTML: the whole page for a visit, a named block of it for htmx.

use super::failure::Failure;
use super::frame::Frame;
use crate::app::{self, Context};
use crate::config::BaseUrl;
use crate::store::PgConnection;
use crate::store::db::Outage;
use actix_web::body::MessageBody;
use actix_web::cookie::{Cookie, SameSite, time::Duration};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode, header};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

pub type Answer = Result<HttpResponse, Failure>;

/// The short-lived cookie that carries a notice over a redirect.
const NOTICE: &str = "slipway_notice";
/// The same under https, where no other host of the domain can set it.
const SECURE_NOTICE: &str = "__Host-slipway_notice";

fn is_https(req: &HttpRequest) -> bool {
    req.app_data::<Data<BaseUrl>>().is_some_and(|it| it.is_https())
}

/// The notice that a request brings along.
pub fn notice_of(req: &HttpRequest) -> Option<Cookie<'static>> {
    req.cookie(if is_https(req) { SECURE_NOTICE } else { NOTICE })
}

/// Whether htmx asked for a piece of the page.
pub fn wants_fragment(req: &HttpRequest) -> bool {
    req.headers().get("HX-Request-Type").is_some_and(|value| value == "partial")
}

pub fn html(template: &impl Template) -> Answer {
    Ok(answer(template.render().map_err(|cause| Outage::Render(cause.to_string())).map_err(app::Error::from)?))
}

fn answer(body: String) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::VARY, "HX-Request-Type"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header(header::ContentType::html())
        .body(body)
}

/// Reads and draws a page in one go, off the async threads.
pub async fn show<T: Template>(ctx: &Context, f: impl FnOnce(&mut PgConnection) -> app::Result<T> + Send + 'static) -> Answer {
    let body = ctx.read(move |conn| f(conn)?.render().map_err(|cause| Outage::Render(cause.to_string()).into())).await?;
    Ok(answer(body))
}

/// The form again, with its errors: what a `create` or `update` answers to a bad form.
pub fn unprocessable(template: &impl Template) -> Answer {
    with_status(template, StatusCode::UNPROCESSABLE_ENTITY)
}

/// The form again, beside what somebody else saved meanwhile.
pub fn conflict(template: &impl Template) -> Answer {
    with_status(template, StatusCode::CONFLICT)
}

/// Unless all is well it is drawn twice: what is wrong stands above the fields, in the words of labels that are known when they are drawn.
pub fn with_status(template: &impl Template, status: StatusCode) -> Answer {
    if status != StatusCode::OK {
        // What cannot be drawn fails below.
        template.render().ok();
    }
    let mut reply = html(template)?;
    *reply.status_mut() = status;
    Ok(reply)
}

/// After a write: a visit to `location`.
pub fn see(location: &str) -> Answer {
    Ok(HttpResponse::SeeOther().insert_header((header::LOCATION, location)).finish())
}

/// After a write: a visit to `location`, which will say `notice` once and go to the part that follows `#`.
/// The part is in the notice as well, because scripts do not see it in an answer that redirects.
pub fn see_with(location: &str, notice: &str) -> Answer {
    let part = location.split_once('#').map_or("", |(_, part)| part);
    let value = url::form_urlencoded::Serializer::new(String::new()).append_pair("said", notice).append_pair("part", part).finish();
    Ok(HttpResponse::SeeOther().insert_header((header::LOCATION, location)).cookie(notice_cookie(value, Duration::seconds(20))).finish())
}

fn notice_cookie(value: String, life: Duration) -> Cookie<'static> {
    Cookie::build(NOTICE, value).path("/").http_only(true).same_site(SameSite::Lax).max_age(life).finish()
}

/// Middleware: a notice that was shown is not shown again, and the address of an action never becomes the address of a page:
/// nothing is there to be reloaded.
pub async fn after(req: ServiceRequest, next: Next<impl MessageBody>) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let shows_notice = notice_of(req.request()).is_some() && !wants_fragment(req.request()) && !req.path().starts_with("/static/");
    let acts = req.method() == Method::POST;
    let mut response = next.call(req).await?;
    if shows_notice && !response.status().is_redirection() {
        response.response_mut().add_cookie(&notice_cookie(String::new(), Duration::ZERO)).map_err(actix_web::error::ErrorInternalServerError)?;
    }
    if is_https(response.request()) {
        secure_notice(&mut response)?;
    }
    if response.status().is_redirection() {
        return Ok(response);
    }
    if acts {
        response.headers_mut().insert(HeaderName::from_static("hx-push-url"), HeaderValue::from_static("false"));
    }
    Ok(response)
}

/// Handlers do not know under which name and how the cookie is set here.
fn secure_notice(response: &mut ServiceResponse<impl MessageBody>) -> Result<(), actix_web::Error> {
    let set = response.response().cookies().find(|it| it.name() == NOTICE).map(Cookie::into_owned);
    let Some(mut cookie) = set else { return Ok(()) };
    response.response_mut().del_cookie(NOTICE);
    cookie.set_name(SECURE_NOTICE);
    cookie.set_secure(true);
    response.response_mut().add_cookie(&cookie).map_err(actix_web::error::ErrorInternalServerError)
}

/// What every page shows around its own content, for this request.
pub fn frame(ctx: &Context, req: &HttpRequest) -> Frame {
    Frame::of(ctx, req)
}
