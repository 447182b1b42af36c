//! How the server is started, and how it is shut down.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::process::Child;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use super::account::Account;
use super::cluster::{self, Cluster};
use super::error::{EmbeddedError, last_lines};
use super::process::{self, Signal};
use super::socket::Socket;
use super::{Settings, leftovers};

/// How often to look whether the server lives or is ready.
pub(super) const STEP: Duration = Duration::from_millis(25);

/// How long a start may take; replaying the log after a crash can take minutes.
const START_LIMIT: Duration = Duration::from_secs(300);

/// Up to this size the server's log file is continued.
const LOG_LIMIT: u64 = 8 << 20;

/// All it takes to start the server, and to start it again.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) program: PathBuf,
    cluster: PathBuf,
    pub(super) log: PathBuf,
    account: Option<Account>,
    socket: Socket,
    arguments: Vec<String>,
}

impl Plan {
    /// The plan for a cluster; `max_connections` and `quick` are taken from the settings.
    pub(super) fn new(settings: &Settings, cluster: &Cluster, socket: &Socket) -> Result<Self, EmbeddedError> {
        let tag = leftovers::tag(&cluster.folder).map_err(EmbeddedError::files("Opening", &cluster.folder))?;
        let mut options = vec![
            "listen_addresses=".to_owned(),
            format!("unix_socket_directories=\"{}\"", socket.for_server().display()),
            "unix_socket_permissions=0700".to_owned(),
            "port=5432".to_owned(),
            format!("cluster_name={tag}"),
            format!("max_connections={}", settings.max_connections),
            // Its own doings only: what a query did wrong is told by the one who asked.
            "log_min_messages=log".to_owned(),
            "log_checkpoints=off".to_owned(),
            "log_destination=stderr".to_owned(),
            "logging_collector=off".to_owned(),
        ];
        if settings.quick {
            options.extend(["fsync=off", "synchronous_commit=off", "full_page_writes=off"].map(str::to_owned));
        }
        Ok(Self {
            program: cluster.binaries.folder.join("postgres"),
            cluster: cluster.folder.clone(),
            log: cluster.log.clone(),
            account: cluster.account.clone(),
            socket: socket.clone(),
            arguments: options.into_iter().flat_map(|option| ["-c".to_owned(), option]).collect(),
        })
    }

    /// Starts the server and waits until it is ready. `None` when the order to stop came meanwhile.
    pub(super) fn launch(&self, orders: &Receiver<()>) -> Result<Option<Child>, EmbeddedError> {
        let stop = |wait| told_to_stop(orders, wait);
        leftovers::clear(&self.cluster, &stop)?;
        if stop(Duration::ZERO) {
            return Ok(None);
        }
        leftovers::remove_pid_file(&self.cluster)?;
        self.socket.remove_files();
        let mut log = self.open_log().map_err(EmbeddedError::files("Opening", &self.log))?;
        let begin = log.seek(SeekFrom::End(0)).unwrap_or_default();
        let mut child = self.spawn(log).map_err(|source| cluster::not_run(&self.program, self.account.as_ref(), source))?;
        let begun = Instant::now();
        loop {
            if let Ok(Some(exit)) = child.try_wait() {
                return Err(self.not_started(exit.to_string(), begin));
            }
            if leftovers::is_ready(&self.cluster, child.id()) {
                return Ok(Some(child));
            }
            if begun.elapsed() > START_LIMIT {
                shut_down(&mut child);
                return Err(self.not_started(format!("not ready after {} s", START_LIMIT.as_secs()), begin));
            }
            if stop(STEP) {
                shut_down(&mut child);
                return Ok(None);
            }
        }
    }

    fn spawn(&self, log: File) -> io::Result<Child> {
        let mut command = process::in_cluster(&self.program, &[], &self.cluster, self.account.as_ref())?;
        command.args(&self.arguments).stdout(log.try_clone()?).stderr(log);
        command.spawn()
    }

    fn open_log(&self) -> io::Result<File> {
        if fs::metadata(&self.log).is_ok_and(|file| file.len() > LOG_LIMIT) {
            fs::rename(&self.log, self.log.with_extension("log.old"))?;
        }
        OpenOptions::new().create(true).append(true).mode(0o600).open(&self.log)
    }

    fn not_started(&self, why: String, begin: u64) -> EmbeddedError {
        let mut said = Vec::new();
        if let Ok(mut log) = File::open(&self.log) {
            // An unreadable log leaves the tail empty; the error names the file.
            log.seek(SeekFrom::Start(begin)).and_then(|_| log.read_to_end(&mut said)).ok();
        }
        EmbeddedError::NotStarted { why, log: self.log.clone(), tail: last_lines(&String::from_utf8_lossy(&said)) }
    }
}

/// Waits for the given time, or until the order to stop, which it reports.
pub(super) fn told_to_stop(orders: &Receiver<()>, wait: Duration) -> bool {
    orders.recv_timeout(wait) != Err(RecvTimeoutError::Timeout)
}

/// Ends a server of ours and waits for it: fast; if that takes too long, at once; if even that does, by force.
pub(super) fn shut_down(child: &mut Child) {
    for (signal, limit) in [(Signal::Interrupt, 30), (Signal::Quit, 10)] {
        process::send(child.id(), signal);
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(limit) {
            if let Ok(Some(exit)) = child.try_wait() {
                tracing::info!(%exit, "PostgreSQL stopped");
                return;
            }
            thread::sleep(Duration::from_millis(10));
        }
        tracing::warn!(?signal, limit, "PostgreSQL did not stop in time");
    }
    if let Err(error) = child.kill().and_then(|()| child.wait()) {
        tracing::error!(%error, "PostgreSQL could not be killed");
    }
}
