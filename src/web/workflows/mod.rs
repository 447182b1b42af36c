//! Workflows: the walk of a sample record through one.

mod choosing;
pub mod simulation;
mod view;
