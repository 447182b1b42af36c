//! That what stands in a mail never gets into the log, however much is logged.

use super::running::{Answer, Running, slipway, with};
use crate::support::TestApp;
use crate::support::given;
use crate::support::given::Link;
use slipway::app::links::{self, Keys};
use slipway::app::mailed_links;
use slipway::store::mailed_links::Target;
use std::path::Path;
use tempfile::tempdir;

/// Sends a form as a browser does.
fn post(running: &Running, path: &str, body: &str) -> Answer {
    let (length, origin) = (body.len(), format!("http://{}", running.address));
    running.ask(&format!(
        "POST {path} HTTP/1.1\r\nHost: {}\r\nOrigin: {origin}\r\nReferer: {origin}{path}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}",
        running.address
    ))
}

/// Everything that somebody with the link of an approval does, and some of what goes wrong.
fn use_link(running: &Running, path: &str, code: &str) -> Vec<Answer> {
    let digest = running.get(path).body.split("name=\"digest\" value=\"").nth(1).map(|it| it[..64].to_owned()).expect("a digest");
    vec![
        running.get(&format!("{path}/content")),
        running.get(&format!("{path}?code={code}")),
        running.get(&format!("{path}/nothing")),
        post(running, &format!("{path}/decision"), "decision=approve&code=1"),
        post(running, &format!("{path}/decision"), &format!("decision=approve&code={code}&digest={digest}")),
        post(running, &format!("{path}/undo"), "code=000000"),
        post(running, path, ""),
        running.get(path),
    ]
}

/// The same with that of a survey.
fn use_survey_link(running: &Running, path: &str, code: &str) -> Vec<Answer> {
    vec![
        running.get(&format!("{path}?code={code}")),
        running.get(&format!("{path}/nothing")),
        post(running, &format!("{path}/answers"), "page=1&to=next&q-overall=4&code=1"),
        post(running, &format!("{path}/answers"), &format!("page=1&to=next&code={code}")),
        post(running, &format!("{path}/refusal"), &format!("code={code}")),
        post(running, path, ""),
        running.get(path),
    ]
}

/// The same with that of a handover.
fn use_handover_link(running: &Running, path: &str, code: &str) -> Vec<Answer> {
    vec![
        running.get(&format!("{path}?code={code}")),
        running.get(&format!("{path}/nothing")),
        post(running, &format!("{path}/answer"), "answer=accept&code=1"),
        post(running, &format!("{path}/answer"), &format!("answer=perhaps&code={code}")),
        post(running, path, ""),
        running.get(path),
    ]
}

/// The program, on the database of a test and with its key, telling all that it can.
fn started(app: &TestApp, home: &Path, format: &str) -> Running {
    let (url, key) = (app.database_url(), app.config.secret_key.clone().expect("a key"));
    let command = with(with(slipway(home, &[]), "DATABASE_URL", &url), "SLIPWAY_SECRET_KEY", &key);
    Running::start(with(with(command, "SLIPWAY_LOG", "trace"), "SLIPWAY_LOG_FORMAT", format))
}

/// The log once it holds all of this, which names the address and neither token nor code.
#[track_caller]
fn tells_nothing(running: &Running, address: &str, secrets: [&str; 2]) {
    let last = running.get("/readyz");
    running.wait_for(last.header("x-request-id"));
    // A time of day may well end like the code.
    let log = running.log().replace(&format!(".{}", secrets[1]), ".");
    assert!(log.contains(address), "{log}");
    for secret in secrets {
        let line = log.lines().find(|it| it.contains(secret));
        assert!(line.is_none(), "{line:?}");
    }
}

#[tokio::test]
async fn neither_the_token_nor_the_code_gets_into_the_log() {
    let app = TestApp::start().await;
    let [ada] = given::approvers(&app, ["Ada"]);
    let id = given::release(&app, "Payroll").with_changes(1).in_phase("plan");
    given::ask(&app, id);
    let (approval, ..) = given::pending(&app, id).remove(0);
    let keys = Keys::of(&app.config).for_days(10_000);
    let secrets = app.act(|tx| links::offer(tx, &keys, approval, ada.id)).expect("a link");
    let token = secrets.path.rsplit('/').next().expect("a token");
    let home = tempdir().expect("a folder");
    for format in ["text", "json"] {
        let running = started(&app, home.path(), format);
        if format == "json" {
            app.act_as(ada.actor(), |tx| slipway::app::approvals::retract(tx, approval)).expect("retracted");
        }
        let answers = use_link(&running, &secrets.path, &secrets.code);
        assert_eq!(answers.iter().map(|it| it.status).collect::<Vec<_>>(), [200, 200, 404, 422, 303, 422, 405, 200]);
        for answer in &answers {
            assert!(!answer.head.contains("set-cookie") || !answer.head.contains(token), "{}", answer.head);
        }
        // Where something failed, its page does not repeat the address either.
        assert!(!answers[2].body.contains(token) && !answers[6].body.contains(token));
        tells_nothing(&running, "/a/{token}/decision", [token, &secrets.code]);
        running.stop();
    }
}

#[tokio::test]
async fn nor_do_those_of_surveys_and_handovers() {
    let app = TestApp::start().await;
    let [olga] = given::receivers(&app, ["Olga"]);
    let id = given::release(&app, "Payroll").with_changes(1).in_phase("early_life");
    let survey = given::survey(&app, id).laid();
    let answers = given::survey_link(&app, given::invited(&app, survey, "Zoe", None));
    let (target, expires) = (Target::Handover(given::offer(&app, id)), Some(app.clock.now() + chrono::Duration::days(10_000)));
    let handover = app.act(|tx| mailed_links::offer(tx, &Keys::of(&app.config), None, target, Some(olga.id), expires)).expect("a link");
    let handover = Link { path: handover.path, code: handover.code };
    let home = tempdir().expect("a folder");
    for format in ["text", "json"] {
        let running = started(&app, home.path(), format);
        let surveyed = use_survey_link(&running, &answers.path, &answers.code);
        assert_eq!(surveyed.iter().map(|it| it.status).collect::<Vec<_>>(), [200, 404, 422, 422, 303, 405, 200]);
        let handed = use_handover_link(&running, &handover.path, &handover.code);
        assert_eq!(handed.iter().map(|it| it.status).collect::<Vec<_>>(), [200, 404, 422, 422, 405, 200]);
        assert!(!surveyed[1].body.contains(answers.token()) && !handed[1].body.contains(handover.token()));
        tells_nothing(&running, "/s/{token}/answers", [answers.token(), &answers.code]);
        tells_nothing(&running, "/h/{token}/answer", [handover.token(), &handover.code]);
        running.stop();
    }
}
