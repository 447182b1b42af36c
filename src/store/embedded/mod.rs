//! The private PostgreSQL that Slipway runs for itself when no `DATABASE_URL` is set.
//!
//! | file        | what it knows                                                          |
//! |-------------|------------------------------------------------------------------------|
//! | `find`      | where the machine keeps PostgreSQL's programs                          |
//! | `account`   | whom the server runs as when we are root                               |
//! | `cluster`   | the data folder: its lock, its first making, its version               |
//! | `leftovers` | servers of an earlier run that still work in the folder                |
//! | `socket`    | where the unix socket lies, and its URL                                |
//! | `launch`    | how the server is started, and how it is shut down                     |
//! | `keeper`    | the thread that keeps it running, and starts it again when it dies     |
//! | `process`   | the few system calls that std lacks; all unsafe code of the house      |
//!
//! Invariants: never a network port; whoever holds `lock` owns everything in the folder; a folder called
//! `postgres` is a whole cluster; no server outlives the program, however the program ends.

mod account;
mod cluster;
mod error;
mod find;
mod keeper;
mod launch;
mod leftovers;
mod process;
mod socket;

use std::path::{Path, PathBuf};
use std::time::Duration;

pub use error::EmbeddedError;

/// The database that a new cluster is given.
pub const DATABASE: &str = "slipway";

/// The role that owns everything, as which every connection is made.
pub const ROLE: &str = "app";

/// The oldest major version of PostgreSQL that Slipway runs on.
pub const OLDEST_MAJOR: u32 = 14;

/// What the private server is to be like.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The folder for the cluster, its lock and its log; made when missing.
    pub data_dir: PathBuf,
    /// The folder of `postgres` and `initdb`; searched for on the machine when `None`.
    pub binaries: Option<PathBuf>,
    /// For tests: gives up safety against power failure for speed.
    pub quick: bool,
    /// How many connections the server takes at once.
    pub max_connections: u32,
}

/// The running private server; stops it when dropped.
#[derive(Debug)]
pub struct Server {
    keeper: keeper::Keeper,
    socket: socket::Socket,
    binaries: PathBuf,
    log: PathBuf,
    _lock: cluster::Lock,
}

/// Starts the private server, making the cluster and the database [`DATABASE`] first when there is none.
/// Blocks until connections are answered; from then on a thread starts the server again whenever it dies.
pub fn start(settings: &Settings) -> Result<Server, EmbeddedError> {
    let cluster = cluster::open(settings)?;
    let socket = socket::Socket::for_cluster(&cluster.folder, cluster.account.as_ref())?;
    let plan = launch::Plan::new(settings, &cluster, &socket)?;
    let keeper = keeper::Keeper::start(plan).inspect_err(|_| socket.remove())?;
    tracing::info!(folder = %cluster.folder.display(), version = cluster.binaries.major, "private PostgreSQL is ready");
    Ok(Server { keeper, socket, binaries: cluster.binaries.folder, log: cluster.log, _lock: cluster.lock })
}

/// The address of a database on the server that another program runs in this data folder; `None` when none does.
pub fn of_another(data_dir: &Path, database: &str) -> Option<String> {
    let cluster = data_dir.canonicalize().ok()?.join(cluster::FOLDER);
    let up = cluster::is_locked(data_dir) && leftovers::is_up(&cluster);
    up.then(|| socket::Socket::of(&cluster).url(database))
}

/// Where the programs lie that fit this data folder, and their major version.
pub fn programs(data_dir: &Path, set: Option<&Path>) -> Result<(PathBuf, u32), EmbeddedError> {
    let folder = data_dir.join(cluster::FOLDER);
    let major = cluster::major(&folder)?;
    let found = find::binaries(set, major.map(|major| (folder.as_path(), major)))?;
    Ok((found.folder, found.major))
}

/// Whether the data folder holds a cluster.
pub fn exists(data_dir: &Path) -> bool {
    data_dir.join(cluster::FOLDER).join("PG_VERSION").exists()
}

impl Server {
    /// The address of a database on this server, for libpq and diesel.
    pub fn url(&self, database: &str) -> String {
        self.socket.url(database)
    }

    /// Whether the server process runs and answered when it was last started.
    pub fn is_alive(&self) -> bool {
        self.keeper.pid().is_some()
    }

    /// The process id of the server, `None` while it is down.
    pub fn pid(&self) -> Option<u32> {
        self.keeper.pid()
    }

    /// How often the server was started, 1 as long as it never died.
    pub fn starts(&self) -> u32 {
        self.keeper.starts()
    }

    /// Waits until the server is up for at least the `count`th time; false when `limit` passes first.
    pub fn wait_for_start(&self, count: u32, limit: Duration) -> bool {
        self.keeper.wait_for_start(count, limit)
    }

    /// The folder with the server's programs, where `psql` and `pg_dump` usually are too.
    pub fn binaries(&self) -> &Path {
        &self.binaries
    }

    /// The file into which the server writes its own messages.
    pub fn log(&self) -> &Path {
        &self.log
    }

    /// Stops the server: open connections are ended, everything committed is written. Blocks until it is gone.
    pub fn stop(mut self) {
        self.keeper.stop();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.keeper.stop();
        self.socket.remove();
    }
}

/// Waits until no private server works in the data folder any more; false when `limit` passes first.
/// After the program was killed, its server shuts down by itself, a moment later.
pub fn idle_within(data_dir: &Path, limit: Duration) -> bool {
    leftovers::idle_within(&data_dir.join(cluster::FOLDER), limit)
}
