//! `slipway audit verify`: whoever can change the database cannot do so unseen.

use super::running::{Said, between, call, slipway, with};
use crate::support::Database;
use slipway::app;
use slipway::clock::Clock;
use slipway::domain::events::Event;
use slipway::domain::people::Actor;
use slipway::store::{Db, db, events, migrations};
use std::time::Duration;
use tempfile::TempDir;

/// A log with a few events in it.
struct Log {
    database: Database,
    home: TempDir,
}

impl Log {
    fn with_events(count: usize) -> Log {
        let database = Database::empty();
        migrations::run(&database.url()).expect("the migrations run");
        let log = Log { database, home: tempfile::tempdir().expect("a folder") };
        log.append(count);
        log
    }

    fn append(&self, count: usize) {
        let patience = Duration::from_secs(20);
        let settings = db::Settings { url: self.database.url(), connections: 1, wait: patience, statement_timeout: patience };
        let db = Db::open(settings, Clock::default()).expect("it opens");
        for number in 0..count {
            let event = Event::ItemRegistered { name: format!("Item {number}") };
            db.write_now::<_, app::Error>(Actor::slipway(), |tx| Ok(events::record(tx, None, &event)?)).expect("it is written");
        }
    }

    fn verify(&self, more: &[&str]) -> Said {
        call(with(slipway(self.home.path(), &[&["audit", "verify"], more].concat()), "DATABASE_URL", self.database.url()))
    }

    /// What it says to keep elsewhere.
    fn checkpoint(&self) -> String {
        between(&self.verify(&[]).well().out, "elsewhere: ", &['\n']).to_owned()
    }

    /// As somebody who may do anything in the database.
    fn tamper(&self, sql: &str) {
        self.database.run(&format!("ALTER TABLE events DISABLE TRIGGER ALL; {sql}; ALTER TABLE events ENABLE TRIGGER ALL"));
    }

    #[track_caller]
    fn is_broken(&self, words: &str) {
        let said = self.verify(&[]);
        assert!(said.code == 1 && said.out.contains(words), "{} {}{}", said.code, said.out, said.err);
    }
}

#[test]
fn an_untouched_log_is_whole() {
    let log = Log::with_events(3);
    assert!(log.verify(&[]).well().out.contains("is whole: 3 events"));
    assert!(log.checkpoint().starts_with("3:"));
}

#[test]
fn a_changed_event_is_named() {
    let log = Log::with_events(3);
    log.tamper(r#"UPDATE events SET details = '{"name": "Something else"}' WHERE id = 2"#);
    log.is_broken("broken at event 2: it was changed");
}

#[test]
fn a_missing_event_is_noticed_in_the_middle_and_at_the_end() {
    let log = Log::with_events(4);
    log.tamper("DELETE FROM events WHERE id = 4");
    log.is_broken("broken at event 4: it is missing");
    log.tamper("DELETE FROM events WHERE id = 2");
    log.is_broken("broken at event 3: events before it are missing");
}

#[test]
fn who_cuts_off_the_end_and_mends_the_log_still_fails_a_checkpoint_kept_elsewhere() {
    let log = Log::with_events(3);
    let (early, late) = (log.checkpoint(), {
        log.append(2);
        log.checkpoint()
    });
    assert!(log.verify(&["--expect", &early]).well().out.contains("holds the expected checkpoint 3:"));
    log.tamper("DELETE FROM events WHERE id > 4; UPDATE event_head SET last_id = 4, hash = (SELECT hash FROM events WHERE id = 4)");
    log.verify(&[]).well();
    log.verify(&["--expect", &early]).well();
    let said = log.verify(&["--expect", &late]);
    assert!(said.code == 1 && said.out.contains("does not hold the expected checkpoint 5:"), "{}", said.out);
}

#[test]
fn a_checkpoint_that_is_none_is_refused() {
    let log = Log::with_events(0);
    let said = log.verify(&["--expect", "5:beef"]);
    assert!(said.code == 2 && said.err.contains("64 hex digits"), "{}", said.err);
    assert!(log.verify(&["--expect", &log.checkpoint()]).well().out.contains("holds the expected checkpoint 0:"));
}
