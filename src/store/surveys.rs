//! Surveys: whom they ask, and what was answered.

pub mod asked;
pub mod outgoing;
pub mod refusals;
pub mod responses;
