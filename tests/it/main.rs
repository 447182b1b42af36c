//! Stories told against the whole program: a real server, a database of its own for each.

mod accounts;
mod activity;
mod approvals;
mod architecture;
mod authorization;
mod bodies;
mod changes;
mod delegations;
mod demo;
mod embedded;
mod items;
mod links;
mod lists;
mod migrations;
mod pages;
mod people;
mod phases;
mod program;
mod releases;
mod rounds;
mod scanners;
mod support;
mod tasks;
