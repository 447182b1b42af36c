//! Whom the server runs as: PostgreSQL refuses root.

use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt, lchown};
use std::path::Path;

use super::error::EmbeddedError;
use super::process;

/// An unprivileged account that we, being root, run PostgreSQL's programs as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Account {
    pub(super) name: String,
    pub(super) uid: u32,
    pub(super) gid: u32,
}

/// The account for this cluster; `None` when we are an ordinary user and stay who we are.
/// A cluster keeps the owner it has; a new one goes to `postgres`, and where there is none to `nobody`.
pub(super) fn for_cluster(cluster: &Path) -> Result<Option<Account>, EmbeddedError> {
    let owner = fs::metadata(cluster).ok();
    let me = process::own_uid();
    if me != 0 {
        return match owner {
            Some(owner) if owner.uid() != me => Err(EmbeddedError::OtherOwner { folder: cluster.to_owned(), owner: name_of(owner.uid()) }),
            Some(_) | None => Ok(None),
        };
    }
    let known = accounts();
    let account = match owner {
        Some(owner) if owner.uid() != 0 => Account { name: name_of(owner.uid()), uid: owner.uid(), gid: owner.gid() },
        Some(_) | None => ["postgres", "nobody"]
            .iter()
            .find_map(|name| known.iter().find(|account| account.name == *name && account.uid != 0))
            .cloned()
            .unwrap_or(Account { name: "65534".to_owned(), uid: 65534, gid: 65534 }),
    };
    Ok(Some(account))
}

impl Account {
    /// Gives a file, or a folder and everything in it, to this account.
    pub(super) fn own(&self, path: &Path) -> Result<(), EmbeddedError> {
        self.own_all(path).map_err(EmbeddedError::files("Giving an unprivileged account", path))
    }

    fn own_all(&self, path: &Path) -> io::Result<()> {
        lchown(path, Some(self.uid), Some(self.gid))?;
        if fs::symlink_metadata(path)?.is_dir() {
            for entry in fs::read_dir(path)? {
                self.own_all(&entry?.path())?;
            }
        }
        Ok(())
    }
}

/// The name of an account, or its number where it has none.
pub(super) fn name_of(uid: u32) -> String {
    accounts().into_iter().find(|account| account.uid == uid).map_or_else(|| uid.to_string(), |account| account.name)
}

/// The machine's local accounts.
fn accounts() -> Vec<Account> {
    let passwd = fs::read_to_string("/etc/passwd").unwrap_or_default();
    passwd.lines().filter_map(account_of).collect()
}

fn account_of(line: &str) -> Option<Account> {
    let mut fields = line.split(':');
    let name = fields.next()?.to_owned();
    let uid = fields.nth(1)?.parse().ok()?;
    let gid = fields.next()?.parse().ok()?;
    Some(Account { name, uid, gid })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_account_file_is_read() {
        let account = account_of("postgres:x:101:104:PostgreSQL administrator,,,:/var/lib/postgresql:/bin/bash");
        assert_eq!(account, Some(Account { name: "postgres".to_owned(), uid: 101, gid: 104 }));
        assert_eq!(account_of("+::::::"), None);
    }
}
