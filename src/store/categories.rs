//! The kinds of release and of RFC.

use super::schema::categories;
use crate::domain::ids::{CategoryId, WorkflowId};
use crate::domain::records::RecordKind;
use crate::domain::releases::Level;
use diesel::pg::PgConnection;
use diesel::prelude::*;

#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = categories, check_for_backend(diesel::pg::Pg))]
pub struct Category {
    pub id: CategoryId,
    pub key: String,
    pub name: String,
    pub level: Level,
    pub record_kind: RecordKind,
    pub workflow_id: WorkflowId,
}

/// Those that new records may have, in order.
pub fn list(conn: &mut PgConnection, kind: RecordKind) -> QueryResult<Vec<Category>> {
    Category::query().filter(categories::record_kind.eq(kind)).filter(categories::retired_at.is_null()).order(categories::position).load(conn)
}

pub fn find(conn: &mut PgConnection, kind: RecordKind, id: CategoryId) -> QueryResult<Category> {
    Category::query().filter(categories::id.eq(id)).filter(categories::record_kind.eq(kind)).filter(categories::retired_at.is_null()).first(conn)
}
