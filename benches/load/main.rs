//! `make bench`: how fast pages are, each as a ratio against a limit measured in the same run.
//!
//! The limit is a bare actix handler on the same server settings that makes the same calls to the store (so the same SQL on
//! the same rows), throws the rows away, and sends the bytes that the page had. What is between the two is ours: sessions' cookie,
//! routing, headers, rules and templates. Both sides look the session up in the database.

mod answers;
mod cases;
mod client;
mod count;
mod deadlines;
mod fill;
mod invitations;
mod limit;
mod mail;
mod pgbench;
mod program;
mod results;
mod scale;

use slipway::config::Config;
use slipway::store::embedded;

#[derive(clap::Parser)]
struct Flags {
    #[command(flatten)]
    config: Config,
    /// Measure this part alone.
    part: Option<Part>,
    /// Among so many releases; several with commas between. The largest takes about an hour and 20 GB of disk.
    #[arg(long, value_delimiter = ',', default_values_t = [1_000, 100_000, 1_000_000])]
    releases: Vec<u64>,
    /// Of the pages only those with this in their name.
    #[arg(long, default_value = "")]
    named: String,
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
    let Flags { mut config, part, releases, named, .. } = <Flags as clap::Parser>::parse();
    config.secret_key = Some("x".repeat(64));
    config.workers = Some(2);
    let folder = tempfile::tempdir()?;
    let server =
        embedded::start(&embedded::Settings { data_dir: folder.path().to_owned(), binaries: config.postgres_bin.clone(), quick: false, max_connections: 40 })?;
    let mut short = Vec::new();
    let wanted = |it| part.is_none_or(|part| part == it);
    if wanted(Part::Pages) {
        scale::measure(&server, &config, &releases, &named, &mut short)?;
    }
    if wanted(Part::Mail) {
        mails(&server, &config, &mut short)?;
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

/// How fast mails leave.
fn mails(server: &embedded::Server, config: &Config, short: &mut Vec<String>) -> fill::Outcome<()> {
    let (db, url) = fill::database(server, "mails", config.db_pool)?;
    fill::people(&db)?;
    short.extend(mail::run(&db, &url, config)?);
    Ok(())
}
