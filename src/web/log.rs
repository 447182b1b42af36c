//! What the log says about a request: never its query, its cookies or the secrets in its address, only the route it took.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage};
use std::time::Instant;
use tracing::Span;
use tracing_actix_web::{RequestId, RootSpanBuilder};

/// Opens a span for each request, and closes it with a line.
pub struct Requests;

/// When a request began, and whether it is one of many that say little.
#[derive(Clone, Copy)]
struct Begun {
    at: Instant,
    is_chatter: bool,
}

impl RootSpanBuilder for Requests {
    fn on_request_start(request: &ServiceRequest) -> Span {
        let id = id_of(request).unwrap_or_default();
        let route = request.match_pattern().unwrap_or_default();
        let is_chatter = matches!(route.as_str(), "/healthz" | "/readyz" | "/metrics") || route.starts_with("/static/");
        request.extensions_mut().insert(Begun { at: Instant::now(), is_chatter });
        // The level is high so that the id stands beside errors even when little is logged.
        tracing::error_span!("request", request_id = id, method = %request.method(), route)
    }

    fn on_request_end<B: MessageBody>(_: Span, outcome: &Result<ServiceResponse<B>, Error>) {
        let (status, begun) = match outcome {
            Ok(response) => (response.status(), response.request().extensions().get::<Begun>().copied()),
            Err(error) => (error.as_response_error().status_code(), None),
        };
        let milliseconds = begun.map_or(0.0, |it| (it.at.elapsed().as_secs_f64() * 10_000.0).round() / 10.0);
        let status = status.as_u16();
        if begun.is_some_and(|it| it.is_chatter) {
            tracing::debug!(status, milliseconds, "answered");
        } else {
            tracing::info!(status, milliseconds, "answered");
        }
    }
}

fn id_of(request: &ServiceRequest) -> Option<String> {
    request.extensions().get::<RequestId>().map(ToString::to_string)
}

/// Middleware: the request's id in the answer, by which it is found in the log.
pub async fn show_id(request: ServiceRequest, next: Next<impl MessageBody>) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let id = id_of(&request).and_then(|it| HeaderValue::try_from(it).ok());
    let mut response = next.call(request).await?;
    if let Some(id) = id {
        response.headers_mut().insert(HeaderName::from_static("x-request-id"), id);
    }
    Ok(response)
}
