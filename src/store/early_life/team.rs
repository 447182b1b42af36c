//! Who supports a release in its early life, and how they are reached.

use crate::domain::ids::{MemberId, RecordId, UserId};
use crate::store::Tx;
use crate::store::schema::early_life_team;
use diesel::pg::PgConnection;
use diesel::prelude::*;

#[derive(Clone, Debug, HasQuery)]
#[diesel(table_name = early_life_team, check_for_backend(diesel::pg::Pg))]
pub struct Member {
    pub id: MemberId,
    pub record_id: RecordId,
    /// Empty for somebody without an account.
    pub user_id: Option<UserId>,
    pub name: String,
    pub role: String,
    pub contact: String,
}

/// Somebody as they are to be noted.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = early_life_team)]
pub struct Draft {
    pub user_id: Option<UserId>,
    pub name: String,
    pub role: String,
    pub contact: String,
}

pub fn list(conn: &mut PgConnection, record: RecordId) -> QueryResult<Vec<Member>> {
    Member::query().filter(early_life_team::record_id.eq(record)).order(early_life_team::id).load(conn)
}

pub fn find(conn: &mut PgConnection, id: MemberId) -> QueryResult<Member> {
    Member::query().filter(early_life_team::id.eq(id)).first(conn)
}

pub fn insert(tx: &mut Tx<'_>, record: RecordId, new: &Draft) -> QueryResult<()> {
    diesel::insert_into(early_life_team::table).values((new, early_life_team::record_id.eq(record))).execute(tx.conn)?;
    Ok(())
}

pub fn delete(tx: &mut Tx<'_>, id: MemberId) -> QueryResult<()> {
    diesel::delete(early_life_team::table.find(id)).execute(tx.conn)?;
    Ok(())
}
