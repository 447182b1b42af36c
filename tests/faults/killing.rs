//! `kill -9` of the program, in the middle of whatever it does.

use crate::instance::Instance;
use crate::load::{Diary, Load};
use crate::support::{MailServer, given};
use crate::world::World;
use crate::{BACK_WITHIN, consistency, say};
use slipway::app::moving::Order;
use slipway::app::moving::many::{self, Which};
use slipway::domain::moving::{Mapping, open_phases};
use slipway::domain::people::Role;
use slipway::store::moving::versions;
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
    let mails = consistency::mailed(&mut conn, &server);
    say(format_args!("{KILLS} kills: {}; {mails}", diary.counts()));
    say(format_args!("the slowest start, to the first acknowledged write: {:.1} s", slowest.as_secs_f64()));
    assert!(slowest < BACK_WITHIN, "{slowest:?}");
}

/// Releases that go on by another version of their workflow.
const MOVED: usize = 60;

/// The worker is a part of the program: killed while it moves records, it goes on with those that are left.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_while_the_worker_moves_records() {
    let world = World::begin(1).await;
    let app = &world.app;
    for number in 0..MOVED {
        given::release(app, &format!("Moved {number}")).registered();
    }
    let mut conn = world.connect();
    let from = given::version(app, "release-minor", 3);
    let to = given::next_version(app, "release-minor", |it| given::phase(it, "assess").name = "Intake".into());
    let [before, after] = [from, to].map(|id| app.read(|conn| versions::find(conn, id)));
    let mapping = Mapping::proposed(&before.workflow, &after.workflow);
    let goal = |key: &str| mapping.goal(key).expect("a phase").to_owned();
    let chosen = open_phases(&before.workflow).map(|it| (it.key.clone(), goal(&it.key))).collect();
    let order = Order { from, to, chosen, reason: "The process is better now".into() };
    let mut instance = Instance::of(&world);
    instance.start();
    let ines = given::user(app, "Ines", &[Role::ReleaseManager]);
    app.act_as(ines.actor(), |tx| many::order(tx, &order, &Which::All)).expect("ordered");
    let left = "SELECT count(*) FROM moved_records WHERE state = 'waiting'";
    let (mut kills, mut least) = (0, consistency::count(&mut conn, left));
    let all = least;
    while least > 0 && kills < 30 {
        let begun = Instant::now();
        // Killed as soon as one more was moved.
        while consistency::count(&mut conn, left) >= least && begun.elapsed() < crate::SOON {
            std::thread::sleep(Duration::from_millis(1));
        }
        instance.kill();
        kills += 1;
        least = consistency::count(&mut conn, left);
        instance.start();
    }
    let begun = Instant::now();
    while consistency::count(&mut conn, left) > 0 {
        assert!(begun.elapsed() < crate::SOON, "the rest is never moved");
        std::thread::sleep(Duration::from_millis(20));
    }
    consistency::check(&mut conn, &Diary::default());
    let moved = format!("SELECT count(*) FROM records WHERE workflow_id = {to}");
    let (moved, told) = (consistency::count(&mut conn, &moved), consistency::count(&mut conn, "SELECT count(*) FROM events WHERE kind = 'workflow_changed'"));
    say(format_args!("the worker killed {kills} times among {all} records: {moved} moved, {told} told in the log"));
    assert_eq!((moved, told), (all, all), "each once");
    assert!(kills > 1, "it was never killed in between");
}
