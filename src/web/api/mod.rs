//! What programs call: JSON in, JSON or a problem document out.

pub mod readings;
