//! Several instances on one database: started at once, killed now and then, replaced one after the other.

use crate::consistency;
use crate::front::Front;
use crate::instance::Instance;
use crate::load::{Load, Worker};
use crate::running::{Running, slipway, with};
use crate::support::{Database, MailServer};
use crate::world::World;
use crate::{BACK_WITHIN, say};
use diesel::migration::{Migration, MigrationSource};
use diesel::pg::Pg;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use std::time::{Duration, Instant};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");

/// So many migrations are missing in the older schema.
const MISSING: usize = 12;

/// A database as an earlier version of the program left it.
fn older() -> Database {
    let database = Database::empty();
    let mut conn = database.connect();
    for _ in 0..migrations() - MISSING {
        conn.run_next_migration(MIGRATIONS).expect("it runs");
    }
    database
}

/// How many there are.
fn migrations() -> usize {
    MIGRATIONS.migrations().map(|all: Vec<Box<dyn Migration<Pg>>>| all.len()).expect("they are there")
}

#[test]
fn two_three_and_five_started_at_once_on_an_empty_and_on_an_older_schema() {
    for (what, database) in [("empty", Database::empty as fn() -> Database), ("older", older)] {
        for instances in [2, 3, 5] {
            let (database, begun) = (database(), Instant::now());
            let homes: Vec<_> = (0..instances).map(|_| tempfile::tempdir().expect("a folder")).collect();
            let all: Vec<Running> = homes.iter().map(|home| Running::begin(with(slipway(home.path(), &[]), "DATABASE_URL", database.url()))).collect();
            for it in &all {
                it.wait_for("serving");
            }
            let took = begun.elapsed();
            let done = consistency::count(&mut database.connect(), "SELECT count(*) FROM __diesel_schema_migrations");
            assert_eq!(done as usize, migrations());
            all.into_iter().for_each(Running::stop);
            say(format_args!("{instances} at once on an {what} schema: all serve after {:.1} s, {done} migrations, each once", took.as_secs_f64()));
        }
    }
}

const KILLS: usize = 15;

/// How often an instance is replaced by a new one.
const ROUNDS: usize = 4;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_at_work_and_one_killed_now_and_then() {
    let world = World::begin(5).await;
    let server = MailServer::start();
    let of = |_| Instance::of(&world).with("SMTP_URL", server.url()).with("SLIPWAY_MAIL_FROM", "slipway@example.org").with("SLIPWAY_DB_POOL", 4);
    let mut instances: Vec<Instance> = (0..5).map(of).collect();
    instances.iter_mut().for_each(Instance::start);
    let workers: Vec<Worker> = instances.iter().enumerate().map(|(number, it)| world.workers(&it.base).swap_remove(number)).collect();
    let load = Load::begin(&workers);
    let mut slowest = Duration::ZERO;
    for kill in 0..KILLS {
        load.wait_for(10).await;
        let instance = &mut instances[kill % 5];
        instance.kill();
        let begun = Instant::now();
        instance.start();
        slowest = slowest.max(begun.elapsed());
    }
    let diary = load.end().await;
    let mut conn = world.connect();
    consistency::check(&mut conn, &diary);
    world.end_leases();
    world.wait_for_mails();
    let mails = consistency::mailed(&mut conn, &server);
    say(format_args!("five instances, {KILLS} kills: {}; {mails}; the slowest start {:.1} s", diary.counts(), slowest.as_secs_f64()));
    assert!(slowest < BACK_WITHIN, "{slowest:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replaced_one_after_the_other_without_a_failed_request() {
    let world = World::begin(4).await;
    let mut instances: Vec<Instance> = (0..2).map(|_| Instance::of(&world).with("SLIPWAY_DRAIN", 1)).collect();
    instances.iter_mut().for_each(Instance::start);
    let front = Front::before(instances.iter().map(|it| it.base.replace("http://", "")).collect()).await;
    front.wait_for(2).await;
    let load = Load::begin(&world.workers(&front.base));
    for _ in 0..ROUNDS {
        load.wait_for(10).await;
        let mut instance = instances.remove(0);
        instance = tokio::task::spawn_blocking(move || {
            instance.stop();
            instance.start();
            instance
        })
        .await
        .expect("it was replaced");
        instances.push(instance);
        front.wait_for(2).await;
    }
    load.wait_for(10).await;
    let diary = load.end().await;
    consistency::check(&mut world.connect(), &diary);
    say(format_args!("{ROUNDS} replaced, two serving: {}", diary.counts()));
    let failed: u64 = diary.answers.iter().filter(|(status, _)| **status == 0 || **status >= 500).map(|(_, count)| count).sum();
    assert_eq!(failed, 0, "{:?}", diary.answers);
}
