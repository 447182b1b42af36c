//! An organisation of any size, to see how Slipway does with much: the same for the same seed and day, written with COPY in one transaction.
//!
//! Of the newest hundred thousand releases everything is there; of older ones the releases, their RFCs and tasks, and that they began and ended.

mod crew;
mod life;
mod log;
mod rounds;
mod telling;
mod versions;
mod words;
mod work;
mod writing;

use super::Refusal;
use super::times::Dice;
use crate::app::{self, Error};
use crate::domain::events::Event;
use crate::domain::ids::RecordId;
use crate::domain::people::Actor;
use crate::store::demo::{self, Holdings};
use crate::store::{Db, Tx, bulk, events, users};
use chrono::{DateTime, Duration, DurationRound, Utc};
use crew::Crew;
use log::Log;
use writing::{Size, Writing};

/// What is wished for.
#[derive(Clone, Copy, Debug)]
pub struct Order {
    pub releases: u64,
    pub seed: u64,
}

/// As many releases as one database is made for.
pub const MOST: u64 = 5_000_000;
/// So many of the newest have their whole history.
const WHOLE: u64 = 100_000;
/// At most so many rounds are opened, by the application's own action.
const ROUNDS: usize = 400;

/// How far it has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    Written(u64),
    /// Indexes and references still to be built.
    Building(usize),
    Analysing,
    Vacuuming,
}

/// What is filled with COPY, and so has no indexes meanwhile.
const TABLES: [&str; 19] = [
    "affected_items",
    "approval_contents",
    "approval_rounds",
    "approval_steps",
    "approvals",
    "confirmations",
    "deadlines",
    "events",
    "mails",
    "notices",
    "phase_visits",
    "records",
    "release_changes",
    "releases",
    "tasks",
    "task_predecessors",
    "waivers",
    "watchers",
    "attachments",
];

/// Fills an empty database. Either all of it is there afterwards, or nothing.
pub fn generate(db: &Db, order: Order, mut tell: impl FnMut(Progress)) -> anyhow::Result<()> {
    let held = db.read_now::<_, Error>(|conn| Ok(demo::holdings(conn)?))?;
    if held != Holdings::default() {
        return Err(Refusal::NotEmpty(held).into());
    }
    db.write_now::<_, Error>(Actor::slipway(), |tx| {
        let aside = bulk::set_aside(tx, &TABLES)?;
        let crew = Crew::hire(tx, order.releases)?;
        // Up to last midnight, so that it is the same all day.
        let now = tx.now;
        tx.now = midnight(now);
        let (asking, changes) = write(tx, &crew, order, &mut tell)?;
        tx.now = now;
        bulk::put_back(tx, &aside, |left| tell(Progress::Building(left)))?;
        bulk::continue_numbers(tx, &TABLES)?;
        tell(Progress::Analysing);
        bulk::analyze(tx, &TABLES)?;
        let releases = usize::try_from(order.releases).unwrap_or(usize::MAX);
        events::record(tx, None, &Event::DemoLoaded { releases, changes })?;
        ask(tx, &crew, &asking)
    })?;
    // Nobody wants the mails of years.
    db.write_now::<_, Error>(Actor::slipway(), |tx| app::notices::tell_since(tx, tx.now + Duration::days(1)))?;
    tell(Progress::Vacuuming);
    Ok(bulk::vacuum(db, &TABLES)?)
}

fn midnight(time: DateTime<Utc>) -> DateTime<Utc> {
    time.duration_trunc(Duration::days(1)).unwrap_or(time)
}

fn write(tx: &mut Tx<'_>, crew: &Crew, order: Order, tell: &mut impl FnMut(Progress)) -> app::Result<(Vec<RecordId>, usize)> {
    let log = Log::begin(tx)?;
    let mut writing = Writing::begin(crew, log);
    let mut changes = 0;
    for nth in 0..order.releases {
        let mut dice = Dice::numbered(order.seed, nth);
        let start = started(order.releases, nth, tx.now);
        writing.log.write_until(tx, start)?;
        let size = size(order.releases, nth);
        changes += size.changes;
        writing.release(tx, start, size, &mut dice)?;
        if (nth + 1) % 1000 == 0 {
            tell(Progress::Written(nth + 1));
        }
    }
    Ok((writing.end(tx)?, changes))
}

/// When the release with this number was registered: evenly over the years, the last one an hour ago. The more there are, the longer it took.
fn started(releases: u64, nth: u64, now: DateTime<Utc>) -> DateTime<Utc> {
    let days = ((releases as f64).log10() * 730.0 - 1460.0).clamp(365.0, 3650.0);
    let ago = days * 86_400.0 * (releases - nth - 1) as f64 / releases as f64;
    now - Duration::hours(1) - Duration::seconds(ago as i64)
}

/// Most have ten tasks and three RFCs. One in a hundred is a programme, and so is every fourth of the newest.
fn size(releases: u64, nth: u64) -> Size {
    let newest = releases - nth <= 64 && nth.is_multiple_of(4);
    let whole = releases - nth <= WHOLE;
    if newest || nth % 100 == 50 { Size { tasks: 100, changes: 20, whole } } else { Size { tasks: 10, changes: 3, whole } }
}

/// Opens rounds in the name of a release manager, as somebody would; the newest first.
fn ask(tx: &mut Tx<'_>, crew: &Crew, asking: &[RecordId]) -> app::Result<()> {
    let Some(manager) = crew.managers.first() else { return Ok(()) };
    let Some(actor) = users::actor(tx.conn, manager.id)? else { return Ok(()) };
    tx.actor = actor;
    asking.iter().rev().take(ROUNDS).try_for_each(|id| app::approvals::ask(tx, *id))
}
