//! Stories told against the whole program: a real server, a database of its own for each.

mod accounts;
mod bodies;
mod demo;
mod embedded;
mod people;
mod program;
mod support;
