//! The database goes away in every way that it can, while people work.

use crate::instance::Instance;
use crate::load::{Diary, Load};
use crate::postgres::Postgres;
use crate::visitor::Visitor;
use crate::way::{State, Way};
use crate::world::World;
use crate::{BACK_WITHIN, SOON, consistency, say};
use std::time::{Duration, Instant};

/// Crashes, each under load.
const CRASHES: u32 = 5;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stopped_immediately_and_started_again_under_load() {
    let mut server = Postgres::make();
    let world = World::lay(&server.url(), 4);
    let mut instance = Instance::of(&world);
    instance.start();
    let load = Load::begin(&world.workers(&instance.base));
    let mut slowest = Duration::ZERO;
    for crash in 0..CRASHES {
        load.wait_for(8).await;
        server.crash();
        // Longer, every other time, than anybody is kept waiting for a server that is just being started again.
        tokio::time::sleep(Duration::from_millis(if crash % 2 == 0 { 300 } else { 7_000 })).await;
        server.start();
        slowest = slowest.max(load.wait_for(1).await);
    }
    load.wait_for(8).await;
    let diary = load.end().await;
    consistency::check(&mut world.connect(), &diary);
    say(format_args!("{CRASHES} crashes: {}; back after {:.1} s at most", diary.counts(), slowest.as_secs_f64()));
    assert!(slowest < BACK_WITHIN, "{slowest:?}");
}

/// Asks until the answer is this, and says how long that took.
async fn until(visitor: &Visitor, path: &str, status: u16) -> Duration {
    let begun = Instant::now();
    loop {
        let reply = visitor.get(path).await;
        if reply.status == status {
            return begun.elapsed();
        }
        assert!(begun.elapsed() < SOON, "{path} is never {status} but {}: {}", reply.status, reply.body);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unreachable_without_an_answer() {
    let server = Postgres::make();
    let world = World::lay(&server.url(), 3);
    let way = Way::to(server.port).await;
    let url = format!("postgres://app@{}/slipway", way.address);
    let mut instance = Instance::at(&url, &world).with("SLIPWAY_DB_WAIT", 2).with("SLIPWAY_DB_STATEMENT_TIMEOUT", 5);
    instance.start();
    let visitor = world.visitor(&instance.base);
    let stranger = Visitor::new(&instance.base, "");
    let load = Load::begin(&world.workers(&instance.base));
    let mut slowest = Duration::ZERO;
    for breaks in [false, true] {
        load.wait_for(8).await;
        way.is(State::Silent);
        let begun = Instant::now();
        let ready = stranger.get("/readyz").await;
        let red = begun.elapsed();
        assert_eq!((ready.status, stranger.get("/healthz").await.status), (503, 200));
        let begun = Instant::now();
        let typed = [("title", "What I typed"), ("reason", "It took me\r\nan hour & \"more\" <b>")];
        let refused = visitor.post("/changes", &typed).await;
        assert_eq!(refused.status, 503);
        let kept = refused.form("/changes").expect("the form is kept");
        assert_eq!((kept.value("title"), kept.value("reason").replace("\r\n", "\n").as_str()), ("What I typed", "It took me\nan hour & \"more\" <b>"));
        let took = begun.elapsed();
        say(format_args!("no answer: /readyz is red after {:.1} s, a form comes back after {:.1} s", red.as_secs_f64(), took.as_secs_f64()));
        // Twice as long as one waits for one's turn: for the answer, and for a second opinion.
        assert!(red < Duration::from_secs(5) && took < Duration::from_secs(7), "{red:?} {took:?}");
        tokio::time::sleep(Duration::from_secs(9)).await;
        if breaks {
            way.begin_anew().await
        } else {
            way.is(State::Open)
        }
        slowest = slowest.max(load.wait_for(1).await).max(until(&stranger, "/readyz", 200).await);
    }
    load.wait_for(8).await;
    let diary = load.end().await;
    consistency::check(&mut world.connect(), &diary);
    say(format_args!("{}; back after {:.1} s at most", diary.counts(), slowest.as_secs_f64()));
    assert!(slowest < BACK_WITHIN, "{slowest:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_server_turned_read_only() {
    let server = Postgres::make();
    let world = World::lay(&server.url(), 3);
    let mut instance = Instance::of(&world);
    instance.start();
    let (visitor, stranger) = (world.visitor(&instance.base), Visitor::new(&instance.base, ""));
    let load = Load::begin(&world.workers(&instance.base));
    load.wait_for(8).await;
    server.take_no_writes();
    let red = until(&stranger, "/readyz", 503).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let before = load.done();
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(load.done(), before, "nothing is said to be written");
    assert_eq!(visitor.get("/releases").await.status, 200, "reading goes on");
    server.sql(&["SET default_transaction_read_only = off", "ALTER SYSTEM RESET default_transaction_read_only", "SELECT pg_reload_conf()"]);
    let back = load.wait_for(1).await.max(until(&stranger, "/readyz", 200).await);
    let diary = load.end().await;
    consistency::check(&mut world.connect(), &diary);
    say(format_args!("read-only: {}; red after {:.1} s, back after {:.1} s", diary.counts(), red.as_secs_f64(), back.as_secs_f64()));
    assert!(back < BACK_WITHIN, "{back:?}");
}

/// An address with two hosts.
fn of_both(one: &Postgres, other: &Postgres) -> String {
    format!("postgres://app@127.0.0.1:{},127.0.0.1:{}/slipway", one.port, other.port)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn failed_over_to_a_standby() {
    let mut primary = Postgres::make();
    let world = World::lay(&primary.url(), 3);
    let standby = primary.standby();
    let mut instance = Instance::at(&of_both(&primary, &standby), &world);
    instance.start();
    let stranger = Visitor::new(&instance.base, "");
    let load = Load::begin(&world.workers(&instance.base));
    load.wait_for(20).await;
    primary.crash();
    let red = until(&stranger, "/readyz", 503).await;
    standby.promote();
    let back = load.wait_for(1).await.max(until(&stranger, "/readyz", 200).await);
    // The old one comes back, and takes no writes: whoever comes new passes it by.
    primary.start_read_only();
    instance.kill();
    instance.start();
    load.wait_for(20).await;
    let diary = load.end().await;
    let mut conn = standby.connect();
    consistency::check(&mut conn, &diary);
    say(format_args!("fail-over: {}; red after {:.1} s, back {:.1} s after the promotion", diary.counts(), red.as_secs_f64(), back.as_secs_f64()));
    assert!(back < BACK_WITHIN, "{back:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_old_primary_left_read_only() {
    let primary = Postgres::make();
    let world = World::lay(&primary.url(), 3);
    let standby = primary.standby();
    let mut instance = Instance::at(&of_both(&primary, &standby), &world);
    instance.start();
    let stranger = Visitor::new(&instance.base, "");
    let load = Load::begin(&world.workers(&instance.base));
    load.wait_for(20).await;
    // Its connections stay, and answer; only writing is over.
    primary.take_no_writes();
    let red = until(&stranger, "/readyz", 503).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    standby.promote();
    let back = load.wait_for(1).await.max(until(&stranger, "/readyz", 200).await);
    load.wait_for(20).await;
    let mut old = primary.connect();
    let left = consistency::count(&mut old, "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'slipway' AND backend_type = 'client backend'");
    let diary = load.end().await;
    consistency::check(&mut standby.connect(), &diary);
    say(format_args!(
        "the old primary read-only: {}; red after {:.1} s, back {:.1} s after the promotion",
        diary.counts(),
        red.as_secs_f64(),
        back.as_secs_f64()
    ));
    assert_eq!(left, 0, "connections to the old one are dropped");
    assert!(back < BACK_WITHIN, "{back:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_pool_exhausted() {
    let server = Postgres::make();
    let world = World::lay(&server.url(), 2);
    let mut instance = Instance::of(&world).with("SLIPWAY_DB_POOL", 2).with("SLIPWAY_DB_WAIT", 1);
    instance.start();
    let visitor = world.visitor(&instance.base);
    let load = Load::begin(&world.workers(&instance.base));
    load.wait_for(4).await;
    // Every write waits for the head of the log, and keeps its connection meanwhile.
    let mut conn = server.connect();
    diesel::connection::SimpleConnection::batch_execute(&mut conn, "BEGIN; LOCK TABLE event_head").expect("locked");
    tokio::time::sleep(Duration::from_secs(1)).await;
    let begun = Instant::now();
    let asked = (0..40).map(|_| {
        let visitor = visitor.clone();
        tokio::spawn(async move { visitor.get("/releases").await })
    });
    let asked: Vec<_> = asked.collect();
    let mut statuses = std::collections::BTreeMap::<u16, usize>::new();
    for reply in asked {
        let reply = reply.await.expect("it ends");
        assert_eq!(reply.fault(), None);
        *statuses.entry(reply.status).or_default() += 1;
    }
    let took = begun.elapsed();
    let ready = visitor.get("/readyz").await.status;
    diesel::connection::SimpleConnection::batch_execute(&mut conn, "ROLLBACK").expect("let go");
    let back = load.wait_for(1).await;
    let diary = load.end().await;
    consistency::check(&mut world.connect(), &diary);
    say(format_args!("no connection free: 40 pages answered {statuses:?} within {:.1} s, /readyz {ready}", took.as_secs_f64()));
    say(format_args!("{}; back after {:.1} s", diary.counts(), back.as_secs_f64()));
    assert!(took < Duration::from_secs(10) && statuses.keys().all(|it| [200, 503].contains(it)), "{statuses:?}");
    assert_eq!(ready, 200, "a crowd is no reason to be taken out of service");
    assert!(back < BACK_WITHIN, "{back:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lost_in_the_middle_of_a_commit() {
    let server = Postgres::make();
    let world = World::lay(&server.url(), 1);
    let way = Way::to(server.port).await;
    let mut instance = Instance::at(&format!("postgres://app@{}/slipway", way.address), &world);
    instance.start();
    let visitor = world.visitor(&instance.base);
    let form = visitor.get("/items/new").await.form("/items").expect("a form").with("name", "Perhaps there");
    way.is(State::UntilCommit);
    let reply = visitor.post("/items", &form.pairs()).await;
    way.is(State::Open);
    assert_eq!((reply.status, reply.fault()), (503, None));
    assert!(reply.body.contains("may be saved or not") && !reply.body.contains("Nothing was changed"), "{}", reply.body);
    let kept = reply.form("/items").expect("the form is kept");
    assert_eq!(kept.value("name"), "Perhaps there");
    let there = consistency::count(&mut server.connect(), "SELECT count(*) FROM configuration_items WHERE name = 'Perhaps there'");
    consistency::check(&mut world.connect(), &Diary::default());
    say(format_args!("the answer to a commit lost: {there} saved, and the page says that nobody knows"));
    let again = visitor.post("/items", &kept.pairs()).await;
    assert_eq!(again.status, 422, "a name is taken once: {}", again.body);
}
