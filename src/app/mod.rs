//! Actions: one function for each thing that a person, a link or the clock does. In five steps: permit, lock, decide, write, record.

pub mod context;
pub mod credentials;
pub mod error;
pub mod groups;
pub mod profile;
pub mod sessions;
pub mod setup;
pub mod users;

pub use context::Context;
pub use error::{Error, FormErrors, Result};
