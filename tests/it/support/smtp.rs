//! A mail server that does what a story wants: takes mails, refuses them, hangs, breaks off.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// More than anything here takes on a busy machine.
const SOON: Duration = Duration::from_secs(60);

/// What the server does with one mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    Take,
    /// Answers the recipient like this.
    AtRecipient(&'static str),
    /// Answers the whole mail like this.
    AtData(&'static str),
    /// Takes the mail and breaks off without a word.
    BreakOff,
    /// Takes the mail, and answers when the story says so.
    Stall,
}

/// A mail that came in whole.
#[derive(Clone, Debug)]
pub struct Received {
    pub to: String,
    pub text: String,
}

impl Received {
    /// A header as it came, unfolded.
    pub fn header(&self, name: &str) -> String {
        let parsed = self.parsed();
        parsed.headers_raw().find(|(it, _)| it.eq_ignore_ascii_case(name)).map_or_else(String::new, |(_, value)| value.trim().replace("\r\n ", " "))
    }

    pub fn parsed(&self) -> mail_parser::Message<'_> {
        mail_parser::MessageParser::default().parse(self.text.as_bytes()).expect("a message")
    }

    pub fn message_id(&self) -> String {
        self.parsed().message_id().expect("a message id").to_owned()
    }
}

type Script = dyn Fn(&str, usize) -> Reply + Send + Sync;

#[derive(Default)]
struct State {
    received: Vec<Received>,
    /// How often each recipient was named.
    attempts: BTreeMap<String, usize>,
    stalled: usize,
    let_go: bool,
    /// Answers to a greeting and to credentials, instead of yes.
    greeting: Option<&'static str>,
    credentials: Option<&'static str>,
    sign_ins: usize,
}

struct Inner {
    script: Box<Script>,
    state: Mutex<State>,
    changed: Condvar,
}

/// The server; it goes away with the test.
#[derive(Clone)]
pub struct MailServer {
    pub address: SocketAddr,
    inner: Arc<Inner>,
}

impl MailServer {
    /// Takes everything.
    pub fn start() -> MailServer {
        MailServer::with(|_, _| Reply::Take)
    }

    /// Does with each mail what the script says for its recipient and for how often they were named before.
    pub fn with(script: impl Fn(&str, usize) -> Reply + Send + Sync + 'static) -> MailServer {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let inner = Arc::new(Inner { script: Box::new(script), state: Mutex::default(), changed: Condvar::new() });
        let serving = inner.clone();
        std::thread::spawn(move || {
            for connection in listener.incoming().map_while(Result::ok) {
                let inner = serving.clone();
                std::thread::spawn(move || inner.talk(connection));
            }
        });
        MailServer { address, inner }
    }

    pub fn url(&self) -> String {
        format!("smtp://{}", self.address)
    }

    pub fn url_with_credentials(&self) -> String {
        format!("smtp://slipway:secret@{}", self.address)
    }

    /// From now on it greets like this.
    pub fn greet(&self, answer: Option<&'static str>) {
        self.inner.lock().greeting = answer;
    }

    /// From now on it answers credentials like this.
    pub fn answer_credentials(&self, answer: Option<&'static str>) {
        self.inner.lock().credentials = answer;
    }

    /// Answers all mails that it holds back, and holds none back any more.
    pub fn let_go(&self) {
        self.inner.change(|state| state.let_go = true);
    }

    /// Holds mails back again.
    pub fn hold(&self) {
        self.inner.change(|state| {
            state.let_go = false;
            state.stalled = 0;
        });
    }

    pub fn received(&self) -> Vec<Received> {
        self.inner.lock().received.clone()
    }

    /// How often it was asked to let somebody in.
    pub fn sign_ins(&self) -> usize {
        self.inner.lock().sign_ins
    }

    /// How many mails came for each recipient.
    pub fn by_recipient(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for it in self.received() {
            *counts.entry(it.to).or_default() += 1;
        }
        counts
    }

    /// Waits until so many mails came in.
    #[track_caller]
    pub fn wait_for(&self, count: usize) {
        self.wait(&format!("{count} mails"), |state| state.received.len() >= count);
    }

    /// Waits until so many mails are held back.
    #[track_caller]
    pub fn wait_for_stalled(&self, count: usize) {
        self.wait(&format!("{count} held back"), |state| state.stalled >= count);
    }

    #[track_caller]
    fn wait(&self, what: &str, there: impl Fn(&State) -> bool) {
        let waited = self.inner.changed.wait_timeout_while(self.inner.lock(), SOON, |state| !there(state));
        let (state, late) = waited.unwrap_or_else(PoisonError::into_inner);
        assert!(!late.timed_out(), "never {what}: {} mails, {} held back", state.received.len(), state.stalled);
    }
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, f: impl FnOnce(&mut State)) {
        f(&mut self.lock());
        self.changed.notify_all();
    }

    /// One connection, until either side ends it.
    fn talk(&self, connection: TcpStream) {
        let mut out = connection.try_clone().expect("a second handle");
        self.converse(BufReader::new(connection), &mut out).ok();
        out.shutdown(std::net::Shutdown::Both).ok();
    }

    fn converse(&self, mut lines: BufReader<TcpStream>, out: &mut TcpStream) -> std::io::Result<()> {
        let mut say = |text: &str| out.write_all(format!("{text}\r\n").as_bytes());
        if let Some(greeting) = self.lock().greeting {
            return say(greeting);
        }
        say("220 test.example.org ESMTP")?;
        let (mut to, mut reply) = (String::new(), Reply::Take);
        let mut line = String::new();
        while {
            line.clear();
            lines.read_line(&mut line)? > 0
        } {
            let command = line.trim_end().to_ascii_uppercase();
            if command.starts_with("EHLO") {
                say("250-test.example.org\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 AUTH PLAIN LOGIN")?;
            } else if command.starts_with("AUTH") {
                self.change(|state| state.sign_ins += 1);
                let answer = self.lock().credentials;
                say(answer.unwrap_or("235 2.7.0 Welcome"))?;
            } else if command.starts_with("RCPT TO:<") {
                to = line.trim_end()[9..].split('>').next().unwrap_or_default().to_owned();
                let before = {
                    let mut state = self.lock();
                    let count = state.attempts.entry(to.clone()).or_default();
                    *count += 1;
                    *count - 1
                };
                reply = (self.script)(&to, before);
                match &reply {
                    Reply::AtRecipient(answer) => say(answer)?,
                    Reply::Take | Reply::AtData(_) | Reply::BreakOff | Reply::Stall => say("250 2.1.5 Fine")?,
                }
            } else if command == "DATA" {
                say("354 Go on")?;
                let text = data(&mut lines)?;
                if let Reply::AtData(answer) = reply {
                    say(answer)?;
                    continue;
                }
                self.change(|state| state.received.push(Received { to: to.clone(), text }));
                if reply == Reply::BreakOff {
                    return Ok(());
                }
                if reply == Reply::Stall {
                    self.change(|state| state.stalled += 1);
                    drop(self.changed.wait_timeout_while(self.lock(), SOON, |state| !state.let_go).unwrap_or_else(PoisonError::into_inner));
                }
                say("250 2.0.0 Taken")?;
            } else if command == "QUIT" {
                return say("221 2.0.0 Bye");
            } else {
                say("250 2.0.0 Fine")?;
            }
        }
        Ok(())
    }
}

/// The mail up to its lonely dot.
fn data(lines: &mut BufReader<TcpStream>) -> std::io::Result<String> {
    let mut text = String::new();
    let mut line = String::new();
    while {
        line.clear();
        lines.read_line(&mut line)? > 0
    } {
        if line == ".\r\n" {
            return Ok(text);
        }
        text.push_str(line.strip_prefix('.').unwrap_or(&line));
    }
    Err(std::io::ErrorKind::UnexpectedEof.into())
}
