//! The server: every middleware in its order, and how it starts and stops.

use super::health::{self, Draining};
use super::mails::Outlet;
use super::metrics::Metrics;
use super::notices::stream::Listeners;
use super::throttle::Throttle;
use super::{assets, failure, kept, log, page, routes, security, session};
use crate::app::attachments::Storage;
use crate::app::credentials::Credentials;
use crate::app::links::Keys;
use crate::app::mails::Preview;
use crate::config::Config;
use crate::store::Db;
use actix_web::dev::Server;
use actix_web::middleware::{Compress, from_fn};
use actix_web::{App, HttpServer, web};
use rustix::process::{Resource, getrlimit};
use std::net::TcpListener;
use std::time::Duration;
use tracing_actix_web::TracingLogger;

/// Bodies over this many bytes are refused with 413.
const BODY_LIMIT: usize = 512 * 1024;

/// Open files that are left for everything but connections of people: the database, mails, attachments.
const OTHER_FILES: usize = 256;

/// How long a connection waits for its next request. Longer than proxies wait, or they would send a request into one that is just closing.
const KEEP_ALIVE: Duration = Duration::from_secs(75);

/// A server on a socket that listens already.
/// `preview`: how mails read, for pages that show one beforehand.
pub fn start(listener: TcpListener, db: Db, config: &Config, draining: Draining, preview: Preview) -> std::io::Result<Server> {
    assets::warm_up();
    let base = config.base_url();
    let sessions = session::Settings::of(config);
    let credentials = Credentials::default();
    let keys = web::Data::new(Keys::of(config));
    let outlet = Outlet::of(config);
    let storage = web::Data::new(Storage::of(config));
    let metrics = web::Data::new(Metrics::default());
    let throttle = web::Data::new(Throttle::new(&db.clock));
    let listeners = Listeners::default();
    tokio::spawn(listeners.clone().serve(db.clone(), draining.clone()));
    let timeout = BodyTimeout(config.request_timeout());
    let server = HttpServer::new(move || {
        App::new()
            .app_data(web::Data::new(db.clone()))
            .app_data(web::Data::new(base.clone()))
            .app_data(web::Data::new(draining.clone()))
            .app_data(web::Data::new(timeout))
            .app_data(web::Data::new(sessions.clone()))
            .app_data(web::Data::new(credentials.clone()))
            .app_data(web::Data::new(listeners.clone()))
            .app_data(keys.clone())
            .app_data(storage.clone())
            .app_data(web::Data::new(outlet))
            .app_data(web::Data::new(preview))
            .app_data(metrics.clone())
            .app_data(throttle.clone())
            .app_data(web::PayloadConfig::new(BODY_LIMIT))
            .wrap(from_fn(kept::read_ahead))
            .wrap(from_fn(security::same_site))
            // Inside the sessions, so that it knows who asked; and outside, for what fails in them.
            .wrap(from_fn(failure::show))
            .wrap(session::middleware(&db, &sessions))
            .wrap(from_fn(failure::show))
            .wrap(from_fn(page::after))
            .wrap(Compress::default())
            .wrap(from_fn(security::headers))
            .wrap(from_fn(health::take_leave))
            .wrap(from_fn(log::show_id))
            .wrap(TracingLogger::<log::Requests>::new())
            .configure(routes::configure)
    })
    // Or a compressed page, which leaves in pieces, waits for the other side to acknowledge the one before: 40 ms.
    .tcp_nodelay(true)
    .keep_alive(KEEP_ALIVE)
    .client_request_timeout(Duration::from_secs(config.request_timeout.min(10)))
    .client_disconnect_timeout(Duration::from_secs(5))
    .shutdown_timeout(config.shutdown_timeout)
    .disable_signals();
    let workers = config.workers.map_or_else(|| std::thread::available_parallelism().map_or(2, usize::from), usize::from);
    Ok(server.workers(workers).max_connections(connections_each(workers)).listen(listener)?.run())
}

/// How many connections each worker may have, so that all of them together leave files for the rest of the program. Others wait to be taken.
fn connections_each(workers: usize) -> usize {
    const MOST: usize = 25_000;
    let files = getrlimit(Resource::Nofile).current.map_or(MOST, |it| usize::try_from(it).unwrap_or(MOST));
    (files.saturating_sub(OTHER_FILES) / workers.max(1)).clamp(64, MOST)
}

/// How long a body may take to arrive.
#[derive(Clone, Copy)]
pub struct BodyTimeout(pub Duration);
