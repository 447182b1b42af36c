//! `kill -9` of the program, in the middle of whatever it does.

use crate::instance::Instance;
use crate::load::Load;
use crate::support::MailServer;
use crate::world::World;
use crate::{BACK_WITHIN, consistency, say};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

const KILLS: u32 = 100;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_in_mixed_writes_a_hundred_times() {
    let world = World::begin(4).await;
    let server = MailServer::start();
    let mut instance = Instance::of(&world).with("SMTP_URL", server.url()).with("SLIPWAY_MAIL_FROM", "slipway@example.org");
    instance.start();
    let load = Load::begin(&world.workers(&instance.base));
    let mut slowest = Duration::ZERO;
    for kill in 0..KILLS {
        load.wait_for(2).await;
        tokio::time::sleep(Duration::from_millis(u64::from(kill * 7 % 50))).await;
        instance.kill();
        let begun = Instant::now();
        instance.start();
        load.wait_for(1).await;
        slowest = slowest.max(begun.elapsed());
    }
    let diary = load.end().await;
    let mut conn = world.connect();
    consistency::check(&mut conn, &diary);
    // Leases of mails that were on their way end; nobody needs to wait for that here.
    world.end_leases();
    world.wait_for_mails();
    let mut mails: BTreeMap<String, usize> = BTreeMap::new();
    for it in server.received() {
        *mails.entry(it.message_id()).or_default() += 1;
    }
    let sent = consistency::count(&mut conn, "SELECT count(*) FROM mails WHERE state = 'sent'");
    let repeated = mails.values().filter(|it| **it > 1).count();
    say(format_args!("{KILLS} kills: {}; {sent} mails sent, {repeated} of them repeated under the same Message-ID", diary.counts()));
    say(format_args!("the slowest start, to the first acknowledged write: {:.1} s", slowest.as_secs_f64()));
    assert_eq!(sent as usize, mails.len(), "each mail that counts as sent arrived, and no other");
    assert!(slowest < BACK_WITHIN, "{slowest:?}");
}
