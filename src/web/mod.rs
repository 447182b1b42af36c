//! Pages: unpack, one action, one answer.

pub mod assets;
pub mod failure;
pub mod filters;
pub mod form;
pub mod frame;
pub mod groups;
pub mod health;
pub mod home;
pub mod page;
pub mod profile;
pub mod routes;
pub mod security;
pub mod server;
pub mod session;
pub mod setup;
pub mod throttle;
pub mod users;
