//! Actions: one function for each thing that a person, a link or the clock does. In five steps: permit, lock, decide, write, record.

pub mod approvals;
pub mod attachments;
pub mod calendars;
pub mod changes;
pub mod content;
pub mod context;
pub mod credentials;
pub mod deadlines;
pub mod delegations;
pub mod early_life;
pub mod error;
pub mod evidence;
pub mod follow_ups;
pub mod groups;
pub mod handovers;
pub mod items;
pub mod links;
pub mod mailed_links;
pub mod mails;
pub mod models;
pub mod notices;
pub mod phases;
pub mod profile;
pub mod question_sets;
pub mod records;
pub mod releases;
pub mod reopening;
pub mod reviews;
pub mod sessions;
pub mod setup;
pub mod sheet;
pub mod surveys;
pub mod tasks;
pub mod users;

pub use context::Context;
pub use error::{Error, FormErrors, Result};
