//! Pages: unpack, one action, one answer.

pub mod assets;
pub mod changes;
pub mod csv;
pub mod failure;
pub mod filters;
pub mod form;
pub mod frame;
pub mod health;
pub mod home;
pub mod page;
pub mod records;
pub mod releases;
pub mod routes;
pub mod security;
pub mod server;
pub mod session;
pub mod tasks;
