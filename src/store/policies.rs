//! The policy that counts. Stands in until the policy itself is there.

use crate::domain::policies::Policy;
use diesel::QueryResult;
use diesel::pg::PgConnection;

pub fn current(_conn: &mut PgConnection) -> QueryResult<Policy> {
    Ok(Policy {})
}
