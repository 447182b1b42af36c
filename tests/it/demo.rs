//! The demo: an organisation that one can believe, and that the application's own rules have let happen.

use crate::support::Database;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Text};
use slipway::app::sheet::Sheet;
use slipway::app::{Error, configuration};
use slipway::clock::Clock;
use slipway::demo::{self, Refusal};
use slipway::domain::ids::RecordId;
use slipway::domain::people::Actor;
use slipway::store::events::{self, Verdict};
use slipway::store::{Db, db};
use std::collections::BTreeMap;
use std::time::Duration;

/// A database of its own, and a way in by the program's own door.
fn database() -> (Db, Database) {
    let database = Database::create();
    let settings = db::Settings { url: database.url(), connections: 2, wait: Duration::from_secs(5), statement_timeout: Duration::from_secs(10) };
    (Db::open(settings, Clock::default()).expect("opened"), database)
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = Text)]
    what: String,
    #[diesel(sql_type = BigInt)]
    many: i64,
}

fn count(db: &Db, query: &str) -> BTreeMap<String, i64> {
    let rows: Vec<Count> = db.read_now::<_, Error>(|conn| Ok(diesel::sql_query(query).load(conn)?)).expect("counted");
    rows.into_iter().map(|it| (it.what, it.many)).collect()
}

fn holds(db: &Db, query: &str) -> bool {
    db.read_now::<_, Error>(|conn| Ok(diesel::select(diesel::dsl::sql::<Bool>(query)).get_result(conn)?)).expect("asked")
}

#[test]
fn the_demo_tells_of_a_whole_organisation() {
    let (db, _database) = database();
    let begun = std::time::Instant::now();
    let loaded = demo::load(&db).expect("loaded");
    eprintln!("loaded in {:?}", begun.elapsed());

    assert_eq!(loaded.accounts.len(), 17);
    assert!((40..=46).contains(&loaded.releases), "{loaded:?}");
    assert!((112..=130).contains(&loaded.changes), "{loaded:?}");
    roles_and_groups_are_all_filled(&db);
    every_phase_has_a_record_now(&db);
    its_own_process_can_be_taken_over(&db);
    things_go_wrong_now_and_then(&db);
    every_record_can_be_shown(&db);
    the_log_is_whole_and_in_order(&db);
    a_second_load_is_refused(&db);
}

fn roles_and_groups_are_all_filled(db: &Db) {
    let roles = count(db, "SELECT role AS what, count(*) AS many FROM user_roles GROUP BY role");
    assert_eq!(roles.len(), 6, "{roles:?}");
    let groups = count(db, "SELECT g.key AS what, count(m.user_id) AS many FROM groups g LEFT JOIN group_members m ON m.group_id = g.id GROUP BY g.key");
    assert!(groups.values().all(|members| *members >= 2), "{groups:?}");
    let services = count(db, "SELECT kind AS what, count(*) AS many FROM configuration_items GROUP BY kind");
    assert_eq!(services["service"], 8, "{services:?}");
}

fn its_own_process_can_be_taken_over(db: &Db) {
    let plan = db.read_now::<_, Error>(|conn| {
        let file = configuration::written(&configuration::current(conn)?)?;
        configuration::plan(conn, &Actor::slipway(), &file)
    });
    let differences = plan.expect("compared").map(|it| it.differences);
    assert_eq!(differences, Ok(Vec::new()));
}

fn every_phase_has_a_record_now(db: &Db) {
    let releases = count(db, "SELECT phase AS what, count(*) AS many FROM records WHERE kind = 'release' GROUP BY phase");
    let phases = ["assess", "plan", "build_test", "training", "rollout", "back_out", "early_life", "review", "closed", "abandoned"];
    assert!(phases.iter().all(|it| releases.contains_key(*it)), "{releases:?}");
    let changes = count(db, "SELECT phase AS what, count(*) AS many FROM records WHERE kind = 'change' GROUP BY phase");
    let phases = ["assessment", "authorisation", "build", "test", "implementation", "review", "closed", "rejected", "withdrawn"];
    assert!(phases.iter().all(|it| changes.contains_key(*it)), "{changes:?}");
    let categories = count(db, "SELECT c.key AS what, count(*) AS many FROM records r JOIN categories c ON c.id = r.category_id GROUP BY c.key");
    assert_eq!(categories.len(), 6, "{categories:?}");
}

fn things_go_wrong_now_and_then(db: &Db) {
    let late = "EXISTS (SELECT FROM records WHERE kind = 'release' AND state = 'open' AND phase_due_at < now())";
    assert!(holds(db, late), "no release is late");
    assert!(
        holds(
            db,
            "(SELECT count(*) FROM records WHERE kind = 'release' AND state = 'open' AND phase_due_at < now()) < (SELECT count(*) FROM records WHERE kind = 'release' AND state = 'open') * 0.6"
        ),
        "most are late"
    );
    let states = count(db, "SELECT state AS what, count(*) AS many FROM records WHERE kind = 'release' GROUP BY state");
    assert_eq!((states["backed_out"], states["abandoned"]), (1, 3), "{states:?}");
    assert!(states["closed"] >= 18, "{states:?}");
    assert!(holds(db, "(SELECT count(*) FROM releases WHERE superseded_by IS NOT NULL) >= 3"), "too few are superseded");
    assert!(holds(db, "(SELECT count(*) FROM phase_visits WHERE phase = 'back_out') >= 3"), "too few were backed out");
    for table in ["waivers", "watchers", "approvals WHERE state = 'denied'", "tasks WHERE state = 'skipped'", "approvals WHERE state = 'pending'"] {
        assert!(holds(db, &format!("EXISTS (SELECT FROM {table})")), "no {table}");
    }
    let unclaimed = "EXISTS (SELECT FROM tasks t JOIN records r ON r.id = t.record_id WHERE r.state = 'open' AND t.state = 'ready' AND t.assignee_id IS NULL AND t.group_id IS NOT NULL)";
    assert!(holds(db, unclaimed), "no task waits for its group");
}

fn every_record_can_be_shown(db: &Db) {
    let ids: Vec<i64> = count(db, "SELECT id::text AS what, 1::bigint AS many FROM records").into_keys().filter_map(|it| it.parse().ok()).collect();
    for id in ids {
        let sheet = db.read_now::<_, Error>(|conn| Ok(Sheet::load(conn, RecordId(id))?)).expect("shown");
        let phase = sheet.full.phase().expect("its workflow knows its phase");
        assert!(phase.transitions.iter().all(|it| sheet.checks(it).len() == it.requirements.len()));
    }
}

fn the_log_is_whole_and_in_order(db: &Db) {
    let verdict = db.read_now::<_, Error>(|conn| Ok(events::verify(conn)?)).expect("verified");
    assert!(matches!(&verdict, Verdict::Whole(end) if end.id > 2_000), "{verdict:?}");
    let backwards = "EXISTS (SELECT FROM (SELECT at, lag(at) OVER (ORDER BY id) AS before FROM events) it WHERE at < before)";
    assert!(!holds(db, backwards), "the log goes back in time");
    assert!(holds(db, "(SELECT max(at) <= now() FROM events)"), "the log knows the future");
    assert!(holds(db, "(SELECT kind = 'demo_loaded' FROM events ORDER BY id DESC LIMIT 1)"));
}

fn a_second_load_is_refused(db: &Db) {
    let refused = demo::load(db).expect_err("refused");
    assert!(matches!(refused.downcast_ref(), Some(Refusal::NotEmpty(_))), "{refused}");
    assert!(refused.to_string().contains("17 users"), "{refused}");
}
