//! What a check found: fine, questionable or wrong.

use crate::terminal;
use std::process::ExitCode;

#[derive(Debug)]
pub enum Finding {
    Fine(String),
    Warning(String),
    Failure(String),
}

/// Prints them, a line for each; the code of the program says whether anything is wrong.
pub fn tell(findings: &[Finding]) -> std::io::Result<ExitCode> {
    for finding in findings {
        terminal::line(match finding {
            Finding::Fine(text) => format!("ok    {text}"),
            Finding::Warning(text) => format!("warn  {text}"),
            Finding::Failure(text) => format!("fail  {text}"),
        })?;
    }
    let wrong = findings.iter().any(|it| matches!(it, Finding::Failure(_)));
    Ok(if wrong { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
