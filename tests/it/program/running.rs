//! The real binary, called once or running beside the test.

use super::SOON;
use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex, PoisonError};

/// A call of the program that knows nothing but what it is told here.
pub fn slipway(data_dir: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_slipway"));
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("SLIPWAY_DATA_DIR", data_dir);
    command.env("SLIPWAY_LISTEN", "127.0.0.1:0").env("SLIPWAY_DRAIN", "0").env("SLIPWAY_WORKERS", "1");
    command.args(arguments).stdin(Stdio::null());
    command
}

/// What a call said, and how it ended.
pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

/// Runs a command to its end.
pub fn call(mut command: Command) -> Said {
    let output = command.output().expect("the program runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    Said { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
}

impl Said {
    /// Went well.
    #[track_caller]
    pub fn well(self) -> Said {
        assert_eq!(self.code, 0, "{}{}", self.out, self.err);
        self
    }

    /// Refused, with one line that says this.
    #[track_caller]
    pub fn refused(self, words: &[&str]) -> Said {
        let line = self.err.lines().last().unwrap_or_default();
        assert!(self.code == 1 && line.starts_with("slipway: "), "{} {}", self.code, self.err);
        for word in words {
            assert!(line.contains(word), "no {word:?} in {line:?}");
        }
        self
    }
}

/// What a running program wrote so far, and whether it ended.
#[derive(Default)]
struct Log {
    state: Mutex<(Vec<String>, bool)>,
    more: Condvar,
}

/// The program, running; killed with the test if nobody stops it.
pub struct Running {
    child: Child,
    log: Arc<Log>,
    pub address: String,
}

pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Running {
    /// Starts `serve` and waits until it serves.
    pub fn start(command: Command) -> Running {
        let mut running = Running::begin(command);
        let line = running.wait_for("serving");
        running.address = between(&line, "http://", &[' ', '"']).to_owned();
        running
    }

    /// Starts it without waiting for anything.
    pub fn begin(mut command: Command) -> Running {
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("the program runs");
        let log = Arc::new(Log::default());
        let (kept, lines) = (log.clone(), BufReader::new(child.stderr.take().expect("a pipe")).lines());
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                kept.state.lock().unwrap_or_else(PoisonError::into_inner).0.push(line);
                kept.more.notify_all();
            }
            kept.state.lock().unwrap_or_else(PoisonError::into_inner).1 = true;
            kept.more.notify_all();
        });
        Running { child, log, address: String::new() }
    }

    /// The first line of its log with this in it, as soon as there is one.
    #[track_caller]
    pub fn wait_for(&self, words: &str) -> String {
        let state = self.log.state.lock().unwrap_or_else(PoisonError::into_inner);
        let find = |lines: &[String]| lines.iter().find(|it| it.contains(words)).cloned();
        let waited = self.log.more.wait_timeout_while(state, SOON, |(lines, ended)| !*ended && find(lines).is_none());
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        find(&state.0).unwrap_or_else(|| panic!("no {words:?} in the log:\n{}", state.0.join("\n")))
    }

    /// Everything that it wrote so far.
    pub fn log(&self) -> String {
        self.log.state.lock().unwrap_or_else(PoisonError::into_inner).0.join("\n")
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([name, &self.id().to_string()]).status().expect("kill runs");
        assert!(sent.success());
    }

    /// Waits for its end, and says with which code.
    #[track_caller]
    pub fn end(mut self) -> i32 {
        let state = self.log.state.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.log.more.wait_timeout_while(state, SOON, |(_, ended)| !*ended);
        let (state, late) = waited.unwrap_or_else(PoisonError::into_inner);
        assert!(!late.timed_out(), "it does not end:\n{}", state.0.join("\n"));
        drop(state);
        self.child.wait().expect("our own child").code().unwrap_or(-1)
    }

    /// Tells it to stop, in order, and waits until it has.
    #[track_caller]
    pub fn stop(self) {
        self.signal("-TERM");
        assert_eq!(self.end(), 0);
    }

    pub fn get(&self, path: &str) -> Answer {
        self.ask(&format!("GET {path} HTTP/1.1\r\nHost: slipway\r\nConnection: close\r\n\r\n"))
    }

    /// Sends these bytes on a connection of their own, and reads to its end.
    pub fn ask(&self, request: &str) -> Answer {
        let mut connection = self.connect();
        connection.write_all(request.as_bytes()).expect("it listens");
        let mut text = String::new();
        connection.read_to_string(&mut text).expect("an answer");
        let (head, body) = text.split_once("\r\n\r\n").expect("a head");
        Answer { status: between(head, "HTTP/1.1 ", &[' ']).parse().expect("a status"), head: head.to_lowercase(), body: body.to_owned() }
    }

    pub fn connect(&self) -> TcpStream {
        let connection = TcpStream::connect(&self.address).expect("it listens");
        connection.set_read_timeout(Some(SOON)).expect("a time-out");
        connection
    }
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.head.lines().find_map(|line| line.strip_prefix(&format!("{name}: "))).unwrap_or_default()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Mostly it has ended already.
        self.child.kill().and_then(|()| self.child.wait()).ok();
    }
}

/// What stands between the first occurrence of `start` and the next of any of `ends`.
pub fn between<'t>(text: &'t str, start: &str, ends: &[char]) -> &'t str {
    let after = text.split_once(start).map_or("", |(_, after)| after);
    after.split(ends).next().unwrap_or_default()
}

/// With a setting.
pub fn with(mut command: Command, name: &str, value: impl AsRef<OsStr>) -> Command {
    command.env(name, value);
    command
}
