//! The policy's rows: one for each of its versions.

use super::Tx;
use super::schema::{categories, policies, records, releases, users};
use crate::domain::ids::{ItemId, RecordId};
use crate::domain::policies::{Kind, Policy, Security, Shipment};
use crate::domain::records::{RecordKind, RecordState};
use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use diesel::deserialize::{FromSql, FromSqlRow};
use diesel::pg::{Pg, PgConnection, PgValue};
use diesel::prelude::*;
use diesel::sql_types::Jsonb;

/// A policy as its row keeps it.
#[derive(Clone, Debug, PartialEq, Eq, FromSqlRow)]
pub struct Definition(pub Policy);

impl FromSql<Jsonb, Pg> for Definition {
    fn from_sql(value: PgValue<'_>) -> diesel::deserialize::Result<Self> {
        let value = <serde_json::Value as FromSql<Jsonb, Pg>>::from_sql(value)?;
        Ok(Definition(serde_json::from_value(value)?))
    }
}

/// The policy as it was from one edit to the next.
#[derive(Clone, Debug, Queryable)]
pub struct Version {
    pub version: i32,
    pub definition: Definition,
    /// Why it was changed to this.
    pub reason: String,
    pub review_on: Option<NaiveDate>,
    pub created_at: DateTime<Utc>,
    pub by: String,
}

impl Version {
    pub fn policy(&self) -> &Policy {
        &self.definition.0
    }
}

/// The policy that counts.
pub fn current(conn: &mut PgConnection) -> QueryResult<Policy> {
    let Definition(policy) = policies::table.order(policies::version.desc()).select(policies::definition).first(conn)?;
    Ok(policy)
}

/// How accounts are kept safe by it.
pub fn security(conn: &mut PgConnection) -> QueryResult<Security> {
    Ok(current(conn)?.security)
}

type Columns = (policies::version, policies::definition, policies::reason, policies::review_on, policies::created_at, users::name);

const COLUMNS: Columns = (policies::version, policies::definition, policies::reason, policies::review_on, policies::created_at, users::name);

/// The version that counts, with all that is known of it.
pub fn newest(conn: &mut PgConnection) -> QueryResult<Version> {
    policies::table.inner_join(users::table).order(policies::version.desc()).select(COLUMNS).first(conn)
}

/// All versions, the newest first.
pub fn list(conn: &mut PgConnection, limit: i64) -> QueryResult<Vec<Version>> {
    policies::table.inner_join(users::table).order(policies::version.desc()).limit(limit).select(COLUMNS).load(conn)
}

/// [`newest`], held until the transaction ends. Whoever waited for it may find that it is the newest no longer: then [`insert`] says so.
pub fn lock(tx: &mut Tx<'_>) -> QueryResult<Version> {
    policies::table.order(policies::version.desc()).select(policies::version).for_no_key_update().first::<i32>(tx.conn)?;
    newest(tx.conn)
}

/// Makes the next version. A duplicate is refused: somebody else made it.
pub fn insert(tx: &mut Tx<'_>, version: i32, policy: &Policy, reason: &str, review_on: Option<NaiveDate>) -> QueryResult<()> {
    let definition = serde_json::to_value(policy).map_err(|cause| diesel::result::Error::SerializationError(cause.into()))?;
    diesel::insert_into(policies::table)
        .values((
            policies::version.eq(version),
            policies::definition.eq(definition),
            policies::reason.eq(reason),
            policies::review_on.eq(review_on),
            policies::created_at.eq(tx.now),
            policies::created_by.eq(tx.actor.id),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// The categories of releases in their order, those that are retired last.
pub fn kinds(conn: &mut PgConnection) -> QueryResult<Vec<Kind>> {
    let rows = categories::table
        .filter(categories::record_kind.eq(RecordKind::Release))
        .order((categories::retired_at.is_not_null(), categories::position, categories::id))
        .select((categories::key, categories::name, categories::level))
        .load(conn)?;
    Ok(rows.into_iter().map(|(key, name, level)| Kind { key, name, level }).collect())
}

/// The other releases of a CI that ship or shipped, on their days in this zone. What was abandoned does not.
pub fn shipments(conn: &mut PgConnection, item: ItemId, except: Option<RecordId>, zone: Tz) -> QueryResult<Vec<Shipment>> {
    let rows: Vec<(Option<String>, String, Option<DateTime<Utc>>)> = releases::table
        .inner_join(records::table.on(records::id.eq(releases::record_id)))
        .inner_join(categories::table.on(categories::id.eq(records::category_id)))
        .filter(releases::ci_id.eq(item))
        .filter(records::id.ne(except.unwrap_or(RecordId(0))))
        .filter(records::planned_start.is_not_null())
        .filter(records::state.eq_any([RecordState::Open, RecordState::Closed, RecordState::BackedOut]))
        .select((records::identifier, categories::key, records::planned_start))
        .load(conn)?;
    let shipment = |(name, category, start): (Option<String>, String, Option<DateTime<Utc>>)| {
        Some(Shipment { name: name.unwrap_or_default(), category, on: start?.with_timezone(&zone).date_naive() })
    };
    Ok(rows.into_iter().filter_map(shipment).collect())
}
