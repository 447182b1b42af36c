//! Servers of an earlier run that still work in the cluster: found, waited for, and hurried when they dawdle.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use super::error::EmbeddedError;
use super::process::{self, Signal};

/// How often to look again.
const STEP: Duration = Duration::from_millis(20);

/// How long to wait before the first reminder: a server whose program was killed needs mostly less.
const PATIENCE: Duration = Duration::from_secs(2);

/// When to give up writing everything, and have the next start recover instead.
const HURRY: Duration = Duration::from_secs(30);

/// When to leave the decision to a person.
const LIMIT: Duration = Duration::from_secs(60);

/// A process of PostgreSQL in the cluster.
#[derive(Debug)]
struct Worker {
    pid: u32,
    /// Whether a Slipway started its server.
    ours: bool,
}

/// The name that our server bears and shows in the titles of all its processes: says which folder it works in, also
/// to those who may not look at its working directory (root in a container without the ptrace capability).
pub(super) fn tag(cluster: &Path) -> io::Result<String> {
    let folder = fs::metadata(cluster)?;
    Ok(format!("slipway-{:x}-{:016x}", folder.dev(), folder.ino()))
}

/// Waits until none works in the cluster. `stop` waits for the given time and says whether to give up waiting.
pub(super) fn clear(cluster: &Path, stop: &dyn Fn(Duration) -> bool) -> Result<(), EmbeddedError> {
    let begun = Instant::now();
    let mut signals = [(PATIENCE, Signal::Interrupt), (HURRY, Signal::Quit)].into_iter().peekable();
    loop {
        let workers = working_in(cluster);
        let Some(first) = workers.first() else { return Ok(()) };
        let limit = if workers.iter().all(|worker| worker.ours) { LIMIT } else { PATIENCE };
        if begun.elapsed() > limit {
            let pid = workers.iter().find(|worker| !worker.ours).unwrap_or(first).pid;
            return Err(EmbeddedError::OtherServer { folder: cluster.to_owned(), pid });
        }
        if let Some((_, signal)) = signals.next_if(|(after, _)| begun.elapsed() > *after) {
            tracing::warn!(pid = first.pid, ?signal, "a server of an earlier run still works in the data folder");
            workers.iter().filter(|worker| worker.ours).for_each(|worker| process::send(worker.pid, signal));
        }
        if stop(STEP) {
            return Ok(());
        }
    }
}

/// See [`super::idle_within`].
pub(super) fn idle_within(cluster: &Path, limit: Duration) -> bool {
    let begun = Instant::now();
    while !working_in(cluster).is_empty() {
        if begun.elapsed() > limit {
            return false;
        }
        thread::sleep(STEP);
    }
    true
}

/// Removes the pid file of a server that is gone. PostgreSQL itself would take any process that has the number now
/// for that server. Only to be called after [`clear`].
pub(super) fn remove_pid_file(cluster: &Path) -> Result<(), EmbeddedError> {
    let file = cluster.join("postmaster.pid");
    let text = fs::read_to_string(&file).unwrap_or_default();
    if let Some(Ok(pid)) = text.lines().next().map(|line| line.trim().parse::<u32>()) {
        let about = Path::new("/proc").join(pid.to_string());
        let hidden = fs::metadata(about.join("cwd")).is_err_and(|error| error.kind() == io::ErrorKind::PermissionDenied);
        // A PostgreSQL of which we may not see where it works: better to stop here than to harm it.
        if hidden && is_postgres(&about) {
            return Err(EmbeddedError::OtherServer { folder: cluster.to_owned(), pid });
        }
    }
    if fs::metadata("/proc/self/cmdline").is_ok() {
        // Mostly there is none; one that stays is reported by the server itself.
        fs::remove_file(&file).ok();
    }
    Ok(())
}

/// Whether the server with this process id says that it takes connections.
pub(super) fn is_ready(cluster: &Path, pid: u32) -> bool {
    let file = fs::read_to_string(cluster.join("postmaster.pid")).unwrap_or_default();
    let lines: Vec<&str> = file.lines().map(str::trim).collect();
    lines.first().is_some_and(|line| *line == pid.to_string()) && lines.get(7) == Some(&"ready")
}

/// Whether the server of the cluster, whoever runs it, says that it takes connections.
pub(super) fn is_up(cluster: &Path) -> bool {
    let file = fs::read_to_string(cluster.join("postmaster.pid")).unwrap_or_default();
    file.lines().nth(7).is_some_and(|line| line.trim() == "ready")
}

/// The processes of PostgreSQL that work in the cluster; none where there is no `/proc`.
fn working_in(cluster: &Path) -> Vec<Worker> {
    let (Ok(folder), Ok(tag)) = (fs::metadata(cluster), tag(cluster)) else { return Vec::new() };
    let Ok(processes) = fs::read_dir("/proc") else { return Vec::new() };
    let pids = processes.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.filter_map(|pid: u32| {
        let about = Path::new("/proc").join(pid.to_string());
        if !is_postgres(&about) {
            return None;
        }
        let title = fs::read(about.join("cmdline")).ok()?;
        let ours = title.windows(tag.len()).any(|part| part == tag.as_bytes());
        let inside = || fs::metadata(about.join("cwd")).is_ok_and(|cwd| (cwd.dev(), cwd.ino()) == (folder.dev(), folder.ino()));
        (ours || inside()).then_some(Worker { pid, ours })
    })
    .collect()
}

fn is_postgres(about: &Path) -> bool {
    fs::read_to_string(about.join("comm")).is_ok_and(|name| ["postgres", "postmaster"].contains(&name.trim()))
}
