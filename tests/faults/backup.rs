//! A backup as `docs/operations.md` says, the loss of everything, and the way back.

use crate::consistency;
use crate::instance::Instance;
use crate::load::Load;
use crate::postgres::Postgres;
use crate::running::{Running, between, call, slipway, with};
use crate::say;
use crate::world::World;
use std::path::Path;
use std::process::Command;

/// The lines of the page that begin with a program's name, with what they leave open filled in.
fn documented(program: &str, filled: &[(&str, &str)]) -> Vec<String> {
    let page = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/operations.md")).expect("the page");
    let lines = page.lines().map(str::trim).filter(|line| line.starts_with(program));
    lines.map(|line| filled.iter().fold(line.to_owned(), |line, (name, value)| line.replace(name, value))).collect()
}

#[track_caller]
fn shell(folder: &Path, line: &str, url: &str) {
    let output = Command::new("sh").args(["-c", line]).current_dir(folder).env("DATABASE_URL", url).output().expect("sh runs");
    assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn backup_destruction_and_return_of_a_given_database() {
    let mut server = Postgres::make();
    let world = World::lay(&server.url(), 3);
    let mut instance = Instance::of(&world);
    instance.start();
    let load = Load::begin(&world.workers(&instance.base));
    load.wait_for(30).await;
    let diary = load.end().await;
    consistency::check(&mut world.connect(), &diary);
    let verified = instance.call(&["audit", "verify"]).well();
    let checkpoint = between(&verified.out, "elsewhere: ", &['\n']).to_owned();
    let folder = tempfile::tempdir().expect("a folder");
    let [dump, restore] = ["pg_dump", "pg_restore"].map(|it| documented(it, &[]).remove(0));
    shell(folder.path(), &dump, &server.url());
    // Nothing of the first server is left.
    instance.kill();
    server.crash();
    drop((world, server));
    let server = Postgres::make();
    shell(folder.path(), &restore, &server.url());
    let mut instance = instance.moved_to(&server.url());
    let mut conn = server.connect();
    instance.start();
    consistency::check(&mut conn, &diary);
    let verified = instance.call(&["audit", "verify", "--expect", &checkpoint]).well();
    assert!(verified.out.contains("holds the expected checkpoint"), "{}", verified.out);
    let doctor = instance.call(&["doctor"]);
    assert!(!doctor.out.contains("fail  "), "{}", doctor.out);
    say(format_args!("dumped, destroyed, restored: {}; {}", diary.counts(), verified.out.lines().next().unwrap_or_default()));
}

/// An account in a private database, by the command.
fn make_account(home: &Path, email: &str) {
    let arguments = ["user", "create", "--email", email, "--name", "Ada", "--role", "administrator"];
    call(slipway(home, &arguments)).well();
}

#[test]
fn backup_destruction_and_return_of_the_private_database() {
    let homes = [(); 2].map(|()| tempfile::tempdir().expect("a folder"));
    let [old, new] = homes.each_ref().map(|it| it.path());
    let folder = tempfile::tempdir().expect("a folder");
    let running = Running::start(slipway(old, &["serve"]));
    make_account(old, "ada@example.org");
    let checkpoint = between(&call(slipway(old, &["audit", "verify"])).well().out, "elsewhere: ", &['\n']).to_owned();
    let lines = |program: &str, home: &Path| documented(program, &[(".slipway", home.to_str().expect("a plain path"))]);
    shell(folder.path(), &lines("pg_dump", old)[1], "");
    shell(folder.path(), &lines("cp ", old)[0], "");
    running.stop();
    std::fs::remove_dir_all(old).expect("our own folder");
    // A new machine: it makes a database of its own, whose content is then replaced.
    shell(folder.path(), &lines("mkdir", new)[0], "");
    shell(folder.path(), &lines("cp ", new)[1], "");
    let running = Running::start(slipway(new, &["serve"]));
    shell(folder.path(), &lines("pg_restore", new)[1], "");
    running.stop();
    let running = Running::start(with(slipway(new, &["serve"]), "SLIPWAY_LOG", "info"));
    let verified = call(slipway(new, &["audit", "verify", "--expect", &checkpoint])).well();
    assert!(verified.out.contains("holds the expected checkpoint"), "{}", verified.out);
    assert!(call(slipway(new, &["user", "list"])).well().out.contains("ada@example.org"));
    let doctor = call(slipway(new, &["doctor"]));
    assert!(!doctor.out.contains("fail  "), "{}", doctor.out);
    running.stop();
    say(format_args!("private: dumped, destroyed, restored: {}", verified.out.lines().next().unwrap_or_default()));
}
