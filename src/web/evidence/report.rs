//! The report in an evidence pack: everything as tables to read and to print.

use super::surveys::surveys;
use crate::app::evidence::Evidence;
use crate::domain::attachments::size;
use crate::domain::events::Event;
use crate::web::filters::{Markup, markdown_without_links};
use askama::Template;
use chrono::{DateTime, Utc};
use serde_json::Value;

/// Columns whose words are ours, written with underscores.
const WORDS: &[&str] =
    &["state", "outcome", "subject", "requirement", "kind", "severity", "point", "moment", "audience", "strategy", "distribution", "rule", "better", "source"];

/// Columns that people write as Markdown.
const PROSE: &[&str] = &["finding", "evidence", "workaround", "description", "note", "contacts"];

/// What stands in a table: plain, or Markdown made readable. Links are left out of it: the report leads nowhere.
pub enum Cell {
    Plain(String),
    Prose(Markup),
}

/// A table of the report. One without rows says so.
pub struct Table {
    pub title: String,
    pub head: Vec<&'static str>,
    pub rows: Vec<Vec<Cell>>,
}

impl Table {
    /// Of plain cells.
    pub fn plain(title: String, head: Vec<&'static str>, rows: Vec<Vec<String>>) -> Table {
        Table { title, head, rows: rows.into_iter().map(|row| row.into_iter().map(Cell::Plain).collect()).collect() }
    }
}

pub struct Section {
    pub title: &'static str,
    pub note: &'static str,
    pub tables: Vec<Table>,
}

impl Section {
    fn is_empty(&self) -> bool {
        self.tables.iter().all(|it| it.rows.is_empty())
    }
}

#[derive(Template)]
#[template(path = "evidence/report.html")]
pub struct Report {
    number: String,
    name: String,
    title: String,
    at: String,
    facts: Vec<(&'static str, String)>,
    texts: Vec<(&'static str, Markup)>,
    sections: Vec<Section>,
    last: Option<(i64, String)>,
}

impl Report {
    pub fn of(it: &Evidence) -> Report {
        let tables = it.records.first().map_or(&Value::Null, |(_, tables)| tables);
        let (record, release) = (&tables["record"][0], &tables["release"][0]);
        let field = |name: &'static str, column: &str| (name, cell(it, record, column));
        let text = |name: &'static str, row: &Value, column: &str| (name, markdown_without_links(&cell(it, row, column)));
        Report {
            number: it.number.clone(),
            name: cell(it, record, "identifier"),
            title: cell(it, record, "title"),
            at: time(it.at),
            facts: vec![
                field("State", "state"),
                field("Phase", "phase_name"),
                field("Category", "category"),
                field("CI", "ci"),
                field("Owner", "owner"),
                field("Coordinator", "coordinator"),
                field("Impact", "impact"),
                field("Urgency", "urgency"),
                field("Likelihood of failure", "likelihood"),
                field("Planned start", "planned_start"),
                field("Planned end", "planned_end"),
                field("Registered", "created_at"),
                field("Ended", "ended_at"),
            ],
            texts: vec![
                text("Scope", record, "scope"),
                text("Reason", record, "reason"),
                text("Affected users", release, "affected_users"),
                text("Resources", release, "resources"),
                text("Deployment", release, "deployment_plan"),
                text("Communication", release, "communication_plan"),
                text("Back-out plan", release, "back_out_plan"),
            ],
            sections: sections(it),
            last: it.activity.last().map(|it| (it.id, hex::encode(&it.hash))),
        }
    }
}

fn sections(it: &Evidence) -> Vec<Section> {
    let after = &it.release;
    let each =
        |name: &str, head: &[(&'static str, &str)]| it.records.iter().map(|(number, tables)| table(it, number, &tables[name], head)).collect::<Vec<Table>>();
    let one = |title: &str, name: &str, head: &[(&'static str, &str)]| table(it, title, &after[name], head);
    let section = |title, note, tables: Vec<Table>| Section { title, note, tables };
    vec![
        section("Phases", "", each("visits", &[("Phase", "name"), ("Entered", "entered_at"), ("Due", "due_at"), ("Left", "left_at")])),
        section("RFCs", "", vec![changes(it)]),
        section("Approvals", "A digest names what the approver saw; approvals.json has it.", approvals(it)),
        section(
            "Waivers",
            "Requirements that were gone on without.",
            each("waivers", &[("Requirement", "requirement"), ("Reason", "reason"), ("By", "by"), ("At", "at")]),
        ),
        section(
            "Confirmations",
            "",
            each("confirmations", &[("What", "subject"), ("Outcome", "outcome"), ("Note", "note"), ("Link", "link"), ("By", "by"), ("At", "at")]),
        ),
        section(
            "Tasks",
            "",
            each(
                "tasks",
                &[
                    ("Task", "title"),
                    ("Phase", "phase"),
                    ("State", "state"),
                    ("Assignee", "assignee_id"),
                    ("Due", "due_at"),
                    ("Ended", "ended_at"),
                    ("Note", "note"),
                ],
            ),
        ),
        section(
            "Early life support",
            "",
            vec![
                one(
                    "Agreement",
                    "early_life_plan",
                    &[("Agreed with", "agreed_with"), ("Noted by", "agreed_by"), ("At", "agreed_at"), ("All normal since", "proposed_at")],
                ),
                one(
                    "Exit criteria",
                    "exit_metrics",
                    &[("Metric", "name"), ("Unit", "unit"), ("Normal", "normal"), ("Better", "better"), ("Tolerance", "tolerance"), ("Days in a row", "days")],
                ),
                one("Readings", "exit_readings", &[("Metric", "metric"), ("Day", "day"), ("Value", "value"), ("Came by", "source"), ("By", "by")]),
                one(
                    "Incidents and problems",
                    "issues",
                    &[("Number", "number"), ("Kind", "kind"), ("Title", "title"), ("Severity", "severity"), ("State", "state"), ("Resolved", "resolved_at")],
                ),
                one("Known errors", "known_errors", &[("Error", "title"), ("Workaround", "workaround"), ("Accepted by", "accepted_by"), ("At", "accepted_at")]),
                one(
                    "Handover",
                    "handovers",
                    &[
                        ("To", "receiving_group"),
                        ("State", "state"),
                        ("Asked", "asked_at"),
                        ("Settled", "settled_at"),
                        ("By", "settled_by"),
                        ("Answer", "answer"),
                    ],
                ),
                one("Checklist", "handover_items", &[("Item", "title"), ("Done", "done_at"), ("By", "done_by")]),
            ],
        ),
        section(
            "Surveys",
            "Of an anonymous survey, everything is withheld until it closes, and audiences in which fewer than five answered after that.",
            surveys(it),
        ),
        section(
            "Review",
            "",
            vec![
                one(
                    "Points",
                    "review_points",
                    &[
                        ("Point", "point"),
                        ("Outcome", "outcome"),
                        ("Owner", "owner_id"),
                        ("Finding", "finding"),
                        ("Evidence", "evidence"),
                        ("By", "by"),
                        ("At", "at"),
                    ],
                ),
                one(
                    "Follow-up actions",
                    "follow_ups",
                    &[
                        ("Action", "title"),
                        ("What is to be done", "description"),
                        ("Point", "point"),
                        ("Assignee", "assignee_id"),
                        ("Due", "due_at"),
                        ("State", "state"),
                        ("Note", "note"),
                    ],
                ),
            ],
        ),
        section("Attachments", "", vec![attachments(it)]),
        section("Activity", "", vec![activity(it)]),
    ]
}

fn table(it: &Evidence, title: &str, rows: &Value, head: &[(&'static str, &str)]) -> Table {
    let rows = rows.as_array().into_iter().flatten();
    let one = |row: &Value, column: &str| {
        let text = cell(it, row, column);
        if PROSE.contains(&column) { Cell::Prose(markdown_without_links(&text)) } else { Cell::Plain(text) }
    };
    let cells = |row: &Value| head.iter().map(|(_, column)| one(row, column)).collect();
    Table { title: title.to_owned(), head: head.iter().map(|(label, _)| *label).collect(), rows: rows.map(cells).collect() }
}

fn changes(it: &Evidence) -> Table {
    let row = |(number, tables): &(String, Value)| {
        let record = &tables["record"][0];
        let told = |column| cell(it, record, column);
        vec![number.clone(), told("title"), told("category"), told("state"), told("phase_name"), told("owner"), told("ended_at")]
    };
    let rows = it.records.iter().skip(1).map(row).collect();
    Table::plain(String::new(), vec!["RFC", "Title", "Category", "State", "Phase", "Requester", "Ended"], rows)
}

fn approvals(it: &Evidence) -> Vec<Table> {
    let head = vec!["Round", "Step", "Asked", "Answer", "By", "At", "Reason", "Comment", "Digest of what was seen"];
    let of = |(number, tables): &(String, Value)| {
        let list = |name: &str| tables[name].as_array().cloned().unwrap_or_default();
        let (rounds, steps) = (list("rounds"), list("steps"));
        let find = |all: &[Value], id: &Value| all.iter().find(|row| row["id"] == *id).cloned().unwrap_or_default();
        let row = |approval: &Value| {
            let step = find(&steps, &approval["step_id"]);
            let round = find(&rounds, &step["round_id"]);
            let told = |column| cell(it, approval, column);
            let asked = format!("{}, {}: {}", cell(it, &round, "phase"), cell(it, &round, "opened_at"), cell(it, &round, "state"));
            let reason = told("reason").replace('_', " ");
            vec![
                asked,
                cell(it, &step, "name"),
                told("approver_id"),
                told("state"),
                told("decided_by"),
                told("decided_at"),
                reason,
                told("comment"),
                told("seen_digest"),
            ]
        };
        Table::plain(number.clone(), head.clone(), list("approvals").iter().map(row).collect())
    };
    it.approvals.iter().map(of).collect()
}

fn attachments(it: &Evidence) -> Table {
    let row = |named: &crate::store::attachments::Named| {
        let file = &named.attachment;
        let of = named.task.clone().or(file.point.map(|it| it.label().to_owned())).unwrap_or_default();
        vec![file.name.clone(), of, size(file.size), file.media_type.clone(), named.by.clone(), time(file.created_at), file.checksum()]
    };
    Table::plain(String::new(), vec!["File", "Of", "Size", "Type", "By", "At", "SHA-256"], it.attachments.iter().map(row).collect())
}

fn activity(it: &Evidence) -> Table {
    let row = |event: &crate::store::evidence::Row| {
        let said = Event::of_row(&event.kind, &event.details);
        let sentence = said.as_ref().map_or_else(|| event.kind.replace('_', " "), Event::sentence);
        let remark = said.as_ref().map_or_else(String::new, |it| it.remark().to_owned());
        let who = match event.on_behalf_of {
            Some(other) => format!("{} for {}", it.name_of(event.actor.0), it.name_of(other.0)),
            None => it.name_of(event.actor.0).to_owned(),
        };
        let record = event.record.and_then(|id| it.records.iter().find(|(_, tables)| tables["record"][0]["id"] == id.0));
        vec![event.id.to_string(), time(event.at), record.map_or_else(String::new, |(number, _)| number.clone()), who, sentence, remark]
    };
    Table::plain(String::new(), vec!["Event", "At", "Record", "Who", "What", "Said"], it.activity.iter().map(row).collect())
}

/// A column of a row as people read it; empty if there is none.
fn cell(it: &Evidence, row: &Value, column: &str) -> String {
    match &row[column] {
        Value::Null => String::new(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Number(id) if column.ends_with("_id") || column.ends_with("by") => id.as_i64().map_or_else(String::new, |id| it.name_of(id).to_owned()),
        Value::Number(number) => number.to_string(),
        Value::String(text) if WORDS.contains(&column) => text.replace('_', " "),
        Value::String(text) if column == "at" || column.ends_with("_at") || column.starts_with("planned_") => {
            DateTime::parse_from_rfc3339(text).map_or_else(|_| text.clone(), |at| time(at.to_utc()))
        }
        Value::String(text) => text.clone(),
        other @ (Value::Array(_) | Value::Object(_)) => other.to_string(),
    }
}

fn time(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M UTC").to_string()
}
