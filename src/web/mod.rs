//! Pages: unpack, one action, one answer.

pub mod assets;
pub mod failure;
pub mod filters;
pub mod form;
pub mod frame;
pub mod health;
pub mod home;
pub mod log;
pub mod page;
pub mod routes;
pub mod security;
pub mod server;
pub mod session;
