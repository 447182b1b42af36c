//! Does what recurs, and sends mails, beside the server, until it is told to stop.

pub mod moving;
pub mod sending;
pub mod timetable;

use crate::config::Config;
use crate::mail::Unusable;
use crate::store::Db;
use sending::Sender;
use std::sync::Arc;
use timetable::{Entry, TIMETABLE};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::MissedTickBehavior;

/// The running work: a task for each line of the timetable, and the sender.
pub struct Worker {
    order: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

impl Worker {
    /// Starts the sender and everything on the timetable; what is on it runs once right away.
    pub fn start(db: &Db, config: &Config) -> Result<Worker, Unusable> {
        let (order, ordered) = watch::channel(false);
        let sender = Sender::new(db, config)?;
        let config = Arc::new(config.clone());
        let mut tasks: Vec<_> = TIMETABLE.iter().map(|entry| tokio::spawn(repeat(entry, db.clone(), config.clone(), ordered.clone()))).collect();
        tasks.push(tokio::spawn(sender.run(ordered)));
        Ok(Worker { order, tasks })
    }

    /// Lets what is running come to its end, and starts nothing more.
    pub async fn stop(self) {
        self.order.send_replace(true);
        for task in self.tasks {
            // A task that broke has said so itself.
            task.await.ok();
        }
    }
}

async fn repeat(entry: &'static Entry, db: Db, config: Arc<Config>, mut stop: watch::Receiver<bool>) {
    let mut ticks = tokio::time::interval(entry.every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = stop.wait_for(|told| *told) => return,
            _ = ticks.tick() => {}
        }
        let (db, config) = (db.clone(), config.clone());
        match tokio::task::spawn_blocking(move || (entry.work)(&db, &config)).await {
            Ok(Ok(())) => tracing::debug!(work = entry.name, "done"),
            Ok(Err(cause)) => tracing::error!(work = entry.name, %cause, "failed; it is tried again at its next time"),
            Err(cause) => tracing::error!(work = entry.name, %cause, "broke; it is tried again at its next time"),
        }
    }
}
