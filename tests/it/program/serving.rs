//! How it starts, answers and stops.

use super::SOON;
use super::running::{Running, between, call, slipway, with};
use crate::support::Database;
use slipway::store::embedded;
use std::io::{Read, Write};
use std::time::Instant;
use tempfile::{TempDir, tempdir};

fn home() -> TempDir {
    tempdir().expect("a folder")
}

#[test]
fn it_serves_from_nothing_and_stops_in_order() {
    let home = home();
    let running = Running::start(slipway(home.path(), &[]));
    assert_eq!(running.get("/healthz").status, 200);
    assert_eq!(running.get("/readyz").body, "ready\n");
    let invitation = running.wait_for("make the first administrator at");
    let path = between(&invitation, &running.address, &[' ']);
    assert!(path.starts_with("/setup/") && running.get(path).status == 200, "{invitation}");
    assert_eq!(running.ask("HEAD /readyz HTTP/1.1\r\nHost: slipway\r\nConnection: close\r\n\r\n").status, 200);
    running.stop();
    assert!(embedded::idle_within(home.path(), SOON), "its database went with it");
    Running::start(slipway(home.path(), &["serve"])).stop();
}

#[test]
fn while_it_drains_it_serves_but_is_not_ready_and_a_second_signal_ends_it_at_once() {
    let home = home();
    let running = Running::start(with(slipway(home.path(), &["serve"]), "SLIPWAY_DRAIN", "300"));
    running.signal("-INT");
    running.wait_for("stopping");
    let ready = running.get("/readyz");
    assert_eq!((ready.status, ready.body.as_str()), (503, "stopping\n"));
    let last = running.ask("GET /healthz HTTP/1.1\r\nHost: slipway\r\n\r\n");
    assert_eq!((last.status, last.header("connection")), (200, "close"), "nobody sends more on a connection that will be closed");
    running.signal("-TERM");
    assert_eq!(running.end(), 1);
    assert!(embedded::idle_within(home.path(), SOON), "its database went with it");
}

#[test]
fn an_idle_connection_does_not_hold_it_up() {
    let (home, database) = (home(), Database::empty());
    let running = Running::start(with(with(slipway(home.path(), &[]), "DATABASE_URL", database.url()), "SLIPWAY_SHUTDOWN_TIMEOUT", "300"));
    let mut idle = running.connect();
    idle.write_all(b"GET /healthz HTTP/1.1\r\nHost: slipway\r\n\r\n").expect("it listens");
    idle.read_exact(&mut [0; 12]).expect("an answer");
    let begun = Instant::now();
    running.stop();
    assert!(begun.elapsed() < SOON, "it waited for the connection");
}

#[test]
fn a_second_program_on_the_same_data_is_told_so() {
    let home = home();
    let _first = Running::start(slipway(home.path(), &[]));
    call(slipway(home.path(), &["serve"])).refused(&["is in use by another program (process "]);
}

#[test]
fn other_commands_are_guests_of_the_program_that_serves() {
    let home = home();
    let running = Running::start(slipway(home.path(), &[]));
    assert!(call(slipway(home.path(), &["doctor"])).well().out.contains("ok    the database takes writes"));
    assert!(call(slipway(home.path(), &["audit", "verify"])).well().out.contains("is whole"));
    assert!(call(slipway(home.path(), &["migrate"])).well().out.contains("up to date already"));
    assert_eq!(running.get("/readyz").status, 200);
}

#[test]
fn a_port_that_is_taken_is_named() {
    let home = home();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let said = call(with(slipway(home.path(), &[]), "SLIPWAY_LISTEN", &address)).refused(&[&address, "is taken by another program"]);
    assert_eq!(said.err.lines().count(), 1, "{}", said.err);
}

#[test]
fn three_that_start_at_once_on_an_empty_database_all_come_up() {
    let (homes, database) = ([home(), home(), home()], Database::empty());
    let all = homes.each_ref().map(|home| Running::begin(with(slipway(home.path(), &[]), "DATABASE_URL", database.url())));
    for running in all {
        running.wait_for("serving");
        running.stop();
    }
}

#[test]
fn a_newer_schema_is_refused_with_both_versions() {
    let (home, database) = (home(), Database::empty());
    let known = slipway::store::migrations::known().expect("there are migrations");
    call(with(slipway(home.path(), &["migrate"]), "DATABASE_URL", database.url())).well();
    database.run("INSERT INTO __diesel_schema_migrations (version) VALUES ('20990101000000')");
    for command in ["serve", "migrate"] {
        call(with(slipway(home.path(), &[command]), "DATABASE_URL", database.url())).refused(&["20990101000000", &known, "newer"]);
    }
    let doctor = call(with(slipway(home.path(), &["doctor"]), "DATABASE_URL", database.url()));
    assert!(doctor.code == 1 && doctor.out.contains("fail  the database has schema 20990101000000"), "{}", doctor.out);
}

#[test]
fn a_schema_that_changes_under_a_running_program_makes_it_unready() {
    let (home, database) = (home(), Database::empty());
    let running = Running::start(with(slipway(home.path(), &[]), "DATABASE_URL", database.url()));
    assert_eq!(running.get("/readyz").status, 200);
    database.run("INSERT INTO __diesel_schema_migrations (version) VALUES ('20990101000000')");
    assert_eq!(running.get("/readyz").status, 503);
    assert_eq!(running.get("/healthz").status, 200);
}

#[test]
fn the_log_holds_the_id_of_each_answer_and_nothing_of_its_address() {
    let (home, database) = (home(), Database::empty());
    let command = with(with(slipway(home.path(), &[]), "DATABASE_URL", database.url()), "SLIPWAY_LOG_FORMAT", "json");
    let running = Running::start(command);
    let answer = running.get("/setup/hidden-token?key=hidden-query");
    assert_eq!(answer.status, 404);
    let id = answer.header("x-request-id");
    assert_eq!(id.len(), 36);
    let line = running.wait_for(id);
    let line: serde_json::Value = serde_json::from_str(&line).expect("each line is JSON");
    assert_eq!(line["span"]["request_id"], id);
    assert_eq!(line["span"]["method"], "GET");
    assert_eq!(line["span"]["route"], "/setup/{token}");
    assert_eq!(line["status"], 404);
    assert!(!line.to_string().contains("hidden"), "{line}");
}

#[test]
fn who_tries_what_they_may_not_stands_in_the_log() {
    let (home, database) = (home(), Database::empty());
    let command = with(with(slipway(home.path(), &[]), "DATABASE_URL", database.url()), "SLIPWAY_LOG_FORMAT", "json");
    let running = Running::start(command);
    let body = "email=ada%40example.org&password=hidden-password";
    let head = format!("Host: slipway\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
    let answer = running.ask(&format!("POST /session HTTP/1.1\r\n{head}Origin: https://evil.example\r\n\r\n{body}"));
    assert_eq!(answer.status, 403);
    let line: serde_json::Value = serde_json::from_str(&running.wait_for("\"refused\"")).expect("each line is JSON");
    assert_eq!(line["fields"]["cause"].as_str().or(line["cause"].as_str()), Some("the request came from another site"), "{line}");
    assert_eq!(line["fields"]["address"].as_str().or(line["address"].as_str()), Some("127.0.0.1"), "{line}");
    assert!(!running.log().contains("hidden-password"));
}
