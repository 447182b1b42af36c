//! People and configuration items by their names, as somebody types them. Closed accounts and retired items are found as well: lists
//! show what they once did.

use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named {
    People,
    Items,
}

impl Named {
    /// Everything of the kind, with the ids and names that it is known by.
    fn all(self) -> &'static str {
        match self {
            Named::People => "(SELECT id, name FROM users WHERE id <> 0) it",
            Named::Items => "(SELECT id, name FROM configuration_items) it",
        }
    }
}

/// What has a name, and whether nothing else is called the same.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Found {
    #[diesel(sql_type = BigInt)]
    pub id: i64,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = BigInt)]
    alike: i64,
}

impl Found {
    /// What leads to this one and no other: its name, with its number behind if that would not do.
    pub fn label(&self) -> String {
        let plain = self.alike == 1 && !self.name.ends_with(')') && self.name.parse::<i64>().is_err();
        if plain { self.name.clone() } else { format!("{} ({})", self.name, self.id) }
    }

    pub fn is_called(&self, text: &str) -> bool {
        self.name.to_lowercase() == text.to_lowercase()
    }
}

/// Those whose names have this text in them: first who is called just so, then whose name begins with it.
pub fn like(conn: &mut PgConnection, named: Named, text: &str, most: i64) -> QueryResult<Vec<Found>> {
    let all = named.all();
    let query = format!(
        "SELECT id, name, (SELECT count(*) FROM {all} WHERE lower(it.name) = lower(found.name)) AS alike
         FROM (SELECT id, name FROM {all} WHERE strpos(lower(name), lower($1)) > 0
               ORDER BY lower(name) = lower($1) DESC, strpos(lower(name), lower($1)) = 1 DESC, name, id LIMIT $2) found"
    );
    diesel::sql_query(query).bind::<Text, _>(text).bind::<BigInt, _>(most).load(conn)
}

pub fn with_id(conn: &mut PgConnection, named: Named, id: i64) -> QueryResult<Option<Found>> {
    let all = named.all();
    let query = format!(
        "SELECT id, name, (SELECT count(*) FROM {all} WHERE lower(it.name) = lower(found.name)) AS alike
         FROM (SELECT id, name FROM {all} WHERE id = $1) found"
    );
    diesel::sql_query(query).bind::<BigInt, _>(id).get_result(conn).optional()
}
