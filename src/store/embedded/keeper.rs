//! The thread that keeps the server running: starts it, starts it again when it dies, and stops it.
//!
//! One thread does all of it for two reasons: the kernel ties a child to the *thread* that started it, so that thread
//! must live as long as the server; and whoever signals a process must be the one who waits for it, or the number
//! may be another's by then. Dropping the sender of its channel is the order to stop.

use std::process::Child;
use std::sync::mpsc::{self, Receiver, RecvError, Sender};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::cluster;
use super::error::EmbeddedError;
use super::launch::{Plan, STEP, shut_down, told_to_stop};

/// How long a server must have lived for its next death to be a new story.
const STEADY: Duration = Duration::from_secs(60);

/// The handle of the thread that keeps the server running.
#[derive(Debug)]
pub(super) struct Keeper {
    orders: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
    status: Arc<Status>,
}

/// What the keeper's thread tells the others.
#[derive(Debug, Default)]
struct Status {
    now: Mutex<Now>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Now {
    pid: Option<u32>,
    starts: u32,
}

impl Keeper {
    /// Starts the thread, and waits until it has the server ready or knows why not.
    pub(super) fn start(plan: Plan) -> Result<Self, EmbeddedError> {
        let (orders, received) = mpsc::channel();
        let (tell, first) = mpsc::channel();
        let status = Arc::new(Status::default());
        let shared = Arc::clone(&status);
        let program = plan.program.clone();
        let spawned = thread::Builder::new().name("postgres-keeper".to_owned()).spawn(move || {
            match plan.launch(&received) {
                Ok(Some(child)) => {
                    shared.up(child.id());
                    tell.send(Ok(())).ok();
                    keep(&plan, child, &received, &shared);
                }
                Ok(None) => {}
                Err(error) => {
                    tell.send(Err(error)).ok();
                }
            };
        });
        let thread = spawned.map_err(|source| cluster::not_run(&program, None, source))?;
        let keeper = Self { orders: Some(orders), thread: Some(thread), status };
        match first.recv() {
            Ok(result) => result.map(|()| keeper),
            // The thread ended without a word: it panicked.
            Err(RecvError) => Err(cluster::not_run(&program, None, std::io::Error::other("its thread broke"))),
        }
    }

    pub(super) fn pid(&self) -> Option<u32> {
        self.status.lock().pid
    }

    pub(super) fn starts(&self) -> u32 {
        self.status.lock().starts
    }

    pub(super) fn wait_for_start(&self, count: u32, limit: Duration) -> bool {
        let waiting = |now: &mut Now| now.pid.is_none() || now.starts < count;
        let waited = self.status.changed.wait_timeout_while(self.status.lock(), limit, waiting);
        !waited.unwrap_or_else(PoisonError::into_inner).1.timed_out()
    }

    /// Stops the server and waits for it; once stopped, does nothing.
    pub(super) fn stop(&mut self) {
        drop(self.orders.take());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread that keeps PostgreSQL running broke");
        }
    }
}

impl Status {
    fn lock(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn up(&self, pid: u32) {
        let mut now = self.lock();
        now.pid = Some(pid);
        now.starts = now.starts.saturating_add(1);
        self.changed.notify_all();
    }

    fn down(&self) {
        self.lock().pid = None;
    }
}

/// Runs until the order to stop: waits for the server to die, and starts it again.
fn keep(plan: &Plan, mut child: Child, orders: &Receiver<()>, status: &Status) {
    let mut failures = 0;
    loop {
        let since = Instant::now();
        while !matches!(child.try_wait(), Ok(Some(_))) {
            if told_to_stop(orders, STEP) {
                status.down();
                shut_down(&mut child);
                return;
            }
        }
        status.down();
        tracing::error!(log = %plan.log.display(), "PostgreSQL ended by itself; starting it again");
        if since.elapsed() > STEADY {
            failures = 0;
        }
        child = loop {
            if told_to_stop(orders, pause_after(failures)) {
                return;
            }
            failures += 1;
            match plan.launch(orders) {
                Ok(Some(child)) => break child,
                Ok(None) => return,
                Err(error) => tracing::error!(%error, failures, "PostgreSQL did not start again"),
            }
        };
        status.up(child.id());
        tracing::info!("PostgreSQL is ready again");
    }
}

/// How long to wait before the next attempt: none at first, then doubling from 0.1 s to half a minute.
fn pause_after(failures: u32) -> Duration {
    match failures {
        0 => Duration::ZERO,
        failures => Duration::from_millis(100 << (failures - 1).min(9)).min(Duration::from_secs(30)),
    }
}
