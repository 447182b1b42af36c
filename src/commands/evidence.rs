//! `slipway evidence verify`: is a pack what was packed? It needs neither database nor settings.

use crate::app::evidence::verify;
use crate::terminal;
use std::path::Path;
use std::process::ExitCode;

pub fn run(pack: &Path) -> anyhow::Result<ExitCode> {
    let mut held = Vec::new();
    let verdict = verify::verify(pack, |line| held.push(line));
    for line in held {
        terminal::line(format!("ok    {line}"))?;
    }
    Ok(match verdict {
        Ok(()) => {
            terminal::line("The evidence pack is whole.")?;
            ExitCode::SUCCESS
        }
        Err(why) => {
            terminal::line(format!("fail  {why}."))?;
            ExitCode::FAILURE
        }
    })
}
