//! Surveys: what people and the clock do with them.

pub mod low_scores;
