//! What only loading the demo needs: whether a database holds anything yet, and haste.

use super::Tx;
use super::schema::{configuration_items, records, users};
use crate::domain::ids::SLIPWAY;
use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;
use diesel::prelude::*;

/// How much there is of what people make.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Holdings {
    pub users: i64,
    pub records: i64,
    pub items: i64,
}

/// Lets a transaction be kept a little later than it is answered. Whoever writes the last one without this has kept them all.
pub fn hurry(tx: &mut Tx<'_>) -> QueryResult<()> {
    tx.conn.batch_execute("SET LOCAL synchronous_commit TO off")
}

pub fn holdings(conn: &mut PgConnection) -> QueryResult<Holdings> {
    Ok(Holdings {
        users: users::table.filter(users::id.ne(SLIPWAY)).count().get_result(conn)?,
        records: records::table.count().get_result(conn)?,
        items: configuration_items::table.count().get_result(conn)?,
    })
}
