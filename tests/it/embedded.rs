//! The private PostgreSQL: it starts without any help, belongs to one program, and survives every kill.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use slipway::store::embedded::{self, DATABASE, EmbeddedError, Server, Settings};
use tempfile::TempDir;

/// More than any of this takes on a busy machine.
const SOON: Duration = Duration::from_secs(60);

/// Tells the test below that it is the program that the others kill.
const PROGRAM: &str = "SLIPWAY_TEST_PROGRAM_ON";

#[test]
fn it_starts_without_any_settings_and_answers() {
    let home = home();
    let server = embedded::start(&Settings { quick: false, ..settings(home.path()) }).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(ask(&server, "show fsync"), "on", "only tests may be quick");
    assert_eq!(ask(&server, "select current_database(), current_user"), "slipway|app");
    assert_eq!(ask(&server, "show server_encoding"), "UTF8");
    assert!(server.is_alive());
    assert_eq!(server.starts(), 1);
}

#[test]
fn it_listens_on_no_network() {
    let home = home();
    let server = start(home.path());
    assert_eq!(ask(&server, "show listen_addresses"), "");
    let cluster = fs::metadata(home.path().join("postgres")).expect("a cluster");
    assert_eq!(cluster.mode() & 0o077, 0, "trust is only right behind a closed folder");
}

#[test]
fn what_was_written_is_there_after_a_restart() {
    let home = home();
    let server = start(home.path());
    ask(&server, "create table kept as select 7 as seven");
    server.stop();
    assert!(embedded::idle_within(home.path(), Duration::ZERO), "stop waits for the end");
    let server = start(home.path());
    assert_eq!(ask(&server, "select seven from kept"), "7");
    assert_eq!(recoveries(&server), 0, "it was shut down in order");
}

#[test]
fn a_dropped_server_is_gone_and_not_started_again() {
    let home = home();
    drop(start(home.path()));
    assert!(embedded::idle_within(home.path(), Duration::ZERO));
}

#[test]
fn a_second_program_is_refused_after_a_while() {
    let home = home();
    let first = start(home.path());
    let begun = Instant::now();
    let refusal = refusal(home.path());
    assert!(begun.elapsed() >= Duration::from_secs(3), "a program that is just ending is waited for");
    assert!(refusal.contains("is in use by another program (process "), "{refusal}");
    assert_eq!(ask(&first, "select 1"), "1");
}

#[test]
fn a_killed_server_is_started_again_while_the_program_runs() {
    let home = home();
    let server = start(home.path());
    // Quick settings may forget the last moments; this must not be forgotten.
    ask(&server, "set synchronous_commit = on; create table kept as select 7 as seven");
    for deaths in 1..=2 {
        kill(server.pid().expect("it runs"));
        assert!(server.wait_for_start(deaths + 1, SOON), "death {deaths}");
        assert_eq!(ask(&server, "select seven from kept"), "7");
    }
}

#[test]
fn a_server_is_started_again_only_when_the_last_process_of_the_old_one_is_gone() {
    let home = home();
    let server = start(home.path());
    let mut slow = Slow::connect(&server);
    kill(server.pid().expect("it runs"));
    slow.goes_on_after_a_second();
    assert!(server.wait_for_start(2, SOON));
    assert_eq!(ask(&server, "select 1"), "1");
    let log = fs::read_to_string(server.log()).expect("a log");
    assert!(!log.contains("still in use"), "it was tried too early:\n{log}");
}

#[test]
fn a_killed_program_takes_its_server_along() {
    let home = home();
    let program = Program::start(home.path());
    program.kill();
    assert!(embedded::idle_within(home.path(), SOON));
    assert_eq!(recoveries(&start(home.path())), 0, "it was shut down in order");
}

#[test]
fn the_next_program_waits_for_a_server_that_takes_its_time_to_shut_down() {
    let home = home();
    let program = Program::start(home.path());
    let mut slow = Slow::connect_to(&program.binaries, &program.url);
    program.kill();
    slow.goes_on_after_a_second();
    let server = start(home.path());
    assert_eq!(ask(&server, "select 1"), "1");
    assert_eq!(recoveries(&server), 0, "it was shut down in order");
}

#[test]
fn a_pid_file_left_by_a_crash_is_no_obstacle_even_when_its_number_is_taken() {
    let home = home();
    start(home.path()).stop();
    let cluster = home.path().join("postgres");
    let mut other = as_owner_of(&cluster, "cat").stdin(Stdio::piped()).spawn().expect("cat runs");
    // What a crash of the machine leaves behind; the number is now that of some other process.
    let file = format!("{}\n{}\n1700000000\n5432\n.\n\n  1234567  12\nready   \n", other.id(), cluster.display());
    fs::write(cluster.join("postmaster.pid"), &file).expect("a pid file");
    fs::write(cluster.join(".s.PGSQL.5432.lock"), &file).expect("a lock file");
    assert_eq!(ask(&start(home.path()), "select 1"), "1");
    other.kill().and_then(|()| other.wait()).expect("our own child");
}

#[test]
fn a_half_made_cluster_is_not_taken_for_a_whole_one() {
    let home = home();
    let side = home.path().join("postgres.new");
    fs::create_dir_all(side.join("base")).expect("a folder");
    fs::write(side.join("PG_VERSION"), "15\n").expect("a file");
    let server = start(home.path());
    assert_eq!(ask(&server, "select 1"), "1");
    assert!(!side.exists());
}

#[test]
fn a_program_killed_while_it_makes_the_cluster_does_no_harm() {
    let home = home();
    let program = Program::begin(home.path());
    program.wait_for_folder("postgres.new/base");
    program.kill();
    assert!(!home.path().join("postgres").exists(), "the kill came too late to say anything");
    assert_eq!(ask(&start(home.path()), "select 1"), "1");
}

#[test]
fn a_folder_with_something_else_in_it_is_left_alone() {
    let home = home();
    let own = home.path().join("postgres");
    fs::create_dir(&own).expect("a folder");
    fs::write(own.join("thesis.txt"), "the only copy").expect("a file");
    let refusal = refusal(home.path());
    assert!(refusal.contains("holds no PostgreSQL data. Move it away"), "{refusal}");
    assert!(own.join("thesis.txt").exists());
}

#[test]
fn long_folder_names_are_no_obstacle() {
    let home = home();
    let deep = home.path().join("a folder of sixty characters and more, as some people have them").join("ünd".repeat(30));
    let server = start(&deep);
    assert_eq!(ask(&server, "select 1"), "1");
    server.stop();
    assert_eq!(ask(&start(&deep), "select 1"), "1");
}

#[test]
fn a_closed_folder_above_is_no_obstacle() {
    let home = home();
    let closed = home.path().join("closed");
    fs::create_dir(&closed).expect("a folder");
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o700)).expect("our own folder");
    assert_eq!(ask(&start(&closed.join("data")), "select 1"), "1");
}

#[test]
fn a_machine_without_postgresql_is_told_what_to_install() {
    let home = home();
    let settings = Settings { binaries: Some(home.path().to_owned()), ..settings(home.path()) };
    let refusal = embedded::start(&settings).expect_err("there are no programs").to_string();
    assert!(refusal.contains("the package `postgresql`") && refusal.contains("DATABASE_URL"), "{refusal}");
}

#[test]
fn data_of_another_major_version_is_refused_by_name() {
    let home = home();
    start(home.path()).stop();
    fs::write(home.path().join("postgres/PG_VERSION"), "9\n").expect("our own file");
    let refusal = embedded::start(&settings(home.path())).expect_err("no machine has it");
    assert!(matches!(refusal, EmbeddedError::OtherMajor { needs: 9, .. }), "{refusal}");
    assert!(refusal.to_string().contains("postgresql-9"), "{refusal}");
}

#[test]
fn a_server_that_cannot_start_says_why() {
    let home = home();
    start(home.path()).stop();
    fs::write(home.path().join("postgres/postgresql.conf"), "no_such_setting = on\n").expect("our own file");
    let refusal = refusal(home.path());
    assert!(refusal.contains("no_such_setting"), "{refusal}");
}

#[test]
fn a_server_started_by_hand_is_left_alone() {
    let home = home();
    let server = start(home.path());
    let binaries = server.binaries().to_owned();
    server.stop();
    let cluster = home.path().join("postgres");
    let hand = Hand::start(&binaries, &cluster);
    let refusal = refusal(home.path());
    assert!(refusal.contains("that this program did not start (process"), "{refusal}");
    hand.stop();
    assert_eq!(ask(&start(home.path()), "select 1"), "1");
}

/// Not a test of its own: the program that the tests above start and kill.
#[test]
fn the_program_that_the_others_kill() {
    let Some(folder) = env::var_os(PROGRAM) else { return };
    let server = start(Path::new(&folder));
    let mut out = io::stdout();
    let told = writeln!(out, "\nstarted\t{}\t{}", server.url(DATABASE), server.binaries().display());
    told.and_then(|()| out.flush()).expect("the other end listens");
    io::stdin().read_to_end(&mut Vec::new()).expect("the other end holds it open");
}

/// This test binary, run once more as a program of its own.
struct Program {
    child: Child,
    home: PathBuf,
    url: String,
    binaries: PathBuf,
}

impl Program {
    /// Starts it without waiting for anything.
    fn begin(home: &Path) -> Self {
        let module = module_path!().split_once("::").map(|(_, module)| format!("{module}::")).unwrap_or_default();
        let child = Command::new(env::current_exe().expect("this binary"))
            .args(["--exact", "--nocapture", &format!("{module}the_program_that_the_others_kill")])
            .env(PROGRAM, home)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("this binary runs again");
        Self { child, home: home.to_owned(), url: String::new(), binaries: PathBuf::new() }
    }

    /// Starts it and waits until its server is ready.
    fn start(home: &Path) -> Self {
        let mut program = Self::begin(home);
        let out = program.child.stdout.as_mut().expect("a pipe");
        let line = BufReader::new(out).lines().map_while(Result::ok).find(|line| line.starts_with("started\t"));
        let line = line.expect("the program ended early");
        let mut fields = line.split('\t').skip(1);
        program.url = fields.next().expect("its url").to_owned();
        program.binaries = PathBuf::from(fields.next().expect("its programs"));
        program
    }

    fn wait_for_folder(&self, name: &str) {
        let begun = Instant::now();
        while !self.home.join(name).exists() {
            assert!(begun.elapsed() < SOON, "{name} never came");
            std::thread::yield_now();
        }
    }

    fn kill(mut self) {
        self.child.kill().and_then(|()| self.child.wait()).expect("our own child");
    }
}

/// A server that somebody starts without Slipway.
struct Hand(Child);

impl Hand {
    fn start(binaries: &Path, cluster: &Path) -> Self {
        let mut command = as_owner_of(cluster, binaries.join("postgres"));
        // Through a descriptor: folders above may be closed to the owner.
        let folder = fs::File::open(cluster).expect("a cluster");
        command.args(["-D", "/dev/stdin", "-k", ".", "-c", "listen_addresses="]).stdin(folder);
        command.stderr(Stdio::piped());
        let mut child = command.spawn().expect("postgres runs");
        let said = BufReader::new(child.stderr.as_mut().expect("a pipe"));
        assert!(said.lines().map_while(Result::ok).any(|line| line.contains("ready to accept")));
        Self(child)
    }

    fn stop(mut self) {
        signal("-INT", self.0.id());
        self.0.wait().expect("our own child");
    }
}

/// A connection whose process stands still, so that its server cannot shut down.
struct Slow {
    session: Child,
    pid: u32,
    waker: Option<Child>,
}

impl Slow {
    fn connect(server: &Server) -> Self {
        Self::connect_to(server.binaries(), &server.url(DATABASE))
    }

    fn connect_to(binaries: &Path, url: &str) -> Self {
        let mut command = Command::new(binaries.join("psql"));
        command.args(["-X", "-q", "-A", "-t", "-d", url]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut session = command.spawn().expect("psql runs");
        let mut input = session.stdin.as_ref().expect("a pipe");
        writeln!(input, "select pg_backend_pid();").expect("psql listens");
        let mut line = String::new();
        let out = session.stdout.as_mut().expect("a pipe");
        BufReader::new(out).read_line(&mut line).expect("an answer");
        let pid = line.trim().parse().expect("a number");
        signal("-STOP", pid);
        Self { session, pid, waker: None }
    }

    fn goes_on_after_a_second(&mut self) {
        let waker = Command::new("sh").args(["-c", &format!("sleep 1; kill -CONT {}", self.pid)]).spawn();
        self.waker = Some(waker.expect("sh runs"));
    }
}

impl Drop for Slow {
    fn drop(&mut self) {
        if let Some(mut waker) = self.waker.take() {
            waker.wait().ok();
        }
        self.session.kill().and_then(|()| self.session.wait()).ok();
    }
}

/// A program run by the account that owns the cluster.
fn as_owner_of(cluster: &Path, program: impl AsRef<OsStr>) -> Command {
    let owner = fs::metadata(cluster).expect("a cluster");
    let mut command = Command::new(program);
    command.current_dir("/");
    if owner.uid() != fs::metadata("/proc/self").expect("proc").uid() {
        command.uid(owner.uid()).gid(owner.gid());
    }
    command
}

fn home() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

fn settings(data_dir: &Path) -> Settings {
    Settings { data_dir: data_dir.to_owned(), binaries: None, quick: true, max_connections: 20 }
}

fn start(data_dir: &Path) -> Server {
    embedded::start(&settings(data_dir)).unwrap_or_else(|error| panic!("{error}"))
}

fn refusal(data_dir: &Path) -> String {
    embedded::start(&settings(data_dir)).expect_err("it is refused").to_string()
}

fn ask(server: &Server, query: &str) -> String {
    let mut command = Command::new(server.binaries().join("psql"));
    command.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", &server.url(DATABASE), "-c", query]);
    let output = command.stdin(Stdio::null()).stderr(Stdio::inherit()).output().expect("psql runs");
    assert!(output.status.success(), "{query}");
    String::from_utf8(output.stdout).expect("text").trim().to_owned()
}

/// How often the server found that it had not been shut down in order.
fn recoveries(server: &Server) -> usize {
    let log = fs::read_to_string(server.log()).expect("a log");
    log.matches("not properly shut down").count()
}

fn kill(pid: u32) {
    signal("-KILL", pid);
}

fn signal(name: &str, pid: u32) {
    let sent = Command::new("kill").args([name, &pid.to_string()]).status().expect("kill runs");
    assert!(sent.success());
}
