//! The workflows, categories, models and groups that the migrations ship, for the tests of the rules.

use super::models::Model;
use super::workflows::Workflow;

const PEOPLE: &str = include_str!("../../migrations/2026-11-21-010000_create_people/up.sql");
const WORKFLOWS: &str = include_str!("../../migrations/2026-11-21-010400_ship_workflows/up.sql");
const MODELS: &str = include_str!("../../migrations/2026-11-21-010500_ship_models/up.sql");

/// Each workflow with its key.
pub fn workflows() -> Vec<(String, Workflow)> {
    bodies(WORKFLOWS).into_iter().map(|(before, body, _)| (key(before), parsed(before, body))).collect()
}

pub fn workflow(wanted: &str) -> Workflow {
    workflows().into_iter().find(|(key, _)| key == wanted).unwrap_or_else(|| panic!("{wanted} is not shipped")).1
}

/// Each category with the key of its workflow.
pub fn categories() -> Vec<(String, String)> {
    let list = WORKFLOWS.split("INSERT INTO categories").nth(1).unwrap();
    rows(list).map(|row| (row[0].to_owned(), row[3].to_owned())).collect()
}

/// Each model with the key of its category.
pub fn models() -> Vec<(String, Model)> {
    let category = |after: &str| after.split("WHERE key = '").nth(1).unwrap().split('\'').next().unwrap().to_owned();
    bodies(MODELS).into_iter().map(|(before, body, after)| (category(after), parsed(before, body))).collect()
}

/// The keys of the groups.
pub fn groups() -> Vec<String> {
    let list = PEOPLE.split("INSERT INTO groups").nth(1).unwrap().split(';').next().unwrap();
    rows(list).map(|row| row[0].to_owned()).collect()
}

/// Every text between `$$` and `$$`, with the SQL before and behind it.
fn bodies(sql: &str) -> Vec<(&str, &str, &str)> {
    let pieces: Vec<&str> = sql.split("$$").collect();
    (1..pieces.len()).step_by(2).map(|index| (pieces[index - 1], pieces[index], pieces[index + 1])).collect()
}

/// The first quoted word of the last statement that begins here.
fn key(sql: &str) -> String {
    sql.split("INSERT INTO").last().unwrap().split('\'').nth(1).unwrap().to_owned()
}

/// The quoted words of each row of a list of values.
fn rows(sql: &str) -> impl Iterator<Item = Vec<&str>> {
    sql.split("('").skip(1).map(|row| row.split('\'').step_by(2).collect())
}

fn parsed<T: serde::de::DeserializeOwned>(before: &str, body: &str) -> T {
    serde_json::from_str(body).unwrap_or_else(|error| panic!("{}: {error}", key(before)))
}
