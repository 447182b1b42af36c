//! What goes wrong around Slipway, done to it on purpose: each fault a test, `make faults` for all, `cargo test --test faults NAME` for one.
//! Everything happens on this machine, with processes that the test started, within minutes; each says in a line what was counted.

mod backup;
mod clients;
mod clock;
mod consistency;
mod database;
mod disk;
mod front;
mod instance;
mod instances;
mod killing;
mod load;
mod mail;
mod postgres;
mod visitor;
mod way;
mod world;

#[path = "../it/program/running.rs"]
#[expect(dead_code, reason = "shared with the stories, which use all of it")]
mod running;
#[path = "../it/support/mod.rs"]
#[expect(dead_code, unused_imports, reason = "shared with the stories, which use all of it")]
mod support;

use std::io::Write;
use std::time::Duration;

/// More than any of this takes on a busy machine.
const SOON: Duration = Duration::from_secs(60);

/// The promise: so soon after the cause is gone it serves again, by itself.
const BACK_WITHIN: Duration = Duration::from_secs(5);

/// Says what was counted, also when the test goes well.
fn say(line: impl std::fmt::Display) {
    writeln!(std::io::stderr().lock(), "    {line}").expect("somebody listens");
}
