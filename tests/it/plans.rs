//! No page and no work in the background reads a table that grows from one end to the other: the plans of all statements, as
//! PostgreSQL itself notes them (`auto_explain`).
//!
//! Sequential scans are discouraged here, as they are among millions of rows, so that one is planned only where no index helps; and none may
//! look at many more rows than a page shows, which finds the index that is read whole.

mod notes;
mod walk;

use crate::support::given::Somebody;
use crate::support::{Database, TestApp};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use notes::Note;
use slipway::app::Error;
use slipway::clock::Clock;
use slipway::demo::generated::{Order, generate};
use slipway::domain::ids::UserId;
use slipway::domain::people::Role;
use slipway::store::schema::user_roles;
use slipway::store::{Db, db};
use slipway::worker::timetable::TIMETABLE;
use std::collections::BTreeSet;
use std::time::Duration;

const RELEASES: u64 = 3200;

/// What a house has few of, however long it works. All other tables grow.
const FEW: &[&str] = &[
    "applied_models",
    "calendars",
    "categories",
    "configuration_items",
    "cursors",
    "delegations",
    "ended_workflow_drafts",
    "event_head",
    "group_members",
    "groups",
    "mail_pause",
    "models",
    "notice_preferences",
    "notification_rules",
    "policies",
    "question_sets",
    // Ended ones are cleared away every hour; indexes by their times would cost each request more than that.
    "sessions",
    "setup_links",
    "user_roles",
    "users",
    "workflow_draft_edits",
    "workflow_drafts",
    "workflows",
];

/// So many rows of a table that grows may be looked at in one step of a plan; of those that grow fastest there are more here.
const MOST: f64 = 3000.0;

/// Where PostgreSQL rightly looks at more when tables are as small as here, and why it is not more among millions.
const OTHERWISE: &[(&str, &str)] = &[
    ("AS looked_at", "counting stops at 1,000 of each category"),
    (") counted)", "counting mails stops at a number beyond which nobody wants to know"),
    (") IS TRUE", "the list is looked through as far as 100,000 records, and only if that should fill the page"),
    (
        "\"ci_id\" = $2)) AND (coalesce(records.phase_due_at",
        "the records of one item are put in the order of their deadlines, from the index alone: 2,000 of a million take a millisecond",
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn nothing_reads_a_growing_table_whole() {
    let (app, database) = tokio::task::spawn_blocking(place).await.expect("a place");
    let busiest = everything_to(&app);
    let browser = app.browser_of(&busiest);
    let visited = walk::everywhere(&browser).await;
    let background = app.another_db();
    let config = app.config.clone();
    tokio::task::spawn_blocking(move || TIMETABLE.iter().for_each(|it| (it.work)(&background, &config).expect(it.name))).await.expect("worked");
    let (tables, log) = (growing(&app), database.log());
    // A CSV of all is meant to read all, a piece at a time.
    walk::exports(&browser).await;
    let all = database.log();
    let (pages, exports) = (notes::read(&log), notes::read(&all[log.len()..]));
    assert!(pages.len() > 1000 && exports.len() > 10 && visited.len() > 80, "{} plans, {} of exports, of {visited:#?}", pages.len(), exports.len());
    for (words, why) in OTHERWISE {
        assert!(pages.iter().any(|it| it.statement.contains(words)), "nothing is asked like {words:?} any more: {why}");
    }
    let of_pages = pages.iter().flat_map(|it| faults(it, &tables, MOST));
    let faults: BTreeSet<String> = of_pages.chain(exports.iter().flat_map(|it| faults(it, &tables, f64::INFINITY))).collect();
    assert!(faults.is_empty(), "{}", faults.into_iter().collect::<Vec<_>>().join("\n\n"));
}

/// A generated organisation, whose database notes the plans of all that is asked from here on.
fn place() -> (TestApp, Database) {
    let database = Database::create();
    let clock = Clock::standing_at("2026-11-18T12:00:00Z".parse().expect("a time"));
    let settings = db::Settings { url: database.url(), connections: 2, wait: Duration::from_secs(5), statement_timeout: Duration::from_secs(60) };
    let db = Db::open(settings, clock.clone()).expect("it opens");
    generate(&db, Order { releases: RELEASES, seed: 3 }, |_| {}).expect("generated");
    // Of what is empty the planner knows nothing, as if it were new.
    database.run("UPDATE pg_class SET reltuples = -1, relpages = 0 WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND reltuples <= 0");
    // And where an index alone would do, small ones were read whole.
    database.run("UPDATE pg_class SET relallvisible = 0 WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace");
    for setting in [
        "session_preload_libraries = auto_explain",
        "auto_explain.log_min_duration = 0",
        "auto_explain.log_analyze = on",
        "auto_explain.log_timing = off",
        "auto_explain.log_format = json",
        "enable_seqscan = off",
        "random_page_cost = 1.1",
        "jit = off",
    ] {
        database.run(&format!("ALTER DATABASE {} SET {setting}", database.name()));
    }
    (TestApp::begin(database.url(), None, clock, &[]), database)
}

/// Who coordinates most, with all roles besides.
fn everything_to(app: &TestApp) -> Somebody {
    #[derive(QueryableByName)]
    struct Busy {
        #[diesel(sql_type = BigInt)]
        id: i64,
        #[diesel(sql_type = Text)]
        email: String,
        #[diesel(sql_type = Text)]
        name: String,
    }
    let query = "SELECT id, email, name FROM users WHERE id = (
        SELECT coordinator_id FROM records WHERE kind = 'release' AND state = 'open' GROUP BY 1 ORDER BY count(*) DESC LIMIT 1)";
    let busy = app.read(|conn| diesel::sql_query(query).get_result::<Busy>(conn));
    let (id, roles) = (UserId(busy.id), Role::ALL.to_vec());
    let rows: Vec<_> = roles.iter().map(|role| (user_roles::user_id.eq(id), user_roles::role.eq(*role))).collect();
    app.write(|tx| diesel::insert_into(user_roles::table).values(&rows).on_conflict_do_nothing().execute(tx.conn));
    Somebody { id, email: busy.email, name: busy.name, roles }
}

/// All tables but the few.
fn growing(app: &TestApp) -> BTreeSet<String> {
    #[derive(QueryableByName)]
    struct Table {
        #[diesel(sql_type = Text)]
        name: String,
    }
    let query = "SELECT relname::text AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace";
    let tables = app.db.read_now::<Vec<Table>, Error>(|conn| Ok(diesel::sql_query(query).load(conn)?)).expect("read");
    let mut all: BTreeSet<String> = tables.into_iter().map(|it| it.name).collect();
    FEW.iter().for_each(|it| assert!(all.remove(*it), "{it} is no table"));
    all
}

/// What is wrong with a plan.
fn faults(note: &Note, tables: &BTreeSet<String>, most: f64) -> Vec<String> {
    let growing = note.scans.iter().filter(|it| tables.contains(&it.table));
    let bad = growing.filter_map(|it| match (it.sequential, it.rows) {
        (true, _) => Some(format!("a sequential scan of {}", it.table)),
        (false, rows) if rows > most && !OTHERWISE.iter().any(|(words, _)| note.statement.contains(words)) => {
            Some(format!("{rows} rows of {} by {}", it.table, it.index.as_deref().unwrap_or("bitmaps")))
        }
        (false, _) => None,
    });
    bad.map(|it| format!("{it}: {}", note.statement)).collect()
}
