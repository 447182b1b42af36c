//! Clients that are slow, many, or send too much: nobody else notices.

use crate::instance::Instance;
use crate::visitor::Visitor;
use crate::world::World;
use crate::{SOON, say};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// What a page may take while that goes on.
const BEARABLE: Duration = Duration::from_secs(2);

/// Seconds that a request may take to arrive.
const REQUEST_TIMEOUT: u64 = 4;

async fn program(world: &World) -> (Instance, Visitor) {
    let mut instance = Instance::of(world).with("SLIPWAY_REQUEST_TIMEOUT", REQUEST_TIMEOUT).with("SLIPWAY_WORKERS", 2);
    instance.start();
    let visitor = world.visitor(&instance.base);
    assert_eq!(visitor.get("/releases").await.status, 200);
    (instance, visitor)
}

fn address(instance: &Instance) -> String {
    instance.base.replace("http://", "")
}

/// How long a page takes.
async fn page(visitor: &Visitor) -> Duration {
    let begun = Instant::now();
    assert_eq!(visitor.get("/releases").await.status, 200);
    begun.elapsed()
}

/// Sends the start at once and the rest drop by drop, until somebody has had enough; says the status, 0 if there was none, and after how long.
async fn drip(address: String, start: String, drop: &'static [u8]) -> (u16, Duration) {
    let begun = Instant::now();
    let mut connection = TcpStream::connect(address).await.expect("it listens");
    connection.write_all(start.as_bytes()).await.expect("it listens");
    let (mut from, mut to) = connection.into_split();
    let dripping = async {
        while to.write_all(drop).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        std::future::pending::<()>().await;
    };
    let mut answer = Vec::new();
    let reading = tokio::time::timeout(SOON, from.read_to_end(&mut answer));
    tokio::select! {
        done = reading => { done.expect("it is given up").ok(); }
        () = dripping => {}
    }
    let status = String::from_utf8_lossy(&answer).split(' ').nth(1).and_then(|it| it.parse().ok()).unwrap_or_default();
    (status, begun.elapsed())
}

async fn many_drip(what: &str, instance: &Instance, visitor: &Visitor, start: &str, drop: &'static [u8], statuses: &[u16]) {
    let mut all = JoinSet::new();
    for _ in 0..100 {
        all.spawn(drip(address(instance), start.to_owned(), drop));
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    let meanwhile = page(visitor).await;
    let (mut seen, mut longest) = (BTreeMap::<u16, usize>::new(), Duration::ZERO);
    while let Some(done) = all.join_next().await {
        let (status, took) = done.expect("it ends");
        *seen.entry(status).or_default() += 1;
        longest = longest.max(took);
    }
    say(format_args!("100 clients with {what}: {seen:?}, given up after {:.1} s at most; a page meanwhile took {meanwhile:.1?}", longest.as_secs_f64()));
    assert!(seen.keys().all(|it| statuses.contains(it)), "{seen:?}");
    assert!(longest < Duration::from_secs(REQUEST_TIMEOUT + 6) && meanwhile < BEARABLE, "{longest:?} {meanwhile:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_headers_and_slow_bodies() {
    let world = World::begin(1).await;
    let (instance, visitor) = program(&world).await;
    many_drip("slow headers", &instance, &visitor, "GET / HTTP/1.1\r\nHost: slipway\r\n", b"X-Slow: 1\r\n", &[408]).await;
    let head = "POST /session HTTP/1.1\r\nHost: slipway\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100000\r\n\r\nemail=";
    many_drip("slow bodies", &instance, &visitor, head, b"a", &[408]).await;
}

/// An idle connection that was used once.
async fn idle(address: String) -> Option<TcpStream> {
    let used = async {
        let mut connection = TcpStream::connect(address).await.ok()?;
        connection.write_all(b"GET /healthz HTTP/1.1\r\nHost: slipway\r\n\r\n").await.ok()?;
        let mut start = [0; 15];
        connection.read_exact(&mut start).await.ok()?;
        start.ends_with(b"200 OK").then_some(connection)
    };
    tokio::time::timeout(SOON, used).await.ok().flatten()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_thousand_idle_connections() {
    let world = World::begin(1).await;
    // With no more open files than most systems give a program that does not ask for more.
    let mut instance = Instance::of(&world).with("SLIPWAY_WORKERS", 2).under(&["sh", "-c", "ulimit -Sn 1024; exec \"$0\" \"$@\""]);
    instance.start();
    let visitor = world.visitor(&instance.base);
    let before = (page(&visitor).await, instance.memory());
    let (mut open, begun) = (Vec::new(), Instant::now());
    for _ in 0..50 {
        let mut some = JoinSet::new();
        for _ in 0..100 {
            some.spawn(idle(address(&instance)));
        }
        open.extend(some.join_all().await.into_iter().flatten());
    }
    let took = begun.elapsed();
    let pages: Vec<Duration> = futures_util::future::join_all((0..10).map(|_| page(&visitor))).await;
    let slowest = pages.into_iter().max().unwrap_or_default();
    let after = instance.memory();
    say(format_args!(
        "{} idle connections within {:.1} s; a page took {:.1?} before, ten at once {slowest:.1?} with them; memory {} MB before, {after} MB with them",
        open.len(),
        took.as_secs_f64(),
        before.0,
        before.1
    ));
    assert_eq!(open.len(), 5000);
    assert!(slowest < BEARABLE && after < before.1 + 150, "{slowest:?} {after}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn huge_headers_and_huge_bodies() {
    let world = World::begin(1).await;
    let (instance, visitor) = program(&world).await;
    let before = instance.memory();
    let head = format!("GET / HTTP/1.1\r\nHost: slipway\r\nX-Large: {}\r\n\r\n", "x".repeat(4_000_000));
    let many = format!("GET / HTTP/1.1\r\nHost: slipway\r\n{}\r\n", "X-Many: 1\r\n".repeat(50_000));
    let body = |path: &str| {
        format!("POST {path} HTTP/1.1\r\nHost: slipway\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 200000000\r\n\r\nname=")
    };
    let piece: &'static [u8] = &[b'x'; 256 * 1024];
    for (what, start, piece) in [
        ("a header of 4 MB", head, b"".as_slice()),
        ("50,000 headers", many, b""),
        ("a body of 200 MB to the sign-in", body("/session"), piece),
        ("a body of 200 MB behind a mailed link", body("/a/nothing/decision"), piece),
    ] {
        let begun = Instant::now();
        let status = pour(address(&instance), start, piece).await;
        say(format_args!("{what}: {status} after {:.1} s; memory {} MB", begun.elapsed().as_secs_f64(), instance.memory()));
        assert!([0, 400, 404, 408, 413, 431].contains(&status), "{what}: {status}");
        assert!(begun.elapsed() < Duration::from_secs(REQUEST_TIMEOUT + 6));
    }
    assert!(page(&visitor).await < BEARABLE);
    assert!(instance.memory() < before + 60, "{} MB, {before} before", instance.memory());
}

/// Sends as fast as it can, until there is an answer or nobody takes any more.
async fn pour(address: String, start: String, piece: &'static [u8]) -> u16 {
    let connection = TcpStream::connect(address).await.expect("it listens");
    let (mut from, mut to) = connection.into_split();
    let pouring = async {
        let mut fine = to.write_all(start.as_bytes()).await.is_ok();
        let mut sent = 0;
        while fine && !piece.is_empty() && sent < 200_000_000 {
            fine = to.write_all(piece).await.is_ok();
            sent += piece.len();
        }
        std::future::pending::<()>().await;
    };
    let mut answer = vec![0; 64];
    let reading = tokio::time::timeout(SOON, from.read(&mut answer));
    let count = tokio::select! {
        done = reading => done.expect("it does not hang").unwrap_or_default(),
        () = pouring => 0,
    };
    String::from_utf8_lossy(&answer[..count]).split(' ').nth(1).and_then(|it| it.parse().ok()).unwrap_or_default()
}
