//! Mail as operators meet it: settings that cannot work, a test mail, and a program that is killed in the worst moment.

use super::SOON;
use super::running::{Running, call, slipway, with};
use crate::support::{Database, MailServer, Reply};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;
use tempfile::tempdir;

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

fn count(conn: &mut PgConnection, query: &str) -> i64 {
    diesel::sql_query(query).get_result::<Count>(conn).expect(query).count
}

fn sending(home: &Path, database: &Database, server: &MailServer) -> Command {
    let command = with(with(slipway(home, &["serve"]), "DATABASE_URL", database.url()), "SMTP_URL", server.url());
    with(command, "SLIPWAY_MAIL_FROM", "slipway@example.org")
}

/// How often it is killed, and how many mails are on their way each time.
const KILLS: usize = 50;
const AT_ONCE: usize = 8;

/// Each time after the server said 250 and before the commit that notes it: a lock that the test holds keeps the commit from happening.
#[test]
fn killed_between_the_servers_yes_and_our_commit_it_repeats_each_mail_once_at_most_and_loses_none() {
    let (home, database) = (tempdir().expect("a folder"), Database::create());
    let holds = Arc::new(AtomicBool::new(true));
    let script = holds.clone();
    let server = MailServer::with(move |_, _| if script.load(Ordering::SeqCst) { Reply::Stall } else { Reply::Take });
    let (mut conn, mut watch) = (database.connect(), database.connect());
    for kill in 0..KILLS {
        server.hold();
        database.run(&format!(
            "INSERT INTO mails (kind, recipient, message_id, state, created_at, next_try_at) \
             SELECT 'test', 'm{kill}-' || n || '@example.org', 'm{kill}-' || n, 'queued', now(), now() FROM generate_series(1, {AT_ONCE}) n"
        ));
        let running = Running::begin(sending(home.path(), &database, &server));
        server.wait_for_stalled(AT_ONCE);
        conn.batch_execute("BEGIN; LOCK TABLE mails IN SHARE ROW EXCLUSIVE MODE").expect("locked");
        server.let_go();
        // Whoever waits to note what the server said has heard it.
        let waiting = "SELECT count(*) FROM pg_sleep(0.01), pg_stat_activity \
                       WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE 'UPDATE mails m SET state%'";
        let begun = Instant::now();
        while count(&mut watch, waiting) == 0 {
            assert!(begun.elapsed() < SOON, "it never noted what the server said");
        }
        running.signal("-KILL");
        running.end();
        conn.batch_execute("ROLLBACK").expect("unlocked");
    }
    let sent = "SELECT count(*) FROM mails WHERE state = 'sent'";
    assert_eq!(count(&mut conn, sent), 0, "every commit was prevented");
    // Their leases end.
    database.run("UPDATE mails SET next_try_at = now() WHERE state = 'queued'");
    holds.store(false, Ordering::SeqCst);
    let all = KILLS * AT_ONCE;
    let running = Running::start(sending(home.path(), &database, &server));
    server.wait_for(2 * all);
    running.stop();
    assert_eq!(count(&mut conn, sent), all as i64, "none is lost, and what was on its way was noted before the end");
    let mut names: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for it in server.received() {
        names.entry(it.to.clone()).or_default().insert(it.message_id());
    }
    assert_eq!(names.len(), all);
    assert!(names.values().all(|it| it.len() == 1), "a repeat has the name of the first");
    assert!(server.by_recipient().values().all(|it| *it == 2), "one repeat each");
}

#[test]
fn a_test_mail_says_what_the_server_answers() {
    let home = tempdir().expect("a folder");
    let server = MailServer::with(|to, _| match to {
        "gone@example.org" => Reply::AtRecipient("550 5.1.1 No such user"),
        "busy@example.org" => Reply::AtRecipient("450 4.2.1 Mailbox busy"),
        _ => Reply::Take,
    });
    let test = |address: &str, url: &str| call(with(slipway(home.path(), &["mail", "test", address]), "SMTP_URL", url));
    let said = test("ada@example.org", &server.url()).well();
    assert!(said.out.contains("took the mail to ada@example.org: 250 2.0.0 Taken"), "{}", said.out);
    assert!(server.received()[0].text.contains("can send mail"));
    test("gone@example.org", &server.url()).refused(&["refuses the mail to gone@example.org for good", "550 5.1.1 No such user"]);
    test("busy@example.org", &server.url()).refused(&["did not take the mail now", "450 4.2.1 Mailbox busy"]);
    server.answer_credentials(Some("535 5.7.8 Wrong password"));
    test("ada@example.org", &server.url_with_credentials()).refused(&["refuses our credentials", "535 5.7.8 Wrong password", "SMTP_URL"]);
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    test("ada@example.org", &format!("smtp://{nobody}")).refused(&["did not take the mail now", "refused"]);
    call(slipway(home.path(), &["mail", "test", "ada@example.org"])).refused(&["no mail server is set", "SMTP_URL"]);
}

#[test]
fn settings_that_cannot_work_are_refused_before_anything_starts() {
    let home = tempdir().expect("a folder");
    for (name, value, words) in [
        ("SMTP_URL", "mail.example.org:25", ["SMTP_URL", "smtp://"]),
        ("SMTP_URL", "smtp://mail.example.org?tls=perhaps", ["SMTP_URL", "tls=perhaps"]),
        ("SLIPWAY_MAIL_FROM", "nobody", ["SLIPWAY_MAIL_FROM", "no address"]),
    ] {
        let said = call(with(slipway(home.path(), &["serve"]), name, value)).refused(&words);
        assert_eq!(said.err.lines().count(), 1, "{}", said.err);
        let checked = call(with(slipway(home.path(), &["config", "check"]), name, value));
        assert!(checked.code == 1 && checked.out.contains(&format!("fail  {name}")), "{}", checked.out);
    }
}

#[test]
fn the_doctor_knocks_at_the_mail_server() {
    let (home, server) = (tempdir().expect("a folder"), MailServer::start());
    let doctor = |url: &str| call(with(slipway(home.path(), &["doctor"]), "SMTP_URL", url)).out;
    assert!(doctor(&server.url()).contains(&format!("ok    the mail server {} answers", server.address)));
    server.answer_credentials(Some("535 5.7.8 Wrong password"));
    assert!(doctor(&server.url_with_credentials()).contains("refuses our credentials: 535 5.7.8 Wrong password"));
    server.greet(Some("554 5.3.2 Not in service"));
    assert!(doctor(&server.url()).contains("does not answer as it should: 554"));
}
