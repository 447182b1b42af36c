//! Pages and actions among 1,000, 100,000 and 1,000,000 releases: against the bare handler in turns, and against PostgreSQL's own pgbench.

use crate::cases::{Case, PAGES, Page, Who};
use crate::client::{self, Figures, Target};
use crate::fill::{self, Outcome, Reader};
use crate::{count, limit, pgbench, program};
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use slipway::app::links::Keys;
use slipway::config::Config;
use slipway::domain::ids::UserId;
use slipway::store::embedded::Server;
use slipway::store::{Db, PgConnection};
use slipway::web::health::Draining;
use std::collections::BTreeMap;
use std::io::Write;
use std::net::{SocketAddr, TcpListener};
use std::time::{Duration, Instant};

const ROUNDS: usize = 2;
const SPAN: Duration = Duration::from_millis(800);
/// How much longer a page may take among most releases than among fewest, in the middle and by itself.
const MOST: f64 = 1.3;
/// How many times the middle the slowest hundredth may take, when sixteen ask.
const TAIL: f64 = 5.0;

/// Of each page, p50 by itself and how many kilobytes it is.
type Middles = BTreeMap<&'static str, (f64, f64)>;

/// A database of some size, and those who look into it.
struct Place<'c> {
    db: Db,
    /// The same with one connection, whose reading is counted.
    single: Db,
    url: String,
    config: &'c Config,
    keys: Keys,
    readers: [Reader; 3],
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

fn number(conn: &mut PgConnection, query: &str) -> QueryResult<i64> {
    Ok(diesel::sql_query(format!("SELECT ({query})::bigint AS number")).get_result::<Number>(conn)?.number)
}

impl<'c> Place<'c> {
    fn build(server: &Server, name: &str, releases: u64, config: &'c Config) -> Outcome<Place<'c>> {
        let (db, url) = fill::database(server, name, config.db_pool)?;
        fill::releases(&db, &url, releases)?;
        let mut conn = PgConnection::establish(&url)?;
        let mut reader = |query: &str| fill::reader(&db, config, UserId(number(&mut conn, query)?));
        let busy = "SELECT coordinator_id FROM records WHERE kind = 'release' AND state = 'open' GROUP BY 1 ORDER BY count(*) DESC LIMIT 1";
        let of_role = |role: &str| format!("SELECT min(user_id) FROM user_roles WHERE role = '{role}'");
        let readers = [reader(&of_role("release_manager"))?, reader(busy)?, reader(&of_role("administrator"))?];
        let single = fill::again(&url, 1)?;
        Ok(Place { db, single, url, config, keys: Keys::of(config), readers })
    }

    fn reader(&self, who: Who) -> &Reader {
        match who {
            Who::Manager => &self.readers[0],
            Who::Coordinator => &self.readers[1],
            Who::Administrator => &self.readers[2],
        }
    }

    fn cases(&self, page: &Page) -> Outcome<Vec<Case>> {
        (page.cases)(&self.db, self.reader(page.who).actor.id, &self.keys)
    }

    fn target(&self, page: &Page, address: SocketAddr, cases: &[Case]) -> Target {
        Target {
            address,
            requests: cases.iter().map(|it| it.request.clone()).collect(),
            cookie: self.reader(page.who).cookie.clone(),
            once: page.once,
            together: page.together,
            encodings: "",
        }
    }

    /// Statements and rows that a request takes, over some requests by one connection.
    async fn counted(&self, page: &Page) -> Outcome<(f64, f64)> {
        const MANY: usize = 12;
        let (address, handle) = self.serve(&self.single)?;
        let cases = self.cases(page)?;
        let target = self.target(page, address, &cases);
        let mut conn = PgConnection::establish(&self.url)?;
        let rows = "SELECT tup_returned + tup_fetched FROM pg_stat_database WHERE datname = current_database()";
        let settle = || actix_web::rt::time::sleep(Duration::from_millis(1100));
        client::once(&target, 0).await?;
        settle().await;
        client::once(&target, 1).await?;
        let before = number(&mut conn, rows)?;
        count::reset();
        for nth in 2..MANY + 2 {
            client::once(&target, nth).await?;
        }
        let statements = count::so_far() as f64 / MANY as f64;
        settle().await;
        client::once(&target, MANY + 2).await?;
        let read = (number(&mut conn, rows)? - before) as f64 / (MANY + 1) as f64;
        handle.stop(false).await;
        Ok((statements, read))
    }

    fn serve(&self, db: &Db) -> Outcome<(SocketAddr, actix_web::dev::ServerHandle)> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let server = slipway::web::server::start(listener, db.clone(), self.config, Draining::default(), slipway::mail::compose::sample)?;
        let handle = server.handle();
        actix_web::rt::spawn(server);
        Ok((address, handle))
    }

    /// Ours and the limit in turns, so that whatever else the machine does hits both.
    async fn compare(&self, page: &Page, connections: usize) -> Outcome<(Figures, Figures)> {
        let (mut ours, mut bare) = (Figures::default(), Figures::default());
        for _ in 0..ROUNDS {
            let (address, handle) = self.serve(&self.db)?;
            let answer = client::once(&self.target(page, address, &self.cases(page)?), 0).await?;
            let target = self.target(page, address, &self.cases(page)?);
            ours.merge(client::load(&target, connections, SPAN).await?);
            handle.stop(false).await;
            let listener = TcpListener::bind("127.0.0.1:0")?;
            let address = listener.local_addr()?;
            let cases = self.cases(page)?;
            let server = limit::serve(listener, self.db.clone(), answer, self.reader(page.who).clone(), &cases)?;
            let handle = server.handle();
            actix_web::rt::spawn(server);
            bare.merge(client::load(&self.target(page, address, &cases), connections, SPAN).await?);
            handle.stop(false).await;
        }
        Ok((ours, bare))
    }

    async fn measure(&self, server: &Server, named: &str, short: &mut Vec<String>) -> Outcome<Middles> {
        let mut out = std::io::stdout();
        writeln!(
            out,
            "{:<20} {:>5} {:>10} {:>9} {:>9} {:>9} {:>8} {:>9} {:>9} {:>9}",
            "", "conns", "requests/s", "of limit", "p50 ms", "p99 ms", "p99/p50", "of pgb.", "queries", "rows"
        )?;
        let mut middles = Middles::new();
        for page in PAGES.iter().filter(|it| it.name.contains(named)) {
            let (queries, rows) = self.counted(page).await?;
            for connections in [1, 16] {
                let (ours, bare) = self.compare(page, connections).await?;
                let bench = if page.once { None } else { pgbench::per_second(server, self, page, connections).await? };
                let (ratio, p50, p99) = (ours.per_second() / bare.per_second(), ours.milliseconds(0.5), ours.milliseconds(0.99));
                let of_bench = bench.map_or("–".to_owned(), |it| format!("{:.2}", ours.per_second() / it));
                writeln!(
                    out,
                    "{:<20} {:>5} {:>10.0} {ratio:>9.2} {p50:>9.2} {p99:>9.2} {:>8.1} {of_bench:>9} {queries:>9.0} {rows:>9.0}",
                    page.name,
                    ours.clients,
                    ours.per_second(),
                    ours.tail()
                )?;
                if page.least.is_some_and(|least| ratio < least) {
                    short.push(format!("{} at {connections} connections reaches {ratio:.2} of its limit, not 0.6", page.name));
                }
                if connections == 16 && ours.tail() > TAIL {
                    short.push(format!("{}: p99 is {:.1} times p50 at 16 connections, not {TAIL}", page.name, ours.tail()));
                }
                if connections == 1 {
                    middles.insert(page.name, (p50, ours.kilobytes()));
                }
            }
        }
        Ok(middles)
    }
}

impl pgbench::Served for Place<'_> {
    fn url(&self) -> &str {
        &self.url
    }

    /// Sends the first requests of a page, so that their statements stand in the server's log.
    async fn ask(&self, page: &Page) -> Outcome<usize> {
        let (address, handle) = self.serve(&self.single)?;
        let cases = self.cases(page)?;
        let target = self.target(page, address, &cases);
        let many = cases.len().min(4);
        for nth in 0..many {
            client::once(&target, nth).await?;
        }
        handle.stop(false).await;
        Ok(many)
    }
}

pub fn measure(server: &Server, config: &Config, sizes: &[u64], named: &str, short: &mut Vec<String>) -> Outcome<()> {
    let mut out = std::io::stdout();
    count::install();
    let mut middles: Vec<Middles> = Vec::new();
    for size in sizes {
        let (begun, name) = (Instant::now(), format!("scale_{size}"));
        let place = Place::build(server, &name, *size, config)?;
        writeln!(out, "\n{size} releases (written in {} s)", begun.elapsed().as_secs())?;
        middles.push(actix_web::rt::System::new().block_on(place.measure(server, named, short))?);
        let reader = place.reader(Who::Coordinator).cookie.clone();
        actix_web::rt::System::new().block_on(program::measure(&place.url, config, &reader, short))?;
        drop(place);
        fill::remove(server, &name)?;
    }
    let (Some(few), Some(many)) = (middles.first(), middles.last().filter(|_| middles.len() > 1)) else { return Ok(()) };
    writeln!(out, "\np50 by itself, of that among {} releases; how large the page is there and here (among few, a list may not fill its page)", sizes[0])?;
    for (name, (middle, size)) in many {
        let (before, size_before) = few.get(name).copied().unwrap_or((*middle, *size));
        let ratio = middle / before;
        writeln!(out, "{name:<20} {ratio:>6.2} {size_before:>8.1} kB {size:>8.1} kB")?;
        if ratio > MOST {
            short.push(format!("{name}: p50 among most is {ratio:.2} times that among fewest, not {MOST}"));
        }
    }
    Ok(())
}
