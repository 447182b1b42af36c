//! Rows: diesel lives here and nowhere above. Reads take a connection, writes take a [`Tx`].

pub mod address;
pub mod approval_links;
pub mod approvals;
pub mod attachments;
pub mod audience;
pub mod bulk;
pub mod calendars;
pub mod categories;
pub mod choices;
pub mod condition;
pub mod configuration;
pub mod confirmations;
pub mod cursors;
pub mod db;
pub mod deadlines;
pub mod delegations;
pub mod demo;
pub mod early_life;
pub mod embedded;
pub mod events;
pub mod evidence;
pub mod follow_ups;
pub mod groups;
pub mod handovers;
pub mod items;
pub mod lists;
pub mod mailed_links;
pub mod mails;
pub mod migrations;
pub mod models;
pub mod moving;
pub mod named;
pub mod notices;
pub mod notification_rules;
mod outage;
pub mod policies;
mod pool;
pub mod preferences;
pub mod question_sets;
pub mod records;
pub mod registrations;
pub mod related;
pub mod releases;
pub mod results;
pub mod reviews;
pub mod schema;
pub mod second_factors;
pub mod sessions;
pub mod setup_links;
pub mod surveys;
pub mod tasks;
mod turns;
pub mod users;
pub mod visits;
pub mod waivers;
pub mod watchers;
pub mod workflow_drafts;
pub mod workflows;

pub use db::{Db, Tx};
/// What reads take.
pub use diesel::pg::PgConnection;

/// Whether a row was refused because another one has its name, number or address.
pub fn is_duplicate(error: &diesel::result::Error) -> bool {
    matches!(error, diesel::result::Error::DatabaseError(diesel::result::DatabaseErrorKind::UniqueViolation, _))
}

/// Whether a row was refused because it points to one that does not exist.
pub fn is_dangling(error: &diesel::result::Error) -> bool {
    matches!(error, diesel::result::Error::DatabaseError(diesel::result::DatabaseErrorKind::ForeignKeyViolation, _))
}
