//! Answers that are HTML: the whole page for a visit, a named block of it for htmx.

use super::failure::Failure;
use super::frame::Frame;
use crate::app::{self, Context};
use crate::store::db::Outage;
use actix_web::cookie::{Cookie, SameSite, time::Duration};
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use diesel::pg::PgConnection;

pub type Answer = Result<HttpResponse, Failure>;

/// The short-lived cookie that carries a notice over a redirect.
pub const NOTICE: &str = "slipway_notice";

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
    with_status(html(template)?, StatusCode::UNPROCESSABLE_ENTITY)
}

/// The form again, beside what somebody else saved meanwhile.
pub fn conflict(template: &impl Template) -> Answer {
    with_status(html(template)?, StatusCode::CONFLICT)
}

fn with_status(mut reply: HttpResponse, status: StatusCode) -> Answer {
    *reply.status_mut() = status;
    Ok(reply)
}

/// After a write: a visit to `location`.
pub fn see(location: &str) -> Answer {
    Ok(HttpResponse::SeeOther().insert_header((header::LOCATION, location)).finish())
}

/// After a write: a visit to `location`, which will say `notice` once.
pub fn see_with(location: &str, notice: &str) -> Answer {
    let value: String = url::form_urlencoded::byte_serialize(notice.as_bytes()).collect();
    let cookie = Cookie::build(NOTICE, value).path("/").http_only(true).same_site(SameSite::Lax).max_age(Duration::seconds(20)).finish();
    Ok(HttpResponse::SeeOther().insert_header((header::LOCATION, location)).cookie(cookie).finish())
}

/// What every page shows around its own content, for this request.
pub fn frame(ctx: &Context, req: &HttpRequest) -> Frame {
    Frame::of(ctx, req)
}
