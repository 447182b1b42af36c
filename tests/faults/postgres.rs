//! A PostgreSQL of the test's own, on a port of this machine: to be stopped, killed, copied, and cut off.

use crate::SOON;
use crate::world::free_port;
use diesel::prelude::*;
use slipway::store::embedded;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;
use tempfile::TempDir;

pub struct Postgres {
    child: Option<Child>,
    data: PathBuf,
    binaries: PathBuf,
    account: Option<(u32, u32)>,
    pub port: u16,
    home: TempDir,
}

impl Postgres {
    /// A new cluster; it runs.
    pub fn make() -> Postgres {
        let home = tempfile::tempdir().expect("a folder");
        let data = home.path().join("data");
        let mut it = Postgres::below(home, data);
        it.run("initdb", ["-U", "app", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "-D", it.text()]);
        it.start();
        it.run("createdb", ["-h", "127.0.0.1", "-p", &it.port.to_string(), "-U", "app", "slipway"]);
        it
    }

    /// A new cluster with its data on this disk, and its write-ahead log elsewhere; it runs.
    pub fn on_disk(disk: &Path) -> Postgres {
        let home = tempfile::tempdir().expect("a folder");
        let mut it = Postgres::below(home, disk.join("data"));
        let made = fs::create_dir(&it.data).and_then(|()| it.account.map_or(Ok(()), |(user, group)| chown(&it.data, Some(user), Some(group))));
        made.expect("a folder");
        let log = it.home.path().join("wal");
        let log = log.to_str().expect("a plain path");
        it.run("initdb", ["-U", "app", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "-X", log, "-D", it.text()]);
        it.start();
        it.run("createdb", ["-h", "127.0.0.1", "-p", &it.port.to_string(), "-U", "app", "slipway"]);
        it
    }

    /// A cluster whose data lies there; nothing is done yet.
    fn below(home: TempDir, data: PathBuf) -> Postgres {
        let (binaries, _) = embedded::programs(home.path(), None).unwrap_or_else(|error| panic!("{error}"));
        let account = account();
        fs::set_permissions(home.path(), fs::Permissions::from_mode(0o755)).expect("our own folder");
        if let Some((user, group)) = account {
            chown(home.path(), Some(user), Some(group)).expect("we are root");
        }
        Postgres { child: None, data, binaries, account, port: free_port(), home }
    }

    /// One that follows this one; it runs. From then on nothing is acknowledged before it has it, or a fail-over would lose that by design.
    pub fn standby(&self) -> Postgres {
        let home = tempfile::tempdir().expect("a folder");
        let data = home.path().join("data");
        let mut it = Postgres::below(home, data);
        let port = self.port.to_string();
        it.run("pg_basebackup", ["-h", "127.0.0.1", "-p", &port, "-U", "app", "-R", "-X", "stream", "-c", "fast", "-D", it.text()]);
        it.start();
        self.sql(&["ALTER SYSTEM SET synchronous_standby_names = '*'", "SELECT pg_reload_conf()"]);
        it
    }

    /// From now on it takes writes.
    pub fn promote(&self) {
        self.run("pg_ctl", ["promote", "-w", "-D", self.text()]);
    }

    /// Starts it, and waits until it answers.
    pub fn start(&mut self) {
        self.begin();
        let begun = Instant::now();
        while PgConnection::establish(&self.url_of("postgres")).is_err() {
            assert!(begun.elapsed() < SOON, "PostgreSQL does not answer: {}", fs::read_to_string(self.home.path().join("log")).unwrap_or_default());
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
    }

    /// Starts it without waiting.
    fn begin(&mut self) {
        let port = self.port.to_string();
        let settings = ["listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off", "max_connections=200", "wal_level=replica"];
        let mut command = self.command("postgres");
        command.args(["-D", self.text(), "-p", &port]).args(settings.iter().flat_map(|it| ["-c", it]));
        let log = fs::File::options().create(true).append(true).open(self.home.path().join("log")).expect("a file");
        self.child = Some(command.stderr(log).spawn().expect("postgres runs"));
    }

    /// Starts it such that it takes no writes.
    pub fn start_read_only(&mut self) {
        fs::write(self.data.join("postgresql.auto.conf"), "default_transaction_read_only = on\n").expect("our own file");
        self.start();
    }

    /// From now on no new transaction writes.
    pub fn take_no_writes(&self) {
        self.sql(&["ALTER SYSTEM SET default_transaction_read_only = on", "SELECT pg_reload_conf()"]);
    }

    pub fn connect(&self) -> PgConnection {
        PgConnection::establish(&self.url()).expect("it answers")
    }

    /// Stops it at once, as in a crash: the next start recovers.
    pub fn crash(&mut self) {
        let mut child = self.child.take().expect("it runs");
        assert!(Command::new("kill").args(["-QUIT", &child.id().to_string()]).status().expect("kill runs").success());
        child.wait().expect("our own child");
    }

    pub fn url(&self) -> String {
        self.url_of("slipway")
    }

    pub fn url_of(&self, database: &str) -> String {
        format!("postgres://app@127.0.0.1:{}/{database}", self.port)
    }

    /// A program of PostgreSQL, to be run as its account.
    pub fn command(&self, program: impl AsRef<Path>) -> Command {
        let mut command = Command::new(self.binaries.join(program));
        command.current_dir("/").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        if let Some((user, group)) = self.account {
            command.uid(user).gid(group);
        }
        command
    }

    #[track_caller]
    pub fn run<A: AsRef<OsStr>>(&self, program: &str, arguments: impl IntoIterator<Item = A>) {
        let output = self.command(program).args(arguments).output().expect("it runs");
        assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// Does these as a superuser, one after the other.
    #[track_caller]
    pub fn sql(&self, statements: &[&str]) {
        let url = self.url();
        self.run("psql", ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", &url].into_iter().chain(statements.iter().flat_map(|it| ["-c", it])));
    }

    /// Where the data is.
    fn text(&self) -> &str {
        self.data.to_str().expect("a plain path")
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if self.child.is_some() {
            self.crash();
        }
    }
}

/// As whom it runs, if we are root: PostgreSQL refuses that.
fn account() -> Option<(u32, u32)> {
    use std::os::unix::fs::MetadataExt;
    let is_root = fs::metadata("/proc/self").is_ok_and(|it| it.uid() == 0);
    let accounts = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let line = |name: &str| accounts.lines().find(|it| it.starts_with(&format!("{name}:"))).map(str::to_owned);
    let found = line("postgres").or_else(|| line("nobody")).filter(|_| is_root)?;
    let mut fields = found.split(':').skip(2).map_while(|it| it.parse().ok());
    Some((fields.next()?, fields.next()?))
}
