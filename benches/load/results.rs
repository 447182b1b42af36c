//! What the results of a survey cost when very many answered: hardly more than when few did, and no more memory.

use crate::client::{self, Request, Target};
use crate::count;
use crate::fill::{self, Outcome};
use actix_web::rt::System;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use slipway::config::Config;
use slipway::domain::ids::UserId;
use slipway::store::embedded::Server;
use slipway::web::health::Draining;
use std::io::Write;
use std::net::{SocketAddr, TcpListener};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const FEW: i64 = 500;
const MANY: i64 = 50_000;
const SPAN: Duration = Duration::from_secs(3);
/// How much more the page of many may cost.
const MOST: f64 = 3.0;
/// What a download of all answers may add to the memory of the process, in MB: far less than the answers are.
const ROOM: f64 = 16.0;

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = BigInt)]
    id: i64,
}

/// The page of a survey with many answers against that of one with few, in turns; then all answers as CSV.
pub fn measure(server: &Server, config: &Config, short: &mut Vec<String>) -> Outcome<()> {
    count::install();
    let (db, url) = fill::database(server, "results", config.db_pool)?;
    fill::releases(&db, &url, 100)?;
    let (few, many) = (survey(&url, FEW)?, survey(&url, MANY)?);
    let out = &mut std::io::stdout();
    System::new().block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let served = slipway::web::server::start(listener, db.clone(), config, Draining::default(), slipway::mail::compose::sample)?;
        let handle = served.handle();
        actix_web::rt::spawn(served);
        let cookie = fill::reader(&db, config, UserId(1))?.cookie;
        let target = |id: i64| Target {
            address,
            requests: vec![Request { path: format!("/surveys/{id}/results"), body: None }],
            cookie: cookie.clone(),
            once: false,
            together: 1,
            encodings: "",
        };
        let (of_few, of_many) = (target(few), target(many));
        let mut statements = Vec::new();
        for target in [&of_few, &of_many] {
            client::once(target, 0).await?;
            count::reset();
            client::once(target, 0).await?;
            statements.push(count::so_far());
        }
        let before = resident()?;
        let (mut quick, mut slow) = (client::Figures::default(), client::Figures::default());
        for _ in 0..3 {
            quick.merge(client::load(&of_few, 1, SPAN).await?);
            slow.merge(client::load(&of_many, 1, SPAN).await?);
        }
        let after = resident()?;
        let ratio = slow.milliseconds(0.5) / quick.milliseconds(0.5);
        writeln!(out, "\nresults of a survey  queries     p50 ms     p99 ms")?;
        for (answers, queries, figures) in [(FEW, statements[0], &quick), (MANY, statements[1], &slow)] {
            writeln!(out, "{answers:>8} answers {queries:>11} {:>10.2} {:>10.2}", figures.milliseconds(0.5), figures.milliseconds(0.99))?;
        }
        writeln!(out, "ratio            {ratio:>22.2}   (at most {MOST})")?;
        writeln!(out, "memory           {before:>8.1} MB before, {after:.1} MB after")?;
        if ratio > MOST || statements[0] != statements[1] {
            short.push(format!("the results of {MANY} answers take {ratio:.2} times those of {FEW}, not {MOST}, and {statements:?} queries"));
        }
        let csv = download(address, &format!("/surveys/{many}/results.csv"), &cookie).await?;
        writeln!(
            out,
            "CSV of {MANY}: {} rows, {:.1} MB in {:.1} s; memory {:.1} MB before, {:.1} MB at most",
            csv.rows,
            csv.size,
            csv.time.as_secs_f64(),
            csv.before,
            csv.most
        )?;
        if csv.rows != MANY as usize + 1 {
            short.push(format!("the CSV has {} rows, not {MANY} and a head", csv.rows));
        }
        if csv.most - csv.before > ROOM {
            short.push(format!("the CSV of {MANY} answers took {:.1} MB of memory, not {ROOM}", csv.most - csv.before));
        }
        handle.stop(false).await;
        Ok(())
    })
}

/// A closed survey of some release which so many answered.
fn survey(url: &str, answers: i64) -> Outcome<i64> {
    let mut conn = PgConnection::establish(url)?;
    let record: Found = diesel::sql_query(
        "SELECT record_id AS id FROM releases r WHERE NOT EXISTS (SELECT FROM surveys s WHERE s.record_id = r.record_id) ORDER BY record_id LIMIT 1",
    )
    .get_result(&mut conn)?;
    let script = include_str!("results.sql").replace(":record", &record.id.to_string()).replace(":count", &answers.to_string()).replace(":anonymous", "false");
    conn.batch_execute(&script)?;
    conn.batch_execute("VACUUM ANALYZE")?;
    Ok(diesel::sql_query("SELECT max(id) AS id FROM surveys").get_result::<Found>(&mut conn)?.id)
}

/// The memory that this process holds, in MB.
fn resident() -> std::io::Result<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let kilobytes = status.lines().find_map(|it| it.strip_prefix("VmRSS:")).and_then(|it| it.trim().strip_suffix(" kB")).and_then(|it| it.parse::<f64>().ok());
    Ok(kilobytes.unwrap_or_default() / 1024.0)
}

struct Download {
    rows: usize,
    size: f64,
    time: Duration,
    before: f64,
    most: f64,
}

/// Reads an answer as it comes, keeping none of it.
async fn download(address: SocketAddr, path: &str, cookie: &str) -> Outcome<Download> {
    let (before, begun) = (resident()?, Instant::now());
    let mut stream = tokio::net::TcpStream::connect(address).await?;
    stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n").as_bytes()).await?;
    let (mut piece, mut bytes, mut rows, mut most) = (vec![0; 65_536], 0, 0, before);
    loop {
        let read = stream.read(&mut piece).await?;
        if read == 0 {
            break;
        }
        bytes += read;
        // Rows of people; what frames the pieces has no address in it.
        rows += piece[..read].iter().filter(|it| **it == b'@').count();
        most = resident()?.max(most);
    }
    Ok(Download { rows: rows + 1, size: bytes as f64 / 1_048_576.0, time: begun.elapsed(), before, most })
}
