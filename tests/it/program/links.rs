//! That what stands in a mail never gets into the log, however much is logged.

use super::running::{Answer, Running, slipway, with};
use crate::support::TestApp;
use crate::support::given;
use slipway::app::links::{self, Keys};
use tempfile::tempdir;

/// Everything that somebody with the link does, and some of what goes wrong.
fn use_link(running: &Running, path: &str, code: &str) -> Vec<Answer> {
    let get = |path: &str| running.get(path);
    let post = |path: &str, body: &str| {
        let length = body.len();
        let origin = format!("http://{}", running.address);
        running.ask(&format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nOrigin: {origin}\r\nReferer: {origin}{path}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}",
            running.address
        ))
    };
    let digest = get(path).body.split("name=\"digest\" value=\"").nth(1).map(|it| it[..64].to_owned()).expect("a digest");
    vec![
        get(&format!("{path}/content")),
        get(&format!("{path}?code={code}")),
        get(&format!("{path}/nothing")),
        post(&format!("{path}/decision"), "decision=approve&code=1"),
        post(&format!("{path}/decision"), &format!("decision=approve&code={code}&digest={digest}")),
        post(&format!("{path}/undo"), "code=000000"),
        post(path, ""),
        get(path),
    ]
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
    let (home, url, key) = (tempdir().expect("a folder"), app.database_url(), app.config.secret_key.clone().expect("a key"));
    for format in ["text", "json"] {
        let command = with(with(slipway(home.path(), &[]), "DATABASE_URL", &url), "SLIPWAY_SECRET_KEY", &key);
        let running = Running::start(with(with(command, "SLIPWAY_LOG", "trace"), "SLIPWAY_LOG_FORMAT", format));
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
        let last = running.get("/readyz");
        running.wait_for(last.header("x-request-id"));
        // A time of day may well end like the code.
        let log = running.log().replace(&format!(".{}", secrets.code), ".");
        assert!(log.contains("/a/{token}/decision"), "{log}");
        for secret in [token, &secrets.code] {
            let line = log.lines().find(|it| it.contains(secret));
            assert!(line.is_none(), "{line:?}");
        }
        running.stop();
    }
}
