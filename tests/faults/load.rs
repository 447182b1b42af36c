//! People at work: mixed reads and writes, each acknowledged write kept as a fact that must be found in the database afterwards.

use crate::visitor::{Reply, Visitor};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;

/// After something went wrong, people wait a moment.
const BREATH: Duration = Duration::from_millis(50);

/// One of those at work, and what they work on: nobody else touches it.
#[derive(Clone)]
pub struct Worker {
    pub name: String,
    pub visitor: Visitor,
    /// The kind of RFC that they register.
    pub category: i64,
    /// An RFC, whose title they edit.
    pub change: i64,
    /// A release, to which they add tasks, and for which they ask approval.
    pub release: i64,
    /// Who gets the tasks.
    pub assignee: i64,
}

/// Something that was acknowledged, as a query that must answer true.
pub struct Fact {
    pub what: String,
    pub sql: String,
}

/// What one worker, or all of them, went through.
#[derive(Default)]
pub struct Diary {
    pub facts: Vec<Fact>,
    pub acknowledged: u64,
    /// Answers by status; 0 is none at all.
    pub answers: BTreeMap<u16, u64>,
    /// What must never happen.
    pub wrong: Vec<String>,
    /// The longest that anybody waited for an answer.
    pub longest: Duration,
}

/// How it goes, while it goes.
#[derive(Default)]
struct Progress {
    stop: AtomicBool,
    done: AtomicU64,
}

pub struct Load {
    progress: Arc<Progress>,
    workers: Vec<JoinHandle<()>>,
    diary: Arc<Mutex<Diary>>,
}

impl Load {
    pub fn begin(workers: &[Worker]) -> Load {
        let (progress, diary) = (Arc::new(Progress::default()), Arc::new(Mutex::new(Diary::default())));
        let begin = |it: &Worker| tokio::spawn(Day { worker: it.clone(), diary: diary.clone(), progress: progress.clone(), count: 0 }.work());
        let workers = workers.iter().map(begin).collect();
        Load { progress, workers, diary }
    }

    /// How many writes were acknowledged so far.
    pub fn done(&self) -> u64 {
        self.progress.done.load(Ordering::SeqCst)
    }

    /// Waits until so many more writes are acknowledged, and says how long that took.
    pub async fn wait_for(&self, more: u64) -> Duration {
        let (begun, goal) = (Instant::now(), self.done() + more);
        while self.done() < goal {
            assert!(begun.elapsed() < crate::SOON, "nothing is acknowledged any more: {:?}", self.answers());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        begun.elapsed()
    }

    pub fn answers(&self) -> BTreeMap<u16, u64> {
        self.diary.lock().unwrap_or_else(PoisonError::into_inner).answers.clone()
    }

    /// Lets everybody finish what they are at.
    pub async fn end(self) -> Diary {
        self.progress.stop.store(true, Ordering::SeqCst);
        for worker in self.workers {
            worker.await.expect("nobody breaks");
        }
        std::mem::take(&mut *self.diary.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A working day of one of them.
struct Day {
    worker: Worker,
    diary: Arc<Mutex<Diary>>,
    progress: Arc<Progress>,
    count: u64,
}

impl Day {
    async fn work(mut self) {
        while !self.progress.stop.load(Ordering::SeqCst) {
            self.count += 1;
            match self.count % 6 {
                0 => self.read().await,
                1 => self.register().await,
                2 => self.edit().await,
                3 | 4 => self.add_task().await,
                _ => self.ask().await,
            }
        }
    }

    async fn read(&self) {
        for path in ["/", "/releases", &format!("/releases/{}", self.worker.release)] {
            let begun = Instant::now();
            let reply = self.worker.visitor.get(path).await;
            self.note(&reply, begun).await;
        }
    }

    async fn register(&self) {
        let (title, category) = (format!("{} asks for {}", self.worker.name, self.count), self.worker.category.to_string());
        let reply = self.send("/changes/new", "/changes", &[("title", &title), ("category", &category)]).await;
        let id = reply.location.rsplit('/').next().unwrap_or_default();
        self.keep(&reply, &title, &format!("SELECT EXISTS (SELECT FROM records WHERE id::text = '{id}' AND title = '{title}') AS holds"));
    }

    /// Each title holds a greater number; only the last that was acknowledged, or one that was not, may stand there.
    async fn edit(&self) {
        let (id, title) = (self.worker.change, format!("Edited {:09}", self.count));
        let page = format!("/records/{id}/details");
        let reply = self.send(&format!("{page}/edit"), &page, &[("title", &title)]).await;
        self.keep(&reply, &title, &format!("SELECT EXISTS (SELECT FROM records WHERE id = {id} AND title >= '{title}') AS holds"));
    }

    /// Gives a task to somebody else and, every other time, does it at once.
    async fn add_task(&self) {
        let (release, assignee, title) = (self.worker.release, self.worker.assignee.to_string(), format!("Task {} of {}", self.count, self.worker.name));
        let page = format!("/records/{release}/tasks");
        let reply = self.send(&format!("{page}/new"), &page, &[("title", &title), ("assignee", &assignee), ("mandatory", "")]).await;
        let Some(id) = reply.location.strip_prefix("/tasks/").filter(|_| reply.is_done()) else { return };
        self.keep(&reply, &title, &format!("SELECT EXISTS (SELECT FROM tasks WHERE id = {id} AND title = '{title}') AS holds"));
        if self.count % 2 == 0 {
            let begun = Instant::now();
            let reply = self.worker.visitor.post(&format!("/tasks/{id}/state"), &[("step", "complete"), ("note", "")]).await;
            self.note(&reply, begun).await;
            self.keep(&reply, &title, &format!("SELECT EXISTS (SELECT FROM tasks WHERE id = {id} AND state = 'done') AS holds"));
        }
    }

    /// Asks for approval, and takes the question back.
    async fn ask(&self) {
        let release = self.worker.release;
        let (begun, rounds) = (Instant::now(), format!("/records/{release}/rounds"));
        let reply = self.worker.visitor.post(&rounds, &[]).await;
        self.note(&reply, begun).await;
        // Whoever was not told that an earlier question went through, or was taken back, finds that out now.
        let begun = Instant::now();
        let reply = self.worker.visitor.post(&format!("{rounds}/withdrawal"), &[("reason", &format!("Number {}", self.count))]).await;
        self.note(&reply, begun).await;
        let sql = format!(
            "SELECT EXISTS (SELECT FROM events WHERE record_id = {release} AND kind = 'round_withdrawn' AND details::text LIKE '%Number {}\"%') AS holds",
            self.count
        );
        self.keep(&reply, &format!("round {} of {release}", self.count), &sql);
    }

    async fn send(&self, page: &str, action: &str, fields: &[(&str, &str)]) -> Reply {
        let begun = Instant::now();
        let reply = self.worker.visitor.fill(page, action, fields).await;
        self.note(&reply, begun).await;
        reply
    }

    async fn note(&self, reply: &Reply, begun: Instant) {
        {
            let mut diary = self.diary.lock().unwrap_or_else(PoisonError::into_inner);
            *diary.answers.entry(reply.status).or_default() += 1;
            diary.longest = diary.longest.max(begun.elapsed());
            diary.wrong.extend(reply.fault());
        }
        if reply.status == 0 || reply.status >= 400 {
            tokio::time::sleep(BREATH).await;
        }
    }

    fn keep(&self, reply: &Reply, what: &str, sql: &str) {
        if reply.is_done() {
            let mut diary = self.diary.lock().unwrap_or_else(PoisonError::into_inner);
            diary.acknowledged += 1;
            diary.facts.push(Fact { what: what.to_owned(), sql: sql.to_owned() });
            self.progress.done.fetch_add(1, Ordering::SeqCst);
        }
    }
}
