//! What it costs to invite fifty thousand people to one survey: the time for each, and the memory, against a survey of five hundred.

use crate::fill::{self, Outcome};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use slipway::store::embedded::Server;
use slipway::worker::timetable::ask_by_mail;
use std::io::Write;
use std::time::Instant;

const FEW: i64 = 500;
const MANY: i64 = 50_000;
/// How much more memory the many may take, in MiB: a piece of them is in memory at a time, not all.
const MOST_MEMORY: i64 = 32;
/// How much longer each of the many may take than each of the few.
const MOST: f64 = 3.0;

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

pub fn measure(server: &Server, short: &mut Vec<String>) -> Outcome<()> {
    let (db, url) = fill::database(server, "invitations", 1)?;
    fill::releases(&db, &url, 1)?;
    let mut conn = PgConnection::establish(&url)?;
    let mut out = std::io::stdout();
    writeln!(out, "\ninvitations of one survey      ms    ms each    MiB at most")?;
    let mut seen = Vec::new();
    for people in [FEW, MANY] {
        lay(&mut conn, people)?;
        let begun = Instant::now();
        ask_by_mail(&db)?;
        let (time, memory) = (begun.elapsed().as_secs_f64() * 1000.0, peak()?);
        let each = time / people as f64;
        writeln!(out, "{people:>25} {time:>7.0} {each:>10.3} {memory:>14}")?;
        let queued =
            diesel::sql_query("SELECT count(*) AS count FROM mails WHERE kind = 'invitation' AND state = 'queued'").get_result::<Count>(&mut conn)?.count;
        if queued != people {
            short.push(format!("{queued} invitations were queued, not {people}"));
        }
        seen.push((each, memory));
    }
    let [(few, before), (many, after)] = seen[..] else { return Ok(()) };
    if after - before > MOST_MEMORY {
        short.push(format!("inviting {MANY} took {} MiB more than inviting {FEW}, not {MOST_MEMORY}", after - before));
    }
    if many > few * MOST {
        short.push(format!("each of {MANY} invitations takes {:.2} times the time of one among {FEW}, not {MOST}", many / few));
    }
    Ok(())
}

/// An open survey of so many people, and nothing else.
fn lay(conn: &mut PgConnection, people: i64) -> Outcome<()> {
    Ok(conn.batch_execute(&format!(
        "TRUNCATE surveys, mails CASCADE;
         WITH survey AS (INSERT INTO surveys (record_id, moment, title, state, created_at, created_by)
             SELECT min(record_id), 'after_rollout', 'How it went', 'open', now(), 0 FROM releases RETURNING id)
         INSERT INTO survey_invitations (survey_id, audience, email) SELECT id, 'users', 'p' || n || '@example.org' FROM survey, generate_series(1, {people}) n;
         ANALYZE survey_invitations, surveys, mails"
    ))?)
}

/// The most memory that this process had so far, in MiB.
fn peak() -> Outcome<i64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|it| it.strip_prefix("VmHWM:")).ok_or("the system does not say")?;
    Ok(line.trim().trim_end_matches("kB").trim().parse::<i64>()? / 1024)
}
