//! The chain of hashes that makes the log evidence.

use super::super::ids::{RecordId, UserId};
use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

/// A row of the log as its hash covers it.
#[derive(Clone, Debug)]
pub struct Link<'a> {
    pub id: i64,
    pub at: DateTime<Utc>,
    pub actor: UserId,
    pub on_behalf_of: Option<UserId>,
    pub record: Option<RecordId>,
    pub kind: &'a str,
    pub details: &'a serde_json::Value,
}

impl Link<'_> {
    /// SHA-256 over the hash before and every column of the row. Times count in microseconds, which is what the database keeps;
    /// details count in canonical form, because the database does not keep the order of keys.
    pub fn hash(&self, previous: &[u8]) -> Vec<u8> {
        let mut text = format!(
            "{}\n{}\n{}\n{}\n{}\n{}\n",
            self.id,
            self.at.timestamp_micros(),
            self.actor,
            self.on_behalf_of.map_or(String::new(), |it| it.to_string()),
            self.record.map_or(String::new(), |it| it.to_string()),
            self.kind,
        );
        canonical(self.details, &mut text);
        Sha256::new().chain_update(previous).chain_update(text.as_bytes()).finalize().to_vec()
    }
}

fn canonical(value: &serde_json::Value, out: &mut String) {
    match value {
        serde_json::Value::Object(map) => {
            let mut keys: Vec<&String> = map.keys().collect();
            keys.sort();
            out.push('{');
            for key in keys {
                out.push_str(&serde_json::Value::from(key.as_str()).to_string());
                out.push(':');
                canonical(&map[key], out);
                out.push(',');
            }
            out.push('}');
        }
        serde_json::Value::Array(items) => {
            out.push('[');
            for item in items {
                canonical(item, out);
                out.push(',');
            }
            out.push(']');
        }
        serde_json::Value::Null | serde_json::Value::Bool(_) | serde_json::Value::Number(_) | serde_json::Value::String(_) => out.push_str(&value.to_string()),
    }
}
