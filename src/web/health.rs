//! Whether the program is alive, and whether it can do its work.

use super::session::db_of;
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
