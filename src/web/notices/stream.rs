//! The bell rings by itself: the count of what is unread, sent to open pages as it changes (server-sent events).

use crate::app::{Context, Error};
use crate::domain::ids::UserId;
use crate::store::{Db, notices};
use crate::web::failure::Failure;
use crate::web::frame::unread_text;
use crate::web::health::Draining;
use crate::web::session::unread_of;
use actix_web::http::{Method, header};
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use futures_util::Stream;
use futures_util::stream::unfold;
use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch;

/// How often the counts are looked up, for all listeners in one query.
const LOOK: Duration = Duration::from_secs(2);
/// How often a quiet stream says that it lives; it also finds those who left.
const PING: Duration = Duration::from_secs(15);
/// Streams that one person may have open; a page beyond that counts when it is loaded.
const STREAMS: usize = 8;

/// Who listens on this instance.
#[derive(Clone, Default)]
pub struct Listeners(Arc<Mutex<BTreeMap<UserId, watch::Sender<i64>>>>);

impl Listeners {
    /// Looks the counts up until the server is told to stop; then the streams end, so that nothing waits for them.
    pub async fn serve(self, db: Db, draining: Draining) {
        while !draining.is_on() {
            tokio::time::sleep(LOOK).await;
            let people: Vec<UserId> = {
                let mut all = self.lock();
                all.retain(|_, sender| !sender.is_closed());
                all.keys().copied().collect()
            };
            if people.is_empty() {
                continue;
            }
            let asked = people.clone();
            match db.read::<_, Error, _>(move |conn| Ok(notices::unread(conn, &asked)?)).await {
                Ok(counts) => self.tell(&people, &counts),
                Err(cause) => tracing::warn!(%cause, "the unread counts could not be looked up"),
            }
        }
        self.lock().clear();
    }

    fn tell(&self, people: &[UserId], counts: &BTreeMap<UserId, i64>) {
        let all = self.lock();
        for person in people.iter().collect::<BTreeSet<_>>() {
            let count = counts.get(person).copied().unwrap_or_default();
            if let Some(sender) = all.get(person) {
                sender.send_if_modified(|known| std::mem::replace(known, count) != count);
            }
        }
    }

    /// A place to hear one's count from, unless one has too many.
    fn join(&self, user: UserId, unread: i64) -> Option<watch::Receiver<i64>> {
        let mut all = self.lock();
        let sender = all.entry(user).or_insert_with(|| watch::Sender::new(unread));
        (sender.receiver_count() < STREAMS).then(|| sender.subscribe())
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<UserId, watch::Sender<i64>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn event(count: i64) -> Bytes {
    Bytes::from(format!("event: unread\ndata: {}\n\n", unread_text(count)))
}

pub async fn show(ctx: Context, req: HttpRequest, listeners: Data<Listeners>, draining: Data<Draining>) -> Result<HttpResponse, Failure> {
    let unread = unread_of(&req);
    let place = listeners.join(ctx.actor.id, unread).filter(|_| !draining.is_on());
    let Some(place) = place else { return Ok(HttpResponse::NoContent().finish()) };
    let mut reply = HttpResponse::Ok();
    reply
        .insert_header((header::CONTENT_TYPE, "text/event-stream; charset=utf-8"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        // Said, so that it is not compressed: that would hold events back.
        .insert_header((header::CONTENT_ENCODING, "identity"))
        .insert_header(("x-accel-buffering", "no"));
    if req.method() == Method::HEAD { Ok(reply.finish()) } else { Ok(reply.streaming(counts(place, unread))) }
}

/// The count as it is, then as it changes.
fn counts(place: watch::Receiver<i64>, unread: i64) -> impl Stream<Item = Result<Bytes, Infallible>> {
    unfold((place, true), move |(mut place, first)| async move {
        if first {
            return Some((Ok(event(unread)), (place, false)));
        }
        match tokio::time::timeout(PING, place.changed()).await {
            Ok(Ok(())) => {
                let count = *place.borrow_and_update();
                Some((Ok(event(count)), (place, false)))
            }
            Ok(Err(_)) => None,
            Err(_) => Some((Ok(Bytes::from_static(b": still here\n\n")), (place, false))),
        }
    })
}
