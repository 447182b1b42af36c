//! What a release needs for its early life support: the plan, and around it metrics, readings, issues, known errors and the team.

pub mod issues;
pub mod known_errors;
pub mod metrics;
pub mod readings;
pub mod team;

use super::Tx;
use super::schema::{early_life_plans, users};
use crate::domain::ids::RecordId;
use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;

#[derive(Clone, Debug, HasQuery)]
#[diesel(table_name = early_life_plans, check_for_backend(diesel::pg::Pg))]
pub struct Plan {
    pub record_id: RecordId,
    pub contacts: String,
    pub agreed_with: String,
    pub agreed_at: Option<DateTime<Utc>>,
    #[diesel(select_expression = users::table.filter(users::id.nullable().eq(early_life_plans::agreed_by)).select(users::name).single_value())]
    pub agreed_by: Option<String>,
    pub salt: Vec<u8>,
    pub proposed_at: Option<DateTime<Utc>>,
    pub version: i32,
}

/// The plan of a release, if somebody made one.
pub fn plan(conn: &mut PgConnection, record: RecordId) -> QueryResult<Option<Plan>> {
    Plan::query().filter(early_life_plans::record_id.eq(record)).first(conn).optional()
}

/// The plan of a release: an empty one, if there was none. Whoever calls this holds the record.
pub fn keep_plan(tx: &mut Tx<'_>, record: RecordId) -> QueryResult<Plan> {
    let salt = rand::random::<[u8; 32]>();
    diesel::insert_into(early_life_plans::table)
        .values((early_life_plans::record_id.eq(record), early_life_plans::salt.eq(salt.as_slice())))
        .on_conflict_do_nothing()
        .execute(tx.conn)?;
    Plan::query().filter(early_life_plans::record_id.eq(record)).first(tx.conn)
}

pub fn set_contacts(tx: &mut Tx<'_>, record: RecordId, contacts: &str) -> QueryResult<()> {
    diesel::update(early_life_plans::table.find(record))
        .set((early_life_plans::contacts.eq(contacts), early_life_plans::version.eq(early_life_plans::version + 1)))
        .execute(tx.conn)?;
    Ok(())
}

/// Notes that somebody of operations agreed to the criteria as they are.
pub fn agree(tx: &mut Tx<'_>, record: RecordId, with: &str) -> QueryResult<()> {
    diesel::update(early_life_plans::table.find(record))
        .set((early_life_plans::agreed_with.eq(with), early_life_plans::agreed_at.eq(tx.now), early_life_plans::agreed_by.eq(tx.actor.id)))
        .execute(tx.conn)?;
    Ok(())
}

/// The criteria are not what was agreed to any more.
pub fn take_agreement_back(tx: &mut Tx<'_>, record: RecordId) -> QueryResult<()> {
    diesel::update(early_life_plans::table.find(record))
        .set((
            early_life_plans::agreed_with.eq(""),
            early_life_plans::agreed_at.eq(None::<DateTime<Utc>>),
            early_life_plans::agreed_by.eq(None::<crate::domain::ids::UserId>),
        ))
        .execute(tx.conn)?;
    Ok(())
}

pub fn set_proposed(tx: &mut Tx<'_>, record: RecordId, at: Option<DateTime<Utc>>) -> QueryResult<()> {
    diesel::update(early_life_plans::table.find(record)).set(early_life_plans::proposed_at.eq(at)).execute(tx.conn)?;
    Ok(())
}

/// From now on another key signs the readings.
pub fn renew_salt(tx: &mut Tx<'_>, record: RecordId) -> QueryResult<()> {
    let salt = rand::random::<[u8; 32]>();
    diesel::update(early_life_plans::table.find(record)).set(early_life_plans::salt.eq(salt.as_slice())).execute(tx.conn)?;
    Ok(())
}
