//! The clock of the machine is set on and back by an hour while people work; the program sees that by libfaketime, the database does not.

use crate::instance::Instance;
use crate::load::Load;
use crate::support::MailServer;
use crate::world::World;
use crate::{BACK_WITHIN, consistency, say};
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

fn library() -> PathBuf {
    let folders = ["/usr/lib/x86_64-linux-gnu/faketime", "/usr/lib/aarch64-linux-gnu/faketime", "/usr/lib64/faketime", "/usr/lib/faketime"];
    let found = folders.iter().map(|it| PathBuf::from(it).join("libfaketimeMT.so.1")).find(|it| it.exists());
    found.expect("this fault needs libfaketime: make faults installs it, or apt-get install libfaketime")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clock_stepped_by_an_hour() {
    let world = World::begin(3).await;
    let server = MailServer::start();
    let home = tempfile::tempdir().expect("a folder");
    let clock = home.path().join("clock");
    let set = |to: &str| fs::write(&clock, to).expect("our own file");
    set("+0");
    let mut instance = Instance::of(&world)
        .with("SMTP_URL", server.url())
        .with("SLIPWAY_MAIL_FROM", "slipway@example.org")
        .with("LD_PRELOAD", library().display())
        .with("FAKETIME_TIMESTAMP_FILE", clock.display())
        .with("FAKETIME_CACHE_DURATION", 1)
        .with("DONT_FAKE_MONOTONIC", 1)
        .with("FAKETIME_DONT_FAKE_MONOTONIC", 1);
    instance.start();
    let load = Load::begin(&world.workers(&instance.base));
    let visitor = world.visitor(&instance.base);
    let mut slowest = Duration::ZERO;
    let mut apart = Vec::new();
    for to in ["+3600", "+0", "-3600", "+0"] {
        load.wait_for(8).await;
        set(to);
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        slowest = slowest.max(load.wait_for(4).await);
        // A sign-in is counted by time, too.
        let refused = visitor.post("/session", &[("email", "nobody@example.org"), ("password", "wrong")]).await;
        assert_eq!(refused.status, 422, "{}", refused.body);
        apart.push(consistency::count(&mut world.connect(), "SELECT round(extract(epoch FROM max(created_at) - now()))::bigint AS count FROM records"));
    }
    load.wait_for(8).await;
    let diary = load.end().await;
    consistency::check(&mut world.connect(), &diary);
    world.end_leases();
    world.wait_for_mails();
    let mails = consistency::mailed(&mut world.connect(), &server);
    say(format_args!("set on and back by an hour, twice (the newest record lay {apart:?} s after now): {}; {mails}", diary.counts()));
    assert!(apart.iter().any(|it| *it > 3000), "the program never saw the other time");
    assert!(slowest < BACK_WITHIN, "{slowest:?}");
}
