//! The log of what happened in generated records: merged in the order of time, chained as the application chains it.

use crate::app::{self, Error};
use crate::domain::events::{Event, Link};
use crate::domain::ids::{RecordId, UserId};
use crate::store::bulk::{self, Batch, EventRow};
use crate::store::{Tx, events};
use chrono::{DateTime, Utc};
use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

/// Events that are not written yet, because something older may still come.
pub struct Log {
    waiting: BinaryHeap<Reverse<Waiting>>,
    noted: u64,
    last: i64,
    head: Vec<u8>,
    batch: Batch<EventRow>,
}

struct Waiting {
    at: DateTime<Utc>,
    nth: u64,
    actor: UserId,
    record: RecordId,
    event: Box<Event>,
}

impl Waiting {
    fn key(&self) -> (DateTime<Utc>, u64) {
        (self.at, self.nth)
    }
}

impl PartialEq for Waiting {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Waiting {}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Waiting {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

impl Log {
    /// Continues behind what happened so far.
    pub fn begin(tx: &mut Tx<'_>) -> app::Result<Log> {
        let head = events::checkpoint(tx.conn)?;
        Ok(Log { waiting: BinaryHeap::new(), noted: 0, last: head.id, head: head.hash, batch: Batch::default() })
    }

    pub fn note(&mut self, at: DateTime<Utc>, actor: UserId, record: RecordId, event: Event) {
        self.noted += 1;
        self.waiting.push(Reverse(Waiting { at, nth: self.noted, actor, record, event: Box::new(event) }));
    }

    /// Writes what happened before this time: nothing older comes any more.
    pub fn write_until(&mut self, tx: &mut Tx<'_>, time: DateTime<Utc>) -> app::Result<()> {
        while self.waiting.peek().is_some_and(|Reverse(it)| it.at < time) {
            let Some(Reverse(it)) = self.waiting.pop() else { break };
            self.write(tx, &it)?;
        }
        Ok(())
    }

    fn write(&mut self, tx: &mut Tx<'_>, it: &Waiting) -> app::Result<()> {
        let (kind, details) = it.event.row().map_err(|cause| Error::from(diesel::result::Error::SerializationError(cause.into())))?;
        self.last += 1;
        let link = Link { id: self.last, at: it.at, actor: it.actor, on_behalf_of: None, record: Some(it.record), kind: &kind, details: &details };
        let hash = link.hash(&self.head);
        let previous = std::mem::replace(&mut self.head, hash.clone());
        Ok(self.batch.push(tx, EventRow { id: self.last, at: it.at, actor_id: it.actor, record_id: Some(it.record), kind, details, previous, hash })?)
    }

    /// Writes the rest, and lets the application continue behind it.
    pub fn end(mut self, tx: &mut Tx<'_>) -> app::Result<()> {
        self.write_until(tx, DateTime::<Utc>::MAX_UTC)?;
        self.batch.flush(tx)?;
        Ok(bulk::set_head(tx, self.last, &self.head)?)
    }
}
