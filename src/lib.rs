//! Slipway: IT release and deployment management. The floors, from the ground up; each may use only those before it.

/// The only place that asks what time it is.
pub mod clock;

/// Rules: values in, values out.
pub mod domain;

/// Rows: the only floor that knows SQL.
pub mod store;

/// Actions: what people do.
pub mod app;

/// A believable organisation, made with the actions, for trying things out.
pub mod demo;

/// Settings, from flags and the environment; and the key that signs cookies.
pub mod config;
pub mod secret;

/// Mails: how they read, and the way they leave.
pub mod mail;

/// What recurs by the clock, and the sending of mails.
pub mod worker;

/// Pages.
pub mod web;

/// The program's faces: each command wires the floors below together.
pub mod commands;
pub mod terminal;
