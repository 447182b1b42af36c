//! Whether the program is alive, and whether it can do its work.

use super::session::db_of;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::ConnectionType;
use actix_web::middleware::Next;
use actix_web::{HttpRequest, HttpResponse, web};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Set once the program begins to stop: no new work should come this way.
#[derive(Clone, Default)]
pub struct Draining(Arc<AtomicBool>);

impl Draining {
    pub fn begin(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    pub fn is_on(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

/// Middleware: while the program stops, an answer is the last on its connection, so that nobody sends another request into one that is just closing.
pub async fn take_leave(req: ServiceRequest, next: Next<impl MessageBody>) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let draining = req.app_data::<web::Data<Draining>>().cloned();
    let mut response = next.call(req).await?;
    if draining.is_some_and(|it| it.is_on()) {
        response.response_mut().head_mut().set_connection_type(ConnectionType::Close);
    }
    Ok(response)
}

pub async fn alive() -> HttpResponse {
    plain(HttpResponse::Ok(), "alive\n")
}

/// Ready: not stopping, the database takes writes, and its schema is the one this program was built with.
pub async fn ready(req: HttpRequest, draining: web::Data<Draining>) -> HttpResponse {
    if draining.is_on() {
        return plain(HttpResponse::ServiceUnavailable(), "stopping\n");
    }
    let Some(db) = db_of(&req) else { return plain(HttpResponse::ServiceUnavailable(), "no database\n") };
    match db.probe().await {
        Ok(()) => plain(HttpResponse::Ok(), "ready\n"),
        Err(cause) => {
            tracing::warn!(%cause, "not ready");
            plain(HttpResponse::ServiceUnavailable(), "the database does not answer, takes no writes, or has another schema\n")
        }
    }
}

fn plain(mut reply: actix_web::HttpResponseBuilder, text: &'static str) -> HttpResponse {
    reply.insert_header(("Cache-Control", "no-store")).content_type("text/plain; charset=utf-8").body(text)
}
