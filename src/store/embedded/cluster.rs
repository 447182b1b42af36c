//! The data folder: its lock, the first making of its cluster, and what fits an existing one.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::account::{self, Account};
use super::error::{EmbeddedError, last_lines};
use super::find::{self, Binaries};
use super::{DATABASE, ROLE, Settings, leftovers, process};

/// The folder of the cluster inside the data folder.
pub(super) const FOLDER: &str = "postgres";

/// How long to wait for a program that is just ending.
const LOCK_PATIENCE: Duration = Duration::from_secs(3);

/// The right to everything in the data folder, for as long as this value or the program lives.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

/// A whole cluster, ours to run.
#[derive(Debug)]
pub(super) struct Cluster {
    pub(super) folder: PathBuf,
    pub(super) log: PathBuf,
    pub(super) account: Option<Account>,
    pub(super) binaries: Binaries,
    pub(super) lock: Lock,
}

/// Opens the data folder, and makes the folder and the cluster when there is none.
pub(super) fn open(settings: &Settings) -> Result<Cluster, EmbeddedError> {
    let wanted = &settings.data_dir;
    let made = DirBuilder::new().recursive(true).mode(0o700).create(wanted);
    made.map_err(EmbeddedError::files("Making the data folder", wanted))?;
    let data_dir = wanted.canonicalize().map_err(EmbeddedError::files("Opening the data folder", wanted))?;
    let lock = lock(&data_dir)?;
    let folder = data_dir.join(FOLDER);
    let account = account::for_cluster(&folder)?;
    let binaries = match major(&folder)? {
        Some(major) => find::binaries(settings.binaries.as_deref(), Some((&folder, major)))?,
        None => {
            let binaries = find::binaries(settings.binaries.as_deref(), None)?;
            make(&data_dir, &binaries, account.as_ref(), settings.quick)?;
            binaries
        }
    };
    if let Some(account) = &account {
        let owner = fs::metadata(&folder).map_err(EmbeddedError::files("Opening", &folder))?.uid();
        if owner != account.uid {
            account.own(&folder)?;
        }
    }
    Ok(Cluster { log: data_dir.join("postgres.log"), folder, account, binaries, lock })
}

/// Takes the lock of the data folder. The kernel gives it back however this program ends.
fn lock(data_dir: &Path) -> Result<Lock, EmbeddedError> {
    let path = data_dir.join("lock");
    let opened = OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(&path);
    let mut file = opened.map_err(|error| refused(error, &path))?;
    let begun = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => break,
            Err(TryLockError::Error(error)) => return Err(EmbeddedError::files("Locking", &path)(error)),
            Err(TryLockError::WouldBlock) if begun.elapsed() > LOCK_PATIENCE => {
                let holder = fs::read_to_string(&path).ok().and_then(|text| text.trim().parse().ok());
                return Err(EmbeddedError::InUse { folder: data_dir.to_owned(), holder });
            }
            Err(TryLockError::WouldBlock) => thread::sleep(Duration::from_millis(50)),
        }
    }
    let noted = file.set_len(0).and_then(|()| writeln!(file, "{}", std::process::id()));
    noted.map_err(EmbeddedError::files("Writing", &path))?;
    Ok(Lock { _file: file })
}

/// Whether some program holds the lock of the data folder.
pub(super) fn is_locked(data_dir: &Path) -> bool {
    let opened = File::open(data_dir.join("lock"));
    opened.is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
}

/// A file that exists and may not be opened mostly belongs to someone else: an earlier run as root, say.
fn refused(error: io::Error, path: &Path) -> EmbeddedError {
    match fs::metadata(path) {
        Ok(file) if error.kind() == io::ErrorKind::PermissionDenied && file.uid() != process::own_uid() => {
            EmbeddedError::OtherOwner { folder: path.to_owned(), owner: account::name_of(file.uid()) }
        }
        Ok(_) | Err(_) => EmbeddedError::files("Opening", path)(error),
    }
}

/// The major version that made the cluster; `None` when there is none and the place is free.
pub(super) fn major(folder: &Path) -> Result<Option<u32>, EmbeddedError> {
    let version = fs::read_to_string(folder.join("PG_VERSION")).unwrap_or_default();
    if let Ok(major) = version.trim().parse() {
        return Ok(Some(major));
    }
    match fs::read_dir(folder) {
        Ok(mut entries) => match entries.next() {
            None => Ok(None),
            Some(_) => Err(EmbeddedError::NotACluster { folder: folder.to_owned() }),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(EmbeddedError::files("Reading", folder)(error)),
    }
}

/// Makes a cluster beside its place, with the database in it, and moves it there when it is whole.
fn make(data_dir: &Path, binaries: &Binaries, account: Option<&Account>, quick: bool) -> Result<(), EmbeddedError> {
    let (side, place) = (data_dir.join("postgres.new"), data_dir.join(FOLDER));
    tracing::info!(folder = %place.display(), version = binaries.major, "making a new PostgreSQL cluster");
    let output = match initdb(&side, binaries, account, quick, "C.UTF-8") {
        // Not every system has C.UTF-8; plain C sorts the same.
        Err(EmbeddedError::NotMade { output, .. }) if output.contains("invalid locale") => initdb(&side, binaries, account, quick, "C"),
        made => made,
    };
    output?;
    create_database(&side, binaries, account, quick)?;
    fs::rename(&side, &place).map_err(EmbeddedError::files("Renaming", &side))?;
    if !quick {
        // The rename must be on disk before anything that is written into the cluster.
        let synced = File::open(data_dir).and_then(|folder| folder.sync_all());
        synced.map_err(EmbeddedError::files("Writing", data_dir))?;
    }
    Ok(())
}

/// Removes a folder into which a program that was killed may still be writing its last files.
fn remove(folder: &Path) -> std::io::Result<()> {
    const TRIES: u32 = 50;
    for _ in 1..TRIES {
        match fs::remove_dir_all(folder) {
            Err(cause) if cause.kind() == std::io::ErrorKind::DirectoryNotEmpty => std::thread::sleep(std::time::Duration::from_millis(100)),
            done => return done,
        }
    }
    fs::remove_dir_all(folder)
}

fn initdb(side: &Path, binaries: &Binaries, account: Option<&Account>, quick: bool, locale: &str) -> Result<(), EmbeddedError> {
    if side.exists() {
        remove(side).map_err(EmbeddedError::files("Removing the half-made", side))?;
    }
    DirBuilder::new().mode(0o700).create(side).map_err(EmbeddedError::files("Making", side))?;
    if let Some(account) = account {
        account.own(side)?;
    }
    let program = binaries.folder.join("initdb");
    let prepared = process::in_cluster(&program, &[], side, account);
    let mut command = prepared.map_err(EmbeddedError::files("Opening", side))?;
    command.args(["-U", ROLE, "--auth=trust", "--encoding=UTF8"]).arg(format!("--locale={locale}"));
    if quick {
        command.arg("--no-sync");
    }
    run(command, &program, side, account, "")
}

/// Creates the database without a server, so that a whole cluster is one that has it.
fn create_database(side: &Path, binaries: &Binaries, account: Option<&Account>, quick: bool) -> Result<(), EmbeddedError> {
    let program = binaries.folder.join("postgres");
    let prepared = process::in_cluster(&program, &["--single"], side, account);
    let mut command = prepared.map_err(EmbeddedError::files("Opening", side))?;
    let tag = leftovers::tag(side).map_err(EmbeddedError::files("Opening", side))?;
    command.args(["-c", "exit_on_error=on", "-c", &format!("cluster_name={tag}")]);
    if quick {
        command.arg("-F");
    }
    command.arg("postgres");
    run(command, &program, side, account, &format!("CREATE DATABASE {DATABASE};\n"))
}

/// Runs one of PostgreSQL's programs to its end.
fn run(mut command: Command, program: &Path, side: &Path, account: Option<&Account>, input: &str) -> Result<(), EmbeddedError> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let said = command.spawn().and_then(|mut child| {
        if let Some(mut stdin) = child.stdin.take() {
            // A program that ends without reading says why in its output.
            stdin.write_all(input.as_bytes()).ok();
        }
        child.wait_with_output()
    });
    let said = said.map_err(|source| not_run(program, account, source))?;
    if said.status.success() {
        return Ok(());
    }
    let output = [said.stdout, said.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    Err(EmbeddedError::NotMade { folder: side.to_owned(), output: last_lines(&output) })
}

/// The error for a program that could not even be started.
pub(super) fn not_run(program: &Path, account: Option<&Account>, source: io::Error) -> EmbeddedError {
    EmbeddedError::NotRun { program: program.to_owned(), account: account.map(|account| account.name.clone()), source }
}
