//! What pages weigh on their way: compressed, and everything that a first visit loads with them.

use crate::support::TestApp;
use crate::support::given::Somebody;
use crate::support::html;
use slipway::demo::generated::{Order, generate};
use slipway::domain::ids::UserId;
use slipway::domain::people::Role;
use std::collections::BTreeSet;

/// A signed-in page with all that it needs, for somebody who was never here.
const FIRST: usize = 150_000;
/// A page for somebody who was.
const NEXT: usize = 20_000;

/// Something that was sent: the bytes of its head and its body as they went over the wire, and both as text.
struct Sent {
    bytes: usize,
    head: String,
    plain: Vec<u8>,
}

/// Asks as a browser does, and takes what comes as it is.
async fn fetch(app: &TestApp, cookie: &str, path: &str, accepts: &str) -> Sent {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let address = app.address.trim_start_matches("http://");
    let mut stream = tokio::net::TcpStream::connect(address).await.expect("it listens");
    let ask = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nCookie: {cookie}\r\nAccept-Encoding: {accepts}\r\nConnection: close\r\n\r\n");
    stream.write_all(ask.as_bytes()).await.expect("it takes a request");
    let mut all = Vec::new();
    stream.read_to_end(&mut all).await.expect("it answers");
    let end = all.windows(4).position(|it| it == b"\r\n\r\n").expect("a head") + 4;
    let head = String::from_utf8_lossy(&all[..end]).to_ascii_lowercase();
    assert!(head.starts_with("http/1.1 200"), "{path}: {head}");
    Sent { bytes: all.len(), plain: all.split_off(end), head }
}

/// An administrator in a generated organisation, and their cookie.
async fn place() -> (TestApp, String) {
    let app = TestApp::start().await;
    let db = app.db.clone();
    tokio::task::spawn_blocking(move || generate(&db, Order { releases: 120, seed: 1 }, |_| {})).await.expect("it ran").expect("generated");
    let manager = Somebody { id: UserId(1), email: String::new(), name: String::new(), roles: vec![Role::ReleaseManager] };
    let cookie = app.session_of(&manager);
    let cookie = format!("{}={}", cookie.name(), cookie.value());
    (app, cookie)
}

fn newest_release(app: &TestApp, tasks: i64) -> i64 {
    use diesel::prelude::*;
    let query =
        format!("(SELECT max(id) FROM records r WHERE kind = 'release' AND state = 'open' AND (SELECT count(*) FROM tasks WHERE record_id = r.id) = {tasks})");
    app.read(|conn| diesel::select(diesel::dsl::sql::<diesel::sql_types::BigInt>(&query)).get_result(conn))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_visit_and_every_next_one_are_light() {
    let (app, cookie) = place().await;
    let release = newest_release(&app, 10);
    let pages = [
        "/".to_owned(),
        "/releases".into(),
        "/changes".into(),
        format!("/releases/{release}"),
        "/approvals".into(),
        "/notices".into(),
        "/search?q=renew".into(),
        "/releases/new".into(),
    ];
    let mut heavy = Vec::new();
    for path in &pages {
        for encoding in ["br", "gzip"] {
            let sent = fetch(&app, &cookie, path, encoding).await;
            assert!(sent.head.contains(&format!("content-encoding: {encoding}")), "{path}: {}", sent.head);
            if sent.bytes > NEXT {
                heavy.push(format!("{path} takes {} bytes as {encoding}", sent.bytes));
            }
        }
        let page = fetch(&app, &cookie, path, "identity").await;
        let body = String::from_utf8_lossy(&page.plain);
        let addresses =
            html::tags(&body).into_iter().filter_map(|it| it.get("href").or(it.get("src")).map(|it| it.split('#').next().unwrap_or_default().to_owned()));
        let needed: BTreeSet<String> = addresses.filter(|it| it.starts_with("/static/")).collect();
        assert!(needed.len() >= 4, "{path} needs {needed:?}");
        for encoding in ["br", "gzip"] {
            let mut all = fetch(&app, &cookie, path, encoding).await.bytes;
            for address in &needed {
                let file = fetch(&app, &cookie, address, encoding).await;
                assert!(
                    file.head.contains("cache-control: public, max-age=31536000, immutable") && file.head.contains(&format!("content-encoding: {encoding}")),
                    "{}",
                    file.head
                );
                all += file.bytes;
            }
            if all > FIRST {
                heavy.push(format!("{path} takes {all} bytes as {encoding} on a first visit"));
            }
        }
    }
    assert!(heavy.is_empty(), "{heavy:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_programme_of_a_hundred_tasks_is_not_heavy_either() {
    let (app, cookie) = place().await;
    let sent = fetch(&app, &cookie, &format!("/releases/{}", newest_release(&app, 100)), "br").await;
    assert!(sent.bytes < 2 * NEXT, "{} bytes", sent.bytes);
}
