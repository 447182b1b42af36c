//! The outbox as administrators look at it.

use crate::domain::ids::{MailId, RecordId};
use crate::domain::mails::{MailKind, MailState};
use crate::domain::records::RecordKind;
use crate::store::schema::{mails, records, users};
use chrono::{DateTime, Utc};
use diesel::dsl::{min, sql};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Text};
use std::collections::BTreeMap;

/// A mail as the list shows it, without its long words.
#[derive(Debug, Clone, Queryable)]
pub struct Row {
    pub id: MailId,
    pub kind: MailKind,
    pub recipient: String,
    pub name: Option<String>,
    pub subject: String,
    pub record_id: Option<RecordId>,
    pub record_kind: Option<RecordKind>,
    pub created_at: DateTime<Utc>,
    pub next_try_at: DateTime<Utc>,
    pub lease: Option<i64>,
    pub tries: i32,
    pub answer: String,
    pub sent_at: Option<DateTime<Utc>>,
}

impl Row {
    pub fn is_leaving(&self, now: &DateTime<Utc>) -> bool {
        self.lease.is_some() && self.next_try_at > *now
    }
}

/// Which mails to list.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Words of an address or of a subject, the last one perhaps in part.
    pub text: String,
    pub record: Option<RecordId>,
    /// Older than this one.
    pub before: Option<MailId>,
}

/// Mails in a state, the newest first.
pub fn list(conn: &mut PgConnection, state: MailState, filter: &Filter, limit: i64) -> QueryResult<Vec<Row>> {
    let mut query = mails::table
        .left_join(users::table)
        .left_join(records::table)
        .filter(mails::state.eq(state))
        .order(mails::id.desc())
        .limit(limit)
        .select((
            mails::id,
            mails::kind,
            mails::recipient,
            users::name.nullable(),
            mails::subject,
            mails::record_id,
            records::kind.nullable(),
            mails::created_at,
            mails::next_try_at,
            mails::lease,
            mails::tries,
            mails::answer,
            mails::sent_at,
        ))
        .into_boxed();
    if let Some(record) = filter.record {
        query = query.filter(mails::record_id.eq(record));
    } else if !filter.text.is_empty() {
        let words = prefix_query(&filter.text);
        query = query.filter(sql::<Bool>("mail_words(mails.recipient, mails.subject) @@ to_tsquery('simple', ").bind::<Text, _>(words).sql(")"));
    }
    if let Some(before) = filter.before {
        query = query.filter(mails::id.lt(before));
    }
    query.load(conn)
}

/// How the outbox stands.
#[derive(Debug, Clone, Default)]
pub struct Figures {
    counts: BTreeMap<MailState, i64>,
    /// Since when the oldest queued mail waits.
    pub oldest: Option<DateTime<Utc>>,
}

impl Figures {
    pub fn count(&self, state: MailState) -> i64 {
        self.counts.get(&state).copied().unwrap_or(0)
    }
}

/// How the outbox stands. Of each state no more than `most` are counted: what was sent grows for ever.
pub fn figures(conn: &mut PgConnection, most: i64) -> QueryResult<Figures> {
    let mut counts = BTreeMap::new();
    for state in MailState::ALL {
        let counted = "(SELECT count(*) FROM (SELECT FROM mails WHERE state = ";
        let count = sql::<BigInt>(counted).bind::<Text, _>(*state).sql(" LIMIT ").bind::<BigInt, _>(most).sql(") counted)");
        counts.insert(*state, diesel::select(count).get_result(conn)?);
    }
    let oldest = mails::table.filter(sql::<Bool>("state = 'queued'")).select(min(mails::created_at)).first(conn)?;
    Ok(Figures { counts, oldest })
}

/// The query of a text search: every word as a prefix. Empty when there is no word in the text.
fn prefix_query(text: &str) -> String {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).take(12);
    words.map(|word| format!("{}:*", word.to_lowercase())).collect::<Vec<_>>().join(" & ")
}
