//! Settings: where they come from, and what is said about them.

use super::running::{call, slipway, with};
use crate::support::Database;
use std::fs;
use std::path::PathBuf;
use tempfile::{TempDir, tempdir};

const SECRET: &str = "0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz";

fn home() -> TempDir {
    tempdir().expect("a folder")
}

fn file(home: &TempDir, text: &str) -> PathBuf {
    let path = home.path().join("secret.txt");
    fs::write(&path, text).expect("our own folder");
    path
}

#[test]
fn the_help_names_every_variable() {
    let help = call(slipway(home().path(), &["--help"])).well().out;
    for name in slipway::config::variables() {
        assert!(help.contains(&name), "{name} is not in the help");
    }
    assert!(slipway::config::variables().len() > 20);
}

#[test]
fn the_help_shows_no_secret() {
    let help = call(with(with(slipway(home().path(), &["--help"]), "DATABASE_URL", "postgres://app:hunter2@db/x"), "SMTP_URL", "smtp://a:hunter2@mail"));
    assert!(!help.well().out.contains("hunter2"));
}

#[test]
fn a_misspelt_variable_is_pointed_out() {
    let said = call(with(slipway(home().path(), &["config", "check"]), "SLIPWAY_LISTENN", "127.0.0.1:9")).well();
    assert!(said.err.contains("SLIPWAY_LISTENN is set, but there is no such setting"), "{}", said.err);
    assert!(!said.err.contains("SLIPWAY_LISTEN is set"), "{}", said.err);
}

#[test]
fn a_secret_may_stand_in_a_file() {
    let (home, database) = (home(), Database::empty());
    let path = file(&home, &format!("{}\n", database.url()));
    let said = call(with(slipway(home.path(), &["migrate"]), "DATABASE_URL_FILE", &path)).well();
    assert!(said.out.contains("Ran "), "{}", said.out);
    assert!(!home.path().join("postgres").exists(), "no private database was needed");
}

#[test]
fn a_secret_that_is_given_twice_is_refused() {
    let home = home();
    let command = with(slipway(home.path(), &["config", "check"]), "SMTP_URL_FILE", file(&home, "smtp://a"));
    call(with(command, "SMTP_URL", "smtp://b")).refused(&["SMTP_URL and SMTP_URL_FILE are both set"]);
}

#[test]
fn a_file_that_cannot_be_read_or_holds_nothing_is_named() {
    let home = home();
    call(with(slipway(home.path(), &["config", "check"]), "SLIPWAY_SECRET_KEY_FILE", "/no/such/file"))
        .refused(&["SLIPWAY_SECRET_KEY_FILE names /no/such/file"]);
    call(with(slipway(home.path(), &["config", "check"]), "SMTP_URL_FILE", file(&home, "\n"))).refused(&["SMTP_URL_FILE names", "which is empty"]);
}

#[test]
fn a_flag_wins_over_a_file_and_an_empty_variable_counts_as_not_set() {
    let home = home();
    let command = with(slipway(home.path(), &["config", "check", "--smtp-url", "smtp://flag"]), "SMTP_URL_FILE", file(&home, "smtp://file"));
    let said = call(with(command, "DATABASE_URL", "")).well();
    assert!(said.out.contains("smtp://flag") && said.out.contains("a private PostgreSQL"), "{}", said.out);
}

#[test]
fn the_settings_are_shown_with_secrets_masked() {
    let home = home();
    let command = with(slipway(home.path(), &["config", "check"]), "DATABASE_URL", "postgres://app:hunter2@db1,db2/slipway");
    let said = call(with(with(command, "SLIPWAY_SECRET_KEY", SECRET), "SMTP_URL", "smtps://mailer:hunter2@mail.example.org")).well();
    assert!(said.out.contains("postgres://app:***@db1,db2/slipway") && said.out.contains("smtps://mailer:***@mail.example.org"), "{}", said.out);
    assert!(!said.out.contains("hunter2") && !said.out.contains(SECRET), "{}", said.out);
    assert!(said.out.contains("SLIPWAY_DRAIN                0"), "{}", said.out);
}

#[test]
fn what_is_wrong_with_the_settings_is_said() {
    let home = home();
    let command = with(with(slipway(home.path(), &["config", "check"]), "SLIPWAY_SECRET_KEY", "short"), "SMTP_URL", "mail.example.org");
    let said = call(with(command, "SLIPWAY_BASE_URL", "http://slipway.example.org"));
    assert_eq!(said.code, 1);
    for line in ["fail  SLIPWAY_SECRET_KEY: ", "fail  SMTP_URL must start with", "warn  http://slipway.example.org is not encrypted"] {
        assert!(said.out.contains(line), "no {line:?} in {}", said.out);
    }
}

#[test]
fn a_doctor_looks_at_everything_and_changes_nothing() {
    let (home, database) = (home(), Database::empty());
    let doctor = || call(with(slipway(home.path(), &["doctor"]), "DATABASE_URL", database.url()));
    let before = doctor();
    assert!(before.code == 1 && before.out.contains("fail  the schema is older than this program: run `slipway migrate`"), "{}", before.out);
    database.run("DO $$ BEGIN ASSERT to_regclass('__diesel_schema_migrations') IS NULL; END $$");
    call(with(slipway(home.path(), &["migrate"]), "DATABASE_URL", database.url())).well();
    let after = doctor().well().out;
    for line in [
        "ok    the database answers: PostgreSQL",
        "clock and ours are",
        "ok    the schema is current",
        "ok    the database takes writes",
        "ok    the activity log ends",
    ] {
        assert!(after.contains(line), "no {line:?} in {after}");
    }
    database.run("ALTER DATABASE CURRENT_NAME SET default_transaction_read_only = on".replace("CURRENT_NAME", &database.name()).as_str());
    let read_only = doctor();
    assert!(read_only.code == 1 && read_only.out.contains("fail  the database takes no writes"), "{}", read_only.out);
}

#[test]
fn a_doctor_of_nothing_makes_nothing() {
    let home = home();
    let missing = home.path().join("data");
    let said = call(slipway(&missing, &["doctor"])).well();
    assert!(said.out.contains("warn  there is no database yet"), "{}", said.out);
    assert!(!missing.exists());
}

#[test]
fn a_database_that_does_not_answer_is_told_in_one_line() {
    let home = home();
    let nobody = "postgres://app@127.0.0.1:1/slipway";
    let said = call(with(slipway(home.path(), &[]), "DATABASE_URL", nobody)).refused(&["cannot reach the database"]);
    assert_eq!(said.err.lines().count(), 1, "{}", said.err);
    let doctor = call(with(slipway(home.path(), &["doctor"]), "DATABASE_URL", nobody));
    assert!(doctor.code == 1 && doctor.out.contains("fail  cannot reach the database"), "{}", doctor.out);
}
