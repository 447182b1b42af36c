//! Very many rows at once: written with COPY into tables whose indexes and references are away meanwhile, in one transaction.

mod rows;

pub use rows::*;

use super::outage::Outage;
use super::schema::event_head;
use super::{Db, Tx};
use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;

/// Rows that can be copied into their table.
pub trait Bulk: Sized {
    fn copy(rows: Vec<Self>, conn: &mut PgConnection) -> QueryResult<usize>;
}

/// Rows that wait for enough company to be copied.
pub struct Batch<R> {
    rows: Vec<R>,
}

/// Enough that a COPY is worth its round trip, few enough to be small in memory.
const ENOUGH: usize = 4096;

impl<R> Default for Batch<R> {
    fn default() -> Self {
        Batch { rows: Vec::new() }
    }
}

impl<R: Bulk> Batch<R> {
    pub fn push(&mut self, tx: &mut Tx<'_>, row: R) -> QueryResult<()> {
        self.rows.push(row);
        if self.rows.len() < ENOUGH { Ok(()) } else { self.flush(tx) }
    }

    pub fn flush(&mut self, tx: &mut Tx<'_>) -> QueryResult<()> {
        let rows = std::mem::take(&mut self.rows);
        if rows.is_empty() { Ok(()) } else { R::copy(rows, tx.conn).map(drop) }
    }
}

/// What was taken away of some tables: statements that put it back, references after what they need.
pub struct Aside(Vec<String>);

#[derive(QueryableByName)]
struct Part {
    #[diesel(sql_type = Text)]
    drop: String,
    #[diesel(sql_type = Text)]
    restore: String,
}

/// References of these tables and to them first, then keys, then indexes: what stands later may need what stands earlier, so it is put back
/// the other way round.
const PARTS: &str = "
    WITH wanted AS (SELECT unnest($1::text[])::regclass AS id)
    SELECT drop, restore FROM (
        SELECT 1 AS rank, conname AS name, format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS drop,
               format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) AS restore
        FROM pg_constraint WHERE contype = 'f' AND (conrelid IN (SELECT id FROM wanted) OR confrelid IN (SELECT id FROM wanted))
        UNION ALL
        SELECT 2, conname, format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname),
               format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
        FROM pg_constraint WHERE contype IN ('p', 'u') AND conrelid IN (SELECT id FROM wanted)
        UNION ALL
        SELECT 3, indexrelid::regclass::text, format('DROP INDEX %s', indexrelid::regclass), pg_get_indexdef(indexrelid)
        FROM pg_index WHERE indrelid IN (SELECT id FROM wanted) AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u'))
    ) part ORDER BY rank, name";

/// Takes indexes and references of these tables away until the end of the transaction, in which [`put_back`] must follow. Nobody else sees it,
/// and a failure undoes it with the rest.
pub fn set_aside(tx: &mut Tx<'_>, tables: &[&str]) -> QueryResult<Aside> {
    tx.conn.batch_execute(
        "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL synchronous_commit = off;
         SET LOCAL maintenance_work_mem = '512MB'; SET LOCAL client_min_messages = warning",
    )?;
    let parts: Vec<Part> = diesel::sql_query(PARTS).bind::<diesel::sql_types::Array<Text>, _>(tables).load(tx.conn)?;
    for part in &parts {
        tx.conn.batch_execute(&part.drop)?;
    }
    Ok(Aside(parts.into_iter().rev().map(|it| it.restore).collect()))
}

/// Builds again what was set aside, checking every reference; tells after each how many are left.
pub fn put_back(tx: &mut Tx<'_>, aside: &Aside, mut tell: impl FnMut(usize)) -> QueryResult<()> {
    for (nth, statement) in aside.0.iter().enumerate() {
        tx.conn.batch_execute(statement)?;
        tell(aside.0.len() - nth - 1);
    }
    Ok(())
}

#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    restart: String,
}

/// New rows get ids behind those that were copied.
pub fn continue_numbers(tx: &mut Tx<'_>, tables: &[&str]) -> QueryResult<()> {
    let all = "SELECT format('SELECT setval(%2$L, coalesce((SELECT max(id) + 1 FROM %1$I), 1), false)', table_name, pg_get_serial_sequence(table_name, 'id')) AS restart
               FROM information_schema.columns WHERE table_schema = current_schema() AND column_name = 'id' AND is_identity = 'YES' AND table_name = ANY($1)";
    let columns: Vec<Column> = diesel::sql_query(all).bind::<diesel::sql_types::Array<Text>, _>(tables).load(tx.conn)?;
    columns.iter().try_for_each(|it| tx.conn.batch_execute(&it.restart))
}

/// The log continues behind copied events.
pub fn set_head(tx: &mut Tx<'_>, last: i64, hash: &[u8]) -> QueryResult<()> {
    diesel::update(event_head::table).set((event_head::last_id.eq(last), event_head::hash.eq(hash))).execute(tx.conn)?;
    Ok(())
}

/// What the planner needs to know of tables that were filled.
pub fn analyze(tx: &mut Tx<'_>, tables: &[&str]) -> QueryResult<()> {
    tables.iter().try_for_each(|it| tx.conn.batch_execute(&format!("ANALYZE {it}")))
}

/// Notes which pages hold only rows that everybody sees, as autovacuum does in time: until then indexes alone answer nothing.
pub fn vacuum(db: &Db, tables: &[&str]) -> Result<(), Outage> {
    tables.iter().try_for_each(|it| db.run_alone(&format!("VACUUM {it}")))
}
