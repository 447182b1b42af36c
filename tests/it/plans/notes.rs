//! Plans as `auto_explain` writes them into the server's log.

use serde_json::Value;

/// A statement, and how it read its tables.
pub struct Note {
    pub statement: String,
    pub scans: Vec<Scan>,
}

pub struct Scan {
    pub table: String,
    /// Its index, if it is read in the order of one.
    pub index: Option<String>,
    pub sequential: bool,
    /// Looked at, in all rounds together.
    pub rows: f64,
}

pub fn read(log: &str) -> Vec<Note> {
    let mut notes = Vec::new();
    let mut lines = log.lines().peekable();
    while let Some(line) = lines.next() {
        if !line.ends_with("  plan:") {
            continue;
        }
        let mut text = String::new();
        while let Some(more) = lines.next_if(|it| it.starts_with('\t')) {
            text.push_str(more);
            text.push('\n');
        }
        let plan: Value = serde_json::from_str(&text).unwrap_or_else(|cause| panic!("{cause} in {text}"));
        let mut scans = Vec::new();
        walk(&plan["Plan"], &mut scans);
        notes.push(Note { statement: plan["Query Text"].as_str().unwrap_or_default().to_owned(), scans });
    }
    notes
}

fn walk(node: &Value, scans: &mut Vec<Scan>) {
    let number = |key: &str| node[key].as_f64().unwrap_or(0.0);
    let kind = node["Node Type"].as_str().unwrap_or_default();
    if let Some(table) = node["Relation Name"].as_str().filter(|_| kind.ends_with("Scan")) {
        let each = number("Actual Rows") + number("Rows Removed by Filter") + number("Rows Removed by Index Recheck");
        let index = node["Index Name"].as_str().map(str::to_owned);
        scans.push(Scan { table: table.to_owned(), index, sequential: kind == "Seq Scan", rows: each * number("Actual Loops") });
    }
    for part in node["Plans"].as_array().into_iter().flatten() {
        walk(part, scans);
    }
}
