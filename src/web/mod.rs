//! Pages: unpack, one action, one answer.

pub mod activity;
pub mod approvals;
pub mod assets;
pub mod changes;
pub mod csv;
pub mod failure;
pub mod filters;
pub mod form;
pub mod frame;
pub mod health;
pub mod home;
pub mod items;
pub mod page;
pub mod process;
pub mod records;
pub mod releases;
pub mod routes;
pub mod search;
pub mod security;
pub mod server;
pub mod session;
pub mod tasks;
