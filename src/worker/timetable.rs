//! All recurring work, on one page. Several instances may do the same at once, so each piece must stand that.

use crate::app;
use crate::app::surveys::inviting;
use crate::config::Config;
use crate::domain::people::Actor;
use crate::store::{Db, events};
use std::time::Duration;

/// One piece of work. It runs on a thread where it may block.
pub struct Entry {
    pub name: &'static str,
    pub every: Duration,
    pub work: fn(&Db, &Config) -> app::Result<()>,
}

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
/// How often the next of anything is looked for.
const SOON: Duration = Duration::from_secs(15);
const HOUR: Duration = Duration::from_secs(3600);

pub const TIMETABLE: &[Entry] = &[
    Entry { name: "tell whom it concerns what happened", every: SECOND, work: |db, _| tell(db) },
    Entry {
        name: "ask those who stand in for somebody",
        every: MINUTE,
        work: |db, _| db.write_now(Actor::slipway(), |tx| app::notices::substitutes::ask(tx, 200).map(drop)),
    },
    Entry {
        name: "cancel the mails that ask for answers nobody needs",
        every: MINUTE,
        work: |db, _| db.write_now(Actor::slipway(), |tx| app::mails::cancel_settled(tx).map(drop)),
    },
    Entry {
        name: "make the daily digests",
        every: MINUTE,
        work: |db, _| db.write_now(Actor::slipway(), |tx| app::notices::reading::make_digests(tx).map(drop)),
    },
    Entry { name: "invite people to surveys, and remind them", every: SOON, work: |db, _| ask_by_mail(db) },
    Entry { name: "note the checkpoint of the activity log", every: HOUR, work: |db, _| note_checkpoint(db) },
    Entry { name: "tell missed deadlines", every: SOON, work: |db, _| sweep_deadlines(db) },
    Entry { name: "open and close surveys by their dates", every: SOON, work: |db, _| keep_survey_dates(db) },
    Entry { name: "clear away ended sessions", every: HOUR, work: clear_sessions },
    Entry { name: "clear away files that belong to no attachment", every: HOUR, work: clear_files },
];

/// Tells all that happened up to now, some events at a time.
pub fn tell(db: &Db) -> app::Result<()> {
    const AT_ONCE: i64 = 200;
    while db.write_now(Actor::slipway(), |tx| app::notices::tell(tx, AT_ONCE))? > 0 {}
    Ok(())
}

fn clear_sessions(db: &Db, config: &Config) -> app::Result<()> {
    let limits = app::sessions::Limits::of(config);
    db.write_now(Actor::slipway(), |tx| app::sessions::clear_ended(tx, limits).map(drop))
}

fn clear_files(db: &Db, config: &Config) -> app::Result<()> {
    let gone = app::attachments::clearing::clear(db, &app::attachments::Storage::of(config))?;
    if gone > 0 {
        tracing::info!(files = gone, "files that belonged to no attachment are gone");
    }
    Ok(())
}

/// Goes on until nothing is due, in pieces, so that no transaction lasts long.
fn sweep_deadlines(db: &Db) -> app::Result<()> {
    while db.write_by_database_time(Actor::slipway(), |tx| app::deadlines::sweep(tx, 200))? > 0 {}
    Ok(())
}

/// Each survey in a transaction of its own: one that cannot be opened keeps no other from it.
pub fn keep_survey_dates(db: &Db) -> app::Result<()> {
    let now = db.clock.now();
    for id in db.read_now(|conn| app::surveys::opening::due(conn, now, 200))? {
        if let Err(cause) = db.write_now(Actor::slipway(), |tx| app::surveys::opening::by_date(tx, id)) {
            tracing::error!(%cause, survey = %id, "a survey could not be opened or closed by its date");
        }
    }
    Ok(())
}

/// Goes on until everybody is asked, some at a time: a survey may have fifty thousand of them.
pub fn ask_by_mail(db: &Db) -> app::Result<()> {
    while db.write_by_database_time(Actor::slipway(), |tx| inviting::invite(tx, inviting::AT_ONCE))? > 0 {}
    while db.write_by_database_time(Actor::slipway(), |tx| inviting::remind(tx, inviting::AT_ONCE))? > 0 {}
    Ok(())
}

/// Writes into the program's log how far the activity log reaches: what is kept there, `slipway audit verify --expect` checks later.
pub fn note_checkpoint(db: &Db) -> app::Result<()> {
    let checkpoint = db.read_now::<_, app::Error>(|conn| Ok(events::checkpoint(conn)?))?;
    tracing::info!(%checkpoint, "the activity log reaches up to here");
    Ok(())
}
