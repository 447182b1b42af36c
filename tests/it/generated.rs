//! Generated organisations: large if wished, consistent at any size, and the same again from the same seed.

use crate::program::running::{call, slipway};
use crate::support::Database;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Text};
use slipway::app::Error;
use slipway::app::sheet::Sheet;
use slipway::clock::Clock;
use slipway::demo::Refusal;
use slipway::demo::generated::{Order, Progress, generate};
use slipway::domain::ids::RecordId;
use slipway::store::events::{self, Verdict};
use slipway::store::{Db, db};
use std::time::Duration;

fn database() -> (Db, Database) {
    let database = Database::create();
    let settings = db::Settings { url: database.url(), connections: 2, wait: Duration::from_secs(5), statement_timeout: Duration::from_secs(10) };
    let noon: DateTime<Utc> = "2026-11-18T12:00:00Z".parse().expect("a time");
    (Db::open(settings, Clock::standing_at(noon)).expect("opened"), database)
}

fn generated(releases: u64, seed: u64) -> (Db, Database) {
    let (db, database) = database();
    generate(&db, Order { releases, seed }, |_| {}).expect("generated");
    (db, database)
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

fn lines(db: &Db, query: &str) -> Vec<String> {
    let rows: Vec<Line> = db.read_now::<_, Error>(|conn| Ok(diesel::sql_query(query).load(conn)?)).expect("asked");
    rows.into_iter().map(|it| it.line).collect()
}

fn count(db: &Db, query: &str) -> i64 {
    let all = format!("(SELECT count(*) FROM {query})");
    db.read_now::<_, Error>(|conn| Ok(diesel::select(diesel::dsl::sql::<BigInt>(&all)).get_result::<i64>(conn)?)).expect("counted")
}

#[track_caller]
fn none(db: &Db, query: &str) {
    let any = db.read_now::<_, Error>(|conn| Ok(diesel::select(diesel::dsl::sql::<Bool>(&format!("EXISTS (SELECT FROM {query})"))).get_result::<bool>(conn)?));
    assert!(!any.expect("asked"), "there is {query}");
}

/// How the tables are made: columns apart, everything that the generator takes away and puts back.
const SHAPE: &str = "SELECT line FROM (
    SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) || convalidated AS line FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT pg_get_indexdef(indexrelid) || indisvalid FROM pg_index JOIN pg_class c ON c.oid = indrelid WHERE relnamespace = 'public'::regnamespace) it ORDER BY line";

#[test]
fn a_generated_organisation_is_whole() {
    let (empty, _one) = database();
    let (db, _other) = generated(220, 7);
    assert_eq!(lines(&db, SHAPE), lines(&empty, SHAPE), "indexes and constraints are as they were");
    let verdict = db.read_now::<_, Error>(|conn| Ok(events::verify(conn)?)).expect("verified");
    assert!(matches!(verdict, Verdict::Whole(_)), "{verdict:?}");
    assert!(count(&db, "events") > 220 * 25, "{} events", count(&db, "events"));
    assert_eq!(count(&db, "records WHERE kind = 'release'"), 220);
    assert_eq!(count(&db, "releases"), 220);
    let big = count(&db, "releases r WHERE (SELECT count(*) FROM tasks t WHERE t.record_id = r.record_id) = 100");
    assert_eq!(count(&db, "tasks"), 220 * 10 + big * 90);
    assert_eq!(count(&db, "release_changes"), 220 * 3 + big * 17);
    assert!((4..=6).contains(&(count(&db, "approvals a JOIN releases r ON r.record_id = a.record_id WHERE a.decided_at IS NOT NULL") / 200)), "decisions");
    // Nothing contradicts itself.
    none(&db, "records WHERE (state = 'open') = (ended_at IS NOT NULL)");
    none(
        &db,
        "records r WHERE state = 'open' AND NOT EXISTS (SELECT FROM phase_visits v WHERE v.record_id = r.id AND v.visit = r.visit AND v.phase = r.phase AND left_at IS NULL)",
    );
    none(&db, "tasks t JOIN records r ON r.id = t.record_id WHERE r.state <> 'open' AND t.state IN ('planned', 'ready', 'in_progress')");
    none(&db, "release_changes c JOIN records r ON r.id = c.release_id JOIN records o ON o.id = c.change_id WHERE r.state = 'closed' AND o.state = 'open'");
    none(&db, "(SELECT at, lag(at) OVER (ORDER BY id) AS before FROM events) it WHERE at < before");
    none(&db, "releases o JOIN releases n ON n.record_id = o.superseded_by WHERE o.ci_id <> n.ci_id OR o.number >= n.number");
    none(
        &db,
        "tasks t JOIN records r ON r.id = t.record_id LEFT JOIN deadlines d ON d.subject = 'task' AND d.subject_id = t.id WHERE t.state = 'ready' AND d.id IS NULL",
    );
    // A bit of everything.
    for (what, least) in [("state", 4), ("phase", 8), ("category_id", 3), ("owner_id", 3), ("coordinator_id", 8), ("ci_id", 20)] {
        let many = lines(&db, &format!("SELECT DISTINCT {what}::text AS line FROM records WHERE kind = 'release'")).len();
        assert!(many >= least, "{many} of {what}");
    }
    assert!(count(&db, "approvals WHERE state = 'pending'") > 3);
    assert!(count(&db, "tasks t JOIN records r ON r.id = t.record_id WHERE t.state = 'ready' AND t.assignee_id IS NULL AND r.state = 'open'") > 3);
}

#[test]
fn every_generated_record_can_be_shown_and_worked_on() {
    let (db, _database) = generated(60, 3);
    let ids: Vec<i64> = lines(&db, "SELECT id::text AS line FROM records").iter().filter_map(|it| it.parse().ok()).collect();
    assert!(ids.len() > 240);
    for id in ids {
        let sheet = db.read_now::<_, Error>(|conn| Ok(Sheet::load(conn, RecordId(id))?)).expect("shown");
        let phase = sheet.full.phase().expect("its workflow knows its phase");
        assert!(phase.transitions.iter().all(|it| sheet.checks(it).len() == it.requirements.len()));
    }
}

#[test]
fn the_same_seed_makes_the_same_again_and_another_does_not() {
    // Salts of passwords and of what is asked by the application are chance.
    let all = "SELECT it::text AS line FROM records it UNION ALL SELECT it::text FROM releases it UNION ALL SELECT it::text FROM tasks it \
               UNION ALL SELECT it::text FROM phase_visits it UNION ALL SELECT it::text FROM approvals it UNION ALL SELECT it::text FROM events it ORDER BY line";
    let (one, _a) = generated(30, 5);
    let (same, _b) = generated(30, 5);
    let (other, _c) = generated(30, 6);
    let first = lines(&one, all);
    assert!(first == lines(&same, all), "the same seed made something else");
    assert!(first != lines(&other, all), "another seed made the same");
}

#[test]
fn only_an_empty_database_is_filled_and_progress_is_told() {
    let (db, _database) = database();
    let mut told = Vec::new();
    generate(&db, Order { releases: 1000, seed: 1 }, |it| told.push(it)).expect("generated");
    assert_eq!(told.first(), Some(&Progress::Written(1000)));
    assert!(told.contains(&Progress::Building(0)));
    let refused = generate(&db, Order { releases: 10, seed: 1 }, |_| {}).expect_err("refused");
    assert!(matches!(refused.downcast_ref(), Some(Refusal::NotEmpty(_))), "{refused}");
    assert_eq!(count(&db, "releases"), 1000);
}

#[test]
fn numbers_that_cannot_be_generated_are_refused_before_anything_is_begun() {
    let folder = tempfile::tempdir().expect("a folder");
    for number in ["0", "5000001", "-1", "ten", ""] {
        let said = call(slipway(folder.path(), &["demo", "generate", &format!("--releases={number}")]));
        assert!(said.code == 2 && said.err.contains("--releases <N>"), "{number:?}: {} {}", said.code, said.err);
    }
    let said = call(slipway(folder.path(), &["demo", "generate", "--releases=5000001"]));
    assert!(said.err.contains("5000001 is not in 1..=5000000"), "{}", said.err);
    assert_eq!(std::fs::read_dir(folder.path()).expect("read").count(), 0);
}
