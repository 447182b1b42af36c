//! What the command line says: the only place that writes to standard output.

use std::io::Write;

pub fn line(text: impl std::fmt::Display) -> std::io::Result<()> {
    writeln!(std::io::stdout(), "{text}")
}
