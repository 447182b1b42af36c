//! Slipway: IT release and deployment management. The floors, from the ground up; each may use only those before it.

/// Actions: what people do.
pub mod app;
pub mod clock;
/// Settings, from flags and the environment.
pub mod config;
/// A believable organisation to look around in.
pub mod demo;
/// Rules: values in, values out.
pub mod domain;
/// The key that signs cookies.
pub mod secret;
/// Rows: the only floor that knows SQL.
pub mod store;
/// What the command line prints.
pub mod terminal;
/// Pages.
pub mod web;
/// What recurs by the clock.
pub mod worker;

/// The program's faces: each command wires the floors below together.
pub mod commands;
