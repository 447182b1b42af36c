//! The program as a process of its own: its memory under load, and a CSV of everything, which leaves at once and takes no more memory.

use crate::client::{self, Request, Target};
use crate::fill::Outcome;
use slipway::config::Config;
use std::io::Write;
use std::net::{SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// What the program may hold under load, in MB.
const MOST: f64 = 150.0;
/// How many times as long as a plain list a compressed one may take. If each piece waited to be acknowledged, it would be ten times.
const COMPRESSED: f64 = 3.0;

const SPAN: Duration = Duration::from_millis(800);

struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        self.0.kill().and_then(|()| self.0.wait()).ok();
    }
}

impl Program {
    /// What it holds now, or held at most, in MB.
    fn memory(&self, line: &str) -> Outcome<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0.id()))?;
        let kilobytes = status.lines().find_map(|it| it.strip_prefix(line)).and_then(|it| it.trim().strip_suffix(" kB")).and_then(|it| it.parse::<f64>().ok());
        Ok(kilobytes.ok_or("no such line")? / 1024.0)
    }
}

pub async fn measure(url: &str, config: &Config, cookie: &str, short: &mut Vec<String>) -> Outcome<()> {
    let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let folder = tempfile::tempdir()?;
    let mut command = Command::new(env!("CARGO_BIN_EXE_slipway"));
    command.args(["serve", "--workers", "2", "--listen", &address.to_string(), "--log", "error", "--data-dir"]).arg(folder.path());
    command.env("DATABASE_URL", url).env("SLIPWAY_SECRET_KEY", config.secret_key.clone().unwrap_or_default());
    let program = Program(command.stdout(Stdio::null()).spawn()?);
    let get = |path: &str| Request { path: path.to_owned(), body: None };
    let requests = ["/", "/releases", "/releases?state=open&order=due", "/search?q=renew", "/approvals", "/changes"].map(get).to_vec();
    let target = Target { address, requests, cookie: cookie.to_owned(), once: false, together: 1, encodings: "" };
    let begun = Instant::now();
    while client::once(&target, 0).await.is_err() {
        if begun.elapsed() > Duration::from_secs(30) {
            return Err("the program does not answer".into());
        }
        actix_web::rt::time::sleep(Duration::from_millis(100)).await;
    }
    let idle = program.memory("VmRSS:")?;
    client::load(&target, 16, Duration::from_secs(5)).await?;
    let loaded = program.memory("VmHWM:")?;
    let (first, whole, bytes) = download(address, cookie).await?;
    let after = program.memory("VmHWM:")?;
    let out = &mut std::io::stdout();
    writeln!(out, "memory of the program: {idle:.0} MB idle, at most {loaded:.0} MB under 16 connections")?;
    writeln!(out, "CSV of all releases: first byte after {first:.0} ms, {:.1} MB in {:.1} s, memory at most {after:.0} MB", bytes / 1e6, whole / 1e3)?;
    let list = Target { requests: vec![get("/releases")], ..target };
    let (plain, small) = (client::load(&list, 1, SPAN).await?, client::load(&Target { encodings: "br, gzip", ..list }, 1, SPAN).await?);
    let longer = small.milliseconds(0.5) / plain.milliseconds(0.5);
    writeln!(out, "a list compressed (br): {:.1} kB for {:.1}, p50 {longer:.2} times that of the plain one", small.kilobytes(), plain.kilobytes())?;
    if longer > COMPRESSED {
        short.push(format!("a compressed list takes {longer:.2} times as long as a plain one, not {COMPRESSED}"));
    }
    if after > MOST {
        short.push(format!("the program held {after:.0} MB, not {MOST}"));
    }
    if first > 1000.0 {
        short.push(format!("the first byte of a CSV came after {first:.0} ms"));
    }
    Ok(())
}

/// Milliseconds to the first byte of the rows and to the last, and the bytes.
async fn download(address: SocketAddr, cookie: &str) -> Outcome<(f64, f64, f64)> {
    let begun = Instant::now();
    let mut stream = tokio::net::TcpStream::connect(address).await?;
    stream.write_all(format!("GET /releases.csv HTTP/1.1\r\nHost: {address}\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n").as_bytes()).await?;
    let (mut piece, mut bytes, mut first) = (vec![0; 65_536], 0.0, 0.0);
    loop {
        let read = stream.read(&mut piece).await?;
        if read == 0 {
            break;
        }
        if bytes == 0.0 {
            first = begun.elapsed().as_secs_f64() * 1000.0;
        }
        bytes += read as f64;
    }
    Ok((first, begun.elapsed().as_secs_f64() * 1000.0, bytes))
}
