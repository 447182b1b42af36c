//! `slipway serve`: from an open socket to the last answered request.

use super::database::Database;
use super::demo;
use crate::config::Config;
use crate::domain::people::Actor;
use crate::store::attachments::folder;
use crate::store::{Db, condition, migrations};
use crate::terminal;
use crate::web::health::Draining;
use crate::worker::{Worker, timetable};
use crate::{app, mail, secret, web};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener};
use std::process::ExitCode;
use tokio::signal::unix::{Signal, SignalKind, signal};

pub fn run(mut config: Config, with_demo: bool) -> anyhow::Result<ExitCode> {
    open_many_files();
    // First, because nothing else fails so soon.
    let listener = listen(config.listen)?;
    config.listen = listener.local_addr()?;
    mail::Post::of(&config)?;
    config.smtp_url.as_deref().map(mail::Settings::parse).transpose()?;
    prepare_attachments(&config)?;
    let database = Database::own(&config)?;
    config.secret_key = Some(secret::key(&config)?);
    let db = database.migrated(&config, config.db_pool)?;
    let (_, version) = condition::version(&mut migrations::connect(&database.url)?)?;
    tracing::info!(postgresql = version, "the database is ready");
    if with_demo {
        offer_demo(&db, &config)?;
    }
    offer_setup(&db, &config)?;
    actix_web::rt::System::new().block_on(until_stopped(listener, db, &config))?;
    drop(database);
    tracing::info!("stopped");
    Ok(ExitCode::SUCCESS)
}

/// Each connection is an open file, and the usual 1,024 are few: as many as this account may have.
fn open_many_files() {
    let limit = getrlimit(Resource::Nofile);
    if let Err(cause) = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit }) {
        tracing::warn!(%cause, "no more files can be opened than usual");
    }
}

fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).map_err(|cause| {
        if cause.kind() == ErrorKind::AddrInUse {
            anyhow::anyhow!("{address} is taken by another program; stop that one, or set SLIPWAY_LISTEN to another address")
        } else if cause.kind() == ErrorKind::PermissionDenied {
            anyhow::anyhow!("{address} may not be used by this account; set SLIPWAY_LISTEN to a port above 1023")
        } else {
            anyhow::anyhow!("cannot listen on {address}: {cause}; set SLIPWAY_LISTEN to another address")
        }
    })
}

/// A directory that takes no files is noticed now, not by the first who attaches something.
fn prepare_attachments(config: &Config) -> anyhow::Result<()> {
    let storage = app::attachments::Storage::of(config);
    let Some(folder) = storage.folder() else { return Ok(()) };
    let tried = folder::prepare(folder).and_then(|()| folder::begin(folder));
    tried.map(drop).map_err(|cause| anyhow::anyhow!("the directory of attachments {} cannot be written: {cause}; see SLIPWAY_ATTACHMENTS", folder.display()))
}

fn offer_demo(db: &Db, config: &Config) -> anyhow::Result<()> {
    if let Some(loaded) = demo::load_if_empty(db)? {
        demo::tell(&loaded)?;
    }
    Ok(terminal::line(format!("Slipway is at {}", config.base_url()))?)
}

/// Without users nobody can sign in: a link makes the first administrator.
fn offer_setup(db: &Db, config: &Config) -> anyhow::Result<()> {
    if let Some(token) = db.write_now(Actor::slipway(), app::setup::offer)? {
        let link = config.base_url().join(&format!("/setup/{token}"));
        tracing::warn!("there are no users yet: make the first administrator at {link}");
    }
    Ok(())
}

/// Serves until a signal comes. A second signal ends the program on the spot.
async fn until_stopped(listener: TcpListener, db: Db, config: &Config) -> anyhow::Result<()> {
    let mut signals = Signals::new()?;
    let draining = Draining::default();
    let server = web::server::start(listener, db.clone(), config, draining.clone(), mail::compose::sample)?;
    let handle = server.handle();
    let mut serving = actix_web::rt::spawn(server);
    let worker = Worker::start(&db, config)?;
    tracing::info!(address = %format!("http://{}", config.listen), base_url = %config.base_url(), "serving");
    tokio::select! {
        _ = &mut serving => anyhow::bail!("the server ended by itself"),
        name = signals.next() => {
            draining.begin();
            tracing::info!(signal = name, "stopping");
        }
    }
    let stopped = async {
        tokio::time::sleep(config.drain()).await;
        handle.stop(true).await;
        worker.stop().await;
    };
    tokio::select! {
        () = stopped => {}
        name = signals.next() => {
            tracing::warn!(signal = name, "told twice: ending at once");
            std::process::exit(1);
        }
    }
    note_checkpoint(db).await;
    Ok(())
}

async fn note_checkpoint(db: Db) {
    let noted = tokio::task::spawn_blocking(move || timetable::note_checkpoint(&db)).await;
    if !matches!(noted, Ok(Ok(()))) {
        tracing::warn!("the checkpoint of the activity log could not be read");
    }
}

/// The two that tell a program to stop.
struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    fn new() -> std::io::Result<Signals> {
        Ok(Signals { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.interrupt.recv() => "SIGINT",
            _ = self.terminate.recv() => "SIGTERM",
        }
    }
}
