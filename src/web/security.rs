//! What protects every page: response headers, and the refusal of requests that other sites send.

use super::failure::Failure;
use crate::config::BaseUrl;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web;

pub const POLICY: &str = "default-src 'none'; object-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// Middleware: the headers of HOUSE section 3.
pub async fn headers(req: ServiceRequest, next: Next<impl MessageBody>) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let https = req.app_data::<web::Data<BaseUrl>>().is_some_and(|it| it.is_https());
    let mut response = next.call(req).await?;
    let out = response.headers_mut();
    let mut set = |name: HeaderName, value: &'static str| {
        if !out.contains_key(&name) {
            out.insert(name, HeaderValue::from_static(value));
        }
    };
    set(header::CONTENT_SECURITY_POLICY, POLICY);
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    // What may be kept says so itself.
    set(header::CACHE_CONTROL, "no-store");
    set(header::X_FRAME_OPTIONS, "DENY");
    set(header::REFERRER_POLICY, "same-origin");
    set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    set(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    set(HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=(), payment=()");
    if https {
        set(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000; includeSubDomains");
    }
    Ok(response)
}

/// Middleware: a request that changes something must come from our own pages.
pub async fn same_site(req: ServiceRequest, next: Next<impl MessageBody + 'static>) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let reads = matches!(*req.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let base = req.app_data::<web::Data<BaseUrl>>().map(|it| it.get_ref().clone());
    if reads || base.is_some_and(|base| is_ours(req.headers(), &base)) {
        Ok(next.call(req).await?.map_into_boxed_body())
    } else {
        Ok(req.error_response(Failure::CrossSite))
    }
}

/// By `Sec-Fetch-Site`, which browsers send over https and to localhost; else by `Origin` against the base URL and the host asked for.
/// A client that sends neither is no browser, and so nobody's session can be ridden.
fn is_ours(headers: &HeaderMap, base: &BaseUrl) -> bool {
    let text = |name: HeaderName| headers.get(name).and_then(|it| it.to_str().ok());
    match (text(HeaderName::from_static("sec-fetch-site")), text(header::ORIGIN)) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => base.has_origin(origin) || text(header::HOST).is_some_and(|host| !base.is_https() && origin == format!("http://{host}")),
        (None, None) => true,
    }
}
