//! One run of a sender: mails are taken up, sent and noted side by side, so that none waits for another.

use super::{CONNECTIONS, LOOK, Ready, Sender};
use crate::app;
use crate::app::mails::{self, Tried};
use crate::domain::ids::MailId;
use crate::domain::mails::Fault;
use crate::domain::people::Actor;
use crate::mail::Server;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// With fewer ready to leave, more are taken up.
const FEW: usize = 250;

/// While one batch is written into the database, others are put into words.
const FETCHES: usize = 3;

/// A mail that could not be begun so long after it was taken up is left to whoever takes it up next, before its lease can end.
const LAST_BEGIN: Duration = Duration::from_secs(180);

/// Results are noted together: so many, or those of so long.
const NOTED: usize = 100;
const NOTED_WITHIN: Duration = Duration::from_millis(100);

/// Something that came to its end.
enum Done {
    Fetched(app::Result<Option<Vec<Ready>>>),
    Tried(Tried),
    Noted(Arc<Vec<Tried>>, app::Result<()>),
}

/// What a sender holds, what is on its way, what is to be noted.
pub(super) struct Run {
    sender: Sender,
    server: Server,
    until_empty: bool,
    tasks: JoinSet<Done>,
    leaving: usize,
    fetching: usize,
    noting: bool,
    ready: VecDeque<Ready>,
    tried: Vec<Tried>,
    /// When results are to be noted at the latest.
    note_at: Option<Instant>,
    /// When the outbox is looked into again: it was empty.
    look_at: Option<Instant>,
    /// The server refuses our credentials; what is taken up while that is being noted goes back.
    refused: bool,
}

impl Run {
    pub(super) fn new(sender: Sender, server: Server, until_empty: bool) -> Run {
        Run {
            sender,
            server,
            until_empty,
            tasks: JoinSet::new(),
            leaving: 0,
            fetching: 0,
            noting: false,
            ready: VecDeque::new(),
            tried: Vec::new(),
            note_at: None,
            look_at: None,
            refused: false,
        }
    }

    pub(super) async fn go(mut self, mut stop: watch::Receiver<bool>) {
        loop {
            let stopping = *stop.borrow();
            if stopping {
                self.give_back().await;
            } else {
                self.fetch();
                self.begin();
            }
            self.note();
            if self.tasks.is_empty() && self.tried.is_empty() && self.ready.is_empty() && (stopping || (self.until_empty && self.look_at.is_some())) {
                return;
            }
            let next = self.note_at.filter(|_| !self.noting).into_iter().chain(self.look_at.filter(|_| !stopping)).min();
            tokio::select! {
                Some(done) = self.tasks.join_next() => self.keep(done).await,
                () = tokio::time::sleep_until(next.unwrap_or_else(Instant::now)), if next.is_some() => {}
                () = told(&mut stop), if !stopping => {}
            }
        }
    }

    /// Takes more up, unless there is enough, or the outbox was empty just now.
    fn fetch(&mut self) {
        let most = if self.leaving > 0 { FETCHES } else { 1 };
        if self.fetching >= most || self.ready.len() >= FEW || self.look_at.is_some_and(|it| it > Instant::now()) {
            return;
        }
        self.fetching += 1;
        self.look_at = None;
        if self.fetching == 1 {
            self.refused = false;
        }
        let (sender, since) = (self.sender.clone(), Instant::now());
        self.tasks.spawn(async move {
            let it = sender.clone();
            Done::Fetched(sender.db.write(Actor::slipway(), move |tx| it.take_up(tx, since)).await)
        });
    }

    /// Puts mails on their way, as far as there are connections.
    fn begin(&mut self) {
        while self.leaving < CONNECTIONS
            && let Some(next) = self.ready.pop_front()
        {
            if next.since.elapsed() > LAST_BEGIN {
                continue;
            }
            self.leaving += 1;
            let (server, post) = (self.server.clone(), self.sender.post.clone());
            self.tasks.spawn(async move {
                let answer = server.send(&next.letter, &post).await.map_err(|it| (it.fault, it.words));
                Done::Tried(Tried { mail: next.id, lease: next.lease, tries: next.tries, probes: next.probes, answer })
            });
        }
    }

    /// Notes results, once there are many or the first has waited long enough.
    fn note(&mut self) {
        let due = self.tried.len() >= NOTED || self.note_at.is_some_and(|it| it <= Instant::now()) || self.leaving == 0;
        if self.noting || self.tried.is_empty() || !due {
            return;
        }
        self.noting = true;
        self.note_at = None;
        let (sender, tried) = (self.sender.clone(), Arc::new(std::mem::take(&mut self.tried)));
        self.tasks.spawn(async move {
            let noting = tried.clone();
            let noted = sender.db.write(Actor::slipway(), move |tx| mails::note(tx, &noting)).await;
            if noted.is_err() {
                tokio::time::sleep(LOOK).await;
            }
            Done::Noted(tried, noted)
        });
    }

    async fn keep(&mut self, done: Result<Done, tokio::task::JoinError>) {
        match done {
            Ok(Done::Fetched(taken)) => self.take(taken).await,
            Ok(Done::Tried(tried)) => self.tried(tried).await,
            Ok(Done::Noted(_, Ok(()))) => self.noting = false,
            Ok(Done::Noted(tried, Err(cause))) => {
                // If that never works the lease ends, and the mail is sent a second time, under the same name.
                tracing::error!(%cause, "what became of mails could not be noted; it is tried again");
                self.noting = false;
                self.tried.extend(Arc::into_inner(tried).unwrap_or_default());
                self.note_at = Some(Instant::now());
            }
            Err(cause) => {
                tracing::error!(%cause, "the sending of a mail broke; it is taken up again when its lease ends");
                self.leaving = self.leaving.saturating_sub(1);
            }
        }
    }

    async fn take(&mut self, taken: app::Result<Option<Vec<Ready>>>) {
        self.fetching -= 1;
        match taken {
            Ok(Some(taken)) => {
                self.ready.extend(taken);
                if self.refused {
                    self.give_back().await;
                }
            }
            Ok(None) => self.look_at = Some(Instant::now() + LOOK),
            Err(cause) => {
                tracing::error!(%cause, "mails could not be taken up; it is tried again");
                self.look_at = Some(Instant::now() + LOOK);
            }
        }
    }

    async fn tried(&mut self, tried: Tried) {
        self.leaving -= 1;
        let fault = tried.answer.as_ref().err().map(|(fault, _)| *fault);
        if let Err((_, words)) = &tried.answer {
            tracing::warn!(mail = %tried.mail, %words, "a mail did not leave");
        }
        self.tried.push(tried);
        self.note_at.get_or_insert_with(|| Instant::now() + NOTED_WITHIN);
        if fault == Some(Fault::Credentials) {
            // The others would only be refused as well. Not before the pause is noted are more taken up.
            self.refused = true;
            self.give_back().await;
            self.look_at = Some(Instant::now() + LOOK);
        }
    }

    /// What was taken up and not begun is there for everybody again.
    async fn give_back(&mut self) {
        let mut by_lease = BTreeMap::<i64, Vec<MailId>>::new();
        for it in self.ready.drain(..) {
            by_lease.entry(it.lease).or_default().push(it.id);
        }
        for (lease, ids) in by_lease {
            let released = self.sender.db.write(Actor::slipway(), move |tx| mails::release(tx, lease, &ids)).await;
            if let Err(cause) = released {
                tracing::warn!(%cause, "mails could not be given back; they are taken up again when their lease ends");
            }
        }
    }
}

/// Until it is time to stop.
async fn told(stop: &mut watch::Receiver<bool>) {
    // An error means that nobody is left to tell.
    stop.wait_for(|told| *told).await.ok();
}
