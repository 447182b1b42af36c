//! What can keep the private server from starting, each with what to do next.

use std::io;
use std::path::{Path, PathBuf};

use super::OLDEST_MAJOR;

/// Why there is no private server. The text is for whoever started the program.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EmbeddedError {
    /// No PostgreSQL on this machine.
    #[error(
        "No PostgreSQL server was found ({looked}). Install PostgreSQL {OLDEST_MAJOR} or newer (on Debian and Ubuntu the \
         package `postgresql`), or set DATABASE_URL to a database that runs elsewhere."
    )]
    NoBinaries {
        /// Where was searched.
        looked: String,
    },
    /// Every PostgreSQL on this machine is too old.
    #[error("PostgreSQL {found} is too old. Install version {OLDEST_MAJOR} or newer, or set DATABASE_URL to a database that runs elsewhere.")]
    TooOld {
        /// The major versions found.
        found: String,
    },
    /// The cluster was made by a major version that is not on this machine.
    #[error(
        "The data in {} was made by PostgreSQL {needs}, and this machine has {found}. Install PostgreSQL {needs} \
         (on Debian and Ubuntu the package `postgresql-{needs}`), or move the data over with pg_upgrade or pg_dump.",
        folder.display()
    )]
    OtherMajor {
        /// The cluster.
        folder: PathBuf,
        /// The major version that made it.
        needs: u32,
        /// The major versions found.
        found: String,
    },
    /// Another Slipway works with this data folder.
    #[error(
        "The data folder {} is in use by another program{}. Stop that program, or start this one with another data folder.",
        folder.display(),
        holder.map(|pid| format!(" (process {pid})")).unwrap_or_default()
    )]
    InUse {
        /// The data folder.
        folder: PathBuf,
        /// The other program, when it left its number.
        holder: Option<u32>,
    },
    /// A server that we did not start, or that does not end, works in the cluster.
    #[error(
        "A PostgreSQL server that this program did not start (process {pid}) works in {}. Stop it, then start again.",
        folder.display()
    )]
    OtherServer {
        /// The cluster.
        folder: PathBuf,
        /// That server, or one of its processes.
        pid: u32,
    },
    /// The folder for the cluster holds something else.
    #[error("{} is not empty and holds no PostgreSQL data. Move it away, or choose another data folder.", folder.display())]
    NotACluster {
        /// The folder.
        folder: PathBuf,
    },
    /// The data folder belongs to someone else.
    #[error("The data in {} belongs to {owner}. Start as that account or as root, or choose another data folder.", folder.display())]
    OtherOwner {
        /// The folder.
        folder: PathBuf,
        /// The account, by name where it has one.
        owner: String,
    },
    /// A program of PostgreSQL could not be run.
    #[error("{} could not be run{}: {source}.{}", program.display(), as_account(account), advice(account))]
    NotRun {
        /// The program.
        program: PathBuf,
        /// The account to which we, being root, change for it.
        account: Option<String>,
        /// What the system said.
        source: io::Error,
    },
    /// The cluster could not be made.
    #[error("A new PostgreSQL cluster could not be made in {}. PostgreSQL said:\n{output}", folder.display())]
    NotMade {
        /// The cluster's folder.
        folder: PathBuf,
        /// The last lines of what it said.
        output: String,
    },
    /// The server ended, or did not answer in time.
    #[error("The private PostgreSQL did not start ({why}). The end of its log {}:\n{tail}", log.display())]
    NotStarted {
        /// What was observed.
        why: String,
        /// The log file.
        log: PathBuf,
        /// The last lines since this start.
        tail: String,
    },
    /// The file system refused something.
    #[error("{doing} {} failed: {source}. Check the folder's owner, permissions and free space, or choose another data folder.", path.display())]
    Files {
        /// What was tried, as the start of a sentence.
        doing: &'static str,
        /// On which path.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl EmbeddedError {
    /// Wraps the refusal of the file system, for `map_err`.
    pub(super) fn files(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Files { doing, path: path.to_owned(), source }
    }
}

fn as_account(account: &Option<String>) -> String {
    account.as_ref().map(|name| format!(" as account {name}")).unwrap_or_default()
}

fn advice(account: &Option<String>) -> &'static str {
    match account {
        Some(_) => {
            " PostgreSQL refuses to run as root: start as an ordinary user, allow changing accounts (setuid, setgid), \
             or set DATABASE_URL."
        }
        None => "",
    }
}

/// The last lines of what a program said, enough to see why it failed.
pub(super) fn last_lines(output: &str) -> String {
    let lines: Vec<&str> = output.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
    lines[lines.len().saturating_sub(15)..].join("\n")
}
