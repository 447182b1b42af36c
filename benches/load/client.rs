//! A small HTTP client over kept connections: it costs little, so that what is measured is the server.

use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

/// One request: the method and path, and a body for a POST.
#[derive(Clone, Debug)]
pub struct Request {
    pub path: String,
    pub body: Option<String>,
}

impl Request {
    /// What tells it apart from others.
    pub fn key(&self) -> String {
        format!("{} {}", self.path, self.body.as_deref().unwrap_or_default())
    }
}

#[derive(Clone)]
pub struct Target {
    pub address: SocketAddr,
    pub requests: Vec<Request>,
    pub cookie: String,
    /// Whether each request is sent once only: the load ends with the list.
    pub once: bool,
    /// So many requests of the list belong together, such as doing and undoing.
    pub together: usize,
    /// How answers may be compressed; nothing: not at all.
    pub encodings: &'static str,
}

#[derive(Default)]
pub struct Figures {
    /// So many took part: where requests can be sent once only, there may be fewer than wished.
    pub clients: usize,
    times: Vec<Duration>,
    span: Duration,
    /// What came back, without heads.
    bytes: usize,
}

impl Figures {
    pub fn merge(&mut self, other: Figures) {
        self.times.extend(other.times);
        self.times.sort();
        self.span += other.span;
        self.bytes += other.bytes;
        self.clients = other.clients;
    }

    pub fn per_second(&self) -> f64 {
        self.times.len() as f64 / self.span.as_secs_f64()
    }

    pub fn milliseconds(&self, quantile: f64) -> f64 {
        let at = ((self.times.len() as f64 * quantile) as usize).min(self.times.len().saturating_sub(1));
        self.times.get(at).map_or(0.0, |it| it.as_secs_f64() * 1000.0)
    }

    /// What one answer brings, on average.
    pub fn kilobytes(&self) -> f64 {
        self.bytes as f64 / 1000.0 / self.times.len().max(1) as f64
    }

    /// How many times the slowest hundredth takes as long as the middle.
    pub fn tail(&self) -> f64 {
        self.milliseconds(0.99) / self.milliseconds(0.5)
    }
}

/// The request number `nth`, once; its body.
pub async fn once(target: &Target, nth: usize) -> std::io::Result<Vec<u8>> {
    let mut stream = BufReader::new(TcpStream::connect(target.address).await?);
    exchange(&mut stream, target, nth).await
}

/// As many requests as `connections` clients get through in `span`, each with its own part of the list.
pub async fn load(target: &Target, connections: usize, span: Duration) -> std::io::Result<Figures> {
    let started = Instant::now();
    let mut clients = Vec::new();
    for client in 0..connections {
        let target = target.clone();
        clients.push(actix_web::rt::spawn(async move {
            let mut stream = BufReader::new(TcpStream::connect(target.address).await?);
            stream.get_ref().set_nodelay(true)?;
            // Its own part of the list over and over: two clients on one task would refuse each other.
            let share = target.requests.len() / connections;
            let share = if share < target.together { target.together } else { share / target.together * target.together };
            let (mut times, mut bytes, mut nth) = (Vec::new(), 0, 0);
            if target.together > 1 && (client + 1) * share > target.requests.len() {
                return Ok((times, bytes));
            }
            while started.elapsed() < span && (nth < share || !target.once) {
                let begun = Instant::now();
                bytes += exchange(&mut stream, &target, client * share + nth % share).await?.len();
                times.push(begun.elapsed());
                nth += 1;
            }
            Ok::<_, std::io::Error>((times, bytes))
        }));
    }
    let mut figures = Figures::default();
    for client in clients {
        let (times, bytes) = client.await.map_err(std::io::Error::other)??;
        figures.clients += usize::from(!times.is_empty());
        figures.times.extend(times);
        figures.bytes += bytes;
    }
    figures.span = started.elapsed();
    Ok(figures)
}

async fn exchange(stream: &mut BufReader<TcpStream>, target: &Target, nth: usize) -> std::io::Result<Vec<u8>> {
    let request = &target.requests[nth % target.requests.len()];
    let head = format!("Host: {}\r\nCookie: {}\r\nAccept-Encoding: {}\r\n", target.address, target.cookie, target.encodings);
    let text = match &request.body {
        None => format!("GET {} HTTP/1.1\r\n{head}\r\n", request.path),
        Some(body) => {
            format!("POST {} HTTP/1.1\r\n{head}Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}", request.path, body.len())
        }
    };
    stream.get_mut().write_all(text.as_bytes()).await?;
    let (status, length) = read_head(stream).await?;
    let body = match length {
        Some(length) => {
            let mut body = vec![0; length];
            stream.read_exact(&mut body).await?;
            body
        }
        None => read_chunks(stream).await?,
    };
    if status >= 400 {
        return Err(std::io::Error::other(format!("{} answered {status}: {}", request.path, String::from_utf8_lossy(&body))));
    }
    Ok(body)
}

/// The status, and how long the body is: nothing if it comes in chunks.
async fn read_head(stream: &mut BufReader<TcpStream>) -> std::io::Result<(u16, Option<usize>)> {
    let (mut status, mut length, mut line) = (0, Some(0), String::new());
    loop {
        line.clear();
        stream.read_line(&mut line).await?;
        let text = line.trim_end();
        if text.is_empty() {
            return Ok((status, length));
        }
        if let Some(rest) = text.strip_prefix("HTTP/1.1 ") {
            status = rest.get(..3).and_then(|it| it.parse().ok()).unwrap_or(0);
        } else if let Some((name, value)) = text.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = Some(value.trim().parse().map_err(std::io::Error::other)?);
        } else if text.eq_ignore_ascii_case("transfer-encoding: chunked") {
            length = None;
        }
    }
}

async fn read_chunks(stream: &mut BufReader<TcpStream>) -> std::io::Result<Vec<u8>> {
    let (mut body, mut line) = (Vec::new(), String::new());
    loop {
        line.clear();
        stream.read_line(&mut line).await?;
        let length = usize::from_str_radix(line.trim(), 16).map_err(std::io::Error::other)?;
        let mut chunk = vec![0; length + 2];
        stream.read_exact(&mut chunk).await?;
        if length == 0 {
            return Ok(body);
        }
        body.extend(&chunk[..length]);
    }
}
