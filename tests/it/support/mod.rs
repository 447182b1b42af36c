//! What the stories stand on.

mod app;
mod browser;
mod cluster;
pub mod given;
pub mod html;
mod smtp;
mod told;

pub use app::{TestApp, noon};
pub use browser::{Browser, Page};
pub use cluster::Database;
pub use smtp::{MailServer, Reply};
