//! Rules: values in, values out. No query, no clock, no page.

pub mod words;

pub mod approvals;
pub mod attachments;
pub mod calendars;
pub mod categories;
pub mod configuration;
pub mod deadlines;
pub mod delegations;
pub mod differences;
pub mod digests;
pub mod early_life;
pub mod events;
pub mod follow_ups;
pub mod handovers;
pub mod ids;
pub mod items;
pub mod keys;
pub mod links;
pub mod mails;
pub mod models;
pub mod moving;
pub mod notices;
pub mod notification_rules;
pub mod passwords;
pub mod people;
pub mod policies;
pub mod process;
pub mod readiness;
pub mod records;
pub mod refusals;
pub mod releases;
pub mod requirements;
pub mod reviews;
pub mod second_factor;
pub mod surveys;
pub mod tasks;
pub mod text;
pub mod workflows;

#[cfg(test)]
mod shipped;
