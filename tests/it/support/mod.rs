//! What the stories stand on.

mod app;
mod browser;
mod cluster;
pub mod given;

pub use app::TestApp;
pub use browser::{Browser, Page};
pub use cluster::Database;
