//! The schema: its words are the program's words, it explains itself, and it can be taken back.

use crate::support::{Database, TestApp};
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel_migrations::{FileBasedMigrations, MigrationHarness};
use slipway::domain::{approvals, deadlines, items, mails, models, moving, notices, notification_rules, people, records, releases, requirements, tasks};
use slipway::domain::{attachments, early_life, follow_ups, handovers, reviews, surveys};
use slipway::store::migrations;
use std::collections::BTreeMap;

#[derive(QueryableByName)]
struct Check {
    #[diesel(sql_type = Text)]
    column: String,
    #[diesel(sql_type = Text)]
    definition: String,
}

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

/// `table.column` of every column that takes only certain words, with those words.
fn listed(app: &TestApp) -> BTreeMap<String, Vec<String>> {
    let query = "SELECT c.conrelid::regclass || '.' || a.attname AS \"column\", pg_get_constraintdef(c.oid) AS definition FROM pg_constraint c \
                 JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1] WHERE c.contype = 'c' AND cardinality(c.conkey) = 1";
    let checks: Vec<Check> = app.read(|conn| diesel::sql_query(query).load(conn));
    let words = |text: &str| text.split('\'').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
    checks.into_iter().filter(|it| it.definition.contains("= ANY (ARRAY[")).map(|it| (it.column, words(&it.definition))).collect()
}

macro_rules! expected {
    ($($column:literal => $name:ty),+ $(,)?) => {
        BTreeMap::from([$(($column.to_owned(), <$name>::ALL.iter().map(|it| it.word().to_owned()).collect::<Vec<String>>())),+])
    };
}

#[tokio::test]
async fn each_column_of_words_takes_exactly_the_programs_words() {
    let app = TestApp::start().await;
    let expected: BTreeMap<String, Vec<String>> = expected! {
        "approval_rounds.state" => approvals::RoundState,
        "approval_steps.rule" => approvals::RuleWord,
        "approval_steps.state" => approvals::StepState,
        "approvals.reason" => approvals::DenialReason,
        "approvals.state" => approvals::ApprovalState,
        "attachments.place" => attachments::StoragePlace,
        "categories.level" => releases::Level,
        "categories.record_kind" => records::RecordKind,
        "configuration_items.kind" => items::ItemKind,
        "confirmations.outcome" => requirements::Outcome,
        "confirmations.subject" => requirements::Confirmation,
        "deadlines.record_kind" => records::RecordKind,
        "deadlines.subject" => deadlines::Subject,
        "early_life_issues.kind" => early_life::IssueKind,
        "early_life_issues.severity" => early_life::Severity,
        "early_life_issues.state" => early_life::IssueState,
        "exit_metrics.better" => early_life::Better,
        "exit_readings.source" => early_life::Source,
        "attachments.point" => reviews::Point,
        "follow_ups.point" => reviews::Point,
        "follow_ups.state" => follow_ups::FollowUpState,
        "handovers.state" => handovers::HandoverState,
        "question_sets.audience" => surveys::Audience,
        "moved_records.state" => moving::MoveState,
        "review_points.outcome" => reviews::PointOutcome,
        "review_points.point" => reviews::Point,
        "survey_audiences.audience" => surveys::Audience,
        "survey_invitations.audience" => surveys::Audience,
        "survey_responses.audience" => surveys::Audience,
        "survey_tallies.audience" => surveys::Audience,
        "survey_turnouts.audience" => surveys::Audience,
        "surveys.moment" => surveys::Moment,
        "surveys.state" => surveys::SurveyState,
        "mails.kind" => mails::MailKind,
        "mails.state" => mails::MailState,
        "notice_preferences.delivery" => notices::Delivery,
        "notices.delivery" => notices::Delivery,
        "notices.rule" => notices::Rule,
        "notices.why" => notices::Why,
        "notification_rules.condition" => notification_rules::Condition,
        "notification_rules.event" => notices::Rule,
        "notification_rules.urgency" => notification_rules::Urgency,
        "records.impact" => records::Grade,
        "records.kind" => records::RecordKind,
        "records.likelihood" => records::Grade,
        "records.milestone" => records::Milestone,
        "records.state" => records::RecordState,
        "records.urgency" => records::Grade,
        "releases.distribution" => releases::Distribution,
        "releases.strategy" => releases::Strategy,
        "tasks.anchor" => models::Anchor,
        "tasks.state" => tasks::TaskState,
        "user_roles.role" => people::Role,
        "users.theme" => people::Theme,
        "workflow_drafts.record_kind" => records::RecordKind,
        "workflows.record_kind" => records::RecordKind,
    };
    let sorted = |map: BTreeMap<String, Vec<String>>| {
        map.into_iter()
            .map(|(column, mut words)| {
                words.sort();
                (column, words)
            })
            .collect::<BTreeMap<_, _>>()
    };
    assert_eq!(sorted(listed(&app)), sorted(expected));
}

#[tokio::test]
async fn each_table_says_what_it_holds() {
    let app = TestApp::start().await;
    let query = "SELECT relname::text AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace \
                 AND obj_description(oid) IS NULL AND relname <> '__diesel_schema_migrations' ORDER BY 1";
    let silent: Vec<Name> = app.read(|conn| diesel::sql_query(query).load(conn));
    assert_eq!(silent.into_iter().map(|it| it.name).collect::<Vec<_>>(), [""; 0]);
}

#[tokio::test]
async fn each_reference_is_found_by_an_index() {
    let app = TestApp::start().await;
    // A parent's row is looked for in its children when it goes; without an index that reads the whole table.
    let query = "SELECT c.conrelid::regclass || '.' || a.attname AS name FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1] \
                 WHERE c.contype = 'f' AND c.confdeltype = 'c' AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.conrelid AND i.indkey[0] = c.conkey[1]) ORDER BY 1";
    let slow: Vec<Name> = app.read(|conn| diesel::sql_query(query).load(conn));
    assert_eq!(slow.into_iter().map(|it| it.name).collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn every_step_can_be_taken_back_and_again() {
    let database = Database::empty();
    let steps = migrations::run(&database.url()).expect("up");
    let mut conn = PgConnection::establish(&database.url()).expect("a connection");
    let folder = FileBasedMigrations::from_path(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations")).expect("migrations");
    assert_eq!(conn.revert_all_migrations(folder).expect("down").len(), steps);
    let left = "SELECT relname::text AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relname NOT LIKE '\\_\\_diesel%' \
                UNION ALL SELECT proname::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND proname NOT LIKE 'diesel%'";
    let left: Vec<Name> = diesel::sql_query(left).load(&mut conn).expect("names");
    assert_eq!(left.into_iter().map(|it| it.name).collect::<Vec<_>>(), [""; 0]);
    assert_eq!(migrations::run(&database.url()).expect("up again"), steps);
}

#[test]
fn several_instances_that_start_at_once_make_the_schema_once() {
    let database = Database::empty();
    let url = database.url();
    let mut done: Vec<usize> = std::thread::scope(|scope| {
        let running: Vec<_> = (0..3).map(|_| scope.spawn(|| migrations::run(&url).expect("it runs"))).collect();
        running.into_iter().map(|it| it.join().expect("it ends")).collect()
    });
    done.sort();
    assert_eq!((done[0], done[1]), (0, 0));
    assert!(done[2] > 5);
}

#[test]
fn a_schema_of_a_newer_program_is_left_alone() {
    let database = Database::empty();
    migrations::run(&database.url()).expect("up");
    let mut conn = PgConnection::establish(&database.url()).expect("a connection");
    diesel::sql_query("INSERT INTO __diesel_schema_migrations (version) VALUES ('20991231000000')").execute(&mut conn).expect("a newer one was here");
    let refused = migrations::run(&database.url()).expect_err("it is newer").to_string();
    assert!(refused.contains("20991231000000") && refused.contains("Start a newer Slipway"), "{refused}");
}
