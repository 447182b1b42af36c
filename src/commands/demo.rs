//! `slipway demo load`, and `slipway serve --demo`.

use super::database::Database;
use crate::app;
use crate::config::Config;
use crate::demo::{self, Loaded};
use crate::store::{Db, users};
use crate::terminal;
use std::process::ExitCode;

pub fn run(config: &Config) -> anyhow::Result<ExitCode> {
    let database = Database::shared(config)?;
    let db = database.migrated(config, 1)?;
    match load_if_empty(&db)? {
        Some(loaded) => tell(&loaded)?,
        None => anyhow::bail!("there are users already; the demo is loaded only into a database without any"),
    }
    Ok(ExitCode::SUCCESS)
}

/// Loads the demo, unless there are users.
pub fn load_if_empty(db: &Db) -> anyhow::Result<Option<Loaded>> {
    let inhabited = db.read_now::<_, app::Error>(|conn| Ok(!users::people(conn)?.is_empty()))?;
    if inhabited { Ok(None) } else { Ok(Some(demo::load(db)?)) }
}

/// Prints who can sign in.
pub fn tell(loaded: &Loaded) -> anyhow::Result<()> {
    terminal::line("The demo is loaded. Sign in as:")?;
    for account in &loaded.accounts {
        terminal::line(format!("  {:<28} {:<28} {}", account.email, account.password, account.role))?;
    }
    Ok(())
}
