//! The activity log: one row for each thing that happened, chained by hashes, never changed.

use super::Tx;
use super::schema::{event_head, events, users};
use crate::domain::events::{Event, Link};
use crate::domain::ids::{RecordId, UserId};
use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use std::cmp::Ordering;

/// An event that waits for the end of its transaction.
pub(super) struct Happened {
    record: Option<RecordId>,
    on_behalf_of: Option<UserId>,
    kind: String,
    details: serde_json::Value,
}

/// Notes an event. It is appended to the log at the end of the transaction, or not at all.
pub fn record(tx: &mut Tx<'_>, record: impl Into<Option<RecordId>>, event: &Event) -> QueryResult<()> {
    record_for(tx, record, None, event)
}

/// [`record`], by somebody who stood in for another.
pub fn record_for(tx: &mut Tx<'_>, record: impl Into<Option<RecordId>>, on_behalf_of: Option<UserId>, event: &Event) -> QueryResult<()> {
    let (kind, details) = event.row().map_err(|cause| diesel::result::Error::SerializationError(cause.into()))?;
    tx.happened.push(Happened { record: record.into(), on_behalf_of, kind, details });
    Ok(())
}

/// The records that something happened to so far.
pub(super) fn touched(tx: &Tx<'_>) -> Vec<RecordId> {
    tx.happened.iter().filter_map(|it| it.record).collect::<std::collections::BTreeSet<_>>().into_iter().collect()
}

/// Appends what happened, in order, from the head of the chain, which is locked until the commit.
pub(super) fn append(tx: &mut Tx<'_>) -> QueryResult<()> {
    if tx.happened.is_empty() {
        return Ok(());
    }
    let (mut last, mut head): (i64, Vec<u8>) = event_head::table.select((event_head::last_id, event_head::hash)).for_update().first(tx.conn)?;
    let mut rows = Vec::with_capacity(tx.happened.len());
    for it in std::mem::take(&mut tx.happened) {
        last += 1;
        let link = Link { id: last, at: tx.now, actor: tx.actor.id, on_behalf_of: it.on_behalf_of, record: it.record, kind: &it.kind, details: &it.details };
        let hash = link.hash(&head);
        let previous = std::mem::replace(&mut head, hash.clone());
        rows.push((
            events::id.eq(last),
            events::at.eq(tx.now),
            events::actor_id.eq(tx.actor.id),
            events::for_id.eq(it.on_behalf_of),
            events::record_id.eq(it.record),
            events::kind.eq(it.kind),
            events::details.eq(it.details),
            events::previous.eq(previous),
            events::hash.eq(hash),
        ));
    }
    diesel::insert_into(events::table).values(rows).execute(tx.conn)?;
    diesel::update(event_head::table).set((event_head::last_id.eq(last), event_head::hash.eq(head))).execute(tx.conn)?;
    Ok(())
}

/// An event as the log shows it.
#[derive(Debug, Clone)]
pub struct Entry {
    pub id: i64,
    pub at: DateTime<Utc>,
    pub actor: String,
    pub on_behalf_of: Option<String>,
    pub record: Option<RecordId>,
    pub kind: String,
    pub event: Option<Event>,
}

/// Which part of the log to show.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub record: Option<RecordId>,
    pub actor: Option<UserId>,
    pub kind: Option<String>,
    /// Only events before this one: the keyset.
    pub before: Option<i64>,
}

type Row = (i64, DateTime<Utc>, String, Option<String>, Option<RecordId>, String, serde_json::Value);

/// The newest events that match, newest first.
pub fn list(conn: &mut PgConnection, filter: &Filter, limit: i64) -> QueryResult<Vec<Entry>> {
    let stand_in = diesel::alias!(users as stand_in);
    let mut query = events::table
        .inner_join(users::table.on(users::id.eq(events::actor_id)))
        .left_join(stand_in.on(stand_in.field(users::id).nullable().eq(events::for_id)))
        .select((events::id, events::at, users::name, stand_in.field(users::name).nullable(), events::record_id, events::kind, events::details))
        .order(events::id.desc())
        .limit(limit)
        .into_boxed();
    if let Some(record) = filter.record {
        query = query.filter(events::record_id.eq(record));
    }
    if let Some(actor) = filter.actor {
        query = query.filter(events::actor_id.eq(actor));
    }
    if let Some(kind) = &filter.kind {
        query = query.filter(events::kind.eq(kind.clone()));
    }
    if let Some(before) = filter.before {
        query = query.filter(events::id.lt(before));
    }
    let rows: Vec<Row> = query.load(conn)?;
    Ok(rows.into_iter().map(entry).collect())
}

fn entry((id, at, actor, on_behalf_of, record, kind, details): Row) -> Entry {
    let event = Event::of_row(&kind, &details);
    Entry { id, at, actor, on_behalf_of, record, kind, event }
}

/// An event as those who follow the log read it.
#[derive(Debug, Clone)]
pub struct Followed {
    pub id: i64,
    pub at: DateTime<Utc>,
    pub actor_id: UserId,
    pub actor: String,
    pub for_id: Option<UserId>,
    pub record: Option<RecordId>,
    pub event: Option<Event>,
}

type FollowedRow = (i64, DateTime<Utc>, UserId, String, Option<UserId>, Option<RecordId>, String, serde_json::Value);

/// The events after this one, oldest first. Ids are given under a lock, so none appears behind one that was read.
pub fn after(conn: &mut PgConnection, id: i64, limit: i64) -> QueryResult<Vec<Followed>> {
    let rows: Vec<FollowedRow> = events::table
        .inner_join(users::table.on(users::id.eq(events::actor_id)))
        .filter(events::id.gt(id))
        .order(events::id)
        .limit(limit)
        .select((events::id, events::at, events::actor_id, users::name, events::for_id, events::record_id, events::kind, events::details))
        .load(conn)?;
    let followed = |(id, at, actor_id, actor, for_id, record, kind, details): FollowedRow| {
        let event = Event::of_row(&kind, &details);
        Followed { id, at, actor_id, actor, for_id, record, event }
    };
    Ok(rows.into_iter().map(followed).collect())
}

/// The last event before this time; 0 if there is none.
pub fn last_before(conn: &mut PgConnection, time: DateTime<Utc>) -> QueryResult<i64> {
    let found: Option<i64> = events::table.filter(events::at.lt(time)).order(events::id.desc()).select(events::id).first(conn).optional()?;
    Ok(found.unwrap_or_default())
}

impl Entry {
    pub fn sentence(&self) -> String {
        self.event.as_ref().map_or_else(|| self.kind.replace('_', " "), Event::sentence)
    }
}

/// How far the log reached at some moment. Kept elsewhere, it shows later that nothing up to there was changed or cut off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    pub id: i64,
    pub hash: Vec<u8>,
}

impl Checkpoint {
    /// Before the first event.
    fn start() -> Checkpoint {
        Checkpoint { id: 0, hash: vec![0; 32] }
    }
}

impl std::fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.id, hex::encode(&self.hash))
    }
}

impl std::str::FromStr for Checkpoint {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Checkpoint, &'static str> {
        const SHAPE: &str = "a checkpoint is a number, a colon and 64 hex digits";
        let (id, hash) = text.trim().split_once(':').ok_or(SHAPE)?;
        let hash = hex::decode(hash).ok().filter(|it| it.len() == 32).ok_or(SHAPE)?;
        Ok(Checkpoint { id: id.parse().map_err(|_| SHAPE)?, hash })
    }
}

/// How far the log says that it reaches.
pub fn checkpoint(conn: &mut PgConnection) -> QueryResult<Checkpoint> {
    let (id, hash) = event_head::table.select((event_head::last_id, event_head::hash)).first(conn)?;
    Ok(Checkpoint { id, hash })
}

/// The last event there is.
pub fn last(conn: &mut PgConnection) -> QueryResult<Checkpoint> {
    let found = events::table.select((events::id, events::hash)).order(events::id.desc()).first(conn).optional()?;
    Ok(found.map_or_else(Checkpoint::start, |(id, hash)| Checkpoint { id, hash }))
}

/// Whether a checkpoint that was noted earlier is part of this log.
pub fn holds(conn: &mut PgConnection, noted: &Checkpoint) -> QueryResult<bool> {
    if noted.id == 0 {
        return Ok(*noted == Checkpoint::start());
    }
    diesel::select(diesel::dsl::exists(events::table.filter(events::id.eq(noted.id)).filter(events::hash.eq(&noted.hash)))).get_result(conn)
}

/// Where the chain is broken, or how far it reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    Whole(Checkpoint),
    Broken { at: i64, why: &'static str },
}

type ChainRow = (i64, DateTime<Utc>, UserId, Option<UserId>, Option<RecordId>, String, serde_json::Value, Vec<u8>, Vec<u8>);

/// Walks the whole chain and names the first break, a cut-off tail included.
pub fn verify(conn: &mut PgConnection) -> QueryResult<Verdict> {
    let head = checkpoint(conn)?;
    let Checkpoint { mut id, mut hash } = Checkpoint::start();
    loop {
        let rows: Vec<ChainRow> = events::table.filter(events::id.gt(id)).order(events::id).limit(1000).load(conn)?;
        if rows.is_empty() {
            break;
        }
        for (row_id, at, actor, on_behalf_of, record, kind, details, previous, own) in rows {
            let link = Link { id: row_id, at, actor, on_behalf_of, record, kind: &kind, details: &details };
            let why = if row_id != id + 1 {
                Some("events before it are missing")
            } else if previous != hash {
                Some("it does not continue the event before it")
            } else if link.hash(&hash) != own {
                Some("it was changed after it was written")
            } else {
                None
            };
            if let Some(why) = why {
                return Ok(Verdict::Broken { at: row_id, why });
            }
            (id, hash) = (row_id, own);
        }
    }
    let end = Checkpoint { id, hash };
    Ok(match end.id.cmp(&head.id) {
        Ordering::Less => Verdict::Broken { at: end.id + 1, why: "it is missing: the log once reached further" },
        Ordering::Equal if end == head => Verdict::Whole(end),
        Ordering::Equal | Ordering::Greater => Verdict::Broken { at: head.id, why: "the log's own checkpoint is not what was written there" },
    })
}

/// The kinds that occur in the log, each found by one step through its index.
pub fn kinds(conn: &mut PgConnection) -> QueryResult<Vec<String>> {
    #[derive(QueryableByName)]
    struct Kind {
        #[diesel(sql_type = diesel::sql_types::Text)]
        kind: String,
    }
    let walk = "WITH RECURSIVE walk AS (SELECT min(kind) AS kind FROM events UNION ALL \
                SELECT (SELECT min(kind) FROM events WHERE kind > walk.kind) FROM walk WHERE walk.kind IS NOT NULL) \
                SELECT kind FROM walk WHERE kind IS NOT NULL";
    Ok(diesel::sql_query(walk).load::<Kind>(conn)?.into_iter().map(|it| it.kind).collect())
}

/// The kinds that occur on one record.
pub fn kinds_of(conn: &mut PgConnection, record: RecordId) -> QueryResult<Vec<String>> {
    events::table.filter(events::record_id.eq(record)).select(events::kind).distinct().order(events::kind).load(conn)
}
