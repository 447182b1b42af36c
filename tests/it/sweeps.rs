//! Several instances sweep the same deadlines over sixty days of random work: every stage is told exactly once, and none is missed.
//!
//! What is to be expected is reckoned here anew, from minutes counted one by one.

use crate::support::{TestApp, given, noon};
use chrono::{DateTime, Datelike, Duration, Timelike, Utc};
use diesel::prelude::*;
use slipway::app::records::{Edit, edit};
use slipway::app::{Error, deadlines, tasks};
use slipway::domain::ids::{RecordId, TaskId};
use slipway::domain::people::{Actor, Role};
use slipway::domain::tasks::TaskStep;
use slipway::store::records::Window;
use slipway::store::schema::notices;
use slipway::store::tasks::Plan;
use slipway::store::{Db, db};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

const DAYS: i64 = 60;

/// Working minutes before each minute since the stories' noon: Monday to Friday, 9 to 17, UTC.
static WORKED: LazyLock<Vec<i64>> = LazyLock::new(|| {
    let mut sum = 0;
    (0..200 * 1440)
        .map(|minute| {
            let before = sum;
            let time = noon() + Duration::minutes(minute);
            sum += i64::from(works(time) && (9..17).contains(&time.hour()));
            before
        })
        .collect()
});

fn works(time: DateTime<Utc>) -> bool {
    time.weekday().number_from_monday() <= 5
}

fn minute(time: DateTime<Utc>) -> usize {
    usize::try_from((time - noon()).num_minutes()).expect("not before the story begins")
}

/// So many working days later, at the same time of day.
fn days_later(time: DateTime<Utc>, days: u32) -> DateTime<Utc> {
    let mut at = time;
    while !works(at) {
        at += Duration::days(1);
    }
    for _ in 0..days {
        at += Duration::days(1);
        while !works(at) {
            at += Duration::days(1);
        }
    }
    at
}

/// A deadline as this test knows it: from when it counts, when it is due, how many stages are behind it.
#[derive(Clone, Copy)]
struct Known {
    /// One that was done with and comes back is another row.
    row: usize,
    from: DateTime<Utc>,
    due: DateTime<Utc>,
    behind: usize,
}

const STAGES: [&str; 8] = ["due_soon", "missed", "escalated", "first_repeat", "second_repeat", "third_repeat", "fourth_repeat", "last_repeat"];

impl Known {
    fn has_come(&self, stage: usize, now: DateTime<Utc>) -> bool {
        match stage {
            0 if now >= self.due => true,
            0 if now < self.from => false,
            0 => {
                let between = |to| WORKED[minute(to)] - WORKED[minute(self.from)];
                let whole = between(self.due);
                if whole > 0 { between(now) * 4 >= whole * 3 } else { (now - self.from) * 4 >= (self.due - self.from) * 3 }
            }
            1 => now >= self.due,
            late => now >= days_later(self.due, [1, 2, 4, 8, 16, 32][late - 2]),
        }
    }

    /// The latest stage that is to be told now.
    fn tell(&mut self, now: DateTime<Utc>) -> Option<usize> {
        let latest = (self.behind..STAGES.len()).rev().find(|it| self.has_come(*it, now))?;
        self.behind = latest + 1;
        Some(latest)
    }
}

/// Numbers that look like chance, and are the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    Phase(RecordId),
    Start(RecordId),
    End(RecordId),
    Task(TaskId),
}

struct World<'a> {
    app: &'a TestApp,
    records: Vec<RecordId>,
    tasks: Vec<(TaskId, DateTime<Utc>, bool)>,
    known: BTreeMap<What, Known>,
    dice: Dice,
    rows: usize,
    /// Row, due time and stage of all that was to be told. What moves there and back is not told again.
    expected: BTreeSet<(usize, DateTime<Utc>, &'static str)>,
    /// How often a stage came up.
    turns: usize,
}

impl World<'_> {
    fn set(&mut self, what: What, from: DateTime<Utc>, due: DateTime<Utc>) {
        let before = self.known.get(&what).copied();
        if before.is_none_or(|it| it.due != due) {
            self.rows += 1;
            let row = before.map_or(self.rows, |it| it.row);
            self.known.insert(what, Known { row, from, due, behind: 0 });
        }
    }

    /// Whole minutes, within some weeks of now, some of them past.
    fn some_time(&mut self) -> DateTime<Utc> {
        self.app.clock.now() + Duration::minutes(self.dice.below(20 * 1440) as i64 - 2 * 1440)
    }

    fn some_work(&mut self) {
        let now = self.app.clock.now();
        let at = self.dice.below(self.tasks.len() as u64) as usize;
        let (id, due, open) = self.tasks[at];
        match self.dice.below(4) {
            0 if open => {
                self.app.act(|tx| tasks::step(tx, id, TaskStep::Complete, "")).expect("done");
                self.known.remove(&What::Task(id));
                self.tasks[at].2 = false;
            }
            0 => {
                self.app.act(|tx| tasks::step(tx, id, TaskStep::Reopen, "")).expect("reopened");
                self.set(What::Task(id), now, due);
                self.tasks[at].2 = true;
            }
            1 | 2 if open => {
                let days = self.dice.below(12) as i64 - 4;
                if days != 0 && self.app.act(|tx| tasks::shift(tx, id, days)).expect("shifted") {
                    let moved = self.app.read(|conn| slipway::store::tasks::find(conn, id)).due_at.expect("it is due");
                    self.tasks[at].1 = moved;
                    self.set(What::Task(id), now, moved);
                }
            }
            _ => {
                let record = self.records[self.dice.below(self.records.len() as u64) as usize];
                let start = self.some_time();
                let end = start + Duration::minutes(1 + self.dice.below(1000) as i64);
                let seen = given::sheet(self.app, record).full.record.version;
                let window = Window { planned_start: Some(start), planned_end: Some(end) };
                self.app.act(|tx| edit(tx, record, seen, &Edit::Window(window.clone()))).expect("moved");
                self.set(What::Start(record), now, start);
                // The window of an end begins at its start, wherever that lies; nothing counts before the story.
                self.set(What::End(record), start.max(noon()), end);
            }
        }
    }

    fn expect(&mut self) {
        let now = self.app.clock.now();
        for it in self.known.values_mut() {
            if let Some(stage) = it.tell(now) {
                self.expected.insert((it.row, it.due, STAGES[stage]));
                self.turns += 1;
            }
        }
    }
}

fn open(app: &TestApp) -> Db {
    let seconds = std::time::Duration::from_secs;
    let settings = db::Settings { url: app.database_url(), connections: 1, wait: seconds(20), statement_timeout: seconds(20) };
    Db::open(settings, app.clock.clone()).expect("it opens")
}

/// All sweep at the same time, in small pieces, until nothing is due. Returns how many deadlines were seen to.
fn sweep(instances: &[Db]) -> usize {
    let until_done = |db: &Db| {
        let mut seen = 0;
        loop {
            match db.write_by_database_time::<_, Error>(Actor::slipway(), |tx| deadlines::sweep(tx, 3)).expect("swept") {
                0 => return seen,
                more => seen += more,
            }
        }
    };
    std::thread::scope(|scope| {
        let all: Vec<_> = instances.iter().map(|db| scope.spawn(move || until_done(db))).collect();
        all.into_iter().map(|it| it.join().expect("no instance breaks")).sum()
    })
}

fn sixty_days(app: &TestApp, instances: usize, seed: u64) {
    let cora = given::user(app, "Cora", &[Role::Contributor]);
    let mut world =
        World { app, records: Vec::new(), tasks: Vec::new(), known: BTreeMap::new(), dice: Dice(seed), rows: 0, expected: BTreeSet::new(), turns: 0 };
    for nth in 0..8 {
        let record = given::release(app, &format!("Service {nth}")).registered();
        let due = given::sheet(app, record).full.record.phase_due_at.expect("it is due");
        world.set(What::Phase(record), app.clock.now(), due);
        world.records.push(record);
        for task in 0..4 {
            let due = world.some_time();
            let title = format!("Task {task}");
            let plan = Plan { phase: "assess".into(), title, due_at: Some(due), assignee_id: Some(cora.id), mandatory: true, ..Plan::default() };
            let id = app.act(|tx| tasks::add(tx, record, &plan, &[])).expect("added");
            world.set(What::Task(id), app.clock.now(), due);
            world.tasks.push((id, due, true));
        }
    }
    let databases: Vec<Db> = (0..instances).map(|_| open(app)).collect();
    let mut seen = 0;
    let mut day = 0;
    while app.clock.now() < noon() + Duration::days(DAYS) {
        let hours = if world.dice.below(12) == 0 { 70 } else { 1 + world.dice.below(14) };
        app.clock.advance(Duration::hours(hours as i64));
        for _ in 0..world.dice.below(4) {
            world.some_work();
        }
        world.expect();
        seen += sweep(&databases);
        day += 1;
    }
    let told: Vec<String> = app.read(|conn| notices::table.select(notices::occurrence).distinct().load(conn));
    let mut found: BTreeMap<(DateTime<Utc>, &'static str), usize> = BTreeMap::new();
    for it in &told {
        let parts: Vec<&str> = it.split(':').collect();
        let due = DateTime::from_timestamp_micros(parts[1].parse().expect("a time")).expect("a time");
        *found.entry((due, STAGES.iter().find(|stage| **stage == parts[2]).expect("a stage"))).or_default() += 1;
    }
    let mut expected: BTreeMap<(DateTime<Utc>, &'static str), usize> = BTreeMap::new();
    for (_, due, stage) in &world.expected {
        *expected.entry((*due, *stage)).or_default() += 1;
    }
    let all: BTreeSet<_> = found.keys().chain(expected.keys()).copied().collect();
    let wrong: Vec<String> = all
        .into_iter()
        .filter(|it| found.get(it) != expected.get(it))
        .map(|it| format!("{} {}: told {:?}, expected {:?}", it.0, it.1, found.get(&it), expected.get(&it)))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(seen, world.turns, "no deadline was taken up for nothing, or twice");
    assert!(told.len() > 300 && day > 100, "{} stages were told in {day} turns", told.len());
}

#[tokio::test]
async fn two_instances_tell_each_stage_once_over_sixty_days() {
    let app = TestApp::start().await;
    sixty_days(&app, 2, 1);
}

#[tokio::test]
async fn three_instances_tell_each_stage_once_over_sixty_days() {
    let app = TestApp::start().await;
    sixty_days(&app, 3, 2);
}
