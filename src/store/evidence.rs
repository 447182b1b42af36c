//! What the evidence pack of a release holds, read as it stands in the tables: row by row, each as JSON with the names of its columns.

use super::schema::{events, users};
use crate::domain::ids::{RecordId, UserId};
use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Jsonb};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// The tables of every record, each with the query that reads it for the record `$1`.
const OF_RECORD: &[(&str, &str)] = &[
    (
        "record",
        "SELECT r.*, c.name AS category, w.version AS workflow_version, o.name AS owner, k.name AS coordinator, i.name AS ci FROM records r \
         JOIN categories c ON c.id = r.category_id JOIN workflows w ON w.id = r.workflow_id JOIN users o ON o.id = r.owner_id \
         LEFT JOIN users k ON k.id = r.coordinator_id LEFT JOIN configuration_items i ON i.id = r.ci_id WHERE r.id = $1",
    ),
    ("release", "SELECT * FROM releases WHERE record_id = $1"),
    ("affected_items", "SELECT i.id, i.name FROM affected_items a JOIN configuration_items i ON i.id = a.ci_id WHERE a.record_id = $1 ORDER BY i.name, i.id"),
    ("visits", "SELECT * FROM phase_visits WHERE record_id = $1 ORDER BY visit"),
    ("tasks", "SELECT * FROM tasks WHERE record_id = $1 ORDER BY id"),
    ("confirmations", "SELECT * FROM confirmations WHERE record_id = $1 ORDER BY id"),
    ("waivers", "SELECT * FROM waivers WHERE record_id = $1 ORDER BY id"),
    (
        "attachments",
        "SELECT id, task_id, point, name, media_type, size, encode(sha256, 'hex') AS sha256, created_at, created_by, removed_at, removed_by \
         FROM attachments WHERE record_id = $1 ORDER BY id",
    ),
];

/// What only releases have.
const OF_RELEASE: &[(&str, &str)] = &[
    ("related", "SELECT change_id, active, related_at FROM release_changes WHERE release_id = $1 ORDER BY change_id"),
    ("early_life_plan", "SELECT contacts, agreed_with, agreed_at, agreed_by, proposed_at FROM early_life_plans WHERE record_id = $1"),
    ("early_life_team", "SELECT * FROM early_life_team WHERE record_id = $1 ORDER BY id"),
    ("exit_metrics", "SELECT * FROM exit_metrics WHERE record_id = $1 ORDER BY position, id"),
    (
        "exit_readings",
        "SELECT m.name AS metric, e.* FROM exit_readings e JOIN exit_metrics m ON m.id = e.metric_id WHERE m.record_id = $1 ORDER BY m.position, m.id, e.day",
    ),
    ("issues", "SELECT * FROM early_life_issues WHERE record_id = $1 ORDER BY id"),
    ("known_errors", "SELECT * FROM known_errors WHERE record_id = $1 ORDER BY id"),
    ("handovers", "SELECT h.*, g.name AS receiving_group FROM handovers h JOIN groups g ON g.id = h.group_id WHERE h.record_id = $1 ORDER BY h.id"),
    ("handover_items", "SELECT * FROM handover_items WHERE record_id = $1 ORDER BY position, id"),
    ("review_points", "SELECT * FROM review_points WHERE record_id = $1 ORDER BY point"),
    ("follow_ups", "SELECT * FROM follow_ups WHERE record_id = $1 ORDER BY id"),
];

/// Everything that was counted: what of it may be told, `app::evidence` decides. Drafts were never answered.
const OF_SURVEYS: &[(&str, &str)] = &[
    (
        "surveys",
        "SELECT id, moment, title, anonymous, state, opened_at, closed_at, created_at, created_by FROM surveys \
         WHERE record_id = $1 AND state <> 'draft' ORDER BY id",
    ),
    (
        "audiences",
        "SELECT a.survey_id, a.audience, q.key AS question_set, q.version, q.name, q.questions, \
         (SELECT coalesce(sum(t.count), 0)::bigint FROM survey_tallies t \
         WHERE t.survey_id = a.survey_id AND t.audience = a.audience AND t.question = '') AS answers, false AS withheld \
         FROM survey_audiences a JOIN surveys s ON s.id = a.survey_id JOIN question_sets q ON q.id = a.set_id \
         WHERE s.record_id = $1 AND s.state <> 'draft' ORDER BY a.survey_id, a.audience",
    ),
    (
        "tallies",
        "SELECT t.survey_id, t.audience, t.question, t.value, t.count FROM survey_tallies t JOIN surveys s ON s.id = t.survey_id \
         WHERE s.record_id = $1 AND s.state <> 'draft' AND t.question <> '' ORDER BY t.survey_id, t.audience, t.question, t.value",
    ),
];

const OF_APPROVALS: &[(&str, &str)] = &[
    ("rounds", "SELECT * FROM approval_rounds WHERE record_id = $1 ORDER BY id"),
    ("steps", "SELECT s.* FROM approval_steps s JOIN approval_rounds r ON r.id = s.round_id WHERE r.record_id = $1 ORDER BY s.id"),
    ("approvals", "SELECT a.* FROM approvals a WHERE a.record_id = $1 ORDER BY a.id"),
    ("contents", "SELECT digest, content, at FROM approval_contents WHERE record_id = $1 ORDER BY at, digest"),
];

#[derive(QueryableByName)]
struct Rows {
    #[diesel(sql_type = Jsonb)]
    rows: Value,
}

fn read(conn: &mut PgConnection, record: RecordId, tables: &[(&str, &str)]) -> QueryResult<Value> {
    let mut all = Map::new();
    for (name, query) in tables {
        // The words of a search are only another form of what is there.
        let text = format!("SELECT coalesce(jsonb_agg(to_jsonb(it) - 'words'), '[]') AS rows FROM ({query}) it");
        let rows: Rows = diesel::sql_query(text).bind::<BigInt, _>(record).get_result(conn)?;
        all.insert((*name).to_owned(), rows.rows);
    }
    Ok(Value::Object(all))
}

/// What every record has: an object of tables.
pub fn of_record(conn: &mut PgConnection, record: RecordId) -> QueryResult<Value> {
    read(conn, record, OF_RECORD)
}

pub fn of_release(conn: &mut PgConnection, release: RecordId) -> QueryResult<Value> {
    read(conn, release, OF_RELEASE)
}

pub fn of_approvals(conn: &mut PgConnection, record: RecordId) -> QueryResult<Value> {
    read(conn, record, OF_APPROVALS)
}

pub fn of_surveys(conn: &mut PgConnection, release: RecordId) -> QueryResult<Value> {
    read(conn, release, OF_SURVEYS)
}

/// An event with all that its hash covers.
#[derive(Debug, Clone, Queryable)]
pub struct Row {
    pub id: i64,
    pub at: DateTime<Utc>,
    pub actor: UserId,
    pub on_behalf_of: Option<UserId>,
    pub record: Option<RecordId>,
    pub kind: String,
    pub details: Value,
    pub previous: Vec<u8>,
    pub hash: Vec<u8>,
}

/// All events of these records, oldest first.
pub fn activity(conn: &mut PgConnection, records: &[RecordId]) -> QueryResult<Vec<Row>> {
    events::table
        .filter(events::record_id.eq_any(records))
        .order(events::id)
        .select((events::id, events::at, events::actor_id, events::for_id, events::record_id, events::kind, events::details, events::previous, events::hash))
        .load(conn)
}

/// The names of these people.
pub fn names(conn: &mut PgConnection, people: &BTreeSet<i64>) -> QueryResult<BTreeMap<i64, String>> {
    let ids: Vec<UserId> = people.iter().copied().map(UserId).collect();
    let rows: Vec<(UserId, String)> = users::table.filter(users::id.eq_any(ids)).select((users::id, users::name)).load(conn)?;
    Ok(rows.into_iter().map(|(id, name)| (id.0, name)).collect())
}
