//! Stories told against the whole program: a real server, a database of its own for each.

mod accounts;
mod people;
mod phases;
mod support;
