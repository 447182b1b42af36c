//! Stories told against the whole program.

mod bodies;
mod embedded;
mod program;
