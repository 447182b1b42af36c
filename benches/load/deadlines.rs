//! What a sweep of due deadlines costs when there are many others: it reads what is due, and leaves the rest alone.

use crate::fill::{self, Outcome};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use slipway::app::{Error, deadlines};
use slipway::domain::people::Actor;
use slipway::store::Db;
use slipway::store::embedded::Server;
use std::io::Write;
use std::time::{Duration, Instant};

const DUE: usize = 1000;
const FEW: i64 = 10_000;
const MANY: i64 = 1_000_000;
const ROUNDS: usize = 7;
const MOST: f64 = 1.5;

/// An installation with so many open deadlines.
struct Place {
    db: Db,
    conn: PgConnection,
}

#[derive(Clone, Copy)]
struct Cost {
    rows: i64,
    time: Duration,
}

#[derive(QueryableByName)]
struct Read {
    #[diesel(sql_type = BigInt)]
    rows: i64,
}

/// The same 1,000 due among few and among many, in turns.
pub fn measure(server: &Server, short: &mut Vec<String>) -> Outcome<()> {
    let mut out = std::io::stdout();
    let mut places = [Place::build(server, "sweep_few", FEW)?, Place::build(server, "sweep_many", MANY)?];
    let (mut few, mut many) = (Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        let [first, second] = &mut places;
        let costs = (first.sweep()?, second.sweep()?);
        // The first round warms up.
        if round > 0 {
            few.push(costs.0);
            many.push(costs.1);
        }
    }
    let (few, many) = (median(few), median(many));
    writeln!(out, "\nsweep of {DUE} due      rows read     ms      (median of {ROUNDS})")?;
    for (name, cost) in [(FEW, few), (MANY, many)] {
        writeln!(out, "among {name:>9} {:>14} {:>6.0}", cost.rows, cost.time.as_secs_f64() * 1000.0)?;
    }
    let rows = many.rows as f64 / few.rows as f64;
    let time = many.time.as_secs_f64() / few.time.as_secs_f64();
    writeln!(out, "ratio           {rows:>14.2} {time:>6.2}")?;
    for (what, ratio) in [("rows read", rows), ("time", time)] {
        if ratio > MOST {
            short.push(format!("a sweep among {MANY} deadlines takes {ratio:.2} times the {what} of one among {FEW}, not {MOST}"));
        }
    }
    Ok(())
}

fn median(mut costs: Vec<Cost>) -> Cost {
    costs.sort_by_key(|it| it.time);
    let mut rows: Vec<i64> = costs.iter().map(|it| it.rows).collect();
    rows.sort_unstable();
    Cost { rows: rows[rows.len() / 2], time: costs[costs.len() / 2].time }
}

/// Rows of the deadlines that this connection has read and not yet reported.
fn read(conn: &mut PgConnection) -> QueryResult<i64> {
    let sum = "SELECT idx_tup_fetch + seq_tup_read AS rows FROM pg_stat_xact_user_tables WHERE relname = 'deadlines'";
    Ok(diesel::sql_query(sum).get_result::<Read>(conn)?.rows)
}

impl Place {
    fn build(server: &Server, name: &str, open: i64) -> Outcome<Place> {
        let (db, url) = fill::database(server, name, 1)?;
        fill::releases(&db, &url, 6000)?;
        let mut conn = PgConnection::establish(&url)?;
        conn.batch_execute(&format!(
            "TRUNCATE deadlines;
             INSERT INTO deadlines (record_id, subject, subject_id, starts_at, due_at, occurrence)
                 SELECT record_id, 'task', id, now() - interval '9 days', now() - interval '1 hour', 1
                 FROM tasks WHERE state IN ('planned', 'ready') ORDER BY id LIMIT {DUE};
             INSERT INTO deadlines (record_id, subject, subject_id, starts_at, due_at, occurrence, next_at)
                 SELECT (SELECT min(id) FROM records) + it % 8000, 'task', -it, now(), due, 0, due
                 FROM generate_series(1, {open} - {DUE}) it, LATERAL (SELECT now() + interval '1 day' + it % 40000 * interval '10 minutes' AS due) later;"
        ))?;
        conn.batch_execute("VACUUM ANALYZE deadlines")?;
        Ok(Place { db, conn })
    }

    /// Makes the same deadlines due again, and sweeps.
    fn sweep(&mut self) -> Outcome<Cost> {
        self.conn.batch_execute("TRUNCATE notices, mails CASCADE; UPDATE deadlines SET occurrence = 1, next_at = due_at WHERE subject_id > 0;")?;
        self.conn.batch_execute("VACUUM deadlines")?;
        let mut cost = Cost { rows: 0, time: Duration::ZERO };
        let mut seen = 0;
        loop {
            let start = Instant::now();
            let (some, rows) = self.db.write_by_database_time::<_, Error>(Actor::slipway(), |tx| {
                let before = read(tx.conn)?;
                let some = deadlines::sweep(tx, 200)?;
                Ok((some, read(tx.conn)? - before))
            })?;
            cost.time += start.elapsed();
            cost.rows += rows;
            seen += some;
            if some == 0 {
                break;
            }
        }
        if seen == DUE { Ok(cost) } else { Err(format!("{seen} deadlines were swept, not {DUE}").into()) }
    }
}
