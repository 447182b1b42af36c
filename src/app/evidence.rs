//! The evidence pack of a release: what is in it, how it is packed, and how it is checked without us.

pub mod pack;
pub mod surveys;
pub mod verify;

use super::Result;
use crate::domain::ids::RecordId;
use crate::store::PgConnection;
use crate::store::attachments::{self, Named};
use crate::store::evidence::{self, Row};
use crate::store::{records, related};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use surveys::Feedback;

/// How a pack is checked by whoever receives it: the text that lies in each.
const MANUAL: &str = include_str!("../../docs/evidence.md");

/// Everything about a release and its RFCs, as it stands.
pub struct Evidence {
    pub id: RecordId,
    pub number: String,
    /// When the newest of it happened: nothing in the pack is younger.
    pub at: DateTime<Utc>,
    pub records: Vec<(String, Value)>,
    pub release: Value,
    pub approvals: Vec<(String, Value)>,
    /// The tables of its surveys, without what must not be told.
    pub surveys: Value,
    /// What these came to.
    pub feedback: Vec<Feedback>,
    pub activity: Vec<Row>,
    pub people: BTreeMap<i64, String>,
    /// Those whose content is kept, of the release and its RFCs.
    pub attachments: Vec<Named>,
}

impl Evidence {
    pub fn load(conn: &mut PgConnection, id: RecordId) -> Result<Evidence> {
        let release = records::find(conn, id)?;
        if release.kind != crate::domain::records::RecordKind::Release {
            return Err(super::Error::NotFound);
        }
        let mut ids = vec![(id, release.number())];
        ids.extend(related::of_release(conn, id)?.into_iter().map(|it| (it.id, it.number())));
        let (mut all, mut approvals, mut files) = (Vec::new(), Vec::new(), Vec::new());
        for (record, number) in &ids {
            all.push((number.clone(), evidence::of_record(conn, *record)?));
            approvals.push((number.clone(), evidence::of_approvals(conn, *record)?));
            files.extend(attachments::of_record(conn, *record)?.into_iter().filter(|it| it.attachment.is_kept()));
        }
        let around = evidence::of_release(conn, id)?;
        let feedback = surveys::load(conn, id)?;
        let mut surveys = evidence::of_surveys(conn, id)?;
        surveys::withhold(&mut surveys, &feedback);
        let activity = evidence::activity(conn, &ids.iter().map(|(id, _)| *id).collect::<Vec<_>>())?;
        let mut named: BTreeSet<i64> = activity.iter().flat_map(|it| [Some(it.actor.0), it.on_behalf_of.map(|it| it.0)]).flatten().collect();
        all.iter().chain(&approvals).for_each(|(_, it)| people(it, &mut named));
        [&around, &surveys].into_iter().for_each(|it| people(it, &mut named));
        Ok(Evidence {
            id,
            number: release.number(),
            at: activity.last().map_or(release.created_at, |it| it.at),
            people: evidence::names(conn, &named)?,
            records: all,
            release: around,
            approvals,
            surveys,
            feedback,
            activity,
            attachments: files,
        })
    }

    pub fn name_of(&self, id: i64) -> &str {
        self.people.get(&id).map_or("", String::as_str)
    }

    /// The release with its RFCs: `record.json`.
    pub fn record_json(&self) -> Value {
        let records: Vec<Value> = self.records.iter().map(|(number, it)| json!({ "number": number, "tables": it })).collect();
        json!({ "number": self.number, "records": records, "after_deployment": self.release, "people": self.people })
    }

    pub fn approvals_json(&self) -> Value {
        let records: Vec<Value> = self.approvals.iter().map(|(number, it)| json!({ "number": number, "tables": it })).collect();
        json!({ "records": records, "people": self.people })
    }

    /// One event a line, oldest first: `activity.jsonl`.
    pub fn activity_lines(&self) -> String {
        let lines = self.activity.iter().map(|it| {
            let line = json!({
                "id": it.id,
                "at": it.at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true),
                "at_microseconds": it.at.timestamp_micros(),
                "actor": it.actor,
                "actor_name": self.name_of(it.actor.0),
                "for": it.on_behalf_of,
                "record": it.record,
                "kind": it.kind,
                "details": it.details,
                "previous": hex::encode(&it.previous),
                "hash": hex::encode(&it.hash),
            });
            format!("{line}\n")
        });
        lines.collect()
    }
}

/// Columns that name a person.
const PEOPLE: &[&str] = &[
    "owner_id",
    "coordinator_id",
    "assignee_id",
    "approver_id",
    "user_id",
    "by",
    "created_by",
    "removed_by",
    "decided_by",
    "opened_by",
    "agreed_by",
    "accepted_by",
    "asked_by",
    "settled_by",
    "done_by",
    "ended_by",
    "given_by",
];

fn people(value: &Value, found: &mut BTreeSet<i64>) {
    match value {
        Value::Object(fields) => {
            for (name, it) in fields {
                match it.as_i64().filter(|_| PEOPLE.contains(&name.as_str())) {
                    Some(id) => {
                        found.insert(id);
                    }
                    None => people(it, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|it| people(it, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
