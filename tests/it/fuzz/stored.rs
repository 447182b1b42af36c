//! Markup in every text that people write, as if it had been typed long ago.

use crate::support::TestApp;
use diesel::prelude::*;
use diesel::sql_types::Text;

/// Behind what stands there already, so that it stays one of its kind.
const BEHIND: &str = "\"><zqz a='<zqz>";

/// Every column of free text that pages show.
const COLUMNS: &[(&str, &[&str])] = &[
    ("approval_steps", &["name"]),
    ("attachments", &["name"]),
    ("calendars", &["name"]),
    ("categories", &["name"]),
    ("configuration_items", &["name", "description"]),
    ("confirmations", &["note"]),
    ("delegations", &["note"]),
    ("early_life_issues", &["title"]),
    ("early_life_plans", &["contacts", "agreed_with"]),
    ("early_life_team", &["name", "role", "contact"]),
    ("exit_metrics", &["name", "unit"]),
    ("follow_ups", &["title", "description", "note"]),
    ("groups", &["name", "description"]),
    ("handover_items", &["title"]),
    ("handovers", &["note", "answer"]),
    ("known_errors", &["title", "symptoms", "workaround"]),
    ("models", &["name"]),
    ("notices", &["headline"]),
    ("phase_visits", &["name"]),
    ("policies", &["reason"]),
    ("question_sets", &["name", "intro", "thanks"]),
    ("records", &["title", "scope", "phase_name", "reason"]),
    ("releases", &["affected_users", "resources", "back_out_plan", "communication_plan", "deployment_plan"]),
    ("review_points", &["finding", "evidence"]),
    ("sessions", &["agent"]),
    ("survey_invitations", &["name"]),
    ("surveys", &["title"]),
    ("tasks", &["title", "description", "note"]),
    ("users", &["name"]),
    ("waivers", &["reason"]),
    ("workflow_drafts", &["name"]),
    ("workflow_moves", &["reason"]),
];

pub fn spoil(app: &TestApp) {
    app.write(|tx| {
        for (table, columns) in COLUMNS {
            let changes: Vec<String> = columns.iter().map(|it| format!("{it} = {it} || $1")).collect();
            let query = format!("UPDATE {table} SET {}", changes.join(", "));
            diesel::sql_query(query).bind::<Text, _>(BEHIND).execute(tx.conn)?;
        }
        Ok(())
    });
}
