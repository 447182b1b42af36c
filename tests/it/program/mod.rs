//! The program as its operators meet it: started, asked, signalled and stopped from outside.

mod accounts;
mod audit;
mod links;
mod mailing;
pub mod running;
mod serving;
mod settings;

use std::time::Duration;

/// More than any of this takes on a busy machine.
const SOON: Duration = Duration::from_secs(60);
