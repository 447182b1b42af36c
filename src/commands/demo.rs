//! `slipway demo load` and `slipway demo generate`, and `slipway serve --demo`.

use super::database::Database;
use crate::app;
use crate::config::Config;
use crate::demo::generated::{self, Order, Progress};
use crate::demo::{self, Loaded};
use crate::store::{Db, users};
use crate::terminal;
use std::process::ExitCode;
use std::time::Instant;

pub fn run(config: &Config) -> anyhow::Result<ExitCode> {
    let database = Database::shared(config)?;
    let db = database.migrated(config, 1)?;
    tell(&demo::load(&db)?)?;
    Ok(ExitCode::SUCCESS)
}

/// Generates, and tells meanwhile how far it is.
pub fn generate(config: &Config, order: Order) -> anyhow::Result<ExitCode> {
    let database = Database::shared(config)?;
    let db = database.migrated(config, 1)?;
    let begun = Instant::now();
    let mut told = None;
    generated::generate(&db, order, |progress| {
        let line = match progress {
            Progress::Written(done) => format!("written: {} % of {} releases", done * 100 / order.releases, order.releases),
            Progress::Building(left) => format!("building indexes and checking references: {left} left"),
            Progress::Analysing => "analysing".to_owned(),
            Progress::Vacuuming => "vacuuming".to_owned(),
        };
        if told.as_ref() != Some(&line) {
            eprintln!("{:>4} s  {line}", begun.elapsed().as_secs());
            told = Some(line);
        }
    })?;
    terminal::line(format!("Generated {} releases with seed {} in {} s.", order.releases, order.seed, begun.elapsed().as_secs()))?;
    terminal::line(format!(
        "Sign in as person1@generated.slipway.example (release manager), person4@… (administrator) or any other; everybody's password is {}",
        demo::PASSWORD
    ))?;
    Ok(ExitCode::SUCCESS)
}

/// Loads the demo, unless there are users.
pub fn load_if_empty(db: &Db) -> anyhow::Result<Option<Loaded>> {
    let inhabited = db.read_now::<_, app::Error>(|conn| Ok(users::exist(conn)?))?;
    if inhabited {
        return Ok(None);
    }
    tracing::info!("loading the demo, which takes a moment");
    Ok(Some(demo::load(db)?))
}

/// Prints who can sign in.
pub fn tell(loaded: &Loaded) -> anyhow::Result<()> {
    terminal::line(format!("The demo is loaded: {} releases, {} RFCs.", loaded.releases, loaded.changes))?;
    terminal::line(format!("Everybody's password is: {}", loaded.password))?;
    for account in &loaded.accounts {
        let roles: Vec<&str> = account.roles.iter().map(|it| it.label()).collect();
        terminal::line(format!("  {:<36} {:<24} {}", account.email, account.name, roles.join(", ")))?;
    }
    Ok(())
}
