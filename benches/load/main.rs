//! `make bench`: how fast pages are, each as a ratio against a limit measured in the same run.
//!
//! The limit is a bare actix handler on the same server settings that makes the same calls to the store (so the same SQL on
//! the same rows), throws the rows away, and sends the bytes that the page had. What is between the two is ours: sessions' cookie,
//! routing, headers, rules and templates. Both sides look the session up in the database.

mod client;
mod count;
mod deadlines;
mod fill;
mod invitations;
mod limit;
mod mail;
mod results;

use client::{Figures, Target};
use slipway::clock::Clock;
use slipway::config::Config;
use slipway::store::{Db, db, embedded, migrations};
use slipway::web::health::Draining;
use std::io::Write;
use std::net::TcpListener;
use std::time::Duration;

const RELEASES: i64 = 10_000;
const ROUNDS: usize = 3;
const SPAN: Duration = Duration::from_secs(2);

#[derive(clap::Parser)]
struct Flags {
    #[command(flatten)]
    config: Config,
    /// Measure this part alone.
    part: Option<Part>,
    /// What cargo passes.
    #[arg(long)]
    bench: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    Pages,
    Deadlines,
    Mail,
    Results,
    Invitations,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let Flags { mut config, part, .. } = <Flags as clap::Parser>::parse();
    config.secret_key = Some("x".repeat(64));
    config.workers = Some(2);
    let folder = tempfile::tempdir()?;
    let server =
        embedded::start(&embedded::Settings { data_dir: folder.path().to_owned(), binaries: config.postgres_bin.clone(), quick: false, max_connections: 40 })?;
    let mut short = Vec::new();
    let wanted = |it| part.is_none_or(|part| part == it);
    if wanted(Part::Pages) {
        pages(&server.url(embedded::DATABASE), &config, &mut short)?;
    }
    if wanted(Part::Mail) {
        mails(&server.url(embedded::DATABASE), &config, !wanted(Part::Pages), &mut short)?;
    }
    if wanted(Part::Deadlines) {
        deadlines::measure(&server, &mut short)?;
    }
    if wanted(Part::Results) {
        results::measure(&server, &config, &mut short)?;
    }
    if wanted(Part::Invitations) {
        invitations::measure(&server, &mut short)?;
    }
    server.stop();
    if short.is_empty() { Ok(()) } else { Err(short.join("; ").into()) }
}

/// How fast pages are; what falls short of its limit is noted.
fn pages(url: &str, config: &Config, short: &mut Vec<String>) -> Result<(), Box<dyn std::error::Error>> {
    migrations::run(url)?;
    let settings = db::Settings { url: url.to_owned(), connections: config.db_pool, wait: Duration::from_secs(10), statement_timeout: Duration::from_secs(60) };
    count::install();
    let db = Db::open(settings, Clock::default())?;
    let mut out = std::io::stdout();
    fill::people(&db)?;
    fill::records(url, 100)?;
    let few = queries(&db, config)?;
    fill::records(url, RELEASES)?;
    writeln!(out, "filled {RELEASES} releases with 10 tasks, 3 RFCs and 30 events each")?;
    let many = queries(&db, config)?;
    writeln!(out, "\nqueries a page     at 100    at {RELEASES}")?;
    for ((name, at_few), (_, at_many)) in few.iter().zip(&many) {
        writeln!(out, "{name:<18} {at_few:>6} {at_many:>10}")?;
    }

    writeln!(out, "\npage                conns   requests/s   of limit      p50 ms     p99 ms   p99/p50   limit p99/p50")?;
    for page in limit::PAGES {
        for connections in [1, 16] {
            let (ours, bare) = compare(&db, config, page, connections)?;
            let ratio = ours.per_second() / bare.per_second();
            let name = page.name;
            writeln!(
                out,
                "{name:<18} {connections:>6} {:>12.0} {ratio:>10.2} {:>11.2} {:>10.2} {:>9.1} {:>15.1}",
                ours.per_second(),
                ours.milliseconds(0.5),
                ours.milliseconds(0.99),
                ours.tail(),
                bare.tail()
            )?;
            if name == "release page" && ratio < 0.5 {
                short.push(format!("{name} at {connections} connections reaches {ratio:.2} of its limit, not 0.5"));
            }
            if connections == 16 && ours.tail() > 10.0 {
                short.push(format!("{name}: p99 is {:.1} times p50 at 16 connections, not 10", ours.tail()));
            }
        }
    }
    Ok(())
}

/// How fast mails leave.
fn mails(url: &str, config: &Config, is_empty: bool, short: &mut Vec<String>) -> Result<(), Box<dyn std::error::Error>> {
    migrations::run(url)?;
    let settings = db::Settings { url: url.to_owned(), connections: config.db_pool, wait: Duration::from_secs(10), statement_timeout: Duration::from_secs(60) };
    let db = Db::open(settings, Clock::default())?;
    if is_empty {
        fill::people(&db)?;
    }
    short.extend(mail::run(&db, url, config)?);
    Ok(())
}

/// How many statements each page sends.
fn queries(db: &Db, config: &Config) -> Result<Vec<(&'static str, usize)>, Box<dyn std::error::Error>> {
    let system = actix_web::rt::System::new();
    system.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let server = slipway::web::server::start(listener, db.clone(), config, Draining::default(), slipway::mail::compose::sample)?;
        let handle = server.handle();
        actix_web::rt::spawn(server);
        let cookie = fill::cookie(db, config)?;
        let mut counts = Vec::new();
        for page in limit::PAGES {
            let target = Target { address, requests: page.requests(db)?, cookie: cookie.clone() };
            page.prepare(db)?;
            client::once(&target, 0).await?;
            count::reset();
            client::once(&target, 1).await?;
            counts.push((page.name, count::so_far()));
        }
        handle.stop(false).await;
        Ok(counts)
    })
}

/// Ours and the limit in turns, so that whatever else the machine does hits both.
fn compare(db: &Db, config: &Config, page: &'static limit::Page, connections: usize) -> Result<(Figures, Figures), Box<dyn std::error::Error>> {
    let (mut ours, mut bare) = (Figures::default(), Figures::default());
    let system = actix_web::rt::System::new();
    system.block_on(async {
        let (first, second) = (TcpListener::bind("127.0.0.1:0")?, TcpListener::bind("127.0.0.1:0")?);
        let (app_address, bare_address) = (first.local_addr()?, second.local_addr()?);
        let cookie = fill::cookie(db, config)?;
        let app = slipway::web::server::start(first, db.clone(), config, Draining::default(), slipway::mail::compose::sample)?;
        let app_handle = app.handle();
        actix_web::rt::spawn(app);
        let target = |address| -> Result<Target, Box<dyn std::error::Error>> { Ok(Target { address, requests: page.requests(db)?, cookie: cookie.clone() }) };
        let target_app = target(app_address)?;
        page.prepare(db)?;
        let answer = client::once(&target_app, 0).await?;
        let limit = limit::serve(second, db.clone(), answer, fill::key_of(db)?)?;
        let limit_handle = limit.handle();
        actix_web::rt::spawn(limit);
        let target_bare = target(bare_address)?;
        for _ in 0..ROUNDS {
            page.prepare(db)?;
            ours.merge(client::load(&target_app, connections, SPAN).await?);
            page.prepare(db)?;
            bare.merge(client::load(&target_bare, connections, SPAN).await?);
        }
        app_handle.stop(false).await;
        limit_handle.stop(false).await;
        Ok((ours, bare))
    })
}
