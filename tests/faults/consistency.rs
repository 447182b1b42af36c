//! What must hold in the database after every fault: all that was acknowledged, nothing by halves, the chain whole, everybody told once.

use crate::load::Diary;
use crate::support::MailServer;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Text};
use slipway::store::events::{self, Verdict};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

#[derive(QueryableByName)]
struct Holds {
    #[diesel(sql_type = Bool)]
    holds: bool,
}

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

pub fn count(conn: &mut PgConnection, sql: &str) -> i64 {
    diesel::sql_query(sql).get_result::<Count>(conn).unwrap_or_else(|error| panic!("{error}: {sql}")).count
}

/// What must not be there: a name, and a query that counts it.
const HALVES: &[(&str, &str)] = &[
    (
        "records without their registration in the log",
        "SELECT count(*) FROM records r WHERE NOT EXISTS \
         (SELECT FROM events e WHERE e.record_id = r.id AND e.kind IN ('release_registered', 'change_registered'))",
    ),
    (
        "registrations without their record",
        "SELECT count(*) FROM events e WHERE e.kind IN ('release_registered', 'change_registered') AND NOT EXISTS (SELECT FROM records r WHERE r.id = e.record_id)",
    ),
    ("rounds without steps", "SELECT count(*) FROM approval_rounds r WHERE NOT EXISTS (SELECT FROM approval_steps s WHERE s.round_id = r.id)"),
    ("steps without approvals", "SELECT count(*) FROM approval_steps s WHERE NOT EXISTS (SELECT FROM approvals a WHERE a.step_id = s.id)"),
    (
        "rounds and the questions in the log that differ in number",
        "SELECT abs((SELECT count(*) FROM approval_rounds) - (SELECT count(*) FROM events WHERE kind = 'approval_asked')) AS count",
    ),
    (
        "records with two open rounds",
        "SELECT count(*) FROM (SELECT record_id FROM approval_rounds WHERE state = 'open' GROUP BY record_id HAVING count(*) > 1) it",
    ),
    (
        "open rounds in which nobody is asked",
        "SELECT count(*) FROM approval_rounds r WHERE r.state = 'open' AND NOT EXISTS \
         (SELECT FROM approval_steps s JOIN approvals a ON a.step_id = s.id WHERE s.round_id = r.id AND a.state = 'pending')",
    ),
    (
        "added tasks that are not in the log",
        "SELECT count(*) FROM tasks t WHERE t.model_key IS NULL AND NOT EXISTS \
         (SELECT FROM events e WHERE e.record_id = t.record_id AND e.kind = 'task_added' AND e.details ->> 'task' = t.id::text)",
    ),
    (
        "tasks in the log that are not there",
        "SELECT count(*) FROM events e WHERE e.kind = 'task_added' AND NOT EXISTS (SELECT FROM tasks t WHERE t.id::text = e.details ->> 'task')",
    ),
    ("ended tasks without an end", "SELECT count(*) FROM tasks WHERE (state IN ('done', 'skipped', 'failed')) <> (ended_at IS NOT NULL)"),
    (
        "tasks given to somebody who was not told, or told twice",
        "SELECT count(*) FROM events e WHERE e.kind = 'task_added' AND e.details ->> 'assignee' <> e.actor_id::text AND 1 <> \
         (SELECT count(*) FROM notices n WHERE n.rule = 'task_assigned' AND n.record_id = e.record_id \
          AND n.user_id::text = e.details ->> 'assignee' AND n.occurrence = 'event ' || e.id)",
    ),
    ("notices for at once without a mail", "SELECT count(*) FROM notices WHERE delivery = 'at_once' AND mail_id IS NULL"),
    (
        "mails that tell several notices",
        "SELECT count(*) FROM (SELECT n.mail_id FROM notices n JOIN mails m ON m.id = n.mail_id WHERE m.kind = 'notice' GROUP BY n.mail_id HAVING count(*) > 1) it",
    ),
    ("mails that tell nothing", "SELECT count(*) FROM mails m WHERE m.kind = 'notice' AND NOT EXISTS (SELECT FROM notices n WHERE n.mail_id = m.id)"),
];

/// Looks at the database of a program that runs and has nothing else to do.
#[track_caller]
pub fn check(conn: &mut PgConnection, diary: &Diary) {
    let begun = Instant::now();
    let behind = "SELECT (SELECT last_id FROM event_head) - (SELECT position FROM cursors WHERE name = 'notices') AS count";
    while count(conn, behind) > 0 {
        assert!(begun.elapsed() < crate::SOON, "the log is not read on");
        std::thread::sleep(Duration::from_millis(50));
    }
    let lost: Vec<&str> = diary.facts.iter().filter(|it| !holds(conn, &it.sql)).map(|it| it.what.as_str()).collect();
    assert!(lost.is_empty(), "{} acknowledged writes are lost: {lost:?}", lost.len());
    let halves: Vec<String> =
        HALVES.iter().map(|(name, sql)| (name, count(conn, sql))).filter(|it| it.1 > 0).map(|(name, count)| format!("{count} {name}")).collect();
    assert!(halves.is_empty(), "{halves:?}");
    let verdict = events::verify(conn).expect("the log can be read");
    assert!(matches!(verdict, Verdict::Whole(_)), "{verdict:?}");
    assert!(diary.wrong.is_empty(), "{} wrong answers: {:#?}", diary.wrong.len(), diary.wrong.iter().take(5).collect::<Vec<_>>());
}

/// Looks at what was mailed, once nothing is left to be sent, and says it in words: every mail that counts as sent arrived. One that arrived
/// while the program was killed may arrive again, under the same name, or be called off meanwhile.
#[track_caller]
pub fn mailed(conn: &mut PgConnection, server: &MailServer) -> String {
    let mut arrived = BTreeMap::<String, usize>::new();
    for it in server.received() {
        *arrived.entry(it.message_id()).or_default() += 1;
    }
    let names = |conn: &mut PgConnection, state: &str| -> Vec<Name> {
        diesel::sql_query(format!("SELECT message_id AS name FROM mails WHERE state = '{state}'")).load(conn).expect("they are read")
    };
    let sent = names(conn, "sent");
    let lost: Vec<&String> = sent.iter().map(|it| &it.name).filter(|it| !arrived.keys().any(|name| name.contains(*it))).collect();
    assert!(lost.is_empty(), "{} mails count as sent and never arrived: {lost:?}", lost.len());
    let called_off = names(conn, "cancelled").iter().filter(|it| arrived.keys().any(|name| name.contains(&it.name))).count();
    assert_eq!(arrived.len(), sent.len() + called_off, "no other mail arrived");
    let repeated = arrived.values().filter(|it| **it > 1).count();
    format!("{} mails sent and arrived, {repeated} repeated under the same name, {called_off} called off too late", sent.len())
}

fn holds(conn: &mut PgConnection, sql: &str) -> bool {
    diesel::sql_query(sql).get_result::<Holds>(conn).unwrap_or_else(|error| panic!("{error}: {sql}")).holds
}

impl Diary {
    /// The counts, as each fault prints them.
    pub fn counts(&self) -> String {
        let answer = |(status, count): (&u16, &u64)| if *status == 0 { format!("none {count}") } else { format!("{status} {count}") };
        let answers = self.answers.iter().map(answer).collect::<Vec<_>>().join(", ");
        format!("{} writes acknowledged and present; answers: {answers}; the longest took {:.1} s", self.acknowledged, self.longest.as_secs_f64())
    }
}
