//! Starting and signalling processes: the few system calls that std lacks.
#![expect(unsafe_code, reason = "a hook between fork and exec, sending a signal and asking for our own account need libc")]

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use super::account::Account;

/// A signal that tells a PostgreSQL server to shut down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Signal {
    /// Fast shutdown: ends connections, writes everything.
    Interrupt,
    /// Immediate shutdown: ends at once, recovers at the next start.
    Quit,
}

/// Sends a signal to a process that we know to be there; that it is gone meanwhile is no error.
pub(super) fn send(pid: u32, signal: Signal) {
    let number = match signal {
        Signal::Interrupt => libc::SIGINT,
        Signal::Quit => libc::SIGQUIT,
    };
    // Zero and negative numbers would mean groups of processes.
    if let Ok(pid @ 1..) = libc::pid_t::try_from(pid) {
        // SAFETY: kill takes two numbers and touches no memory.
        unsafe { libc::kill(pid, number) };
    }
}

/// The account that this program acts as.
pub(super) fn own_uid() -> u32 {
    // SAFETY: geteuid has no arguments and cannot fail.
    unsafe { libc::geteuid() }
}

/// A program of PostgreSQL, set to work in a cluster's folder as `-D`: as the given account, in a group of its
/// own (Ctrl-C is for us to answer), with a clean environment, and interrupted when the thread that starts it ends.
///
/// On Linux it reaches the folder through an open descriptor, so folders above may be closed to its account
/// (`/root` mostly is), and it cannot wander when the folder is renamed.
pub(super) fn in_cluster(program: &Path, leading: &[&str], cluster: &Path, account: Option<&Account>) -> io::Result<Command> {
    let folder = File::open(cluster)?;
    let descriptor = folder.as_raw_fd();
    let mut command = Command::new(program);
    command.args(leading).arg("-D");
    if cfg!(target_os = "linux") {
        command.arg(format!("/proc/self/fd/{descriptor}"));
    } else {
        command.arg(cluster);
    }
    command.env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin").env("LC_ALL", "C").env("TZ", "UTC");
    command.current_dir("/").process_group(0).stdin(Stdio::null());
    if let Some(account) = account {
        command.uid(account.uid).gid(account.gid);
    }
    let parent = std::process::id();
    let before_exec = move || {
        // Owned by this hook, so that it is still open when the child is forked.
        let descriptor = folder.as_raw_fd();
        // SAFETY: runs between fork and exec; fcntl may be called there and touches no memory.
        if unsafe { libc::fcntl(descriptor, libc::F_SETFD, 0) } == -1 {
            return Err(io::Error::last_os_error());
        }
        end_with(parent)
    };
    // SAFETY: the hook calls only fcntl, prctl and getppid and allocates nothing.
    unsafe { command.pre_exec(before_exec) };
    Ok(command)
}

/// Asks the kernel to interrupt this process when its parent ends, and makes sure that it has not ended already.
/// Runs after the change of account, which would clear the request.
#[cfg(target_os = "linux")]
fn end_with(parent: u32) -> io::Result<()> {
    // SAFETY: prctl with these arguments and getppid touch no memory.
    let (asked, now) = unsafe { (libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGINT), libc::getppid()) };
    if asked == -1 {
        return Err(io::Error::last_os_error());
    }
    if u32::try_from(now) != Ok(parent) {
        return Err(io::Error::from_raw_os_error(libc::ESRCH));
    }
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn end_with(_parent: u32) -> io::Result<()> {
    Ok(())
}
