//! Where the server's unix socket lies, and the URL that leads there.

use std::env;
use std::fs::{self, DirBuilder};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

use super::ROLE;
use super::account::Account;
use super::error::EmbeddedError;
use super::process;

/// What PostgreSQL calls its socket. The port is only part of the name; nothing listens on a network.
const FILE: &str = ".s.PGSQL.5432";

/// How many bytes of path the kernel's address of a unix socket holds, with the closing zero (macOS: 104).
const LONGEST: usize = if cfg!(target_os = "linux") { 107 } else { 103 };

/// The folder of the socket: the cluster itself, or a short temporary folder when its path is too long.
#[derive(Debug, Clone)]
pub(super) struct Socket {
    folder: PathBuf,
    temporary: bool,
}

impl Socket {
    /// Chooses the folder, and makes it when it is a temporary one.
    pub(super) fn for_cluster(cluster: &Path, account: Option<&Account>) -> Result<Self, EmbeddedError> {
        let socket = Self::of(cluster);
        if socket.temporary {
            private_folder(&socket.folder, account)?;
        }
        Ok(socket)
    }

    /// Where the socket of a cluster lies.
    pub(super) fn of(cluster: &Path) -> Self {
        if fits(cluster) {
            return Self { folder: cluster.to_owned(), temporary: false };
        }
        // Always the same folder for the same cluster, so that kills leave at most one behind.
        let mut hasher = DefaultHasher::new();
        cluster.hash(&mut hasher);
        let name = format!("slipway-{}-{:016x}", process::own_uid(), hasher.finish());
        let parents = [env::temp_dir(), PathBuf::from("/tmp")];
        let folder = parents.iter().map(|parent| parent.join(&name)).find(|folder| fits(folder));
        let folder = folder.unwrap_or_else(|| Path::new("/tmp").join(&name));
        Self { folder, temporary: true }
    }

    /// The folder as the server, whose working directory is the cluster, is told it.
    pub(super) fn for_server(&self) -> PathBuf {
        if self.temporary { self.folder.clone() } else { PathBuf::from(".") }
    }

    /// Removes the files that a killed server leaves; only for when none works in the cluster.
    pub(super) fn remove_files(&self) {
        for name in [FILE.to_owned(), format!("{FILE}.lock")] {
            // Mostly there is none; one that stays is reported by the server itself.
            fs::remove_file(self.folder.join(name)).ok();
        }
    }

    /// Removes the folder if it is a temporary one.
    pub(super) fn remove(&self) {
        if self.temporary {
            self.remove_files();
            fs::remove_dir(&self.folder).ok();
        }
    }

    /// The address of a database behind this socket.
    pub(super) fn url(&self, database: &str) -> String {
        let folder = percent_encoded(self.folder.as_os_str().as_bytes());
        format!("postgres://{ROLE}@{folder}:5432/{}", percent_encoded(database.as_bytes()))
    }
}

fn fits(folder: &Path) -> bool {
    folder.as_os_str().len() + 1 + FILE.len() <= LONGEST
}

/// Makes a folder that only the server's account may enter, in a place where everybody may make folders.
fn private_folder(folder: &Path, account: Option<&Account>) -> Result<(), EmbeddedError> {
    let failed = || EmbeddedError::files("Making a folder for the socket", folder);
    match DirBuilder::new().mode(0o700).create(folder) {
        Ok(()) => account.map_or(Ok(()), |account| account.own(folder)),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            let there = fs::symlink_metadata(folder).map_err(failed())?;
            let ours = [Some(process::own_uid()), account.map(|account| account.uid)].contains(&Some(there.uid()));
            if !(there.is_dir() && ours && there.mode() & 0o077 == 0) {
                let folder = folder.to_owned();
                return Err(EmbeddedError::OtherOwner { owner: super::account::name_of(there.uid()), folder });
            }
            account.map_or(Ok(()), |account| account.own(folder))
        }
        Err(error) => Err(failed()(error)),
    }
}

fn percent_encoded(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(byte) {
            text.push(char::from(*byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_url_holds_any_folder_and_any_name() {
        let socket = Socket { folder: PathBuf::from("/srv/our data/größe"), temporary: false };
        assert_eq!(socket.url("a/b"), "postgres://app@%2Fsrv%2Four%20data%2Fgr%C3%B6%C3%9Fe:5432/a%2Fb");
    }
}
