//! What people and the clock do about surveys.

pub mod answering;
pub mod inviting;
pub mod refusing;
