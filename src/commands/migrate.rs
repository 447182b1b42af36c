//! `slipway migrate`: for those who want it done before the new version serves.

use super::database::Database;
use crate::config::Config;
use crate::store::migrations;
use crate::terminal;
use std::process::ExitCode;

pub fn run(config: &Config) -> anyhow::Result<ExitCode> {
    let database = Database::shared(config)?;
    let done = migrations::run(&database.url)?;
    let schema = migrations::known()?;
    terminal::line(match done {
        0 => format!("The schema was up to date already: {schema}."),
        1 => format!("Ran 1 migration. The schema is {schema}."),
        _ => format!("Ran {done} migrations. The schema is {schema}."),
    })?;
    Ok(ExitCode::SUCCESS)
}
