//! Counts the statements that go to the database.

use diesel::connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation};
use std::sync::atomic::{AtomicUsize, Ordering};

static STATEMENTS: AtomicUsize = AtomicUsize::new(0);

struct Counter;

impl Instrumentation for Counter {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        if let InstrumentationEvent::StartQuery { .. } = event {
            STATEMENTS.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// For every connection that is opened from now on.
pub fn install() {
    let _ = set_default_instrumentation(|| Some(Box::new(Counter)));
}

pub fn reset() {
    STATEMENTS.store(0, Ordering::Relaxed);
}

pub fn so_far() -> usize {
    STATEMENTS.load(Ordering::Relaxed)
}
