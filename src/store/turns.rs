//! A fair queue before the database: callers wait in the order in which they came, for so long, and only so many.

use super::outage::Outage;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;
use std::time::{Duration, Instant};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::coop::unconstrained;

/// For each that has its turn, so many may wait; whoever comes then is sent away at once.
const QUEUE: usize = 250;

#[derive(Clone)]
pub(super) struct Turns {
    free: Arc<Semaphore>,
    waiting: Arc<AtomicUsize>,
    most: usize,
    wait: Duration,
}

/// One's turn, until it is dropped.
pub(super) struct Turn(#[expect(dead_code, reason = "held, not read")] OwnedSemaphorePermit);

/// A place in the queue.
struct Place<'a>(&'a AtomicUsize);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Turns {
    pub fn new(count: usize, wait: Duration) -> Turns {
        Turns { free: Arc::new(Semaphore::new(count)), waiting: Arc::default(), most: count * QUEUE, wait }
    }

    /// Waits for one's turn without a thread.
    pub async fn take(&self) -> Result<Turn, Outage> {
        let _place = self.queue_up()?;
        match tokio::time::timeout(self.wait, self.free.clone().acquire_owned()).await {
            Ok(Ok(permit)) => Ok(Turn(permit)),
            Ok(Err(_)) | Err(_) => Err(Outage::Crowded(self.wait)),
        }
    }

    /// The same for callers that have a thread of their own, with a runtime around it or without.
    pub fn take_now(&self) -> Result<Turn, Outage> {
        let _place = self.queue_up()?;
        // Inside a task of tokio's, waiting would be counted against what that task may do in one go, and never end.
        match block_on(unconstrained(self.free.clone().acquire_owned()), Instant::now() + self.wait) {
            Some(Ok(permit)) => Ok(Turn(permit)),
            Some(Err(_)) | None => Err(Outage::Crowded(self.wait)),
        }
    }

    fn queue_up(&self) -> Result<Place<'_>, Outage> {
        let place = Place(&self.waiting);
        let before = self.waiting.fetch_add(1, Ordering::Relaxed);
        if before >= self.most { Err(Outage::Queue(before)) } else { Ok(place) }
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Lets this thread sleep until it is ready; none if that is too late.
fn block_on<F: Future>(future: F, until: Instant) -> Option<F::Output> {
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut context = Context::from_waker(&waker);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return Some(output);
        }
        let left = until.checked_duration_since(Instant::now())?;
        std::thread::park_timeout(left);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_finds_the_queue_full_is_sent_away_at_once_and_leaves_no_trace() {
        let turns = Turns { most: 1, ..Turns::new(1, Duration::from_millis(20)) };
        let turn = turns.take_now().expect("it is free");
        assert!(matches!(turns.take_now(), Err(Outage::Crowded(_))));
        let place = turns.queue_up().expect("nobody waits");
        assert!(matches!(turns.take_now(), Err(Outage::Queue(1))));
        drop((place, turn));
        turns.take_now().expect("it is free again");
    }

    #[tokio::test]
    async fn a_task_takes_as_many_turns_in_one_go_as_it_likes() {
        let turns = Turns::new(1, Duration::from_secs(1));
        for _ in 0..1000 {
            turns.take_now().expect("nobody else is there");
        }
    }

    #[test]
    fn a_thread_that_waits_goes_on_when_its_turn_comes() {
        let turns = Turns::new(1, Duration::from_secs(60));
        let turn = turns.take_now().expect("it is free");
        let waiting = std::thread::spawn({
            let turns = turns.clone();
            move || turns.take_now().map(drop)
        });
        drop(turn);
        waiting.join().expect("it ends").expect("its turn came");
    }
}
