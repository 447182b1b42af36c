//! Where the machine keeps PostgreSQL's programs.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::OLDEST_MAJOR;
use super::error::EmbeddedError;

/// A folder with `postgres` and `initdb`, and their major version.
#[derive(Debug, Clone)]
pub(super) struct Binaries {
    pub(super) folder: PathBuf,
    pub(super) major: u32,
}

/// Folders in which installers put one folder per version: parent, how its names begin, what follows.
const INSTALLERS: [(&str, &str, &str); 6] = [
    ("/usr/lib/postgresql", "", "bin"),
    ("/usr", "pgsql-", "bin"),
    ("/usr/libexec", "postgresql", ""),
    ("/opt/homebrew/opt", "postgresql", "bin"),
    ("/usr/local/opt", "postgresql", "bin"),
    ("/home/linuxbrew/.linuxbrew/opt", "postgresql", "bin"),
];

/// Finds the programs for a cluster: those of its own major version `(folder, major)`, or for a new one the first
/// that are new enough. A folder that was `set` is the only one looked at.
pub(super) fn binaries(set: Option<&Path>, cluster: Option<(&Path, u32)>) -> Result<Binaries, EmbeddedError> {
    let candidates = match set {
        Some(folder) => vec![folder.to_owned(), folder.join("bin")],
        None => candidates(),
    };
    let mut found: Vec<Binaries> = Vec::new();
    for folder in candidates {
        let Ok(folder) = folder.canonicalize() else { continue };
        if found.iter().any(|known| known.folder == folder) || !folder.join("initdb").is_file() {
            continue;
        }
        let Some(major) = major_of(&folder.join("postgres")) else { continue };
        let fits = cluster.map_or(major >= OLDEST_MAJOR, |(_, needs)| major == needs);
        if fits {
            return Ok(Binaries { folder, major });
        }
        found.push(Binaries { folder, major });
    }
    let versions = found.iter().map(|known| known.major.to_string()).collect::<Vec<_>>().join(", ");
    Err(match (cluster, found.is_empty()) {
        (_, true) => EmbeddedError::NoBinaries { looked: looked(set) },
        (Some((folder, needs)), false) => EmbeddedError::OtherMajor { folder: folder.to_owned(), needs, found: versions },
        (None, false) => EmbeddedError::TooOld { found: versions },
    })
}

fn looked(set: Option<&Path>) -> String {
    match set {
        Some(folder) => format!("`postgres` and `initdb` are not both in {}, which is the folder that was set", folder.display()),
        None => "searched: pg_config, /usr/lib/postgresql, /usr/pgsql-*, Homebrew, PATH".to_owned(),
    }
}

fn candidates() -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = output_of(Command::new("pg_config").arg("--bindir")).map(PathBuf::from).into_iter().collect();
    for (parent, prefix, below) in INSTALLERS {
        folders.extend(versions_in(Path::new(parent), prefix, below));
    }
    let path = env::var_os("PATH").unwrap_or_default();
    // What is on PATH is often a link; the other programs lie beside its target.
    let targets = env::split_paths(&path).filter_map(|folder| folder.join("postgres").canonicalize().ok());
    folders.extend(targets.filter_map(|program| program.parent().map(Path::to_owned)));
    folders
}

/// The version folders of one installer, newest first.
fn versions_in(parent: &Path, prefix: &str, below: &str) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(parent) else { return Vec::new() };
    let names = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok());
    let mut names: Vec<String> = names.filter(|name| name.starts_with(prefix)).collect();
    names.sort_by_key(|name| std::cmp::Reverse(leading_number(name.trim_start_matches(|c: char| !c.is_ascii_digit()))));
    names.into_iter().map(|name| parent.join(name).join(below)).collect()
}

/// The major version that a `postgres` says it is; `None` when it does not run.
fn major_of(program: &Path) -> Option<u32> {
    major_in(&output_of(Command::new(program).arg("-V"))?)
}

/// Reads `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`.
fn major_in(version: &str) -> Option<u32> {
    leading_number(version.split_once(") ")?.1)
}

fn leading_number(text: &str) -> Option<u32> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text[..end].parse().ok()
}

fn output_of(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (output.status.success() && !text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_read_from_what_postgres_says() {
        assert_eq!(major_in("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)"), Some(15));
        assert_eq!(major_in("postgres (PostgreSQL) 19beta1"), Some(19));
        assert_eq!(major_in("postgres"), None);
    }

    #[test]
    fn newer_versions_come_first_by_number_not_by_letter() {
        let parent = tempfile::tempdir().expect("a folder");
        for version in ["9.6", "15", "100", "17"] {
            fs::create_dir(parent.path().join(version)).expect("a folder");
        }
        let found = versions_in(parent.path(), "", "bin");
        let expected = ["100", "17", "15", "9.6"].map(|version| parent.path().join(version).join("bin"));
        assert_eq!(found, expected);
    }
}
