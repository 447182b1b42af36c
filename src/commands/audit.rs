//! `slipway audit verify`: is the activity log what was written?

use super::database::Database;
use crate::app;
use crate::config::Config;
use crate::store::events::{self, Checkpoint, Verdict};
use crate::terminal;
use std::process::ExitCode;

pub fn run(config: &Config, expect: Option<&Checkpoint>) -> anyhow::Result<ExitCode> {
    let database = Database::shared(config)?;
    let db = database.open(config, 1)?;
    let (verdict, held) = db.read_now::<_, app::Error>(|conn| {
        let held = expect.map(|noted| events::holds(conn, noted)).transpose()?;
        Ok((events::verify(conn)?, held))
    })?;
    match &verdict {
        Verdict::Whole(end) => {
            terminal::line(format!("The activity log is whole: {} events.", end.id))?;
            terminal::line(format!("Keep this checkpoint elsewhere: {end}"))?;
        }
        Verdict::Broken { at, why } => terminal::line(format!("The activity log is broken at event {at}: {why}."))?,
    }
    if let (Some(noted), Some(held)) = (expect, held) {
        terminal::line(if held { format!("It holds the expected checkpoint {noted}.") } else { format!("It does not hold the expected checkpoint {noted}.") })?;
    }
    let fine = matches!(verdict, Verdict::Whole(_)) && held != Some(false);
    Ok(if fine { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
