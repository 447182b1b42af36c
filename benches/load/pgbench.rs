//! The statements of a page as PostgreSQL's own load generator sends them: what the database alone can do.

use crate::cases::Page;
use crate::fill::Outcome;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use slipway::store::embedded::Server;
use std::io::Write;
use std::process::Command;

/// Something that can be asked for a page.
pub trait Served {
    fn url(&self) -> &str;
    /// Asks for the page some times, and says how many.
    async fn ask(&self, page: &Page) -> Outcome<usize>;
}

/// Transactions that pgbench gets through, each with all that one request sends; none if it is not installed or the page only writes.
pub async fn per_second(server: &Server, place: &impl Served, page: &Page, connections: usize) -> Outcome<Option<f64>> {
    let program = server.binaries().join("pgbench");
    if !program.exists() {
        return Ok(None);
    }
    let mut admin = PgConnection::establish(&server.url("postgres"))?;
    let from = std::fs::metadata(server.log())?.len();
    let mut requests = 0;
    for (value, ask) in [("0", true), ("-1", false)] {
        admin.batch_execute(&format!("ALTER SYSTEM SET log_min_duration_statement = {value}"))?;
        admin.batch_execute("SELECT pg_reload_conf(), pg_sleep(0.2)")?;
        if ask {
            requests = place.ask(page).await?;
        }
    }
    let log = std::fs::read(server.log())?;
    let statements = statements(&String::from_utf8_lossy(&log[usize::try_from(from)?..]));
    if statements.is_empty() || statements.iter().any(|it| writes(it)) {
        return Ok(None);
    }
    let mut script = tempfile::NamedTempFile::new()?;
    for statement in &statements {
        writeln!(script, "{statement};")?;
    }
    let jobs = connections.min(2).to_string();
    let output = Command::new(program)
        .args(["-n", "-M", "prepared", "-T", "1", "-c", &connections.to_string(), "-j", &jobs, "-f"])
        .arg(script.path())
        .arg(place.url())
        .output()?;
    let said = String::from_utf8_lossy(&output.stdout);
    let rate = said.lines().find_map(|it| it.strip_prefix("tps = ")?.split(' ').next()?.parse::<f64>().ok());
    Ok(rate.map(|it| it * requests as f64))
}

fn writes(statement: &str) -> bool {
    ["INSERT", "UPDATE", "DELETE", "FOR NO KEY UPDATE"].iter().any(|it| statement.contains(it))
}

/// The statements of a piece of the log, their parameters put in.
fn statements(log: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut lines = log.lines().peekable();
    while let Some(line) = lines.next() {
        let mut text = line.to_owned();
        while let Some(more) = lines.next_if(|it| it.starts_with('\t')) {
            text.push(' ');
            text.push_str(more.trim_start());
        }
        if let Some((_, rest)) = text.split_once(" LOG:  duration: ") {
            let said = rest.split_once(" ms  ").map_or("", |it| it.1);
            let done = said.starts_with("execute ") || said.starts_with("statement: ");
            if let (true, Some((_, statement))) = (done, said.split_once(": ")) {
                found.push(statement.replace(':', "::").replace("::::", "::"));
            }
        } else if let (Some((_, given)), Some(statement)) = (text.split_once(" DETAIL:  parameters: "), found.last_mut()) {
            *statement = filled(statement, given);
        }
    }
    // What the bench asks for itself.
    found.retain(|it| !["pg_stat", "pg_reload_conf", "ALTER SYSTEM", "SELECT id, other, word"].iter().any(|own| it.contains(own)));
    found
}

/// `$1` and so on with their values: `$1 = '5', $2 = NULL`.
fn filled(statement: &str, given: &str) -> String {
    let mut values: Vec<(usize, &str)> = Vec::new();
    let mut rest = given;
    while let Some(start) = rest.strip_prefix('$') {
        let Some((number, after)) = start.split_once(" = ") else { break };
        let end = if after.starts_with('\'') {
            let bytes = after.as_bytes();
            let mut at = 1;
            while at < bytes.len() && (bytes[at] != b'\'' || bytes.get(at + 1) == Some(&b'\'')) {
                at += if bytes[at] == b'\'' { 2 } else { 1 };
            }
            at + 1
        } else {
            after.find(", ").unwrap_or(after.len())
        };
        values.push((number.parse().unwrap_or(0), &after[..end.min(after.len())]));
        rest = after.get(end..).unwrap_or_default().trim_start_matches(", ");
    }
    values
        .iter()
        .rev()
        .fold(statement.to_owned(), |text, (number, value)| text.replace(&format!("${number}"), &value.replace(':', "\u{1}")))
        .replace('\u{1}', ":")
}
