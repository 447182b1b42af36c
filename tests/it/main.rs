//! Stories told against the whole program: a real server, a database of its own for each.

mod accounts;
mod activity;
mod approvals;
mod architecture;
mod authorization;
mod bodies;
mod calendars;
mod changes;
mod deadlines;
mod delegations;
mod demo;
mod embedded;
mod items;
mod links;
mod lists;
mod mails;
mod migrations;
mod notices;
mod pages;
mod people;
mod phases;
mod program;
mod releases;
mod scanners;
mod support;
mod tasks;
